"""`newsbot eval`: how well search, answers and refusals do on questions with known answers.

question → answer → search → shares over all, and over each kind → why search missed what it missed
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.answer import Newsbot
from bot.answers import Answer, Status
from bot.evaluation.gold import KINDS, GoldQuestion, contains_gold
from bot.evaluation.search import Miss, Ranks, explain_misses, rank_gold, value_search
from config.errors import IndexMismatch, IndexMissing, NewsbotError, first_line
from config.logs import scrub

Share = dict[str, float]  # "share" and "questions", that it was measured on


@dataclass(frozen=True)
class Outcome:
    """What came of one question.

    `quotes` says of each quote whether it stands in its article; `right` is for an answer that holds a gold string, and
    for a refusal where there is none; `ranks` are of what was searched for. With an `error` nothing was measured.
    `misses` tells why search did not put the gold `article`, or the `answer`, into the first ten.
    """

    question: GoldQuestion
    status: Status | None = None
    right: bool = False
    quotes: tuple[bool, ...] = ()
    ranks: Ranks | None = None
    error: str = ""
    misses: dict[str, Miss] = field(default_factory=dict)

    @property
    def failure(self) -> str:
        """Why it is listed as a failure; empty if it is none."""
        if self.error:
            return f"could not be measured: {self.error}"
        names = {"article": "gold article", "answer": "answer"}
        return ", ".join(f"{names[what]} {miss}" for what, miss in self.misses.items())

    def values(self) -> Iterable[tuple[str, float]]:
        """The measures that this question counts for, with what it adds to each (between 0 and 1)."""
        if self.error:
            return
        yield from (("quote stands in its article", stands) for stands in self.quotes)
        if self.ranks is None:
            yield "unanswerable question refused", self.right
            return
        yield from value_search(self.question, self.ranks).items()
        yield "answered", self.status == "answered"
        yield "answer right", self.right

    def as_json(self) -> dict[str, Any]:
        """The outcome as `eval --json` prints it."""
        return {
            **_name_question(self.question),
            "at": self.question.at,
            "article_rank": self.ranks and self.ranks.article,
            "passage_rank": self.ranks and self.ranks.passage,
            "status": self.status,
            "right": None if self.error else self.right,
            **({"error": self.error} if self.error else {}),
        }


@dataclass(frozen=True)
class Evaluation:
    """The outcomes of all questions, in order."""

    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> list[Outcome]:
        """Those that search did not find, and those that could not be measured, which come first."""
        return sorted((outcome for outcome in self.outcomes if outcome.failure), key=lambda outcome: not outcome.error)

    @property
    def errors(self) -> int:
        """How many questions could not be measured."""
        return sum(bool(outcome.error) for outcome in self.outcomes)

    def measure_shares(self, kind: str | None = None) -> dict[str, Share]:
        """The share that was right by each measure, of all questions or of one kind."""
        values: dict[str, list[float]] = {}
        for outcome in self.outcomes:
            if kind in (None, outcome.question.kind):
                for name, value in outcome.values():
                    values.setdefault(name, []).append(value)
        return {name: {"share": sum(found) / len(found), "questions": len(found)} for name, found in values.items()}

    def measure_kinds(self) -> dict[str, dict[str, Share]]:
        """The shares of each kind of question that there is."""
        shares = {kind: self.measure_shares(kind) for kind in KINDS}
        return {kind: found for kind, found in shares.items() if found}

    def as_json(self) -> dict[str, Any]:
        """Everything, as `eval --json` prints it (the keys are a contract)."""
        return {
            **_round(self.measure_shares()),
            "by_kind": {kind: _round(shares) for kind, shares in self.measure_kinds().items()},
            "per_question": [outcome.as_json() for outcome in self.outcomes],
            "failures": [_failure_as_json(outcome) for outcome in self.failures],
        }


def evaluate(newsbot: Newsbot, questions: Sequence[GoldQuestion]) -> Evaluation:
    """Ask and search for each question; one that fails is noted as such, and the rest go on.

    Raises `IndexMissing` and `IndexMismatch`, as then no question can be answered.
    """
    outcomes = [_measure(newsbot, question) for question in questions]
    with newsbot.index.use() as generation:
        misses = explain_misses(generation.store, [(outcome.question, outcome.ranks) for outcome in outcomes])
    return Evaluation(tuple(replace(o, misses=found) for o, found in zip(outcomes, misses, strict=True)))


def _measure(newsbot: Newsbot, question: GoldQuestion) -> Outcome:
    try:
        answer = newsbot.answer(question.text, at=question.at)
        ranks = rank_gold(newsbot, question) if question.answers else None
    except (IndexMissing, IndexMismatch):
        raise
    except NewsbotError as error:
        return Outcome(question, error=scrub(str(error), newsbot.secrets))
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected error", exc_info=True)
        cause = f"unexpected {type(error).__name__} ({first_line(error)})"
        return Outcome(question, error=scrub(cause, newsbot.secrets))
    right = contains_gold(_everything(answer), question.answers) or (
        not question.answers and answer.status == "no_evidence"
    )
    quotes = tuple(_stands(newsbot, found.article_id, found.start, found.quote) for found in answer.citations)
    return Outcome(question, answer.status, right, quotes, ranks)


def _everything(answer: Answer) -> str:
    return " ".join([answer.text, *(citation.quote for citation in answer.citations)])


def _stands(newsbot: Newsbot, article_id: str, start: int, quote: str) -> bool:
    with newsbot.index.use() as generation:
        article = generation.store.article(article_id)
    return article is not None and article.text[start : start + len(quote)] == quote


def _round(shares: dict[str, Share]) -> dict[str, Share]:
    return {name: {**found, "share": round(found["share"], 4)} for name, found in shares.items()}


def _name_question(question: GoldQuestion) -> dict[str, Any]:
    return {"id": question.id, "question": question.text, "kind": question.kind}


def _failure_as_json(outcome: Outcome) -> dict[str, Any]:
    error = {"error": outcome.error} if outcome.error else {}
    return {**_name_question(outcome.question), **{what: vars(miss) for what, miss in outcome.misses.items()}, **error}
