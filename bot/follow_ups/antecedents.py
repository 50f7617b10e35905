"""What the pronouns of a follow-up stand for, found among the names of the turn before."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers import Turn
from bot.follow_ups.dependence import FollowUp
from bot.follow_ups.names import Name, find_names
from bot.follow_ups.pointers import Pointer
from config.patterns import compile_later
from index.terms import analyze

_AUX = r"(?:did|does|do|has|have|had|will|would|can|could|should|is|are|was|were)"
_ASKS_WHO = compile_later(
    rf"(?i:who|whom|whose|(?:which|what)\s+(?!{_AUX}\b)\w+)\b(?!\s+(?:is|was|are|were)\s+(?:[A-Z]|the\s+[A-Z]))"
)
_PERSON = ("person", "name")
_KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("he she him his her hers".split(), _PERSON),
    **dict.fromkeys("they them their theirs".split(), ("group", "country", "name", "thing", "person")),
    "it": ("thing", "group", "name", "event"),
    "its": ("thing", "group", "country", "name", "event"),
    "there": ("place", "country"),
}


def find_antecedent(pointer: Pointer, follow_up: FollowUp, last: str, turn: Turn) -> Name | None:
    """The name that a pronoun stands for: one of the last question or, where a name was asked for, of its answer."""
    kinds = _KINDS.get(pointer.pronoun, ())
    if not kinds or (pointer.pronoun == "it" and (follow_up.names or len(follow_up.pointers) > 1)):
        return None  # "Did Russia accept it?": what somebody does something with is seldom a name
    own = {term for name in follow_up.names for term in analyze(name.text)}
    in_question = set(analyze(last))
    asked, answered = ([n for n in find_names(text) if not own & set(analyze(n.text))] for text in (last, turn.answer))
    if pointer.pronoun == "there":
        order = [[name for name in names if name.placed] for names in (asked, answered)]
    elif kinds == _PERSON or (_ASKS_WHO.match(last) and pointer.pronoun in ("they", "them", "their", "theirs")):
        order = [answered]
    else:
        order = []
    if _ASKS_WHO.match(last):  # who that was stands in the answer, and was not named before
        order = [[name for name in names if not in_question & set(analyze(name.text))] for names in order]
        order = [*order, asked]
    else:
        order = [asked, *order] if pointer.pronoun != "there" else [*order, asked]
    return next((name for names in order for name in _find_fitting(names, kinds)), None)


def _find_fitting(names: Sequence[Name], kinds: Sequence[str]) -> list[Name]:
    """The names that may be meant, best first: for a person one with a title or two words, before a lone word."""
    fitting = [name for name in names if name.kind in kinds]
    return sorted(fitting, key=lambda n: (n.kind != "person", " " not in n.text)) if kinds == _PERSON else fitting
