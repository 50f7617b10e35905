"""The conversation itself: what is replied to whom, and that every message gets a reply, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.compose import build_newsbot
from bot.conversation import HELP, NOT_ADMIN, START, TROUBLE, Conversation, Message, Reply
from config.settings import Settings, load_settings
from index.articles import Hit
from index.embed import Embedder, WordLlamaEmbedder
from index.generations import Generation
from index.live import LiveIndex
from index.lock import hold_lock
from index.sources import SourceList, samples_folder

ADMIN, READER = 7, 8


def replies_to(conversation: Conversation, text: str, user_id: int = READER) -> list[Reply]:
    """All replies to one message."""

    async def collect() -> list[Reply]:
        return [reply async for reply in conversation.reply(Message(user_id, text))]

    return asyncio.run(collect())


@pytest.fixture
def conversation(settings: Settings, embedder: WordLlamaEmbedder) -> Conversation:
    """A conversation with one admin, over a data directory in which nothing is indexed yet."""
    settings = load_settings({"data": settings.data, "admins": str(ADMIN)})
    return Conversation(settings, Newsbot(LiveIndex(settings), embedder, []))


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("/start", START),
        (" /START@news_bot now\n", START),
        ("/help", HELP),
        ("", HELP),
        (" \n ", HELP),
        ("/", f"I do not know /. {HELP}"),
        ("/nonsense <b>x</b>", f"I do not know /nonsense. {HELP}"),
        ("/reindex", NOT_ADMIN.format(user_id=READER)),
    ],
)
def test_fixed_replies(conversation: Conversation, text: str, reply: str) -> None:
    """Commands in any case, with or without the bot's name, and nothing at all, each get their one reply."""
    assert replies_to(conversation, text) == [Reply(reply)]


def test_question(sample_settings: Settings, sample_newsbot: Newsbot) -> None:
    """Anything that is no command is a question, and its reply is the answer."""
    conversation = Conversation(sample_settings, sample_newsbot)
    question = "what did Turkey demand?"
    assert replies_to(conversation, f" {question}\n") == [Reply(sample_newsbot.answer(question))]


def test_status(sample_settings: Settings, sample_newsbot: Newsbot) -> None:
    """`/status` says what the index holds, to anybody."""
    (reply,) = replies_to(Conversation(sample_settings, sample_newsbot), "/status")
    assert str(reply.content).startswith("16 articles in ")
    assert not reply.progress


def test_empty_admin_list_means_nobody(settings: Settings, embedder: WordLlamaEmbedder) -> None:
    """Without a list of admins nobody is one, whatever the id."""
    conversation = Conversation(settings, Newsbot(LiveIndex(settings), embedder, []))
    for user_id in (0, 1, ADMIN, -1):
        assert replies_to(conversation, "/reindex", user_id) == [Reply(NOT_ADMIN.format(user_id=user_id))]
    assert not settings.data.exists()


@pytest.mark.parametrize("text", ["what did Turkey demand?", "/status"])
def test_errors_are_details_for_admins_only(conversation: Conversation, text: str) -> None:
    """What newsbot cannot do becomes one plain reply; only an admin reads the reason and the remedy in it."""
    reason = "no articles are indexed yet: run `newsbot sources add FOLDER` (or --samples), then `newsbot reindex`"
    assert replies_to(conversation, text, ADMIN) == [Reply(reason)]
    assert replies_to(conversation, text, READER) == [Reply(TROUBLE)]


@pytest.mark.parametrize("user_id", [ADMIN, READER])
def test_the_unexpected(
    sample_settings: Settings, embedder: WordLlamaEmbedder, caplog: pytest.LogCaptureFixture, user_id: int
) -> None:
    """An exception that nobody foresaw becomes a plain reply without its text, and stands in the log with its cause."""

    def search(
        generation: Generation, embedder: Embedder, question: str, *, k: int, at: str | None = None
    ) -> list[Hit]:
        raise ZeroDivisionError(f"secret detail of {generation} {embedder} {question} {k} {at}")

    newsbot = Newsbot(LiveIndex(sample_settings), embedder, [], search=search)
    settings = load_settings({"data": sample_settings.data, "admins": str(ADMIN)})
    assert replies_to(Conversation(settings, newsbot), "what?", user_id) == [Reply(TROUBLE)]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_reindex_shows_progress_then_the_report(conversation: Conversation, settings: Settings) -> None:
    """A re-index replies with progress that may be replaced, and at last with its report."""
    SourceList(settings.data).add([samples_folder()])
    replies = replies_to(conversation, "/reindex@news_bot", ADMIN)
    assert [reply.progress for reply in replies] == [True] * (len(replies) - 1) + [False]
    first, *between, last = [str(reply.content) for reply in replies]
    assert first == "Re-indexing. Questions are answered meanwhile."
    assert between != []
    assert all(text.startswith(f"Reading {samples_folder()}: ") for text in between)
    report = last.splitlines()
    assert report[0] == f"{samples_folder()}: 16 new, 0 changed, 0 unchanged, 0 removed, 0 failed"
    assert report[1].startswith("16 articles in ")
    assert len(report) == 2
    assert str(replies_to(conversation, "/status")[0].content).startswith("16 articles in ")


def test_reindex_names_failures(conversation: Conversation, settings: Settings, tmp_path: Path) -> None:
    """The report of a re-index in a chat names what failed, as on the command line."""
    (tmp_path / "bad.txt").write_bytes(b"")
    SourceList(settings.data).add([str(tmp_path / "bad.txt")])
    report = str(replies_to(conversation, "/reindex", ADMIN)[-1].content).splitlines()
    assert report[0] == f"{tmp_path / 'bad.txt'}: 0 new, 0 changed, 0 unchanged, 0 removed, 1 failed"
    assert report[-1] == f"failed: {tmp_path / 'bad.txt'}: is empty"


def test_reindex_while_another_process_writes(conversation: Conversation, settings: Settings) -> None:
    """While another process writes, a re-index ends in one reply that says which one."""
    with hold_lock(settings):
        first, last = replies_to(conversation, "/reindex", ADMIN)
    assert first.progress
    assert str(last.content).startswith(f"the index is being written by process {os.getpid()} since ")
    assert not last.progress


def test_questions_are_answered_side_by_side(sample_settings: Settings) -> None:
    """Many messages at once each get their own answer."""
    newsbot = build_newsbot(sample_settings)
    conversation = Conversation(sample_settings, newsbot)
    questions = ["what did Turkey demand?", "who won the World Cup?", "how many moons does Saturn have?"] * 4

    async def first_reply(text: str) -> Reply:
        return await anext(conversation.reply(Message(READER, text)))

    async def ask_all() -> list[Reply]:
        return await asyncio.gather(*map(first_reply, questions))

    assert asyncio.run(ask_all()) == [Reply(newsbot.answer(question)) for question in questions]
    newsbot.index.close()
