"""What a question asks search for, on real indexes: its period, the outlet it names, and its parts."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import load_settings
from index.embed import WordLlamaEmbedder
from index.generations import Generation
from index.search.passages import search_passages
from index.search.query import Query, read_queries
from index.search.when import Period, find_period
from tests.conftest import RunNewsbot
from tests.newsroom import index_articles, write_lines

NOW = "2022-06-15T12:00:00+00:00"  # a Wednesday
# id | outlet | published | title | text
TOWN = """
vote     | BBC News         | 2022-06-10 | Dockers vote | Dockers in Brenn voted on Friday to strike over pay.
closure  | The Brenn Herald | 2022-06-10 | Port to close | The strike of the dockers over pay will close the port.
queue    | Lantern.com      | 2022-06-11 | Lorries wait | Lorries queued for the port as dockers went on strike.
pay      | Brenn Times      | 2022-06-12 | No more pay  | The port has no money for the dockers, its owner wrote.
editor   | Lantern.com      | 2022-06-09 | Editor goes  | The Brenn Herald dismissed its editor, Nora Vind.
summit   | BBC News         | 2022-05-20 | Lake summit  | Leaders of six towns opened the lake summit in Kell.
before   | Lantern.com      | 2022-05-02 | Ferry fares  | The ferry raised its fares by a crown.
after    | Lantern.com      | 2022-06-01 | Ferry fares  | The ferry cut its fares by two crowns.
ankara   | Turkey Today     | 2022-06-03 | Flour        | Bakers in Kell pay more for flour, a trader said.
turkey   | Lantern.com      | 2022-06-04 | Ankara       | Turkey said that the corridor for grain must open by July.
russia   | BBC News         | 2022-06-05 | Moscow       | Russia said that it wants to sell its fertiliser again.
bought   | Lantern.com      | 2022-06-06 | Bakery sold  | Ostra Foods bought the Vindal bakery from its founder.
cost     | BBC News         | 2022-06-07 | A price      | The Vindal bakery cost Ostra Foods 40 million crowns.
costs    | Brenn Times      | 2022-06-13 | Heating      | Heating will cost more; it did cost less, as all do.
won      | Lantern.com      | 2022-06-08 | Regatta      | Team Alba won the rowing regatta of Brenn by a length.
loser    | BBC News         | 2022-06-08 | Rowing       | The loser of the regatta, Piet Juul, said the wind had turned.
tools    | Lantern.com      | 2022-06-13 | A drill      | Black and Decker announced a drill that runs on air.
blacksea | BBC News         | 2022-06-13 | Black Sea    | Black sails were announced for the Black Sea race.
tobago   | Lantern.com      | 2022-06-02 | Caribbean    | Trinidad and Tobago will plan a bridge between its islands.
thaw     | Brenn Times      | 2022-02-08 | Ice          | The ice on the lake broke early.
fair     | Brenn Times      | 2022-02-20 | A fair       | A fair of clocks drew crowds to Kell.
tuesday  | Brenn Times      | 2022-06-14 | Plums        | A lorry lost its load of plums on the ring road.
morning  | Lantern.com      | 2022-06-15T07:30:00Z | Swans | Swans blocked the tram for an hour.
later    | Lantern.com      | 2022-06-15T18:00:00Z | Storm | A storm tore the roof off the market hall.
undated  | Lantern.com      |            | Clock tower  | The clock tower of Kell has five bells.
"""


def read_town() -> Iterator[dict[str, str | None]]:
    """The articles of the town."""
    for line in TOWN.strip().splitlines():
        article_id, outlet, published, title, text = (part.strip() for part in line.split(" | "))
        yield {"id": article_id, "outlet": outlet, "published": published or None, "title": title, "text": text}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Iterator[Generation]:
    """The town's articles, indexed; tests only read them."""
    with index_articles(tmp_path_factory.mktemp("town"), embedder, *read_town()) as generation:
        yield generation


