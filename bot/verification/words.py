"""The content terms of a text as verification compares them: stemmed, and irregular verbs under their first form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from index.terms import analyze, content_terms

_IRREGULAR = """
    arise arose arisen, beat beaten, become became, begin began begun, bite bit bitten, bleed bled, blow blew blown,
    break broke broken, bring brought, build built, burn burnt, buy bought, catch caught, choose chose chosen,
    come came, deal dealt, dig dug, draw drew drawn, drink drank drunk, drive drove driven, eat ate eaten,
    fall fell fallen,
    feed fed, feel felt, fight fought, find found, flee fled, fly flew flown, forbid forbade forbidden,
    forget forgot forgotten, forgive forgave forgiven, freeze froze frozen, give gave given, go went gone,
    grow grew grown, hang hung, hear heard, hide hid hidden, hold held, keep kept, know knew known, lay laid, lead led,
    leave left, lend lent, lie lain, lose lost, make made, mean meant, meet met, pay paid, ride rode ridden,
    ring rang rung, rise rose risen, run ran, see saw seen, seek sought, sell sold, send sent, shake shook shaken,
    shoot shot, show shown, shrink shrank shrunk, sing sang sung, sink sank sunk, sit sat, sleep slept, slide slid,
    speak spoke spoken, spend spent, stand stood, steal stole stolen, stick stuck, strike struck, swear swore sworn,
    sweep swept, swim swam swum, take took taken, teach taught, tear tore torn, think thought, throw threw thrown,
    understand understood, uphold upheld, wake woke, wear wore worn, win won, withdraw withdrew withdrawn,
    withhold withheld, write wrote written, undergo underwent, overthrow overthrew overthrown, override overrode,
    undertake undertook, oversee oversaw, foresee foresaw, die died dying death dead, agree agreement,
    resign resignation
"""


_NOUNS = frozenset("death dead dying agreement resignation".split())  # of those above


def _irregular() -> Iterator[list[str]]:
    """The forms of each irregular word, the first one first."""
    return (group.split() for group in _IRREGULAR.replace("\n", " ").split(","))


@cache
def _first_forms() -> dict[str, str]:
    return {term: analyze(first)[0] for first, *others in _irregular() for term in analyze(" ".join(others))}


@cache
def _past_forms() -> frozenset[str]:
    return frozenset(form for _, *others in _irregular() for form in others) - _NOUNS


def is_past(word: str) -> bool:
    """Whether a word looks like a verb in the past, or a participle: "withdrew", "announced"."""
    return word in _past_forms() or (word.endswith("ed") and not word.endswith("eed"))


@lru_cache(maxsize=8192)
def list_terms(text: str) -> tuple[str, ...]:
    """The content terms of a text, each once, in order; no numbers, and no single letters (those of "p.m.")."""
    forms = _first_forms()
    terms = (term for term in content_terms(text) if len(term) > 1 and not term[0].isdigit())
    return tuple(dict.fromkeys(forms.get(term, term) for term in terms))


@lru_cache(maxsize=8192)
def find_terms(text: str) -> frozenset[str]:
    """The content terms of a text."""
    return frozenset(list_terms(text))


def share_of(terms: frozenset[str], held: frozenset[str]) -> float:
    """The share of some terms that others hold, between 0 and 1; 0 of none."""
    return len(terms & held) / max(1, len(terms))
