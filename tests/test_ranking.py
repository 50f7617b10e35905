"""How candidates are ordered: newness and the period that is asked for, on many articles; what holds of all scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embed import WordLlamaEmbedder
from index.generations import Generation
from index.search.passages import search_passages
from index.search.query import Query
from index.search.ranking import Weights, score_places
from index.search.when import Period
from index.store import Place
from tests.newsroom import index_articles

NOW = "2022-06-15T12:00:00+00:00"
PLAIN = Weights(presence=0, asked=0.5, meaning=0.5, article=0.25, lead=0.25, newness=1, newness_days=14, outlet=1)


@pytest.fixture(scope="module")
def regattas(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Iterator[Generation]:
    """One report on a regatta of 2018, three hundred on regattas of the last three hundred days, and an undated one."""
    days = [date(2022, 6, 15) - timedelta(days=n) for n in range(300)]
    boats = "Heron Otter Pike Robin Finch Trout Raven Stork Eagle Perch".split()
    towns = [
        f"{begin}{end}" for begin in "Brenn Kell Mora Tess Vind Holm".split() for end in "dal by fors stad vik".split()
    ]
    articles = [
        {
            "id": day.isoformat(),
            "title": "Regatta",
            "text": f"{boats[n % 10]} of {towns[n // 10]} won the regatta in fog.",
            "published": day.isoformat(),
        }
        for n, day in enumerate(days)
    ]
    old = {
        "id": "old",
        "title": "Regatta",
        "text": "Swan of Vindal won the regatta in calm water.",
        "published": "2018-07-01",
    }
    undated = {"id": "undated", "title": "Regatta", "text": "Coot of Tessin won the regatta by a length."}
    with index_articles(tmp_path_factory.mktemp("regattas"), embedder, *articles, old, undated) as generation:
        yield generation


def test_what_was_before_a_beginning_is_no_news() -> None:
    """Since a day counts what came from that day on, the newest most; what came before is worth as if undated."""
    places = [
        Place(day or "undated", n, 1, day, "") for n, day in enumerate(["2022-02-28", "2022-03-01", "2022-06-15", None])
    ]
    query = Query("bridge", NOW, Period("2022-03-01", None, "", "since 1 March"))
    scores = score_places(places, dict.fromkeys([place.passage_id for place in places], 1.0), {}, {}, query, PLAIN)
    assert scores["2022-02-28"] == scores["undated"] < 0.8 * scores["2022-03-01"] < 0.8 * scores["2022-06-15"]


@pytest.mark.parametrize(
    ("question", "at", "first"),
    [
        ("who won the regatta in 2018?", NOW, "old"),
        ("who won the regatta four years ago?", NOW, "old"),
        ("who won the regatta before 2020?", NOW, "old"),
        ("who won the regatta in summer 2018?", NOW, "old"),
        ("who won the regatta?", NOW, "2022-06-15"),
        ("who won the latest regatta?", NOW, "2022-06-15"),
        ("who won the regatta since 2018?", NOW, "2022-06-15"),
        ("who won the regatta today?", NOW, "2022-06-15"),
        ("who won the regatta this year?", NOW, "2022-06-15"),
        ("who won the regatta in 2031?", NOW, "2022-06-15"),
        ("who won the regatta yesterday?", NOW, "2022-06-14"),
        ("who won the regatta on 3 March 2022?", NOW, "2022-03-03"),
        ("who won the regatta?", "2022-01-31", "2022-01-31"),
        ("who won the regatta yesterday?", "2022-01-31", "2022-01-30"),
    ],
)
def test_the_time_that_is_asked_comes_first(
    regattas: Generation, embedder: WordLlamaEmbedder, question: str, at: str, first: str
) -> None:
    """Among hundreds of like reports that of the period comes first, and the newest where none is named."""
    found = [hit.passage.article.id for hit in search_passages(regattas, embedder, question, k=5, at=at)]
    assert found[0] == first


def test_within_a_past_period_all_days_are_alike(regattas: Generation, embedder: WordLlamaEmbedder) -> None:
    """Of a month that is over all hits are, wherever in it."""
    hits = search_passages(regattas, embedder, "who won the regatta in February?", k=20, at=NOW)
    assert {str(hit.passage.article.published)[:7] for hit in hits} == {"2022-02"}


def test_later_articles_take_no_places(regattas: Generation, embedder: WordLlamaEmbedder) -> None:
    """Asked long ago, all that was out by then is found, and what has no date."""
    hits = search_passages(regattas, embedder, "who won the regatta?", k=200, at="2021-08-28")
    expected = {f"2021-08-{day}" for day in range(20, 29)} | {"old", "undated"}
    assert {hit.passage.article.id for hit in hits} == expected


def place(
    passage_id: str, published: str | None = None, *, article: int = 1, position: int = 1, outlet: str = ""
) -> Place:
    """A place of a passage."""
    return Place(passage_id, article, position, published, outlet)


def ask(first: str | None = None, last: str | None = None, outlet: str = "") -> Query:
    """A query for a period and an outlet."""
    period = Period(first, last, "", "") if first or last else None
    return Query("", "2022-06-15", period, tuple(outlet.split()))


def test_the_signs_of_a_good_passage_add_up() -> None:
    """Words count by the best, meaning at least as that of the farthest, the best two of an article, and its lead."""
    places = [place("a", position=0), place("b"), place("c"), place("d", article=2)]
    scores = score_places(places, {"a": 8.0, "b": 4.0, "c": 2.0}, {}, {"a": 0.6, "c": 0.2}, ask(), PLAIN)
    assert scores == pytest.approx(
        {
            "a": 1 + 0.5 * 0.6 + 0.25 * 0.75 + 0.25,
            "b": 0.5 + 0.5 * 0.2 + 0.25 * 0.75,
            "c": 0.25 + 0.5 * 0.2 + 0.25 * 0.75,
            "d": 0.5 * 0.2,
        }
    )
    assert score_places([], {}, {}, {}, ask(), PLAIN) == {}
    assert score_places([place("a")], {}, {}, {"a": -0.5}, ask(), PLAIN) == {"a": 0.0}


def test_what_is_asked_counts_beside_all_that_is_told() -> None:
    """Where a question tells something first, the words with which it asks count once more, by the best in them."""
    scores = score_places([place("a"), place("b")], {"a": 4.0, "b": 8.0}, {"a": 2.0, "b": 0.5}, {}, ask(), PLAIN)
    assert scores == pytest.approx({"a": 0.5 + 0.5 + 0.25 * 0.75, "b": 1 + 0.5 * 0.25 + 0.25 * 0.75})


E = 2.718281828459045


@pytest.mark.parametrize(
    ("published", "first", "last", "added"),
    [
        ("2022-06-15T23:59:59+00:00", None, None, 1),
        ("2022-06-01T23:59:59+00:00", None, None, E**-1),
        ("2022-05-18T23:59:59+00:00", None, None, E**-2),
        (None, None, None, 0),
        ("2022-02-01", "2022-02-01", "2022-02-28", 1),
        ("2022-02-28", "2022-02-01", "2022-02-28", 1),
        ("2022-03-14T23:59:59+00:00", "2022-02-01", "2022-02-28", E**-1),
        ("2022-01-18T00:00:00+00:00", "2022-02-01", "2022-02-28", E**-1),
        ("2022-06-15T23:59:59+00:00", "2022-06-14", "2022-06-14", E**-1),
        ("2022-06-12T00:00:00+00:00", "2022-06-13", "2022-06-13", E**-1),
        (None, "2022-02-01", "2022-02-28", 0),
        ("2022-06-01T23:59:59+00:00", "2022-06-10", None, 0),
        ("2022-06-01T23:59:59+00:00", "2022-05-10", None, (1 + E**-1) / 2),
        ("2022-06-01T23:59:59+00:00", "2031-01-01", "2031-12-31", E**-1),
        ("2022-06-01T23:59:59+00:00", "2022-01-01", "2022-12-31", E**-1),
        ("2018-01-01T00:00:00+00:00", None, "2018-01-14", 1),
        ("2018-01-15T23:59:59+00:00", None, "2018-01-14", E**-1),
    ],
)
def test_newness_is_counted_from_the_time_that_is_asked(
    published: str | None, first: str | None, last: str | None, added: float
) -> None:
    """It falls with the age of an article, and of a past period with the days from it, the faster the shorter it is."""
    scores = score_places([place("a", published, position=0)], {}, {}, {}, ask(first, last), PLAIN)
    assert scores["a"] == pytest.approx(0.25 * (1 + added), abs=1e-4)


@pytest.mark.parametrize(
    ("outlet", "asked", "added"),
    [
        ("The Brenn Herald", "brenn herald", 1),
        ("Brenn Herald", "herald", 1),
        ("Herald", "brenn herald", 0),
        ("", "", 0),
    ],
)
def test_the_outlet_that_is_asked_counts(outlet: str, asked: str, added: float) -> None:
    """An article is by an outlet if its name has all words that are asked for."""
    scores = score_places([place("a", position=0, outlet=outlet)], {}, {}, {}, ask(outlet=asked), PLAIN)
    assert scores["a"] == 0.25 * (1 + added)


PLACES = st.lists(
    st.builds(
        Place,
        st.text("abcdefgh", min_size=1, max_size=2),
        st.integers(1, 3),
        st.integers(0, 2),
        st.none() | st.dates(date(1990, 1, 1), date(2022, 6, 15)).map(str),
        st.sampled_from(["", "Herald", "The Brenn Herald"]),
    ),
    unique_by=lambda place: place.passage_id,
)
SCORES = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.floats(0, 50))
COSINES = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.floats(-1, 1))
QUERIES = st.sampled_from(
    [ask(), ask("2022-06-14", "2022-06-14"), ask(None, "2018-12-31"), ask("2020-01-01"), ask(outlet="herald")]
)


@given(PLACES, SCORES, SCORES, COSINES, QUERIES, st.randoms())
def test_the_order_of_candidates_does_not_matter(
    places: list[Place],
    words: dict[str, float],
    asked: dict[str, float],
    meaning: dict[str, float],
    query: Query,
    random: Random,
) -> None:
    """The same candidates have the same scores, none below 0, in whatever order they come."""
    scores = score_places(places, words, asked, meaning, query, PLAIN)
    shuffled = places[:]
    random.shuffle(shuffled)
    assert score_places(shuffled, words, asked, meaning, query, PLAIN) == scores
    assert all(score >= 0 for score in scores.values())


@given(
    PLACES,
    SCORES,
    SCORES,
    COSINES,
    QUERIES,
    st.sampled_from(["newness", "outlet", "lead", "article", "asked", "meaning"]),
)
def test_no_sign_lowers_a_score(
    places: list[Place],
    words: dict[str, float],
    asked: dict[str, float],
    meaning: dict[str, float],
    query: Query,
    sign: str,
) -> None:
    """Where newness, or any other sign, weighs more, no score is lower."""
    less = score_places(places, words, asked, meaning, query, replace(PLAIN, **{sign: 0.0}))
    more = score_places(places, words, asked, meaning, query, PLAIN)
    assert all(more[passage_id] >= score for passage_id, score in less.items())


@given(st.dates(date(1990, 1, 1), date(2022, 6, 15)), st.dates(date(1990, 1, 1), date(2022, 6, 15)))
def test_of_equals_the_newer_is_never_lower(one: date, other: date) -> None:
    """Of passages that differ in nothing else, that of the newer article scores at least as high."""
    older, newer = (place(str(n), str(day), position=0) for n, day in enumerate(sorted([one, other])))
    scores = score_places([older, newer], {}, {}, {}, ask(), PLAIN)
    assert scores["1"] >= scores["0"]
