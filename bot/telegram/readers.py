"""Who somebody is outside of a conversation: what he may do, and the language that he reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.messages import Message
from bot.conversation.rights import role_of
from bot.texts import choose_language

if TYPE_CHECKING:
    from bot.conversation.desk import Desk, Role


def recognise(desk: Desk, message: Message) -> tuple[Role, str]:
    """The role of whoever wrote a message, and the language that he or his group chose, else that of his Telegram."""
    person = desk.people.find(message.user_id)
    group = desk.people.find(message.chat) if message.is_group else None
    known = group or person
    return role_of(desk, message, person), (known and known.language) or choose_language(message.language)
