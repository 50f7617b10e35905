"""What people write: messages, corrections, voice messages, inline and guest queries, pressed buttons."""

from __future__ import annotations

import time
from typing import Any

from tests.bot_api.judges import find_entities
from tests.bot_api.message_methods import MessageMethods
from tests.bot_api.query_methods import QueryMethods
from tests.bot_api.records import SentMessage


class People(MessageMethods, QueryMethods):
    """Each thing that people do makes an update, as Telegram would, and gives what a test needs to go on."""

    def say(
        self,
        text: str,
        *,
        user_id: int = 1001,
        chat_id: int | None = None,
        chat_type: str = "",
        thread_id: int | None = None,
        reply_to: int | None = None,
        language_code: str = "",
        first_name: str = "",
        username: str = "",
        date: int | None = None,
    ) -> int:
        """Write a message, which also makes the chat known; gives its id.

        Without `chat_id` it is a private chat; `thread_id` is a topic of a supergroup; a name and a language last.
        """
        with self._changed:
            user = self._meet(user_id, language_code, first_name, username)
            chat = self._enter(user, chat_id, chat_type, thread_id)
            content: dict[str, Any] = {"text": text}
            if entities := find_entities(text):
                content["entities"] = [entity.as_json() for entity in entities]
            return self._write(user, chat, content, thread_id, reply_to, date)

    def voice(
        self, data: bytes, *, user_id: int = 1001, chat_id: int | None = None, chat_type: str = "", duration: int = 3
    ) -> int:
        """Speak a message; gives its id."""
        with self._changed:
            user = self._meet(user_id)
            chat = self._enter(user, chat_id, chat_type, None)
            file_id = self._file(data)
            file = {"file_id": file_id, "file_unique_id": f"unique_{file_id}", "file_size": len(data)}
            return self._write(
                user, chat, {"voice": {**file, "duration": duration, "mime_type": "audio/ogg"}}, None, None, None
            )

    def edit(self, chat_id: int, message_id: int, text: str) -> None:
        """Let the author of a message correct it."""
        with self._changed:
            old = {name: value for name, value in self._heard[chat_id][message_id].items() if name != "entities"}
            message = {**old, "text": text, "edit_date": int(time.time())}
            if entities := find_entities(text):
                message["entities"] = [entity.as_json() for entity in entities]
            self._keep_heard(message)
            self._delivery.tell("edited_message", message)

    def press(self, chat_id: int, message_id: int | str, button: str, user_id: int) -> str:
        """Press the button with this label or data; gives the id of the query, which is in `queries`.

        A `message_id` that is a text is that of an inline message. A button of a deleted message can still be pressed
        by its data.
        """
        with self._changed:
            query = self._new_query("callback", user_id)
            pressed: dict[str, Any] = {"id": query.query_id, "from": self._meet(user_id)}
            if isinstance(message_id, str):
                pressed |= {"inline_message_id": message_id, "data": _find_data(self._inline[message_id], button)}
            elif sent := self._sent.get(chat_id, {}).get(message_id):
                pressed |= {"message": self._show_message(sent), "data": _find_data(sent, button)}
            else:
                gone = {"chat": self._chats[chat_id], "message_id": message_id, "date": 0}
                pressed |= {"message": gone, "data": button}
            self._delivery.tell("callback_query", {**pressed, "chat_instance": f"instance{chat_id}"})
            return query.query_id

    def inline(self, text: str, user_id: int, *, offset: str = "", language_code: str = "") -> str:
        """Ask by `@bot text` in some other chat; gives the id of the query, which is in `queries`."""
        with self._changed:
            query, user = self._new_query("inline", user_id, text), self._meet(user_id, language_code)
            asked = {"id": query.query_id, "from": user, "query": text, "offset": offset, "chat_type": "sender"}
            self._delivery.tell("inline_query", asked)
            return query.query_id

    def choose(self, query_id: str, result: int = 0) -> str:
        """Send one of the answers to an inline query; gives the id of the message that it becomes."""
        with self._changed:
            query = self.queries[query_id]
            assert query.answer is not None, "the query was not answered"
            inline_id = self._send_inline(query, query.messages[result])
            asked = self._people[query.user_id]
            chosen = {"result_id": query.answer["results"][result]["id"], "from": asked, "query": query.text}
            if query.messages[result].reply_markup:  # Telegram tells the id only of what has a keyboard
                chosen["inline_message_id"] = inline_id
            self._delivery.tell("chosen_inline_result", chosen)
            return inline_id

    def guest(self, text: str, user_id: int, *, chat_id: int = -700, language_code: str = "") -> str:
        """Ask the bot in a chat that it is not in; gives the id of the query, which is in `queries`."""
        with self._changed:
            query, user = self._new_query("guest", user_id, text), self._meet(user_id, language_code)
            chat = {"id": chat_id, "type": "group", "title": f"Chat {chat_id}"}
            message = {
                "message_id": self._next_message_id(chat_id),
                "from": user,
                "chat": chat,
                "date": int(time.time()),
            }
            message |= {"text": text, "guest_query_id": query.query_id}
            if entities := find_entities(text):
                message["entities"] = [entity.as_json() for entity in entities]
            self._delivery.tell("guest_message", message)
            return query.query_id

    def _meet(self, user_id: int, language: str = "", first_name: str = "", username: str = "") -> dict[str, Any]:
        """Somebody as a User object; what was said of them once lasts."""
        known = {"id": user_id, "is_bot": False, "first_name": f"User {user_id}"} | self._people.get(user_id, {})
        given = {"first_name": first_name, "username": username, "language_code": language}
        self._people[user_id] = known | {name: value for name, value in given.items() if value}
        return self._people[user_id]

    def _enter(self, user: dict[str, Any], chat_id: int | None, kind: str, thread_id: int | None) -> dict[str, Any]:
        """The chat as a Chat object, which the bot knows from now on."""
        if chat_id is None:
            if kind not in ("", "private"):
                raise ValueError("a chat that isn't private needs its own chat_id")
            names: dict[str, Any] = {name: user[name] for name in ("first_name", "username") if name in user}
            self._chats[user["id"]] = {"id": user["id"], "type": "private", **names}
            return self._chats[user["id"]]
        old = self._chats.get(chat_id, {})
        likely = "private" if chat_id > 0 else "supergroup" if str(chat_id).startswith("-100") else "group"
        chat = {"id": chat_id, "type": likely, **({} if chat_id > 0 else {"title": f"Chat {chat_id}"}), **old}
        chat |= {"type": kind} if kind else {}
        if thread_id is not None:
            chat["is_forum"] = True
            self._topics.setdefault(chat_id, set()).add(thread_id)
        self._chats[chat_id] = chat
        return chat

    def _write(
        self,
        user: dict[str, Any],
        chat: dict[str, Any],
        content: dict[str, Any],
        thread_id: int | None,
        reply_to: int | None,
        date: int | None,
    ) -> int:
        message = {"message_id": self._next_message_id(chat["id"]), "from": user, "chat": chat, **content}
        message["date"] = int(time.time()) if date is None else date
        if thread_id is not None:
            message |= {"message_thread_id": thread_id, "is_topic_message": True}
        if reply_to is not None:
            message["reply_to_message"] = self._find_message(chat["id"], reply_to)
            assert message["reply_to_message"], "there is no such message to reply to"
        self._keep_heard(message)
        if chat["id"] not in self._out:
            self._delivery.tell("message", message)
        message_id: int = message["message_id"]
        return message_id


def _find_data(sent: SentMessage, button: str) -> str:
    """The data of the button with this label or data."""
    for item in sent.buttons():
        if button in (item["text"], item.get("callback_data")) and "callback_data" in item:
            data: str = item["callback_data"]
            return data
    raise ValueError(f"there is no button {button!r}, only {[item['text'] for item in sent.buttons()]}")
