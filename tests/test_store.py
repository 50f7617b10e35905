"""The article store: what is true of the index, changed in transactions, and what others have to forget."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index.articles import Article, Failure, Passage
from index.store import ArticleStore

ONE = Article("a1", "First text. More of it.", "Title", "https://a.example", "Wire", "2020-02-18", "2020-02-19", "en")
TWO = Article("a2", "Second text.")


def passages_of(article: Article) -> list[Passage]:
    """Two passages: the halves of the article's text."""
    middle = len(article.text) // 2
    return [Passage(article, 0, 0, middle), Passage(article, 1, middle, len(article.text))]


def ids_of(*articles: Article) -> set[str]:
    """The ids of the passages of some articles."""
    return {passage.id for article in articles for passage in passages_of(article)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArticleStore]:
    """A store that holds two articles."""
    store = ArticleStore(tmp_path / "new" / "articles.sqlite")
    store.put({article: passages_of(article) for article in (ONE, TWO)})
    yield store
    store.close()


def test_what_was_put_is_there_whole(store: ArticleStore) -> None:
    """Articles and passages come back as they were put, each passage with its article."""
    assert (store.article("a1"), store.article("a2"), store.article("a3")) == (ONE, TWO, None)
    assert store.content_hashes() == {"a1": ONE.content_hash, "a2": TWO.content_hash}
    expected = {p.id: p for p in passages_of(ONE) + passages_of(TWO)}
    loaded = store.load_passages([*expected, "unknown"])
    assert loaded == expected
    assert {p.text for p in loaded.values()} == {p.text for p in expected.values()}
    assert set(store.passage_ids()) == ids_of(ONE, TWO)
    assert set(store.passage_ids(["a1", "unknown"])) == ids_of(ONE)
    assert store.article_ids_without_passages() == []
    assert [store.count(table) for table in ("articles", "passages", "stale")] == [2, 4, 0]


def test_a_replaced_article_leaves_its_old_passages_stale(store: ArticleStore) -> None:
    """The new version takes the old one's place at once; only passages that are not in it become stale."""
    newer = replace(ONE, text="First text. Corrected.", updated="2020-02-20")
    kept = passages_of(ONE)[0]
    new = Passage(newer, 1, kept.end, len(newer.text))
    revision = store.revision()
    store.put({newer: [replace(kept, article=newer), new]})
    assert store.article("a1") == newer
    assert set(store.passage_ids(["a1"])) == {kept.id, new.id}
    assert store.stale_passage_ids() == [passages_of(ONE)[1].id]
    assert store.revision() == revision + 1


def test_a_removed_article_leaves_all_its_passages_stale(store: ArticleStore) -> None:
    """With an article its passages and sightings go, and what other indexes hold of it is stale until forgotten."""
    store.record_file("s", "f", "1", ["a1", "a2"])
    store.remove(["a1", "unknown"])
    assert store.content_hashes() == {"a2": TWO.content_hash}
    assert store.seen_in("s") == {"f": ["a2"]}
    assert set(store.stale_passage_ids()) == ids_of(ONE)
    store.forget_stale(ids_of(ONE))
    assert store.stale_passage_ids() == []


def test_removing_nothing_changes_nothing(store: ArticleStore) -> None:
    """An empty removal is no new revision."""
    revision = store.revision()
    store.remove([])
    assert store.revision() == revision == 1


def test_announced_passages_are_stale_until_they_are_put(tmp_path: Path) -> None:
    """What a killed run announced and did not put is left to be swept."""
    store = ArticleStore(tmp_path / "a.sqlite")
    assert store.revision() == 0
    store.announce(ids_of(ONE, TWO))
    store.announce(ids_of(ONE))
    assert set(store.stale_passage_ids()) == ids_of(ONE, TWO)
    store.put({ONE: passages_of(ONE)})
    assert set(store.stale_passage_ids()) == ids_of(TWO)
    store.close()


def test_a_failed_change_changes_nothing(store: ArticleStore) -> None:
    """A transaction that fails in its middle is undone."""
    twice = passages_of(replace(ONE, text="Something else."))
    with pytest.raises(sqlite3.IntegrityError):
        store.put({replace(TWO, text="Other."): [], replace(ONE, text="Something else."): [twice[0], twice[0]]})
    assert (store.article("a1"), store.article("a2")) == (ONE, TWO)
    assert set(store.passage_ids()) == ids_of(ONE, TWO)
    assert store.stale_passage_ids() == []


