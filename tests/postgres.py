"""A real PostgreSQL for the tests of what is kept, where the package `pgserver` is at hand; else they are skipped."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import NullPool, create_engine, text

from config.settings import Settings, load_settings


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server of this session's own, on a socket in a temporary folder.

    That is none of pytest's: as root pgserver lets a user of its own in, and each new session of pytest locks him out.
    """
    before = os.environ.get("XDG_RUNTIME_DIR")
    with tempfile.TemporaryDirectory(prefix="newsbot-", ignore_cleanup_errors=True) as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # where pgserver keeps its lock
        try:
            pgserver = pytest.importorskip("pgserver", exc_type=ImportError)
            server = pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            os.environ.update({"XDG_RUNTIME_DIR": before} if before else {})
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty schema of this test's own."""
    schema = f"test_{uuid.uuid4().hex}"
    engine = create_engine(postgres_server, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield f"{postgres_server}&options={quote(f'-csearch_path={schema}')}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture(params=["sqlite", "postgres"])
def state_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with a state database of this test's own: the file in the data directory, then a PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return load_settings({"data": tmp_path / "data", "state_url": url})
