"""The index that answers questions, as it is at each question, whoever writes to it meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from config.errors import IndexMissing
from config.settings import Settings
from index.generations import Generation, current_name


class LiveIndex:
    """The generation that answers, as it is at each question: reopened when another takes its place or it grows."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._users: dict[Generation, int] = {}
        self._current: Generation | None = None

    @contextmanager
    def use(self) -> Iterator[Generation]:
        """The current generation; it stays open as long as somebody uses it. Raises `IndexMissing`."""
        with self._lock:
            generation = self._follow()
            self._users[generation] = self._users.get(generation, 0) + 1
        try:
            generation.refresh()
            yield generation
        finally:
            with self._lock:
                self._users[generation] -= 1
                self._close_unused()

    def close(self) -> None:
        """Close what nobody uses; the rest closes after its last use."""
        with self._lock:
            self._current = None
            self._close_unused()

    def _follow(self) -> Generation:
        name = current_name(self._settings)
        if name is None:
            raise IndexMissing(
                "no articles are indexed yet", "run `newsbot sources add FOLDER` (or --samples), then `newsbot reindex`"
            )
        if self._current is None or self._current.name != name:
            self._current = Generation(self._settings, name)
            self._users.setdefault(self._current, 0)
            self._close_unused()
        return self._current

    def _close_unused(self) -> None:
        for generation in [g for g, users in self._users.items() if users == 0 and g is not self._current]:
            del self._users[generation]
            generation.close()
