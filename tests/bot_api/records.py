"""What the Bot API server of the tests keeps of calls, messages, drafts and queries, and how it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """One call as received; status is 0 while it is waiting, and stays 0 where the connection was closed instead."""

    method: str
    params: dict[str, Any]
    status: int = 0
    error: str | None = None
    at: float = 0.0  # by the clock of time.monotonic
    fault: str = ""  # "drop before", "drop after" or "hang"


@dataclass(frozen=True)
class Entity:
    """A MessageEntity; offset and length count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    user_id: int | None = None  # of a text_mention

    def as_json(self) -> dict[str, Any]:
        """The object of the Bot API."""
        given = {name: value for name, value in vars(self).items() if value is not None and name != "user_id"}
        user = {"id": self.user_id, "is_bot": False, "first_name": f"User {self.user_id}"}
        return given if self.user_id is None else {**given, "user": user}


@dataclass(frozen=True)
class SentMessage:
    """A message of the bot as it stands now: the visible text, and the source (html) it was last sent as.

    `inline_id` is that of a message that somebody sent by way of the bot; its chat and id are 0.
    """

    message_id: int
    chat_id: int
    text: str
    html: str
    edits: int
    entities: list[Entity]
    reply_markup: dict[str, Any] | None = None  # an inline keyboard only: other markup isn't part of a message
    date: int = 0
    thread_id: int | None = None
    reply_to: int | None = None
    inline_id: str = ""

    def buttons(self) -> list[dict[str, Any]]:
        """The buttons under the message, row by row."""
        return [button for row in (self.reply_markup or {}).get("inline_keyboard", []) for button in row]


@dataclass(frozen=True)
class Draft:
    """A text that was shown while it was written; `text` is what people saw."""

    chat_id: int
    draft_id: int
    text: str
    html: str
    thread_id: int | None
    at: float  # by the clock of time.monotonic


@dataclass
class Query:
    """What somebody asked by a button, inline or as a guest, and what the bot answered (None: nothing yet).

    `messages` are the answers as they would look once sent, in the order of the results.
    """

    query_id: str
    kind: str  # "callback", "inline" or "guest"
    user_id: int
    text: str = ""  # of an inline or guest query
    answer: dict[str, Any] | None = None
    messages: list[SentMessage] = field(default_factory=list)


class RefusedError(Exception):
    """An answer other than 200; `judged` where a judge of the form refused it, not the state of things."""

    def __init__(
        self, status: int, description: str, parameters: dict[str, int] | None = None, *, judged: bool = False
    ) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters, self.judged = status, description, parameters, judged


def bad(why: str, *, judged: bool = False, **parameters: int) -> RefusedError:
    """The 400 of Telegram."""
    return RefusedError(400, f"Bad Request: {why}", parameters, judged=judged)


def count_units(text: str) -> int:
    """The length of a text in UTF-16 code units. Raises `UnicodeEncodeError`."""
    return len(text.encode("utf-16-le")) // 2
