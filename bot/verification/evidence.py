"""What carries a statement: the stretch of a passage that holds it, or the sentence that can take its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.answers import Span, Statement
from bot.verification.amounts import find_amounts
from bot.verification.support import find_problem, state_evidence
from bot.verification.words import find_terms, share_of
from index.articles import Hit, Passage
from index.split import sentence_spans

_SHARED = 0.5  # of a statement's terms that its quote must have: below this it is about something else
_LONGEST = 4  # sentences in one quote
_TRIED = 16  # stretches that may carry a statement, best first; each try takes time
_ABOUT = 0.6  # of a statement's terms that a sentence must have to take its place,
_FEWEST = 3  # and so many of them


def find_support(statement: Statement, hits: Sequence[Hit]) -> tuple[Span, ...]:
    """The shortest stretch that carries a statement, in the passages that it names or else in another hit."""
    named = list(statement.passages)
    others = [hit.passage for hit in hits if hit.passage not in named]
    for group in (named, others):
        stretches = sorted(
            (stretch for passage in group for stretch in _list_stretches(statement.text, passage)),
            key=lambda stretch: stretch[:2],
        )
        distinct: dict[tuple[str, str | None], Span] = {}  # copies of one report are tried once
        for _, _, span in stretches:
            distinct.setdefault((span.text, span.article.published), span)
        for span in list(distinct.values())[:_TRIED]:
            if span.text == statement.text or not find_problem(statement.text, [span]):
                return (span,)
    return _split_support(statement, named)


def _list_stretches(text: str, passage: Passage) -> Iterator[tuple[int, int, Span]]:
    """Consecutive sentences of a passage that hold half of a text's terms, without one at an end that adds nothing.

    Each comes with how many sentences it is, and how few terms of the text and how many characters it has.
    """
    terms, counts = find_terms(text), find_amounts(text) != ()
    if share_of(terms, find_terms(passage.text)) < _SHARED:
        return
    spans = list(_list_spans(passage))
    held = [terms & _terms_of(span, text) for span in spans]
    for first in range(len(spans)):
        together: frozenset[str] = frozenset()
        for last in range(first, min(first + _LONGEST, len(spans))):
            added = held[last] - together
            together |= held[last]
            if last > first and not (added or (counts and find_amounts(spans[last].text))):
                continue
            if len(together) >= _SHARED * len(terms):
                span = Span(passage.article, spans[first].start, spans[last].end)
                yield last - first, (len(span.text) - 10**6 * len(together)), span


def _split_support(statement: Statement, named: Sequence[Passage]) -> tuple[Span, ...]:
    """Two or more named passages that carry a statement only together: the best sentence of each."""
    if len(named) < 2:
        return ()
    found = [_pick_best(statement.text, _list_spans(passage)) for passage in named]
    spans = tuple(span for span in found if span is not None)
    return spans if _shares(statement.text, spans, _SHARED) and not find_problem(statement.text, spans) else ()


def find_subject(statement: Statement, hits: Sequence[Hit], stands: Callable[[Span], bool]) -> Span | None:
    """The sentence that a statement is about though it does not carry it: quoted, named, or in a hit, in this order.

    `stands` tells whether the stored article has a span's words there now.
    """
    terms = find_terms(statement.text)
    own = [Passage(span.article, 0, span.start, span.end) for span in statement.spans if span.text]
    for passages in (own, statement.passages, [hit.passage for hit in hits]):
        near = (passage for passage in passages if share_of(terms, find_terms(passage.text)) >= _ABOUT)
        spans = (span for passage in near for span in _list_spans(passage))
        about = [
            span for span in spans if len(terms & _terms_of(span, statement.text)) >= max(_FEWEST, _ABOUT * len(terms))
        ]
        best = _pick_best(statement.text, (span for span in about if stands(span)))
        if best is not None:
            return best
    return None


def _pick_best(text: str, spans: Iterable[Span]) -> Span | None:
    """The span with most of a text's terms, the first of equals; None if all have none."""
    best = max(spans, key=lambda span: _share(text, [span]), default=None)
    return best if best is not None and _share(text, [best]) > 0 else None


def _shares(text: str, spans: Sequence[Span], least: float) -> bool:
    return bool(spans) and _share(text, spans) >= least


def _share(text: str, spans: Sequence[Span]) -> float:
    return share_of(find_terms(text), frozenset().union(*(_terms_of(span, text) for span in spans)))


def _terms_of(span: Span, text: str) -> frozenset[str]:
    return find_terms(state_evidence(span.text, text))


def _list_spans(passage: Passage) -> Iterator[Span]:
    for start, end in sentence_spans(passage.text, passage.article.language):
        yield _span_of(passage, start, end)


def _span_of(passage: Passage, start: int, end: int) -> Span:
    return Span(passage.article, passage.start + start, passage.start + end)
