"""The checkable facts of a sentence: numbers, names and quotations; and whether some text holds them.

What counts as the same: "3 million" and "3,000,000", "twelve" and "12", "İbrahim" and "Ibrahim", curly and straight
quotation marks. Everything else must stand as it is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_UNITS.split())}
_SMALL |= {word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
_ORDINALS = dict(
    zip("first second third fourth fifth sixth seventh eighth ninth tenth".split(), range(1, 11), strict=True)
)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALES |= {"k": 1000, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12, "dozen": 12}
_NUMBER = re.compile(
    rf"""(?<![\w.])(?:(?P<digits>\d+(?:[,\u00a0]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<ordinal>st|nd|rd|th)?
        |(?P<tens>{"|".join(_TENS.split())})(?:[ -](?P<unit>{"|".join(_UNITS.split()[1:10])}))?
        |(?P<word>{"|".join(_UNITS.split())}))
        (?:[ -]?(?P<scale>hundred|thousand|million|billion|trillion|dozen|k|mn?|bn|tn)s?\b)?(?![\w])""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_QUOTATION = re.compile(r"[\"“”«»„]([^\"“”«»„]{2,})[\"“”«»„]")
_POSSESSIVE = re.compile(r"['’]s?$")
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
)


@dataclass(frozen=True)
class Facts:
    """What a sentence states that can be looked up: numbers by value, names and quotations folded."""

    numbers: frozenset[Decimal]
    names: frozenset[str]
    quotations: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.names or self.quotations)


def find_facts(sentence: str) -> Facts:
    """The facts of one sentence. A capitalised word is a name, unless it opens the sentence and is an everyday word."""
    names = set()
    opening = True
    for match in _WORD.finditer(sentence):
        word = match[0]
        if (word[0].isupper() or any(c.isupper() for c in word[1:])) and not (opening and fold(word) in _OPENERS):
            names |= {part for part in _name_parts(word) if part not in _OPENERS or not opening}
        opening = False
    names -= {"i"}
    quotations = frozenset(fold(quoted).strip(" .,;:!?") for quoted in _QUOTATION.findall(sentence))
    return Facts(frozenset(find_numbers(sentence)), frozenset(names), quotations - {""})


def find_numbers(text: str) -> list[Decimal]:
    """The values of all numbers in a text, in figures or words; "one" alone is a pronoun as often and is left out."""
    values = []
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            value = Decimal(re.sub(r"[,\u00a0]", "", match["digits"]))
        elif match["tens"]:
            value = Decimal(_SMALL[match["tens"].lower()] + _SMALL.get((match["unit"] or "").lower(), 0))
        else:
            value = Decimal(_SMALL[match["word"].lower()])
        if match["scale"]:
            value *= _SCALES[match["scale"].lower()]
        if match["digits"] or match["scale"] or value != 1:
            values.append(value.normalize())
    return values


def missing_facts(facts: Facts, text: str) -> list[str]:
    """Those facts that a text does not hold, for a person to read; none if it holds all."""
    ordinals = {Decimal(_ORDINALS[word]) for word in _WORD.findall(text.lower()) if word in _ORDINALS}
    numbers = ordinals.union(find_numbers(text))
    words = {part for word in _WORD.findall(text) for part in _name_parts(word)}
    folded = fold(text)
    return [
        *(f"the number {number:f}" for number in sorted(facts.numbers - numbers)),
        *(f"the name {name}" for name in sorted(facts.names - words)),
        *(f'the words "{quoted}"' for quoted in sorted(facts.quotations) if quoted not in folded),
    ]


def fold(text: str) -> str:
    """Lower case, no accents, straight quotation marks, single spaces."""
    text = text.translate({ord(a): b for a, b in zip("’‘“”„«»ıİ–—\u00a0", '\'\'"""""iI-- ', strict=True)})
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.casefold().split())


def _name_parts(word: str) -> set[str]:
    """A name without its possessive ending; the parts of a hyphenated one count singly, as texts differ in hyphens."""
    return {_POSSESSIVE.sub("", fold(part)).replace(".", "") for part in re.split(r"-", word) if part}
