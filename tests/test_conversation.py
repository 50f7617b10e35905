"""The conversation itself: what is replied to whom, and that every message gets a reply, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Question, Reading, Span, Statement, Usage
from bot.compose import build_newsbot
from bot.conversation.basics import FORGOTTEN, HELP, NOT_FORGOTTEN, START
from bot.conversation.commands import list_commands
from bot.conversation.conversation import Conversation
from bot.conversation.desk import Request, Role, open_desk
from bot.conversation.messages import Message, Reply
from bot.state.usage import read_usage
from config.settings import Settings, load_settings
from index.articles import Hit
from index.embed import Embedder, WordLlamaEmbedder
from index.generations import Generation
from index.live import LiveIndex
from index.lock import hold_lock
from index.sources import SourceList, samples_folder
from index.split import sentence_spans

ADMIN, READER = 7, 8
NOT_ADMIN = "Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is {}."
TROUBLE = r"I cannot do that just now\. The operator finds the reason in the log, under (\w{6})\."


def help_for(role: Role) -> str:
    """What `/help` tells in a private chat."""
    commands = list_commands(Request(Message(READER), role, "en"))
    return "\n".join([HELP, *(f"/{command.name} – {command.help}" for command in commands)])


def replies_to(conversation: Conversation, text: str, user_id: int = READER) -> list[Reply]:
    """All replies to one message in a private chat."""
    return replies_in(conversation, Message(user_id, text))


def replies_in(conversation: Conversation, message: Message) -> list[Reply]:
    """All replies to one message."""

    async def collect() -> list[Reply]:
        return [reply async for reply in conversation.reply(message)]

    return asyncio.run(collect())


def answer_to(conversation: Conversation, message: Message) -> Answer:
    """The answer to a question: the last reply, and the only one that is not progress."""
    *before, last = replies_in(conversation, message)
    assert all(reply.progress for reply in before)
    assert not last.progress
    assert isinstance(last.content, Answer)
    return last.content


class Clock:
    """A clock that stands until it is set."""

    now = 1_000_000_000.0

    def __call__(self) -> float:
        """The moment, in seconds since 1970."""
        return self.now


@pytest.fixture
def talk(sample_settings: Settings, sample_newsbot: Newsbot, tmp_path: Path) -> Callable[..., Conversation]:
    """Begins a conversation over the samples, as a newsbot that starts; what is kept is this test's own."""

    def begin(clock: Clock | None = None, newsbot: Newsbot = sample_newsbot, **given: str) -> Conversation:
        state = f"sqlite:///{tmp_path}/state.db"
        settings = load_settings({"data": sample_settings.data, "state_url": state, **given})
        return Conversation(open_desk(settings, newsbot, clock or Clock()))

    return begin


@pytest.fixture
def conversation(settings: Settings, embedder: WordLlamaEmbedder) -> Conversation:
    """A conversation with one admin, over a data directory in which nothing is indexed yet."""
    settings = load_settings({"data": settings.data, "admins": str(ADMIN)})
    return Conversation(open_desk(settings, Newsbot(LiveIndex(settings), embedder, [])))


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("/start", START),
        (" /START@news_bot now\n", START),
        ("/help", help_for("reader")),
        ("", HELP),
        (" \n ", HELP),
        ("/", f"I do not know /. {HELP}"),
        ("/nonsense <b>x</b>", f"I do not know /nonsense. {HELP}"),
        ("/reindex", NOT_ADMIN.format(READER)),
    ],
)
def test_fixed_replies(conversation: Conversation, text: str, reply: str) -> None:
    """Commands in any case, with or without the bot's name, and nothing at all, each get their one reply."""
    assert replies_to(conversation, text) == [Reply(reply, language="en")]


def test_question(talk: Callable[..., Conversation], sample_newsbot: Newsbot) -> None:
    """Anything that is no command is a question, and its reply is the answer."""
    question = "what did Turkey demand?"
    assert answer_to(talk(), Message(READER, f" {question}\n")) == sample_newsbot.answer(question, suggest=True)


def test_follow_ups_are_understood_across_restarts(talk: Callable[..., Conversation]) -> None:
    """A question that builds on the one before is taken so, also by a newsbot that was started anew."""
    assert answer_to(talk(), Message(READER, "What did Turkey demand?")).standalone_question == ""
    answer = answer_to(talk(), Message(READER, "And what did Russia say?"))
    assert (answer.question, answer.status) == ("And what did Russia say?", "answered")
    assert answer.standalone_question == "What did Russia say about Turkey demand?"
    assert answer_to(talk(), Message(READER, "How long is the Ever Given?")).standalone_question == ""
    assert answer_to(talk(), Message(READER, "Who owns it?")).standalone_question == "Who owns the Ever Given?"