def find(town: Generation, embedder: WordLlamaEmbedder, question: str, k: int, at: str = NOW) -> list[str]:
    """The ids of the articles that are found, best first."""
    return [hit.passage.article.id for hit in search_passages(town, embedder, question, k=k, at=at)]


# When


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What happened yesterday?", {"tuesday"}),
        ("What happened on Tuesday?", {"tuesday"}),
        ("What happened this morning?", {"morning"}),
        ("What happened today?", {"morning"}),
        ("What happened in February?", {"thaw", "fair"}),
        ("news from 20 February 2022", {"fair"}),
        ("What happened last week?", {"vote", "closure", "queue", "pay", "won", "loser", "bought", "cost", "editor"}),
        ("What did the Lantern publish last week?", {"queue", "won", "bought", "editor"}),
        ("What happened before May?", {"thaw", "fair"}),
        ("the latest headlines", {"morning"}),
    ],
)
def test_the_period_comes_first(town: Generation, embedder: WordLlamaEmbedder, question: str, first: set[str]) -> None:
    """Asked what happened in a period, its articles come before all others, though none has a word of the question."""
    found = find(town, embedder, question, len(first))
    assert set(found) == first


@pytest.mark.parametrize(("at", "first"), [("2022-06-15", "later"), ("2022-06-14", "tuesday"), ("2022-02-10", "thaw")])
def test_news_is_of_the_moment_of_asking(town: Generation, embedder: WordLlamaEmbedder, at: str, first: str) -> None:
    """The newest is what was new then, and nothing that came later is found at all."""
    found = find(town, embedder, "What is the latest news?", 100, at)
    published = {line["id"]: line["published"] or "" for line in read_town()}
    assert found[0] == first
    assert [article_id for article_id in found if published[article_id][:10] > at] == []


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How did the ferry change its fares since the lake summit?", "after"),
        ("How did the ferry change its fares after the lake summit?", "after"),
        ("How did the ferry change its fares before the lake summit?", "before"),
        ("How did the ferry change its fares prior to the lake summit?", "before"),
        ("How did the ferry change its fares?", "after"),
        ("How did the ferry change its fares in May?", "before"),
    ],
)
def test_of_two_reports_that_of_the_period_comes_first(
    town: Generation, embedder: WordLlamaEmbedder, question: str, first: str
) -> None:
    """Of equal words those of the period that is named count more, also where an event names it."""
    assert next(found for found in find(town, embedder, question, 20) if found in ("before", "after")) == first


def test_an_event_is_dated_by_the_article_on_it(town: Generation) -> None:
    """What is since, after or before an event is counted from the day of its article; an unknown one is no period."""
    since, before, unknown, coming = (
        read_queries(town, f"Who spoke {words}?", at)[0].period
        for words, at in [
            ("since the lake summit", NOW),
            ("prior to the lake summit", NOW),
            ("since the zebra parade", NOW),
            ("since the lake summit", "2022-05-19"),
        ]
    )
    reason = '"since the lake summit": "Lake summit" is of 2022-05-20'
    assert since == Period("2022-05-20", None, reason, "since the lake summit", since="the lake summit")
    assert before is not None
    assert (before.start, before.end) == (None, "2022-05-20")
    assert (unknown, coming) == (None, None)


@pytest.mark.parametrize("time", ["next week", "in 2031", "tomorrow", "since the zebra parade"])
def test_a_period_still_to_come_changes_nothing(town: Generation, time: str) -> None:
    """There is no news of a time that is still to come, so it limits nothing."""
    (query,) = read_queries(town, f"Who repairs the clock tower {time}?", NOW)
    assert (query.since, query.until, query.is_past) == (None, None, False)


