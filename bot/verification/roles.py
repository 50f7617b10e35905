"""Who does it to whom: a claim that has the two names around a verb the other way round than its quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from bot.verification.words import find_terms
from config.patterns import compile_later

_WORD = compile_later(r"[^\W_]+(?:['’.-][^\W_]+)*|[;:—]")
_BE = frozenset("is are was were be been being gets got".split())
_MUTUAL = " ".join("meet talk agree sign discuss negotiate play draw marry join border differ between".split())
_NOUN_BEHIND = frozenset("a an the its his her their our this that these those of some any no every".split())
_REACH = 8  # words between a verb and a name that goes with it

# A verb's term with the terms of the name that acts and of the one that it is done to.
_Role = tuple[str, frozenset[str], frozenset[str]]


def find_swap(claim: str, sentences: Sequence[str]) -> str:
    """The verb whose two names a claim has in each other's place; empty if there is none."""
    quoted = [role for sentence in sentences for role in _find_roles(sentence)]
    for verb, actor, other in _find_roles(claim):
        same = [(theirs, whom) for term, theirs, whom in quoted if term == verb]
        straight = any(actor & theirs and other & whom for theirs, whom in same)
        if not straight and any(actor & whom and other & theirs for theirs, whom in same):
            return verb
    return ""


@lru_cache(maxsize=2048)
def _find_roles(sentence: str) -> tuple[_Role, ...]:
    return tuple(_list_roles(sentence))


def _list_roles(sentence: str) -> Iterator[_Role]:
    words = _WORD.findall(sentence)
    mutual = find_terms(_MUTUAL)
    for place, word in enumerate(words):
        terms = find_terms(word)
        is_noun = not _NOUN_BEHIND.isdisjoint(words[max(0, place - 1) : place]) or words[place + 1 : place + 2] == [
            "of"
        ]
        if not word.islower() or not terms or terms & mutual or is_noun:
            continue
        before = _nearest_name(words[max(0, place - _REACH) : place][::-1])
        after = _nearest_name(words[place + 1 : place + 1 + _REACH])
        if before and after and not before & after:
            passive = not _BE.isdisjoint(words[max(0, place - 3) : place]) and "by" in words[place + 1 : place + 4]
            for term in terms:
                yield (term, after, before) if passive else (term, before, after)


def _nearest_name(words: Sequence[str]) -> frozenset[str]:
    """The terms of the first run of capitalised words, up to the end of the clause."""
    name: frozenset[str] = frozenset()
    for word in words:
        if word in ";:—" or (name and not word[0].isupper()):
            break
        if word[0].isupper():
            name |= find_terms(re.sub(r"['’]s?$", "", word))
    return name
