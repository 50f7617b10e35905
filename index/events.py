"""What comes out of a source while it is read, in this order: `Listed`, for each item that is read its articles and
an `ItemRead`, and at last a `SourceRead`. Events of several sources may come in turns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.articles import Article, Failure
from index.ledger import RememberedFailure, Visit


@dataclass(frozen=True)
class Listed:
    """What a source has: `unchanged` items are not read again; reading the others takes `total` (bytes or pages).

    From a source that `ages`, such as a feed, items go without being gone: what they held stays theirs.
    """

    source: str
    total: int
    unchanged: Collection[str] = ()
    ages: bool = False


@dataclass(frozen=True)
class ArticleRead:
    """One article of an item, or why it is none; `done` is how much of the source's `total` it took."""

    source: str
    item: str
    result: Article | Failure
    done: int


@dataclass(frozen=True)
class ItemRead:
    """The end of an item. If nothing in it failed, its stamp is noted, and it is not read again before it has another.

    An `unchanged` item gave no article, and holds those that it held.
    """

    source: str
    item: str
    stamp: str
    visits: tuple[Visit, ...] = ()
    unchanged: bool = False


@dataclass(frozen=True)
class SourceRead:
    """The end of a source.

    `items` are those that it has now, if it was read completely and is one that says what is gone from it; else None.
    `failures` are those of the source itself, `remembered` those of items that were not tried again yet, and `waiting`
    counts the items that the next read goes on with. `visits` to its listing are noted after all else is stored;
    addresses in `left` need no other visit.
    """

    source: str
    items: Collection[str] | None = None
    failures: Sequence[Failure] = ()
    remembered: Sequence[RememberedFailure] = ()
    waiting: int = 0
    visits: Sequence[Visit] = ()
    left: Collection[str] = ()


Event = Listed | ArticleRead | ItemRead | SourceRead
