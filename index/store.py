"""The articles themselves, and which passages stand for them, in one SQLite file: what is true of the index.

Vectors and keywords are derived from it. A search result counts only when its passage id is listed here, so an article
comes, changes or goes for all readers in the one transaction that `put` or `remove` is. Passage ids that may stand in
the other two indexes without being listed here are in the table `stale`, before they are written and until they are
deleted there, so that a process killed at any moment leaves nothing that the next run does not sweep away.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from index.articles import Article, Failure, Passage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY, text TEXT NOT NULL, title TEXT NOT NULL, url TEXT NOT NULL, outlet TEXT NOT NULL,
    published TEXT, updated TEXT, language TEXT NOT NULL, content_hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS passages (
    id TEXT PRIMARY KEY, article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    position INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passages_of_article ON passages (article_id);
CREATE TABLE IF NOT EXISTS files (
    source TEXT NOT NULL, path TEXT NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (source, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sightings (
    source TEXT NOT NULL, path TEXT NOT NULL, article_id TEXT NOT NULL,
    PRIMARY KEY (source, path, article_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sightings_of_article ON sightings (article_id);
CREATE TABLE IF NOT EXISTS failures (source TEXT NOT NULL, item TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS stale (passage_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_ARTICLE = tuple(column.name for column in fields(Article))
_PAGE = 500  # ids in one statement


class ArticleStore:
    """The SQLite file at `path`. Safe to use from several threads; one process writes at a time, any number read."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL;" + _SCHEMA)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()

    # What the index was made with, and counts

    def read_meta(self) -> dict[str, str]:
        """Everything that was noted with `write_meta`."""
        return dict(self._read("SELECT key, value FROM meta"))

    def write_meta(self, **values: str) -> None:
        """Note facts about the whole index (what made it, when it was last brought up to date)."""
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def revision(self) -> int:
        """A number that grows with each change of the articles."""
        found = self._read("SELECT value FROM meta WHERE key = 'revision'")
        return int(found[0][0]) if found else 0

    def count(self, table: str) -> int:
        """How many rows one of `articles`, `passages` or `stale` has."""
        if table not in ("articles", "passages", "stale"):
            raise ValueError(f"no such table to count: {table}")
        return int(self._read(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - one of three names

    # Articles and passages

    def article(self, article_id: str) -> Article | None:
        """The article as it is now."""
        rows = self._read(f"SELECT {', '.join(_ARTICLE)} FROM articles WHERE id = ?", (article_id,))  # noqa: S608
        return Article(*rows[0]) if rows else None

    def content_hashes(self) -> dict[str, str]:
        """The content hash of each stored article by id."""
        return dict(self._read("SELECT id, content_hash FROM articles"))

    def article_ids_without_passages(self) -> list[str]:
        """Articles that are stored but not yet split and embedded: those taken over into a new generation."""
        query = "SELECT id FROM articles WHERE NOT EXISTS (SELECT 1 FROM passages WHERE article_id = articles.id)"
        return [row[0] for row in self._read(query)]

    def load_passages(self, ids: Collection[str]) -> dict[str, Passage]:
        """The listed passages among `ids`, by id; others are not in the result."""
        columns = ", ".join(f"a.{name}" for name in _ARTICLE)
        articles: dict[str, Article] = {}
        found: dict[str, Passage] = {}
        for marks, page in _pages(ids):
            query = f"""SELECT p.id, p.position, p.start, p.end, {columns} FROM passages p
                        JOIN articles a ON a.id = p.article_id WHERE p.id IN ({marks})"""  # noqa: S608
            for passage_id, position, start, end, *article in self._read(query, page):
                kept = articles.setdefault(article[0], Article(*article))
                found[passage_id] = Passage(kept, position, start, end)
        return found

    def passage_ids(self, article_ids: Collection[str] | None = None) -> list[str]:
        """The ids of all passages, or of those of some articles."""
        if article_ids is None:
            return [row[0] for row in self._read("SELECT id FROM passages")]
        query = "SELECT id FROM passages WHERE article_id IN ({})"
        return [row[0] for marks, page in _pages(article_ids) for row in self._read(query.format(marks), page)]

    def put(self, articles: Mapping[Article, Sequence[Passage]]) -> None:
        """Add or replace articles with their passages, in one transaction; passages that go become stale."""
        with self._transaction() as db:
            for article, passages in articles.items():
                db.execute("INSERT OR IGNORE INTO stale SELECT id FROM passages WHERE article_id = ?", (article.id,))
                values = (*(getattr(article, name) for name in _ARTICLE), article.content_hash)
                db.execute("DELETE FROM articles WHERE id = ?", (article.id,))
                db.execute(f"INSERT INTO articles VALUES ({_marks(len(values))})", values)  # noqa: S608
                rows = [(p.id, article.id, p.position, p.start, p.end) for p in passages]
                db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", rows)
                db.executemany("DELETE FROM stale WHERE passage_id = ?", [row[:1] for row in rows])
            _count_up(db)

    def remove(self, article_ids: Collection[str]) -> None:
        """Remove articles, in one transaction; their passages become stale."""
        if not article_ids:
            return
        with self._transaction() as db:
            for marks, page in _pages(article_ids):
                db.execute(f"INSERT OR IGNORE INTO stale SELECT id FROM passages WHERE article_id IN ({marks})", page)  # noqa: S608
                db.execute(f"DELETE FROM articles WHERE id IN ({marks})", page)  # noqa: S608
                db.execute(f"DELETE FROM sightings WHERE article_id IN ({marks})", page)  # noqa: S608
            _count_up(db)

    # Passage ids that are about to be written to the other indexes, or still have to be deleted there

    def announce(self, passage_ids: Iterable[str]) -> None:
        """Note passage ids as stale before they are written elsewhere; `put` takes them off the list."""
        with self._transaction() as db:
            db.executemany("INSERT OR IGNORE INTO stale VALUES (?)", ((passage_id,) for passage_id in passage_ids))

    def stale_passage_ids(self) -> list[str]:
        """Passage ids that have to be deleted from the other indexes."""
        return [row[0] for row in self._read("SELECT passage_id FROM stale")]

    def forget_stale(self, passage_ids: Collection[str]) -> None:
        """Take ids off the list, once they have been deleted elsewhere."""
        with self._transaction() as db:
            db.executemany("DELETE FROM stale WHERE passage_id = ?", ((passage_id,) for passage_id in passage_ids))

    # Where articles were seen

    def stamps(self, source: str) -> dict[str, str]:
        """The stamp of each file of a source that was read without a failure, by path."""
        return dict(self._read("SELECT path, stamp FROM files WHERE source = ?", (source,)))

    def seen_in(self, source: str) -> dict[str, list[str]]:
        """The article ids that each file of a source held when it was last read, by path."""
        seen: dict[str, list[str]] = {}
        for path, article_id in self._read("SELECT path, article_id FROM sightings WHERE source = ?", (source,)):
            seen.setdefault(path, []).append(article_id)
        return seen

    def elsewhere(self, source: str) -> dict[str, set[str]]:
        """The articles of a source, each with the other sources that have it too."""
        query = """SELECT s.article_id, o.source FROM sightings s
                   LEFT JOIN sightings o ON o.article_id = s.article_id AND o.source <> s.source WHERE s.source = ?"""
        found: dict[str, set[str]] = {}
        for article_id, other in self._read(query, (source,)):
            found.setdefault(article_id, set()).update({other} - {None})
        return found

    def record_file(self, source: str, path: str, stamp: str | None, article_ids: Collection[str]) -> None:
        """Note what a file holds now; without a stamp it is read again next time."""
        with self._transaction() as db:
            db.execute("DELETE FROM sightings WHERE source = ? AND path = ?", (source, path))
            db.executemany("INSERT OR IGNORE INTO sightings VALUES (?, ?, ?)", [(source, path, i) for i in article_ids])
            db.execute("DELETE FROM files WHERE source = ? AND path = ?", (source, path))
            if stamp is not None:
                db.execute("INSERT INTO files VALUES (?, ?, ?)", (source, path, stamp))

    def forget_files(self, source: str, paths: Iterable[str]) -> None:
        """Note that files of a source are gone."""
        for path in paths:
            self.record_file(source, path, None, ())

    def recorded_sources(self) -> list[str]:
        """The locations of the sources that articles were seen in."""
        return [row[0] for row in self._read("SELECT source FROM files UNION SELECT source FROM sightings")]

    def write_failures(self, failures: Sequence[Failure]) -> None:
        """Note what failed in the last run, in place of what was noted before."""
        with self._transaction() as db:
            db.execute("DELETE FROM failures")
            db.executemany("INSERT INTO failures VALUES (?, ?, ?)", [(f.source, f.item, f.reason) for f in failures])

    def read_failures(self) -> list[Failure]:
        """What failed in the last run."""
        return [Failure(*row) for row in self._read("SELECT source, item, reason FROM failures")]

    def copy_articles_to(self, path: Path) -> None:
        """Write a store to `path` that has all articles and where they were seen, and no passages yet."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, sqlite3.connect(path, isolation_level=None) as copy:
            self._db.backup(copy)
            copy.executescript("DELETE FROM passages; DELETE FROM stale; DELETE FROM files; DELETE FROM meta;")
        copy.close()

    def _read(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _pages(ids: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    every = list(ids)
    for i in range(0, len(every), _PAGE):
        page = every[i : i + _PAGE]
        yield _marks(len(page)), page


def _marks(n: int) -> str:
    return ", ".join("?" * n)


def _count_up(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO meta VALUES ('revision', '1') ON CONFLICT (key) DO UPDATE SET value = value + 1")
