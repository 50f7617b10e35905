"""A question: within limits, shown as it grows, counted, kept, and with buttons that lead somewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Statement, Usage
from bot.conversation.asking import answer_question, make_buttons
from bot.conversation.desk import Desk, Request, Role, open_desk
from bot.conversation.messages import Button, Message, Reply
from bot.state.usage import record_usage
from config.settings import Settings, load_settings
from index.articles import Hit
from tests.fakes import FakeReader

QUESTION = "what did Turkey demand?"
ADA, ADMIN = 8, 7
NO_TOKENS = "The model has used up its tokens for today, so this answer is put together without it."


@pytest.fixture
def desk_with(sample_settings: Settings, sample_newsbot: Newsbot, tmp_path: Path) -> Callable[..., Desk]:
    """A desk over the samples with the settings given; what is kept is this test's own."""

    def make(**given: str) -> Desk:
        state = f"sqlite:///{tmp_path}/state.db"
        settings = load_settings({"data": sample_settings.data, "state_url": state, **given})
        return open_desk(settings, sample_newsbot, lambda: 1e9)

    return make


def ask(desk: Desk, question: str = QUESTION, user_id: int = ADA) -> list[Reply]:
    """All replies to a question."""

    async def collect() -> list[Reply]:
        role: Role = "admin" if user_id == ADMIN else "reader"
        request = Request(Message(user_id), role, "en")
        return [reply async for reply in answer_question(desk, request, question)]

    return asyncio.run(collect())


def test_an_answer_is_kept_for_its_buttons(desk_with: Callable[..., Desk]) -> None:
    """The buttons name the number under which the answer is found again, as it was shown."""
    desk = desk_with()
    *growing, last = ask(desk)
    answer = last.content
    assert isinstance(answer, Answer)
    assert all(reply.progress and reply.buttons == () for reply in growing)
    kept = desk.answers.find(1)
    assert kept is not None
    assert (kept.user_id, kept.chat_id, kept.answer) == (ADA, ADA, answer)
    assert len(answer.follow_ups) == 2
    assert last.buttons == (
        (Button("Passages", "passages:1"), Button("More like this", "more:1")),
        (Button("👍", "up:1"), Button("👎", "down:1")),
        (Button(answer.follow_ups[0], "ask:1:0"),),
        (Button(answer.follow_ups[1], "ask:1:1"),),
    )


def test_where_there_are_no_buttons(desk_with: Callable[..., Desk]) -> None:
    """There are none under a refusal, and none where the answer cannot be kept."""
    (refused,) = ask(desk_with(), "how many moons does Saturn have?")
    assert refused.buttons == ()
    answered = Answer("q?", "answered", "Text. [1]", follow_ups=("Who?",))
    assert make_buttons(answered, 0) == ()
    assert len(make_buttons(answered, 5)) == 3
    *_, unkept = ask(desk_with(state_url="sqlite:////nowhere/at/all/state.db"))
    assert isinstance(unkept.content, Answer)
    assert (unkept.content.status, unkept.buttons) == ("answered", ())


def test_limits(desk_with: Callable[..., Desk]) -> None:
    """Past the limit one plain reply comes, and nothing is searched or kept; an admin has none."""
    desk = desk_with(questions_per_minute="1")
    ask(desk)
    assert ask(desk) == [Reply("You have asked as much as you may in a minute. Ask again in 60 s.")]
    assert desk.answers.count_by_user() == {ADA: 1}
    for _ in range(2):
        assert isinstance(ask(desk, user_id=ADMIN)[-1].content, Answer)


def test_a_spent_budget_of_tokens(desk_with: Callable[..., Desk]) -> None:
    """When the tokens of the day are used up answers are put together without the model, and say so; not an admin's."""
    desk = desk_with(model_tokens_per_day="100")
    model = FakeReader("model", [Statement("x", ())], [Statement("x", ())])
    desk = replace(desk, newsbot=replace(desk.newsbot, readers=[model, *desk.newsbot.readers]))
    record_usage(desk.settings, Usage(60, 30, 1), desk.now)
    before = ask(desk)[-1].content
    record_usage(desk.settings, Usage(10, 0, 1), desk.now)
    without, admins = ask(desk)[-1].content, ask(desk, user_id=ADMIN)[-1].content
    assert isinstance(before, Answer)
    assert isinstance(without, Answer)
    assert isinstance(admins, Answer)
    assert without.status == "answered"
    assert [NO_TOKENS in answer.notes for answer in (before, without, admins)] == [False, True, False]


def test_what_fails_is_not_kept(desk_with: Callable[..., Desk]) -> None:
    """A question that could not be worked on raises, and counts for nothing."""
    desk = desk_with()

    def search(*_: object, **__: object) -> list[Hit]:
        raise ZeroDivisionError

    broken = replace(desk, newsbot=replace(desk.newsbot, search=search))
    with pytest.raises(ZeroDivisionError):
        ask(broken)
    assert desk.answers.count_by_user() == {}
