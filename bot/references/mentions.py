"""Names in English news: where they stand, whether they are a person's, and of which gender; by rules, not by a model.

What a rule cannot tell stays unknown: a given name that is not listed says nothing against a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.references.people_words import FULL_ROLES, HE_NAMES, HE_ROLES, OPENERS, ROLES, SHE_NAMES, SHE_ROLES, THINGS
from config.patterns import compile_later

Gender = Literal["he", "she", ""]

_CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶĹĻĽŁŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŹŻŽȘȚ"
_WORD = (
    rf"(?!(?:Jr|Sr|I{{2,3}}|IV)\b)(?:(?:[{_CAPITAL}]\.)+|(?:[aeu][lsn]-)?[{_CAPITAL}][^\W_]*(?:[’'-](?!s\b)[^\W_]+)*)"
)
NAMES = compile_later(
    rf"(?<![\w’'-]){_WORD}(?:(?: (?:de|da|di|del|della|den|der|dos|du|van|von|ter|bin|ibn|la|le|y))* {_WORD}(?!\.\w))*"
)
SPEAKS = (
    r"(?:said|says|told|tells|added|adds|wrote|writes|tweeted|explained|explains|warned|announced|insisted|argued"
    r"|noted|notes|stated|claimed|recalled|admitted|acknowledged|concluded|continued|replied|posted|declared)"
)
_HYPHENED = compile_later(r"-[a-z]")  # Meta-owned Instagram
_PART_OF = compile_later(r"\b(?:of|and|for) $")  # head of Innovation and Growth Alan Wexler
_DEMONYM = compile_later(r"(?:ian|ean|ish|ese|can)$")
_KIND_BEFORE = compile_later(r"\b(?:is|was|are|an?|the) $")  # who is French Canadian, said
_ROLE_BEFORE = compile_later(r"([^\W\d_]+)\.? $")
_PERSON_AFTER = compile_later(
    r"(?:, (?:who\b|\d\d\b(?!,\d)|(?:an?|the|its|his|her|former)\b[^,.;]{0,50}\b"
    rf"(?:{'|'.join(sorted(ROLES))})\b(?![’'-]))|,? {SPEAKS}\b)"
)


@dataclass(frozen=True)
class Name:
    """A name in a text, at `[start, end)`, without the titles before it; `title` is the last, in small letters.

    Of a single word `is_person` tells little: only that a title stands before it.
    """

    text: str
    start: int
    end: int
    title: str
    is_person: bool

    @property
    def words(self) -> list[str]:
        """The words of the name."""
        return self.text.split()

    @property
    def last(self) -> str:
        """The last word: mostly what a person is called from the second time on."""
        return self.words[-1]

    @property
    def gender(self) -> Gender:
        """What the title says, else the given name; empty where neither does."""
        return guess_gender(self.words, self.title)


def find_names(text: str, start: int = 0, end: int | None = None) -> list[Name]:
    """The names in `text[start:end]`, in order."""
    matches = NAMES.finditer(text, start, len(text) if end is None else end)
    return [name for match in matches if (name := read_name(text, *match.span()))]


def read_name(text: str, start: int, end: int) -> Name | None:
    """The name among the capitalised words `text[start:end]`; None where titles, days and openers are all there is."""
    words = [(word[0], start + word.start(), start + word.end()) for word in re.finditer(r"\S+", text[start:end])]
    before = _ROLE_BEFORE.search(text, max(0, start - 20), start)
    title = before[1].lower() if before and before[1].lower() in ROLES else ""
    title = FULL_ROLES.get(title, title)
    first = 0
    for place, (word, _, _) in enumerate(words):
        bare = word.rstrip(".").lower().removeprefix("ex-")
        if place < len(words) - 1 and bare not in ROLES and bare.removesuffix("s") in ROLES:
            bare = bare.removesuffix("s")
        if bare in ROLES:
            title, first = FULL_ROLES.get(bare, bare), place + 1
        elif place == first and (
            (bare in OPENERS and not (word.isupper() and len(word) > 1)) or _HYPHENED.search(word)
        ):
            title, first = "", place + 1
    # Of what stands before a given name nothing belongs to the name: State Antony Blinken.
    given = [place for place in range(first, len(words) - 1) if is_given(words[place][0])]
    if given and (
        given[0] - first > 1
        or _PART_OF.search(text, max(0, start - 5), start)
        or all(word.lower() in THINGS or _DEMONYM.search(word) for word, _, _ in words[first : given[0]])
    ):
        first = given[0]
    elif len(words) - first > 2 and _DEMONYM.search(words[first][0]):
        first += 1
    if first >= len(words):
        return None
    name = text[words[first][1] : end]
    rest = [word for word, _, _ in words[first:]]
    return Name(name, words[first][1], end, title, _is_person(text, rest, words[first][1], end, title))


def guess_gender(words: list[str], title: str) -> Gender:
    """What a title says of a person, else the given name; empty where neither does."""
    if title in HE_ROLES or title in SHE_ROLES:
        return "he" if title in HE_ROLES else "she"
    if len(words) == 1 or (words[0] in HE_NAMES) == (words[0] in SHE_NAMES):
        return ""
    return "he" if words[0] in HE_NAMES else "she"


def is_given(word: str) -> bool:
    """Whether a word is one of the given names that are listed."""
    return word in HE_NAMES or word in SHE_NAMES


def is_thing(words: list[str]) -> bool:
    """Whether one of the words is known from the names of places, institutions and companies, or is an abbreviation."""
    return any(word.lower() in THINGS or (word.isupper() and len(word) > 2) for word in words)


def _is_person(text: str, words: list[str], start: int, end: int, title: str) -> bool:
    if len(words) > 4 or (is_thing(words[1:]) if is_given(words[0]) else is_thing(words)):
        return len(words) == 2 and title != "" and not is_thing(words[:1])  # White and Hall are surnames as well
    if len(words) > 1 and is_given(words[0]):
        return True
    if title or len(words) == 1:
        return title != ""
    return _PERSON_AFTER.match(text, end) is not None and not _KIND_BEFORE.search(text, max(0, start - 6), start)
