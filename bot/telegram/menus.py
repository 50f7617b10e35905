"""The menus of commands that Telegram shows: for private chats, groups and admins, in each language."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

import telegram
from telegram.error import TelegramError

from bot.conversation.commands import COMMANDS, Command
from bot.telegram.calls import UndeliverableError, insist
from bot.texts import LANGUAGES, translate
from config.logs import scrub

_LOG = logging.getLogger(__name__)
_IN_GROUPS = ("ask", "latest", "timeline", "sources", "help")


async def set_menus(bot: telegram.Bot) -> None:
    """Set the menus of everybody, in private chats and in groups."""
    everybody = [command for command in COMMANDS.values() if command.right != "admin"]
    await _set(bot, telegram.BotCommandScopeAllPrivateChats(), everybody)
    await _set(bot, telegram.BotCommandScopeAllGroupChats(), [COMMANDS[name] for name in _IN_GROUPS])


async def set_admin_menu(bot: telegram.Bot, user_id: int) -> None:
    """Set the menu of an admin in his private chat, which he must have begun."""
    await _set(bot, telegram.BotCommandScopeChat(user_id), COMMANDS.values())


async def _set(bot: telegram.Bot, scope: telegram.BotCommandScope, commands: Iterable[Command]) -> None:
    """Set one menu in each language. It is a courtesy: what Telegram does not take is logged and left out."""
    commands = list(commands)
    for language in LANGUAGES:
        # English is what people of all other languages see.
        code = None if language == "en" else language
        menu = [telegram.BotCommand(command.name, translate(command.help, language)) for command in commands]
        try:
            await insist(partial(bot.set_my_commands, menu, scope, code))
        except (TelegramError, UndeliverableError) as error:
            _LOG.warning("the command menu was not set: %s", scrub(str(error), ()))
