"""The amounts of a text: numbers with their units, and whether a quote gives the same amount of the same thing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.verification.facts import locate_numbers
from bot.verification.units import AFTER, BEFORE, read_sign, read_words
from bot.verification.words import find_terms, list_terms
from config.patterns import compile_later

_MINUS = compile_later(r"(?:(?<![\w.)%])[-−]|\bminus\s)$", re.IGNORECASE)
_STEP = compile_later(
    r"\b(from|to|by)\s+(?:about|around|almost|nearly|some|over|more than|less than)?\s*$", re.IGNORECASE
)
_HIGHEST = 10**18  # of a number that may end a range: of longer ones no remainder can be taken
_RANGE = compile_later(r"\s*(?:[-–]|to|or|and)\s*$", re.IGNORECASE)
_LONE_M = compile_later(r"[\d.,]+\s?m$")
_BOUNDARY = compile_later(r"[,;:()\"“”]|[.!?](?=\s|$)|\b(?:and|but|while|whereas|against)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Amount:
    """A number as it stands at `[start, end)`, unit and all, with each way to read it: value and unit ("" for a count).

    `about` are the content terms beside it: what it counts or what happens to that; `counted` is the first behind it.
    `step` is "from", "to" or "by" right before it: where a change begins, where it ends, or how great it is.
    """

    readings: frozenset[tuple[Decimal, str]]
    start: int
    end: int
    about: frozenset[str]
    counted: str
    step: str


@lru_cache(maxsize=2048)
def find_amounts(text: str) -> tuple[Amount, ...]:
    """The amounts of a text, in order."""
    numbers = locate_numbers(text)
    found: list[tuple[set[tuple[Decimal, str]], int, int]] = []
    for value, start, end in numbers:
        readings, first, last = _read_units(text, value, start, end)
        if found and _RANGE.fullmatch(text[found[-1][2] : first] + " "):
            _join_range(found[-1][0], readings)
        found.append((readings, first, last))
    around = [(first, last) for _, first, last in found]
    return tuple(
        Amount(frozenset(readings), first, last, *_terms_beside(text, number, around), _find_step(text, first))
        for number, (readings, first, last) in enumerate(found)
    )


def find_missing_amount(claim: Sequence[Amount], text: str, sentences: Sequence[str]) -> str:
    """The first amount of a claim's `text` that no sentence of a quote gives for the same thing; empty if all do."""
    terms = find_terms(text)
    for amount in claim:
        given = [sentence for place, sentence in enumerate(sentences) if _gives(amount, text, sentences, place)]
        # The sentence that is most about the claim may count the same thing as more or fewer.
        rivals = [sentence for sentence in sentences if sentence not in given and _counts_otherwise(amount, sentence)]
        nearest = max((len(terms & find_terms(sentence)) for sentence in rivals), default=0)
        if not given or max(len(terms & find_terms(sentence)) for sentence in given) < nearest:
            return text[amount.start : amount.end].strip()
    return ""


def _gives(amount: Amount, text: str, sentences: Sequence[str], place: int) -> bool:
    """Whether one sentence has this amount, speaks of what the claim speaks of there, and not of another's amount."""
    sentence = sentences[place]
    same = [other for other in find_amounts(sentence) if amount.readings & other.readings]
    if not same and (Decimal(1), "") in amount.readings:
        return re.search(r"\b(?:first|one)\b", sentence, re.IGNORECASE) is not None
    near = find_terms(" ".join([*text[: amount.start].split()[-6:], *text[amount.end :].split()[:6]]))
    held = find_terms(sentence)
    if place and len(held) <= 4:  # "Twelve were killed." says of whom in the sentence before
        held |= find_terms(sentences[place - 1])
    other_step = amount.step and all(other.step not in ("", amount.step) for other in same)
    if not same or other_step or (near and near.isdisjoint(held)):
        return False
    # 12 soldiers and 30 civilians are not 30 soldiers: what is counted here has another number there.
    if amount.counted and any(amount.counted == other.counted or not other.counted for other in same):
        return True
    if amount.counted and _counts_otherwise(amount, sentence):
        return False
    if not amount.about or any(amount.about & other.about or not other.about for other in same):
        return True
    return not any(amount.about & other.about for other in find_amounts(sentence) if other not in same)


def _counts_otherwise(amount: Amount, sentence: str) -> bool:
    """Whether a sentence gives what an amount counts another number."""
    others = find_amounts(sentence)
    return any(amount.counted and amount.counted == o.counted and not amount.readings & o.readings for o in others)


def _terms_beside(text: str, number: int, around: Sequence[tuple[int, int]]) -> tuple[frozenset[str], str]:
    """The last two content terms before an amount and the first two after it in its part of the sentence; the first."""
    start, end = around[number]
    left = max([0, *(last for _, last in around[:number])])
    right = min([len(text), *(first for first, _ in around[number + 1 :])])
    before = list_terms(_BOUNDARY.split(text[left:start])[-1])[-2:]
    after = list_terms(_BOUNDARY.split(text[end:right])[0])[:2]
    return frozenset(before + after), (after or ("",))[0]


def _find_step(text: str, start: int) -> str:
    step = _STEP.search(text, max(0, start - 30), start)
    return step[1].lower() if step else ""


def _read_units(text: str, value: Decimal, start: int, end: int) -> tuple[set[tuple[Decimal, str]], int, int]:
    """Each way to read a number with what stands beside it, and the span of it all."""
    readings, first, last = {(value, "")}, start, end
    if sign := BEFORE.search(text, max(0, start - 6), start):
        readings, first = {(value, read_sign(sign))}, sign.start()
    elif unit := AFTER.match(text, end):
        readings, last = {(value, code) for code in read_words(unit)}, unit.end()
        if unit["old"]:  # a 12-year-old is 12
            readings |= {(value, "")}
    elif _LONE_M.match(text[start:end]):
        readings |= {(value / 10**6, "m")}
    if _MINUS.search(text, max(0, first - 8), first):
        readings = {(-value, unit) for value, unit in readings}
    return readings, first, last


def _join_range(one: set[tuple[Decimal, str]], other: set[tuple[Decimal, str]]) -> None:
    """In "10 to 12 percent" and "$3-5 million" what only one end has is meant for both."""
    units, other_units = _units_of(one), _units_of(other)
    if any(value >= _HIGHEST for value, _ in other):
        return
    if units == {""}:
        scale = next((10**zeros for zeros in (12, 9, 6, 3) if all(value % 10**zeros == 0 for value, _ in other)), 1)
        one |= {(value * factor, unit) for value, _ in list(one) for unit in other_units for factor in (1, scale)}
    elif other_units == {""}:
        scale = next((10**zeros for zeros in (12, 9, 6) if all(value % 10**zeros == 0 for value, _ in other)), 1)
        one |= {(value * scale, unit) for value, unit in list(one)}
        other |= {(value, unit) for value, _ in list(other) for unit in units}


def _units_of(readings: Collection[tuple[Decimal, str]]) -> set[str]:
    return {unit for _, unit in readings}
