"""The articles themselves, which passages stand for them, and which are copies: what is true of the index.

Vectors and keywords are derived from it. A search result counts only when its passage id is listed here, so an article
comes, changes or goes for all readers in the one transaction that `put` or `remove` is. Passage ids that may stand in
the other two indexes without being listed here are in the table `stale`, before they are written and until they are
deleted there, so that a process killed at any moment leaves nothing that the next run does not sweep away.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from typing import NamedTuple

from index.articles import Article, Passage
from index.copies import are_copies, are_near, sign_text
from index.database import Database, marks, pages_of

_ARTICLE = tuple(column.name for column in fields(Article))
Sighting = tuple[str, str, str, str]  # source, item in it, id and text hash of the article that it held
# Articles that share a key with very many others share a form and not a story: no more than these are compared.
_CANDIDATES = 200


class Place(NamedTuple):
    """Where a passage stands: the number of its article, its position in it from 0, and of when and whom that is."""

    passage_id: str
    article: int
    position: int
    published: str | None
    outlet: str


class ArticleStore:
    """Articles and passages in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # What the index was made with, and counts

    def read_meta(self) -> dict[str, str]:
        """Everything that was noted with `write_meta`."""
        return dict(self._database.read("SELECT key, value FROM meta"))

    def write_meta(self, **values: str) -> None:
        """Note facts about the whole index (what made it, when it was last brought up to date)."""
        with self._database.transaction() as db:
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def revision(self) -> int:
        """A number that grows with each change of the articles."""
        found = self._database.read("SELECT value FROM meta WHERE key = 'revision'")
        return int(found[0][0]) if found else 0

    def count(self, table: str) -> int:
        """How many rows one of `articles`, `passages` or `stale` has."""
        if table not in ("articles", "passages", "stale"):
            raise ValueError(f"no such table to count: {table}")
        return int(self._database.read(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - one of three names

    # Articles and passages

    def article(self, article_id: str) -> Article | None:
        """The article as it is now."""
        rows = self._database.read(f"SELECT {', '.join(_ARTICLE)} FROM articles WHERE id = ?", (article_id,))  # noqa: S608
        return Article(*rows[0]) if rows else None

    def article_ids(self) -> list[str]:
        """The ids of all articles."""
        return [row[0] for row in self._database.read("SELECT id FROM articles")]

    def article_ids_without_passages(self) -> list[str]:
        """Articles that are stored but not yet split and embedded: those taken over into a new generation."""
        query = "SELECT id FROM articles WHERE NOT EXISTS (SELECT 1 FROM passages WHERE article = number)"
        return [row[0] for row in self._database.read(query)]

    def load_passages(self, ids: Collection[str]) -> dict[str, Passage]:
        """The listed passages among `ids`, by id; others are not in the result."""
        columns = ", ".join(f"a.{name}" for name in _ARTICLE)
        articles: dict[str, Article] = {}
        found: dict[str, Passage] = {}
        for places, page in pages_of(ids):
            query = f"""SELECT p.id, p.position, p.start, p.end, p.repeat, {columns} FROM passages p
                        JOIN articles a ON a.number = p.article WHERE p.id IN ({places})"""  # noqa: S608
            for passage_id, position, start, end, repeat, *article in self._database.read(query, page):
                kept = articles.setdefault(article[0], Article(*article))
                found[passage_id] = Passage(kept, position, start, end, repeat)
        return found

    def place_passages(self, ids: Collection[str]) -> list[Place]:
        """Where the listed passages among `ids` stand, without reading any text."""
        # One statement for however many ids, which SQLite keeps prepared.
        query = """SELECT p.id, p.article, p.position, a.published, a.outlet FROM json_each(?) AS wanted
                   CROSS JOIN passages p ON p.id = wanted.value JOIN articles a ON a.number = p.article"""
        return [Place(*row) for row in self._database.read(query, (json.dumps(list(ids)),))]

    def passage_ids(self, article_ids: Collection[str] | None = None) -> list[str]:
        """The ids of all passages, or of those of some articles."""
        if article_ids is None:
            return [row[0] for row in self._database.read("SELECT id FROM passages")]
        query = "SELECT p.id FROM passages p JOIN articles a ON a.number = p.article WHERE a.id IN ({})"
        return [
            row[0] for places, page in pages_of(article_ids) for row in self._database.read(query.format(places), page)
        ]

    def copies_of(self, article_id: str) -> list[Article]:
        """The near-duplicates of an article, oldest first."""
        columns = ", ".join(f"b.{name}" for name in _ARTICLE)
        query = f"""SELECT {columns} FROM articles a JOIN copies c ON c.article = a.number
                    JOIN articles b ON b.number = c.copy WHERE a.id = ? ORDER BY b.published, b.id"""  # noqa: S608
        return [Article(*row) for row in self._database.read(query, (article_id,))]

    def outlets(self) -> list[tuple[str, int, str | None]]:
        """The outlets ("" where none is known), each with its number of articles and when its newest was published."""
        query = "SELECT outlet, count(*), max(published) FROM articles GROUP BY outlet ORDER BY count(*) DESC, outlet"
        return [(row[0], row[1], row[2]) for row in self._database.read(query)]

    def newest(self, n: int, *, since: str = "", until: str = "9999") -> list[Article]:
        """The `n` newest articles of those published from `since` to `until` (days or moments), newest first."""
        query = f"""SELECT {", ".join(_ARTICLE)} FROM articles WHERE published >= ? AND published <= ?
                    ORDER BY published DESC, number DESC LIMIT ?"""  # noqa: S608
        return [Article(*row) for row in self._database.read(query, (since, until, n))]

    def articles_after(self, number: int, since: str = "", n: int = 500) -> list[tuple[int, Article]]:
        """The first `n` articles that were stored after the one of this number, with theirs, in order.

        Only those published from `since` (a day or a moment), or of unknown date.
        """
        query = f"""SELECT number, {", ".join(_ARTICLE)} FROM articles WHERE number > ?
                    AND (published IS NULL OR published >= ?) ORDER BY number LIMIT ?"""  # noqa: S608
        return [(row[0], Article(*row[1:])) for row in self._database.read(query, (number, since, n))]

    def last_stored(self, n: int) -> list[tuple[int, str]]:
        """The numbers and ids of the `n` articles that were stored last, those first."""
        query = "SELECT number, id FROM articles ORDER BY number DESC LIMIT ?"
        return [(row[0], row[1]) for row in self._database.read(query, (n,))]

    def numbers_of(self, article_ids: Collection[str]) -> dict[str, int]:
        """The numbers of those articles that are there, by id; one that is replaced keeps its number."""
        found: dict[str, int] = {}
        for places, page in pages_of(article_ids):
            found |= self._database.read(f"SELECT id, number FROM articles WHERE id IN ({places})", page)  # noqa: S608
        return found

    def together(self) -> AbstractContextManager[object]:
        """What is changed and noted within it is changed in one transaction, which is much faster than one for each."""
        return self._database.transaction()

    def put(self, articles: Mapping[Article, Sequence[Passage]], seen: Iterable[Sighting] = ()) -> None:
        """Add or replace articles with their passages, in one transaction; passages that go become stale.

        It notes as well where the articles were `seen`, so that no article is ever there that no source answers for.
        """
        with self._database.transaction() as db:
            for article, passages in articles.items():
                number = _put_article(db, article)
                db.execute("INSERT OR IGNORE INTO stale SELECT id FROM passages WHERE article = ?", (number,))
                db.execute("DELETE FROM passages WHERE article = ?", (number,))
                rows = [(p.id, number, p.position, p.start, p.end, p.repeat) for p in passages]
                db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)", rows)
                db.executemany("DELETE FROM stale WHERE passage_id = ?", [row[:1] for row in rows])
            db.executemany("INSERT OR REPLACE INTO sightings VALUES (?, ?, ?, ?)", seen)
            _count_up(db)

    def remove(self, article_ids: Collection[str]) -> None:
        """Remove articles, in one transaction; their passages become stale, and the items that had them unread."""
        if not article_ids:
            return
        with self._database.transaction() as db:
            for places, page in pages_of(article_ids):
                rows = db.execute(f"SELECT number, text FROM articles WHERE id IN ({places})", page).fetchall()  # noqa: S608
                for number, text in rows:
                    _unlink(db, number, text)
                    db.execute("INSERT OR IGNORE INTO stale SELECT id FROM passages WHERE article = ?", (number,))
                    db.execute("DELETE FROM articles WHERE number = ?", (number,))
                # Whoever puts back a file that had gone would else find it noted as read, and its articles nowhere.
                having = f"SELECT source, item FROM sightings WHERE article_id IN ({places})"  # noqa: S608
                db.execute(f"DELETE FROM items WHERE (source, item) IN ({having})", page)  # noqa: S608
                db.execute(f"DELETE FROM sightings WHERE article_id IN ({places})", page)  # noqa: S608
            _count_up(db)

    def count_up(self) -> None:
        """Make those who read the index look at it anew: one of its other parts was mended."""
        with self._database.transaction() as db:
            _count_up(db)

    # Passage ids that are about to be written to the other indexes, or still have to be deleted there

    def announce(self, passage_ids: Iterable[str]) -> None:
        """Note passage ids as stale before they are written elsewhere; `put` takes them off the list."""
        with self._database.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO stale VALUES (?)", ((passage_id,) for passage_id in passage_ids))

    def stale_passage_ids(self) -> list[str]:
        """Passage ids that have to be deleted from the other indexes."""
        return [row[0] for row in self._database.read("SELECT passage_id FROM stale")]

    def forget_stale(self, passage_ids: Collection[str]) -> None:
        """Take ids off the list, once they have been deleted elsewhere."""
        with self._database.transaction() as db:
            db.executemany("DELETE FROM stale WHERE passage_id = ?", ((passage_id,) for passage_id in passage_ids))


def _put_article(db: sqlite3.Connection, article: Article) -> int:
    """Add or replace an article without its passages; link it with its copies if its text is new. Gives its number."""
    values = tuple(getattr(article, name) for name in _ARTICLE)
    stored = db.execute("SELECT number, text FROM articles WHERE id = ?", (article.id,)).fetchone()
    if stored is None:
        columns = ", ".join(_ARTICLE)
        found = db.execute(f"INSERT INTO articles ({columns}) VALUES ({marks(len(values))})", values)  # noqa: S608
        number = int(found.lastrowid or 0)
    else:
        number, old_text = stored
        changes = ", ".join(f"{name} = ?" for name in _ARTICLE)
        db.execute(f"UPDATE articles SET {changes} WHERE number = ?", (*values, number))  # noqa: S608
        if old_text == article.text:
            return int(number)
        _unlink(db, number, old_text)
    _link(db, number, article)
    return int(number)


def _link(db: sqlite3.Connection, number: int, article: Article) -> None:
    """Note which stored articles are near-duplicates of this one; it makes no difference which of two comes first."""
    keys = article.copy_keys
    query = f"""SELECT DISTINCT a.number, a.text, a.published FROM bands b JOIN articles a ON a.number = b.article
                WHERE b.key IN ({marks(len(keys))}) AND a.number <> ? LIMIT {_CANDIDATES}"""  # noqa: S608
    copies = [
        other
        for other, text, published in db.execute(query, (*keys, number)).fetchall()
        if are_near(article.published, published) and are_copies(article.text, text)
    ]
    db.executemany("INSERT INTO bands VALUES (?, ?)", [(key, number) for key in keys])
    pairs = [pair for other in copies for pair in ((number, other), (other, number))]
    db.executemany("INSERT INTO copies VALUES (?, ?)", pairs)


def _unlink(db: sqlite3.Connection, number: int, text: str) -> None:
    # The keys are worked out anew: an index of them by article would double what they take on the disk.
    db.executemany("DELETE FROM bands WHERE key = ? AND article = ?", [(key, number) for key in sign_text(text)])
    copies = [row[0] for row in db.execute("SELECT copy FROM copies WHERE article = ?", (number,))]
    db.executemany("DELETE FROM copies WHERE article = ? AND copy = ?", [(copy, number) for copy in copies])
    db.execute("DELETE FROM copies WHERE article = ?", (number,))


def _count_up(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO meta VALUES ('revision', '1') ON CONFLICT (key) DO UPDATE SET value = value + 1")
