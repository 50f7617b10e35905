"""The sentences of the hits, each weighed as an answer to a question.

A sentence is scored by what of the question it covers (itself, of what is asked; of all that is told too, with the
sentence before it and the title, and with its whole passage), by its meaning, by its passage's place among the hits, by
whether it opens its article's part, and by whether it holds what the question asks for, of whom, and as other outlets
give it. `tests/fit_reader.py` fits the weights on one half of the development questions and tries them on the other;
those here are rounded, but for those of subject and agreement: these questions hardly have what they are for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answers import Question, Span
from bot.questions import coverage, what_is_stated, words_in
from bot.readers.datelines import skip_dateline
from bot.readers.kinds import counts_asked, fit_kind
from bot.readers.sentences import PROMOTES
from bot.readers.subjects import is_by_subject
from config.patterns import compile_later
from index.articles import Hit
from index.embed import Embedder
from index.split import sentence_spans

ON_SUBJECT = 0.6  # of what the best sentence covers, in context, that one on the same subject must cover
_FEWEST = 4  # words of a sentence: fewer are a fragment
_QUESTION = compile_later(r"\?[\s\"”’')\]]*$")  # it states nothing, but what comes next may answer it

WEIGHTS = {
    "own": 0.5,
    "context": 1.5,
    "passage": 0.5,
    "place": 2.0,
    "fits_kind": 1.2,
    "counts_asked": 1.0,
    "by_subject": 1.0,
    "agreement": 1.0,
    "opens": 0.5,
    "meaning": 1.5,
    "length": 0.8,
}


@dataclass(frozen=True)
class Candidate:
    """A sentence with what speaks for it, each between 0 and 1, and the `terms` of what it states.

    `own` is the share of the terms with which the question asks that the sentence holds; `context` and `passage` are
    the shares of all its terms that the sentence with the one before it and the title, and the whole passage with the
    title hold. `hit` is the place of its passage, from 0.
    """

    span: Span
    hit: int
    terms: frozenset[str]
    own: float
    context: float
    passage: float
    place: float  # score of the passage against that of the best
    fits_kind: float
    counts_asked: float
    by_subject: float
    opens: float  # it is the first of its passage
    length: float
    meaning: float = 0.0
    agreement: float = 0.0  # the share of the other outlets that give the same number or name

    @property
    def score(self) -> float:
        """What speaks for it, weighed."""
        return sum(weight * float(getattr(self, name)) for name, weight in WEIGHTS.items())


def weigh_meaning(question: Question, candidates: Sequence[Candidate], embedder: Embedder) -> list[Candidate]:
    """The candidates with their meaning. Raises `ServiceError` only where the embedder does."""
    if not candidates:
        return []
    vectors = embedder.embed_texts([what_is_stated(candidate.span.text) for candidate in candidates])
    cosines = vectors @ question.vector
    return [replace(candidate, meaning=float(cosine)) for candidate, cosine in zip(candidates, cosines, strict=True)]


def collect_candidates(question: Question, hits: Sequence[Hit]) -> list[Candidate]:
    """Every sentence of the hits that states something, weighed by itself: without its meaning and its agreement."""
    candidates = []
    best = (hits[0].score if hits else 0.0) or 1.0  # 0 where nothing speaks for any
    for place, hit in enumerate(hits):
        passage, article = hit.passage, hit.passage.article
        title = words_in(article.title)
        whole = coverage(question, title | words_in(passage.text))
        before: frozenset[str] = frozenset()
        for number, (start, end) in enumerate(sentence_spans(passage.text, article.language)):
            first = passage.start + start
            span = Span(article, first + skip_dateline(passage.text[start:end], first), passage.start + end)
            stated = what_is_stated(span.text)
            words = len(stated.split())
            terms = words_in(stated)
            if words >= _FEWEST and not _QUESTION.search(stated) and not PROMOTES.match(stated):
                candidate = Candidate(
                    span,
                    place,
                    terms,
                    own=coverage(question, terms, told=0.0),
                    context=coverage(question, terms | title | before),
                    passage=whole,
                    place=hit.score / best,
                    fits_kind=fit_kind(question, stated),
                    counts_asked=counts_asked(question, stated),
                    by_subject=is_by_subject(question, stated),
                    opens=number == 0,
                    length=min(words, 40) / 40,
                )
                candidates.append(candidate)
            before = terms
    return candidates


def is_same(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences say nearly the same words: a wire story in two outlets is one piece of evidence."""
    return len(one.terms & other.terms) > 0.8 * max(1, min(len(one.terms), len(other.terms)))
