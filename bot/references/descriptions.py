"""Whom or what a description means: "the spokesman", "the ministry", "the company"; None where two may be meant."""

from __future__ import annotations

import re

from bot.references.antecedents import opens_sentence
from bot.references.context import Context
from bot.references.full_names import Found, find_full_name, is_speaker, name_ending, places_of
from bot.references.mentions import NAMES, Name, find_names, read_name
from bot.references.people_words import SHORT_ROLES
from config.patterns import compile_later

_BODY = compile_later(
    rf"(?:The )?(?P<body>{NAMES.pattern}(?: (?:of|for)(?: the)? {NAMES.pattern}(?:,? and {NAMES.pattern})?)?)"
)
_ASIDE = compile_later(r", (?:an?|the|its|his|her|their)? ?(?:[\w’'-]+ ){0,4}$")
_FUNCTION_WORDS = (
    r"(?:the|this|that|an?|its|their|our|his|her|of|for|by|in|and|or|to|with|whose|which|each|every|any|one|no)\b"
)
_HYPHENED = compile_later(r"[\w]+-[a-z]")  # Two-thirds of University
_JOINED = compile_later(r"\b(?:and|of|&) $")
_GOES_SMALL = compile_later(r" [a-z]")
_COMPANY_AFTER = compile_later(
    r"(?:[’']s?)? (?:CEO|Chief Executive|chief executive|shares|stock|spokes\w+|Inc\b|Corp\b|Co\.|Ltd\b|customers)"
)
_COMPANY_BEFORE = compile_later(
    r"(?:CEO|chief executive|spokes\w+|chairman|founder|shares|customers) (?:of|at|for|in) $"
)


def find_role(context: Context, role: str) -> Found | None:
    """The one person whom the text before names with a role: "the spokesman", after "spokesman Omer Celik" or
    "Omer Celik, a party spokesman".

    The sentences right before must be about that person.
    """
    text = context.article.text[: context.span.start]
    people: dict[str, Found] = {}
    for match in re.finditer(rf"\b(?:{role}|{role.capitalize()}|{SHORT_ROLES.get(role, role)})\b", text):
        follows = NAMES.match(text, match.end() + 1)
        name = read_name(text, *follows.span()) if follows else None
        if name is None and (aside := _ASIDE.search(text, max(0, match.start() - 60), match.start())):
            name = name_ending(text, aside.start())
        elif name and name.title != role:
            continue
        if name and (full := find_full_name(context.article, name.last, len(text))):
            people[full.last] = full
    near = [context.masked[start:end] for start, end in context.before()]
    found = next(iter(people.values())) if len(people) == 1 else None
    return found if found and any(places_of(masked, found.last) for masked in near) else None


def find_office(context: Context, head: str) -> Found | None:
    """The one body of which the text before gives a name with this word: "the ministry", after "Defence Ministry"."""
    masked = context.masked[: context.start]
    if re.search(rf"\b(?!{_FUNCTION_WORDS})[\w-]+ {head}\b", masked):
        return None  # another one, without a name: a budget committee
    found: dict[str, Found] = {}
    for place in places_of(masked, head.capitalize()):
        for name in _BODY.finditer(masked, max(0, place - 60)):
            if name.start("body") <= place < name.end():
                part = _JOINED.search(masked, max(0, name.start() - 5), name.start()) or _HYPHENED.match(name["body"])
                start = context.first + name.start("body")
                found.setdefault("" if part else name["body"], Found(name["body"], start, is_person=False))
            if name.end() > place:
                break
    return next(iter(found.values())) if len(found) == 1 and " " in next(iter(found)) else None


def find_company(context: Context, *, by_name: bool = False) -> Found | None:
    """The one body that the sentence right before is about; `by_name`: the article must speak of it as of a company."""
    for start, end in context.before()[:1]:
        names = [name for name in find_names(context.masked, start, end) if not context.as_person(name)]
        about = {
            name.text: name
            for name in names
            if not name.title and (_is_subject(context.masked, start, name) or is_speaker(context.masked, name))
        }
        if len(about) == 1 and (not by_name or len({name.text for name in names}) == 1):
            name = next(iter(about.values()))
            is_word = places_of(context.article.text, name.text.lower()) != []  # "Trains" began a sentence
            if not is_word and (not by_name or _is_company(context.article.text, name.text)):
                return Found(name.text, context.first + name.start, is_person=False)
    return None


def _is_company(text: str, name: str) -> bool:
    """Whether an article speaks of a name as of a company: its chief executive, its shares."""
    return any(
        _COMPANY_AFTER.match(text, start + len(name)) or _COMPANY_BEFORE.search(text, max(0, start - 30), start)
        for start in places_of(text, name)
    )


def _is_subject(masked: str, start: int, name: Name) -> bool:
    """Whether a sentence begins with a name and goes on in small letters."""
    return opens_sentence(masked, start, name) and _GOES_SMALL.match(masked, name.end) is not None
