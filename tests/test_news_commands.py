"""The commands /latest and /timeline: the newest stories, and questions on a topic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answers import Answer
from bot.conversation.news import TIMELINE, run_latest, run_timeline
from bot.conversation.subscriptions import run_digest
from config.errors import IndexMissing
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from tests.watchers import BRIDGE, BRIDGE_AGAIN, DAY, FERRIES, OTTERS, Bureau, Clock, Newsroom, open_bureau, story


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock()


@pytest.fixture
def newsroom(tmp_path: Path, settings: Settings, embedder: WordLlamaEmbedder, clock: Clock) -> Newsroom:
    """A newsroom of three days."""
    newsroom = Newsroom(tmp_path / "news", settings, embedder, clock)
    newsroom.publish(
        story("bridge", "Tram bridge at Kell closed", BRIDGE, published="2024-05-04"),
        story("again", "More bent beams in the tram bridge at Kell", BRIDGE_AGAIN, published="2024-05-06T18:00Z"),
        story("otters", "Otters born in Harrowmere", OTTERS, published="2024-05-07"),
        story("ahead", "Storm stops the ferries of Lunde", FERRIES, published="2024-06-01"),
    )
    return newsroom


@pytest.fixture
def bureau(settings: Settings, clock: Clock, newsroom: Newsroom) -> Iterator[Bureau]:
    """The bureau of that newsroom."""
    del newsroom
    bureau = open_bureau(settings, clock)
    yield bureau
    bureau.desk.newsbot.index.close()


def cited(answer: Answer) -> set[str]:
    """The articles that an answer cites."""
    return {citation.article_id for citation in answer.citations}


def test_the_latest_are_told(bureau: Bureau, clock: Clock) -> None:
    """/latest tells the stories of the last day that has any, none that is yet to come, and says if they are old."""
    (answer,) = bureau.say(run_latest)
    assert (cited(answer), answer.caveat) == ({"otters"}, "")
    clock.now += 10 * DAY
    (answer,) = bureau.say(run_latest)
    assert (cited(answer), answer.caveat) == ({"otters"}, "The newest article on this is from 7 May 2024.")
    (answer,) = bureau.say(run_digest)
    assert (answer.status, answer.citations) == ("no_evidence", ())


def test_the_latest_of_a_moment(bureau: Bureau, newsroom: Newsroom, clock: Clock) -> None:
    """Where the newest article names its hour, the day before that counts; also one that names only its day."""
    newsroom.publish(
        story("rain", "Rain", "It rained in Kell all night, the weather office of the city said on Tuesday.")
    )
    clock.now += DAY
    (answer,) = bureau.say(run_latest)
    assert cited(answer) == {"rain", "otters", "again"}


def test_nothing_is_latest(tmp_path: Path, settings: Settings, embedder: WordLlamaEmbedder, clock: Clock) -> None:
    """Without any article that has a date nothing is told; without any index the error says what to do."""
    bureau = open_bureau(settings, clock)
    with pytest.raises(IndexMissing):
        bureau.say(run_latest)
    Newsroom(tmp_path / "news", settings, embedder, clock).publish(story("undated", "Otters", OTTERS, published=""))
    (answer,) = bureau.say(run_latest)
    assert (answer.status, answer.text) == ("no_evidence", "There are no new stories in these articles.")
    bureau.desk.newsbot.index.close()


def test_a_topic_is_asked(bureau: Bureau) -> None:
    """With a topic both commands are questions on it, and keep what they answered as other questions do."""
    (latest,) = bureau.say(run_latest, "the tram bridge")
    (timeline,) = bureau.say(run_timeline, "the tram bridge")
    assert [answer.question for answer in (latest, timeline)] == [
        "latest on the tram bridge",
        "timeline of the tram bridge",
    ]
    assert [cited(answer) for answer in (latest, timeline)] == [{"bridge", "again"}] * 2
    assert len(bureau.desk.turns.load("7001")) == 2


def test_a_timeline_needs_a_topic(bureau: Bureau) -> None:
    """/timeline alone says how to write it."""
    assert bureau.say(run_timeline) == [TIMELINE]
