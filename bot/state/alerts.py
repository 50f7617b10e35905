"""The alerts of each chat: which articles matched what it watches, and what came of each.

waiting → sending → sent; or dropped. One that is `sending` when the process is killed stays so: it may have been sent,
and nobody is told the same twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.state.database import StateDatabase
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEPT = 90 * 86_400  # seconds: an article that comes back later is one of another time


@dataclass(frozen=True)
class Alert:
    """An article that matched a watch of a chat; `found` is when, in seconds since 1970."""

    chat_id: int
    article_id: str
    thread_id: int | None
    topic: str
    found: float


class Alerts:
    """The alerts of all chats; `now` is the clock, in seconds since 1970."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._database, self.now = StateDatabase(settings), now

    def add(self, alerts: Sequence[Alert]) -> bool:
        """Let alerts wait to be sent, but those for articles that their chat knows; whether that was possible."""

        def add(connection: Connection) -> bool:
            from sqlalchemy import delete

            from bot.state.tables import ALERTS
            from bot.state.upserts import insert_into

            connection.execute(delete(ALERTS).where(ALERTS.c.found < self.now() - _KEPT))
            for alert in alerts:
                row = insert_into(connection, ALERTS).values(**vars(alert), state="waiting")
                connection.execute(row.on_conflict_do_nothing())
            return True

        return self._database.run(add, otherwise=False)

    def known(self, chat_id: int, article_ids: Collection[str]) -> set[str]:
        """Which of some articles a chat was alerted to, or is to be."""

        def read(connection: Connection) -> set[str]:
            from sqlalchemy import select

            from bot.state.tables import ALERTS

            own = (ALERTS.c.chat_id == chat_id) & ALERTS.c.article_id.in_(list(article_ids))
            return set(connection.execute(select(ALERTS.c.article_id).where(own)).scalars())

        return self._database.run(read, set()) if article_ids else set()

    def waiting(self) -> list[Alert]:
        """The alerts that wait to be sent, in the order in which they were found."""
        if self._database.is_new:
            return []

        def read(connection: Connection) -> list[Alert]:
            from sqlalchemy import select

            from bot.state.tables import ALERTS

            columns = (ALERTS.c.chat_id, ALERTS.c.article_id, ALERTS.c.thread_id, ALERTS.c.topic, ALERTS.c.found)
            waiting = select(*columns).where(ALERTS.c.state == "waiting")
            return [Alert(*row) for row in connection.execute(waiting.order_by(ALERTS.c.found, ALERTS.c.article_id))]

        return self._database.run(read, [])

    def count_sent(self, chat_id: int, since: float) -> int:
        """How many messages with alerts a chat was sent since a moment, in seconds since 1970."""

        def read(connection: Connection) -> int:
            from sqlalchemy import func, select

            from bot.state.tables import ALERTS

            own = (ALERTS.c.chat_id == chat_id) & (ALERTS.c.sent >= since) & ALERTS.c.state.in_(("sending", "sent"))
            return int(connection.execute(select(func.count(func.distinct(ALERTS.c.message))).where(own)).scalar() or 0)

        return self._database.run(read, 0)

    def claim(self, alerts: Sequence[Alert]) -> list[Alert]:
        """Note that alerts of one chat are being sent in one message; gives those that still waited."""
        message = alerts[0].article_id if alerts else ""
        return self._change(alerts, "waiting", {"state": "sending", "sent": self.now(), "message": message})

    def settle(self, alerts: Sequence[Alert]) -> None:
        """Note that they were sent."""
        self._change(alerts, "sending", {"state": "sent"})

    def put_back(self, alerts: Sequence[Alert]) -> None:
        """Let alerts wait that could not be sent."""
        self._change(alerts, "sending", {"state": "waiting"})

    def drop(self, alerts: Sequence[Alert]) -> None:
        """Note that they are not to be sent."""
        self._change(alerts, "waiting", {"state": "dropped"})

    def _change(self, alerts: Sequence[Alert], before: str, values: dict[str, Any]) -> list[Alert]:
        def change(connection: Connection) -> list[Alert]:
            from sqlalchemy import update

            from bot.state.tables import ALERTS

            changed = []
            for alert in alerts:
                own = (ALERTS.c.chat_id == alert.chat_id) & (ALERTS.c.article_id == alert.article_id)
                statement = update(ALERTS).where(own & (ALERTS.c.state == before)).values(values)
                if connection.execute(statement).rowcount:
                    changed.append(alert)
            return changed

        return self._database.run(change, []) if alerts else []