def test_many_ids_are_asked_for_in_pages(store: ArticleStore) -> None:
    """A thousand and more ids are no more trouble than one."""
    articles = [Article(f"b{n}", f"Text number {n}.") for n in range(1200)]
    store.put({article: passages_of(article) for article in articles})
    assert len(store.load_passages(list(ids_of(*articles)))) == 2400
    assert len(store.passage_ids([article.id for article in articles])) == 2400
    store.remove([article.id for article in articles])
    assert set(store.content_hashes()) == {"a1", "a2"}


def test_files_are_known_by_source_and_path(store: ArticleStore) -> None:
    """A file's stamp and articles are noted together, replaced together and forgotten together."""
    store.record_file("s", "f", "1", ["a1"])
    store.record_file("s", "g", None, ["a1", "a2", "a2"])
    store.record_file("t", "f", "9", ["a2"])
    assert store.stamps("s") == {"f": "1"}
    assert store.seen_in("s") == {"f": ["a1"], "g": ["a1", "a2"]}
    assert store.elsewhere("s") == {"a1": set(), "a2": {"t"}}
    assert store.recorded_sources() == ["s", "t"]
    store.record_file("s", "f", "2", [])
    assert (store.stamps("s"), store.seen_in("s")) == ({"f": "2"}, {"g": ["a1", "a2"]})
    store.forget_files("s", ["f", "g"])
    assert (store.stamps("s"), store.seen_in("s"), store.recorded_sources()) == ({}, {}, ["t"])


def test_facts_and_failures_are_noted(store: ArticleStore) -> None:
    """Facts about the index are kept by name; the failures are those of the last run."""
    store.write_meta(embedder="one", made="today")
    store.write_meta(embedder="two")
    assert store.read_meta() == {"revision": "1", "embedder": "two", "made": "today"}
    failures = [Failure("s", "f", "is empty"), Failure("s", "f", "is empty")]
    for written in ([Failure("s", "old", "x")], failures):
        store.write_failures(written)
    assert store.read_failures() == failures


def test_a_copy_has_the_articles_and_where_they_were_seen(store: ArticleStore, tmp_path: Path) -> None:
    """A copy for a new generation has no passages, stamps or facts, so that all is read and embedded anew."""
    store.record_file("s", "f", "1", ["a1"])
    store.write_meta(embedder="one")
    store.announce(["x"])
    store.copy_articles_to(tmp_path / "other" / "articles.sqlite")
    copy = ArticleStore(tmp_path / "other" / "articles.sqlite")
    assert copy.content_hashes() == store.content_hashes()
    assert (copy.seen_in("s"), copy.stamps("s"), copy.read_meta()) == ({"f": ["a1"]}, {}, {})
    assert [copy.count(table) for table in ("articles", "passages", "stale")] == [2, 0, 0]
    assert sorted(copy.article_ids_without_passages()) == ["a1", "a2"]
    copy.close()


def test_a_reader_sees_each_change_whole(store: ArticleStore, tmp_path: Path) -> None:
    """Another connection sees the old or the new version while articles are replaced by several threads."""
    reader = ArticleStore(tmp_path / "new" / "articles.sqlite")
    versions = [replace(ONE, text=f"Version {n} of it.") for n in range(40)]
    allowed = [ids_of(version) for version in (ONE, *versions)]
    with ThreadPoolExecutor(4) as pool:
        changes = [pool.submit(store.put, {version: passages_of(version)}) for version in versions]
        while not all(change.done() for change in changes):
            assert set(reader.passage_ids(["a1"])) in allowed
    assert [change.exception() for change in changes] == [None] * 40
    assert store.revision() == 41
    reader.close()


def test_only_three_tables_are_counted(store: ArticleStore) -> None:
    """A table's name goes into the statement, so no other name is taken."""
    with pytest.raises(ValueError, match=r"^no such table to count: meta; DROP TABLE articles$"):
        store.count("meta; DROP TABLE articles")
