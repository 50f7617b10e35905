"""A clock for the tests of what depends on time."""

from __future__ import annotations


class Clock:
    """A clock that stands at a moment, in seconds since 1970, until `now` is set."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        """The moment, in seconds since 1970."""
        return self.now
