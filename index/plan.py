"""What a re-index is to do, and why: decided here, without reading or writing anything.

An article is added, replaced or kept when it is read (`plan_article`); it is removed only after its source has been
read completely (`plan_removals`), and never because something else went wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from index.articles import Article

_ABOUT = ("title", "url", "outlet", "language", "published")
Action = Literal["add", "replace", "keep", "refuse", "remove", "hold"]


@dataclass(frozen=True)
class Step:
    """What to do with one article, and why in words; `article` is what is to be stored, for `add` and `replace`."""

    action: Action
    article_id: str
    reason: str
    article: Article | None = None


def plan_article(read: Article, stored: Article | None, seen: str | None, now: str) -> Step:
    """What to do with an article that was read.

    `stored` is what its id stands for now (None: nothing), `seen` the text hash under which this run has seen the id
    before, and `now` the moment of reading in ISO 8601. Of two different articles with one id in one run the first
    stands, and the second is refused. A new title or text is a correction: it replaces the old one, keeps the first
    date of publication, and is marked as updated. Other dates alone change nothing: feeds rewrite them.
    """
    if seen is not None and seen != read.text_hash:
        return Step("refuse", read.id, f"another article of this run has the id {read.id}, with other content")
    if stored is None:
        return Step("keep", read.id, "it was read before") if seen else Step("add", read.id, "it is new", read)
    merged = replace(
        read,
        # What a source says no more stays known.
        title=read.title or stored.title,
        url=read.url or stored.url,
        outlet=read.outlet or stored.outlet,
        language=read.language or stored.language,
        published=_first_published(stored.published, read.published),
        updated=stored.updated,
    )
    if merged.text != stored.text or (merged.title != stored.title and stored.title):
        part = "text" if merged.text != stored.text else "title"
        latest = max(read.updated or "", read.published or "")
        if latest <= (stored.updated or merged.published or ""):
            latest = now
        return Step("replace", read.id, f"its {part} has changed", replace(merged, updated=latest))
    changed = [name for name in _ABOUT if getattr(merged, name) != getattr(stored, name)]
    if changed:
        return Step("replace", read.id, f"its text is the same, but not its {' and '.join(changed)}", merged)
    return Step("keep", read.id, "it is the same")


def plan_removals(
    stored: Mapping[str, Collection[str]], present: Collection[str], *, complete: bool, allow_many: bool
) -> list[Step]:
    """Which articles of one source are gone from it: a `remove` for each, or a `hold` where they are suspiciously many.

    `stored` gives, for each article that the source had, the other sources that have it too; `present` are the articles
    that it has now. A source that was not read completely loses nothing; more than half of its articles, and more
    than one, go only with `allow_many`.
    """
    if not complete:
        return []
    gone = [article_id for article_id in stored if article_id not in present]
    lost = [article_id for article_id in gone if not stored[article_id]]
    if len(lost) > 1 and len(gone) * 2 > len(stored) and not allow_many:
        return [Step("hold", article_id, "more than half of its source is gone") for article_id in lost]
    return [Step("remove", article_id, "it is gone from its source") for article_id in lost]


def _first_published(stored: str | None, read: str | None) -> str | None:
    """The earlier of two dates; of a day and a moment in it the moment, which says more."""
    if stored is None or read is None:
        return stored or read
    if stored[:10] == read[:10] and len(stored) != len(read):
        return max(stored, read, key=len)
    return min(stored, read)
