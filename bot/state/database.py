"""The state database: opened when it is first needed, and never a reason why a question is not answered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from config.errors import first_line
from config.logs import scrub
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FILE = "state.db"
_PATIENCE = 2  # seconds to wait for another process that writes
_LOG = logging.getLogger(__name__)
_FAILING: set[str] = set()  # the databases whose failure was logged, and that did not work since
T = TypeVar("T")


class StateDatabase:
    """The database of `settings.state_url`, else the file `state.db` in the data directory.

    Safe to use from several threads and several processes. Connections are not kept: a file that was removed, or a
    server that was started anew, is found again at the next use.
    """

    def __init__(self, settings: Settings) -> None:
        self._url, self._secrets = settings.state_url, settings.secrets
        self._file = settings.data / FILE
        self._name = self._url or str(self._file)
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    @property
    def is_new(self) -> bool:
        """Whether nothing can be in it yet: then there is no need to open it."""
        return not self._url and not self._file.exists()

    def run(self, work: Callable[[Connection], T], otherwise: T) -> T:
        """What `work` gives, done in one transaction; `otherwise` where the database fails, which is logged once."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._open().begin() as connection:
                result = work(connection)
        except (SQLAlchemyError, OSError, ImportError) as error:  # ImportError: the driver of an address
            self._note_failure(error)
            return otherwise
        _FAILING.discard(self._name)
        return result

    def _open(self) -> Engine:
        with self._lock:
            if self._engine is None or self.is_new:
                from sqlalchemy.exc import DatabaseError

                from bot.state.tables import METADATA

                engine = self._make_engine()
                try:
                    METADATA.create_all(engine)
                except DatabaseError:  # another process may have made a table in the same moment
                    METADATA.create_all(engine)
                self._engine = engine
            return self._engine

    def _make_engine(self) -> Engine:
        from sqlalchemy import URL, NullPool, create_engine, event, make_url

        url = make_url(self._url) if self._url else URL.create("sqlite", database=str(self._file))
        is_sqlite = url.get_backend_name() == "sqlite"
        if not self._url:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE} if is_sqlite else {})
        if is_sqlite:
            event.listen(engine, "connect", _erase_what_is_deleted)
        return engine

    def _note_failure(self, error: Exception) -> None:
        if self._name in _FAILING:
            return
        _FAILING.add(self._name)
        where = "NEWSBOT_STATE_URL" if self._url else f"{self._file}, remove it if it is damaged"
        reason = scrub(first_line(getattr(error, "orig", None) or error), self._secrets)
        _LOG.error("conversations and token use are not kept just now (%s): check %s", reason, where)


def _erase_what_is_deleted(connection: Any, _: object) -> None:
    """What people asked is gone from the file once it is forgotten."""
    connection.execute("PRAGMA secure_delete = ON")
