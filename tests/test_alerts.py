"""Alerts: who is told of which article, when, and that nobody is told twice, whatever happens."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.finding import find_alerts
from bot.alerts.mark import Mark, make_mark, read_mark
from bot.alerts.matching import Lead, Matcher, read_topic
from bot.alerts.parcels import AlertParcel
from bot.alerts.quiet import Hours, begin_of, find_due, find_passed, read_hours, read_zone
from bot.conversation.messages import Reply
from bot.conversation.subscriptions import run_unwatch, run_watch
from bot.state.alerts import Alert, Alerts
from bot.state.leases import Leases
from bot.state.watches import MOST, Times, Watch, Watches
from config.settings import Settings, load_settings
from index.articles import Article
from index.embed import WordLlamaEmbedder
from tests.newsroom import CountingEmbedder, FailingEmbedder, open_index, write_lines
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

pytest_plugins = ["tests.postgres"]

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Istanbul", "Europe/Berlin", "America/New_York", "Asia/Kolkata")]
MOMENTS = st.floats(min_value=1_600_000_000, max_value=1_900_000_000)
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
FIRST = story("first", "Tram bridge at Kell closed", BRIDGE)
SECOND = story("second", "More bent beams in the tram bridge at Kell", BRIDGE_AGAIN)
OTHER = story("other", "Otters born in Harrowmere", OTTERS)
BOATS = story("boats", "Storm stops the ferries of Lunde", FERRIES)
# Makes one round, and is killed as it delivers the second letter.
KILLED = """
import asyncio, os, signal, sys
from bot.alerts.rounds import Rounds
from bot.compose import build_newsbot
from config.settings import load_settings

sent = []

async def deliver(chat, thread, reply):
    if sent:
        os.kill(os.getpid(), signal.SIGKILL)
    sent.append(reply)
    print(reply.content.citations[0].article_id, flush=True)
    return True

