"""The days, months and years that a text names, worked out against the day of its article, and whether two agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from config.patterns import compile_later

_MONTH_NAMES = "january february march april may june july august september october november december".split()
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_WEEKDAYS = {
    name: number for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
_MONTH = rf"(?-i:{'|'.join(name.capitalize() for name in sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b"
_YEAR = r"(?:,?\s(?:of\s)?(?P<{}>(?:19|20)\d\d)\b)?"
_NAMED = compile_later(
    rf"""\b(?:
        (?:(?P<d0>{_DAY})\s?(?:[-–]|to|and)\s?(?:the\s)?)?(?P<d1>{_DAY})(?:\sof)?\s(?P<m1>{_MONTH}){_YEAR.format("y1")}
        |(?P<m2>{_MONTH})\s(?P<d2>{_DAY})(?:\s?(?:[-–]|to|and)\s?(?P<d3>{_DAY})(?!\s(?:{_MONTH})))?{_YEAR.format("y2")}
        |(?P<y3>(?:19|20)\d\d)-(?P<m3>\d\d)-(?P<d4>\d\d)\b
        |(?P<d5>\d\d?)[./](?P<m4>\d\d?)[./](?P<y4>(?:19|20)\d\d)\b
        |(?:(?<=in\s)|(?<=since\s)|(?<=until\s)|(?<=by\s)|(?<=last\s)|(?<=next\s)|(?<=this\s)|(?<=during\s)|(?<=early\s)
            |(?<=late\s)|(?<=mid-)|(?<=from\s)|(?<=of\s))(?P<m5>{_MONTH})(?!\s\d){_YEAR.format("y5")}
        |(?P<m6>{_MONTH})\s(?P<y6>(?:19|20)\d\d)\b
        |(?P<weekday>(?-i:{"|".join(name.capitalize() for name in _WEEKDAYS)})(?=s?\b))
        |(?P<relative>today|tonight|yesterday|tomorrow|this\s(?:morning|afternoon|evening)
            |(?:last|this|next)\s(?:week|month|year))\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_LONE_YEAR = compile_later(r"(?<![\w.,/-])(?:19|20)\d\d(?![\w/-]|[.,]\d)")
_AHEAD = compile_later(
    r"\b(?:will|would|shall|next|due|scheduled|planned|plans?|expected|expects?|set|tomorrow|(?:up)?coming|is to)\b",
    re.IGNORECASE,
)

# A year, a month and a day of it; what is not said is None.
Parts = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Day:
    """A day, month or year that a text names at `[start, end)`: `words` as written, and each `Parts` it can mean.

    `weekday` (Monday is 0) is that of a day that is named by nothing else.
    """

    words: str
    start: int
    end: int
    meanings: frozenset[Parts]
    weekday: int | None = None


@lru_cache(maxsize=2048)
def find_days(text: str, published: str | None = None) -> tuple[Day, ...]:
    """The days in a text of an article of this day (ISO 8601), in order; lone years are not among them."""
    base = date.fromisoformat(published[:10]) if published else None
    slack = 1 if published and len(published) > 10 else 0  # a moment in UTC is another day in some places
    days = []
    for match in _NAMED.finditer(text):
        words = " ".join(match[0].casefold().split())
        if name := match["weekday"]:
            weekday = _WEEKDAYS[name.lower()]
            meanings = frozenset(_resolve_weekday(weekday, text, match.start(), base, slack))
            days.append(Day(words, match.start(), match.end(), meanings, weekday))
        elif match["relative"]:
            meanings = frozenset(_resolve_relative(words, base, slack))
            days.append(Day(words, match.start(), match.end(), meanings))
        else:
            days += [Day(words, match.start(), match.end(), parts) for parts in _resolve_named(match, base)]
    return tuple(days)


def find_missing_day(text: str, sentences: Sequence[tuple[str, str | None]]) -> str:
    """The first day of a text that no sentence of a quote names (each with its article's day); empty if all are."""
    for published in dict.fromkeys(published for _, published in sentences):
        missing = ""
        named = [day for sentence, day_of in sentences for day in find_days(sentence, day_of)]
        years = [int(year) for sentence, _ in sentences for year in _LONE_YEAR.findall(sentence)]
        # A day without a year is the one in the article's year, or the one whose year the quote gives.
        for day, bare in zip(find_days(text, published), find_days(text), strict=True):
            # Parts of one day that stand in two days of a quote are no day of it; a year may stand by itself.
            if not any(_agree(day, other, years) or _agree(bare, other, years) for other in named):
                missing = text[day.start : day.end]
                break
        if not missing:
            return ""
    return missing


def blank_days(text: str) -> str:
    """The text with blanks where it names days: their numbers count nothing."""
    for day in find_days(text):
        text = f"{text[: day.start]}{' ' * (day.end - day.start)}{text[day.end :]}"
    return text


def names_year(year: int, sentences: Sequence[tuple[str, str | None]]) -> bool:
    """Whether a sentence names a day in this year."""
    return any(
        meaning[0] == year
        for sentence, published in sentences
        for day in find_days(sentence, published)
        for meaning in day.meanings
    )


def _agree(claimed: Day, quoted: Day, years: Sequence[int]) -> bool:
    if claimed.words == quoted.words or (claimed.weekday is not None and claimed.weekday == quoted.weekday):
        return True
    for year, month, day in quoted.meanings:
        for claim in claimed.meanings:
            known = (year or (claim[0] if claim[0] in years else None), month, day)
            if all(part is None or part == other for part, other in zip(claim, known, strict=True)):
                return True
    return False


def _resolve_weekday(weekday: int, text: str, start: int, base: date | None, slack: int) -> Iterator[Parts]:
    """The last such day by the article's, and the next one where the sentence looks ahead."""
    if base is None:
        return
    back = (base.weekday() - weekday) % 7
    said = text[:start].casefold().split()[-1:]
    if said != ["next"]:
        yield _parts(base - timedelta(days=back))
    if said == ["last"]:
        yield _parts(base - timedelta(days=back + 7))
    elif _AHEAD.search(text) or back == 7 - slack:
        yield _parts(base + timedelta(days=7 - back))


def _resolve_relative(words: str, base: date | None, slack: int) -> Iterator[Parts]:
    if base is None:
        return
    when, _, unit = words.partition(" ")
    step = {"last": -1, "next": 1, "yesterday": -1, "tomorrow": 1}.get(when, 0)
    if unit == "year":
        yield base.year + step, None, None
    elif unit == "month":
        months = base.year * 12 + base.month - 1 + step
        yield months // 12, months % 12 + 1, None
    elif unit == "week":
        monday = base - timedelta(days=base.weekday()) + timedelta(days=7 * step)
        yield from (_parts(monday + timedelta(days=day)) for day in range(7))
    else:
        yield from (_parts(base + timedelta(days=step + shift)) for shift in range(-slack, slack + 1))


def _resolve_named(match: re.Match[str], base: date | None) -> Iterator[frozenset[Parts]]:
    """What each day of a match means; a day without a year is the one nearest to the article's."""
    groups = match.groupdict()
    year = next((int(groups[key]) for key in ("y1", "y2", "y3", "y4", "y5", "y6") if groups[key]), None)
    name = next((groups[key] for key in ("m1", "m2", "m5", "m6") if groups[key]), "")
    month = _MONTHS[name.lower().rstrip(".")] if name else int(groups["m3"] or groups["m4"])
    days = [int(groups[key].rstrip("sthnrd")) for key in ("d0", "d1", "d2", "d3", "d4", "d5") if groups[key]]
    for day in (*days, *([] if days else [None])):
        meanings = {(year or _nearest_year(month, day, base), month, day)}
        if groups["d5"] and day is not None and day <= 12:  # 02/03/2020 is in March, or in February
            meanings.add((year, day, month))
        yield frozenset(meanings)


def _nearest_year(month: int, day: int | None, base: date | None) -> int | None:
    if base is None:
        return None
    return min(
        (base.year, base.year - 1, base.year + 1),
        key=lambda year: abs((year - base.year) * 365.25 + (month - base.month) * 30.4 + (day or 15) - base.day),
    )


def _parts(day: date) -> Parts:
    return day.year, day.month, day.day