def test_a_refused_question_leaves_nothing(talk: Callable[..., Conversation]) -> None:
    """What was not answered is no topic: the follow-up refers to the last question that was."""
    conversation = talk()
    assert answer_to(conversation, Message(READER, "What did Turkey demand?")).status == "answered"
    assert answer_to(conversation, Message(READER, "how many moons does Saturn have?")).status == "no_evidence"
    assert answer_to(conversation, Message(READER, "why?")).standalone_question == "Why did Turkey demand?"


def test_forget(talk: Callable[..., Conversation]) -> None:
    """After `/forget` a follow-up has nothing to refer to; before any question there is nothing to forget."""
    assert replies_to(talk(), "/forget@news_bot") == [Reply(FORGOTTEN, language="en")]
    conversation = talk()
    answer_to(conversation, Message(READER, "What did Turkey demand?"))
    answer_to(conversation, Message(ADMIN, "What did Turkey demand?"))
    assert replies_to(conversation, "/forget") == [Reply(FORGOTTEN, language="en")]
    assert answer_to(conversation, Message(READER, "And Russia?")).standalone_question == ""
    assert answer_to(conversation, Message(ADMIN, "And Russia?")).standalone_question == "What did Russia demand?"


def test_forgotten_after_a_while(talk: Callable[..., Conversation]) -> None:
    """An hour after the last question, or after the minutes that are set, a conversation is forgotten."""
    clock = Clock()
    conversation = talk(clock)
    answer_to(conversation, Message(READER, "What did Turkey demand?"))
    clock.now += 59 * 60
    assert answer_to(conversation, Message(READER, "And Russia?")).standalone_question != ""
    clock.now += 60 * 60
    assert answer_to(conversation, Message(READER, "And Russia?")).standalone_question == ""
    for minutes in ("0", "5"):
        short = talk(clock, conversation_minutes=minutes)
        answer_to(short, Message(READER, "What did Turkey demand?"))
        clock.now += 5 * 60
        assert answer_to(short, Message(READER, "And Russia?")).standalone_question == ""


def test_in_a_group_each_user_has_a_conversation(talk: Callable[..., Conversation]) -> None:
    """Two users in a group do not share what was said, nor a user's group and private chat; a private chat is one."""
    conversation = talk()
    group, question = -100, "What did Turkey demand?"
    answer_to(conversation, Message(READER, question, group, is_group=True))
    for message in (
        Message(ADMIN, "And Russia?", group, is_group=True),
        Message(READER, "And Russia?"),
        Message(READER, "And Russia?", group - 1, is_group=True),
    ):
        assert answer_to(conversation, message).standalone_question == ""
    understood = answer_to(conversation, Message(READER, "And Russia?", group, is_group=True))
    assert understood.standalone_question == "What did Russia demand?"
    answer_to(conversation, Message(READER, question))
    assert answer_to(conversation, Message(READER, "And Russia?", READER)).standalone_question != ""


def test_damaged_state_stops_no_answer(
    talk: Callable[..., Conversation], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With a damaged state file each question is answered by itself; only `/forget` cannot be done."""
    (tmp_path / "state.db").write_bytes(b"no database" * 100)
    conversation = talk()
    assert answer_to(conversation, Message(READER, "What did Turkey demand?")).status == "answered"
    assert answer_to(conversation, Message(READER, "And Russia?")).standalone_question == ""
    assert replies_to(conversation, "/forget") == [Reply(NOT_FORGOTTEN, language="en")]
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


class SlowReader:
    """A reader that gives a statement each time that it is told to, and says what a model would have used."""

    name = "slow"

    def __init__(self) -> None:
        self.go_on = threading.Semaphore(0)

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The first sentences of the best hits, one by one."""
        del question
        reading = Reading((), Usage(1000, 100, 1))

        def statements() -> Iterator[Statement]:
            articles = {hit.passage.article.id: hit.passage.article for hit in hits}
            for article in list(articles.values())[:3]:
                assert self.go_on.acquire(timeout=60)
                span = Span(article, *sentence_spans(article.text)[0])
                yield Statement(span.text, (span,))

        reading.statements = statements()
        return reading


def test_an_answer_is_shown_as_it_grows(
    talk: Callable[..., Conversation], sample_settings: Settings, tmp_path: Path
) -> None:
    """Each verified statement is shown before the next is there; nothing that was shown is taken back."""
    reader = SlowReader()
    index = LiveIndex(sample_settings)
    conversation = talk(newsbot=Newsbot(index, WordLlamaEmbedder(), [reader]))

    async def watch() -> list[Reply]:
        replies = []
        reader.go_on.release()
        async for reply in conversation.reply(Message(READER, "What did Turkey demand?")):
            replies.append(reply)
            reader.go_on.release()
        return replies

    replies = asyncio.run(watch())
    texts = [reply.content.text for reply in replies if isinstance(reply.content, Answer)]
    assert [reply.progress for reply in replies] == [True] * (len(replies) - 1) + [False]
    assert len(texts) == len(replies) >= 2
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(texts))
    index.close()
    settings = load_settings({"data": sample_settings.data, "state_url": f"sqlite:///{tmp_path}/state.db"})
    assert read_usage(settings, Clock()).today == Usage(1000, 100, 1)
    (status,) = replies_to(talk(admins=str(ADMIN)), "/status", ADMIN)
    assert "model: 0 calls, 0 prompt and 0 completion tokens today, 1,100 tokens in all" in str(status.content)


