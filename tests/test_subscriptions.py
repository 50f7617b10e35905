"""The commands /watch, /unwatch and /digest: what they set and answer, and that wrong use is told in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answers import Answer
from bot.conversation.subscriptions import DIGEST, EXAMPLE, HOURS, NONE, NOT_KEPT, run_digest, run_unwatch, run_watch
from bot.state.watches import MOST, Times, Watch
from bot.texts import Text
from config.errors import UsageError
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from tests.watchers import ADA, BRIDGE, HOUR, OTTERS, Bureau, Clock, Newsroom, open_bureau, story


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own: noon."""
    return Clock()


@pytest.fixture
def bureau(tmp_path: Path, settings: Settings, embedder: WordLlamaEmbedder, clock: Clock) -> Iterator[Bureau]:
    """The bureau of a newsroom with two articles."""
    newsroom = Newsroom(tmp_path / "news", settings, embedder, clock)
    newsroom.publish(story("bridge", "Tram bridge closed", BRIDGE), story("otters", "Otters born", OTTERS))
    bureau = open_bureau(settings, clock)
    yield bureau
    bureau.desk.newsbot.index.close()


@pytest.fixture
def broken(tmp_path: Path, bureau: Bureau, settings: Settings, clock: Clock) -> Iterator[Bureau]:
    """A bureau with that index whose state database cannot be written."""
    del bureau
    (tmp_path / "folder").mkdir()
    broken = open_bureau(settings.model_copy(update={"state_url": f"sqlite:///{tmp_path / 'folder'}"}), clock)
    yield broken
    broken.desk.newsbot.index.close()


def test_a_topic_is_watched(bureau: Bureau) -> None:
    """A topic is watched from the newest article on, in the chat and the thread in which that was said."""
    said = bureau.say(run_watch, "  tram\n bridge ", chat_id=-5, is_group=True, thread_id=9)
    assert said == ["I watch “tram bridge” and tell you what is new, at most 5 times a day."]
    assert all(isinstance(text, Text) for text in said)
    assert bureau.desk.watches.watched() == [Watch(-5, 9, "tram bridge", 2)]
    assert bureau.say(run_watch, "Tram bridge!", chat_id=-5) == ["“Tram bridge!” is watched here already."]
    assert bureau.desk.watches.watched(ADA) == []


def test_what_is_watched_is_listed(bureau: Bureau) -> None:
    """The list names topics by number, quiet hours and digest; without a watch it says how to begin."""
    assert bureau.say(run_watch) == [f"{NONE}\n{EXAMPLE}"]
    bureau.say(run_watch, "otters")
    bureau.say(run_watch, "tram bridge quiet 22-7")
    bureau.say(run_digest, "8:00 europe/istanbul")
    assert bureau.say(run_watch)[0].split("\n") == [
        "What is watched here:",
        "1. otters",
        "2. tram bridge",
        "Quiet hours: 22:00-07:00 (Europe/Istanbul)",
        "Digest: every day at 08:00 (Europe/Istanbul)",
        "/unwatch 1 ends the first.",
    ]


@pytest.mark.parametrize("topic", ["the", "latest news", "?!", "quiet please", "zone euro"])
def test_a_topic_needs_a_word(bureau: Bureau, topic: str) -> None:
    """What has no word that an article could be known by is no topic; words of other commands may stand in one."""
    said = bureau.say(run_watch, topic)
    if topic in ("quiet please", "zone euro"):
        assert [watch.topic for watch in bureau.desk.watches.watched()] == [topic]
    else:
        assert (said, bureau.desk.watches.watched()) == ([EXAMPLE], [])


def test_a_topic_has_bounds(bureau: Bureau) -> None:
    """A topic that is too long, and one too many, are refused."""
    assert bureau.say(run_watch, "x" * 101) == ["A topic has at most 100 characters."]
    for number in range(MOST):
        bureau.say(run_watch, f"Topic {number}")
    assert bureau.say(run_watch, "otters") == ["20 topics are watched here already. /unwatch ends one."]


