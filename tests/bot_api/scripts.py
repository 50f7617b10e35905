"""Replays a scripted conversation against a bot that is served: the same files that `newsbot chat --script` replays."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bot_api.records import SentMessage
from tests.telegram_api import TelegramApi

_QUIET = 0.4  # seconds without a call about the chat, after which nothing more is to come
_POLL = 0.02  # seconds


def replay(
    api: TelegramApi, script: Path, user_id: int, *, chat: int | None = None, patience: float = 15.0
) -> list[str]:
    """Say what a script says, in a private chat or in the group `chat`, and give the checks that failed.

    A line `> text` presses the last button with this label, if there is one. What a line `<` or `!` speaks of is the
    text that people see in what the bot sent, changed or let pop up since.
    """
    from bot.terminal import read_script

    failed = []
    conversation = _Conversation(api, user_id, chat, patience)
    for number, (sign, text) in read_script(script):
        if sign == ">":
            conversation.say(text)
        elif conversation.shows(text, wanted=sign == "<") != (sign == "<"):
            wanted = "do not contain" if sign == "<" else "contain"
            failed.append(f"{script.name}:{number}: the replies {wanted} {text!r}: {conversation.replies()!r}")
    return failed


class _Conversation:
    def __init__(self, api: TelegramApi, user_id: int, chat: int | None, patience: float) -> None:
        self._api, self._user, self._chat, self._patience = api, user_id, chat, patience
        self._place = user_id if chat is None else chat
        self._before: dict[int, int] = {}
        self._notices = 0
        self._asked = False

    def say(self, text: str) -> None:
        """Say a line or press the button that it names, once all that came before was replied to."""
        if self._asked:
            self._wait_until_quiet()
        self._asked = True
        messages = self._api.messages(self._place)
        self._before = {message.message_id: message.edits for message in messages}
        self._notices = len(self._api.notices)
        labelled = (m for m in reversed(messages) if text in [button["text"] for button in m.buttons()])
        if last := next(labelled, None):
            self._api.press(self._place, last.message_id, text, self._user)
        else:
            self._api.say(text, user_id=self._user, chat_id=self._chat)

    def shows(self, text: str, *, wanted: bool) -> bool:
        """Whether a text stands in the replies: one that is wanted may yet come."""
        if not wanted:
            self._wait_until_quiet()
        deadline = time.monotonic() + self._patience
        while wanted and _flat(text) not in self.replies() and time.monotonic() < deadline:
            time.sleep(_POLL)
        return _flat(text) in self.replies()

    def replies(self) -> str:
        """What people see of what came since something was said, without line breaks."""
        new = [message.text for message in self._new_messages()]
        return _flat("\n\n".join([*new, *self._api.notices[self._notices :]]))

    def _new_messages(self) -> list[SentMessage]:
        messages = self._api.messages(self._place)
        return [message for message in messages if self._before.get(message.message_id) != message.edits]

    def _wait_until_quiet(self) -> None:
        """Wait until something was replied and nothing more comes; at most as long as there is patience."""
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            about = [call.at for call in self._api.calls if call.params.get("chat_id") == self._place]
            if self.replies() and time.monotonic() - max(about, default=0.0) > _QUIET:
                return
            time.sleep(_POLL)


def _flat(text: str) -> str:
    return " ".join(text.split())
