"""The conversation: what is replied to a message, the same in Telegram and in the terminal.

A channel (`bot.telegram`, `bot.terminal`) hands in a `Message` and shows each `Reply` as it comes. Every message that
is handed in ends in at least one reply that is not progress.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.answer import Newsbot
from bot.answers import Answer
from bot.state.turns import Turns
from bot.state.usage import record_usage
from bot.status import collect_status, describe_progress, describe_report, describe_status
from config.errors import NewsbotError
from config.logs import scrub
from config.settings import Settings
from index.reindex import reindex
from index.report import Progress, Report

_LOG = logging.getLogger(__name__)

News = TypeVar("News")
Result = TypeVar("Result")

START = (
    "Ask me about the news, for example: what did Turkey demand?\n"
    "I answer from the articles that I was given, with a quote for every sentence. What they do not say, I do not know."
)
HELP = (
    "Send a question. The next one may build on it, until you send /forget."
    " /status tells which articles I have, /reindex (admins only) brings them up to date."
)
FORGOTTEN = "I have forgotten what we talked about. Your next question stands alone."
NOT_ADMIN = "Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is {user_id}."
TROUBLE = "I cannot do that just now. The operator finds the reason in the log."


@dataclass(frozen=True)
class Message:
    """What somebody wrote; `user_id` and `chat_id` are Telegram's. Without a chat it is the private one of the user."""

    user_id: int
    text: str
    chat_id: int | None = None
    is_group: bool = False

    @property
    def conversation(self) -> str:
        """The conversation that it belongs to: its chat; in a group each user has one of their own."""
        chat = self.user_id if self.chat_id is None else self.chat_id
        return f"{chat}/{self.user_id}" if self.is_group else str(chat)


@dataclass(frozen=True)
class Reply:
    """What is shown: an answer, or plain text. `progress` replaces the last progress and may be skipped.

    The text of an answer that is progress begins the text of the answer that follows.
    """

    content: Answer | str
    progress: bool = False


class Conversation:
    """Replies to messages. One for all users; it blocks nobody, as work is done in threads.

    `now` is the clock by which conversations are forgotten, in seconds since 1970.
    """

    def __init__(self, settings: Settings, newsbot: Newsbot, now: Callable[[], float] = time.time) -> None:
        self._settings, self._newsbot, self._now = settings, newsbot, now
        self._turns = Turns(settings, now)

    async def reply(self, message: Message) -> AsyncIterator[Reply]:
        """The replies to one message, in order. Raises nothing: what goes wrong becomes a plain reply."""
        try:
            async for reply in self._reply(message):
                yield reply
        except NewsbotError as error:
            _LOG.error("%s", error)
            problem = scrub(str(error), self._settings.secrets)
            yield Reply(problem if self._is_admin(message.user_id) else TROUBLE)
        except Exception:  # noqa: BLE001 - never silence: whatever went wrong, the user is told that it did
            _LOG.exception("a message could not be answered")
            yield Reply(TROUBLE)

    async def _reply(self, message: Message) -> AsyncIterator[Reply]:
        text = message.text.strip()
        command = text.split(maxsplit=1)[0].split("@")[0].lower() if text.startswith("/") else ""
        match command:
            case "" if text:
                async for reply in self._answer(message.conversation, text):
                    yield reply
            case "/forget":
                yield Reply(FORGOTTEN if await asyncio.to_thread(self._turns.forget, message.conversation) else TROUBLE)
            case "/start":
                yield Reply(START)
            case "" | "/help":
                yield Reply(HELP)
            case "/status":
                status = await asyncio.to_thread(collect_status, self._settings, self._newsbot.index)
                yield Reply(describe_status(status))
            case "/reindex" if self._is_admin(message.user_id):
                async for reply in self._reindex():
                    yield reply
            case "/reindex":
                yield Reply(NOT_ADMIN.format(user_id=message.user_id))
            case _:
                yield Reply(f"I do not know {command}. {HELP}")

    def _answer(self, conversation: str, question: str) -> AsyncIterator[Reply]:
        """Answer, show the answer as it grows, and keep it for the questions that follow."""

        def work(tell: Callable[[Answer], None]) -> Answer:
            turns = self._turns.load(conversation)
            answer = self._newsbot.answer(question, turns=turns, watch=tell)
            record_usage(self._settings, answer.usage, self._now)
            self._turns.keep(conversation, answer)
            return answer

        return _work_and_tell(work, lambda answer: answer, lambda answer: answer)

    async def _reindex(self) -> AsyncIterator[Reply]:
        """Re-index, and tell how far it is while it goes on."""

        def work(tell: Callable[[Progress], None]) -> Report:
            return reindex(self._settings, self._newsbot.embedder, on_progress=tell)

        yield Reply("Re-indexing. Questions are answered meanwhile.", progress=True)
        async for reply in _work_and_tell(work, describe_progress, describe_report):
            yield reply

    def _is_admin(self, user_id: int) -> bool:
        return user_id in self._settings.admins


async def _work_and_tell(
    work: Callable[[Callable[[News], None]], Result],
    describe_news: Callable[[News], Answer | str],
    describe_result: Callable[[Result], Answer | str],
) -> AsyncIterator[Reply]:
    """Work in a thread, with a reply for what it tells while it goes on, and one for what comes of it."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[News | None] = asyncio.Queue()

    def tell(news: News | None) -> None:
        loop.call_soon_threadsafe(told.put_nowait, news)

    def run() -> Result:
        try:
            return work(tell)
        finally:
            tell(None)

    task = asyncio.create_task(asyncio.to_thread(run))
    while (news := await told.get()) is not None:
        if told.empty():  # of a burst only the newest is worth showing
            yield Reply(describe_news(news), progress=True)
    yield Reply(describe_result(await task))