settings = load_settings()
asyncio.run(Rounds(settings, build_newsbot(settings), lambda: float(sys.argv[1])).make_round(deliver))
"""


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock()


@pytest.fixture
def newsroom(tmp_path: Path, settings: Settings, embedder: WordLlamaEmbedder, clock: Clock) -> Newsroom:
    """A newsroom that has published one article that nobody watches for."""
    newsroom = Newsroom(tmp_path / "news", settings, embedder, clock)
    newsroom.publish(
        story("old", "Rain in Lunde", "It rained in Lunde on all days of the week, the weather office said.")
    )
    return newsroom


@pytest.fixture
def bureau(settings: Settings, clock: Clock, newsroom: Newsroom) -> Iterator[Bureau]:
    """The bureau of that newsroom."""
    del newsroom
    bureau = open_bureau(settings, clock)
    bureau.go_round()
    yield bureau
    bureau.desk.newsbot.index.close()


def watch(bureau: Bureau, topic: str, chat: int = ADA, thread: int | None = None) -> None:
    """Let a chat watch a topic."""
    bureau.say(run_watch, topic, chat_id=chat, thread_id=thread)


def test_an_alert_quotes_the_lead(bureau: Bureau, newsroom: Newsroom) -> None:
    """Who watches a topic gets the lead sentence of a new article on it with its citation, once, in his thread."""
    watch(bureau, "tram bridge", -5, 9)
    newsroom.publish(FIRST, OTHER)
    bureau.go_round()
    ((chat, thread, answer),) = bureau.letters.take()
    lead = BRIDGE.partition(". ")[0] + "."
    assert (chat, thread, answer.status, answer.text) == (-5, 9, "answered", f"{lead} [1]")
    assert [(c.article_id, c.quote, BRIDGE[c.start : c.end]) for c in answer.citations] == [("first", lead, lead)]
    assert answer.notes == ("You watch “tram bridge”. /unwatch ends it.",)
    bureau.go_round()
    newsroom.publish(OTHER)
    bureau.go_round()
    assert bureau.letters.take() == []


def test_what_was_there_is_no_news(bureau: Bureau, newsroom: Newsroom) -> None:
    """What was indexed before the watch was made, and what was published four days ago or in a year, alerts nobody."""
    newsroom.publish(FIRST)
    watch(bureau, "tram bridge")
    newsroom.publish(
        story("stale", "Tram bridge at Kell", BRIDGE_AGAIN, published="2024-05-03"),
        story("ahead", "Tram bridge in Lunde", f"{FERRIES} The tram bridge stays.", published="2025-05-03"),
    )
    bureau.go_round()
    assert bureau.letters.take() == []
    newsroom.publish(story("undated", "The tram bridge of Kell", BRIDGE_AGAIN + " It is old.", published=""))
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["undated"])]


def test_an_empty_index_becomes_news(tmp_path: Path, settings: Settings, embedder: WordLlamaEmbedder) -> None:
    """Who watched before anything was indexed is alerted to what is indexed first."""
    clock = Clock()
    bureau = open_bureau(settings, clock)
    watch(bureau, "tram bridge")
    bureau.go_round()
    Newsroom(tmp_path / "news", settings, embedder, clock).publish(FIRST, OTHER)
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["first"])]
    bureau.desk.newsbot.index.close()


def test_a_story_alerts_once(bureau: Bureau, newsroom: Newsroom) -> None:
    """A copy in another outlet and an update of an article alert nobody again, and two watches of a chat are one."""
    watch(bureau, "tram bridge")
    watch(bureau, "Kell tram")
    newsroom.publish(FIRST, FIRST | {"id": "copy", "outlet": "Herald"})
    bureau.go_round()
    ((_, _, answer),) = bureau.letters.take()
    assert [(c.article_id, c.outlets) for c in answer.citations] in ([("first", ("Herald",))], [("copy", ("Wire",))])
    newsroom.publish(FIRST | {"id": "late copy", "outlet": "Lantern"})
    bureau.go_round()
    newsroom.publish(FIRST | {"text": f"{BRIDGE} It stays closed for a week, the city wrote later."})
    bureau.go_round()
    assert bureau.letters.take() == []


def test_a_full_reindex_alerts_nobody(bureau: Bureau, newsroom: Newsroom, settings: Settings) -> None:
    """A new generation, also one that numbers all articles anew, alerts to nothing old, and to what comes after it."""
    watch(bureau, "tram bridge")
    newsroom.publish(OTHER)
    bureau.go_round()
    newsroom.publish(BOATS, full=True)
    bureau.go_round()
    assert bureau.letters.take() == []
    newsroom.publish(FIRST, full=True)
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["first"])]
    bureau.desk.newsbot.index.close()
    (settings.data / "current").unlink()
    write_lines(newsroom.folder / "0.jsonl", BOATS | {"id": "before", "published": "2024-05-01"})
    newsroom.publish(story("third", "A tram bridge for Lunde", f"{FERRIES} A tram bridge may replace them."), full=True)
    bureau.go_round()
    assert bureau.letters.take() == []
    newsroom.publish(SECOND)
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["second"])]


def test_a_number_is_given_again(bureau: Bureau, newsroom: Newsroom) -> None:
    """Where the newest article was removed, the one that gets its number is news."""
    newsroom.publish(OTHER)
    watch(bureau, "tram bridge")
    newsroom.publish(BOATS)
    bureau.go_round()
    newsroom.withdraw(3)
    newsroom.withdraw(2)
    newsroom.publish(FIRST)
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["first"])]


def test_an_unwatched_topic_is_quiet(bureau: Bureau, newsroom: Newsroom, clock: Clock) -> None:
    """After /unwatch nothing comes, not even what waited for the end of quiet hours."""
    watch(bureau, "tram bridge quiet 11:00-13:00")
    newsroom.publish(FIRST)
    bureau.go_round()
    bureau.say(run_unwatch)
    clock.now += 2 * HOUR
    newsroom.publish(SECOND)
    bureau.go_round()
    assert bureau.letters.take() == []


def test_quiet_hours_keep_alerts_back(bureau: Bureau, newsroom: Newsroom, clock: Clock) -> None:
    """What is found in quiet hours comes after them in one message; what is found later comes by itself."""
    watch(bureau, "tram bridge quiet 11:00-13:00")
    watch(bureau, "otters")
    newsroom.publish(FIRST)
    bureau.go_round()
    clock.now += 600
    newsroom.publish(OTHER)
    bureau.go_round()
    assert bureau.letters.take() == []
    clock.now += HOUR
    newsroom.publish(SECOND)
    bureau.go_round()
    kept_back, alone = bureau.letters.take()
    assert [c.article_id for c in kept_back[2].citations] == ["first", "other"]
    assert [line[:2] for line in kept_back[2].text.split("\n")] == ["• ", "• "]
    assert kept_back[2].notes == ("You watch “tram bridge, otters”. /unwatch ends it.",)
    assert [c.article_id for c in alone[2].citations] == ["second"]


def test_alerts_of_a_day_are_counted(newsroom: Newsroom, settings: Settings, clock: Clock) -> None:
    """A chat gets so many alerts a day and no more, the last one says so, and the next day begins anew."""
    bureau = open_bureau(settings.model_copy(update={"alerts_per_day": 2}), clock)
    watch(bureau, "tram bridge")
    watch(bureau, "otters", 8)
    third = story("third", "A tram bridge for Lunde", f"{FERRIES} A tram bridge may replace them, said the mayor.")
    newsroom.publish(FIRST, SECOND, third, OTHER)
    bureau.go_round()
    letters = bureau.letters.take()
    assert [chat for chat, _, _ in letters] == [8, ADA, ADA]
    assert [answer.notes[1:] for _, _, answer in letters] == [(), (), ("This was the last alert for today.",)]
    clock.now += HOUR
    newsroom.publish(story("fourth", "Tram bridge at Kell to be torn down", f"{OTTERS} So will the tram bridge."))
    bureau.go_round()
    assert bureau.letters.take() == []
    clock.now += 12 * HOUR
    newsroom.publish(
        story("fifth", "Tram bridge again", "The tram bridge of Kell was torn down by night, builders said.")
    )
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["fifth"])]
    bureau.desk.newsbot.index.close()


def test_many_kept_back_are_cut(bureau: Bureau, newsroom: Newsroom, clock: Clock) -> None:
    """Of very many alerts that were kept back the last eight are told, and how many more there were."""
    watch(bureau, "ferry quiet 11:00-13:00")
    names = "Ada Bo Cy Dee Eve Flo Gil Hal Ida Jo".split()
    texts = [
        f"The ferry {name} ran aground off {name}sund with {n + 20} people, its captain said."
        for n, name in enumerate(names)
    ]
    newsroom.publish(*(story(name, f"Ferry {name} aground", text) for name, text in zip(names, texts, strict=True)))
    bureau.go_round()
    clock.now += HOUR
    bureau.go_round()
    ((_, _, answer),) = bureau.letters.take()
    assert (len(answer.citations), answer.notes[1:]) == (8, ("Further articles on what you watch: 2.",))


def test_who_cannot_be_reached_is_left_alone(bureau: Bureau, newsroom: Newsroom) -> None:
    """A chat that blocked the bot has its watches ended, and others get theirs."""
    watch(bureau, "tram bridge")
    watch(bureau, "tram bridge", 8)
    bureau.desk.watches.set_times(ADA, at="08:00")
    bureau.letters.gone.add(ADA)
    newsroom.publish(FIRST)
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(8, ["first"])]
    assert [one.chat_id for one in bureau.desk.watches.watched()] == [8]
    assert bureau.desk.watches.times(ADA).at == ""


def test_what_fails_is_tried_again(
    bureau: Bureau, newsroom: Newsroom, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """An alert that could not be delivered is sent after some minutes; other chats get theirs meanwhile."""
    watch(bureau, "tram bridge")
    watch(bureau, "otters", ADA + 1)
    newsroom.publish(FIRST, OTHER)
    bureau.letters.failing = 1
    bureau.go_round()
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA + 1, ["other"])]
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == ["alerts and digests failed"]
    clock.now += 301
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["first"])]


def test_what_waits_too_long_is_no_news(bureau: Bureau, newsroom: Newsroom, clock: Clock) -> None:
    """An alert that could not be sent for a day is never sent, and neither is one whose article is gone."""
    watch(bureau, "tram bridge")
    newsroom.publish(FIRST)
    bureau.letters.failing = 1
    bureau.go_round()
    clock.now += DAY + 1
    bureau.go_round()
    newsroom.publish(SECOND)
    bureau.letters.failing = 1
    bureau.go_round()
    newsroom.withdraw(3)
    clock.now += HOUR
    bureau.go_round()
    assert bureau.letters.take() == []
    assert bureau.desk.watches.watched() != []


def test_a_broken_index_is_survived(
    bureau: Bureau, newsroom: Newsroom, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the index or the state cannot be read, a round says so in the log and the next one goes on."""
    watch(bureau, "tram bridge")
    newsroom.publish(FIRST)
    bureau.desk.newsbot.index.close()
    name = (settings.data / "current").read_text()
    keywords = settings.data / "generations" / name / "keywords" / "meta.json"
    kept = keywords.read_bytes()
    keywords.unlink()
    bureau.go_round()
    assert [r.levelno for r in caplog.records if r.name == "bot.alerts.rounds"] == [logging.ERROR]
    keywords.write_bytes(kept)
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["first"])]


