"""What the state database could not take, kept in memory until it can: accepted updates, and what became of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Literal

Row = dict[str, Any]  # the columns of the inbox
Change = tuple[str, dict[str, Any]]  # which statement of `bot.state.inbox_rows`, and its values
Accepted = Literal["new", "known", "full"]
_KEPT = 10_000  # updates that are done, so that those delivered twice are known
_LOG = logging.getLogger(__name__)


class Unwritten:
    """Rows of the inbox that are not in the database, and statements that it did not carry out, in their order.

    Not safe to use from several threads at once: its user locks.
    """

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.changes: list[Change] = []

    def __bool__(self) -> bool:
        return bool(self.rows or self.changes)

    def waiting(self) -> Iterator[Row]:
        """The rows that are not done, oldest first."""
        return (self.rows[number] for number in sorted(self.rows) if self.rows[number]["finished"] is None)

    def accept(self, row: Row, bound: int, lane_bound: int) -> Accepted:
        """Add a row, within the bounds."""
        if row["update_id"] in self.rows:
            return "known"
        lanes = [other["lane"] for other in self.waiting()]
        if len(lanes) >= bound or lanes.count(row["lane"]) >= lane_bound:
            return "full"
        if not self.rows:
            _LOG.error("what people ask just now is kept in memory only, and is lost if newsbot ends now")
        done = [number for number, other in self.rows.items() if other["finished"] is not None]
        for number in done[: max(0, len(done) - _KEPT)]:
            del self.rows[number]
        self.rows[row["update_id"]] = row
        return "new"

    def claim(self, lane: str, holder: str, until: float) -> list[Row]:
        """The oldest row that waits in a lane; none while one of the lane is worked on."""
        rows = [row for row in self.waiting() if row["lane"] == lane]
        if not rows or any(row["holder"] for row in rows):
            return []
        rows[0].update(holder=holder, until=until, attempts=rows[0]["attempts"] + 1)
        return rows[:1]

    def finish(self, update_id: int, at: float) -> bool:
        """Erase what a row says; whether there is such a row."""
        if update_id not in self.rows:
            return False
        self.rows[update_id].update(payload="", holder="", until=0.0, finished=at)
        return True

    def of_message(self, chat_id: int, message_id: int) -> Iterator[Row]:
        """The rows of one message, oldest first."""
        message = chat_id, message_id
        return (row for _, row in sorted(self.rows.items()) if (row["chat_id"], row["message_id"]) == message)

    def clear(self) -> None:
        """Forget everything: the database has it now."""
        self.rows.clear()
        self.changes.clear()
