"""What the outcomes of all questions come to: shares over all and by kind of question, times, tokens, failures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.answers import Usage
from bot.evaluation.gold import KINDS
from bot.evaluation.outcomes import CAUSES, MEASURES, Outcome

Share = dict[str, float]  # "share" and "questions", that it was measured on (or citations, or statements)
Spent = dict[str, float]  # "p50" and "p95", in milliseconds
_Z = 1.959964  # the normal distribution has 95 % of itself within so many standard errors


@dataclass(frozen=True)
class Evaluation:
    """The outcomes of all questions, in order."""

    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> list[Outcome]:
        """Those that were not found or not answered rightly; those that could not be measured come first."""
        return sorted((outcome for outcome in self.outcomes if outcome.failure), key=lambda outcome: not outcome.error)

    @property
    def errors(self) -> int:
        """How many questions could not be measured."""
        return sum(bool(outcome.error) for outcome in self.outcomes)

    def measure_shares(self, kind: str | None = None) -> dict[str, Share]:
        """The share that was right by each measure, of all questions or of one kind."""
        sums: dict[str, tuple[float, int]] = {}
        for outcome in self.outcomes:
            if kind in (None, outcome.question.kind):
                for name, (counted, of) in outcome.tally.items():
                    before = sums.get(name, (0.0, 0))
                    sums[name] = (before[0] + counted, before[1] + of)
        return {name: {"share": counted / of, "questions": of} for name, (counted, of) in _order(sums)}

    def measure_kinds(self) -> dict[str, dict[str, Share]]:
        """The shares of each kind of question that there is."""
        shares = {kind: self.measure_shares(kind) for kind in KINDS}
        return {kind: found for kind, found in shares.items() if found}

    def measure_times(self) -> dict[str, Spent]:
        """What each step of an answer took; `total` comes last."""
        spent: dict[str, list[float]] = {}
        for outcome in self.outcomes:
            for step, milliseconds in (outcome.answer.timings_ms if outcome.answer else {}).items():
                spent.setdefault(step, []).append(milliseconds)
        steps = sorted(spent, key=lambda step: step == "total")
        return {step: _measure_percentiles(spent[step]) for step in steps}

    def measure_usage(self) -> dict[str, float]:
        """Tokens and calls for each question that was measured, on average."""
        answers = [outcome.answer for outcome in self.outcomes if outcome.answer]
        used = sum((answer.usage for answer in answers), Usage())
        return {name: round(value / max(1, len(answers)), 1) for name, value in vars(used).items()}

    def count_checks(self) -> dict[str, int]:
        """How many statements verification kept, repaired and left out."""
        counts: Counter[str] = Counter()
        for outcome in self.outcomes:
            counts.update(outcome.answer.checks if outcome.answer else {})
        return {name: counts[name] for name in ("kept", "repaired", "left out")}

    def count_causes(self) -> dict[str, int]:
        """How many answers failed for each cause that there is."""
        counts = Counter(outcome.cause for outcome in self.outcomes)
        return {cause: counts[cause] for cause in CAUSES if counts[cause]}

    def as_json(self) -> dict[str, Any]:
        """Everything, as `eval --json` prints it (the keys are a contract)."""
        return {
            **_round(self.measure_shares()),
            "by_kind": {kind: _round(shares) for kind, shares in self.measure_kinds().items()},
            "timings_ms": self.measure_times(),
            "usage": self.measure_usage(),
            "checks": self.count_checks(),
            "causes": self.count_causes(),
            "per_question": [outcome.as_json() for outcome in self.outcomes],
            "failures": [outcome.failure_as_json() for outcome in self.failures],
        }


def bound_share(found: Share) -> tuple[float, float]:
    """The bounds of a share's 95 % interval (Wilson 1927), as if all that it is a share of were independent."""
    share, n = found["share"], found["questions"]
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def _order(sums: dict[str, tuple[float, int]]) -> list[tuple[str, tuple[float, int]]]:
    return [(name, sums[name]) for name in MEASURES if name in sums]


def _measure_percentiles(milliseconds: Sequence[float]) -> Spent:
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}


def _round(shares: dict[str, Share]) -> dict[str, Share]:
    return {name: {**found, "share": round(found["share"], 4)} for name, found in shares.items()}
