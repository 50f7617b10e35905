"""What is shown of the replies to one message: "typing…", an answer as it grows, and one final message.

In private chats a growing answer is a draft, in groups a message that is edited and at last becomes the final one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated

from bot.answers import Answer
from bot.conversation.messages import Reply
from bot.render.telegram_html import visible_text
from bot.telegram.calls import Keyboard, Place, UndeliverableError, edit, insist, offer
from bot.telegram.sending import Sender, SendOnce
from bot.telegram.showing import make_keyboard, render_growing, render_reply

_LOG = logging.getLogger(__name__)
_FIRST_LOOK = 0.1  # seconds that a growing answer is kept back: most are finished by then
_BETWEEN_DRAFTS = 0.5  # seconds
_BETWEEN_EDITS = 1.5  # seconds; in a group edits count as messages, of which it takes some twenty a minute
_TYPING = 4.5  # seconds; Telegram shows "typing…" for five
_GRACE = 1.0  # seconds that a final message waits for what only passes the time, if Telegram does not take it
T = TypeVar("T")


class Delivery:
    """Shows the replies to one message; `number` is a positive number that no other message has.

    `sent` are the messages that were already sent for it, before a restart or before its author corrected it: they are
    edited. `note` is given the id of each message that is sent besides; `moved` is told of a group that got a new id.
    `since` and `mark` are those of `SendOnce`.
    """

    def __init__(
        self,
        sender: Sender,
        place: Place,
        number: int,
        *,
        sent: Sequence[int] = (),
        since: int | None = None,
        mark: Callable[[int], Awaitable[None]] | None = None,
        note: Callable[[Sequence[int]], Awaitable[None]] | None = None,
        moved: Callable[[int, int], Awaitable[None]] | None = None,
    ) -> None:
        self._bot, self._sender, self._place, self._number = sender.bot, sender, place, number
        self._once = SendOnce(sender, since, mark)
        self._sent, self._note, self._moved = list(sent), note, moved
        self._used = 0  # of `sent`, by final messages of this time
        self._grown: Reply | None = None  # what is to be shown next of an answer that grows
        self._is_growing = self._has_grown = False
        self._is_final = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._progress_id: int | None = None
        self._silent_until = 0.0  # where Telegram asked for silence
        # When a message of a group may be edited again; those of before may just have been.
        self._free_at = time.monotonic() + _BETWEEN_EDITS if sent and not place.is_private else 0.0

    def begin(self) -> None:
        """Show "typing…" until the first words are there."""
        self._tasks.append(asyncio.create_task(self._type()))

    async def show(self, reply: Reply) -> None:
        """Show a reply. Raises `UndeliverableError` for a final one that cannot arrive."""
        if not reply.progress:
            await self._finish(reply)
        elif isinstance(reply.content, Answer):
            self._grown = reply
            if not self._is_growing:
                self._is_growing = True
                self._tasks.append(asyncio.create_task(self._grow()))
        else:
            await self._report(reply)

    async def end(self) -> None:
        """Stop what goes on beside. A message that is being sent in a group is waited for: it becomes the final one."""
        self._is_final.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GRACE if self._place.is_private or not self._is_growing else None)
            for task in self._tasks:
                task.cancel()
            for result in await asyncio.gather(*self._tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    _LOG.error("what goes on beside a reply failed", exc_info=result)
        self._tasks.clear()

    async def _wait(self, seconds: float) -> None:
        """Wait, but not longer than until the final reply is there."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_final.wait(), seconds)

    async def _keep_silent(self, seconds: float) -> None:
        """Wait as long as Telegram asks, which the final reply does too."""
        self._silent_until = time.monotonic() + seconds
        await self._wait(seconds)

    async def _type(self) -> None:
        while not self._is_final.is_set() and not self._is_growing:
            place = self._place
            typing = self._bot.send_chat_action(place.chat_id, ChatAction.TYPING, message_thread_id=place.thread_id)
            await offer(typing, self._wait)
            await self._wait(_TYPING)

    async def _grow(self) -> None:
        """Show the newest state of a growing answer, now and then."""
        await self._wait(max(_FIRST_LOOK, self._until_free()))
        while not self._is_final.is_set():
            reply, self._grown = self._grown, None
            if reply is not None:
                await self._show_growing(*render_growing(reply))
            await self._wait(_BETWEEN_DRAFTS if self._place.is_private else _BETWEEN_EDITS)

    async def _show_growing(self, html: str, *more: str) -> None:
        if more and self._has_grown:
            return  # the first of several messages may be shorter than what was one message until now
        place, self._has_grown = self._place, True
        if place.is_private:
            draft = self._bot.send_message_draft(
                place.chat_id, self._number, html, place.thread_id, parse_mode=ParseMode.HTML
            )
            await offer(draft, self._keep_silent)
        elif self._sent:
            await offer(edit(self._bot, place.chat_id, self._sent[0], html, ParseMode.HTML), self._keep_silent)
            self._note_edit()
        elif message_id := await offer(self._once.send(place, html, ParseMode.HTML), self._keep_silent):
            self._note_edit()
            self._sent.append(message_id)
            await self._tell_sent(message_id)

    async def _report(self, reply: Reply) -> None:
        """One message that says how far something is, edited when it has got further."""
        html = render_reply(reply)[0]
        if self._progress_id is None:
            self._progress_id = await offer(self._sender.send(self._place, html, ParseMode.HTML))
            self._note_edit()
        elif self._until_free() <= 0:
            await offer(edit(self._bot, self._place.chat_id, self._progress_id, html, ParseMode.HTML))
            self._note_edit()

    def _note_edit(self) -> None:
        self._free_at = time.monotonic() + _BETWEEN_EDITS

    def _until_free(self) -> float:
        """Seconds until a message may be edited again."""
        return self._free_at - time.monotonic()

    async def _finish(self, reply: Reply) -> None:
        """Send the final messages, each once: those that were sent before are edited, what is too much is deleted."""
        await self.end()
        await asyncio.sleep(self._silent_until - time.monotonic())
        *parts, last = render_reply(reply)
        for part in parts:
            await self._put(part, None)
        await self._put(last, make_keyboard(reply.buttons, reply.language))
        for message_id in self._sent[self._used :]:
            await offer(self._bot.delete_message(self._place.chat_id, message_id))
        del self._sent[self._used :]

    async def _put(self, html: str, keyboard: Keyboard) -> None:
        if self._used < len(self._sent):
            message_id = self._sent[self._used]
            if not self._place.is_private:
                await asyncio.sleep(self._until_free())
            try:
                await self._write(
                    html, lambda text, mode: edit(self._bot, self._place.chat_id, message_id, text, mode, keyboard)
                )
            except BadRequest as error:
                _LOG.info("a message cannot be edited, sending another: %s", error)
                del self._sent[self._used]
            else:
                self._note_edit()
                self._used += 1
                return
        try:
            message_id = await self._write(html, lambda text, mode: self._once.send(self._place, text, mode, keyboard))
        except BadRequest as error:
            raise UndeliverableError(str(error), is_final="chat not found" in str(error).lower()) from None
        self._sent.insert(self._used, message_id)
        self._used += 1
        await self._tell_sent(message_id)

    async def _write(self, html: str, call: Callable[[str, str | None], Awaitable[T]]) -> T:
        """Insist on a call that writes HTML, or plain text where Telegram cannot read it, wherever the chat is now."""
        try:
            return await insist(lambda: call(html, ParseMode.HTML))
        except ChatMigrated as error:
            old, self._place = self._place.chat_id, replace(self._place, chat_id=error.new_chat_id)
            if self._moved is not None:
                await self._moved(old, error.new_chat_id)
            return await self._write(html, call)
        except BadRequest as error:
            if any(words in error.message.lower() for words in ("not found", "can't be edited")):
                if self._place.thread_id is None or "thread" not in error.message.lower():
                    raise
                self._place = replace(self._place, thread_id=None)  # the topic is gone, the group is not
                return await self._write(html, call)
            _LOG.warning("Telegram refused a message, sending it as plain text: %s", error)
            return await insist(lambda: call(visible_text(html), None))

    async def _tell_sent(self, message_id: int) -> None:
        if self._note is not None:
            await self._note((message_id,))
