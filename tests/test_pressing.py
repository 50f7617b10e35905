"""What the buttons do: passages, more of the same, votes, questions, languages; and those that lead nowhere now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Citation
from bot.conversation.conversation import Conversation
from bot.conversation.desk import Desk, open_desk
from bot.conversation.messages import Button, Excerpt, Message, Reply
from bot.conversation.pressing import GONE, NO_MORE
from config.settings import Settings, load_settings

QUESTION = "what did Turkey demand?"
ADA, BOB, GROUP = 8, 9, -100
NOTHING = [Reply(GONE, notice=True, language="en")]


@pytest.fixture
def desk_with(sample_settings: Settings, sample_newsbot: Newsbot, tmp_path: Path) -> Callable[..., Desk]:
    """A desk over the samples with the settings given; what is kept is this test's own."""

    def make(**given: str) -> Desk:
        state = f"sqlite:///{tmp_path}/state.db"
        settings = load_settings({"data": sample_settings.data, "state_url": state, **given})
        return open_desk(settings, sample_newsbot, lambda: 1e9)

    return make


@pytest.fixture
def desk(desk_with: Callable[..., Desk]) -> Desk:
    """Such a desk by default."""
    return desk_with()


def say(desk: Desk, message: Message) -> list[Reply]:
    """All replies to a message that are not progress."""

    async def collect() -> list[Reply]:
        return [reply async for reply in Conversation(desk).reply(message) if not reply.progress]

    return asyncio.run(collect())


def press(desk: Desk, data: str, user_id: int = ADA, chat_id: int | None = None) -> list[Reply]:
    """All replies to a pressed button that are not progress."""
    return say(desk, Message(user_id, "", chat_id, chat_id is not None, press=data))


def ask(desk: Desk, text: str = QUESTION, user_id: int = ADA, chat_id: int | None = None) -> Answer:
    """The answer to a question."""
    (reply,) = say(desk, Message(user_id, text, chat_id, chat_id is not None))
    assert isinstance(reply.content, Answer)
    return reply.content


def test_passages_are_paged(desk: Desk) -> None:
    """The first passage is a message of its own, each other one takes its place; after the last comes the first."""
    answer = ask(desk)
    pages = len(answer.citations)
    assert pages == 4
    for data, page, turns in [
        ("passages:1", 1, ("passages:1:4", "passages:1:2")),
        ("passages:1:2", 2, ("passages:1:1", "passages:1:3")),
        ("passages:1:4", 4, ("passages:1:3", "passages:1:1")),
    ]:
        (reply,) = press(desk, data)
        assert isinstance(reply.content, Excerpt)
        assert (reply.content.citation, reply.content.page, reply.content.pages) == (
            answer.citations[page - 1],
            page,
            4,
        )
        assert reply.buttons == ((Button("◀", turns[0]), Button("▶", turns[1])),)
        assert reply.in_place == (data != "passages:1")
    for data in ("passages:1:0", "passages:1:5", "passages:2", "passages", "passages:x"):
        assert press(desk, data) == NOTHING


def test_the_only_passage(desk: Desk) -> None:
    """One passage needs no buttons to turn pages."""
    answer = ask(desk)
    number = desk.answers.keep(Message(ADA), replace(answer, citations=answer.citations[:1]))
    (reply,) = press(desk, f"passages:{number}")
    assert isinstance(reply.content, Excerpt)
    assert reply.buttons == ()


def test_a_passage_that_has_changed(desk: Desk) -> None:
    """Where the article is gone, or says something else now, that is told instead of a passage; others are shown."""
    answer = ask(desk)
    gone: Citation = replace(answer.citations[0], article_id="gone")
    changed = replace(answer.citations[1], quote="Something else.")
    citations = (gone, changed, answer.citations[2])
    number = desk.answers.keep(Message(ADA), replace(answer, citations=citations))
    for page in (1, 2):
        (reply,) = press(desk, f"passages:{number}:{page}")
        assert reply.content == "This article has changed since, or is gone: ask again for what it says now."
        assert len(reply.buttons[0]) == 2
    (shown,) = press(desk, f"passages:{number}:3")
    assert isinstance(shown.content, Excerpt)


