"""How a state database is opened: one engine for each address in a process, found again where it was taken away."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Engine

PATIENCE = 2  # seconds to wait for another process that writes, and for a server
_BETWEEN_ERASURES = 1.0  # seconds, after something was deleted
_LONGEST_JOURNAL = 60.0  # seconds after which what was overwritten is gone from the journal too
_CHECKPOINT_PATIENCE = 50  # milliseconds; whoever reads meanwhile is not worth more
_LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(6517208331)"}  # any number of ours
_OPENED: weakref.WeakValueDictionary[str, SharedEngine] = weakref.WeakValueDictionary()
_OPENING = threading.Lock()


class SharedEngine:
    """The engine of one address, with its tables made; its connections are kept for the next use.

    An SQLite file has a journal beside it (`-wal`), so that nobody who reads waits for somebody who writes; a commit
    outlives the process, though not always a power failure. What was deleted is soon erased from both.
    """

    def __init__(self, address: str, file: Path) -> None:
        self._address, self._own_file = address, file
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._file: Path | None = None  # of SQLite, wherever its address says
        self._identity: tuple[int, int] | None = None
        self._close: Callable[[], object] = lambda: None
        self._deleted, self._erased = threading.Event(), time.monotonic() - _BETWEEN_ERASURES

    def open(self) -> Engine:
        """The engine; made anew where the file is no longer the one that it was."""
        with self._lock:
            if self._engine is None or (self._file is not None and _identify(self._file) != self._identity):
                self._drop()
                self._engine = self._make_with_tables()
            return self._engine

    def drop(self, engine: Engine | None) -> None:
        """Close an engine that failed: the next use looks for the file, the server and the tables again."""
        with self._lock:
            if engine is not None and engine is self._engine:
                self._drop()

    def erase_deleted(self) -> None:
        """Let nothing that was deleted be left in an SQLite file or its journal; at most once a second."""
        with self._lock:
            engine, now = self._engine, time.monotonic()
            wait = _BETWEEN_ERASURES if self._deleted.is_set() else _LONGEST_JOURNAL
            if engine is None or self._file is None or now - self._erased < wait:
                return
            self._deleted.clear()
            self._erased = now
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_CHECKPOINT_PATIENCE}")
            is_busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        if is_busy:
            self._deleted.set()  # again in a second

    def _drop(self) -> None:
        self._close()
        self._engine = self._identity = None

    def _make_with_tables(self) -> Engine:
        engine = self._make()
        self._close = weakref.finalize(self, engine.dispose)
        _make_tables(engine)
        self._identity = _identify(self._file) if self._file else None
        return engine

    def _make(self) -> Engine:
        from sqlalchemy import URL, create_engine, event, make_url

        url = make_url(self._address) if self._address else URL.create("sqlite", database=str(self._own_file))
        if not self._address:
            self._own_file.parent.mkdir(parents=True, exist_ok=True)
        if url.get_backend_name() != "sqlite":
            arguments = {"connect_timeout": PATIENCE} if url.get_driver_name().startswith("psycopg") else {}
            return create_engine(url, pool_pre_ping=True, connect_args=arguments)
        self._file = Path(url.database) if url.database and url.database != ":memory:" else None
        if self._file is not None:
            _clear_journal(self._file)
        engine = create_engine(url, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "after_cursor_execute", partial(_note_deletion, self._deleted))
        return engine


def share_engine(address: str, file: Path) -> SharedEngine:
    """The engine of an address, or of an SQLite file where there is none; one for all who ask at the same time."""
    name = address or str(file)
    with _OPENING:
        engine = _OPENED.get(name)
        if engine is None:
            engine = _OPENED[name] = SharedEngine(address, file)
        return engine


def _make_tables(engine: Engine) -> None:
    """Make the tables that are not there; of several processes that begin at the same time, one."""
    from sqlalchemy import inspect

    from bot.state.tables import METADATA

    with engine.begin() as connection:
        if METADATA.tables.keys() <= set(inspect(connection).get_table_names()):
            return
        connection.exec_driver_sql(_LOCKS.get(engine.dialect.name, "SELECT 1"))
        METADATA.create_all(connection)


def _prepare_sqlite(connection: Any, _: object) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _note_deletion(deleted: threading.Event, *arguments: Any) -> None:
    _, cursor, _, _, context, _ = arguments
    if context is not None and context.isdelete and cursor.rowcount > 0:
        deleted.set()


def _identify(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _clear_journal(file: Path) -> None:
    """Remove the journal of a file that was removed: it would be taken for that of the new file."""
    journals = [file.with_name(file.name + end) for end in ("-wal", "-shm")]
    if file.exists() or not any(journal.exists() for journal in journals):
        return
    from filelock import FileLock

    with FileLock(file.with_name(f"{file.name}.lock"), timeout=PATIENCE):
        if not file.exists():  # another process may have been quicker, and the journal is that of its file
            for journal in journals:
                with suppress(FileNotFoundError):
                    journal.unlink()
