"""An update to work on, and the row of the inbox that it is kept in."""

from __future__ import annotations

from dataclasses import dataclass

from bot.state.unwritten import Row


@dataclass(frozen=True)
class Job:
    """An update to work on: `payload` is its JSON, `sent` the ids of messages that were already sent for it.

    If the last thing that is known of it is that a message was on its way, `sending_since` is the newest id then.
    `attempts` is how often it was begun, this time included: from 2 on, somebody began it and never finished.
    """

    update_id: int
    lane: str
    payload: str
    sent: tuple[int, ...]
    attempts: int
    sending_since: int | None = None


def read_job(row: Row) -> Job:
    """The update of a row."""
    sent = row["sent"]
    return Job(row["update_id"], row["lane"], row["payload"], read_ids(sent), row["attempts"], _read_since(sent))


def make_row(update_id: int, lane: str, payload: str, chat_id: int | None, message_id: int | None) -> Row:
    """The row of an update that nobody has begun."""
    row: Row = {"update_id": update_id, "lane": lane, "payload": payload, "chat_id": chat_id, "message_id": message_id}
    return row | {"sent": "", "attempts": 0, "holder": "", "until": 0.0, "finished": None}


def read_ids(text: str) -> tuple[int, ...]:
    """The ids of messages that were sent, by the column `sent`."""
    return tuple(int(number) for number in text.split(",") if number and not number.startswith("-"))


def _read_since(text: str) -> int | None:
    """What is known of a message of which nothing was heard: the newest id before it, written as a negative number."""
    last = text.rstrip(",").rpartition(",")[2]
    return -int(last) if last.startswith("-") else None
