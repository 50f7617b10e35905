"""What `newsbot eval` measured, as tables in the terminal; none is wider than 120 characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.evaluation.comparison import Asked, Comparison
from bot.evaluation.measures import Evaluation, Share
from bot.evaluation.outcomes import (
    ANSWER_RIGHT,
    ANSWERED,
    OF_THOSE_FOUND,
    PRECISION,
    RECALL,
    REFUSED,
    REFUSED_WRONGLY,
    Outcome,
)
from bot.evaluation.search import DEPTHS, RECIPROCAL_RANK
from bot.render.terminal import render_table

_WIDTH = 120
_LISTED = 20  # failures in the terminal
# The columns of the tables by kind: what stands above them, and the measures of the columns, each with its name there;
# what they are shares of stands before them.
_Columns = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
_SEARCH: _Columns = (
    ("gold article", (*((f"@{k}", f"gold article in first {k}") for k in DEPTHS), ("MRR", RECIPROCAL_RANK))),
    ("answer in passages", tuple((f"@{k}", f"answer in first {k} passages") for k in DEPTHS)),
)
_ANSWERS: _Columns = (
    ("answerable", (("given", ANSWERED), ("refused", REFUSED_WRONGLY), ("right", ANSWER_RIGHT), ("cited", RECALL))),
    ("found in 10", (("right", OF_THOSE_FOUND),)),
    ("citations", (("precise", PRECISION),)),
    ("unanswerable", (("refused", REFUSED),)),
)


def describe_evaluation(evaluation: Evaluation) -> str:
    """The shares, the shares by kind of question, times, tokens, and the first failures."""
    shares = [
        (name, f"{found['share']:.3f}", f"of {found['questions']}")
        for name, found in evaluation.measure_shares().items()
    ]
    kinds = evaluation.measure_kinds()
    blocks = [
        render_table(shares),
        _render_kinds(kinds, _SEARCH),
        _render_kinds(kinds, _ANSWERS),
        _render_times(evaluation),
        _describe_statements(evaluation),
        _describe_failures(evaluation),
    ]
    return "\n\n".join(block for block in blocks if block)


def describe_comparison(comparison: Comparison) -> str:
    """What changed between two runs: each measure with its interval, and the questions that became right or wrong."""
    rows = [change.write() for change in comparison.changes]
    head = ["against before", "before", "after", "difference", "95 % of paired bootstrap draws"]
    blocks = [comparison.describe_questions(), render_table([head, *rows])]
    for name, asked in (("right", comparison.became_right), ("wrong", comparison.became_wrong)):
        if asked:
            blocks.append(f"{len(asked)} became {name}:\n{_list(list(map(_write_asked, asked)))}")
    return "\n\n".join(blocks)


def _render_kinds(kinds: dict[str, dict[str, Share]], groups: _Columns) -> str:
    names = [name for _, columns in groups for name in ("of", *(name for name, _ in columns))]
    above = [name for group, columns in groups for name in (group, *("" for _ in columns))]
    rows = [[kind, *_write_cells(found, groups)] for kind, found in kinds.items()]
    return render_table([["", *above], ["kind", *names], *(row for row in rows if any(row[1:]))]) if rows else ""


def _write_cells(found: dict[str, Share], groups: _Columns) -> Iterable[str]:
    for _, columns in groups:
        measured = [found.get(measure) for _, measure in columns]
        yield str(next((m["questions"] for m in measured if m), ""))
        yield from (f"{m['share']:.3f}" if m else "" for m in measured)


def _render_times(evaluation: Evaluation) -> str:
    times = evaluation.measure_times()
    rows = [(step, f"{spent['p50']:.2f}", f"{spent['p95']:.2f}") for step, spent in times.items()]
    return render_table([("step", "p50 ms", "p95 ms"), *rows]) if rows else ""


def _describe_statements(evaluation: Evaluation) -> str:
    """What verification did, and what a model was given and wrote."""
    checks, used = evaluation.count_checks(), evaluation.measure_usage()
    verified = ", ".join(f"{number} {check}" for check, number in checks.items())
    tokens = (
        f"for each question {used['prompt_tokens']} prompt and {used['completion_tokens']} completion tokens "
        f"in {used['calls']} calls"
    )
    lines = [f"statements: {verified}"] if any(checks.values()) else []
    return "\n".join([*lines, *([f"model: {tokens}"] if used["calls"] else [])])


def _describe_failures(evaluation: Evaluation) -> str:
    lines = [_write_failure(outcome) for outcome in evaluation.failures]
    causes = ", ".join(f"{number} {cause}" for cause, number in evaluation.count_causes().items())
    return f"{len(lines)} failures{f' ({causes})' if causes else ''}:\n{_list(lines)}" if lines else ""


def _list(lines: Sequence[str]) -> str:
    more = [f"… and {len(lines) - _LISTED} more (--json lists all)"] if len(lines) > _LISTED else []
    return "\n".join([*lines[:_LISTED], *more])


def _write_failure(outcome: Outcome) -> str:
    kind, why = f"[{outcome.question.kind}] ", f" – {outcome.failure}"
    return f"{kind}{_shorten(outcome.question.text, _WIDTH - len(kind) - len(why))}{why}"


def _write_asked(asked: Asked) -> str:
    kind = f"[{asked.kind}] "
    return f"{kind}{_shorten(asked.text, _WIDTH - len(kind))}"


def _shorten(text: str, width: int) -> str:
    """A text that fits; some of it stays, however long what stands beside it is."""
    room = max(width, 40)
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"