@pytest.mark.parametrize(
    ("published", "first", "last", "during"),
    [
        ("2022-06-06", "2022-06-06", "2022-06-12", True),
        ("2022-06-12T23:59:59+00:00", "2022-06-06", "2022-06-12", True),
        ("2022-06-13", "2022-06-06", "2022-06-12", False),
        ("2022-06-05T23:59:59+00:00", "2022-06-06", "2022-06-12", False),
        ("2022-06-15", "2022-06-15T06:00:00+00:00", "2022-06-15T11:00:00+00:00", True),
        ("2022-06-15T05:59:59+00:00", "2022-06-15T06:00:00+00:00", "2022-06-15T11:00:00+00:00", False),
        ("2030-01-01", "2022-06-06", None, True),
        ("1990-01-01", None, "2022-06-12", True),
        (None, "2022-06-06", "2022-06-12", False),
        (None, None, None, True),
    ],
)
def test_days_and_moments_are_compared(
    published: str | None, first: str | None, last: str | None, during: bool
) -> None:
    """An article that names only its day is of every part of it; what has no date is of no period."""
    query = Query("", NOW, Period(first, last, "", ""))
    assert query.is_asked(published, "Any") is during


# From whom


@pytest.mark.parametrize(
    ("question", "outlet"),
    [
        ("What is the strike about, according to the BBC?", ("bbc",)),
        ("According to BBC News, who strikes?", ("bbc", "news")),
        ("What did the Brenn Herald report about the strike?", ("brenn", "herald")),
        ("What did The Brenn Herald report about the strike?", ("brenn", "herald")),
        ("What has Lantern.com written about the strike?", ("lantern", "com")),
        ("What did Turkey Today say about flour?", ("turkey", "today")),
        ("Who strikes, as reported by the Lantern?", ("lantern",)),
        ("Who strikes, according to the Times?", ("times",)),
        ("What did Kalin say according to the BBC?", ("bbc",)),
        ("news from the bbc", ("bbc",)),
        ("Why did the Brenn Herald dismiss its editor?", ()),
        ("What did the Brenn Herald's editor say?", ()),
        ("Why did the Brenn Herald dismiss the man who reported on the strike?", ()),
        ("What did Turkey say about grain?", ()),
        ("How much is flour, according to Turkey?", ()),
        ("What did Reuters report about the strike?", ()),
        ("What is the strike about, according to the Moscow Gazette?", ()),
        ("What did the say?", ()),
        ("according to", ()),
        ("according to the", ()),
        ("according to the who?", ()),
        ("What did the com report?", ()),
    ],
)
def test_an_outlet_that_is_the_source_is_told_from_a_subject(
    town: Generation, question: str, outlet: tuple[str, ...]
) -> None:
    """An outlet that the index has is wanted where it is asked as a source, and only as what it is called."""
    assert read_queries(town, question, NOW)[0].outlet == outlet


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is the dockers' strike about, according to the BBC?", "vote"),
        ("What did the Brenn Herald report about the dockers' strike?", "closure"),
        ("Who is on strike, according to the Lantern?", "queue"),
        ("Why did the Brenn Herald dismiss its editor?", "editor"),
        ("What did Turkey say about grain?", "turkey"),
        ("What did Turkey Today say?", "ankara"),
        ("What did the dockers do according to the Moscow Gazette?", "vote"),
    ],
)
def test_hits_are_from_the_outlet_that_is_asked(
    town: Generation, embedder: WordLlamaEmbedder, question: str, first: str
) -> None:
    """Of reports on one thing that of the outlet comes first; an outlet that the index has not changes nothing."""
    assert find(town, embedder, question, 1) == [first]


