"""The last turns of each conversation: kept across restarts, until they are forgotten or too old."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.answers import Answer, Turn
from bot.state.database import StateDatabase
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEPT = 6  # turns of a conversation
_LONGEST = 2000  # characters of a question or an answer: names are looked for in them, nothing is quoted from them
_MARK = re.compile(r"\s*\[\d+\]")


class Turns:
    """The turns of all conversations, each known by a key; `now` is the clock, in seconds since 1970."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._database = StateDatabase(settings)
        self._seconds, self._now = settings.conversation_minutes * 60, now

    def load(self, conversation: str) -> list[Turn]:
        """The last turns, oldest first; none where the last one is too old, or the database fails."""
        if self._database.is_new:
            return []

        def load(connection: Connection) -> list[Turn]:
            from sqlalchemy import select

            from bot.state.tables import TURNS

            self._drop_old(connection)
            found = select(TURNS.c.question, TURNS.c.answer).where(TURNS.c.conversation == conversation)
            rows = connection.execute(found.order_by(TURNS.c.id.desc()).limit(KEPT)).all()
            return [Turn(question, answer) for question, answer in reversed(rows)]

        return self._database.run(load, [])

    def keep(self, conversation: str, answer: Answer) -> None:
        """Add an answered question, as one that stands alone; all others leave nothing."""
        if answer.status != "answered" or not self._seconds:
            return
        question = (answer.standalone_question or answer.question)[:_LONGEST]
        text = _MARK.sub("", answer.text)[:_LONGEST]

        def keep(connection: Connection) -> None:
            from sqlalchemy import delete, insert, select, update

            from bot.state.tables import TURNS

            # The first statement writes, so that SQLite waits for others here and not half way.
            self._drop_old(connection)
            values = {"conversation": conversation, "last": self._now(), "question": question, "answer": text}
            connection.execute(insert(TURNS).values(values))
            own = TURNS.c.conversation == conversation
            connection.execute(update(TURNS).where(own).values(last=values["last"]))
            ids = connection.execute(select(TURNS.c.id).where(own).order_by(TURNS.c.id.desc())).scalars().all()
            connection.execute(delete(TURNS).where(TURNS.c.id.in_(ids[KEPT:])))

        self._database.run(keep, None)

    def forget(self, conversation: str) -> bool:
        """Forget a conversation; whether that was possible."""
        if self._database.is_new:
            return True

        def forget(connection: Connection) -> bool:
            from sqlalchemy import delete

            from bot.state.tables import TURNS

            connection.execute(delete(TURNS).where(TURNS.c.conversation == conversation))
            return True

        return self._database.run(forget, otherwise=False)

    def move(self, old: int, new: int) -> None:
        """Give the conversations of a group that became a supergroup its new id."""
        if self._database.is_new:
            return

        def move(connection: Connection) -> None:
            from sqlalchemy import func, update

            from bot.state.tables import TURNS

            moved = func.replace(TURNS.c.conversation, f"{old}/", f"{new}/")
            own = TURNS.c.conversation.startswith(f"{old}/")
            connection.execute(update(TURNS).where(own).values(conversation=moved))

        self._database.run(move, None)

    def _drop_old(self, connection: Connection) -> None:
        """Delete every conversation whose last turn is too old."""
        from sqlalchemy import delete

        from bot.state.tables import TURNS

        connection.execute(delete(TURNS).where(TURNS.c.last <= self._now() - self._seconds))
