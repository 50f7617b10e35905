"""What is done to the rows of the inbox, in statements that are built once; only `bot.state.inbox` imports this.

Each function works within the transaction of a connection, and what changes rows gives something that is not None.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, exists, func, select, update

from bot.state.tables import INBOX
from bot.state.unwritten import Accepted, Change, Row
from bot.state.upserts import insert_into

_WAITS = INBOX.c.finished.is_(None)
_IS_THIS = INBOX.c.update_id == bindparam("of_update")
_OTHER = INBOX.alias("other")
_IN_LANE = (_OTHER.c.lane == bindparam("of_lane")) & _OTHER.c.finished.is_(None)
_MESSAGE = (INBOX.c.chat_id == bindparam("of_chat")) & (INBOX.c.message_id == bindparam("of_message"))
_DONE = {"payload": "", "holder": "", "until": 0.0, "finished": bindparam("at")}

# All that wait or are worked on, and those of one lane.
_COUNT = select(
    func.count(), func.coalesce(func.sum(case((INBOX.c.lane == bindparam("of_lane"), 1), else_=0)), 0)
).where(_WAITS)
_COUNT_ALL = select(func.count()).where(_WAITS)

# PostgreSQL: two that claim in one lane do it one after the other. SQLite lets only one write at a time anyway.
_LOCK_LANE = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("of_lane"), 0)))
# The conditions on the row itself stand beside those on the lane: PostgreSQL looks at them again after it had to wait.
_CLAIM = (
    update(INBOX)
    .where(
        INBOX.c.update_id == select(func.min(_OTHER.c.update_id)).where(_IN_LANE).scalar_subquery(),
        ~exists().where(_IN_LANE & (_OTHER.c.until > bindparam("at"))),
        _WAITS,
        INBOX.c.until <= bindparam("at"),
    )
    .values(holder=bindparam("as_holder"), until=bindparam("until_then"), attempts=INBOX.c.attempts + 1)
    .returning(INBOX.c.update_id, INBOX.c.lane, INBOX.c.payload, INBOX.c.sent, INBOX.c.attempts)
)
_WAITING_LANES = (
    select(INBOX.c.lane)
    .where(_WAITS)
    .group_by(INBOX.c.lane)
    .having(func.max(INBOX.c.until) <= bindparam("at"))
    .order_by(func.max(INBOX.c.attempts), func.min(INBOX.c.update_id))
)
_NOTE_SENT = update(INBOX).where(_IS_THIS).values(sent=INBOX.c.sent + bindparam("more_sent"))
_FINISH = update(INBOX).where(_IS_THIS, _WAITS).values(_DONE)
_DROP_ALL = delete(INBOX)
_DROP_OLD = delete(INBOX).where(INBOX.c.finished <= bindparam("at"))
_RENEW = (
    update(INBOX)
    .where(
        INBOX.c.update_id.in_(bindparam("of_updates", expanding=True)),
        _WAITS,
        INBOX.c.holder == bindparam("as_holder"),
    )
    .values(until=bindparam("until_then"))
)
_RELEASE_ALL = update(INBOX).where(_WAITS, INBOX.c.until > 0).values(holder="", until=0.0)
# What is given back in order was not interrupted by it: it does not count as a try.
_RELEASE = _RELEASE_ALL.where(INBOX.c.holder == bindparam("as_holder")).values(attempts=INBOX.c.attempts - 1)
_INTERRUPTED_LANES = select(INBOX.c.lane).where(_WAITS, INBOX.c.attempts > 0, INBOX.c.until <= bindparam("at"))
_FIND_SENT = select(INBOX.c.sent).where(_MESSAGE).order_by(INBOX.c.update_id)
_REPLACE = (
    update(INBOX)
    .where(_MESSAGE, _WAITS, INBOX.c.until <= bindparam("at"), INBOX.c.sent == "")
    .values(payload=bindparam("new_payload"))
)

_CHANGES = {
    "note_sent": _NOTE_SENT,
    "finish": _FINISH,
    "drop_all": _DROP_ALL,
    "drop_old": _DROP_OLD,
    "renew": _RENEW,
    "release": _RELEASE,
    "release_all": _RELEASE_ALL,
    "replace": _REPLACE,
}


def accept(connection: Connection, row: Row, bound: int, lane_bound: int, now: float) -> Accepted:
    """Insert a row; where there is no room for it, it is done at once."""
    put = insert_into(connection, INBOX).on_conflict_do_nothing().returning(INBOX.c.update_id)
    if connection.execute(put, row).first() is None:
        return "known"
    waiting, in_lane = connection.execute(_COUNT, {"of_lane": row["lane"]}).one()
    if waiting <= bound and in_lane <= lane_bound:
        return "new"
    change(connection, "finish", {"of_update": row["update_id"], "at": now})
    return "full"


def claim(connection: Connection, lane: str, holder: str, now: float, until: float) -> list[Row]:
    """The oldest row of a lane, now the holder's; none if there is none, or somebody works in the lane."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_LANE, {"of_lane": lane})
    values = {"of_lane": lane, "at": now, "as_holder": holder, "until_then": until}
    return [dict(row) for row in connection.execute(_CLAIM, values).mappings()]


def change(connection: Connection, kind: str, values: dict[str, Any]) -> int:
    """Carry out one of the statements of `_CHANGES`; how many rows it changed."""
    return connection.execute(_CHANGES[kind], values).rowcount


def write(connection: Connection, rows: Iterable[Row], changes: Iterable[Change], now: float, until: float) -> bool:
    """Put in rows, of which some are worked on already, and carry out changes, in this order."""
    for row in rows:
        own = {**row, "until": until if row["holder"] else 0.0}
        is_idle = INBOX.c.finished.is_(None) & (INBOX.c.until <= now)
        # It may be there after all: a commit of which nothing was heard any more.
        put = insert_into(connection, INBOX).values(own)
        connection.execute(put.on_conflict_do_update(index_elements=["update_id"], set_=own, where=is_idle))
    for kind, values in changes:
        change(connection, kind, values)
    return True


def find_lanes(connection: Connection, now: float) -> list[str]:
    """The lanes with rows that are not done, of which none is worked on: what was tried least, then what is oldest."""
    return list(connection.execute(_WAITING_LANES, {"at": now}).scalars())


def find_interrupted(connection: Connection, now: float) -> list[str]:
    """The lanes with rows that were worked on and not done, of which nobody works on now."""
    return list(connection.execute(_INTERRUPTED_LANES, {"at": now}).scalars())


def find_sent(connection: Connection, chat_id: int, message_id: int) -> list[str]:
    """What was sent in reply to a message: the column `sent` of its rows."""
    return list(connection.execute(_FIND_SENT, {"of_chat": chat_id, "of_message": message_id}).scalars())


def count(connection: Connection) -> int:
    """How many rows are not done."""
    return int(connection.execute(_COUNT_ALL).scalar_one())
