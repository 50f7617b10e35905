"""The lock of a data directory: one process writes at a time, and signs for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from config.errors import IndexLocked
from config.settings import Settings


@contextmanager
def hold_lock(settings: Settings) -> Iterator[None]:
    """Be the one process that writes. Raises `IndexLocked`, which names the one that is; a killed one holds nothing."""
    from filelock import FileLock, Timeout

    settings.data.mkdir(parents=True, exist_ok=True)
    holder = settings.data / "lock.holder"
    lock = FileLock(settings.data / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise IndexLocked(f"the index is being written by {who}", "wait until it is done, then try again") from None
    try:
        holder.write_text(f"process {os.getpid()} since {datetime.now(UTC):%H:%M:%S} UTC", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
