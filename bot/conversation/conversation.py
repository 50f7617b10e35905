"""The way of a message, every step in order:

who says it, in which language → what he may → the button that was pressed, the command, or the question

A channel (`bot.telegram`, `bot.terminal`) hands in a `Message` and shows each `Reply` as it comes. Every message that
is handed in ends in at least one reply that is not progress.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.conversation.basics import HELP
from bot.conversation.commands import COMMANDS
from bot.conversation.desk import Desk, Request
from bot.conversation.messages import Message, Reply
from bot.conversation.pressing import press_button
from bot.conversation.rights import has_right, is_among_admins, refuse, role_of
from bot.state.database import make_storable
from bot.texts import Text, choose_language, join_texts
from config.errors import IndexLocked, NewsbotError
from config.logs import scrub

IN_PRIVATE = Text("I tell that only where nobody but admins reads it: ask me in our private chat.")


class Conversation:
    """Replies to messages. One for all users; it blocks nobody, as work is done in threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def reply(self, message: Message) -> AsyncIterator[Reply]:
        """The replies to one message, in order. Raises nothing: what goes wrong becomes a plain reply."""
        message = _mend(message)
        request = Request(message, "stranger", choose_language(message.language))
        try:
            request = await asyncio.to_thread(self._recognise, message)
            async for reply in self._reply(request):
                yield reply if reply.language else replace(reply, language=request.language)
        except Exception as error:  # noqa: BLE001 - never silence: whatever went wrong, the user is told that it did
            yield replace(self._apologise(request, error), language=request.language)

    def _recognise(self, message: Message) -> Request:
        """Who says it, and the language that he or his group chose; else that of his Telegram."""
        desk = self._desk
        person = desk.people.meet(message.user_id, message.name)
        group = desk.people.find(message.chat) if message.is_group else None
        chosen = (group.language if group else "") or person.language
        return Request(message, role_of(desk, message, person), chosen or choose_language(message.language))

    async def _reply(self, request: Request) -> AsyncIterator[Reply]:
        desk, text = self._desk, request.message.text.strip()
        if request.message.press:
            async for reply in press_button(desk, request):
                yield reply
            return
        name, argument = _read_command(text) if text.startswith("/") else ("ask", text)
        command = COMMANDS.get(name)
        right = command.needs(in_group=request.message.is_group) if command else "anybody"
        if not has_right(request.role, right):
            yield Reply(refuse(request.message, request.role, right))
        elif command is None:
            yield Reply(join_texts(Text("I do not know {command}.", command=f"/{name}"), HELP))
        elif not text:
            yield Reply(HELP)
        elif command.for_admins and not is_among_admins(desk, request):
            yield Reply(IN_PRIVATE)
        else:
            async for reply in command.run(desk, replace(request, argument=argument)):
                yield reply

    def _apologise(self, request: Request, error: Exception) -> Reply:
        """What is told when something went wrong: a number that is in the log; among admins also what is known."""
        reason = scrub(str(error), self._desk.settings.secrets)
        if isinstance(error, IndexLocked) and request.role == "admin":
            return Reply(reason)  # what the admin wants is under way: nothing that anybody has to look after
        number = self._desk.incidents.note(error, Text("a message"))
        is_told = isinstance(error, NewsbotError) and is_among_admins(self._desk, request)
        return Reply(reason if is_told else apologise(number))


def apologise(number: str) -> Text:
    """What people are told of something that went wrong: a number that is in the log, and never the reason itself."""
    return Text("I cannot do that just now. The operator finds the reason in the log, under {number}.", number=number)


def _mend(message: Message) -> Message:
    """A message of which every database keeps the words and every channel shows them: no half character, no NUL."""
    text, name, press = map(make_storable, (message.text, message.name, message.press))
    return replace(message, text=text, name=name, press=press)


def _read_command(text: str) -> tuple[str, str]:
    """The name of a command, without slash and the name of the bot, and what follows it."""
    word, *rest = text.split(maxsplit=1)
    return word.split("@", maxsplit=1)[0].removeprefix("/").lower(), rest[0].strip() if rest else ""