def test_a_failing_embedder_leaves_words(
    newsroom: Newsroom, settings: Settings, embedder: WordLlamaEmbedder, clock: Clock
) -> None:
    """Where the embedder fails, articles are matched by their words alone."""
    bureau = open_bureau(settings, clock)
    bureau.desk.newsbot.embedder = FailingEmbedder(embedder)
    watch(bureau, "Kell tram bridge harbour")
    newsroom.publish(FIRST, SECOND, BOATS)
    bureau.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["second"])]
    bureau.desk.newsbot.index.close()


def test_one_replica_at_a_time(bureau: Bureau, newsroom: Newsroom, settings: Settings, clock: Clock) -> None:
    """Two replicas on one state send each alert once; where one goes away, the other takes over."""
    other = open_bureau(settings, clock)
    watch(bureau, "tram bridge")
    newsroom.publish(FIRST)
    bureau.go_round()
    other.go_round()
    newsroom.publish(SECOND)
    other.go_round()
    assert bureau.letters.take_quoted() == [(ADA, ["first"])]
    assert other.letters.take() == []
    clock.now += 61
    other.go_round()
    bureau.go_round()
    assert other.letters.take_quoted() == [(ADA, ["second"])]
    assert bureau.letters.take() == []
    other.desk.newsbot.index.close()


