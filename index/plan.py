"""What a re-index is to do: decided here, without reading or writing anything.

An article is added, replaced or kept when it is read (`plan_article`); it is removed only after its source has been
read completely (`plan_removals`), and never because something else went wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from index.articles import Article

Action = Literal["add", "replace", "keep", "refuse"]


@dataclass(frozen=True)
class Removals:
    """The articles to remove, or those that are held back because they are suspiciously many."""

    remove: frozenset[str] = frozenset()
    held_back: frozenset[str] = frozenset()


def plan_article(article: Article, stored_hash: str | None, seen: Mapping[str, str]) -> Action:
    """What to do with an article that was read.

    `stored_hash` is the content hash under which its id is stored (None: it is not), `seen` the hashes of the articles
    of this run by id. Of two different articles with one id in one run the first stands, and the second is refused.
    """
    if seen.get(article.id, article.content_hash) != article.content_hash:
        return "refuse"
    if stored_hash is None and article.id not in seen:
        return "add"
    return "keep" if article.content_hash in (stored_hash, seen.get(article.id)) else "replace"


def plan_removals(
    stored: Mapping[str, Collection[str]], present: Collection[str], *, complete: bool, allow_many: bool
) -> Removals:
    """Which articles of one source are gone from it.

    `stored` gives, for each article that the source had, the other sources that have it too; `present` are the articles
    that it has now. A source that was not read completely loses nothing; more than half of its articles, and more
    than one, go only with `allow_many`.
    """
    if not complete:
        return Removals()
    gone = [article_id for article_id in stored if article_id not in present]
    lost = frozenset(article_id for article_id in gone if not stored[article_id])
    if len(lost) > 1 and len(gone) * 2 > len(stored) and not allow_many:
        return Removals(held_back=lost)
    return Removals(remove=lost)
