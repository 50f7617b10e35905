"""Two runs of `newsbot eval` side by side: what changed, and which answers became right or wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bot.evaluation.bootstrap import Interval, Tally, compare_medians, compare_paired, compare_shares
from bot.evaluation.gold import GoldQuestion
from bot.evaluation.outcomes import MEASURES
from config.errors import UsageError, first_line

_REMEDY = "give a file that `newsbot eval --json` of this version printed"


@dataclass(frozen=True)
class Asked:
    """One question of a run, as its JSON has it, with what it adds to each measure."""

    id: str
    text: str
    kind: str
    at: str
    answers: tuple[str, ...]
    right: bool | None
    tallies: Mapping[str, Tally]
    times: Mapping[str, float]
    tokens: float

    @property
    def key(self) -> tuple[str, str, str, tuple[str, ...]]:
        """The same in two runs for the same question with the same answers."""
        return (self.id, self.text, self.at, self.answers)


@dataclass(frozen=True)
class Change:
    """A measure before and after, and the interval of the difference; shown with so many digits."""

    measure: str
    before: float
    after: float
    interval: Interval
    digits: int = 3

    def write(self) -> list[str]:
        """The cells of its row in a table."""
        difference, low, high = (f"{value:+.{self.digits}f}" for value in vars(self.interval).values())
        before, after = (f"{value:.{self.digits}f}" for value in (self.before, self.after))
        return [self.measure, before, after, difference, f"[{low}, {high}]"]


@dataclass(frozen=True)
class Comparison:
    """What two runs have in common, and in what they differ there; `unmeasured` of the common ones do not count."""

    common: int
    only_before: int
    only_after: int
    unmeasured: int
    changes: tuple[Change, ...]
    became_right: tuple[Asked, ...]
    became_wrong: tuple[Asked, ...]

    def describe_questions(self) -> str:
        """How many questions are compared."""
        others = [(self.only_before, "only before"), (self.only_after, "only after"), (self.unmeasured, "not measured")]
        left_out = ", ".join(f"{number} {where}" for number, where in others if number)
        return f"{self.common - self.unmeasured} questions compared" + (f" (left out: {left_out})" if left_out else "")

    def as_json(self) -> dict[str, Any]:
        """What `eval --json --compare` prints of it."""
        return {
            "questions": self.common - self.unmeasured,
            "only_before": self.only_before,
            "only_after": self.only_after,
            "unmeasured": self.unmeasured,
            "measures": {
                change.measure: {"before": change.before, "after": change.after, **vars(change.interval)}
                for change in self.changes
            },
            "became_right": [_name(asked) for asked in self.became_right],
            "became_wrong": [_name(asked) for asked in self.became_wrong],
        }


def read_run(file: Path) -> list[Asked]:
    """The questions of an earlier run. Raises `UsageError` for a file that `eval --json` did not print."""
    try:
        return list_asked(json.loads(file.read_text(encoding="utf-8")))
    except KeyError as error:
        raise UsageError(f"cannot compare with {file} (no {error} in it)", _REMEDY) from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"cannot compare with {file} ({first_line(error)})", _REMEDY) from None


def list_asked(run: Any) -> list[Asked]:
    """The questions of a run's JSON. Raises `KeyError` and others for what is no such JSON."""
    return [_read_asked(found) for found in run["per_question"]]


def check_common(before: Sequence[Asked], questions: Sequence[GoldQuestion]) -> None:
    """Raises `UsageError` where an earlier run has none of these questions."""
    keys = {(question.id, question.text, question.at or "", question.answers) for question in questions}
    if keys.isdisjoint(asked.key for asked in before):
        raise UsageError(
            "the run to compare with has none of these questions", "give the files that it was measured on"
        )


def compare_runs(before: Sequence[Asked], after: Sequence[Asked]) -> Comparison:
    """What changed in the questions that both runs have. Raises `UsageError` if there are none."""
    earlier, later = ({asked.key: asked for asked in run} for run in (before, after))
    common = [(asked, later[key]) for key, asked in earlier.items() if key in later]
    pairs = [(a, b) for a, b in common if a.right is not None and b.right is not None]
    if not pairs:
        raise UsageError("no question was measured in both runs", "mend what fails, and measure again")
    return Comparison(
        len(common),
        len(earlier) - len(common),
        len(later) - len(common),
        len(common) - len(pairs),
        tuple(_list_changes(pairs)),
        tuple(b for a, b in pairs if b.right and not a.right),
        tuple(b for a, b in pairs if a.right and not b.right),
    )


def _read_asked(found: Any) -> Asked:
    right = found["right"]
    if right not in (True, False, None):
        raise ValueError(f"{right!r} is neither right nor wrong")
    usage = found["usage"]
    return Asked(
        str(found["id"]),
        str(found["question"]),
        str(found["kind"]),
        str(found["at"] or ""),
        tuple(map(str, found["answers"])),
        right,
        {str(name): (float(counted), float(of)) for name, (counted, of) in found["measures"].items()},
        {str(step): float(milliseconds) for step, milliseconds in found["timings_ms"].items()},
        float(usage.get("prompt_tokens", 0)) + float(usage.get("completion_tokens", 0)),
    )


def _list_changes(pairs: Sequence[tuple[Asked, Asked]]) -> Iterator[Change]:
    nothing = (0.0, 0.0)
    names = _names(asked.tallies for pair in pairs for asked in pair)
    for name in sorted(names, key=lambda name: MEASURES.index(name) if name in MEASURES else len(MEASURES)):
        before, after = ([asked.tallies.get(name, nothing) for asked in run] for run in zip(*pairs, strict=True))
        # A measure that one of the two runs does not have cannot be compared.
        if sum(of for _, of in before) and sum(of for _, of in after):
            yield Change(name, _share(before), _share(after), compare_shares(after, before))
    steps = _names(asked.times for pair in pairs for asked in pair)
    for step in sorted(steps, key=lambda step: step == "total"):
        both = [(a.times[step], b.times[step]) for a, b in pairs if step in a.times and step in b.times]
        if both:
            interval = compare_medians([b for _, b in both], [a for a, _ in both])
            yield Change(f"{step}, ms (p50)", median(a for a, _ in both), median(b for _, b in both), interval, 2)
    tokens = [(a.tokens, b.tokens) for a, b in pairs]
    if any(map(any, tokens)):
        old, new = ([*run] for run in zip(*tokens, strict=True))
        interval = compare_paired(new, old)
        yield Change("tokens for each question", sum(old) / len(old), sum(new) / len(new), interval, 1)


def _names(found: Iterable[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(name for each in found for name in each))


def _share(tallies: Sequence[Tally]) -> float:
    return sum(counted for counted, _ in tallies) / sum(of for _, of in tallies)


def _name(asked: Asked) -> dict[str, str]:
    return {"id": asked.id, "question": asked.text, "kind": asked.kind}