def test_a_lease_may_be_lost(bureau: Bureau, newsroom: Newsroom, settings: Settings, clock: Clock) -> None:
    """Where another replica took over between two letters, or sent one already, no letter is sent twice."""
    other = open_bureau(settings, clock)
    watch(bureau, "tram bridge")
    newsroom.publish(FIRST, SECOND)

    async def deliver_slowly(chat_id: int, thread_id: int | None, reply: Reply) -> bool:
        clock.now += 61
        await other.rounds.make_round(other.letters.deliver)
        return await bureau.letters.deliver(chat_id, thread_id, reply)

    asyncio.run(bureau.rounds.make_round(deliver_slowly))
    assert len(bureau.letters.take()) == len(other.letters.take()) == 1
    parcel = AlertParcel([Alert(ADA, "first", None, "tram bridge", NOON)], Alerts(settings), bureau.desk.newsbot)
    asyncio.run(bureau.rounds.send(parcel, bureau.letters.deliver))
    assert bureau.letters.take() == []
    other.desk.newsbot.index.close()


def test_a_kill_sends_nothing_twice(
    bureau: Bureau, newsroom: Newsroom, clock: Clock, program_environment: dict[str, str]
) -> None:
    """A process that is killed as it sends: nothing that may have been sent is sent again, all that waited is."""
    watch(bureau, "tram bridge")
    watch(bureau, "otters")
    watch(bureau, "ferries")
    newsroom.publish(FIRST, OTHER, BOATS)
    command = [sys.executable, "-c", KILLED, str(clock.now)]
    killed = subprocess.run(command, env=program_environment, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -9
    clock.now += 61
    bureau.go_round()
    told = killed.stdout.split() + [ids[0] for _, ids in bureau.letters.take_quoted()]
    assert len(told) == len(set(told)) == 2
    assert set(told) < {"first", "other", "boats"}


def test_rounds_go_on_until_cancelled(bureau: Bureau, newsroom: Newsroom) -> None:
    """The rounds see what is published while they run, and finish the letter that is under way when they are ended."""
    watch(bureau, "tram bridge")
    arrived: list[int] = []

    async def scenario() -> None:
        sending = asyncio.Event()

        async def deliver(chat_id: int, *_: object) -> bool:
            sending.set()
            await asyncio.sleep(0.05)
            arrived.append(chat_id)
            return True

        running = asyncio.create_task(bureau.rounds.run(deliver))
        await asyncio.to_thread(newsroom.publish, FIRST)
        await asyncio.wait_for(sending.wait(), 20)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(scenario())
    assert arrived == [ADA]
    bureau.go_round()
    assert bureau.letters.take() == []


def test_nothing_new_costs_nothing(bureau: Bureau, newsroom: Newsroom, settings: Settings) -> None:
    """Where nobody watches anything, rounds make no file, also when there is something new."""
    newsroom.publish(FIRST)
    bureau.go_round()
    assert not (settings.data / "state.db").exists()


# Which article is about which topic


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("tram bridge", ["first", "second"]),
        ("Tram Bridges", ["first", "second"]),
        ("latest news on otters", ["other"]),
        ("bent beams in bridge", ["first", "second"]),
        ("Kell tram bridge harbour", ["first", "second"]),  # the first has most of the words, and is near
        ("tram bridge collapse", []),  # none has its rarest word
        ("zoo of Kell", []),
        ("Storm", ["boats"]),
        ("fähren", ["german"]),
        ("the", []),
        ("news", []),
        ("", []),
    ],
)
def test_a_topic_is_matched(newsroom: Newsroom, settings: Settings, topic: str, expected: list[str]) -> None:
    """An article matches by all rare words in any form, in its own language, or by most of them and its meaning."""
    newsroom.publish(FIRST, SECOND, OTHER, BOATS)
    german = Article("german", "Eine Fähre fuhr auf Grund, sagte der Kapitän.", "Fähre auf Grund", language="de")
    with open_index(settings) as generation:
        articles = [
            article for name in ("first", "second", "other", "boats") if (article := generation.store.article(name))
        ]
        matcher, read = Matcher(newsroom.embedder), read_topic(topic, generation.keywords)
        leads = [Lead(article) for article in (*articles, german)]
        assert [lead.article.id for lead in leads if matcher.match(read, lead)] == expected


