"""The conversation in Telegram: polls the Bot API and answers private chats; the only module that knows telegram."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

# Ask python-telegram-bot for its newer form of RetryAfter.retry_after before it is imported.
os.environ.setdefault("PTB_TIMEDELTA", "1")

import telegram
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

from bot.answers import Answer
from bot.conversation import Conversation, Message, Reply
from bot.render import escape_text, render_html, visible_text
from config.errors import NewsbotError, UsageError
from config.settings import Settings

_LOG = logging.getLogger(__name__)
_BETWEEN_EDITS = 1.5  # seconds; edits count as messages sent
_WAITS = (0.5, 1, 2, 4, 8, 16)  # seconds between tries when Telegram does not answer
_AT_ONCE = 32  # updates that are worked on side by side
_NO_PREVIEW = telegram.LinkPreviewOptions(is_disabled=True)


@dataclass
class _Chat:
    """One message's way back to its chat: progress is one message that is edited, everything else is sent anew."""

    bot: telegram.Bot
    chat_id: int
    progress_id: int | None = None
    edited_at: float = field(default_factory=time.monotonic)

    async def show(self, reply: Reply) -> None:
        if reply.progress and isinstance(reply.content, Answer):
            return
        messages = render_html(reply.content) if isinstance(reply.content, Answer) else escape_text(reply.content)
        if not reply.progress:
            for text in messages:
                await self.send(text)
        elif self.progress_id is None:
            self.progress_id = await self.send(messages[0])
        elif time.monotonic() - self.edited_at >= _BETWEEN_EDITS:
            self.edited_at = time.monotonic()
            await self._edit(self.progress_id, messages[0])

    async def send(self, text: str) -> int | None:
        """Send HTML; plain text where Telegram cannot read it. The id of the message, or None if nothing helped."""
        try:
            sent = await _insist(lambda: self._send(text, ParseMode.HTML))
        except BadRequest as error:
            _LOG.warning("Telegram refused a message, sending it as plain text: %s", error)
            sent = await _insist(lambda: self._send(visible_text(text), None))
        return sent.message_id if sent else None

    async def _send(self, text: str, parse_mode: str | None) -> telegram.Message:
        return await self.bot.send_message(self.chat_id, text, parse_mode=parse_mode, link_preview_options=_NO_PREVIEW)

    async def _edit(self, message_id: int, text: str) -> None:
        try:
            await self.bot.edit_message_text(
                text, self.chat_id, message_id, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW
            )
        except TelegramError as error:  # progress may be skipped
            _LOG.info("progress was not shown: %s", error)


async def _insist(send: Callable[[], Awaitable[telegram.Message]]) -> telegram.Message | None:
    """Try until Telegram takes a message: after a flood as long as it says, after a fault a little longer each time."""
    for wait in (*_WAITS, None):
        try:
            return await send()
        except RetryAfter as error:
            pause = error.retry_after
            await asyncio.sleep((pause.total_seconds() if isinstance(pause, timedelta) else pause) + 0.1)
        except BadRequest:
            raise
        except Forbidden as error:
            _LOG.info("the message could not be delivered: %s", error)
            return None
        except NetworkError as error:
            if wait is None:
                break
            _LOG.warning("Telegram did not take a message, trying again in %s s: %s", wait, error)
            await asyncio.sleep(wait)
    _LOG.error("a message could not be delivered in %d tries", len(_WAITS) + 1)
    return None


class TelegramBot:
    """The polling bot of one token; `background` is run beside it for as long as it polls."""

    def __init__(
        self, settings: Settings, conversation: Conversation, background: Callable[[], Coroutine[None, None, None]]
    ) -> None:
        token = settings.telegram_token.get_secret_value()
        if not token:
            raise UsageError("there is no Telegram token", "get one from @BotFather and set TELEGRAM_TOKEN")
        self._conversation, self._background = conversation, background
        self._task: asyncio.Task[None] | None = None
        builder = ApplicationBuilder().token(token).base_url(f"{settings.telegram_base_url}/bot")
        builder = builder.base_file_url(f"{settings.telegram_base_url}/file/bot").concurrent_updates(_AT_ONCE)
        self._application: Application[Any, Any, Any, Any, Any, Any] = (
            builder.post_init(self._begin).post_stop(self._end).build()
        )
        private_text = filters.ChatType.PRIVATE & filters.TEXT & filters.UpdateType.MESSAGE
        self._application.add_handler(MessageHandler(private_text, self._on_message))
        self._application.add_error_handler(_on_error)

    def run(self) -> None:
        """Poll until SIGINT or SIGTERM; begun answers are finished. Raises `NewsbotError` for a refused token."""
        logging.getLogger("telegram.ext").addFilter(_is_no_refused_token)
        try:
            self._application.run_polling(allowed_updates=["message"], bootstrap_retries=-1)
        except InvalidToken:
            raise NewsbotError(
                "Telegram refused the token", "copy it anew from @BotFather into TELEGRAM_TOKEN"
            ) from None

    async def _begin(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        self._task = asyncio.create_task(self._background())
        await _set_commands(application)

    async def _end(self, _: Application[Any, Any, Any, Any, Any, Any]) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _on_message(self, update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message, user = update.effective_message, update.effective_user
        if message is None or user is None or message.text is None:
            return
        chat = _Chat(self._application.bot, message.chat_id)
        await _say_typing(chat)
        is_group = message.chat.type != ChatType.PRIVATE
        said = Message(user.id, message.text, message.chat_id, is_group)
        async for reply in self._conversation.reply(said):
            await chat.show(reply)


def _is_no_refused_token(record: logging.LogRecord) -> bool:
    """What python-telegram-bot logs with a traceback, and `run` says in one line."""
    return not (record.exc_info and isinstance(record.exc_info[1], InvalidToken))


async def _say_typing(chat: _Chat) -> None:
    try:
        await chat.bot.send_chat_action(chat.chat_id, ChatAction.TYPING)
    except TelegramError as error:  # a courtesy only
        _LOG.info("'typing' was not shown: %s", error)


async def _set_commands(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    commands: Sequence[tuple[str, str]] = [
        ("start", "what this bot does"),
        ("help", "how to ask"),
        ("forget", "forget what we talked about"),
        ("status", "which articles it has"),
        ("reindex", "bring the articles up to date (admins)"),
    ]
    try:
        await application.bot.set_my_commands(commands)
    except TelegramError as error:  # the menu is a courtesy only
        _LOG.warning("the command menu was not set: %s", error)


async def _on_error(_: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    _LOG.error("an update failed", exc_info=context.error)
