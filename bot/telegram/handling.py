"""What is done with each update that waits in the inbox: it ends in one final message, whatever happens."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import telegram
from telegram.constants import ParseMode

from bot.conversation.conversation import Conversation, apologise
from bot.conversation.desk import Desk
from bot.conversation.messages import Reply
from bot.state.inbox import Inbox
from bot.state.jobs import Job
from bot.telegram.calls import UndeliverableError, edit, insist, offer
from bot.telegram.delivery import Delivery
from bot.telegram.guests import answer_guest
from bot.telegram.sending import Sender
from bot.telegram.showing import make_keyboard, render_reply
from bot.telegram.updates import Moved, Spoken, read_update
from bot.telegram.voice import hear
from bot.texts import Text, choose_language, translate

_LOG = logging.getLogger(__name__)
_TRIES = 3  # of an update that ends the process each time
_NOTICE = 200  # characters of a notice
_REFUSAL_PATIENCE = 10.0  # seconds
BUSY = Text("I have too many questions to answer just now. Please ask again in a few minutes.")
_BROKEN = Text("I could not answer this: I was interrupted each time that I tried. Please ask in other words.")


class Handler:
    """Works on the updates of one bot."""

    def __init__(self, sender: Sender, me: telegram.User, desk: Desk, inbox: Inbox) -> None:
        self._sender, self._bot, self._me, self._desk, self._inbox = sender, sender.bot, me, desk, inbox
        self._conversation = Conversation(desk)

    async def handle(self, job: Job) -> None:
        """Reply to one update. Raises nothing: what cannot be delivered is logged."""
        spoken = read_update(self._parse(json.loads(job.payload)), self._me)
        if isinstance(spoken, Moved):
            await self._follow(spoken.old_id, spoken.new_id)
        elif spoken is not None:
            try:
                await self._reply(job, spoken)
            except UndeliverableError as error:
                _LOG.info("the reply to update %s cannot be delivered: %s", job.update_id, error)
                if error.is_final:
                    await self._follow(spoken.place.chat_id, None)

    async def refuse(self, payload: dict[str, Any]) -> None:
        """Say that there is too much to do, once, without insisting for long: others wait to be refused."""
        spoken = read_update(self._parse(payload), self._me)
        if isinstance(spoken, Moved):
            await self._follow(spoken.old_id, spoken.new_id)
            return
        if spoken is None or spoken.guest_id:
            return
        busy, place = translate(BUSY, choose_language(spoken.message.language)), spoken.place
        if spoken.press_id:
            await offer(self._bot.answer_callback_query(spoken.press_id, busy))
            return
        try:
            await insist(lambda: self._sender.send(place, busy, None), _REFUSAL_PATIENCE)
        except (UndeliverableError, telegram.error.TelegramError) as error:
            _LOG.info("busy, and that cannot be delivered: %s", error)

    def _parse(self, payload: dict[str, Any]) -> telegram.Update:
        return telegram.Update.de_json(payload, self._bot)

    async def _reply(self, job: Job, spoken: Spoken) -> None:
        if spoken.guest_id:
            await answer_guest(self._bot, self._desk, spoken)
            return
        sent = job.sent
        if spoken.is_correction and spoken.message_id is not None:
            sent = await asyncio.to_thread(self._inbox.find_sent, spoken.place.chat_id, spoken.message_id)

        async def note(message_ids: Sequence[int]) -> None:
            await asyncio.to_thread(self._inbox.note_sent, job.update_id, message_ids)

        async def mark(since: int) -> None:
            await asyncio.to_thread(self._inbox.note_sending, job.update_id, since)

        delivery = Delivery(
            self._sender,
            spoken.place,
            job.update_id,
            sent=sent,
            since=job.sending_since,
            mark=mark,
            note=note,
            moved=self._follow,
        )
        if job.attempts > _TRIES:
            _LOG.error("update %s was tried %d times and never finished", job.update_id, _TRIES)
            if job.sent and spoken.place.is_private:  # the answer is there
                return
            await delivery.show(Reply(_BROKEN, language=choose_language(spoken.message.language)))
            return
        if not spoken.press_id:
            delivery.begin()
        try:
            await self._converse(spoken, delivery)
        except UndeliverableError:
            raise
        except Exception as error:  # noqa: BLE001 - never silence: an answer that cannot be shown is told to be
            number = self._desk.incidents.note(error, Text("showing a reply"))
            await delivery.show(Reply(apologise(number), language=choose_language(spoken.message.language)))
        finally:
            await delivery.end()

    async def _converse(self, spoken: Spoken, delivery: Delivery) -> None:
        message, heading = spoken.message, ""
        if spoken.voice_id:
            heard = await hear(self._bot, self._desk, spoken)
            if isinstance(heard, Reply):
                await delivery.show(heard)
                return
            message, heading = replace(message, text=heard), heard
        is_told = not spoken.press_id
        async for reply in self._conversation.reply(message):
            if reply.notice and spoken.press_id:
                notice = translate(reply.content, reply.language) if isinstance(reply.content, str) else ""
                await offer(self._bot.answer_callback_query(spoken.press_id, notice[:_NOTICE]))
                is_told = True
                continue
            if not is_told:
                await offer(self._bot.answer_callback_query(spoken.press_id))
                is_told = True
            if not (reply.in_place and await self._put_in_place(spoken, reply)):
                await delivery.show(replace(reply, heading=reply.heading or heading))

    async def _put_in_place(self, spoken: Spoken, reply: Reply) -> bool:
        """Let the message whose button was pressed show a reply; whether it could."""
        if spoken.pressed_id is None:
            return False
        chat_id, message_id, (html, *_) = spoken.place.chat_id, spoken.pressed_id, render_reply(reply)
        keyboard = make_keyboard(reply.buttons, reply.language)
        try:
            await insist(lambda: edit(self._bot, chat_id, message_id, html, ParseMode.HTML, keyboard))
        except telegram.error.TelegramError as error:
            _LOG.info("a message cannot be edited, sending another: %s", error)
            return False
        return True

    async def _follow(self, old_id: int, new_id: int | None) -> None:
        """Remember that a chat is closed to the bot, or that it has another id."""
        if new_id is None:
            await asyncio.to_thread(self._desk.watches.stop, old_id)
        else:
            await asyncio.to_thread(self._desk.move_chat, old_id, new_id)
