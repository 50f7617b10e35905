"""The inbox: every accepted update until it is done, so that each is worked on once, whatever happens to the process.

Updates of one lane (a chat, a topic) are worked on one after the other, by the process that holds a lease on the one
that is begun. Who dies loses the lease after half a minute, and another takes over.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from bot.state.database import StateDatabase
from bot.state.jobs import Job, make_row, read_ids, read_job
from bot.state.leases import Leases
from bot.state.unwritten import Accepted, Row, Unwritten
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEASE = 30.0  # seconds
_OWNER = "bot"  # under which it stands whose updates these are
_REMEMBERED = 2 * 86_400.0  # seconds for which what was sent is known, for corrections and duplicates
_BETWEEN_CLEARINGS = 60.0  # seconds
_PAUSE = 1.0  # seconds for which a database that failed is left alone, so that nobody waits for it again and again
_LOG = logging.getLogger(__name__)
T = TypeVar("T")


class Inbox:
    """The updates that wait, in the state database; blocking, and safe to use from several threads and processes.

    `holder` names this process; a random part is added, so that one that was killed is another than its successor.
    `now` is the clock in seconds since 1970, which all processes must share roughly. While the database fails, updates
    are kept in memory and worked on all the same, and written as soon as that is possible.
    """

    def __init__(self, settings: Settings, holder: str, now: Callable[[], float] = time.time) -> None:
        self._database, self._leases, self._now = StateDatabase(settings), Leases(settings, now), now
        self._holder = f"{holder[:40]}/{uuid.uuid4().hex[:12]}"
        self._unwritten, self._lock = Unwritten(), threading.RLock()
        self._working: set[int] = set()
        self._owner = ""
        self._paused_until = -math.inf
        self._cleared = 0.0

    def accept(
        self,
        update_id: int,
        lane: str,
        payload: str,
        *,
        chat_id: int | None = None,
        message_id: int | None = None,
        bound: int,
        lane_bound: int,
    ) -> Accepted:
        """Put an update into the inbox, at most `bound` that are not done, `lane_bound` of them in its lane.

        "known" if it was there before, "full" if there is no room: it is known from then on, but never worked on.
        """
        from bot.state import inbox_rows

        row = make_row(update_id, lane, payload, chat_id, message_id)
        with self._lock:
            if update_id in self._unwritten.rows:
                return "known"
        accepted = self._run(lambda c: inbox_rows.accept(c, row, bound, lane_bound, self._now()))
        if accepted is None:
            with self._lock:
                accepted = self._unwritten.accept(row, bound, lane_bound)
        return accepted

    def claim(self, lane: str) -> Job | None:
        """The oldest update that waits in the lane, which is then this process's for as long as it renews.

        None if there is none, or one of the lane is being worked on.
        """
        from bot.state import inbox_rows

        now = self._now()
        rows: list[Row] | None = None
        if self._write():
            rows = self._run(lambda c: inbox_rows.claim(c, lane, self._holder, now, now + LEASE))
        if rows is None:
            with self._lock:
                rows = self._unwritten.claim(lane, self._holder, now + LEASE)
        if not rows:
            return None
        (row,) = rows
        self._working.add(row["update_id"])
        return read_job(row)

    def waiting_lanes(self) -> list[str]:
        """The lanes with something to do on which nobody works: what was tried least first, then what waits longest."""
        from bot.state import inbox_rows

        self._write()
        found = self._run(lambda c: inbox_rows.find_lanes(c, self._now())) or []
        with self._lock:
            return list(dict.fromkeys([*found, *(row["lane"] for row in self._unwritten.waiting())]))

    def interrupted_lanes(self) -> set[str]:
        """The lanes in which work was begun that ended with its process: that work may be why it ended."""
        from bot.state import inbox_rows

        return set(self._run(lambda c: inbox_rows.find_interrupted(c, self._now())) or [])

    def note_sent(self, update_id: int, message_ids: Sequence[int]) -> None:
        """Add the ids of messages that were sent for an update."""
        self._add_sent(update_id, "".join(f"{number}," for number in message_ids))

    def note_sending(self, update_id: int, since: int) -> None:
        """A message is on its way for an update; `since` is the newest id that is known until it has arrived."""
        self._add_sent(update_id, f"-{since},")

    def _add_sent(self, update_id: int, more: str) -> None:
        with self._lock:
            if (row := self._unwritten.rows.get(update_id)) is not None:
                row["sent"] += more
                return
        self._insist("note_sent", of_update=update_id, more_sent=more)

    def finish(self, update_id: int) -> None:
        """An update is done: what people wrote is erased; what was sent for it is known for two days."""
        now = self._now()
        self._working.discard(update_id)
        with self._lock:
            if self._unwritten.finish(update_id, now):
                return
        self._insist("finish", of_update=update_id, at=now)
        if now - self._cleared >= _BETWEEN_CLEARINGS:
            self._cleared = now
            self._change("drop_old", at=now - _REMEMBERED)

    def renew(self) -> None:
        """Extend the lease of all that this process works on."""
        working = list(self._working)
        if self._owner:
            self._leases.hold(_OWNER, self._owner, 2 * LEASE)
        if self._write() and working:
            self._change("renew", of_updates=working, as_holder=self._holder, until_then=self._now() + LEASE)

    def belong_to(self, bot_id: int) -> bool:
        """Let this be the inbox of a bot, as long as it renews; whether it is, and not that of another that is alive.

        What a bot left that is not alive any more is dropped: updates of another have the same numbers.
        """
        self._owner = str(bot_id)
        before = self._leases.read(_OWNER)
        if not self._leases.hold(_OWNER, self._owner, 2 * LEASE):
            return before in ("", self._owner)  # a database that fails stops nobody
        if before != self._owner:
            self._change("drop_all")
            self._leases.write(_OWNER, self._owner)
        return True

    def release(self, *, everybody: bool = False) -> None:
        """Give back what this process works on; `everybody`: what any process does, at the start of the only one."""
        self._working.clear()
        self._paused_until = -math.inf
        with self._lock:
            for row in self._unwritten.waiting():
                row.update(holder="", until=0.0)
        if not self._write() and (lost := sum(1 for _ in self._unwritten.waiting())):
            _LOG.error("%d accepted questions cannot be kept, and are lost if newsbot ends now", lost)
        if everybody:
            self._change("release_all")
        else:
            self._change("release", as_holder=self._holder)
            self._leases.release(_OWNER, self._owner)

    def find_sent(self, chat_id: int, message_id: int) -> tuple[int, ...]:
        """The ids of the messages that were sent in reply to a message, in their order."""
        from bot.state import inbox_rows

        found = self._run(lambda c: inbox_rows.find_sent(c, chat_id, message_id)) or []
        with self._lock:
            return read_ids(
                "".join([*found, *(row["sent"] for row in self._unwritten.of_message(chat_id, message_id))])
            )

    def replace_waiting(self, chat_id: int, message_id: int, payload: str) -> bool:
        """Let a correction take the place of a message whose work has not begun; whether that was possible."""
        with self._lock:
            for row in self._unwritten.of_message(chat_id, message_id):
                if row["finished"] is None and not row["holder"]:
                    row["payload"] = payload
                    return True
        return bool(
            self._change("replace", of_chat=chat_id, of_message=message_id, at=self._now(), new_payload=payload)
        )

    def count_waiting(self) -> int:
        """How many updates are not done, those that are worked on among them."""
        from bot.state import inbox_rows

        found = self._run(inbox_rows.count) or 0
        with self._lock:
            return found + sum(1 for _ in self._unwritten.waiting())

    def _run(self, work: Callable[[Connection], T]) -> T | None:
        """What `work` gives, which is not None; None where the database fails, or did just now."""
        if time.monotonic() < self._paused_until:
            return None
        result = self._database.run(work, None)
        if result is None:
            self._paused_until = time.monotonic() + _PAUSE
        return result

    def _change(self, kind: str, **values: Any) -> int | None:
        """How many rows a statement changed; None where the database fails."""
        from bot.state import inbox_rows

        return self._run(lambda c: inbox_rows.change(c, kind, values))

    def _insist(self, kind: str, **values: Any) -> None:
        """Carry out a statement now, or as soon as the database works again."""
        if not self._write() or self._change(kind, **values) is None:
            with self._lock:
                self._unwritten.changes.append((kind, values))

    def _write(self) -> bool:
        """Write what the database could not take before; whether nothing of that is left."""
        from bot.state import inbox_rows

        if not self._unwritten:
            return True
        now = self._now()
        with self._lock:
            rows, changes = self._unwritten.rows.values(), self._unwritten.changes
            is_written = self._run(lambda c: inbox_rows.write(c, rows, changes, now, now + LEASE)) is not None
            if is_written:
                self._unwritten.clear()
            return is_written
