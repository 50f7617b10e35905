"""The state database: opened when it is first needed, and never a reason why a question is not answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from bot.state.engines import share_engine
from config.errors import first_line
from config.logs import scrub
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FILE = "state.db"
_TOGETHER = {"40001", "40P01"}  # what PostgreSQL calls two transactions of which one has to be done again
_LOG = logging.getLogger(__name__)
_FAILING: set[str] = set()  # the databases whose failure was logged, and that did not work since
T = TypeVar("T")


class StateDatabase:
    """The database of `settings.state_url`, else the file `state.db` in the data directory.

    Safe to use from several threads and several processes. Connections are kept, and shared by all that use
    the same database in this process; a file that was removed, or a server that was started anew, is found again at
    the next use.
    """

    def __init__(self, settings: Settings) -> None:
        self._url, self._secrets = settings.state_url, settings.secrets
        self._file = settings.data / FILE
        self._name = self._url or str(self._file)
        self._shared = share_engine(self._url, self._file)

    @property
    def is_new(self) -> bool:
        """Whether nothing can be in it yet: then there is no need to open it."""
        return not self._url and not self._file.exists()

    def run(self, work: Callable[[Connection], T], otherwise: T) -> T:
        """What `work` gives, done in one transaction; `otherwise` where the database fails, which is logged once.

        Where two at once were in each other's way, such as by inserting the same row, `work` is done a second time.
        """
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        engine: Engine | None = None
        try:
            engine = self._shared.open()
            try:
                result = self._run(engine, work)
            except DBAPIError as error:
                if not _was_in_the_way(error):
                    raise
                result = self._run(engine, work)
        except (SQLAlchemyError, OSError, ImportError) as error:  # ImportError: the driver of an address
            self._shared.drop(engine)
            self._note_failure(error)
            return otherwise
        try:
            self._shared.erase_deleted()
        except (SQLAlchemyError, OSError) as error:  # the work is done; erasing comes again
            _LOG.info("the journal of the state database was not emptied: %s", first_line(error))
        return result

    def find_fault(self) -> str:
        """What is wrong with the database, in one line; empty where it can be used."""
        from sqlalchemy import text
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._shared.open().begin() as connection:
                connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, ImportError) as error:
            return scrub(first_line(getattr(error, "orig", None) or error), self._secrets)
        return ""

    def _run(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        with engine.begin() as connection:
            result = work(connection)
            # An SQLite file that is locked, or full, can be read: that does not mean that it works again.
            has_written = getattr(connection.connection.dbapi_connection, "in_transaction", True)
        if has_written:
            _FAILING.discard(self._name)
        return result

    def _note_failure(self, error: Exception) -> None:
        if self._name in _FAILING:
            return
        _FAILING.add(self._name)
        where = "NEWSBOT_STATE_URL" if self._url else f"{self._file}, remove it if it is damaged"
        reason = scrub(first_line(getattr(error, "orig", None) or error), self._secrets)
        _LOG.error("conversations and token use are not kept just now (%s): check %s", reason, where)


def make_storable(text: str) -> str:
    """A text that every database keeps: none keeps half a character, and PostgreSQL no NUL."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def _was_in_the_way(error: Exception) -> bool:
    from sqlalchemy.exc import IntegrityError

    return isinstance(error, IntegrityError) or getattr(getattr(error, "orig", None), "sqlstate", None) in _TOGETHER
