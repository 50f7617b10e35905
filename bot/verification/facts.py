"""The checkable facts of a sentence: numbers, names and quotations; and whether some text holds them.

What counts as the same: "3 million" and "3,000,000", "twelve" and "12", "İbrahim" and "Ibrahim", curly and straight
quotation marks. Everything else must stand as it is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from config.patterns import compile_later

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_UNITS.split())}
_SMALL |= {word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_SMALL |= {word: value for value, word in enumerate(_ORDINALS.split(), start=1)}
_SMALL |= {re.sub("y$", "ie", word) + "th": value for word, value in _SMALL.items() if value > 12}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_SHORT_SCALES = {"k": 1000, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
_DIGITS = [word for word, value in _SMALL.items() if 0 < value < 10]
# Figures may have an ending in small letters (5pm, 1990s, 29th); with one in capitals (39B) they are a name.
_NUMBER = compile_later(
    rf"""(?<!\w)(?:(?P<digits>(?>\d+(?:[,\u00a0]\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?))
        |(?P<tens>{"|".join(_TENS.split())})(?:[ -](?P<unit>{"|".join(_DIGITS)}))?
        |(?P<word>{"|".join(_SMALL)})
        |(?P<lone>{"|".join(_SCALES)}))
        (?P<scales>(?:[ -]?(?:{"|".join((*_SCALES, *_SHORT_SCALES))})\b)*)(?(digits)(?!\d|(?-i:[A-Z]))|(?!\w))""",
    re.IGNORECASE | re.VERBOSE,
)
# Numbers that have no one value: they have to stand as they are.
_VAGUE = frozenset("dozens hundreds thousands millions billions trillions half quarter quarters thirds twice".split())
_WORD = compile_later(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_DOUBLE_MARK = compile_later(r"[\"“”«»„]")
_SINGLE_QUOTED = compile_later(r"(?<!\w)['‘‚](\S.*?\S)['’](?!\w)")
_POSSESSIVE = compile_later(r"['’]s?$")
_ADDRESS = compile_later(r"\.[^\W\d_]|^[^\W\d_].*\d")  # and other things that are named with dots or figures: covid19
# Words that begin sentences with a capital and name nothing.
_OPENERS = frozenset(
    """
    a about according across additionally after also although amid among an and another any around as at back
    because before both but by despite due during each earlier either even every everyone few finally first
    following for four from further furthermore given he her here his how however i if in including instead into it
    its just last late later less like many meanwhile moreover more most much neither no none nor not nothing now of
    on once one only or other others our out over overall people per prior rather recently several she similarly
    since so some soon still such than that the their them then there therefore these they this those though three
    through throughout thus to today together two under unlike until up upon we what when where whereas whether
    which while who whose why with within without yes yet you officials authorities police residents critics
    supporters experts analysts protesters reporters lawmakers ministers troops forces delegations negotiators
    neither nobody somebody currently previously originally initially separately specifically eventually ultimately
    """.split()
) | {*_SMALL, *_SCALES}


@dataclass(frozen=True)
class Facts:
    """What a sentence states that can be looked up: numbers by value, quotations folded, and names.

    A name is folded, with its capital where it must have one: "May" is not "may", nor is "US" "us". Numbers without a
    value ("thousands") and addresses ("example.com") are looked up as names are.
    """

    numbers: frozenset[Decimal]
    names: frozenset[str]
    quotations: frozenset[str]


def find_facts(sentence: str) -> Facts:
    """The facts of one sentence. A capitalised word is a name, unless it opens the sentence and is an everyday word."""
    names = set()
    opening = True
    for match in _WORD.finditer(sentence):
        word = match[0]
        if any(c.isupper() for c in word):
            names |= _name_parts(word, opening=opening)
        elif fold(word) in _VAGUE or _ADDRESS.search(word):
            names |= _name_parts(word)
        opening = False
    quotations = frozenset(fold(quoted).strip(" .,;:!?") for quoted in _find_quotations(sentence))
    return Facts(frozenset(find_numbers(sentence)), frozenset(names - {"I"}), quotations - {""})


def find_numbers(text: str) -> list[Decimal]:
    """The values of all numbers in a text, in figures or words; "one" alone is a pronoun as often and is left out."""
    return [value for value, _, _ in locate_numbers(text)]


def locate_numbers(text: str) -> list[tuple[Decimal, int, int]]:
    """The values of `find_numbers`, each with the span `[start, end)` where it stands."""
    values = []
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            value = Decimal(re.sub(r"[,\u00a0]", "", match["digits"]))
        elif match["tens"]:
            value = Decimal(_SMALL[match["tens"].lower()] + _SMALL.get((match["unit"] or "").lower(), 0))
        else:
            value = Decimal((_SMALL | _SCALES)[(match["word"] or match["lone"]).lower()])
        for scale in re.findall(r"[a-z]+", match["scales"].lower()):
            value *= (_SCALES | _SHORT_SCALES)[scale]
        if match["digits"] or value != 1:
            values.append((value.normalize(), match.start(), match.end()))
    return values


def missing_facts(facts: Facts, text: str) -> list[str]:
    """Those facts that a text does not hold, for a person to read; none if it holds all."""
    numbers: set[Decimal] = set()
    if facts.numbers:
        numbers = {*find_numbers(text), *([Decimal(1)] if "first" in list_words(text) else [])}
    folded = fold(text) if facts.quotations else ""
    return [
        *(f"the number {number:f}" for number in sorted(facts.numbers - numbers)),
        *(f"the name {name}" for name in sorted(facts.names - list_words(text))),
        *(f'the words "{quoted}"' for quoted in sorted(facts.quotations) if not _holds(folded, quoted)),
    ]


@lru_cache(maxsize=2048)
def list_words(text: str) -> frozenset[str]:
    """Each word of a text as a name may have it, with its capital and without."""
    parts = {part for word in _WORD.findall(text) for part in _name_parts(word)}
    return frozenset(parts | {part.casefold() for part in parts})


def fold(text: str) -> str:
    """Lower case, no accents, straight quotation marks, single spaces."""
    if text.isascii():
        return " ".join(text.casefold().split())
    text = text.translate({ord(a): b for a, b in zip("’‘“”„«»ıİ–—\u00a0", '\'\'"""""iI-- ', strict=True)})
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.casefold().split())


