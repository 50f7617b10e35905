"""Leases: what one process at a time does, of all that share a state database, with a text that outlives it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.state.database import StateDatabase
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Leases:
    """The leases by name; `now` is the clock, in seconds since 1970, which all processes must share roughly."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._database, self._now = StateDatabase(settings), now

    def hold(self, name: str, holder: str, seconds: float) -> bool:
        """Take or extend a lease; whether it is the holder's. Nobody holds one while the database fails."""

        def hold(connection: Connection) -> bool:
            from bot.state.tables import LEASES
            from bot.state.upserts import insert_into

            now = self._now()
            taken = {"holder": holder, "until": now + seconds}
            statement = insert_into(connection, LEASES).values(name=name, value="", **taken)
            is_free = (LEASES.c.holder == holder) | (LEASES.c.until <= now)
            statement = statement.on_conflict_do_update(index_elements=["name"], set_=taken, where=is_free)
            return connection.execute(statement.returning(LEASES.c.name)).first() is not None

        return self._database.run(hold, otherwise=False)

    def release(self, name: str, holder: str) -> None:
        """Give a lease back, so that another takes it at once; nothing happens where somebody else holds it."""

        def release(connection: Connection) -> None:
            from sqlalchemy import update

            from bot.state.tables import LEASES

            is_own = (LEASES.c.name == name) & (LEASES.c.holder == holder)
            connection.execute(update(LEASES).where(is_own).values(until=0.0))

        self._database.run(release, None)

    def read(self, name: str) -> str:
        """The text of a lease; empty if none was written, or the database fails."""

        def read(connection: Connection) -> str:
            from sqlalchemy import select

            from bot.state.tables import LEASES

            return connection.execute(select(LEASES.c.value).where(LEASES.c.name == name)).scalar() or ""

        return self._database.run(read, "")

    def write(self, name: str, value: str) -> bool:
        """Set the text of a lease, whoever holds it; whether that was possible."""

        def write(connection: Connection) -> bool:
            from bot.state.tables import LEASES
            from bot.state.upserts import insert_into

            statement = insert_into(connection, LEASES).values(name=name, holder="", until=0.0, value=value)
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
            return True

        return self._database.run(write, otherwise=False)
