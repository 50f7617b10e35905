"""Calls to the Bot API: tried again until Telegram takes what has to arrive, tried once where it is a courtesy."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, repeat
from typing import TypeVar

import telegram
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from config.logs import scrub

_LOG = logging.getLogger(__name__)
_WAITS = (0.5, 1, 2, 4, 8, 16)  # seconds between tries when Telegram does not answer, the last one again and again
_PATIENCE = 6 * 3600.0  # seconds after which a message that Telegram did not take is given up
NO_PREVIEW = telegram.LinkPreviewOptions(is_disabled=True)
T = TypeVar("T")
Keyboard = telegram.InlineKeyboardMarkup | None


class UndeliverableError(Exception):
    """A message that cannot arrive: whoever is written to has blocked the bot, or Telegram took it from nobody."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final  # the chat is closed to the bot until somebody opens it


async def insist(call: Callable[[], Awaitable[T]], patience: float = _PATIENCE) -> T:
    """Try until Telegram takes a call: after a flood as long as it says, after a fault a little longer each time.

    Raises `BadRequest` and `ChatMigrated`, which another try does not mend, and `UndeliverableError`.
    """
    waits = chain(_WAITS, repeat(_WAITS[-1]))
    deadline = time.monotonic() + patience
    while True:
        try:
            return await call()
        except RetryAfter as error:
            pause = read_pause(error) + 0.1
        except (BadRequest, ChatMigrated):
            raise
        except (Forbidden, InvalidToken) as error:
            raise UndeliverableError(str(error), is_final=isinstance(error, Forbidden)) from None
        except NetworkError as error:
            pause = next(waits)
            _LOG.info("Telegram did not take a call, trying again in %s s: %s", pause, scrub(str(error), ()))
        if time.monotonic() + pause > deadline:
            raise UndeliverableError(f"not taken in {patience:.0f} seconds", is_final=False)
        await asyncio.sleep(pause)


async def offer(call: Awaitable[T], wait: Callable[[float], Awaitable[None]] | None = None) -> T | None:
    """Make a call that may fail: what it gives, else None. Where Telegram asks for silence, it is waited for."""
    try:
        return await call
    except RetryAfter as error:
        pause = read_pause(error)
        _LOG.info("not shown, Telegram asks for %s s of silence", pause)
        if wait is not None:
            await wait(pause)
    except TelegramError as error:
        _LOG.info("not shown: %s", scrub(str(error), ()))
    return None


def read_pause(error: RetryAfter) -> float:
    """The seconds that Telegram asks to wait."""
    pause = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


@dataclass(frozen=True)
class Place:
    """Where replies go: a chat, perhaps a topic in it, perhaps in reply to a message, which may be gone by then."""

    chat_id: int
    is_private: bool = True
    thread_id: int | None = None
    reply_to: int | None = None


async def edit(
    bot: telegram.Bot, chat_id: int, message_id: int, text: str, mode: str | None, keyboard: Keyboard = None
) -> None:
    """Let a message say something else. That it says it already is no error."""
    try:
        await bot.edit_message_text(
            text, chat_id, message_id, parse_mode=mode, link_preview_options=NO_PREVIEW, reply_markup=keyboard
        )
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            raise
