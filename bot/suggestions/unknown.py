"""Names that an answer uses as if they were known, and that a sentence of the hits explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from bot.answers import Span
from bot.follow_ups.name_kinds import COUNTRIES
from bot.references.full_names import places_of
from bot.references.mentions import Name, find_names, is_given
from bot.references.people_words import ROLES
from bot.suggestions.idea import Idea
from bot.suggestions.names import names_in
from config.patterns import compile_later
from index.keywords import KeywordIndex

_KNOWN = 0.002  # share of the passages with a name from which on everybody knows it,
_SHORTEST = 3  # letters of a name of a thing
_FEW = 15  # if they are not just a few
_WHO = compile_later(r"(?: \([A-Z]{2,6}\))?, (?:the|an?|who is|who was|its|one of) ")
_WHAT = compile_later(r"(?: \([A-Z]{2,6}\))?, (?:an?|the) (?P<what>[a-z][^,.;]{8,60})")
_PLACED = compile_later(r"\b(?:in|at|near|from|to|of|for|and|on|by) (?:the )?$")
_DEMONYM = compile_later(r"(?:ian|ean|ish|ese|ans|ist|ists)$")
_CAPITAL_BEFORE = compile_later(r"(?<!\w)[A-Z][\w.’-]+ $")
_CAPITAL_AFTER = compile_later(r" [A-Z]")
_PEOPLE = ROLES | frozenset("who man woman mother father son daughter wife husband expert fellow".split())


class Unknown:
    """The names in the quotes of an answer that it does not explain, and that not everybody knows."""

    def __init__(self, shown: Sequence[Span], keywords: KeywordIndex) -> None:
        self._shown, self._keywords = shown, keywords

    def ask(self, span: Span) -> Iterator[Idea]:
        """The questions "Who is ...?" and "What is ...?" for those that a sentence explains."""
        for text, is_person in self._names:
            start = span.text.find(text)
            name = next((one for one in find_names(span.text) if one.text == text), None) if start >= 0 else None
            if name and (_introduces(span.text, name) if is_person else _explains(span.text, name)):
                the = "the " if not is_person and span.text[: name.start].lower().endswith("the ") else ""
                yield Idea(f"{'Who' if is_person else 'What'} is {the}{text}?", "who", span, text)

    def is_known(self, name: str) -> bool:
        """Whether the articles have somebody's last name so often that everybody knows it."""
        return self._keywords.count_word(name.rsplit(maxsplit=1)[-1]) >= max(_FEW, _KNOWN * self._keywords.count())

    @cached_property
    def _names(self) -> list[tuple[str, bool]]:
        names: dict[str, bool] = {}
        explained = set()
        for span in self._shown:
            for name in names_in(span.text):
                is_person = name.is_person and len(name.words) > 1
                if is_person or _is_thing(name, span):
                    names.setdefault(name.text, is_person)
                if _introduces(span.text, name) or _explains(span.text, name):
                    explained.add(name.text)
        return [(text, person) for text, person in names.items() if text not in explained and not self.is_known(text)]


def _introduces(sentence: str, name: Name) -> bool:
    """Whether a role stands beside the name of a person."""
    return name.title != "" or _WHO.match(sentence, name.end) is not None


def _explains(sentence: str, name: Name) -> bool:
    """Whether it is said behind the name of a thing what that is."""
    found = _WHAT.match(sentence, name.end)
    placed = _PLACED.search(sentence, max(0, name.start - 12), name.start)
    return found is not None and not placed and _PEOPLE.isdisjoint(found["what"].split())


def _is_thing(name: Name, span: Span) -> bool:
    """Whether a name is nobody's, and no part of a longer one."""
    text = name.text
    if name.title or "." in text or any(map(is_given, name.words)) or _DEMONYM.search(text):
        return False
    if text.casefold() in COUNTRIES or len(text) < _SHORTEST:
        return False
    return len(name.words) > 1 or not any(
        _CAPITAL_BEFORE.search(told, max(0, start - 30), start) or _CAPITAL_AFTER.match(told, start + len(text))
        for told in [span.article.text]
        for start in places_of(told, text)
    )
