"""How updates come in: by polling, with a watchdog, or by a webhook with a secret; each is durable before it counts."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import telegram
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot.telegram.calls import read_pause
from config.errors import NewsbotError, UsageError
from config.logs import scrub
from config.settings import Settings

_LOG = logging.getLogger(__name__)
_WANTED = (*("message", "edited_message", "callback_query", "inline_query", "guest_message", "my_chat_member"),)
_POLL = 10  # seconds that Telegram may hold a poll open
_STALLED = 60.0  # seconds without an answer to a poll, after which it is begun anew
_LONGEST_PAUSE = 30.0  # seconds between two tries
_CONFIRM = 2.0  # seconds that the last call may take
_QUIET = 600.0  # seconds after which the same failure is told again
_SECRET = r"[A-Za-z0-9_-]{16,256}"  # noqa: S105 - what Telegram takes, and nobody guesses


class Receiver:
    """Receives updates, and hands each to `accept`: Telegram hears that it has arrived only after that returned.

    `connection` is the one of the polls; where no poll is answered for `stalled` seconds, it is made anew.
    """

    def __init__(
        self,
        settings: Settings,
        bot: telegram.Bot,
        connection: HTTPXRequest,
        accept: Callable[[telegram.Update], Awaitable[None]],
        *,
        stalled: float = _STALLED,
    ) -> None:
        self._settings, self._bot, self._connection = settings, bot, connection
        self._accept, self._stalled = accept, stalled
        self._offset: int | None = None  # what comes before it has arrived
        self._pause = 0.0
        self._told, self._told_at = "", 0.0

    async def run(self) -> None:
        """Receive until cancelled. Raises `NewsbotError` if the webhook's port is taken."""
        if self._settings.webhook_url:
            await self._listen()
            return
        await self._insist(self._bot.delete_webhook)
        try:
            await self._poll()
        finally:
            await self._confirm()

    async def _poll(self) -> None:
        answered = time.monotonic()
        while True:
            try:
                try:
                    async with asyncio.timeout(self._stalled):
                        updates = await self._bot.get_updates(self._offset, timeout=_POLL, allowed_updates=_WANTED)
                except (TimedOut, TimeoutError):
                    if time.monotonic() - answered >= self._stalled:
                        await self._reconnect()
                        answered = time.monotonic()
                    continue
                for update in updates:
                    await self._accept(update)
                    self._offset = max(self._offset or 0, update.update_id + 1)
                self._pause = 0.0
            except Exception as error:  # noqa: BLE001 - whatever it was, the bot goes on listening
                await self._wait_after(error)
            answered = time.monotonic()

    async def _reconnect(self) -> None:
        _LOG.warning("Telegram has answered no poll for %.0f seconds, polling anew", self._stalled)
        await self._connection.shutdown()
        await self._connection.initialize()

    async def _confirm(self) -> None:
        """Tell Telegram what has arrived, so that it does not come once more; nothing is taken any more."""
        if self._offset is not None:
            with suppress(TelegramError, TimeoutError):
                async with asyncio.timeout(_CONFIRM):
                    await self._bot.get_updates(self._offset, limit=1, timeout=0, allowed_updates=_WANTED)

    async def _listen(self) -> None:
        from bot.telegram.webhook import WebhookServer

        settings, secret = self._settings, self._settings.webhook_secret.get_secret_value()
        host, _, port = settings.webhook_listen.rpartition(":")
        server = WebhookServer(urlsplit(settings.webhook_url).path, secret, self._take)
        try:
            server.listen(host.strip("[]"), int(port))
        except OSError as error:
            why = (error.strerror or str(error)).partition(" (while")[0]  # what Python adds says the address again
            raise NewsbotError(
                f"cannot listen on {settings.webhook_listen} ({why})", "set NEWSBOT_WEBHOOK_LISTEN"
            ) from None
        try:
            await self._insist(
                lambda: self._bot.set_webhook(settings.webhook_url, allowed_updates=_WANTED, secret_token=secret)
            )
            await asyncio.Event().wait()
        finally:
            await server.stop()

    async def _take(self, content: dict[str, Any]) -> None:
        """Take an update that was posted; one that cannot be read is left, as it would come again and again."""
        try:
            update = telegram.Update.de_json(content, self._bot)
        except Exception:  # noqa: BLE001 - whatever is wrong with it
            _LOG.exception("an update cannot be read")
            return
        await self._accept(update)

    async def _insist(self, call: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await call()
            except TelegramError as error:
                await self._wait_after(error)
            else:
                self._pause = 0.0
                return

    async def _wait_after(self, error: Exception) -> None:
        """Log a failure, and wait for as long as Telegram asks, else a little longer each time."""
        self._note(error)
        self._pause = min(max(2 * self._pause, 1.0), _LONGEST_PAUSE)
        await asyncio.sleep(read_pause(error) if isinstance(error, RetryAfter) else self._pause)

    def _note(self, error: Exception) -> None:
        """Log a failure in one line, and the same again only after a while without it."""
        told = scrub(f"no updates come in: {error}", self._settings.secrets)
        if isinstance(error, Conflict):
            told = "another program polls with the same token: stop it, or use webhooks for several"
        elif isinstance(error, InvalidToken):
            told = "Telegram refuses the token now: copy it anew from @BotFather into TELEGRAM_TOKEN, and start again"
        is_known = told == self._told and time.monotonic() - self._told_at < _QUIET
        self._told, self._told_at = told, time.monotonic()
        if not is_known:
            is_ours = not isinstance(error, TelegramError)
            level = logging.WARNING if isinstance(error, NetworkError | RetryAfter) else logging.ERROR
            _LOG.log(level, told, exc_info=error if is_ours else None)


def check_webhook(settings: Settings) -> None:
    """Raise `UsageError` for a webhook without its secret, or with an address that cannot be one."""
    if not settings.webhook_url:
        return
    if not re.fullmatch(_SECRET, settings.webhook_secret.get_secret_value()):
        raise UsageError("a webhook needs a secret", "set WEBHOOK_SECRET to 16 letters and digits or more")
    port = settings.webhook_listen.rpartition(":")[2]
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise UsageError(f"webhook_listen is wrong: {settings.webhook_listen}", "write HOST:PORT")
