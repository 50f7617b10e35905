"""Inserting what may be there already, which SQLite and PostgreSQL do in the same words; imports SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT into `table` with `on_conflict_do_nothing` and `on_conflict_do_update` of the connection's dialect."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
