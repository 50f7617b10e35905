"""Hits of one story: copies of a report become one hit with its outlets, and articles take turns where all is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.articles import Hit
from index.copies import are_copies, have_same_figures
from index.dates import is_after
from index.store import ArticleStore, Place


def join_copies(store: ArticleStore, hits: Iterable[Hit], k: int, moment: str) -> list[Hit]:
    """The `k` best hits; one report in several outlets is one hit, with the others' names, and not several."""
    kept: list[Hit] = []
    twins: list[set[str]] = []  # the ids of the copies of each
    copies_of = {}
    for hit in hits:
        article, text = hit.passage.article, hit.passage.text
        if any(article.id in ids and are_copies(o.passage.text, text) for o, ids in zip(kept, twins, strict=True)):
            continue
        if article.id not in copies_of:
            copies_of[article.id] = [c for c in store.copies_of(article.id) if not is_after(c.published, moment)]
        # A copy with another figure is none of this passage: no outlet is named for what it did not say.
        copies = [copy for copy in copies_of[article.id] if have_same_figures(text, copy.text)]
        outlets = dict.fromkeys(copy.outlet for copy in copies if copy.outlet not in ("", article.outlet))
        kept.append(replace(hit, outlets=tuple(outlets)))
        twins.append({copy.id for copy in copies})
        if len(kept) == k:
            break
    return kept


def spread_articles(places: Sequence[Place]) -> list[Place]:
    """The places in their order, but the first of each article before the second of any, and so on."""
    seen: Counter[int] = Counter()
    turns = []
    for place in places:
        turns.append((seen[place.article], place))
        seen[place.article] += 1
    return [place for _, place in sorted(turns, key=lambda turn: turn[0])]
