"""What people do with the bot and its chats: let it in, throw it out, block it, upgrade a group, delete messages."""

from __future__ import annotations

import time
from typing import Any

from tests.bot_api.people import People


class Memberships(People):
    """Each change makes the updates that Telegram would."""

    def join(self, chat_id: int, *, user_id: int = 1001, chat_type: str = "") -> None:
        """Let somebody add the bot to a group."""
        with self._changed:
            chat = self._enter(self._meet(user_id), chat_id, chat_type, None)
            before = self._out.pop(chat_id, "left")
            self._tell_status(chat, user_id, before, "member")

    def kick(self, chat_id: int, *, user_id: int = 1001) -> None:
        """Let somebody throw the bot out of a group."""
        with self._changed:
            self._out[chat_id] = "kicked"
            self._tell_status(self._chats[chat_id], user_id, "member", "kicked")

    def block(self, user_id: int) -> None:
        """Let somebody block the bot: it cannot write to them any more."""
        with self._changed:
            self._blocked.add(user_id)
            self._tell_status(self._chats[user_id], user_id, "member", "kicked")

    def unblock(self, user_id: int) -> None:
        """Let somebody take it back."""
        with self._changed:
            self._blocked.discard(user_id)
            self._tell_status(self._chats[user_id], user_id, "kicked", "member")

    def promote(self, chat_id: int, user_id: int) -> None:
        """Make somebody an administrator of a group, which tells the bot nothing."""
        with self._changed:
            self._meet(user_id)
            self._administrators.setdefault(chat_id, set()).add(user_id)

    def migrate(self, group_id: int) -> int:
        """Upgrade a group to a supergroup, whose id is given; calls to the old id are refused from now on."""
        with self._changed:
            old, new_id = self._chats[group_id], -1_000_000_000_000 - abs(group_id)
            new = {**old, "id": new_id, "type": "supergroup"}
            self._chats[new_id], self._migrated[group_id] = new, new_id
            for chat, news in ((old, {"migrate_to_chat_id": new_id}), (new, {"migrate_from_chat_id": group_id})):
                message = {
                    "message_id": self._next_message_id(chat["id"]),
                    "chat": chat,
                    "date": int(time.time()),
                    **news,
                }
                self._delivery.tell("message", message)
            return new_id

    def delete(self, chat_id: int, message_id: int) -> None:
        """Let somebody delete a message, theirs or the bot's, which tells the bot nothing."""
        with self._changed:
            assert self._find_message(chat_id, message_id), "there is no such message"
            self._forget(chat_id, message_id)
            self._changed.notify_all()

    def _tell_status(self, chat: dict[str, Any], user_id: int, before: str, after: str) -> None:
        change = {"chat": chat, "from": self._meet(user_id), "date": int(time.time())}
        statuses = {"old_chat_member": self._as_member(before), "new_chat_member": self._as_member(after)}
        self._delivery.tell("my_chat_member", {**change, **statuses})

    def _as_member(self, status: str) -> dict[str, Any]:
        return {"status": status, "user": self._me, **({"until_date": 0} if status == "kicked" else {})}
