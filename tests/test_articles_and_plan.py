"""Articles and passages are values with stable ids; what a re-index does is decided without reading anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.articles import Article, Hit, Passage, digest, distinct_articles
from index.plan import Action, Removals, plan_article, plan_removals

ARTICLE = Article(
    id="a1", text="Ankara said no. Moscow said yes.", title="Talks", outlet="Wire", published="2020-02-18"
)


def test_digest_tells_every_part_apart() -> None:
    """A digest is 20 hexadecimal characters, stable, and depends on each part and where one ends."""
    assert digest("a", 1, None) == digest("a", 1, None)
    assert len(digest("Erdoğan")) == 20
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("a", "b", "c")}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Other."},
        {"title": "Other"},
        {"url": "https://other.example"},
        {"outlet": "Other"},
        {"published": None},
        {"updated": "2020-02-19"},
        {"language": "tr"},
    ],
)
def test_content_hash_changes_with_each_field(change: dict[str, str | None]) -> None:
    """A change of anything that is stored of an article changes its content hash."""
    assert replace(ARTICLE, **change).content_hash != ARTICLE.content_hash  # type: ignore[arg-type]


def test_content_hash_is_not_the_id() -> None:
    """The same content under another id has the same content hash."""
    assert replace(ARTICLE, id="a2").content_hash == ARTICLE.content_hash


def test_passage_is_a_span_of_its_article() -> None:
    """A passage's text is the span of its article, and it is embedded beneath the title where there is one."""
    passage = Passage(ARTICLE, position=1, start=16, end=32)
    assert passage.text == "Moscow said yes."
    assert passage.embedded_text == "Talks\nMoscow said yes."
    assert Passage(replace(ARTICLE, title=""), 1, 16, 32).embedded_text == "Moscow said yes."


def test_passage_id_stands_for_what_is_embedded_and_where() -> None:
    """The id of a passage changes with its title, text and place, and with nothing else of the article."""
    passage = Passage(ARTICLE, position=0, start=0, end=15)
    changed = [
        Passage(replace(ARTICLE, id="a2"), 0, 0, 15),
        Passage(replace(ARTICLE, title="Talks go on"), 0, 0, 15),
        Passage(ARTICLE, 1, 0, 15),
        Passage(ARTICLE, 0, 0, 14),
        Passage(replace(ARTICLE, text=" " + ARTICLE.text), 0, 1, 16),
    ]
    assert len({passage.id, *(p.id for p in changed)}) == 6
    assert Passage(replace(ARTICLE, outlet="Other", updated="2020-02-20"), 0, 0, 15).id == passage.id


def test_distinct_articles_keeps_the_order_of_the_hits() -> None:
    """The articles of some hits come best first, each once."""
    other = replace(ARTICLE, id="a2")
    hits = [Hit(Passage(article, 0, 0, 5), 1.0) for article in (other, ARTICLE, other)]
    assert distinct_articles(hits) == [other, ARTICLE]


HASH = ARTICLE.content_hash


@pytest.mark.parametrize(
    ("stored_hash", "seen", "action"),
    [
        (None, {}, "add"),
        (HASH, {}, "keep"),
        ("older", {}, "replace"),
        (None, {"a1": HASH}, "keep"),
        ("older", {"a1": HASH}, "keep"),
        (None, {"a1": "other"}, "refuse"),
        (HASH, {"a1": "other"}, "refuse"),
        (None, {"a2": "other"}, "add"),
    ],
)
def test_plan_of_an_article(stored_hash: str | None, seen: dict[str, str], action: Action) -> None:
    """An article is added, replaced or kept by its hash; a second one with its id and other content is refused."""
    assert plan_article(ARTICLE, stored_hash, seen) == action


@pytest.mark.parametrize(
    ("stored", "present", "complete", "allow_many", "removals"),
    [
        ({"a": (), "b": (), "c": ()}, {"a", "b"}, True, False, Removals(remove=frozenset("c"))),
        ({"a": (), "b": (), "c": ()}, {"a", "b"}, False, True, Removals()),
        ({"a": (), "b": (), "c": ()}, {"a"}, True, False, Removals(held_back=frozenset("bc"))),
        ({"a": (), "b": (), "c": ()}, {"a"}, True, True, Removals(remove=frozenset("bc"))),
        ({"a": (), "b": (), "c": (), "d": ()}, {"a", "b"}, True, False, Removals(remove=frozenset("cd"))),
        ({"a": ()}, (), True, False, Removals(remove=frozenset("a"))),
        ({"a": ["other"], "b": (), "c": ()}, {"c"}, True, False, Removals(remove=frozenset("b"))),
        ({"a": ["other"], "b": ["other"], "c": ()}, (), True, False, Removals(remove=frozenset("c"))),
        ({}, {"a"}, True, False, Removals()),
    ],
    ids=[
        "one gone",
        "incomplete",
        "most gone",
        "allowed",
        "half gone",
        "the only one",
        "elsewhere",
        "most else",
        "new",
    ],
)
def test_plan_of_removals(
    stored: dict[str, tuple[str, ...]], present: set[str], complete: bool, allow_many: bool, removals: Removals
) -> None:
    """Only what a completely read source lost, and nobody else has, goes; suspiciously many are held back."""
    assert plan_removals(stored, present, complete=complete, allow_many=allow_many) == removals
