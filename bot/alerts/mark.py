"""How far the index was looked at for alerts, so that each article is looked at once, whatever becomes of the index.

Articles have numbers, which grow. Beside the last number the mark has the ids of the articles stored last: they tell
whether the numbers still stand for the same articles (a full re-index keeps them; an index made anew does not, and then
nothing in it is news), and where counting goes on if some of the last were removed, and their numbers given to others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from index.store import ArticleStore

_KEPT = 50  # articles


@dataclass(frozen=True)
class Mark:
    """The numbers and ids of the articles that were stored last, those first; none where the index was empty."""

    last: tuple[tuple[int, str], ...] = ()

    @property
    def number(self) -> int:
        """The number up to which all articles were looked at."""
        return self.last[0][0] if self.last else 0

    def find_in(self, store: ArticleStore) -> int | None:
        """The number from which on articles are to be looked at in an index; None if it is another one."""
        numbers = store.numbers_of([article_id for _, article_id in self.last])
        there = [number for number, article_id in self.last if numbers.get(article_id) == number]
        moved = len(numbers) - len(there)  # some may stand where they stood by accident
        return None if self.last and moved >= len(there) else max(there, default=0)

    def write(self) -> str:
        """The mark as text."""
        return json.dumps(self.last)


def read_mark(text: str) -> Mark | None:
    """The mark from its text; None if it is none, as before the first look."""
    try:
        return Mark(tuple((int(number), str(article_id)) for number, article_id in json.loads(text)))
    except (ValueError, TypeError):
        return None


def make_mark(store: ArticleStore) -> Mark:
    """The mark for all that is stored now."""
    return Mark(tuple(store.last_stored(_KEPT)))
