"""The extractive reader: picks the sentences of the hits that answer, word for word; no key and no network needed.

Each sentence is scored by what of the question it covers (itself, with the sentence before it and the title), by its
meaning, by its passage's place among the hits, and by whether it holds what the question asks for (a number, a date,
a name). The weights were fitted by logistic regression on every other development question, and rounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers import Question, Reading, Span, Statement
from bot.questions import coverage, what_is_stated, words_in
from index.articles import Hit
from index.embed import Embedder
from index.split import sentence_spans
from index.terms import analyze

_MOST = 3  # sentences in an answer
_MARGIN = 1.0  # a further sentence may score this much less than the best,
_ON_SUBJECT = 0.8  # and must cover, in context, this share of what the best covers
_ENOUGH = 0.76  # support below this is no answer; 90 % of the right answers to development questions have more

_NUMBER = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|half|hundreds?|thousands?|millions?|billions?)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"""\b(\d{4}|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|january|february|march|april|may|june
        |july|august|september|october|november|december|yesterday|today|tomorrow|\d{1,2}:\d\d|[ap]\.?m\.?)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_REASON = re.compile(
    r"\b(because|due to|after|as a result|in order to|caus\w+|amid|following|so that|reasons?|blam\w+|over)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?“\"]\s)(?<!^)\b[A-ZÀ-Þ][\w’'.-]+")


@dataclass(frozen=True)
class _Candidate:
    span: Span
    terms: frozenset[str]
    own: float  # coverage by the sentence alone
    context: float  # coverage by sentence, the one before, and title
    passage: float  # coverage by the whole passage and title
    title: float  # coverage by the title alone
    place: float  # score of the passage against that of the best
    fits_kind: float
    length: float
    meaning: float = 0.0

    @property
    def score(self) -> float:
        return (
            0.5 * self.own
            + 1.5 * self.context
            + 1.0 * self.passage
            - 1.0 * self.title
            + 2.0 * self.place
            + 1.4 * self.fits_kind
            + 1.5 * self.meaning
            + 0.6 * self.length
        )


class ExtractiveReader:
    """Answers with at most three sentences of the hits, best first, or with none if none of them answers."""

    name = "extractive"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The sentences that answer. Raises `ServiceError` only where the embedder does."""
        candidates = self._weigh_meaning(question, collect_candidates(question, hits))
        if not candidates or support(question, candidates) < _ENOUGH:
            return Reading(())
        candidates.sort(key=lambda candidate: -candidate.score)
        picked: list[_Candidate] = []
        for candidate in candidates:
            if len(picked) == _MOST or candidate.score < candidates[0].score - _MARGIN:
                break
            on_subject = candidate.context >= _ON_SUBJECT * candidates[0].context
            if on_subject and not any(_same(candidate.terms, other.terms) for other in picked):
                picked.append(candidate)
        return Reading([Statement(candidate.span.text, spans=(candidate.span,)) for candidate in picked])

    def _weigh_meaning(self, question: Question, candidates: list[_Candidate]) -> list[_Candidate]:
        vectors = self._embedder.embed_texts([what_is_stated(candidate.span.text) for candidate in candidates])
        cosines = vectors @ question.vector if candidates else ()
        return [
            _Candidate(**{**vars(candidate), "meaning": float(cosine)})
            for candidate, cosine in zip(candidates, cosines, strict=True)
        ]


def collect_candidates(question: Question, hits: Sequence[Hit]) -> list[_Candidate]:
    """Every sentence of the hits that states something, with all but its meaning weighed."""
    candidates = []
    best = (hits[0].score if hits else 0.0) or 1.0  # 0 where nothing speaks for any
    for hit in hits:
        passage, article = hit.passage, hit.passage.article
        title = words_in(article.title)
        whole = coverage(question, title | words_in(passage.text))
        headline = coverage(question, title)
        before: frozenset[str] = frozenset()
        for start, end in sentence_spans(passage.text, article.language):
            span = Span(article, passage.start + start, passage.start + end)
            stated = what_is_stated(span.text)
            words = len(stated.split())
            terms = words_in(stated)
            if words >= 4:
                candidates.append(
                    _Candidate(
                        span,
                        terms,
                        own=coverage(question, terms),
                        context=coverage(question, terms | title | before),
                        passage=whole,
                        title=headline,
                        place=hit.score / best,
                        fits_kind=fit_kind(question, stated),
                        length=min(words, 40) / 40,
                    )
                )
            before = terms
    return candidates


def support(question: Question, candidates: Sequence[_Candidate]) -> float:
    """How much there is for an answer at all: the best coverage in context, in a passage, in the first hit, in meaning.

    The same share of a question's terms says less of a short question, which any text covers more easily. The weights
    are those of a logistic regression of right answers against questions without one, half against half, rounded.
    """
    context = max(candidate.context for candidate in candidates)
    passage = max(candidate.passage for candidate in candidates)
    first = max(candidates, key=lambda candidate: candidate.place).passage
    meaning = max(candidate.meaning for candidate in candidates)
    covered = 0.25 * context + 0.2 * passage + 0.3 * first + 0.25 * max(meaning, 0.0)
    return covered + 0.06 * math.log1p(len(question.terms))


def fit_kind(question: Question, sentence: str) -> float:
    """How far a sentence holds what the question asks for, between 0 and 1."""
    if question.kind == "how many":
        return float(_NUMBER.search(sentence) is not None)
    if question.kind == "when":
        return float(_DATE.search(sentence) is not None)
    if question.kind == "why":
        return float(_REASON.search(sentence) is not None)
    names = [term for name in _NAME.findall(sentence) for term in analyze(name) if term not in question.terms]
    return min(1.0, len(names) / 2)


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences say nearly the same words: a wire story in two outlets is one piece of evidence."""
    return len(one & other) > 0.8 * max(1, min(len(one), len(other)))
