"""Sending messages so that each arrives once, although the connection may break after Telegram took one.

The Bot API has no key that makes sending a message safe to repeat, but ids that grow by one: what it took unsaid is one
of the next ids after the newest that was known. An edit of such an id says whether it is ours: one of nothing, or of
somebody else's message, is refused, and one of ours shows what was to be sent, or says that it does so already.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

import httpx
import telegram
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.telegram.calls import NO_PREVIEW, Keyboard, Place, edit

_LOG = logging.getLogger(__name__)
_LOOKS = 8  # ids of which none is known, that are tried for a message that may have been taken
_KNOWN = 20_000  # ids that are known
_SUPERGROUPS = -1_000_000_000_000  # from here down each chat counts its own messages; all others share one count
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)  # failures before anything is sent


class Sender:
    """Sends messages of one bot, and finds those that Telegram took without saying so.

    It knows the ids of what it sent, and of what people wrote since `began`, in seconds since 1970: what is older came
    before messages that a former process sent, whose ids nobody knows here.
    """

    def __init__(self, bot: telegram.Bot, began: float | None = None) -> None:
        self.bot = bot
        self._began = time.time() if began is None else began
        self._known: OrderedDict[tuple[int, int], None] = OrderedDict()  # what counts the messages, and an id
        self._newest: dict[int, int] = {}
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def see(self, message: telegram.Message) -> None:
        """Learn of a message that somebody wrote."""
        if message.date.timestamp() > self._began:
            self._learn(message.chat.id, message.message_id)

    def newest(self, chat_id: int) -> int | None:
        """The newest id that is known where the messages of a chat are counted: what it is sent gets a greater one."""
        return self._newest.get(_find_count(chat_id))

    async def send(self, place: Place, text: str, mode: str | None, keyboard: Keyboard = None) -> int:
        """Send a message, without previews of its links; gives its id."""
        reply = telegram.ReplyParameters(place.reply_to, allow_sending_without_reply=True) if place.reply_to else None
        async with self._lock(place.chat_id):
            message = await self.bot.send_message(
                place.chat_id,
                text,
                parse_mode=mode,
                link_preview_options=NO_PREVIEW,
                message_thread_id=place.thread_id,
                reply_parameters=reply,
                reply_markup=keyboard,
            )
            self._learn(place.chat_id, message.message_id)
        return message.message_id

    async def find(self, place: Place, since: int, text: str, mode: str | None, keyboard: Keyboard) -> int | None:
        """Find a message that was taken after `since` was the newest id, and let it show this text; None if none was.

        Nothing else is sent to the chat meanwhile. Raises what Telegram's not answering raises.
        """
        count = _find_count(place.chat_id)
        async with self._lock(place.chat_id):
            for number in self._unknown_after(count, since):
                try:
                    await edit(self.bot, place.chat_id, number, text, mode, keyboard)
                except BadRequest:
                    continue  # there is none, or it is somebody else's
                else:
                    self._learn(place.chat_id, number)
                    _LOG.info("a message that Telegram took without saying so was found again")
                    return number
        return None

    def _unknown_after(self, count: int, since: int) -> list[int]:
        """The next ids of which nothing is known."""
        unknown: list[int] = []
        number = since
        while len(unknown) < _LOOKS:
            number += 1
            if (count, number) not in self._known:
                unknown.append(number)
        return unknown

    def _learn(self, chat_id: int, message_id: int) -> None:
        count = _find_count(chat_id)
        self._newest[count] = max(message_id, self._newest.get(count, 0))
        self._known[count, message_id] = None
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)

    def _lock(self, chat_id: int) -> asyncio.Lock:
        """What lets only one message at a time be on its way to a chat: else one of them may be taken for another."""
        return self._locks.setdefault(chat_id, asyncio.Lock())


class SendOnce:
    """Sends the messages of one reply, one after the other, each as often as it takes and so that it arrives once.

    `since` is from before a restart: the newest id when a message was on its way of which nothing was heard. `mark` is
    told of that id each time, before a message is on its way.
    """

    def __init__(
        self, sender: Sender, since: int | None = None, mark: Callable[[int], Awaitable[None]] | None = None
    ) -> None:
        self._sender, self._mark = sender, mark
        self._since, self._marked = since, since

    async def send(self, place: Place, text: str, mode: str | None, keyboard: Keyboard = None) -> int:
        """Try once to send a message; gives its id. Where the try before may have succeeded, it is looked for first."""
        before = self._since
        if before is not None:
            found = await self._sender.find(place, before, text, mode, keyboard)
            if found is not None:
                self._since = None
                return found
        since = self._sender.newest(place.chat_id) if before is None else before
        if since is not None and since != self._marked and self._mark is not None:
            self._marked = since
            await self._mark(since)
        self._since = since
        try:
            message_id = await self._sender.send(place, text, mode, keyboard)
        except TelegramError as error:
            if not may_have_arrived(error):
                self._since = before
            raise
        self._since = self._marked = None
        return message_id


def may_have_arrived(error: TelegramError) -> bool:
    """Whether Telegram may have done what it was called for, although the call failed."""
    is_connection = isinstance(error, NetworkError) and not isinstance(error, BadRequest)
    return is_connection and not isinstance(error.__cause__, _UNSENT)


def _find_count(chat_id: int) -> int:
    """What counts the messages of a chat: a supergroup itself, for all others 0."""
    return chat_id if chat_id < _SUPERGROUPS else 0
