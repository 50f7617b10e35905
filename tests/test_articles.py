"""Articles and passages are values with stable ids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from index.articles import Article, Hit, Passage, digest, distinct_articles

ARTICLE = Article(
    id="a1", text="Ankara said no. Moscow said yes.", title="Talks", outlet="Wire", published="2020-02-18"
)


def test_digest_tells_every_part_apart() -> None:
    """A digest is 20 hexadecimal characters, stable, and depends on each part and where one ends."""
    assert digest("a", 1, None) == digest("a", 1, None)
    assert len(digest("Erdoğan")) == 20
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("a", "b", "c")}) == 4


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"text": "Other."}, False),
        ({"title": "Other"}, False),
        ({"id": "a2", "url": "https://other.example", "outlet": "Other", "language": "tr"}, True),
        ({"published": None, "updated": "2020-02-19"}, True),
    ],
)
def test_text_hash_stands_for_title_and_text(change: dict[str, Any], same: bool) -> None:
    """Only another title or text makes another version of an article."""
    assert (replace(ARTICLE, **change).text_hash == ARTICLE.text_hash) is same


def test_passage_is_a_span_of_its_article() -> None:
    """A passage's text is the span of its article, and it is embedded beneath the title where there is one."""
    passage = Passage(ARTICLE, position=1, start=16, end=32)
    assert passage.text == "Moscow said yes."
    assert passage.embedded_text == "Talks\nMoscow said yes."
    assert Passage(replace(ARTICLE, title=""), 1, 16, 32).embedded_text == "Moscow said yes."


def test_passage_id_stands_for_what_is_embedded() -> None:
    """The id of a passage changes with its article's id and title and with its text, and not with where it stands."""
    passage = Passage(ARTICLE, position=0, start=0, end=15)
    changed = [
        Passage(replace(ARTICLE, id="a2"), 0, 0, 15),
        Passage(replace(ARTICLE, title="Talks go on"), 0, 0, 15),
        Passage(ARTICLE, 0, 0, 14),
        Passage(ARTICLE, 0, 0, 15, repeat=1),
    ]
    assert len({passage.id, *(p.id for p in changed)}) == 5
    assert Passage(replace(ARTICLE, outlet="Other", updated="2020-02-20"), 0, 0, 15).id == passage.id
    assert Passage(replace(ARTICLE, text="Well. " + ARTICLE.text), 1, 6, 21).id == passage.id


def test_distinct_articles_keeps_the_order_of_the_hits() -> None:
    """The articles of some hits come best first, each once."""
    other = replace(ARTICLE, id="a2")
    hits = [Hit(Passage(article, 0, 0, 5), 1.0) for article in (other, ARTICLE, other)]
    assert distinct_articles(hits) == [other, ARTICLE]