# In parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What did Turkey and Russia each say?", ["What did Turkey say?", "What did Russia say?"]),
        (
            "What do the United States and Bosnia-Herzegovina both want from Šibenik?",
            ["What do the United States want from Šibenik?", "What do Bosnia-Herzegovina want from Šibenik?"],
        ),
        ("How did İmamoğlu and Özel each reply?", ["How did İmamoğlu reply?", "How did Özel reply?"]),
        (
            "What did Black and Decker announce?",
            ["What did Black and Decker announce?", "What did Black announce?", "What did Decker announce?"],
        ),
        (
            "Who won the regatta, and what did the loser say?",
            ["Who won the regatta", "Who won the regatta. what did the loser say?"],
        ),
        ("Who bought Vindal? What did it cost?", ["Who bought Vindal", "Who bought Vindal. What did it cost?"]),
        (
            "Who won the regatta? What did Nora Vind write about Kell?",
            ["Who won the regatta", "What did Nora Vind write about Kell?"],
        ),
        (
            "who won the regatta; and why does heating cost more in winter?",
            ["who won the regatta", "why does heating cost more in winter?"],
        ),
        ("Who won? Why? Twice?", ["Who won", "Who won. Twice?"]),
        (
            "who led the talks and where did the fair open?",
            ["who led the talks", "who led the talks. where did the fair open?"],
        ),
        (
            "The fair ended. Who won and who lost the race?",
            ["The fair ended. Who won", "The fair ended. Who won. who lost the race?"],
        ),
        *(
            (question, [question])
            for question in [
                "Where and when did the fair open?",
                "They told nobody who won and who lost.",
                "Did they say who won and who lost?",
                "How did the war between Russia and Ukraine begin?",
                "Who leads Trinidad and Tobago?",
                "Is Bosnia and Herzegovina in the union?",
                "What did Turkey, Russia and Iran each say?",
                "what did turkey and russia say?",
                "Who opened the fair and the market?",
                "Who won?",
                "Who won? And?",
                "one? two? three? four?",
                "? ? ?",
                "",
            ]
        ),
    ],
)
def test_a_question_is_split_into_its_parts(town: Generation, question: str, parts: list[str]) -> None:
    """Sides and questions are searched one by one; what may be one name, or needs the first, stays whole."""
    assert [query.text for query in read_queries(town, question, NOW)] == parts


@pytest.mark.parametrize(
    ("question", "among_first", "first"),
    [
        ("What did Turkey and Russia each say?", {"turkey", "russia"}, 2),
        ("What did Turkey and Russia say?", {"turkey", "russia"}, 2),
        ("Who won the regatta, and what did the loser say?", {"won", "loser"}, 2),
        ("Who bought the Vindal bakery? What did it cost?", {"bought", "cost"}, 2),
        ("Who won the regatta? How many bells has the clock tower?", {"won", "undated"}, 2),
        ("What did Turkey and Turkey each say?", {"turkey"}, 1),
        ("What did Black and Decker announce?", {"tools"}, 1),
        ("What do Trinidad and Tobago plan?", {"tobago"}, 1),
        ("What did the BBC and the Brenn Herald each report about the strike?", {"vote", "closure"}, 2),
    ],
)
def test_the_hits_of_all_parts_are_among_the_first(
    town: Generation, embedder: WordLlamaEmbedder, question: str, among_first: set[str], first: int
) -> None:
    """The best of each part comes early, and a name of two words still finds what it names, each passage once."""
    found = find(town, embedder, question, 20)
    assert set(found[:first]) == among_first
    assert len(found) == len(set(found))
    assert len(find(town, embedder, question, 3)) == 3


def test_a_report_that_two_parts_find_in_two_outlets_is_one_hit(
    tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder
) -> None:
    """Copies are one hit also where each part of a question has its own favourite among them."""
    text = (
        "The talks on the lake ended late on Sunday without a treaty. Mora said that the water belongs to all who live"
        " by it, and Tessin replied that whoever built the dam in 1961 has paid for the water twice over."
    )
    copies = [{"id": outlet, "outlet": outlet, "text": text, "title": outlet} for outlet in ("Mora Post", "Tessin Sun")]
    with index_articles(tmp_path_factory.mktemp("copies"), embedder, *copies) as generation:
        hits = search_passages(generation, embedder, "What did Mora and Tessin each say?", k=5)
    assert [{hit.passage.article.outlet, *hit.outlets} for hit in hits] == [{"Mora Post", "Tessin Sun"}]


# Any question


