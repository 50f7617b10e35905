"""When something is read again: a source after its interval, a page or a failed item when it is twice as old."""

from __future__ import annotations

import math

from config.settings import Settings
from index.ledger import RememberedFailure
from index.sources import Source

_DAY = 86400.0


def next_read(source: Source, settings: Settings, last_read: float | None) -> float:
    """When `newsbot serve` reads a source next, in seconds since 1970: 0 if it never did, infinity if it never does."""
    minutes = source.every or settings.poll_minutes
    if not minutes:
        return math.inf
    return 0.0 if last_read is None else last_read + 60 * minutes


def next_visit(first: float, last: float) -> float:
    """When a page is to be visited again that was first read at `first` and last at `last`.

    When it is twice as old as it was then: news is corrected in its first hours if at all, so that a page is visited
    some fifteen times in its first week, and ever less often.
    """
    return last + (last - first)


def next_try(failure: RememberedFailure) -> float:
    """When a failed item is tried again: after twice as long each time, at last once a day, or as its server asked."""
    return max(failure.last + delay(failure.first, failure.last), failure.failure.not_before)


def delay(first: float, last: float) -> float:
    """The seconds to wait after a failure that was first seen at `first` and last at `last`: as long, a day at most."""
    return min(last - first, _DAY)
