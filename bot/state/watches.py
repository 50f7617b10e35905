"""What is watched in each chat, and its times: zone, quiet hours, and when its digest comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.state.database import StateDatabase
from config.settings import Settings
from index.terms import fold_words

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

MOST = 20  # watches of a chat
_LONGEST_KEY = 200


@dataclass(frozen=True)
class Watch:
    """A topic that a chat watches; only articles whose number is above `after` count."""

    chat_id: int
    thread_id: int | None
    topic: str
    after: int


@dataclass(frozen=True)
class Times:
    """The times of a chat: zone ("": that of the settings), quiet hours ("22:00-07:00") and digest ("08:00"), if any.

    `day` is the chat's day (ISO) for which the last digest was sent.
    """

    chat_id: int
    thread_id: int | None = None
    zone: str = ""
    quiet: str = ""
    at: str = ""
    day: str = ""


class Watches:
    """The watches and times of all chats; `now` is the clock, in seconds since 1970."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._database, self._now = StateDatabase(settings), now

    # Watches

    def add(self, watch: Watch) -> Literal["new", "known", "full", "failed"]:
        """Add a watch, unless its chat has it (however it is written), or has so many that there is no room."""

        def add(connection: Connection) -> Literal["new", "known", "full"]:
            from sqlalchemy import insert, select

            from bot.state.tables import WATCHES

            key = _key(watch.topic)
            own = select(WATCHES.c.key).where(WATCHES.c.chat_id == watch.chat_id)
            keys = connection.execute(own).scalars().all()
            if key in keys:
                return "known"
            if len(keys) >= MOST:
                return "full"
            connection.execute(insert(WATCHES).values(**vars(watch), key=key))
            return "new"

        return self._database.run(add, "failed")

    def watched(self, chat_id: int | None = None) -> list[Watch]:
        """The watches of a chat, or of all, oldest first."""
        if self._database.is_new:
            return []

        def read(connection: Connection) -> list[Watch]:
            from sqlalchemy import select

            from bot.state.tables import WATCHES

            columns = (WATCHES.c.chat_id, WATCHES.c.thread_id, WATCHES.c.topic, WATCHES.c.after)
            found = select(*columns).order_by(WATCHES.c.id)
            rows = connection.execute(found if chat_id is None else found.where(WATCHES.c.chat_id == chat_id))
            return [Watch(*row) for row in rows]

        return self._database.run(read, [])

    def remove(self, chat_id: int, topic: str | None = None) -> int:
        """End a watch of a chat, or all of them, with the alerts that wait for it; how many those were."""
        if self._database.is_new:
            return 0

        def remove(connection: Connection) -> int:
            from sqlalchemy import delete, select

            from bot.state.tables import ALERTS, WATCHES

            own = WATCHES.c.chat_id == chat_id
            if topic is not None:
                own &= WATCHES.c.key == _key(topic)
            topics = connection.execute(select(WATCHES.c.topic).where(own)).scalars().all()
            waits = (ALERTS.c.chat_id == chat_id) & (ALERTS.c.state == "waiting") & ALERTS.c.topic.in_(topics)
            connection.execute(delete(ALERTS).where(waits))
            return connection.execute(delete(WATCHES).where(own)).rowcount

        return self._database.run(remove, 0)

    def renumber(self, number: int) -> None:
        """Let no watch wait for an article above a number that the index has not reached: it was made anew."""

        def renumber(connection: Connection) -> None:
            from sqlalchemy import update

            from bot.state.tables import WATCHES

            connection.execute(update(WATCHES).where(WATCHES.c.after > number).values(after=number))

        self._database.run(renumber, None)

    # Times

    def times(self, chat_id: int) -> Times:
        """The times of a chat."""
        return next(iter(self._read_times(chat_id)), Times(chat_id))

    def all_times(self) -> dict[int, Times]:
        """The times of all chats that have any."""
        return {times.chat_id: times for times in self._read_times(None)}

    def set_times(self, chat_id: int, **values: str | int | None) -> bool:
        """Set some of the fields of `Times`; whether that was possible."""

        def write(connection: Connection) -> bool:
            from bot.state.tables import DIGESTS
            from bot.state.upserts import insert_into

            statement = insert_into(connection, DIGESTS).values(chat_id=chat_id, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["chat_id"], set_=values))
            return True

        return self._database.run(write, otherwise=False)

    def claim_digest(self, chat_id: int, day: str) -> bool:
        """Note that the digest of a day is being sent; False if it was already, or one of a later day."""

        def claim(connection: Connection) -> bool:
            from sqlalchemy import update

            from bot.state.tables import DIGESTS

            due = (DIGESTS.c.chat_id == chat_id) & (DIGESTS.c.at != "") & (DIGESTS.c.day < day)
            return connection.execute(update(DIGESTS).where(due).values(day=day)).rowcount > 0

        return self._database.run(claim, otherwise=False)

    def _read_times(self, chat_id: int | None) -> list[Times]:
        if self._database.is_new:
            return []

        def read(connection: Connection) -> list[Times]:
            from sqlalchemy import select

            from bot.state.tables import DIGESTS

            found = select(DIGESTS)
            rows = connection.execute(found if chat_id is None else found.where(DIGESTS.c.chat_id == chat_id))
            return [Times(**row) for row in rows.mappings()]

        return self._database.run(read, [])

    # Chats

    def stop(self, chat_id: int) -> None:
        """End all that is sent to a chat unasked: it cannot be reached any more."""
        self.remove(chat_id)
        if self.times(chat_id).at:
            self.set_times(chat_id, at="")

    def move(self, old: int, new: int) -> None:
        """Let a group that became a supergroup, with another id, keep its watches and times."""
        if self._database.is_new:
            return

        def move(connection: Connection) -> None:
            from bot.state.tables import ALERTS, DIGESTS, WATCHES

            for table, same in ((WATCHES, "key"), (ALERTS, "article_id"), (DIGESTS, None)):
                _move_rows(connection, table, same, old, new)

        self._database.run(move, None)


def _move_rows(connection: Connection, table: Table, same: str | None, old: int, new: int) -> None:
    """Move the rows of a chat; of two that are the same in a column, the one that is there already stays."""
    from sqlalchemy import delete, select, update

    there: Any = table.c.chat_id == old
    if same is not None:
        known = select(table.c[same]).where(table.c.chat_id == new).scalar_subquery()
        connection.execute(delete(table).where(there & table.c[same].in_(known)))
    elif connection.execute(select(table.c.chat_id).where(table.c.chat_id == new)).first():
        connection.execute(delete(table).where(there))
        return
    connection.execute(update(table).where(there).values(chat_id=new))


def _key(topic: str) -> str:
    """What is the same for topics that differ in capitals, accents and marks only."""
    return " ".join(fold_words(topic))[:_LONGEST_KEY] or topic[:_LONGEST_KEY]