def test_meaning_is_asked_for_once(
    newsroom: Newsroom, settings: Settings, embedder: WordLlamaEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    """Each article is embedded once for all topics; where the embedder fails, that is logged once and words tell."""
    newsroom.publish(FIRST, SECOND, BOATS)
    with open_index(settings) as generation:
        texts = ("Kell tram bridge harbour", "tram bridge Kell harbours", "Kell tram bridge harbour")
        topics = [read_topic(text, generation.keywords) for text in texts]
        leads = [Lead(article) for name in ("first", "second") if (article := generation.store.article(name))]
        counting = CountingEmbedder(embedder)
        matcher, failing = Matcher(counting), Matcher(FailingEmbedder(embedder))
        assert [matcher.match(topic, lead) for topic in topics for lead in leads] == [True, True] * 3
        assert counting.texts == [leads[0].text]
        assert [failing.match(topic, lead) for topic in topics for lead in leads] == [False, True] * 3
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_what_cannot_be_kept_is_looked_at_again(newsroom: Newsroom, settings: Settings, tmp_path: Path) -> None:
    """Where alerts cannot be kept, the mark stays where it was, and the next look finds them."""
    watches, leases, alerts = Watches(settings), Leases(settings), Alerts(settings, Clock())
    watches.add(Watch(ADA, None, "tram bridge", 1))
    newsroom.publish(FIRST)
    broken = Alerts(load_settings({"data": tmp_path / "data", "state_url": f"sqlite:///{tmp_path}"}), Clock())
    with open_index(settings) as generation:
        assert not find_alerts(generation, newsroom.embedder, watches, broken, leases)
        assert leases.read("alerts") == ""
        assert find_alerts(generation, newsroom.embedder, watches, alerts, leases)
    assert [alert.article_id for alert in alerts.waiting()] == ["first"]


# How far the index was looked at


def test_a_mark_is_written_and_read(newsroom: Newsroom, settings: Settings) -> None:
    """A mark comes back from its text; what is no mark is none; and it is found in the index that it is of."""
    newsroom.publish(FIRST, OTHER)
    with open_index(settings) as generation:
        mark = make_mark(generation.store)
        assert [article_id for _, article_id in mark.last] == ["other", "first", "old"]
        assert read_mark(mark.write()) == mark
        assert mark.find_in(generation.store) == mark.number == 3
        assert replace(mark, last=((7, "gone"), *mark.last)).find_in(generation.store) == 3
        assert Mark(((3, "first"),)).find_in(generation.store) is None
        assert (Mark().number, Mark().find_in(generation.store)) == (0, 0)
    assert [read_mark(text) for text in ("", "x", "3", "[[1]]", '{"a": 1}', '[["x", 1]]')] == [None] * 6


# Clocks


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("22:00-07:00", "22:00-07:00"),
        (" 22 – 7 ", "22:00-07:00"),
        ("9.30 to 18.05", "09:30-18:05"),
        ("7-7", None),
        ("24-7", None),
        ("7:60-8", None),
        ("night", None),
        ("", None),
    ],
)
def test_hours_are_read(written: str, expected: str | None) -> None:
    """Hours are read as people write them; what is no time of day, or no time at all, is none."""
    hours = read_hours(written)
    assert (str(hours) if hours else None) == expected


