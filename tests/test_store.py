"""The article store: what is true of the index, changed in transactions, and what others have to forget."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index.articles import Article, Passage
from index.database import Database
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
    database = Database(tmp_path / "new" / "articles.sqlite")
    store = ArticleStore(database)
    store.put({article: passages_of(article) for article in (ONE, TWO)})
    yield store
    database.close()


def test_what_was_put_is_there_whole(store: ArticleStore) -> None:
    """Articles and passages come back as they were put, each passage with its article."""
    assert (store.article("a1"), store.article("a2"), store.article("a3")) == (ONE, TWO, None)
    assert sorted(store.article_ids()) == ["a1", "a2"]
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
    """With an article its passages go, and what other indexes hold of it is stale until forgotten."""
    store.remove(["a1", "unknown"])
    assert store.article_ids() == ["a2"]
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
    database = Database(tmp_path / "a.sqlite")
    store = ArticleStore(database)
    assert store.revision() == 0
    store.announce(ids_of(ONE, TWO))
    store.announce(ids_of(ONE))
    assert set(store.stale_passage_ids()) == ids_of(ONE, TWO)
    store.put({ONE: passages_of(ONE)})
    assert set(store.stale_passage_ids()) == ids_of(TWO)
    database.close()


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
    assert set(store.article_ids()) == {"a1", "a2"}


def test_facts_are_noted(store: ArticleStore) -> None:
    """Facts about the index are kept by name, the last one counts."""
    store.write_meta(embedder="one", made="today")
    store.write_meta(embedder="two")
    assert store.read_meta() == {"revision": "1", "embedder": "two", "made": "today"}


WIRE = " ".join(
    f"The council of town {n} voted {n + 3} to {n} for the new bridge over the river on Monday evening."
    for n in range(9)
)


def ids_of_copies(store: ArticleStore, *article_ids: str) -> dict[str, list[str]]:
    """The ids of the copies of some articles, by the id of each that has any."""
    found = {article_id: [copy.id for copy in store.copies_of(article_id)] for article_id in article_ids}
    return {article_id: copies for article_id, copies in found.items() if copies}


def test_copies_are_linked_both_ways_until_one_changes_or_goes(store: ArticleStore) -> None:
    """A report in several outlets is known as one, in the order of its dates, as long as the texts are alike."""
    wire = Article("w", WIRE, outlet="Wire", published="2024-05-02")
    paper = Article("p", f"TOWN (Wire) - {WIRE}", outlet="Paper", published="2024-05-01")
    store.put({wire: [], paper: []})
    portal = Article("q", WIRE.replace("Monday", "Mon"), outlet="Portal")
    store.put({portal: []})
    assert ids_of_copies(store, "w", "p", "q", "a1", "unknown") == {"w": ["q", "p"], "p": ["q", "w"], "q": ["p", "w"]}
    assert store.copies_of("p") == [portal, wire]
    store.put({replace(paper, outlet="Evening Paper"): []})
    assert ids_of_copies(store, "w") == {"w": ["q", "p"]}
    store.put({replace(paper, text="The vote was put off. " * 20): []})
    assert ids_of_copies(store, "w", "p", "q") == {"w": ["q"], "q": ["w"]}
    store.remove(["w"])
    assert ids_of_copies(store, "p", "q") == {}


def test_the_same_words_a_year_later_are_no_copy(store: ArticleStore) -> None:
    """A report that comes back with the seasons is another one; without a date it may be the same."""
    dates = {"a": "2023-12-21", "b": "2024-12-21T06:00:00+00:00", "c": None}
    store.put({Article(article_id, WIRE, published=day): [] for article_id, day in dates.items()})
    assert ids_of_copies(store, *dates) == {"a": ["c"], "b": ["c"], "c": ["a", "b"]}


def test_texts_that_are_all_alike_are_compared_with_no_more_than_some(store: ArticleStore) -> None:
    """Hundreds of equal pages do not make each new one slower than the last."""
    store.put({Article(f"x{n}", WIRE): [] for n in range(210)})
    store.put({Article("last", WIRE): []})
    assert len(ids_of_copies(store, "last")["last"]) == 200


def test_a_reader_sees_each_change_whole(store: ArticleStore, tmp_path: Path) -> None:
    """Another connection sees the old or the new version while articles are replaced by several threads."""
    database = Database(tmp_path / "new" / "articles.sqlite")
    reader = ArticleStore(database)
    versions = [replace(ONE, text=f"Version {n} of it.") for n in range(40)]
    allowed = [ids_of(version) for version in (ONE, *versions)]
    with ThreadPoolExecutor(4) as pool:
        changes = [pool.submit(store.put, {version: passages_of(version)}) for version in versions]
        while not all(change.done() for change in changes):
            assert set(reader.passage_ids(["a1"])) in allowed
    assert [change.exception() for change in changes] == [None] * 40
    assert store.revision() == 41
    database.close()


def test_only_three_tables_are_counted(store: ArticleStore) -> None:
    """A table's name goes into the statement, so no other name is taken."""
    with pytest.raises(ValueError, match=r"^no such table to count: meta; DROP TABLE articles$"):
        store.count("meta; DROP TABLE articles")
