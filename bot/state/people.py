"""Who uses newsbot, and which groups: what they may, the language they chose, and codes that make the first admin."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.state.database import StateDatabase
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SELDOM = 3600  # seconds between two times that it is written when somebody was there last
_LONGEST_NAME = 100
_CODES = 5  # of several replicas, or of several starts
_TRIES = 5  # of a user in a minute


@dataclass(frozen=True)
class Person:
    """A user, or a group, by Telegram's id; `first` and `last` are when it was met, in seconds since 1970 (0: never).

    The role is "reader", "admin" or "banned", and empty where no admin has said anything; the language is empty where
    none was chosen.
    """

    id: int
    name: str
    role: str = ""
    language: str = ""
    first: float = 0.0
    last: float = 0.0


class People:
    """All users and groups; `now` is the clock, in seconds since 1970. Nobody is known while the database fails."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._database, self._now = StateDatabase(settings), now

    def meet(self, id: int, name: str) -> Person:  # noqa: A002 - as Telegram calls it
        """Whoever has this id; he is added if need be, and from time to time it is noted that he was here."""
        now, name = self._now(), _clean(name)
        known = self.find(id)
        if known is not None and now - known.last < _SELDOM and name in ("", known.name):
            return known
        met = Person(id, name, first=now) if known is None else known
        met = replace(met, name=name or met.name, first=met.first or now, last=now)
        self._put(id, name=met.name, first=met.first, last=now)
        return met

    def find(self, id: int) -> Person | None:  # noqa: A002
        """What is known of an id."""
        if self._database.is_new:
            return None

        def find(connection: Connection) -> Person | None:
            from sqlalchemy import select

            from bot.state.tables import PEOPLE

            row = connection.execute(select(PEOPLE).where(PEOPLE.c.id == id)).first()
            return Person(*row) if row else None

        return self._database.run(find, None)

    def set_role(self, id: int, role: str) -> bool:  # noqa: A002
        """Set what somebody, or everybody in a group, may; whether that was possible."""
        return self._put(id, role=role)

    def set_language(self, id: int, language: str) -> bool:  # noqa: A002
        """Set the language in which a user, or a group, is talked to; whether that was possible."""
        return self._put(id, language=language)

    def admins(self) -> list[int]:
        """The ids of those who were made admins; those of the settings are not known here."""
        return [person.id for person in self.list() if person.role == "admin"]

    def move(self, old: int, new: int) -> None:
        """Give a group that became a supergroup its new id."""

        def move(connection: Connection) -> None:
            from sqlalchemy import delete, select, update

            from bot.state.tables import PEOPLE

            is_old, is_new = PEOPLE.c.id == old, PEOPLE.c.id == new
            connection.execute(update(PEOPLE).where(is_old).values(last=PEOPLE.c.last))  # it writes first, and waits
            found = {row.id: row for row in connection.execute(select(PEOPLE).where(is_old | is_new))}
            if old not in found:
                return
            if new in found:
                kept = {name: getattr(found[new], name) or getattr(found[old], name) for name in ("role", "language")}
                connection.execute(update(PEOPLE).where(is_new).values(kept))
                connection.execute(delete(PEOPLE).where(is_old))
            else:
                connection.execute(update(PEOPLE).where(is_old).values(id=new))

        if not self._database.is_new:
            self._database.run(move, None)

    def add_code(self, code: str) -> bool:
        """Keep a code (hashed) that makes the first admin, with the last few others; whether that was possible."""

        def add(connection: Connection) -> bool:
            from sqlalchemy import delete, insert, select

            from bot.state.tables import PAIRING_CODES

            connection.execute(insert(PAIRING_CODES).values(code=code, made=self._now()))
            newest = select(PAIRING_CODES.c.code).order_by(PAIRING_CODES.c.made.desc()).limit(_CODES)
            kept = {code, *connection.execute(newest).scalars()}
            connection.execute(delete(PAIRING_CODES).where(PAIRING_CODES.c.code.not_in(kept)))
            return True

        return self._database.run(add, otherwise=False)

    def codes_to_try(self, id: int) -> list[str]:  # noqa: A002
        """The codes, hashed, with which somebody's is compared; none where he has tried too often in a minute."""
        if self._database.is_new:
            return []

        def look(connection: Connection) -> list[str]:
            from sqlalchemy import delete, func, insert, select

            from bot.state.tables import PAIRING_CODES, PAIRING_TRIES

            connection.execute(delete(PAIRING_TRIES).where(PAIRING_TRIES.c.tried <= self._now() - 60))
            own = select(func.count()).select_from(PAIRING_TRIES).where(PAIRING_TRIES.c.user_id == id)
            if connection.execute(own).scalar_one() >= _TRIES:
                return []
            connection.execute(insert(PAIRING_TRIES).values(user_id=id, tried=self._now()))
            return list(connection.execute(select(PAIRING_CODES.c.code)).scalars())

        return self._database.run(look, [])

    def spend_code(self, code: str, id: int, name: str) -> bool:  # noqa: A002
        """Make somebody the admin for a code, after which there is none any more; False if another was quicker."""

        def spend(connection: Connection) -> bool:
            from sqlalchemy import delete

            from bot.state.tables import PAIRING_CODES, PAIRING_TRIES

            if not connection.execute(delete(PAIRING_CODES).where(PAIRING_CODES.c.code == code)).rowcount:
                return False
            connection.execute(delete(PAIRING_CODES))
            connection.execute(delete(PAIRING_TRIES))
            self._put_in(connection, id, name=_clean(name), role="admin")
            return True

        return self._database.run(spend, otherwise=False)

    def list(self) -> list[Person]:
        """All of them, whoever was there last first."""
        if self._database.is_new:
            return []

        def read(connection: Connection) -> list[Person]:
            from sqlalchemy import select

            from bot.state.tables import PEOPLE

            return [Person(*row) for row in connection.execute(select(PEOPLE).order_by(PEOPLE.c.last.desc()))]

        return self._database.run(read, [])

    def _put(self, id: int, **facts: str | float) -> bool:  # noqa: A002
        def put(connection: Connection) -> bool:
            self._put_in(connection, id, **facts)
            return True

        return self._database.run(put, otherwise=False)

    def _put_in(self, connection: Connection, id: int, **facts: str | float) -> None:  # noqa: A002
        from bot.state.tables import PEOPLE
        from bot.state.upserts import insert_into

        new = {"id": id, "name": "", "role": "", "language": "", "first": self._now(), "last": 0.0, **facts}
        statement = insert_into(connection, PEOPLE).values(new)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=facts))


def _clean(name: str) -> str:
    """A name in one line that any database keeps, and that cannot pass for more than a name where it is listed."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:_LONGEST_NAME]