def test_zones_are_read() -> None:
    """A zone is known by its name however it is written; nothing else is one, no path either."""
    names = ["europe/istanbul", "America/New York", "utc", "Mars/Base", "../../etc/passwd", "", "Europe"]
    assert [read_zone(name) for name in names] == ["Europe/Istanbul", "America/New_York", "UTC", "", "", "", ""]


@given(TIMES, TIMES, MOMENTS, st.sampled_from(ZONES))
def test_quiet_hours_split_the_day(start: time, end: time, moment: float, zone: ZoneInfo) -> None:
    """At each moment exactly one of some hours and those from their end to their start holds, in every zone."""
    hours = read_hours(f"{start:%H:%M}-{end:%H:%M}")
    if start == end:
        assert hours is None
        return
    assert hours == Hours(start, end)
    assert hours.hold(moment, zone) != Hours(end, start).hold(moment, zone)
    assert read_hours(str(hours)) == hours


@given(TIMES, st.integers(1, 1439), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES))
def test_quiet_hours_go_by_the_wall_clock(start: time, minutes: int, day: date, zone: ZoneInfo) -> None:
    """Also over midnight, and on days on which the clocks change, a minute is quiet if its time is within the hours."""
    begin = 60 * start.hour + start.minute
    hours = Hours(start, time(*divmod((begin + minutes) % 1440, 60)))
    midnight = begin_of(day, zone)
    for moment in (midnight + 60 * minute for minute in range(0, 1500, 20)):
        shown = datetime.fromtimestamp(moment, zone)
        assert hours.hold(moment, zone) is ((60 * shown.hour + shown.minute - begin) % 1440 < minutes)
    leapt_over = datetime.fromtimestamp(begin_of(day, zone, start), zone).time() != start
    assert leapt_over or hours.hold(begin_of(day, zone, start), zone)


