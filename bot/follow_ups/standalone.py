"""Follow-up questions ("and what did Russia say?"), made into questions that stand alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.answers import Turn, Usage
from bot.verification.facts import find_facts, missing_facts
from config.errors import ServiceError
from index.clean import clean_line
from index.terms import content_terms

_LONGEST = 300  # characters of a question that a model wrote
# What opens a question with a capital and is no name.
_OPENERS = frozenset(
    """
    did does do is are was were has have had will would can could should may might must which whose whom in on at by
    for from since until please tell give
    warum wann wo wer wie was welche hat haben ist sind wurde war por cuándo dónde quién cuántos cuántas cómo qué
    pourquoi quand où qui combien comment neden ne nerede kim kaç nasıl почему когда где кто сколько как что
    """.split()
)


@dataclass(frozen=True)
class Standalone:
    """A question that stands alone, and what a model used to write it."""

    text: str
    usage: Usage = field(default_factory=Usage)


class Rewriter(Protocol):
    """Writes a follow-up question anew so that it stands alone; a model can be one."""

    def rewrite(self, question: str, turns: Sequence[Turn]) -> Standalone:
        """The question with what it takes from the turns before. May raise `ServiceError`."""
        ...


def make_standalone(question: str, turns: Sequence[Turn], rewriter: Rewriter | None = None) -> Standalone:
    """A follow-up question with what it takes from the turns before, oldest first; any other question as it is.

    Rules decide whether it depends on them, and on which: the last one that has a topic. A `rewriter` may then word it;
    what it writes is taken only if each name and number in it was said before, else the rules' wording is.
    """
    turn = next((turn for turn in reversed(turns) if content_terms(turn.question)), None)
    by_rules = _rewrite_by_rules(question, turn) if turn else ""
    if not by_rules:
        return Standalone(question)
    if rewriter is None:
        return Standalone(by_rules)
    try:
        written = rewriter.rewrite(question, turns)
    except ServiceError:
        return Standalone(by_rules)
    return Standalone(written.text if _is_trusted(written.text, question, turns) else by_rules, written.usage)


def _rewrite_by_rules(question: str, turn: Turn) -> str:
    """The question by rules; empty if it stands alone."""
    # Loaded where there is a turn to refer to: most questions are the first of theirs.
    from bot.follow_ups.dependence import read_follow_up
    from bot.follow_ups.languages import write_foreign
    from bot.follow_ups.wording import write_standalone

    if foreign := write_foreign(question, turn):
        return clean_line(foreign)
    follow_up = read_follow_up(question, turn)
    return clean_line(write_standalone(follow_up, turn)) if follow_up else ""


def _is_trusted(written: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether a model wrote one question, with no name or number that was not said."""
    if not content_terms(written) or len(written) > _LONGEST or len(written.splitlines()) != 1:
        return False
    first, _, rest = written.partition(" ")
    sentence = f"{first.casefold()} {rest}" if first.casefold().strip("¿") in _OPENERS else written
    said = "\n".join([question, *(f"{turn.question}\n{turn.answer}" for turn in turns)])
    return not missing_facts(find_facts(sentence), said)
