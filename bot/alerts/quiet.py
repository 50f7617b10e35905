"""The clock of a chat: its zone, the hours in which it is to be left alone, and the day for which a digest is due."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from config.patterns import compile_later

LATEST = 2 * 3600  # seconds that a digest may be late
_TIME = compile_later(r"(\d{1,2})(?:[:.](\d\d))?")
_HOURS = compile_later(r"\s*([\d:.]+)\s*(?:-|–|—|to)\s*([\d:.]+)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Hours:
    """From `start` to `end` by the clock on the wall, the end not with it; over midnight where the end is earlier."""

    start: time
    end: time

    def hold(self, moment: float, zone: ZoneInfo) -> bool:
        """Whether a moment (seconds since 1970) is within them."""
        now = datetime.fromtimestamp(moment, zone).time()
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def read_time(written: str) -> time | None:
    """A time of day as people write it ("8", "8:00", "08.00"); None if it is none."""
    found = _TIME.fullmatch(written.strip())
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return time(int(found[1]), int(found[2] or 0))


def read_hours(written: str) -> Hours | None:
    """Hours as people write them ("22:00-07:00", "22 – 7"); None if they are none, or begin as they end."""
    found = _HOURS.fullmatch(written)
    start, end = (read_time(found[1]), read_time(found[2])) if found else (None, None)
    return None if start is None or end is None or start == end else Hours(start, end)


def read_zone(written: str) -> str:
    """The name of a time zone as it is known ("europe/istanbul" is Europe/Istanbul); empty if there is none."""
    return _zones().get(written.strip().replace(" ", "_").casefold(), "")


def local_day(moment: float, zone: ZoneInfo) -> date:
    """The day that it is in a zone."""
    return datetime.fromtimestamp(moment, zone).date()


def begin_of(day: date, zone: ZoneInfo, at: time = time()) -> float:
    """The moment, in seconds since 1970, at which it is `at` on a day in a zone.

    Of a time that comes twice as the clocks go back it is the first, and one that they leap over is as much later.
    """
    return datetime.combine(day, at, zone).astimezone(UTC).timestamp()


def find_due(at: str, last: str, zone: ZoneInfo, now: float) -> date | None:
    """The day for which a daily digest is to be sent now; None if there is none.

    It comes at the time `at` ("08:00") and for two hours after it, unless one was sent for that day (`last`, ISO) or a
    later one.
    """
    daily = read_time(at)
    if daily is None:
        return None
    today = local_day(now, zone)
    for day in (today, today - timedelta(1)):  # what was due before midnight may be sent after it
        if 0 <= now - begin_of(day, zone, daily) < LATEST and day.isoformat() > last:
            return day
    return None


def find_passed(at: time, zone: ZoneInfo, now: float) -> date:
    """The last day on which it was that time already."""
    today = local_day(now, zone)
    return today if begin_of(today, zone, at) <= now else today - timedelta(1)


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
