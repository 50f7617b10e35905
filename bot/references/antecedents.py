"""Whom a pronoun or a description means: the one person, office or speaker of the sentences right before it.

Each function gives a name with its place in the article, or None where there are two, or none.
"""

from __future__ import annotations

import re

from bot.answers import Span
from bot.references.context import Context
from bot.references.full_names import Found, is_speaker
from bot.references.mentions import SPEAKS, Gender, Name, find_names, is_thing
from bot.references.people_words import ROLES
from config.patterns import compile_later

# People without a name: whoever is there beside a name may be meant as well.
_HE_KIN = """man father brother son husband boy boyfriend uncle nephew grandfather grandson king prince stepfather
    fiancé guy spokesman chairman"""
_SHE_KIN = """woman mother sister daughter wife girl girlfriend aunt niece grandmother queen princess stepmother fiancée
    spokeswoman actress"""
_KIN = """suspect victim driver officer child kid baby teen teenager student teacher friend patient passenger gunman
    shooter attacker soldier worker employee nurse employer neighbor neighbour partner parent cousin rival opponent
    predecessor successor defendant witness person someone somebody author owner clerk customer fan inmate prisoner
    resident toddler infant killer assistant colleague teammate deputy founder trooper sniper hero"""
_OFFICERS = (
    "President Premier Minister Chancellor Governor Mayor Senator Judge Speaker General King Queen Pope Prince Duke"
)
_UNNAMED = compile_later(
    rf"\b(?:(?P<he>{'|'.join(_HE_KIN.split())})|(?P<she>{'|'.join(_SHE_KIN.split())})"
    rf"|{'|'.join(sorted(ROLES | {*_KIN.split()}))}|(?:{'|'.join(_OFFICERS.split())})(?! [A-Z]))\b(?!-)"
)
_DETERMINED = compile_later(
    r"(?<!\bis )(?<!\bas )(?<!\bwas )(?<!\bbecame )\b(?:the|an?|his|her|their|its|another|one|this|that|some)"
    r"(?: [\w-]+){0,2} $|[’']s (?:[\w-]+ ){0,2}$",
    re.IGNORECASE,
)
_ASIDE = compile_later(r",? (?:is|was|became|as|a|an|the|its|his|her|their|former|now|currently|then)\b[^.;]{0,60}$")
_PRONOUN: dict[str, re.Pattern[str]] = {
    "he": re.compile(r"\b(?:he|his|him)\b", re.IGNORECASE),
    "she": re.compile(r"\b(?:she|her|hers)\b", re.IGNORECASE),
}
_GOES_ON: dict[str, re.Pattern[str]] = {
    gender: re.compile(rf"(?:(?:But|And|Yet|So|Then|Still) )?(?:{words})\b", re.IGNORECASE)
    for gender, words in (("he", "he|his"), ("she", "she|her"))
}
_SAID_PRONOUN = compile_later(rf"[”\"] (he|she) {SPEAKS}\b")
_PLACED = compile_later(r"\b(?:in|at|from|near|on|to|of|for|across|outside|the|into) $", re.IGNORECASE)
_OWNS = compile_later(r"[’']")
_BEGINS_ASIDE = frozenset(
    """
    About After Against Although Among As At Because Before Besides By Despite During Except For From If In Like Of On
    Since Though To Toward Under Unless Unlike Until When While With Without
    """.split()
)
_IN_PRESS = compile_later(r" (?:in|for|on) (?:[Tt]he )?[A-Z]")
_IN_CLAUSE = compile_later(
    r"\b(?:after|before|when|as|while|since|because|if|that|what|which|where|until|once) (?:[A-Z]\w+ )*$"
)


