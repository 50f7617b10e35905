"""Digests: the stories of a day, one cited line each, those first that most outlets tell; and when they come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.alerts.digest import join_stories, make_digest, quote_lead, write_moment
from bot.conversation.subscriptions import run_digest
from config.settings import Settings
from index.articles import Article
from index.embed import WordLlamaEmbedder
from index.generations import Generation
from tests.newsroom import index_articles, open_index
from tests.watchers import (
    ADA,
    BRIDGE,
    BRIDGE_AGAIN,
    DAY,
    FERRIES,
    HOUR,
    NOON,
    OTTERS,
    Bureau,
    Clock,
    Newsroom,
    open_bureau,
    story,
)

ARTICLES = [
    story("otters", "Otters born in Harrowmere", OTTERS, outlet="Wire", published="2024-05-07T11:00Z"),
    story("bridge", "Tram bridge at Kell closed", BRIDGE, outlet="Wire", published="2024-05-07T06:00Z"),
    story("copy", "Bridge at Kell closed to trams", BRIDGE, outlet="Herald", published="2024-05-07"),
    story("again", "More bent beams in tram bridge at Kell", BRIDGE_AGAIN, outlet="Lantern", published="2024-05-07"),
    story("boats", "Storm stops the ferries of Lunde", FERRIES, outlet="", published="2024-05-06"),
    story("undated", "Undated", "The library of Kell lends out fishing rods, its head librarian said on the radio."),
    story("short", "Short", "Too short to quote.", outlet="Wire", published="2024-05-07T10:00Z"),
]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Iterator[Generation]:
    """An index of a day with three stories, one of them in three outlets."""
    with index_articles(tmp_path_factory.mktemp("day"), embedder, *ARTICLES) as generation:
        yield generation


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock()


@pytest.fixture
def newsroom(tmp_path: Path, settings: Settings, embedder: WordLlamaEmbedder, clock: Clock) -> Newsroom:
    """A newsroom that has published two stories."""
    newsroom = Newsroom(tmp_path / "news", settings, embedder, clock)
    newsroom.publish(story("otters", "Otters born", OTTERS), story("boats", "Storm stops the ferries", FERRIES))
    return newsroom


@pytest.fixture
def bureau(settings: Settings, clock: Clock, newsroom: Newsroom) -> Iterator[Bureau]:
    """The bureau of that newsroom."""
    del newsroom
    bureau = open_bureau(settings, clock)
    yield bureau
    bureau.desk.newsbot.index.close()


def test_a_digest_tells_each_story_once(day: Generation, embedder: WordLlamaEmbedder) -> None:
    """Copies and near reports are one line; the story of most outlets is first, then the newest; each line is cited."""
    answer = make_digest(day, embedder, "2024-05-06T12:00:00+00:00", "2024-05-07T12:00:00+00:00")
    texts = {article["id"]: article["text"] for article in ARTICLES}
    cited = [citation.article_id for citation in answer.citations]
    assert (answer.status, answer.reader, cited[0] in ("bridge", "copy", "again")) == ("answered", "digest", True)
    assert cited[1:] == ["otters", "boats"]
    assert answer.text.split("\n") == [f"• {c.quote} [{c.number}]" for c in answer.citations]
    assert all(texts[c.article_id][c.start : c.end] == c.quote for c in answer.citations)


def test_a_digest_keeps_to_its_period(day: Generation, embedder: WordLlamaEmbedder) -> None:
    """What is older or newer does not count, nor what has no date; a day counts until it is over."""
    periods = [
        ("2024-05-07T07:00:00+00:00", "2024-05-07T10:59:00+00:00"),
        ("2024-05-06T23:00:00+00:00", "2024-05-06T23:30:00+00:00"),
        ("2024-05-07T10:30:00+00:00", "2024-05-07T11:00:00+00:00"),
        ("2024-05-08T00:00:00+00:00", "2024-05-09T00:00:00+00:00"),
        ("2024-05-01T00:00:00+00:00", "2024-05-05T00:00:00+00:00"),
    ]
    answers = [make_digest(day, embedder, *period) for period in periods]
    found = [{citation.article_id for citation in answer.citations} - {"bridge", "copy", "again"} for answer in answers]
    assert found == [set(), {"boats"}, {"otters"}, set(), set()]
    assert [(answer.status, answer.text) for answer in answers[3:]] == [
        ("no_evidence", "There are no new stories in these articles.")
    ] * 2


def test_a_digest_has_so_many_lines(day: Generation, embedder: WordLlamaEmbedder) -> None:
    """It ends after the lines that were asked for, the most important first."""
    answer = make_digest(day, embedder, "2024-05-06T00:00:00+00:00", "2024-05-07T12:00:00+00:00", most=1)
    assert [citation.number for citation in answer.citations] == [1]
    assert "\n" not in answer.text


def test_old_news_is_called_old(day: Generation, embedder: WordLlamaEmbedder) -> None:
    """With a question that supposes news the digest begins with how old it is, if it is; new, and without one, not."""
    since = "2024-05-06T00:00:00+00:00"

    def caveat(until: str, question: str) -> str:
        return make_digest(day, embedder, since, until, question=question).caveat

    old, new = "2024-06-01T00:00:00+00:00", "2024-05-08T00:00:00+00:00"
    assert caveat(old, "the latest news") == "The newest article on this is from 7 May 2024."
    assert [caveat(new, "the latest news"), caveat(old, "")] == ["", ""]


def test_outlets_are_named_for_what_they_carry(day: Generation, embedder: WordLlamaEmbedder) -> None:
    """A citation names the outlets with the same report, and not one that tells the story in other words."""
    answer = make_digest(day, embedder, "2024-05-06T12:00:00+00:00", "2024-05-07T12:00:00+00:00")
    (first, *others) = answer.citations
    expected = {"bridge": ("Herald",), "copy": ("Wire",), "again": ()}[first.article_id]
    assert first.outlets == expected
    assert [citation.outlets for citation in others] == [()] * len(others)


def test_stories_are_joined(day: Generation, embedder: WordLlamaEmbedder) -> None:
    """Copies and near reports are joined, whichever comes first; nothing is joined with nothing."""
    articles = day.store.newest(10)
    expected = [{"otters"}, {"short"}, {"bridge", "copy", "again"}, {"boats"}]
    for order in (articles, articles[::-1]):
        stories = [{article.id for article in one.articles} for one in join_stories(order, day.store, embedder)]
        assert sorted(stories, key=sorted) == sorted(expected, key=sorted)
    assert join_stories([], day.store, embedder) == []


def test_only_what_is_stored_is_quoted(day: Generation) -> None:
    """An article that is gone, that has changed, or that has no sentence to quote, gives no line."""
    stored = day.store.article("otters")
    assert stored is not None
    gone, changed = Article("gone", OTTERS, "Otters"), Article("otters", OTTERS.replace("Three", "Four"), "Otters")
    assert [quote_lead(one, day.store) for one in (gone, changed, Article("short", "Too short.", "Short"))] == [
        None
    ] * 3
    line = quote_lead(stored, day.store, "• ")
    assert line is not None
    assert (line.lead, line.text, line.spans[0].text) == ("• ", OTTERS.partition(". ")[0] + ".", line.text)


def test_the_newest_articles_are_read(day: Generation) -> None:
    """The newest articles of a period come first; those without a date never."""
    assert [one.id for one in day.store.newest(2)] == ["otters", "short"]
    assert [one.id for one in day.store.newest(9, since="2024-05-06", until="2024-05-06T23")] == ["boats"]
    assert [one.id for one in day.store.newest(9, until="2024-05-05")] == []


def test_articles_are_read_after_a_number(day: Generation) -> None:
    """Articles come in the order in which they were stored, page by page, those before a day left out."""
    found = day.store.articles_after(0)
    assert [number for number, _ in found] == sorted(number for number, _ in found)
    assert {article.id for _, article in found} == {article["id"] for article in ARTICLES}
    assert day.store.articles_after(found[-1][0]) == []
    assert day.store.articles_after(found[0][0], n=1) == [found[1]]
    assert {one.id for _, one in day.store.articles_after(0, "2024-05-07T05")} == {
        "otters",
        "bridge",
        "short",
        "undated",
    }
    assert day.store.last_stored(1) == [(found[-1][0], found[-1][1].id)]
    assert day.store.numbers_of(["otters", "nobody"]) == {"otters": {one.id: n for n, one in found}["otters"]}


def test_a_digest_comes_every_day(bureau: Bureau, newsroom: Newsroom, clock: Clock) -> None:
    """It comes at its time in its zone, once a day, with the stories since the day before, also if there are none."""
    bureau.say(run_digest, "daily 15:30 Europe/Istanbul", chat_id=-5, thread_id=9)  # half past twelve in UTC
    bureau.go_round()
    assert bureau.letters.take() == []
    clock.now += HOUR
    bureau.go_round()
    bureau.go_round()
    ((chat, thread, answer),) = bureau.letters.take()
    assert (chat, thread, {citation.article_id for citation in answer.citations}) == (-5, 9, {"otters", "boats"})
    clock.now += DAY - HOUR
    newsroom.publish(story("bridge", "Tram bridge at Kell closed", BRIDGE))
    bureau.go_round()
    assert bureau.letters.take() == []
    clock.now += HOUR
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(-5, ["bridge"])]
    clock.now += DAY
    bureau.go_round()
    assert [answer.text for _, _, answer in bureau.letters.take()] == ["There are no new stories in these articles."]


def test_a_missed_digest_comes_later(bureau: Bureau, settings: Settings, clock: Clock) -> None:
    """A digest that was due while nobody served comes up to two hours later; after that the next one comes."""
    bureau.say(run_digest, "daily 13:00")
    clock.now += 2.9 * HOUR
    again = open_bureau(settings, clock)
    again.go_round()
    assert [chat for chat, _, _ in again.letters.take()] == [ADA]
    clock.now = NOON + DAY + 3.1 * HOUR
    again.go_round()
    assert again.letters.take() == []
    clock.now = NOON + 2 * DAY + 1.5 * HOUR
    again.go_round()
    assert [chat for chat, _, _ in again.letters.take()] == [ADA]
    again.desk.newsbot.index.close()


def test_a_digest_that_fails_is_tried_again(bureau: Bureau, clock: Clock) -> None:
    """A digest that could not be sent is sent some minutes later; one who cannot be reached gets no more."""
    bureau.say(run_digest, "daily 12:01")
    bureau.say(run_digest, "daily 12:01", chat_id=8)
    clock.now += 60
    bureau.letters.failing = 1
    bureau.letters.gone.add(8)
    bureau.go_round()
    assert bureau.letters.take() == []
    clock.now += 301
    bureau.go_round()
    bureau.go_round()
    assert [chat for chat, _, _ in bureau.letters.take()] == [ADA]
    assert [times.at for times in bureau.desk.watches.all_times().values()] == ["12:01", ""]


def test_an_index_that_is_missing_has_no_digest(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing is indexed a digest is not sent, which the log says, and other rounds go on."""
    bureau = open_bureau(settings, clock)
    bureau.say(run_digest, "12:01")
    clock.now += 60
    bureau.go_round()
    assert bureau.letters.take() == []
    assert ["no articles are indexed yet" in record.getMessage() for record in caplog.records] == [True]
    assert bureau.desk.watches.times(ADA).day == "2024-05-06"


def test_a_moment_is_written_as_articles_have_it(newsroom: Newsroom, settings: Settings) -> None:
    """A moment of the clock compares with the dates of articles as text."""
    del newsroom
    assert write_moment(NOON) == "2024-05-07T12:00:00+00:00"
    with open_index(settings) as generation:
        assert len(generation.store.newest(9, until=write_moment(NOON))) == 2
        assert generation.store.newest(9, until=write_moment(NOON - 1)) == []
