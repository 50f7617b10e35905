"""The text of an answer with its `[n]` marks, numbered by code, and the list of what they cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.answers import Citation, Span, Statement
from bot.verification.marks import drop_marks


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
        text = " ".join(drop_marks(statement.text).split())
        before = "" if not sentences else "\n" if statement.lead else " "
        sentences.append(f"{before}{statement.lead}{text} {''.join(marks)}")
    return "".join(sentences), tuple(citations)


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
