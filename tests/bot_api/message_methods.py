"""The methods that send, show, edit and delete messages."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from tests.bot_api.records import Draft, SentMessage, bad
from tests.bot_api.state import State
from tests.bot_api.texts import format_text, inline_keyboard

_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
)
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


class MessageMethods(State):
    """Each method takes its parameters, which are of the right types, and gives its result or raises."""

    def _do_send_message(self, params: dict[str, Any]) -> dict[str, Any]:
        chat_id, reply = params["chat_id"], params.get("reply_parameters", {})
        self._reach(chat_id)
        thread_id = self._find_topic(params)
        text, entities = format_text(params)
        replied = self._find_message(reply.get("chat_id", chat_id), reply["message_id"]) if reply else None
        if reply and not replied and not reply.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        sent = SentMessage(
            self._next_message_id(chat_id),
            chat_id,
            text,
            params["text"],
            0,
            entities,
            inline_keyboard(params),
            int(time.time()),
            thread_id,
            reply["message_id"] if replied else None,
        )
        self._keep_sent(sent)
        return self._show_message(sent)

    def _do_send_message_draft(self, params: dict[str, Any]) -> bool:
        chat_id, draft_id = params["chat_id"], params["draft_id"]
        self._reach(chat_id)
        if self._chats[chat_id]["type"] != "private":
            raise bad("TEXTDRAFT_PEER_INVALID")
        if not draft_id:
            raise bad("draft_id must be non-zero", judged=True)
        text, _ = format_text(params, may_be_empty=True)
        html = params.get("text") or ""
        self._drafts.append(Draft(chat_id, draft_id, text, html, self._find_topic(params), time.monotonic()))
        self._trim_list(self._drafts)
        return True

    def _do_edit_message_text(self, params: dict[str, Any]) -> dict[str, Any] | bool:
        old = self._to_edit(params)
        text, entities = format_text(params)
        return self._edit(replace(old, text=text, html=params["text"], entities=entities), params)

    def _do_edit_message_reply_markup(self, params: dict[str, Any]) -> dict[str, Any] | bool:
        return self._edit(self._to_edit(params), params)

    def _to_edit(self, params: dict[str, Any]) -> SentMessage:
        """The message as it stood before. Raises `RefusedError`."""
        if inline_id := params.get("inline_message_id"):
            if inline_id not in self._inline:
                raise bad("MESSAGE_ID_INVALID")
            return self._inline[inline_id]
        chat_id, message_id = params.get("chat_id"), params.get("message_id")
        if chat_id is None:
            raise bad("chat_id is empty", judged=True)
        if message_id is None:
            raise bad("message identifier is not specified", judged=True)
        self._reach(chat_id)
        if message_id not in self._sent.get(chat_id, {}):
            heard = message_id in self._heard.get(chat_id, {})
            raise bad("message can't be edited" if heard else "message to edit not found")
        return self._sent[chat_id][message_id]

    def _edit(self, new: SentMessage, params: dict[str, Any]) -> dict[str, Any] | bool:
        old = self._inline[new.inline_id] if new.inline_id else self._sent[new.chat_id][new.message_id]
        new = replace(new, reply_markup=inline_keyboard(params))
        if (new.text, new.entities, new.reply_markup) == (old.text, old.entities, old.reply_markup):
            raise bad(_NOT_MODIFIED)
        self._keep_sent(new := replace(new, edits=old.edits + 1))
        return True if new.inline_id else self._show_message(new)

    def _do_delete_message(self, params: dict[str, Any]) -> bool:
        chat_id, message_id = params["chat_id"], params["message_id"]
        self._reach(chat_id)
        if not self._find_message(chat_id, message_id):
            raise bad("message to delete not found")
        self._forget(chat_id, message_id)
        return True

    def _forget(self, chat_id: int, message_id: int) -> None:
        self._sent.get(chat_id, {}).pop(message_id, None)
        self._heard.get(chat_id, {}).pop(message_id, None)

    def _do_send_chat_action(self, params: dict[str, Any]) -> bool:
        self._reach(params["chat_id"])
        self._find_topic(params)
        if params["action"] not in _ACTIONS.split():
            raise bad("wrong parameter action in request", judged=True)
        return True
