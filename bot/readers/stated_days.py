"""The day that a sentence states beside what it tells."""

from __future__ import annotations

import re
from datetime import date

from config.patterns import compile_later
from index.search.when import Period, find_period

# A day that is only a bound or a comparison, and what was still to come.
_DAY_ASIDE = compile_later(
    r"\b(?:until|till|by|before|since|after|from|between|following|next|coming)\s+(?:[\w’']+,?\s+){0,2}$"
    r"|\bof\s+$|\bthan\s+(?:\w+\s+){0,4}$",
    re.IGNORECASE,
)
# In a clause that hangs on another the day is that of something else than what the sentence tells.
_CLAUSE = compile_later(
    r"\b(?:that|which|who|whom|whose|what|when|where|while|after|before|because|since|until|as|if)\b",
    re.IGNORECASE,
)
_PLANNED = compile_later(
    r"\b(?:will|would|(?:is|are|was|were) to|due|scheduled|expected|plan\w*|set (?:to|for)|possible|tomorrow|could"
    r"|should)\b",
    re.IGNORECASE,
)
# "The council meets on Friday": without a past form the weekday may be the next one.
_PAST = compile_later(
    r"\b(?:\w+ed|was|were|had|did|said|told|went|came|took|made|gave|got|won|lost|fell|rose|met|began|left|struck|hit|held|ran"
    r"|sent|sold|bought|brought|built|found|fought|fled|flew|broke|drew|drove|cut|put|set|shot|shut|spoke|stood|saw|sank"
    r"|swept|threw|withdrew|became|led|paid|kept|felt|read|beat|blew|burnt|caught|chose|froze|grew|quit|spent|swore|wrote"
    r")\b",
    re.IGNORECASE,
)
_NAMES_DAY = compile_later(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|last\s+night"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*)\b",
    re.IGNORECASE,
)
_ON = compile_later(r"(?:^|\bon\s+|,\s+)(?:the\s+)?$", re.IGNORECASE)
_DAYS_BACK = 5  # "Tuesday" further back may be the next one,
_MONTHS_BACK = 120  # and a date without a year that of another year; in days


def find_day(sentence: str, published: date) -> date | None:
    """The day that a sentence states beside what it tells; None if it states none, several, or one still to come.

    "On Tuesday" in an article of a Wednesday is the day before. What is only a bound ("until Tuesday") is no such day.
    """
    if not _NAMES_DAY.search(sentence) or _PLANNED.search(sentence):
        return None
    period = _find_one_day(sentence, published)
    if period is None or period.start is None or period.words.endswith(("'s", "’s")):
        return None
    before, _, after = sentence.partition(period.words)
    hangs = _CLAUSE.search(re.split(r"[,;:]", before)[-1]) or _DAY_ASIDE.search(before)
    if hangs or _find_one_day(f"{before} {after}", published):
        return None
    day = date.fromisoformat(period.start)
    back = (published - day).days
    if any(c.isdigit() for c in period.words):
        near = back <= _MONTHS_BACK or str(day.year) in period.words
        return day if near and _ON.search(before) else None
    return day if back <= _DAYS_BACK and (back == 0 or _PAST.search(sentence)) else None


def _find_one_day(text: str, published: date) -> Period | None:
    """The day that a text names by itself, if it is one and not after that of publication."""
    moment = published.isoformat()
    period = find_period(text, moment)
    return period if period and period.start == period.end and (period.start or "9") <= moment else None
