"""The extractive reader: picks the sentences of the hits that answer, word for word; no key and no network needed.

weigh each sentence → refuse where there is too little → choose at most three → order them → make each readable

Who somebody is, and a summary, are read in another way (`bot.readers.summary`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.answers import Question, Reading, Statement
from bot.readers.agreement import weigh_agreement
from bot.readers.candidates import ON_SUBJECT, Candidate, collect_candidates, is_same, weigh_meaning
from bot.readers.support import is_answered
from bot.references.resolve import resolve_references
from index.articles import Hit
from index.embed import Embedder
from index.search.asked import find_asked

_MOST = 3  # sentences in an answer
_MOST_OF_PART = 2  # of them on each part of a question that asks for several things
_MARGIN = 2.0  # a further sentence may score this much less than the best


class ExtractiveReader:
    """Answers with at most three sentences of the hits, two for each part, or with none if they do not answer."""

    name = "extractive"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The sentences that answer. Raises `ServiceError` only where the embedder does."""
        if question.form in ("summary", "profile"):
            from bot.readers.summary import describe, summarise

            return Reading((summarise if question.form == "summary" else describe)(question, hits))
        if question.parts:
            return self._read_parts(question.parts)
        return Reading(self._state(question, hits, _MOST))

    def _read_parts(self, parts: Sequence[tuple[Question, Sequence[Hit]]]) -> Reading:
        read = [(part.text, self._state(part, hits, _MOST_OF_PART)) for part, hits in parts]
        every = [statement for _, statements in read for statement in statements]
        return Reading(every, unanswered=[find_asked(text) for text, statements in read if every and not statements])

    def _state(self, question: Question, hits: Sequence[Hit], most: int) -> tuple[Statement, ...]:
        candidates = weigh_candidates(question, hits, self._embedder)
        return tuple(state(order(choose(candidates)[:most]))) if is_answered(question, candidates, hits) else ()


def weigh_candidates(question: Question, hits: Sequence[Hit], embedder: Embedder) -> list[Candidate]:
    """Every sentence of the hits that states something, weighed. Raises `ServiceError` only where the embedder does."""
    candidates = weigh_meaning(question, collect_candidates(question, hits), embedder)
    return weigh_agreement(question, candidates)


def choose(
    candidates: Sequence[Candidate], score: Callable[[Candidate], float] = lambda candidate: candidate.score
) -> list[Candidate]:
    """The best candidate, and up to two more that are nearly as good and say something else; best first."""
    ranked = sorted(candidates, key=score, reverse=True)
    best, chosen = ranked[0], [ranked[0]]
    for candidate in ranked[1:]:
        if len(chosen) == _MOST or score(candidate) < score(best) - _MARGIN:
            break
        on_subject = candidate.context >= ON_SUBJECT * best.context
        if on_subject and not any(is_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """The chosen sentences as they are to be read: article by article, the best's first, each in its own order."""
    articles = list(dict.fromkeys(candidate.span.article.id for candidate in chosen))
    return sorted(chosen, key=lambda candidate: (articles.index(candidate.span.article.id), candidate.span.start))


def state(chosen: Sequence[Candidate]) -> Iterator[Statement]:
    """The sentences with what makes each readable behind those before it: whom its "he" means stands in brackets."""
    stated = ""
    for candidate in chosen:
        text, others = resolve_references(candidate.span, stated)
        yield Statement(text, spans=(candidate.span, *others))
        stated = f"{stated} {text}"
