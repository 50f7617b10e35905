"""How old the evidence of an answer is, and days as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from bot.answers import Citation

_OLD_DAYS = 30  # from then on an answer says of when its newest article is


def note_age(question: str, citations: Sequence[Citation], at: str | None) -> tuple[str, str]:
    """A caveat for before the answer, and a note for after it, on how old its newest article is; empty if it is new.

    `at` is the day or moment at which the question was asked (None: now).
    """
    del question
    days = [date.fromisoformat(citation.published[:10]) for citation in citations if citation.published]
    asked = date.fromisoformat(at[:10]) if at else datetime.now(UTC).date()
    if not days or (asked - max(days)).days <= _OLD_DAYS:
        return "", ""
    return "", f"The newest article on this is from {write_day(max(days))}."


def write_day(day: date) -> str:
    """A day as people read it: 18 February 2020."""
    return f"{day.day} {day:%B %Y}"
