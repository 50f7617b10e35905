"""The menus of commands that Telegram shows: for private chats, groups and admins, in each language."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import partial

import telegram
from telegram.error import TelegramError

from bot.conversation.commands import COMMANDS, Command
from bot.telegram.calls import UndeliverableError, insist
from bot.texts import LANGUAGES, translate
from config.logs import scrub

_LOG = logging.getLogger(__name__)
_IN_GROUPS = ("ask", "latest", "timeline", "sources", "help")


async def set_menus(bot: telegram.Bot, admins: Iterable[int]) -> None:
    """Set all menus. They are a courtesy: one that Telegram does not take is logged and left."""
    for scope, commands in _menus(admins):
        for language in LANGUAGES:
            # English is what people of all other languages see.
            code = None if language == "en" else language
            menu = [telegram.BotCommand(c.name, translate(c.help, language)) for c in commands]
            try:
                await insist(partial(bot.set_my_commands, menu, scope, code))
            except (TelegramError, UndeliverableError) as error:
                _LOG.warning("the command menu was not set: %s", scrub(str(error), ()))
                break  # an admin who has not written to the bot yet


def _menus(admins: Iterable[int]) -> Iterator[tuple[telegram.BotCommandScope, list[Command]]]:
    everybody = [command for command in COMMANDS.values() if command.right != "admin"]
    yield telegram.BotCommandScopeAllPrivateChats(), everybody
    yield telegram.BotCommandScopeAllGroupChats(), [COMMANDS[name] for name in _IN_GROUPS]
    for user_id in admins:
        yield telegram.BotCommandScopeChat(user_id), list(COMMANDS.values())
