"""Times the steps of one answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Adds up what each step took, in milliseconds; it begins when it is made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What runs within counts for the step `name`, also when it raises."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._steps[name] = self._steps.get(name, 0.0) + _since(began)

    def stop(self) -> dict[str, float]:
        """Milliseconds by step, and in all as `total`."""
        return {name: round(spent, 2) for name, spent in {**self._steps, "total": _since(self._began)}.items()}


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