def find_person(context: Context, gender: Gender, *, speaks: bool) -> Found | None:
    """Whom "he" or "she" at the beginning of a sentence means; `speaks` says that the sentence goes on with "said"."""
    for back, (start, end) in enumerate(context.before()):
        masked = context.masked
        names = find_names(masked, start, end)
        fitting = [name for name in names if name.gender in ("", gender)]
        found = [full for name in fitting if (full := context.as_person(name)) and full.gender in ("", gender)]
        people = {full.text: full for full in found}
        if any(
            _is_foreign(masked, gender, start, name)
            for name in [name for name in fitting if context.as_person(name)][:1]
        ):
            return None
        if speaks and (speakers := [name for name in names if _is_main_speaker(masked, name)]):
            full = context.as_person(speakers[0]) if len({name.last for name in speakers}) == 1 else None
            return full if full and full.text in people else None
        goes_on = _GOES_ON[gender].match(masked, start, end) is not None
        opens = any(context.as_person(name) for name in names[:1] if opens_sentence(masked, start, name))
        leads = goes_on or opens
        rival = _has_unnamed(masked, [name for name in names if context.as_person(name)], start, end, gender) or (
            not leads and _has_unknown(context, fitting, start)
        )
        if people or rival:
            is_plain = opens or _is_plain(context, fitting, far=back > 0)
            return found[0] if len(people) == 1 and is_plain and not rival and not goes_on else None
        if not goes_on and not _PRONOUN[gender].search(masked, start, end) and re.search(r"\w", masked[start:end]):
            return None
    return None


def find_speaker(context: Context) -> Found | None:
    """Who says a sentence that is all quotation: whoever is said to speak in the sentence before it."""
    for start, end in context.before()[:1]:
        names = [name for name in find_names(context.masked, start, end) if is_speaker(context.masked, name)]
        if len(names) == 1 and "\x00" in context.masked[start:end]:
            return context.as_person(names[0])
        if not names and (pronoun := _SAID_PRONOUN.search(context.masked, start, end)):
            before = Context(Span(context.article, context.first + start, context.first + end))
            return find_person(before, "he" if pronoun[1] == "he" else "she", speaks=True)
    return None


def _is_foreign(masked: str, gender: Gender, start: int, name: Name) -> bool:
    """Whether a name is a label ("Celik: ..."), or comes after a pronoun that may mean somebody else."""
    before = masked[start : name.start]
    return masked[name.end : name.end + 2] == ": " or re.search(rf"\b{gender}\b", before, re.IGNORECASE) is not None


def _is_plain(context: Context, names: list[Name], *, far: bool) -> bool:
    """Whether the one person of a sentence is likely to be meant, though the sentence does not begin with the name.

    A person in an earlier sentence must speak there, one of unknown gender in any; not for the press that is cited.
    """
    for name in names:
        if full := context.as_person(name):
            if is_speaker(context.masked, name):
                return _IN_PRESS.match(context.masked, name.end) is None
            owns = _OWNS.match(context.masked, name.end) is not None
            return not far and not owns and (name.title or full.gender) != ""
    return True


def _is_main_speaker(masked: str, name: Name) -> bool:
    """Whether a name is that of who speaks, and not in a clause: "after Celik announced it"."""
    return is_speaker(masked, name) and not _IN_CLAUSE.search(masked, max(0, name.start - 50), name.start)


def opens_sentence(masked: str, start: int, name: Name) -> bool:
    """Whether a sentence begins with a name, but for titles: not with "Like Celik, ..." or "When Celik ..."."""
    return all(word[0].isupper() and word not in _BEGINS_ASIDE for word in masked[start : name.start].split())


def _has_unknown(context: Context, names: list[Name], start: int) -> bool:
    """Whether there is a name of which nothing is known: it may be a person's."""
    return any(
        not context.as_person(name)
        and not is_thing(name.words)
        and not _PLACED.search(context.masked, max(start, name.start - 10), name.start)
        for name in names
    )


def _has_unnamed(masked: str, names: list[Name], start: int, end: int, gender: Gender) -> bool:
    """Whether there is a person without a name; `names` are those of people."""
    return any(
        match["she" if gender == "he" else "he"] is None
        and _DETERMINED.search(masked, max(start, match.start() - 40), match.start())
        and not any(_belongs(masked, name, match) for name in names)
        for match in _UNNAMED.finditer(masked, start, end)
    )


def _belongs(masked: str, name: Name, match: re.Match[str]) -> bool:
    """Whether a role is that of a name beside it: "spokesman Omer Celik", "Celik, a spokesman for the party"."""
    if 0 <= name.start - match.end() <= 1:
        return True
    return name.end < match.start() and _ASIDE.match(masked, name.end, match.start()) is not None
