"""What a sentence counts: each number with its thing, its bound and the fate of those counted, and which may agree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.name_words import DAYS_AND_MONTHS
from bot.verification.facts import find_numbers
from config.patterns import compile_later
from index.terms import analyze, content_terms

_NEAR = 0.1  # by so much two figures may differ where one of them is said to be rough

_ROUGH = r"about|around|some|roughly|approximately|nearly|almost|close to|an estimated|estimated|more or less|circa"
_AT_LEAST = r"at least|more than|over|upwards of|no fewer than|no less than|minimum of|above|exceed\w*"
_AT_MOST = r"at most|less than|fewer than|under|below|up to|as many as|no more than|maximum of"
# A number with what it counts: "at least 12 Turkish soldiers", "$3 million", "10 percent".
_WORDS = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|dozen)"
)
_COUNT = compile_later(
    rf"""(?<![\w.,:/-])(?P<sign>[$€£¥₺]\s?)?(?P<number>\d[\d,]*(?:\.\d+)?|{_WORDS}(?:-{_WORDS})?)
        (?P<scale>(?:[\s-]?(?:hundred|thousand|million|billion|trillion|m|bn|k))*\b)(?P<percent>\s?%|\s+per\s?cent\b)?
        (?![\w:/.-]*\d)(?P<after>(?:\s+[\w’'-]+){{0,4}})""",
    re.IGNORECASE | re.VERBOSE,
)
_BEFORE = compile_later(
    rf"(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST})|(?P<rough>{_ROUGH}))\s+(?:the\s+|a\s+)?[$€£¥₺]?$", re.IGNORECASE
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?"
_IS_DATE = compile_later(rf"{_MONTH}\s+$", re.IGNORECASE)
_TIME = "am pm local time year old aged first second third th percentage"
TERMS_OF_TIME = frozenset(analyze(" ".join([*DAYS_AND_MONTHS, _TIME])))
_UNITS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₺": "lira"}
# What happens to those who are counted: figures of different fates are different figures.
_FATES = tuple(
    frozenset(analyze(words))
    for words in (
        "kill dead death die died fatal toll slain",
        "injure injured hurt wound wounded hospital",
        "miss missing",
        "arrest detain charge",
        "displace flee fled evacuate refugee",
        "infect case sick positive",
        "rescue save survive survivor",
    )
)


@dataclass(frozen=True)
class Count:
    """A number with what it counts: the value, the terms of the thing, and how it is bounded."""

    value: Decimal
    things: frozenset[str]
    bound: str  # "", "least", "most", "rough"
    fates: frozenset[int]


def find_counts(text: str) -> list[Count]:
    """The counts of a sentence, in order; dates, years and numbers of which it is not said what they count are none."""
    counts = []
    for match in _COUNT.finditer(text):
        before, after = text[: match.start()], match["after"]
        if _IS_DATE.search(before) or re.match(r"-", text[match.end("scale") :]):
            continue
        values = find_numbers(f"{match['number']}{match['scale']}")
        bound = _BEFORE.search(before)
        kind = next((name for name in ("least", "most", "rough") if bound and bound[name]), "")
        around = set(analyze(before[-60:] + after + text[match.end() : match.end() + 40]))
        fates = frozenset(number for number, fate in enumerate(_FATES) if fate & around)
        things = _find_things(match, after) or (frozenset(["peopl"]) if fates and not _is_year(match) else frozenset())
        if len(values) == 1 and things:
            counts.append(Count(values[0], things, kind, fates))
    return counts


def have_same_fate(one: Count, other: Count) -> bool:
    """Whether two counts are of people to whom the same happened: the dead with the dead, or neither of any such."""
    return one.fates == other.fates or bool(one.fates & other.fates)


def counts_agree(one: Count, other: Count) -> bool:
    """Whether two counts may both be meant: equal, one rounded, or near what "about" and "at least" leave open.

    "At least 12" and 15 on one day is worth showing; "more than 2,000" and 2,500 is not.
    """
    small, large = sorted((one, other), key=lambda count: count.value)
    if small.value == large.value or large.bound == "most" or _round_alike(small.value, large.value):
        return True
    if "rough" in {small.bound, large.bound} or "least" in {small.bound, large.bound}:
        if large.value - small.value <= Decimal(str(_NEAR)) * large.value:
            return True
        return small.bound == "least" and small.value % 10 == 0 and 2 * large.value <= 3 * small.value
    return False


def _find_things(match: re.Match[str], after: str) -> frozenset[str]:
    """The terms of what a number counts: its currency or "%", else the words behind it up to a small word."""
    if match["sign"]:
        return frozenset([_UNITS[match["sign"].strip()]])
    if match["percent"]:
        return frozenset(["%", *content_terms(after)])
    words: list[str] = []
    for word in after.split():
        terms = content_terms(word)
        if not terms or terms[0] in TERMS_OF_TIME or len(words) == 2:
            break
        words += () if word[0].isupper() else terms  # "12 Turkish soldiers" are soldiers
    return frozenset() if _is_year(match) else frozenset(words)


def _is_year(match: re.Match[str]) -> bool:
    return not match["scale"] and re.fullmatch(r"(?:1[89]|20)\d\d", match["number"]) is not None


def _round_alike(one: Decimal, other: Decimal) -> bool:
    """Whether the number with fewer figures is the other one rounded: 300 and 297, 3.6 and 3.58."""
    digits = min(len(value.normalize().as_tuple().digits) for value in (one, other))
    if digits == max(len(value.normalize().as_tuple().digits) for value in (one, other)):
        return False
    return f"{one:.{digits - 1}e}" == f"{other:.{digits - 1}e}"
