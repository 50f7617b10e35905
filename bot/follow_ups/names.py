"""The names of a question or an answer, and what kind of thing each one is, as far as plain rules can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.follow_ups.name_kinds import ADJECTIVES, COUNTRIES, EVENTS, GROUPS, NO_NAMES, OPENERS, ROLES, TITLES
from config.patterns import compile_later

NameKind = Literal["person", "group", "country", "place", "event", "thing", "name"]  # "name": it may be anything

_WORD = compile_later(r"[^\W_]+(?:[.'’&-][^\W_]+)*")
_PARTICLES = frozenset("al bin da de del der di du el ibn la of van von".split())
_HEADS = GROUPS | frozenset("bay cape cup gulf isle kingdom port republic sea state states strait".split())
_PLACED = compile_later(
    r"\b(?:in|at|near|from|around|across|inside|outside|over|off|to|into|towards?)\s+(?:the\s+)?$", re.I
)
_AFTER_ROLE = compile_later(rf"\b(?:{'|'.join(sorted(ROLES))})\s+$", re.IGNORECASE)
_BEFORE_ROLE = compile_later(rf",\s+(?:the|a|an|its|their)\s+(?:[\w-]+\s+){{0,3}}(?:{'|'.join(sorted(ROLES))})\b")
_POSSESSIVE = compile_later(r"['’]s?$")


@dataclass(frozen=True)
class Name:
    """A name as it stands in a text, with "the" where it has one, and its place there."""

    text: str
    kind: NameKind
    start: int
    end: int
    placed: bool = False  # "in Idlib": something happens there


def find_names(text: str) -> list[Name]:
    """The names of a text, in order. A country is known in small letters too, as people type it."""
    return [name for first, last in _runs(text) if (name := _read_name(text, first, last)) is not None]


def is_country(words: str) -> bool:
    """Whether some words are the name of a country."""
    return re.sub(r"^the\s+", "", words.casefold()) in COUNTRIES


def has_event(words: str) -> bool:
    """Whether some words name something that happened: that is a topic of its own."""
    return not EVENTS.isdisjoint(word.casefold() for word in _WORD.findall(words))


def _runs(text: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """The first and the last word of each run of words that may be a name together."""
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        last = at
        if _begins(text, words, at):
            while (following := _follows(text, words, last)) is not None:
                last = following
            yield words[at], words[last]
        at = last + 1


def _begins(text: str, words: list[re.Match[str]], at: int) -> bool:
    word = words[at][0]
    plain = _POSSESSIVE.sub("", word).casefold()
    if plain in COUNTRIES - {"us", "turkey", "chad", "jordan", "mali", "georgia", "oman", "niger"}:
        return True
    if not word[0].isupper() or plain in NO_NAMES:
        return plain == "turkey"  # who types it small in a question on news means the country
    before = text[: words[at].start()].rstrip()
    if before and before[-1] not in '.?!:“"¿':
        return True
    # Any word that opens a sentence has a capital: it is a name if it is no everyday word and more speaks for it.
    if plain in OPENERS:
        return False
    known = plain in COUNTRIES or word.isupper() or word != _POSSESSIVE.sub("", word)
    return known or _follows(text, words, at) is not None or text.count(word) > 1 or len(words) == 1


def _follows(text: str, words: list[re.Match[str]], at: int) -> int | None:
    """The index of the word that goes on a name, if one does."""
    owner = _POSSESSIVE.sub("", words[at][0])
    if owner != words[at][0] and is_country(owner):
        return None  # Women's World Cup is one name; Turkey's President is two
    particle = 0
    while at + particle + 1 < len(words):
        previous, following = words[at + particle], words[at + particle + 1]
        if text[previous.end() : following.start()] != " ":
            return None
        if _goes_on(following[0]):
            # "Bank of England" is one name; Bonmati of Spain is two.
            whole = previous[0] != "of" or words[at][0].casefold() in _HEADS
            return at + particle + 1 if whole else None
        if following[0].casefold() not in _PARTICLES or particle == 2:
            return None
        particle += 1
    return None


def _goes_on(word: str) -> bool:
    return word[0].isupper() or re.match(r"(?:al|el)-[^\W\d_]", word) is not None


def _read_name(text: str, first: re.Match[str], last: re.Match[str]) -> Name | None:
    start, end = first.start(), last.end()
    words = list(_WORD.finditer(text, start, end))
    plain = [_POSSESSIVE.sub("", word[0]).casefold() for word in words]
    titles = [at for at, word in enumerate(plain) if word in TITLES]
    is_person = bool(titles) and titles[-1] < len(plain) - 1 and not _is_office(plain)
    if is_person:
        words, plain = words[titles[-1] + 1 :], plain[titles[-1] + 1 :]
    if all(word in TITLES or word in ADJECTIVES or _is_adjective(word) for word in plain) and not is_person:
        return None
    start = words[0].start()
    end -= len(last[0]) - len(_POSSESSIVE.sub("", last[0]))
    before = text[:start]
    article = re.search(r"\bthe\s+$", before, re.IGNORECASE)
    kind = "person" if is_person else _tell_kind(text, plain, before, end, article=bool(article))
    named = text[start:end]
    return Name(
        f"the {named}" if article else named,
        kind,
        article.start() if article else start,
        end,
        bool(_PLACED.search(before)),
    )


def _tell_kind(text: str, plain: list[str], before: str, end: int, *, article: bool) -> NameKind:
    if " ".join(plain) in COUNTRIES:
        return "country"
    if not EVENTS.isdisjoint(plain):
        return "event"
    if not GROUPS.isdisjoint(plain) or article:
        return "thing" if GROUPS.isdisjoint(plain) else "group"
    if _AFTER_ROLE.search(before) or (len(plain) > 1 and _BEFORE_ROLE.match(text[end:])):
        return "person"
    if _PLACED.search(before):
        return "place"
    return "group" if len(plain) == 1 and text[:end].endswith(plain[0].upper()) and len(plain[0]) > 1 else "name"


def _is_office(plain: list[str]) -> bool:
    """Whether it is an office with a title in its name: the General Assembly."""
    return plain[-1] in GROUPS


def _is_adjective(word: str) -> bool:
    return word.endswith(("ish", "ian", "ese", "ean")) and len(word) > 4
