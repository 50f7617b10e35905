"""What came of one question of `newsbot eval`: whether the answer is right, what it counts for, and why it failed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.answers import Answer, Status
from bot.evaluation.gold import GoldQuestion, contains_gold
from bot.evaluation.search import DEPTHS, RECIPROCAL_RANK, Miss, Ranks, is_within, value_search
from index.articles import Passage

ANSWER_RIGHT, OF_THOSE_FOUND = "answer right", f"answer right of those in first {max(DEPTHS)} passages"
ANSWERED, REFUSED, REFUSED_WRONGLY = "answered", "unanswerable question refused", "answerable question refused"
PRECISION, RECALL, STANDS = "citation precision", "citation recall", "quote stands in its article"
_CHECKS = {name: f"statement {name}" for name in ("kept", "repaired", "left out")}
# All measures, in the order in which they are shown.
MEASURES = (
    *(f"gold article in first {k}" for k in DEPTHS),
    RECIPROCAL_RANK,
    *(f"answer in first {k} passages" for k in DEPTHS),
    *(ANSWERED, REFUSED_WRONGLY, ANSWER_RIGHT, OF_THOSE_FOUND, PRECISION, RECALL, REFUSED, STANDS, *_CHECKS.values()),
)
NO_BETTER = frozenset({REFUSED_WRONGLY, *_CHECKS.values()})  # a bot with more of these is no better one

# Why an answer is not right, in the order in which they are listed.
CAUSES = (
    NOT_MEASURED := "could not be measured",
    FAILED := "answer failed",
    REFUSED_ALTHOUGH_FOUND := "refused wrongly",
    WRONG_SENTENCE := "wrong sentence picked",
    PASSAGE_NOT_FOUND := "passage not found",
    NOT_STORED := "not stored",
    NO_REFUSAL := "refusal missing",
)
_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Outcome:
    """What came of one question.

    `quotes` says of each citation whether its quote stands in its article; `ranks` are of what was searched for, and
    `passages`, by their ranks, what a failure is shown with. With an `error`, and without an `answer`, nothing was
    measured. `misses` tells why search did not put the gold `article`, or the `answer`, into the first ten.
    """

    question: GoldQuestion
    answer: Answer | None = None
    quotes: tuple[bool, ...] = ()
    ranks: Ranks | None = None
    passages: dict[int, Passage] = field(default_factory=dict)
    error: str = ""
    misses: dict[str, Miss] = field(default_factory=dict)

    @property
    def status(self) -> Status | None:
        """That of the answer."""
        return self.answer.status if self.answer else None

    @cached_property
    def right(self) -> bool:
        """An answer with a gold string in its sentences or quotes, or a refusal where there is none."""
        if self.answer is None:
            return False
        if not self.question.answers:
            return self.answer.status == "no_evidence"
        texts = [_without_marks(self.answer), *(citation.quote for citation in self.answer.citations)]
        return self.answer.status == "answered" and any(contains_gold(text, self.question.answers) for text in texts)

    @property
    def cause(self) -> str:
        """Why the answer is not right, one of `CAUSES`; empty if it is."""
        if self.error or self.right:
            return NOT_MEASURED if self.error else ""
        if self.status == "failed":
            return FAILED
        if not self.question.answers:
            return NO_REFUSAL
        if self.ranks and is_within(self.ranks.passage, max(DEPTHS)):
            return REFUSED_ALTHOUGH_FOUND if self.status == "no_evidence" else WRONG_SENTENCE
        # What is only dated later than the question is as good as not there.
        stored = "answer" in self.misses and self.misses["answer"].is_stored
        return PASSAGE_NOT_FOUND if stored else NOT_STORED

    @property
    def failure(self) -> str:
        """Why it is listed as a failure, of the answer or of search; empty if it is none."""
        if self.error:
            return f"{NOT_MEASURED}: {self.error}"
        names = {"article": "gold article", "answer": "answer"}
        missed = [f"{names[what]} {miss}" for what, miss in self.misses.items()]
        # Where the answer was not found, what search missed says so.
        cause = [self.cause] if self.cause not in ("", PASSAGE_NOT_FOUND, NOT_STORED) else []
        return ", ".join([*cause, *missed]) or self.cause

    def values(self) -> Iterable[tuple[str, float]]:
        """The measures that this question counts for, with what it adds to each (between 0 and 1)."""
        if self.answer is None:
            return
        yield from ((STANDS, stands) for stands in self.quotes)
        for found, statements in self.answer.checks.items():
            yield from ((name, check == found) for check, name in _CHECKS.items() for _ in range(statements))
        if self.ranks is None:
            yield REFUSED, self.right
            return
        yield from value_search(self.question, self.ranks).items()
        yield ANSWERED, self.status == "answered"
        yield ANSWER_RIGHT, self.right
        if is_within(self.ranks.passage, max(DEPTHS)):
            yield OF_THOSE_FOUND, self.right
        yield REFUSED_WRONGLY, self.status == "no_evidence"
        supports = [contains_gold(citation.quote, self.question.sought) for citation in self.answer.citations]
        yield from ((PRECISION, supported) for supported in supports)
        yield RECALL, any(supports)

    @cached_property
    def tally(self) -> dict[str, tuple[float, int]]:
        """What it adds to each measure, and for how many it counts there: an answer may have several citations."""
        tallies: dict[str, tuple[float, int]] = {}
        for name, value in self.values():
            counted, of = tallies.get(name, (0.0, 0))
            tallies[name] = (counted + value, of + 1)
        return tallies

    def as_json(self) -> dict[str, Any]:
        """The outcome as `eval --json` prints it; a later run is compared with it (`bot.evaluation.comparison`)."""
        return {
            **name_question(self.question),
            "at": self.question.at,
            "answers": list(self.question.answers),
            "article_rank": self.ranks and self.ranks.article,
            "passage_rank": self.ranks and self.ranks.passage,
            "status": self.status,
            "right": None if self.error else self.right,
            "refused": None if self.error else self.status == "no_evidence",
            "cause": self.cause,
            "checks": self.answer.checks if self.answer else {},
            "timings_ms": self.answer.timings_ms if self.answer else {},
            "usage": vars(self.answer.usage) if self.answer else {},
            "measures": {name: list(tally) for name, tally in self.tally.items()},
            **({"error": self.error} if self.error else {}),
        }

    def failure_as_json(self) -> dict[str, Any]:
        """What is listed of it under `failures`."""
        error = {"error": self.error} if self.error else {}
        misses = {what: vars(miss) for what, miss in self.misses.items()}
        return {**name_question(self.question), **misses, **error, "cause": self.cause}


def name_question(question: GoldQuestion) -> dict[str, Any]:
    """How a question is told from others."""
    return {"id": question.id, "question": question.text, "kind": question.kind}


def _without_marks(answer: Answer) -> str:
    """The sentences of an answer: the number of a citation answers nothing."""
    numbers = {str(citation.number) for citation in answer.citations}
    return _MARK.sub(lambda mark: " " if mark[1] in numbers else mark[0], answer.text)
