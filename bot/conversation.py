"""The conversation: what is replied to a message, the same in Telegram and in the terminal.

A channel (`bot.telegram`, `bot.terminal`) hands in a `Message` and shows each `Reply` as it comes. Every message that
is handed in ends in at least one reply that is not progress.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.answer import Newsbot
from bot.answers import Answer
from bot.status import collect_status, describe_progress, describe_report, describe_status
from config.errors import NewsbotError
from config.logs import scrub
from config.settings import Settings
from index.reindex import reindex
from index.report import Progress, Report

_LOG = logging.getLogger(__name__)

START = (
    "Ask me about the news, for example: what did Turkey demand?\n"
    "I answer from the articles that I was given, with a quote for every sentence. What they do not say, I do not know."
)
HELP = "Send a question. /status tells which articles I have, /reindex (admins only) brings them up to date."
NOT_ADMIN = "Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is {user_id}."
TROUBLE = "I cannot do that just now. The operator finds the reason in the log."


@dataclass(frozen=True)
class Message:
    """What somebody wrote; `user_id` is Telegram's."""

    user_id: int
    text: str


@dataclass(frozen=True)
class Reply:
    """What is shown: an answer, or plain text. `progress` replaces the last progress and may be skipped."""

    content: Answer | str
    progress: bool = False


class Conversation:
    """Replies to messages. One for all users; it blocks nobody, as work is done in threads."""

    def __init__(self, settings: Settings, newsbot: Newsbot) -> None:
        self._settings, self._newsbot = settings, newsbot

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
            case "":
                yield Reply(await asyncio.to_thread(self._newsbot.answer, text) if text else HELP)
            case "/start":
                yield Reply(START)
            case "/help":
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

    async def _reindex(self) -> AsyncIterator[Reply]:
        """Re-index in a thread, and tell how far it is while it goes on."""
        loop = asyncio.get_running_loop()
        news: asyncio.Queue[Progress | None] = asyncio.Queue()

        def tell(progress: Progress | None) -> None:
            loop.call_soon_threadsafe(news.put_nowait, progress)

        def work() -> Report:
            try:
                return reindex(self._settings, self._newsbot.embedder, on_progress=tell)
            finally:
                tell(None)

        yield Reply("Re-indexing. Questions are answered meanwhile.", progress=True)
        task = asyncio.create_task(asyncio.to_thread(work))
        while (progress := await news.get()) is not None:
            if news.empty():  # of a burst only the newest is worth showing
                yield Reply(describe_progress(progress), progress=True)
        yield Reply(describe_report(await task))

    def _is_admin(self, user_id: int) -> bool:
        return user_id in self._settings.admins
