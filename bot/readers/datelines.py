"""Datelines: where and through whom a report came ("LONDON, Feb 17 (Reuters) - "), which is no part of its sentence."""

from __future__ import annotations

import re

from config.patterns import compile_later

_DAY = r"(?:,?\ [A-Z][a-z]+\.?\ \d{1,2}(?:,\ \d{4})?,?)?"
_DATELINE = compile_later(
    rf"""(?:(?:[A-ZÀ-Þ][\w.’'-]*[ ,/]{{0,2}}){{0,6}}{_DAY}\ ?\((?:[A-Z][\w ]{{1,30}})\)(?:\s*[-–—]+)?
        |[A-ZÀ-Þ][A-ZÀ-Þ .’'/-]{{2,40}}(?:,\ [A-Z][a-z]+\.?)?{_DAY}\s*[-–—]+)\s+(?=[A-ZÀ-Þ“"‘'\d])""",
    re.VERBOSE,
)
_FIRST = 400  # characters of an article in which its first sentence begins


def skip_dateline(sentence: str, start: int) -> int:
    """The length of the dateline with which a sentence that stands at `start` in its article begins; 0 without one."""
    found = _DATELINE.match(sentence) if start < _FIRST else None
    return found.end() if found else 0
