"""The methods about the bot itself: who it is, its updates and menus, the files and the chats that it can see."""

from __future__ import annotations

import re
from typing import Any

from tests.bot_api.records import RefusedError, bad
from tests.bot_api.state import State

_MAX_FILE = 20_000_000  # bytes
_MAX_COMMANDS = 100
_NO_RIGHTS = dict.fromkeys(
    "is_anonymous can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories".split(),
    False,
)
_GIFTS = "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"


class BotMethods(State):
    """Each method takes its parameters, which are of the right types, and gives its result or raises."""

    def _do_get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        able = "can_join_groups can_read_all_group_messages supports_inline_queries supports_guest_queries".split()
        unable = "can_connect_to_business has_main_web_app has_topics_enabled".split()
        return {**self._me, **dict.fromkeys(able, True), **dict.fromkeys(unable, False)}

    def _do_get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        return self._delivery.poll(params)

    def _do_set_webhook(self, params: dict[str, Any]) -> bool:
        return self._delivery.set_webhook(params)

    def _do_delete_webhook(self, params: dict[str, Any]) -> bool:
        return self._delivery.delete_webhook(params)

    def _do_get_webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        return self._delivery.webhook_info()

    def _do_set_my_commands(self, params: dict[str, Any]) -> bool:
        key = self._menu_key(params)
        for item in params["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", item["command"]):
                raise bad("BOT_COMMAND_INVALID", judged=True)
            if not 1 <= len(item["description"]) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID", judged=True)
        if len(params["commands"]) > _MAX_COMMANDS:
            raise bad("BOT_COMMANDS_TOO_MUCH", judged=True)
        self._menus[key] = params["commands"]
        return True

    def _do_get_my_commands(self, params: dict[str, Any]) -> list[dict[str, str]]:
        return self._menus.get(self._menu_key(params), [])

    def _do_delete_my_commands(self, params: dict[str, Any]) -> bool:
        self._menus.pop(self._menu_key(params), None)
        return True

    def _menu_key(self, params: dict[str, Any]) -> tuple[str, str]:
        scope, language = params.get("scope") or {"type": "default"}, params.get("language_code", "")
        if not re.fullmatch(r"([a-z]{2})?", language):
            raise bad("LANGUAGE_CODE_INVALID", judged=True)
        if "chat_id" in scope:
            self._reach(scope["chat_id"])
        parts = [scope["type"], *(str(scope[name]) for name in ("chat_id", "user_id") if name in scope)]
        return ":".join(parts), language

    def _do_get_file(self, params: dict[str, Any]) -> dict[str, Any]:
        file_id = params["file_id"]
        if file_id not in self._files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        size = len(self._files[file_id])
        if size > _MAX_FILE:
            raise bad("file is too big")
        path = f"voice/{file_id}.oga"
        return {"file_id": file_id, "file_unique_id": f"unique_{file_id}", "file_size": size, "file_path": path}

    def _download(self, path: str) -> bytes:
        """The content of a file, by the path that getFile gave. Raises `RefusedError`."""
        found = re.fullmatch(r"voice/(file_\d+)\.oga", path)
        if not found or found[1] not in self._files:
            raise RefusedError(404, "Not Found")
        return self._files[found[1]]

    def _do_leave_chat(self, params: dict[str, Any]) -> bool:
        self._reach(params["chat_id"])
        self._out[params["chat_id"]] = "left"
        return True

    def _do_get_chat(self, params: dict[str, Any]) -> dict[str, Any]:
        self._reach(params["chat_id"])
        gifts = dict.fromkeys(_GIFTS.split(), False)
        full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
        return {**self._chats[params["chat_id"]], **full}

    def _do_get_chat_member(self, params: dict[str, Any]) -> dict[str, Any]:
        self._reach(params["chat_id"])
        return self._show_member(params["chat_id"], params["user_id"])

    def _do_get_chat_administrators(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        self._reach(params["chat_id"])
        if self._chats[params["chat_id"]]["type"] == "private":
            raise bad("there are no administrators in the private chat")
        return [self._show_member(params["chat_id"], user) for user in self._administrators.get(params["chat_id"], ())]

    def _show_member(self, chat_id: int, user_id: int) -> dict[str, Any]:
        user = self._me if user_id == self._me["id"] else self._people.get(user_id)
        if user is None:
            raise bad("PARTICIPANT_ID_INVALID")
        if user_id in self._administrators.get(chat_id, ()):
            rights = {**_NO_RIGHTS, "can_be_edited": False, "can_manage_chat": True}
            return {"status": "administrator", "user": user, **rights}
        return {"status": "member", "user": user}
