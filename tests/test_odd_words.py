"""Words that nobody expects, in every command and every button: each gets plain replies, and nothing goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.answers import Answer
from bot.conversation.commands import COMMANDS
from bot.conversation.conversation import Conversation
from bot.conversation.desk import open_desk
from bot.conversation.messages import Message, Reply
from bot.conversation.pressing import ACTIONS, GONE
from bot.render.terminal import render_content
from config.settings import Settings, load_settings

ADMIN, GROUP = 7, -100
WORDS = {
    "half a surrogate pair": "what did \ud83d Turkey \udc00 demand?",
    "only half a pair": "\ud83d",
    "a NUL": "what did\0 Turkey demand?\0",
    "only NULs": "\0\0",
    "the longest message": "Turkey " * 585,
    "one long word": "x" * 4096,
    "only emoji": "😀👩‍👩‍👧🇹🇷",
    "only marks": "?!… “” […] —",
    "controls": "\x01\x1b[31mTurkey\u202e\u2066\x7f",
    "marks without a letter": "\u0301" * 500,
    "fields and markup": "{0} {name} %s <b>x</b> & [1] \\",
    "another writing": "ماذا طلبت تركيا؟ 土耳其要求什么",
    "digits of others": "٣ ３ ²",
    "many lines": "what\n\n\ndid Turkey\ndemand?\n",
    "a number too large": "9" * 60,
}
Talk = Callable[[Message], list[Reply]]


@pytest.fixture
def talk(sample_settings: Settings, sample_newsbot: Newsbot, tmp_path: Path) -> Talk:
    """Says something, and gives all replies that are not progress; what is kept is this test's own."""
    given = {"data": sample_settings.data, "state_url": f"sqlite:///{tmp_path}/state.db", "admins": str(ADMIN)}
    conversation = Conversation(open_desk(load_settings(given), sample_newsbot))

    def say(message: Message) -> list[Reply]:
        async def collect() -> list[Reply]:
            return [reply async for reply in conversation.reply(message) if not reply.progress]

        return asyncio.run(collect())

    return say


def check(replies: list[Reply], log: pytest.LogCaptureFixture) -> None:
    """The replies can be kept and shown anywhere, none of them is an apology, and nothing was logged as an error."""
    assert replies != []
    for reply in replies:
        shown = render_content(reply.content, reply.language)
        assert not shown.startswith("I cannot do that just now.")
        assert shown.strip() != ""
        assert "\0" not in shown
        shown.encode()
        for row in reply.buttons:
            assert all(button.label and len(button.data.encode()) <= 64 for button in row)
    assert [record.getMessage() for record in log.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "reindex"])
def test_in_commands(talk: Talk, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """After a command odd words are taken as they are meant, or it is told how the command is written."""
    for words in WORDS.values():
        check(talk(Message(ADMIN, f"/{name} {words}", name=words[:200])), caplog)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_in_questions(talk: Talk, caplog: pytest.LogCaptureFixture, words: str) -> None:
    """A question of odd words is answered or not, and so is the one after it, in private and in a group."""
    for said in (Message(8, words, name=words[:64]), Message(8, words, GROUP, is_group=True, name=words[:64])):
        check(talk(said), caplog)
        check(talk(Message(8, "And what did Russia say?", said.chat_id, said.is_group)), caplog)
    check(talk(Message(ADMIN, "/users")), caplog)
    check(talk(Message(ADMIN, "/questions")), caplog)
    check(talk(Message(8, "/forget")), caplog)


def test_as_commands(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """What is no command is named as it was written."""
    for words in WORDS.values():
        (reply,) = talk(Message(8, f"/{words}"))
        check([reply], caplog)
        assert str(reply.content).startswith("I do not know /")


@pytest.mark.parametrize("name", [*ACTIONS, "nonsense"])
def test_in_buttons(talk: Talk, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """Data that no button of ours has leads nowhere, and that is told."""
    (answer,) = talk(Message(8, "what did Turkey demand?"))
    assert isinstance(answer.content, Answer)
    for words in WORDS.values():
        for data in (f"{name}:{words}", f"{name}:1:{words}", words):
            replies = talk(Message(8, words, press=data))
            check(replies, caplog)
            assert len(replies) == 1
    for data in (f"{name}::1", f"{name}:0", f"{name}:-1", f"{name}:2", f"{name}:"):
        (reply,) = talk(Message(8, "Passages", press=data))
        assert (reply.content, reply.notice) == (GONE, True)


def test_half_a_character_in_a_conversation(talk: Talk) -> None:
    """Half a character keeps nobody from being answered, and is not kept; what follows refers to the question."""
    (answer,) = talk(Message(8, "What did Turkey\ud83d demand?\0"))
    assert isinstance(answer.content, Answer)
    assert (answer.content.question, answer.content.status) == ("What did Turkey? demand?", "answered")
    (then,) = talk(Message(8, "And what did Russia say?"))
    assert isinstance(then.content, Answer)
    assert then.content.standalone_question.startswith("What did Russia say about Turkey")
