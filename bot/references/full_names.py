"""The full form of what an article names only in part: a surname, a team, an abbreviation; where it has just one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.references.mentions import NAMES, SPEAKS, Gender, Name, guess_gender, is_thing, read_name
from config.patterns import compile_later
from index.articles import Article

_FORMS = 60  # mentions of a name that are looked at

_IN_PLACE = compile_later(r"\b(?:in|at|from|near|to) $", re.IGNORECASE)
_SAID_BY = compile_later(rf"(?<!\w){SPEAKS} $")
_POSSESSIVE = compile_later(r"[’']")
_SAYS = compile_later(rf",? (?:also |later |has |had |then )?{SPEAKS}\b")
_FATHERS = compile_later(r" (?:bin|ibn) \S+$")  # the last word is the father's name
_BODY = compile_later(rf"(?:The )?(?P<body>{NAMES.pattern}(?: (?:(?:of|for|and) )+(?:the )?{NAMES.pattern})*)$")
_PART = compile_later(r"[A-Z]\w+ (?:of|for) $")  # the Nation of Islam
_PEOPLES = compile_later(r"(?:ans|ists|crats|ese|ish)$")  # the House Republicans are not all the Republicans


@dataclass(frozen=True)
class Found:
    """A name that explains a word, as it stands at `start` in the article."""

    text: str
    start: int
    is_person: bool = True

    @property
    def last(self) -> str:
        """Its last word."""
        return self.text.split()[-1]

    @property
    def gender(self) -> Gender:
        """What the given name says."""
        return guess_gender(self.text.split(), "")


def find_full_name(article: Article, last: str, before: int) -> Found | None:
    """The full name of the person whom the article calls by this surname, where it stands before a place.

    None where two people share it, or where nothing shows that it is a person's.
    """
    if _PART.search(article.text, max(0, before - 30), before):
        return None
    full: list[Name] = []
    is_person = False
    for start in places_of(article.text, last):
        name = name_ending(article.text, start + len(last))
        if name is None:
            continue
        if len(name.words) > 1:
            full.append(name)
            is_person = is_person or name.is_person
        elif not full and _IN_PLACE.search(article.text, max(0, start - 8), start):
            return None
        if full and not is_person:
            is_person = not is_thing(full[0].words) and is_speaker(article.text, name)
    if not is_person or full[0].start >= before or any(name.words[0] != full[0].words[0] for name in full):
        return None
    if any(_FATHERS.search(name.text) for name in full):
        return None
    best = next((name for name in full if name.start < before and _ends_as_prose(article.text, name.end)), full[0])
    return Found(best.text, best.start)


def find_team(article: Article, word: str, before: int) -> Found | None:
    """The one longer name that ends with this plural: the Las Vegas Aces."""
    if not word.endswith("s") or _PEOPLES.search(word):
        return None
    forms: dict[str, Found] = {}
    for start in places_of(article.text, word):
        name = name_ending(article.text, start + len(word))
        if name and (name.is_person or (not forms and len(name.words) == 1)):
            return None  # a person's; or known without more, as the Grammys are, of which the Latin Grammys are some
        if name and len(name.words) > 1:
            forms.setdefault(name.text, Found(name.text, name.start, is_person=False))
    found = next(iter(forms.values())) if len(forms) == 1 else None
    return found if found and found.start < before else None


def spell_out(article: Article, acronym: str, before: int) -> Found | None:
    """What the article spells out before an abbreviation in brackets: Justice and Development Party (AKP)."""
    start = article.text.find(f" ({acronym})", 0, before)
    if start < 0 or len(acronym) < 3:
        return None
    line = max(article.text.rfind("\n", 0, start) + 1, start - 100)
    named = _BODY.search(article.text, line, start)
    for word in reversed(list(re.finditer(r"[^\s-]+", article.text[line:start]))):
        spelled = article.text[line + word.start() : start]
        capitals = [part[0] for part in re.split(r"[\s-]", spelled) if part[:1].isupper()]
        if word[0][0].isupper() and "".join(capitals) == acronym:
            return Found(f"{spelled} ({acronym})", line + word.start(), is_person=False)
    # The letters may be those of another language.
    if named and " " in named["body"] and is_thing([named["body"].split()[-1]]):
        return Found(f"{named['body']} ({acronym})", named.start("body"), is_person=False)
    return None


def _ends_as_prose(text: str, start: int) -> bool:
    """Whether a paragraph ends as sentences do: a heading or a caption is a poor quote."""
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)].rstrip()[-1:] in (*'.!?…”"’',)


def is_speaker(text: str, name: Name) -> bool:
    """Whether a text has "said" beside a name."""
    before = max(0, name.start - 14)
    if _SAID_BY.search(text, before, name.start):
        return _POSSESSIVE.match(text, name.end) is None  # said Kalin's lawyer
    return _SAYS.match(text, name.end) is not None


def name_ending(text: str, end: int) -> Name | None:
    """The name whose last word ends here; None within a longer one."""
    for match in NAMES.finditer(text, max(0, text.rfind("\n", 0, end) + 1, end - 80), min(len(text), end + 30)):
        if match.end() >= end:
            return read_name(text, match.start(), end) if match.end() == end else None
    return None


def places_of(text: str, word: str) -> list[int]:
    """Where a word stands in a text, as a whole word."""
    places: list[int] = []
    start = text.find(word)
    while start >= 0 and len(places) < _FORMS:
        end = start + len(word)
        around = text[max(0, start - 1) : start] + text[end : end + 1]
        if not any(char.isalnum() or char == "-" for char in around):
            places.append(start)
        start = text.find(word, end)
    return places