def _name_parts(word: str, *, opening: bool = False) -> set[str]:
    """A name without its possessive ending; the parts of a hyphenated one count singly, as texts differ in hyphens.

    Where a sentence opens any word has a capital: it says nothing there, unless all letters are capitals.
    """
    parts = set()
    for part in word.split("-"):
        name = re.sub(r"\.(?!\d)", "", _POSSESSIVE.sub("", fold(part)))
        if any(c.isupper() for c in part) and (not opening or (part.isupper() and len(part) > 1)):
            parts.add(name.capitalize())
        elif not opening or name not in _OPENERS:
            parts.add(name)
    return parts


def _find_quotations(sentence: str) -> list[str]:
    """What stands in quotation marks, also where a sentence has only the first or only the last mark of a pair."""
    parts = _DOUBLE_MARK.split(sentence)
    marks = _DOUBLE_MARK.findall(sentence)
    if marks and marks[0] == "”":
        parts.insert(0, "")
    quoted = parts[1::2]
    if len(parts) % 2 == 0 and not any(c.isalnum() for c in parts[-1]):
        quoted.append(parts[-2])
    return [*quoted, *_SINGLE_QUOTED.findall(sentence)]


def _holds(folded: str, quoted: str) -> bool:
    """Whether some words stand in a text as whole words."""
    return re.search(rf"(?<!\w){re.escape(quoted)}(?!\w)", folded) is not None