def test_nothing_needs_to_be_indexed(settings: Settings, clock: Clock) -> None:
    """Before the first index topics can be watched, from its first article on, and words are still needed."""
    bureau = open_bureau(settings, clock)
    assert bureau.say(run_watch, "the") == [EXAMPLE]
    bureau.say(run_watch, "otters")
    assert bureau.desk.watches.watched() == [Watch(ADA, None, "otters", 0)]


def test_quiet_hours_are_set(bureau: Bureau) -> None:
    """Quiet hours are set with a topic or alone, and end; what are no hours sets nothing, and watches nothing."""
    watched = "I watch “otters” and tell you what is new, at most 5 times a day."
    both = f"{watched} From 22:00 to 07:00 (UTC) I keep alerts back."
    assert bureau.say(run_watch, "otters quiet 22:00-07:00") == [both]
    assert bureau.say(run_watch, "Quiet 13 - 14.30") == ["From 13:00 to 14:30 (UTC) I keep alerts back."]
    assert bureau.desk.watches.times(ADA) == Times(ADA, quiet="13:00-14:30")
    assert [bureau.say(run_watch, text) for text in ("quiet", "quiet 25-7", "storm quiet 7-7")] == [[HOURS]] * 3
    assert bureau.desk.watches.times(ADA).quiet == "13:00-14:30"
    assert bureau.say(run_watch, "quiet off") == ["There are no quiet hours any more."]
    assert bureau.desk.watches.times(ADA) == Times(ADA)
    assert [watch.topic for watch in bureau.desk.watches.watched()] == ["otters"]


def test_a_zone_is_set(bureau: Bureau) -> None:
    """The zone of a chat is set however it is written; one that does not exist is refused."""
    assert bureau.say(run_watch, "zone europe/berlin") == [
        "The times of this chat are those of Europe/Berlin from now on."
    ]
    unknown = "I do not know the time zone Mars/Base. One is written like this: Europe/Istanbul"
    assert bureau.say(run_watch, "zone Mars/Base") == [unknown]
    assert bureau.say(run_digest, "daily 8:00 Mars/Base") == [unknown]
    assert bureau.desk.watches.times(ADA) == Times(ADA, zone="Europe/Berlin")


def test_a_watch_is_ended(bureau: Bureau) -> None:
    """A watch ends by topic, by number, or as the only one; with several, and with an unknown one, they are listed."""
    assert bureau.say(run_unwatch) == [NONE]
    for topic in ("otters", "tram bridge", "7", "storm"):
        bureau.say(run_watch, topic)
    (listed,) = bureau.say(run_watch)
    assert bureau.say(run_unwatch) == [listed]
    assert bureau.say(run_unwatch, "elephants") == [f"“elephants” is not watched here.\n{listed}"]
    assert bureau.say(run_unwatch, "9")[0].startswith("“9” is not watched here.")
    assert bureau.say(run_unwatch, "TRAM bridge") == ["“tram bridge” is no longer watched."]
    assert bureau.say(run_unwatch, "1") == ["“otters” is no longer watched."]
    assert bureau.say(run_unwatch, "7") == ["“7” is no longer watched."]
    assert bureau.say(run_unwatch) == ["“storm” is no longer watched."]
    assert bureau.desk.watches.watched() == []


@pytest.mark.parametrize(("handler", "word"), [(run_watch, "off"), (run_unwatch, "All"), (run_unwatch, "off")])
def test_all_watches_are_ended(bureau: Bureau, handler: object, word: str) -> None:
    """All watches of a chat end at once, and those of others stay."""
    assert bureau.say(run_watch, "off") == [NONE]
    for topic, chat in (("otters", ADA), ("storm", ADA), ("storm", 8)):
        bureau.say(run_watch, topic, chat_id=chat)
    assert bureau.say(handler, word) == ["Nothing is watched here any more."]  # type: ignore[arg-type]
    assert [watch.chat_id for watch in bureau.desk.watches.watched()] == [8]


def test_a_digest_is_told_now(bureau: Bureau) -> None:
    """/digest tells the stories of the last day at once, as an answer with citations."""
    for argument in ("", "now"):
        (answer,) = bureau.say(run_digest, argument)
        assert isinstance(answer, Answer)
        assert {citation.article_id for citation in answer.citations} == {"bridge", "otters"}