@pytest.mark.parametrize(
    ("question", "broad"),
    [
        ("What happened this week?", True),
        ("latest news", True),
        ("What's the news from the BBC?", True),
        ("What did the BBC report yesterday?", True),
        ("What is going on in the world?", True),
        ("What happened to the ferry this week?", False),
        ("latest news on the strike", False),
    ],
)
def test_a_broad_question_asks_for_no_story(town: Generation, question: str, broad: bool) -> None:
    """Where nothing but time, outlet and news is asked for, all that happened counts."""
    assert [query.broad for query in read_queries(town, question, NOW)] == [broad]


def test_a_broad_question_finds_different_articles(
    tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder
) -> None:
    """A long article does not take the places of others."""
    long = {"id": "long", "text": " ".join(f"Speaker {n} of the week's long debate spoke on." * 9 for n in range(40))}
    short = [{"id": f"short{n}", "text": f"Bridge {n} was painted."} for n in range(4)]
    articles = [{**article, "published": "2022-06-14"} for article in (long, *short)]
    with index_articles(tmp_path_factory.mktemp("broad"), embedder, *articles) as generation:
        found = find(generation, embedder, "What happened this week?", 6)
    assert set(found[:5]) == {"long", *(f"short{n}" for n in range(4))}
    assert found[5] == "long"


ODD = [
    "according to according to according to",
    "According to \0, what?",
    "did the \ud800 say",
    "What did A and B each",
    "What did A and B and C and D each say? " * 200,
    "Who? What? When? Where? Why?",
    "? and what; and who, and when",
    "yesterday last week in 2018 since the since the before 31 February 99999",
    "since the " + "summit " * 2000,
    "news from " + "x" * 9_000,
    "did " + "A" * 9_990,
    "did A" + " A" * 4_000 + " and B each say",
    "according to the " * 600,
    'according to "outlet:*" AND (published:[* TO *]',
    "что сказали BBC и Reuters вчера?",
]


@pytest.mark.parametrize("question", ODD)
@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31", NOW])
def test_no_question_is_an_error(town: Generation, embedder: WordLlamaEmbedder, question: str, at: str) -> None:
    """What looks like parts, outlets and times and is none gives hits or none, at any moment."""
    assert len(find(town, embedder, question, 3, at)) <= 3


@given(
    st.lists(
        st.sampled_from("What did say Turkey and Russia each ? , according to the BBC in 2018 since yesterday".split())
        | st.text(max_size=5)
    )
)
def test_any_words_are_read(town: Generation, words: list[str]) -> None:
    """Any text is one to three queries that say at least what the text says."""
    question = " ".join(words)
    queries = read_queries(town, question, NOW)
    assert 1 <= len(queries) <= 3
    named = find_period(question, NOW)
    assert {query.period.words for query in queries if query.period} <= {named.words if named else None}


def test_the_program_searches_by_time_outlet_and_part(
    run_newsbot: RunNewsbot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`newsbot search --json` finds what was asked for, as of `--at`."""
    folder = tmp_path_factory.mktemp("program")
    assert load_settings({}).passage_words > 20  # each article is one passage
    write_lines(folder / "town.jsonl", *read_town())
    for arguments in (("sources", "add", str(folder)), ("reindex",)):
        assert run_newsbot(*arguments).returncode == 0
    lines = [
        {"id": "tuesday", "question": "What happened yesterday?"},
        {"id": "closure", "question": "What did the Brenn Herald report about the strike?"},
        {"id": "russia", "question": "What did Russia and Turkey each say?"},
        {"id": "fair", "question": "What's the latest?", "at": "2022-03-01"},
    ]
    asked = "\n".join(json.dumps(line) for line in lines)
    done = run_newsbot("search", "--batch", "-", "--json", "-k", "2", "--at", NOW, stdin=asked)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [answer["hits"][0]["article_id"] for answer in answers] == [line["id"] for line in lines]
    assert answers[2]["hits"][1]["article_id"] == "turkey"
