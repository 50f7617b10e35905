"""Who may do what: the role of somebody who writes, the right that a command needs, and how the first admin is made."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Literal

from bot.conversation.desk import Desk, Request, Role
from bot.conversation.messages import Message
from bot.state.people import Person
from bot.texts import Text

Right = Literal["anybody", "ask", "admin"]

LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"  # none looks like another
_CODE_LENGTH = 8
_RIGHTS: dict[Role, frozenset[Right]] = {
    "banned": frozenset(),
    "stranger": frozenset({"anybody"}),
    "reader": frozenset({"anybody", "ask"}),
    "admin": frozenset({"anybody", "ask", "admin"}),
}


def role_of(desk: Desk, message: Message, person: Person | None = None) -> Role:
    """The role of whoever wrote a message; `person` is what is known of him, where that was looked up already.

    Without any admin, in the settings or made by a code, nobody is one. A banned group is banned for all but admins.
    """
    if message.user_id in desk.settings.admins:
        return "admin"
    person = person or desk.people.find(message.user_id)
    own = person.role if person else ""
    if own in ("admin", "banned"):
        return "admin" if own == "admin" else "banned"
    chat = desk.people.find(message.chat) if message.chat != message.user_id else None
    of_chat = chat.role if chat else ""
    if of_chat == "banned":
        return "banned"
    return "reader" if desk.settings.access == "open" or "reader" in (own, of_chat) else "stranger"


def has_right(role: Role, right: Right) -> bool:
    """Whether a role has a right."""
    return right in _RIGHTS[role]


def is_among_admins(desk: Desk, request: Request) -> bool:
    """Whether an admin asks where only admins read the reply: in no group but the one that is told of errors."""
    message = request.message
    return request.role == "admin" and (not message.is_group or message.chat == desk.settings.admin_chat)


def refuse(message: Message, role: Role, right: Right) -> Text:
    """What somebody without a right is told, and what he can do about it."""
    if role == "banned":
        return Text("You cannot use this bot.")
    user_id = str(message.user_id)
    if right == "admin":
        return Text(
            "Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is {user_id}.", user_id=user_id
        )
    if message.is_group:
        return Text(
            "You may not ask here yet. An admin can allow you with /allow {user_id}, or all of this group with"
            " /allow {chat_id}.",
            user_id=user_id,
            chat_id=str(message.chat),
        )
    return Text("You may not ask yet. An admin can allow you with /allow {user_id}.", user_id=user_id)


def begin_pairing(desk: Desk) -> str | None:
    """A new code that makes the first admin, to be shown in the terminal; None where none is needed, or can be kept."""
    if not _is_pairing(desk):
        return None
    code = "".join(secrets.choice(LETTERS) for _ in range(_CODE_LENGTH))
    salt = secrets.token_hex(8)
    return code if desk.people.add_code(f"{salt}${_hash(code, salt)}") else None


def pair(desk: Desk, message: Message, code: str) -> bool:
    """Make whoever sends the code the admin; False for a wrong code, one too many tries, or where there is an admin."""
    code = "".join(char for char in code.upper() if char.isalnum())
    if len(code) != _CODE_LENGTH or not set(LETTERS).issuperset(code) or not _is_pairing(desk):
        return False
    found = ""
    for kept in desk.people.codes_to_try(message.user_id):
        salt, _, hashed = kept.partition("$")
        if hmac.compare_digest(_hash(code, salt), hashed):
            found = kept
    return bool(found) and desk.people.spend_code(found, message.user_id, message.name)


def _is_pairing(desk: Desk) -> bool:
    return desk.settings.access == "pairing" and not desk.settings.admins and not desk.people.admins()


def _hash(code: str, salt: str) -> str:
    """Slow enough that nobody who reads the state database finds the code while it is good for something."""
    return hashlib.scrypt(code.encode(), salt=salt.encode(), n=2**13, r=8, p=1).hex()