@given(TIMES, MOMENTS, st.sampled_from(ZONES))
def test_a_digest_comes_once_a_day(at: time, begin: float, zone: ZoneInfo) -> None:
    """Looked at every ten minutes for four days, a daily digest is due once for each day, within ten minutes."""
    sent: list[tuple[str, float]] = []
    last = find_passed(at, zone, begin).isoformat()
    for now in (begin + step * 600 for step in range(4 * 144)):
        day = find_due(f"{at:%H:%M}", last, zone, now)
        if day is not None:
            last = day.isoformat()
            sent.append((last, now - begin_of(day, zone, at)))
    days = [date.fromisoformat(day) for day, _ in sent]
    assert days == [days[0] + timedelta(number) for number in range(len(days))]
    assert len(days) in (3, 4, 5)
    assert all(0 <= late < 600 for _, late in sent)


def test_a_digest_may_be_two_hours_late() -> None:
    """What was missed is due for two hours, also over midnight, and not twice; a time that is none is never due."""
    noon = datetime(2024, 5, 7, 12, tzinfo=UTC)

    def due(at: str, last: str = "2024-05-05", hours: float = 0.0) -> str:
        day = find_due(at, last, ZoneInfo("UTC"), (noon + timedelta(hours=hours)).timestamp())
        return day.isoformat() if day else ""

    assert [due("10:01"), due("12:00"), due("10:00"), due("12:01")] == ["2024-05-07", "2024-05-07", "", ""]
    assert [due("10:01", "2024-05-07"), due("10:01", "2024-05-08")] == ["", ""]
    assert [due("23:30", hours=13), due("23:30", "2024-05-07", hours=13)] == ["2024-05-07", ""]
    assert [due(""), due("25:00")] == ["", ""]


# What is kept, on SQLite and on PostgreSQL


def test_watches_are_kept(state_settings: Settings, clock: Clock) -> None:
    """A chat has each topic once, however it is written, and at most twenty; they end one by one, or all."""
    watches = Watches(state_settings, clock)
    assert (watches.watched(), watches.remove(ADA), watches.times(ADA)) == ([], 0, Times(ADA))
    bridge = Watch(-1_001_234_567_890, 3, "Tram Bridge", 7)
    assert [watches.add(bridge), watches.add(replace(bridge, topic="tram  bridge!"))] == ["new", "known"]
    others = [watches.add(Watch(ADA, None, f"Topic {number}", number)) for number in range(MOST + 1)]
    assert others == ["new"] * MOST + ["full"]
    assert watches.watched(bridge.chat_id) == [bridge]
    assert len(watches.watched()) == MOST + 1
    watches.renumber(5)
    assert {watch.after for watch in watches.watched()} == set(range(6))
    assert (watches.remove(ADA, "TOPIC 3"), watches.remove(ADA, "Topic 3"), watches.remove(ADA)) == (1, 0, MOST - 1)
    assert watches.watched() == [replace(bridge, after=5)]


