"""How much may be asked: by minute, by day, and by the tokens of the model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Usage
from bot.conversation.desk import Desk, open_desk
from bot.conversation.limits import find_limit, may_use_model
from bot.conversation.messages import Message
from bot.state.usage import record_usage
from bot.texts import Text
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.live import LiveIndex
from tests.clock import Clock

NOW = 20_000 * 86_400.0 + 14 * 3600  # 14:00 UTC
ADA, BOB = 7, 8


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock(NOW)


@pytest.fixture
def desk_with(settings: Settings, embedder: WordLlamaEmbedder, clock: Clock) -> Callable[..., Desk]:
    """A desk with the settings given."""

    def make(**given: str) -> Desk:
        own = load_settings({"data": settings.data, **given})
        return open_desk(own, Newsbot(LiveIndex(own), embedder, []), clock)

    return make


def ask(desk: Desk, user_id: int = ADA, chat_id: int | None = None) -> None:
    """Note that a question was asked and answered."""
    desk.answers.keep(Message(user_id, chat_id=chat_id, is_group=bool(chat_id)), Answer("What?", "no_evidence", "No."))


def test_by_default(desk_with: Callable[..., Desk]) -> None:
    """Thirty questions in a minute are one too many, in whatever chats; nobody else is concerned, nor an admin."""
    desk = desk_with()
    for number in range(30):
        assert find_limit(desk, Message(ADA), "reader") is None
        ask(desk, ADA, -number or None)
    told = find_limit(desk, Message(ADA, chat_id=-5, is_group=True), "reader")
    assert told == "You have asked as much as you may in a minute. Ask again in 60 s."
    assert isinstance(told, Text)
    assert find_limit(desk, Message(ADA), "admin") is None
    assert find_limit(desk, Message(BOB), "reader") is None


def test_the_minute_moves_on(desk_with: Callable[..., Desk], clock: Clock) -> None:
    """One may ask again as soon as the oldest of the last questions is a minute old, and is told when that is."""
    desk = desk_with(questions_per_minute="2")
    ask(desk)
    clock.now += 10
    ask(desk)
    clock.now += 9.5
    assert find_limit(desk, Message(ADA), "reader") == (
        "You have asked as much as you may in a minute. Ask again in 41 s."
    )
    clock.now = NOW + 60
    assert find_limit(desk, Message(ADA), "reader") is None
    ask(desk)
    assert find_limit(desk, Message(ADA), "reader") == (
        "You have asked as much as you may in a minute. Ask again in 10 s."
    )


def test_the_day_moves_on(desk_with: Callable[..., Desk], clock: Clock) -> None:
    """After the questions of a day one may ask a day after the first of them, at a time that is told rounded up."""
    desk = desk_with(questions_per_day="2")
    ask(desk)
    clock.now += 3600
    ask(desk)
    assert find_limit(desk, Message(ADA), "reader") == (
        "You have asked as much as you may in a day. Ask again after 14:00 UTC."
    )
    clock.now = NOW + 86_400
    assert find_limit(desk, Message(ADA), "reader") is None
    ask(desk)
    clock.now = NOW + 3600 + 86_400 + 1
    ask(desk)
    assert find_limit(desk, Message(ADA), "reader") == (
        "You have asked as much as you may in a day. Ask again after 14:00 UTC."
    )
    clock.now = NOW + 2 * 86_400
    ask(desk)
    assert find_limit(desk, Message(ADA), "reader") == (
        "You have asked as much as you may in a day. Ask again after 15:01 UTC."
    )


def test_what_was_forgotten_counts(desk_with: Callable[..., Desk]) -> None:
    """Who forgets a conversation may not ask more for it."""
    desk = desk_with(questions_per_day="1")
    ask(desk)
    desk.answers.forget(str(ADA))
    assert find_limit(desk, Message(ADA), "reader") is not None


def test_no_limits(desk_with: Callable[..., Desk]) -> None:
    """With 0 there is none."""
    desk = desk_with(questions_per_minute="0", questions_per_day="0")
    for _ in range(40):
        ask(desk)
    assert find_limit(desk, Message(ADA), "reader") is None


def test_tokens_of_the_day(desk_with: Callable[..., Desk], clock: Clock) -> None:
    """When its tokens of the day are used up the model answers admins only, until the next day."""
    desk = desk_with(model_tokens_per_day="1000")
    record_usage(desk.settings, Usage(900, 99, 1), clock)
    assert may_use_model(desk, "reader")
    record_usage(desk.settings, Usage(0, 1, 1), clock)
    assert not may_use_model(desk, "reader")
    assert may_use_model(desk, "admin")
    clock.now += 10 * 3600
    assert may_use_model(desk, "reader")
    without = desk_with()
    record_usage(without.settings, Usage(10**9, 1, 1), clock)
    assert may_use_model(without, "reader")
