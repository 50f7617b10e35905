"""Where a quote is from, in the words of a reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.answers import Citation
from bot.texts import Text, translate, write_day

_UNDATED = Text("date unknown")


@dataclass(frozen=True)
class Source:
    """What is said of a quote's article; what is not known is empty."""

    outlet: str
    published: str
    updated: str
    title: str
    also: str

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.outlet, self.published, self.updated, self.title, self.also)))


def describe_source(citation: Citation, language: str, write_name: Callable[[str], str] = str) -> Source:
    """Outlet, days, title in quotation marks, and the other outlets; `write_name` writes what the article names."""
    updated = Text("updated {day}", day=_read_day(citation.updated)) if citation.updated else ""
    also = Text("also in {outlets}", outlets=", ".join(map(write_name, citation.outlets))) if citation.outlets else ""
    return Source(
        outlet=write_name(citation.outlet),
        published=write_day(_read_day(citation.published), language)
        if citation.published
        else translate(_UNDATED, language),
        updated=translate(updated, language),
        title=f"“{write_name(citation.title)}”" if citation.title else "",
        also=translate(also, language),
    )


def count_page(page: int, pages: int, language: str) -> str:
    """Which of several pages it is: 2 of 4; empty where there is only one."""
    return translate(Text("{page} of {pages}", page=page, pages=pages), language) if pages > 1 else ""


def _read_day(written: str) -> date:
    return date.fromisoformat(written[:10])
