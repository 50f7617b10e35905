"""The one promise, kept by code: nothing leaves here that its quotes do not carry.

Every statement of either reader passes `check_statement`. It keeps a statement only with quotes that stand word for
word at their offsets in the stored article, and only if each number, name and quotation in it stands in those quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.answers import Citation, Span, Statement
from bot.questions import what_is_stated
from bot.verification.facts import find_facts, missing_facts
from index.articles import Article, Hit, Passage
from index.split import sentence_spans
from index.terms import content_terms

_SHARED = 0.5  # of a statement's words that its quote must have: below this it is about something else
_LONGEST = 4  # sentences in one quote

_FOREIGN_MARK = re.compile(r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]")

FindArticle = Callable[[str], Article | None]


@dataclass(frozen=True)
class Checked:
    """What came of one statement: itself with the spans that are to be quoted for it, or None, with the problem.

    `repaired` is one that does not stand as its reader wrote it: its words, or the passage that carries it, changed.
    """

    statement: Statement | None
    repaired: bool = False
    problem: str = ""


def check_statement(statement: Statement, hits: Sequence[Hit], find_article: FindArticle) -> Checked:
    """The statement as far as it holds. `find_article` gives an article as it is stored at this moment.

    A statement whose own passages do not carry it may be carried by another hit.
    """
    spans = statement.spans or _find_support(statement, hits)
    if not (spans and all(_stands(span, find_article) for span in spans) and _carries(spans, statement.text)):
        return Checked(None, problem="no passage carries it")
    return Checked(replace(statement, spans=spans, passages=()))


def cite_statements(
    statements: Sequence[Statement], outlets: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> tuple[str, tuple[Citation, ...]]:
    """The text of an answer with its `[n]` marks, and its citations, numbered in the order of first use.

    `outlets` gives the other outlets that carry an article's report, by article id.
    """
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    sentences: list[str] = []
    for statement in statements:
        marks = []
        for span in statement.spans:
            key = (span.article.id, span.start, span.end)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(_make_citation(numbers[key], span, outlets.get(span.article.id, ())))
            marks.append(f"[{numbers[key]}]")
        # A number in brackets that the text brought along would read as a citation of ours.
        text = " ".join(_drop_marks(statement.text).split())
        before = "" if not sentences else "\n" if statement.lead else " "
        sentences.append(f"{before}{statement.lead}{text} {''.join(marks)}")
    return "".join(sentences), tuple(citations)


def _drop_marks(text: str) -> str:
    """A text without numbers in brackets, also those that appear when others go: [[1]7]."""
    while (dropped := _FOREIGN_MARK.sub("", text)) != text:
        text = dropped
    return text


def _make_citation(number: int, span: Span, outlets: tuple[str, ...]) -> Citation:
    article = span.article
    return Citation(
        number=number,
        quote=span.text,
        article_id=article.id,
        title=article.title,
        url=article.url,
        outlet=article.outlet,
        published=article.published,
        start=span.start,
        end=span.end,
        updated=article.updated,
        outlets=outlets,
    )


def _stands(span: Span, find_article: FindArticle) -> bool:
    """Whether the stored article has these very words there now."""
    stored = find_article(span.article.id)
    return stored is not None and span.text != "" and stored.text[span.start : span.end] == span.text


def _carries(spans: Sequence[Span], text: str) -> bool:
    quoted = " ".join(span.text for span in spans)
    return text == quoted or not missing_facts(find_facts(text), " ".join(_evidence(span, text) for span in spans))


def _evidence(span: Span, text: str) -> str:
    """What of a quote counts for a statement: what it says that somebody did not say, only if the statement does so."""
    return what_is_stated(span.text) if what_is_stated(text) == " ".join(text.split()) else span.text


def _find_support(statement: Statement, hits: Sequence[Hit]) -> tuple[Span, ...]:
    """The shortest stretch that carries a statement, in the passages that it names or else in another hit."""
    named = list(statement.passages)
    others = [hit.passage for hit in hits if hit.passage not in named]
    for group in (named, others):
        found = [span for passage in group if (span := _find_span(statement.text, passage))]
        if found:
            return (min(found, key=lambda span: span.end - span.start),)
    return _split_support(statement, named)


def _split_support(statement: Statement, named: Sequence[Passage]) -> tuple[Span, ...]:
    """Two or more named passages that carry a statement only together: the best sentence of each."""
    if len(named) < 2:
        return ()
    spans = tuple(span for passage in named if (span := _best_sentence(statement.text, passage)) is not None)
    evidence = " ".join(_evidence(span, statement.text) for span in spans)
    return spans if _share_of_words(statement.text, evidence) >= _SHARED else ()


def _find_span(text: str, passage: Passage) -> Span | None:
    """The fewest consecutive sentences of a passage that hold all facts and half of the words of a text."""
    facts = find_facts(text)
    spans = sentence_spans(passage.text, passage.article.language)
    for length in range(1, min(_LONGEST, len(spans)) + 1):
        best: tuple[float, Span] | None = None
        for first, last in zip(spans, spans[length - 1 :], strict=False):
            span = _span_of(passage, first[0], last[1])
            stated = _evidence(span, text)
            if missing_facts(facts, stated):
                continue
            shared = _share_of_words(text, stated)
            if shared >= _SHARED and (best is None or shared > best[0]):
                best = (shared, span)
        if best is not None:
            return best[1]
    return None


def _share_of_words(text: str, stated: str) -> float:
    terms = set(content_terms(text))
    return len(terms & set(content_terms(stated))) / max(1, len(terms))


def _best_sentence(text: str, passage: Passage) -> Span | None:
    terms = set(content_terms(text))
    spans = [_span_of(passage, start, end) for start, end in sentence_spans(passage.text, passage.article.language)]
    shared = {span: len(terms & set(content_terms(what_is_stated(span.text)))) for span in spans}
    best = max(spans, key=lambda span: shared[span], default=None)
    return best if best is not None and shared[best] > 0 else None


def _span_of(passage: Passage, start: int, end: int) -> Span:
    return Span(passage.article, passage.start + start, passage.start + end)
