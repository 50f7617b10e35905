"""Follow-up questions ("and what did Russia say?"), made into questions that stand alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.answers import Turn, Usage
from bot.verification.facts import find_facts, missing_facts
from config.errors import ServiceError
from config.patterns import compile_later
from index.clean import clean_line
from index.search.address import leave_out_address
from index.search.asked import split_asked
from index.terms import content_terms

_STORY = 2  # words that carry meaning
_LONGEST = 300  # characters of a question that a model wrote
_TALK = compile_later(
    r"(?:i|we|you|it|this|that|these|those|he|she|they|sorry|okay|ok|really|interesting)\b", re.IGNORECASE
)
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
    if turn is None:
        return Standalone(question)
    told, asked = split_asked(leave_out_address(question))
    alone = bool(told) and _is_story(told)
    by_rules = "" if alone else _rewrite_by_rules(asked, replace(turn, question=leave_out_address(turn.question)))
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

    # What the last question told before it asked is told again; where it asked no more than "why?", it is its topic.
    told, asked = split_asked(turn.question)
    if told and not content_terms(asked):
        told, asked = "", told
    last = replace(turn, question=asked)
    written = write_foreign(question, last)
    if not written and (follow_up := read_follow_up(question, turn)):
        written = write_standalone(follow_up, last)
    return clean_line(f"{told} {written}") if written else ""


def _is_story(told: str) -> bool:
    """Whether what is told before a question is what that is about, and not "I see." or "That is odd!"."""
    from bot.follow_ups.names import find_names

    return bool(find_names(told)) or (len(content_terms(told)) >= _STORY and not _TALK.match(told))


def _is_trusted(written: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether a model wrote one question, with no name or number that was not said."""
    if not content_terms(written) or len(written) > _LONGEST or len(written.splitlines()) != 1:
        return False
    first, _, rest = written.partition(" ")
    sentence = f"{first.casefold()} {rest}" if first.casefold().strip("¿") in _OPENERS else written
    said = "\n".join([question, *(f"{turn.question}\n{turn.answer}" for turn in turns)])
    return not missing_facts(find_facts(sentence), said)