def test_times_are_kept(state_settings: Settings, clock: Clock) -> None:
    """Each time of a chat is set by itself; a day has one digest, of many who ask at the same time."""
    watches = Watches(state_settings, clock)
    assert watches.set_times(ADA, quiet="22:00-07:00")
    assert not watches.claim_digest(ADA, "2024-05-07")
    assert watches.set_times(ADA, at="08:00", zone="Europe/Istanbul", thread_id=4)
    assert watches.all_times() == {ADA: Times(ADA, 4, "Europe/Istanbul", "22:00-07:00", "08:00", "")}
    claimed: list[bool] = []
    threads = [
        threading.Thread(target=lambda: claimed.append(watches.claim_digest(ADA, "2024-05-07"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [False, False, False, True]
    assert [watches.claim_digest(ADA, day) for day in ("2024-05-06", "2024-05-08")] == [False, True]


def test_a_group_moves(state_settings: Settings, clock: Clock) -> None:
    """A group that became a supergroup keeps watches, times and alerts; what it has under its new id stays."""
    watches, alerts = Watches(state_settings, clock), Alerts(state_settings, clock)
    watches.move(-5, -6)
    for chat, topic in ((-5, "bridge"), (-5, "otters"), (-6, "Bridge")):
        watches.add(Watch(chat, None, topic, 0))
    alerts.add(
        [Alert(-5, "a", None, "bridge", NOON), Alert(-5, "b", None, "bridge", NOON), Alert(-6, "a", 1, "x", NOON)]
    )
    watches.set_times(-5, at="08:00")
    watches.move(-5, -6)
    assert [(one.chat_id, one.topic) for one in watches.watched()] == [(-6, "otters"), (-6, "Bridge")]
    assert [(one.chat_id, one.article_id, one.topic) for one in alerts.waiting()] == [
        (-6, "a", "x"),
        (-6, "b", "bridge"),
    ]
    assert watches.all_times() == {-6: Times(-6, at="08:00")}
    watches.set_times(-7, at="09:00")
    watches.move(-7, -6)
    assert watches.all_times() == {-6: Times(-6, at="08:00")}


def test_alerts_are_kept(state_settings: Settings, clock: Clock) -> None:
    """An alert waits until it is claimed, which one of many can; it is counted by its message, and old ones go."""
    alerts = Alerts(state_settings, clock)
    assert (alerts.known(ADA, []), alerts.waiting()) == (set(), [])
    one, two, three = (Alert(ADA, name, None, "bridge", NOON + n) for n, name in enumerate("abc"))
    assert alerts.add([two, one, three])
    assert alerts.add([one])
    assert alerts.waiting() == [one, two, three]
    assert alerts.known(ADA, ["a", "x"]) == {"a"}
    assert alerts.known(8, ["a"]) == set()
    assert (alerts.claim([one, two]), alerts.claim([two, three]), alerts.claim([])) == ([one, two], [three], [])
    assert alerts.count_sent(ADA, NOON) == 2
    assert alerts.count_sent(ADA, NOON + 1) == 0
    alerts.put_back([one, two])
    assert alerts.waiting() == [one, two]
    alerts.settle([three])
    alerts.drop([one])
    assert alerts.waiting() == [two]
    assert alerts.count_sent(ADA, NOON) == 1
    clock.now += 91 * DAY
    alerts.add([])
    assert alerts.known(ADA, ["a", "b", "c"]) == set()


def test_a_broken_state_raises_nothing(tmp_path: Path, clock: Clock) -> None:
    """Where the state database fails, nothing is watched, kept or sent, and nothing raises."""
    (tmp_path / "data" / "broken").mkdir(parents=True)
    settings = load_settings({"data": tmp_path / "data", "state_url": f"sqlite:///{tmp_path / 'data' / 'broken'}"})
    watches, alerts = Watches(settings, clock), Alerts(settings, clock)
    assert watches.add(Watch(ADA, None, "bridge", 0)) == "failed"
    assert (watches.watched(), watches.remove(ADA), watches.set_times(ADA, at="8:00")) == ([], 0, False)
    assert not watches.claim_digest(ADA, "2024-05-07")
    one = Alert(ADA, "a", None, "bridge", NOON)
    assert (alerts.add([one]), alerts.claim([one]), alerts.count_sent(ADA, 0), alerts.known(ADA, ["a"])) == (
        False,
        [],
        0,
        set(),
    )
    assert not Leases(settings, clock).hold("alerts", "x", 10)
    watches.stop(ADA)
    watches.move(ADA, 8)
    watches.renumber(3)