def test_more_like_this(desk_with: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    """Other stories come as an answer; where there is none that is told, and past the limit nothing is looked for."""
    desk = desk_with()
    answer = ask(desk)
    assert press(desk, "more:1") == [Reply(NO_MORE, language="en")]
    monkeypatch.setattr(Newsbot, "find_more", lambda _, about: replace(about, text=f"Like {about.question}"))
    assert press(desk, "more:1") == [Reply(replace(answer, text=f"Like {QUESTION}"), language="en")]
    assert press(desk, "more:2") == NOTHING
    (late,) = press(desk_with(questions_per_day="1"), "more:1")
    assert str(late.content).startswith("You have asked as much as you may in a day.")
    assert late.notice


def test_votes(desk: Desk) -> None:
    """Everybody has one vote, the last one, of which he is thanked by a notice."""
    ask(desk, user_id=ADA, chat_id=GROUP)
    for data, user_id, votes in [("up:1", ADA, (1, 0)), ("down:1", BOB, (1, 1)), ("down:1", ADA, (0, 2))]:
        thanks = Reply("Thank you, that is noted.", notice=True, language="en")
        assert press(desk, data, user_id, GROUP) == [thanks]
        kept = desk.answers.find(1)
        assert kept is not None
        assert kept.votes == votes
    assert press(desk, "up:7", ADA, GROUP) == NOTHING


def test_the_next_question(desk: Desk) -> None:
    """A question on a button is asked in the conversation of whoever pressed it, and stands above its answer."""
    follow_ups = ask(desk, chat_id=GROUP).follow_ups
    (reply,) = press(desk, "ask:1:1", BOB, GROUP)
    assert isinstance(reply.content, Answer)
    assert (reply.heading, reply.content.question) == (follow_ups[1], follow_ups[1])
    assert reply.content.status == "answered"
    assert reply.buttons[0][0] == Button("Passages", "passages:2")
    kept = desk.answers.find(2)
    assert kept is not None
    assert kept.conversation == f"{GROUP}/{BOB}"
    for data in ("ask:1:2", "ask:1:-1", "ask:1", "ask:1:x", "ask:9:0"):
        assert press(desk, data, BOB, GROUP) == NOTHING


@pytest.mark.parametrize("name", ["passages", "more", "up", "down", "ask"])
def test_buttons_that_lead_nowhere(desk: Desk, name: str) -> None:
    """No answer of another chat is shown, whoever guesses its number, and none that was forgotten."""
    ask(desk)
    data = f"{name}:1:0" if name == "ask" else f"{name}:1"
    assert press(desk, data, BOB) == NOTHING
    assert press(desk, data, ADA, GROUP) == NOTHING
    assert press(desk, data) != NOTHING
    say(desk, Message(ADA, "/forget"))
    assert press(desk, data) == NOTHING


def test_a_button_for_a_language(desk: Desk) -> None:
    """The language is chosen, and the question for it goes; a language that there is not leaves it as it was."""
    (reply,) = press(desk, "language:tr")
    assert (reply.in_place, reply.buttons, reply.language) == (True, (), "tr")
    person = desk.people.find(ADA)
    assert person is not None
    assert person.language == "tr"
    for data in ("language:xx", "language:", "language", "language:Deutsch"):
        assert press(desk, data) == [Reply(GONE, notice=True, language="tr")]
    assert desk.people.find(ADA) == person


def test_a_group_that_moved(desk: Desk) -> None:
    """What was answered in a group that became a supergroup keeps its buttons there, and nowhere else."""
    ask(desk, chat_id=GROUP)
    desk.people.set_language(GROUP, "de")
    desk.move_chat(GROUP, GROUP - 1)
    (reply,) = press(desk, "passages:1", BOB, GROUP - 1)
    assert isinstance(reply.content, Excerpt)
    assert reply.language == "de"
    assert press(desk, "passages:1", BOB, GROUP) == NOTHING