def test_status(talk: Callable[..., Conversation]) -> None:
    """`/status` says what the index holds, to anybody."""
    (reply,) = replies_to(talk(), "/status")
    assert str(reply.content).startswith("16 articles in ")
    assert not reply.progress


def test_empty_admin_list_means_nobody(settings: Settings, embedder: WordLlamaEmbedder) -> None:
    """Without a list of admins nobody is one, whatever the id."""
    conversation = Conversation(open_desk(settings, Newsbot(LiveIndex(settings), embedder, [])))
    for user_id in (0, 1, ADMIN, -1):
        assert replies_to(conversation, "/reindex", user_id) == [Reply(NOT_ADMIN.format(user_id), language="en")]
    assert {path.name for path in settings.data.iterdir()} <= {"state.db", "state.db-wal", "state.db-shm"}


def trouble(replies: Sequence[Reply]) -> str:
    """The number that people are told where something went wrong, which must be all that they are told."""
    (reply,) = replies
    found = re.fullmatch(TROUBLE, str(reply.content))
    assert found is not None, reply
    return found[1]


@pytest.mark.parametrize("text", ["what did Turkey demand?", "/status"])
def test_errors_are_details_for_admins_only(
    conversation: Conversation, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    """What newsbot cannot do becomes one plain reply; only among admins the reason and the remedy stand in it."""
    reason = "no articles are indexed yet: run `newsbot sources add FOLDER` (or --samples), then `newsbot reindex`"
    assert replies_to(conversation, text, ADMIN) == [Reply(reason, language="en")]
    caplog.clear()
    in_group = Message(ADMIN, text, -100, is_group=True)
    numbers = [trouble(replies_to(conversation, text)), trouble(replies_in(conversation, in_group))]
    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert logged == [f"{number}: a message failed: {reason}" for number in numbers]


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
    number = trouble(replies_to(Conversation(open_desk(settings, newsbot)), "what?", user_id))
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage().startswith(f"{number}: a message failed: ZeroDivisionError: secret detail of ")
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


def test_reindex_while_another_process_writes(
    conversation: Conversation, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """While another process writes, a re-index ends in one reply that says which one; nothing has gone wrong."""
    with hold_lock(settings):
        first, last = replies_to(conversation, "/reindex", ADMIN)
    assert first.progress
    assert str(last.content).startswith(f"the index is being written by process {os.getpid()} since ")
    assert not last.progress
    assert [record for record in caplog.records if record.levelno == logging.ERROR] == []


def test_questions_are_answered_side_by_side(talk: Callable[..., Conversation], sample_settings: Settings) -> None:
    """Many messages at once each get their own answer."""
    newsbot = build_newsbot(sample_settings)
    conversation = talk(newsbot=newsbot)
    questions = ["what did Turkey demand?", "who won the World Cup?", "how many moons does Saturn have?"] * 4

    async def first_reply(text: str) -> Reply:
        return [reply async for reply in conversation.reply(Message(READER, text))][-1]

    async def ask_all() -> list[Reply]:
        return await asyncio.gather(*map(first_reply, questions))

    answers = [reply.content for reply in asyncio.run(ask_all())]
    assert answers == [newsbot.answer(question, suggest=True) for question in questions]
    newsbot.index.close()
