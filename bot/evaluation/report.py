"""What `newsbot eval` measured, for people: tables in the terminal, and a page that stands for itself."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from bot.evaluation.evaluate import Evaluation, Share
from bot.evaluation.search import DEPTHS, RECIPROCAL_RANK
from bot.render import render_table

_LISTED = 20  # failures in the terminal
# The columns of the table by kind: what stands above them, and the measures of the columns, each with its name there;
# the number of questions stands before them.
_COLUMNS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("gold article", (*((f"@{k}", f"gold article in first {k}") for k in DEPTHS), ("MRR", RECIPROCAL_RANK))),
    ("answer", tuple((f"@{k}", f"answer in first {k} passages") for k in DEPTHS)),
    ("answers", (("given", "answered"), ("right", "answer right"))),
    ("unanswerable", (("refused", "unanswerable question refused"),)),
)
_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
div { overflow-x: auto }
table { border-collapse: collapse; margin: 1rem 0 2rem }
caption { text-align: left; font-weight: bold; padding: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
"""


def describe_evaluation(evaluation: Evaluation) -> str:
    """The shares, the shares by kind of question, and the first failures, for a terminal."""
    shares = [
        (name, f"{found['share']:.3f}", f"of {found['questions']}")
        for name, found in evaluation.measure_shares().items()
    ]
    failures = [
        f"[{outcome.question.kind}] {outcome.question.text} – {outcome.failure}" for outcome in evaluation.failures
    ]
    more = [f"… and {len(failures) - _LISTED} more (--json lists all)"] if len(failures) > _LISTED else []
    listed = "\n".join([*failures[:_LISTED], *more])
    blocks = [render_table(shares), _render_kinds(evaluation.measure_kinds())]
    return "\n\n".join(
        block for block in [*blocks, f"{len(failures)} failures:\n{listed}" if failures else ""] if block
    )


def render_report(evaluation: Evaluation) -> str:
    """The same with all failures as one HTML page, without scripts and without anything from elsewhere."""
    shares = [[name, *_write_share(found)] for name, found in evaluation.measure_shares().items()]
    failures = [
        [outcome.question.id, outcome.question.kind, outcome.question.text, outcome.question.at or "", outcome.failure]
        for outcome in evaluation.failures
    ]
    tables = [
        _render_html_table("All questions", ["measure", "share", "questions"], shares, numbers=range(1, 3)),
        _render_html_kinds(evaluation.measure_kinds()),
        _render_html_table(f"{len(failures)} failures", ["id", "kind", "question", "asked", "why"], failures),
    ]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>newsbot eval</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>newsbot eval</h1>
<p>{len(evaluation.outcomes)} questions, of which {evaluation.errors} could not be measured.</p>
{"".join(tables)}</body>
</html>
"""


def _render_kinds(kinds: dict[str, dict[str, Share]]) -> str:
    names = [name for _, columns in _COLUMNS for name in ("of", *(name for name, _ in columns))]
    above = [name for group, columns in _COLUMNS for name in (group, *("" for _ in columns))]
    rows = [[kind, *_kind_cells(found)] for kind, found in kinds.items()]
    return render_table([["", *above], ["kind", *names], *rows]) if rows else ""


def _kind_cells(found: dict[str, Share]) -> Iterable[str]:
    for _, columns in _COLUMNS:
        measured = [found.get(measure) for _, measure in columns]
        yield str(next((m["questions"] for m in measured if m), 0))
        yield from (f"{m['share']:.3f}" if m else "" for m in measured)


def _render_html_kinds(kinds: dict[str, dict[str, Share]]) -> str:
    """Here the measures are the rows: they stand as in the first table, with all the room that they need."""
    measures = dict.fromkeys(name for found in kinds.values() for name in found)
    rows = [[name, *(cell for found in kinds.values() for cell in _write_share(found.get(name)))] for name in measures]
    head = ["measure", *(cell for kind in kinds for cell in (kind, "of"))]
    return _render_html_table("By kind of question", head, rows, numbers=range(1, len(head)))


def _write_share(found: Share | None) -> tuple[str, str]:
    return (f"{found['share']:.3f}", str(found["questions"])) if found else ("", "")


def _render_html_table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: range = range(0)
) -> str:
    def render_row(cells: Sequence[str], tag: str) -> str:
        kinds = [' class="number"' if i in numbers else "" for i in range(len(cells))]
        marked = (f"<{tag}{kind}>{html.escape(cell)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
        return f"<tr>{''.join(marked)}</tr>\n"

    body = "".join(render_row(row, "td") for row in rows)
    return (
        f"<div><table>\n<caption>{html.escape(caption)}</caption>\n<thead>\n{render_row(head, 'th')}</thead>\n"
        f"<tbody>\n{body}</tbody>\n</table></div>\n"
    )
