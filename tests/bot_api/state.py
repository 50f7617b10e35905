"""What the Bot API server of the tests knows: chats, messages, people, queries, menus, files."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

from tests.bot_api.delivery import Delivery
from tests.bot_api.faults import Fault, RandomFaults
from tests.bot_api.records import Call, Draft, Query, RefusedError, SentMessage, bad

BOT_USERNAME = "fake_test_bot"
_PER_CHAT = 1000  # messages that are kept of a chat
_SUPERGROUPS = -1_000_000_000_000  # and their ids from here down


class State:
    """Everything is guarded by `_changed`, which tells of each change; of the lists the last `keep` items are kept."""

    def __init__(self, token: str, *, judge: bool, keep: int) -> None:
        self.token, self.judge, self.keep = token, judge, keep
        self.calls: list[Call] = []
        self.counts: Counter[tuple[str, int]] = Counter()  # of all calls ever: method and status
        self.judgements: list[str] = []
        self.notices: list[str] = []
        self.queries: dict[str, Query] = {}
        self.faults: RandomFaults | None = None
        self._changed = threading.Condition()
        self._delivery = Delivery(self._changed)
        self._failures: dict[str, list[Fault]] = {}
        self._chats: dict[int, dict[str, Any]] = {}
        self._topics: dict[int, set[int]] = {}
        self._people: dict[int, dict[str, Any]] = {}
        self._administrators: dict[int, set[int]] = {}
        self._blocked: set[int] = set()
        self._out: dict[int, str] = {}  # groups that the bot is not in, and its status there
        self._migrated: dict[int, int] = {}
        self._sent: dict[int, dict[int, SentMessage]] = {}
        self._heard: dict[int, dict[int, dict[str, Any]]] = {}
        self._inline: dict[str, SentMessage] = {}
        self._drafts: list[Draft] = []
        self._menus: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._files: dict[str, bytes] = {}
        self._last_message_ids: Counter[int] = Counter()
        self._last_query = 0
        self._me = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": "Fake",
            "username": BOT_USERNAME,
        }

    def messages(self, chat_id: int) -> list[SentMessage]:
        """The messages the bot sent to the chat and nobody deleted, in order, as they stand now."""
        with self._changed:
            return list(self._sent.get(chat_id, {}).values())

    def inline_messages(self) -> list[SentMessage]:
        """What the bot answered inline or as a guest and was sent, in order, as it stands now."""
        with self._changed:
            return list(self._inline.values())

    def drafts(self, chat_id: int, draft_id: int | None = None) -> list[str]:
        """The texts that were shown in a chat while they were written, in order."""
        with self._changed:
            mine = [draft for draft in self._drafts if draft.chat_id == chat_id]
        return [draft.text for draft in mine if draft_id in (None, draft.draft_id)]

    def menus(self) -> dict[tuple[str, str], dict[str, str]]:
        """The commands and what they do, by scope ("default", "all_private_chats", "chat:5" …) and language."""
        with self._changed:
            return {key: {item["command"]: item["description"] for item in menu} for key, menu in self._menus.items()}

    def _next_message_id(self, chat_id: int) -> int:
        """The next id of a chat: a supergroup counts its own messages, all other chats share one count."""
        counted = chat_id if chat_id < _SUPERGROUPS else 0
        self._last_message_ids[counted] += 1
        return self._last_message_ids[counted]

    def _new_query(self, kind: str, user_id: int, text: str = "") -> Query:
        self._last_query += 1
        query = Query(f"{kind}-{self._last_query}", kind, user_id, text)
        self.queries[query.query_id] = query
        self._trim_dictionary(self.queries, self.keep)
        return query

    def _file(self, data: bytes) -> str:
        """Keep a file, and give its id."""
        file_id = f"file_{len(self._files) + 1}"
        self._files[file_id] = data
        return file_id

    def _reach(self, chat_id: int | str) -> None:
        """Refuse a call to a chat that the bot cannot write to."""
        if chat_id not in self._chats or not isinstance(chat_id, int):
            raise bad("chat not found")
        if chat_id in self._migrated:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=self._migrated[chat_id])
        if chat_id in self._blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat_id in self._out:
            was = "was kicked from" if self._out[chat_id] == "kicked" else "is not a member of"
            raise RefusedError(403, f"Forbidden: bot {was} the {self._chats[chat_id]['type']} chat")

    def _find_topic(self, params: dict[str, Any]) -> int | None:
        """The topic that a call names. Raises `RefusedError` for one that its chat does not have."""
        thread_id: int | None = params.get("message_thread_id")
        if thread_id is not None and thread_id not in self._topics.get(params["chat_id"], ()):
            raise bad("message thread not found")
        return thread_id

    def _show_message(self, sent: SentMessage, *, with_reply: bool = True) -> dict[str, Any]:
        """A message of the bot as a Message object."""
        message: dict[str, Any] = {"message_id": sent.message_id, "from": self._me, "chat": self._chats[sent.chat_id]}
        message |= {"date": sent.date, "text": sent.text}
        if sent.thread_id is not None:
            message |= {"message_thread_id": sent.thread_id, "is_topic_message": True}
        if sent.entities:
            message["entities"] = [entity.as_json() for entity in sent.entities]
        if sent.reply_markup:
            message["reply_markup"] = sent.reply_markup
        if sent.edits:
            message["edit_date"] = int(time.time())
        if with_reply and sent.reply_to and (replied := self._find_message(sent.chat_id, sent.reply_to)):
            message["reply_to_message"] = replied
        return message

    def _find_message(self, chat_id: int, message_id: int) -> dict[str, Any] | None:
        """A message of the bot or of somebody else as it is shown within another one, which replies to it."""
        if sent := self._sent.get(chat_id, {}).get(message_id):
            return self._show_message(sent, with_reply=False)
        heard = self._heard.get(chat_id, {}).get(message_id)
        return heard and {name: value for name, value in heard.items() if name != "reply_to_message"}

    def _keep_sent(self, sent: SentMessage) -> None:
        if sent.inline_id:
            self._inline[sent.inline_id] = sent
            self._trim_dictionary(self._inline, self.keep)
        else:
            self._sent.setdefault(sent.chat_id, {})[sent.message_id] = sent
            self._trim_dictionary(self._sent[sent.chat_id], _PER_CHAT)

    def _keep_heard(self, message: dict[str, Any]) -> None:
        heard = self._heard.setdefault(message["chat"]["id"], {})
        heard[message["message_id"]] = message
        self._trim_dictionary(heard, _PER_CHAT)

    def _trim_list(self, items: list[Any]) -> None:
        """Forget the oldest, now and then."""
        if len(items) > self.keep + self.keep // 4:
            del items[: -self.keep]

    @staticmethod
    def _trim_dictionary(items: dict[Any, Any], keep: int) -> None:
        while len(items) > keep:
            del items[next(iter(items))]
