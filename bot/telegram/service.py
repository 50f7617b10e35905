"""`newsbot serve`: everything that runs while the bot serves, from its start to SIGTERM."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from secrets import token_hex
from typing import Any

import telegram
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.conversation.desk import Desk
from bot.conversation.messages import Reply
from bot.conversation.rights import begin_pairing
from bot.state.inbox import Inbox
from bot.telegram.calls import Place, UndeliverableError
from bot.telegram.delivery import Delivery
from bot.telegram.dispatcher import Dispatcher
from bot.telegram.guests import InlineQueries
from bot.telegram.handling import Handler
from bot.telegram.menus import set_admin_menu, set_menus
from bot.telegram.receiving import Receiver, check_webhook
from bot.telegram.sending import Sender
from bot.telegram.updates import Moved, Spoken, read_update
from config.errors import NewsbotError, UsageError
from config.logs import scrub
from config.settings import Settings

_LOG = logging.getLogger(__name__)
_CONNECTIONS = 64
_AGAIN = 5.0  # seconds until Telegram is tried again at the start
_TELL = 3.0  # seconds between two looks for what the admins are to be told
_LANE_BOUND = 20  # messages of one chat that may wait

Background = Callable[["Service"], Coroutine[None, None, None]]


class Service:
    """The bot of one token. `background` is run beside it for as long as it serves."""

    def __init__(self, settings: Settings, desk: Desk, background: Sequence[Background] = ()) -> None:
        token = settings.telegram_token.get_secret_value()
        if not token:
            raise UsageError("there is no Telegram token", "get one from @BotFather and set TELEGRAM_TOKEN")
        check_webhook(settings)
        self._settings, self._desk, self._background = settings, desk, background
        # It writes a traceback for each answer that is no JSON, such as a 502; what failed is logged here in a line.
        logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
        self._polls = HTTPXRequest(2, pool_timeout=5)
        self._bot = telegram.Bot(
            token,
            f"{settings.telegram_base_url}/bot",
            f"{settings.telegram_base_url}/file/bot",
            request=HTTPXRequest(_CONNECTIONS, read_timeout=7, pool_timeout=30),
            get_updates_request=self._polls,
        )
        self._sender = Sender(self._bot)
        self._inbox = Inbox(settings, f"{socket.gethostname()}-{token_hex(4)}", desk.now)

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM; what was begun is finished. Raises `NewsbotError` for a refused token."""
        try:
            asyncio.run(self._serve())
        except InvalidToken:
            raise NewsbotError(
                "Telegram refused the token", "copy it anew from @BotFather into TELEGRAM_TOKEN"
            ) from None

    async def deliver(self, chat_id: int, thread_id: int | None, reply: Reply) -> bool:
        """Send something that nobody asked for just now, in the language of the chat; False if it is closed to the bot.

        Raises `UndeliverableError` where another try may help.
        """
        chat = await asyncio.to_thread(self._desk.people.find, chat_id)
        if chat is not None and chat.role == "banned":
            return False
        language = reply.language or (chat.language if chat else "")
        delivery = Delivery(self._sender, Place(chat_id, chat_id > 0, thread_id), 1, moved=self._move)
        try:
            await delivery.show(replace(reply, language=language))
        except UndeliverableError as error:
            _LOG.info("nothing can be sent to chat %s: %s", chat_id, error)
            if error.is_final:
                return False
            raise
        return True

    async def _move(self, old: int, new: int) -> None:
        await asyncio.to_thread(self._desk.move_chat, old, new)

    async def _serve(self) -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await self._connect(stopped)
        if stopped.is_set():
            return
        me = self._bot.bot
        if not await asyncio.to_thread(self._inbox.belong_to, me.id):
            raise NewsbotError("another bot uses this state database", "give each its own: set NEWSBOT_STATE_URL")
        handler, inline = Handler(self._sender, me, self._desk, self._inbox), InlineQueries(self._bot, self._desk)
        bound = self._settings.queue_limit
        dispatcher = Dispatcher(self._inbox, handler.handle, handler.refuse, bound, _LANE_BOUND)

        async def accept(update: telegram.Update) -> None:
            if update.inline_query is not None:
                inline.take(update.inline_query)
                return
            if update.message is not None:
                self._sender.see(update.message)
            try:
                spoken, payload = read_update(update, me), update.to_dict()
            except Exception:  # noqa: BLE001 - it would come again and again
                _LOG.exception("update %s cannot be read", update.update_id)
                return
            if spoken is None or (isinstance(spoken, Spoken) and await self._correct(spoken, payload)):
                return
            chat_id = spoken.old_id if isinstance(spoken, Moved) else spoken.place.chat_id
            await dispatcher.accept(update.update_id, spoken.lane, payload, chat_id, spoken.message_id)

        receiver = Receiver(self._settings, self._bot, self._polls, accept)
        beside = [asyncio.create_task(_log_failure(task)) for task in self._beside()]
        receiving, ending = None, asyncio.create_task(stopped.wait())
        try:
            await dispatcher.start(alone=not self._settings.webhook_url)
            receiving = asyncio.create_task(receiver.run())
            await asyncio.wait({receiving, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end([ending, *([receiving] if receiving else [])])
            await inline.stop()
            await dispatcher.stop()
            await _end(beside)
            with suppress(TelegramError):
                await self._bot.shutdown()
        if receiving and not receiving.cancelled():
            receiving.result()  # raises why it ended

    async def _correct(self, spoken: Spoken, payload: dict[str, Any]) -> bool:
        """Let a correction take the place of its message, if that still waits for its turn; whether it does."""
        if not spoken.is_correction or spoken.message_id is None:
            return False
        new, chat_id, message_id = json.dumps(payload, ensure_ascii=False), spoken.place.chat_id, spoken.message_id
        return await asyncio.to_thread(self._inbox.replace_waiting, chat_id, message_id, new)

    def _beside(self) -> list[Coroutine[None, None, None]]:
        return [self._keep_menus(), self._tell_admins(), *(task(self) for task in self._background)]

    async def _keep_menus(self) -> None:
        """Set the menus: those of everybody now, that of an admin as soon as he has written to the bot."""
        await set_menus(self._bot)
        done: set[int] = set()
        while True:
            for user_id in set(await asyncio.to_thread(self._find_admins)) - done:
                if await asyncio.to_thread(self._desk.people.find, user_id):
                    await set_admin_menu(self._bot, user_id)
                    done.add(user_id)
            await asyncio.sleep(_TELL)

    def _find_admins(self) -> list[int]:
        """The admins by the settings, and those that codes have made."""
        return list(dict.fromkeys([*self._settings.admins, *self._desk.people.admins()]))

    async def _connect(self, stopped: asyncio.Event) -> None:
        """Find out who the bot is, as soon as Telegram can be reached. Raises `InvalidToken`."""
        while not stopped.is_set():
            try:
                await self._bot.initialize()
                break
            except InvalidToken:
                raise
            except TelegramError as error:
                _LOG.warning("Telegram cannot be reached: %s", scrub(str(error), self._settings.secrets))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopped.wait(), _AGAIN)
        if code := await asyncio.to_thread(begin_pairing, self._desk):
            print(f"There is no admin yet. Send the bot this message to become it: /start {code}", flush=True)

    async def _tell_admins(self) -> None:
        """Tell the admins what went wrong, once for each kind of trouble."""
        while True:
            await asyncio.sleep(_TELL)
            for told in self._desk.incidents.take_unsent():
                chat = self._settings.admin_chat
                for chat_id in [chat] if chat else await asyncio.to_thread(self._find_admins):
                    with suppress(UndeliverableError):
                        await self.deliver(chat_id, None, Reply(told))


async def _log_failure(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - the answers go on
        _LOG.exception("something that runs beside the answers has ended")


async def _end(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