@pytest.mark.parametrize(
    ("argument", "at", "zone", "day"),
    [
        ("daily 08:00", "08:00", "UTC", "2024-05-07"),  # eight was before noon: it begins tomorrow
        ("daily 12:00", "12:00", "UTC", "2024-05-07"),
        ("daily 12:01", "12:01", "UTC", "2024-05-06"),
        ("20", "20:00", "UTC", "2024-05-06"),
        ("every day at 8.05 America/New York", "08:05", "America/New_York", "2024-05-06"),
        ("DAILY 1:00 asia/tokyo", "01:00", "Asia/Tokyo", "2024-05-07"),
    ],
)
def test_a_digest_is_ordered(bureau: Bureau, argument: str, at: str, zone: str, day: str) -> None:
    """A time, and perhaps a zone, make a daily digest, from the next time on at which it is so late."""
    said = bureau.say(run_digest, argument, chat_id=-5, thread_id=3)
    assert said == [f"You get the stories of the day every day at {at} ({zone}). /digest off ends it."]
    kept = zone if zone != "UTC" else ""
    assert bureau.desk.watches.times(-5) == Times(-5, 3, kept, at=at, day=day)


def test_a_digest_is_ended(bureau: Bureau, clock: Clock) -> None:
    """A digest ends, and ordered anew comes no second time on its day; the zone of the chat stays."""
    assert bureau.say(run_digest, "off") == ["No digest is sent here."]
    bureau.say(run_digest, "daily 13:00 UTC")
    clock.now += HOUR
    bureau.go_round()
    assert bureau.say(run_digest, "OFF") == ["No digest is sent here any more."]
    bureau.say(run_digest, "daily 14:00")
    clock.now += HOUR
    bureau.go_round()
    assert len(bureau.letters.take()) == 1
    assert bureau.desk.watches.times(ADA) == Times(ADA, None, "UTC", at="14:00", day="2024-05-07")


@pytest.mark.parametrize("argument", ["daily", "weekly", "daily 25:00", "8 o'clock sharp", "daily 8:00:00"])
def test_a_wrong_digest_is_told(bureau: Bureau, argument: str) -> None:
    """What is no time gets one line on how it is written, and sets nothing."""
    said = bureau.say(run_digest, argument)
    assert said == [DIGEST] or said[0].startswith("I do not know the time zone")
    assert bureau.desk.watches.times(ADA) == Times(ADA)


def test_what_cannot_be_kept_is_told(broken: Bureau) -> None:
    """Where the state database fails, each command that sets something says that it did not."""
    commands = ["otters", "quiet 22-7", "quiet off", "otters quiet 22-7", "zone Europe/Berlin"]
    assert [broken.say(run_watch, text) for text in commands] == [[NOT_KEPT]] * len(commands)
    assert broken.say(run_digest, "daily 8:00") == [NOT_KEPT]
    assert [broken.say(run_watch, "off"), broken.say(run_unwatch, "otters")] == [[NONE], [NONE]]


def test_a_failure_while_ending_is_told(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the state database fails between reading and writing, that is told."""
    bureau.say(run_watch, "otters")
    bureau.say(run_digest, "daily 8:00")
    monkeypatch.setattr(bureau.desk.watches, "remove", lambda *_: 0)
    monkeypatch.setattr(bureau.desk.watches, "set_times", lambda *_, **__: False)
    assert [bureau.say(run_watch, "off"), bureau.say(run_unwatch)] == [[NOT_KEPT], [NOT_KEPT]]
    assert bureau.say(run_digest, "off") == [NOT_KEPT]


def test_the_zone_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zone of the settings must be one; it may come from the environment."""
    monkeypatch.setenv("NEWSBOT_TIMEZONE", "Europe/Istanbul")
    assert load_settings().timezone == "Europe/Istanbul"
    for wrong in ("Mars/Base", "../etc", "Europe"):
        with pytest.raises(UsageError, match="time zone such as"):
            load_settings({"timezone": wrong})
