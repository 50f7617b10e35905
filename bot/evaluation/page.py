"""What `newsbot eval` measured as one HTML page that stands for itself: no scripts, and nothing from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from bot.evaluation.comparison import Comparison
from bot.evaluation.failed import render_failures, style_choices
from bot.evaluation.measures import Evaluation, Share, bound_share
from bot.evaluation.outcomes import ANSWER_RIGHT, OF_THOSE_FOUND, PRECISION, RECALL, REFUSED, REFUSED_WRONGLY
from bot.evaluation.plots import Bar, plot_bars
from bot.evaluation.search import DEPTHS, RECIPROCAL_RANK

_BY_KIND = (
    *(f"gold article in first {max(DEPTHS)}", f"answer in first {max(DEPTHS)} passages"),
    *(ANSWER_RIGHT, OF_THOSE_FOUND, PRECISION, RECALL, REFUSED_WRONGLY, REFUSED),
)
_SHARE_AXIS = "share, with its 95 % interval (Wilson)"
_STYLE = """
:root { color-scheme: light dark; --bar: #4a7fb5; --mark: #ffe58a }
@media (prefers-color-scheme: dark) { :root { --bar: #5d93c9; --mark: #6b5900 } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
.wide { overflow-x: auto }
.plots { display: flex; flex-wrap: wrap; gap: 1rem }
figure { margin: 0 0 2rem; overflow-x: auto }
table { border-collapse: collapse; margin: 1rem 0 2rem }
caption, figcaption { text-align: left; font-weight: bold; padding: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
svg { font: 13px system-ui, sans-serif; max-width: none }
svg text { fill: currentColor }
.bar { fill: var(--bar) }
.bounds { stroke: currentColor; stroke-width: 1.5; fill: none }
.grid { stroke: #8884 }
mark { background: var(--mark); color: inherit }
nav a, label { margin-right: 1rem; white-space: nowrap }
summary { cursor: pointer; padding: .25rem 0 }
details { border-bottom: 1px solid #8886; padding-left: 1rem; overflow-wrap: anywhere; unicode-bidi: isolate }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem }
dd { margin: 0 }
blockquote { margin: .25rem 0; padding-left: .75rem; border-left: 3px solid #8888 }
cite { font-size: .875rem; opacity: .8 }
#failures:has(> section:target) > section:not(:target) { display: none }
"""


def render_page(evaluation: Evaluation, comparison: Comparison | None = None) -> str:
    """The measures as plots and tables, what changed since an earlier run, and all failures to click open."""
    about = f"{len(evaluation.outcomes)} questions, of which {evaluation.errors} could not be measured."
    shares, kinds = evaluation.measure_shares(), evaluation.measure_kinds()
    parts = [
        _plot_shares("All questions", shares.items()),
        _render_shares(shares),
        _render_comparison(comparison) if comparison else "",
        _plot_kinds(kinds),
        _render_kinds(kinds),
        _plot_times(evaluation),
        _render_counts(evaluation),
        render_failures(evaluation),
    ]
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>newsbot eval</title>
<style>{_STYLE}{style_choices()}</style>
</head>
<body>
<h1>newsbot eval</h1>
<p>{about}</p>
{"".join(parts)}</body>
</html>
"""
    return page.replace("\0", "\N{REPLACEMENT CHARACTER}")  # no page may hold it


def _plot_shares(title: str, shares: Iterable[tuple[str, Share]]) -> str:
    bars = [
        Bar(name, found["share"], f"{found['share']:.3f} of {found['questions']}", _bound(name, found))
        for name, found in shares
    ]
    return _render_figure(title, plot_bars(title, _SHARE_AXIS, bars, top=1.0)) if bars else ""


def _bound(measure: str, found: Share) -> tuple[float, float] | None:
    """A mean of ranks is no share of right ones, so that the interval of a share is not its own."""
    return None if measure == RECIPROCAL_RANK else bound_share(found)


def _plot_kinds(kinds: dict[str, dict[str, Share]]) -> str:
    plots = (
        _plot_shares(measure, [(kind, found[measure]) for kind, found in kinds.items() if measure in found])
        for measure in _BY_KIND
    )
    drawn = "".join(plots)
    return f'<h2>By kind of question</h2>\n<div class="plots">\n{drawn}</div>\n' if drawn else ""


def _plot_times(evaluation: Evaluation) -> str:
    bars = [
        Bar(f"{step}, {percentile}", milliseconds, f"{milliseconds:.2f}")
        for step, spent in evaluation.measure_times().items()
        for percentile, milliseconds in spent.items()
    ]
    return _render_figure("Time of each step", plot_bars("Time of each step", "milliseconds", bars)) if bars else ""


def _render_figure(caption: str, plot: str) -> str:
    return f"<figure>\n<figcaption>{html.escape(caption)}</figcaption>\n{plot}\n</figure>\n"


def _render_shares(shares: dict[str, Share]) -> str:
    rows = [[name, *_write_share(found), _write_bounds(name, found)] for name, found in shares.items()]
    head = ["measure", "share", "of", "95 % interval"]
    return _render_table("All questions", head, rows, numbers=range(1, 4)) if rows else ""


def _render_kinds(kinds: dict[str, dict[str, Share]]) -> str:
    """Here the measures are the rows: they stand as in the first table, with all the room that they need."""
    measures = dict.fromkeys(name for found in kinds.values() for name in found)
    rows = [[name, *(cell for found in kinds.values() for cell in _write_share(found.get(name)))] for name in measures]
    head = ["measure", *(cell for kind in kinds for cell in (kind, "of"))]
    return _render_table("By kind of question", head, rows, numbers=range(1, len(head))) if rows else ""


def _write_share(found: Share | None) -> tuple[str, str]:
    return (f"{found['share']:.3f}", str(found["questions"])) if found else ("", "")


def _write_bounds(measure: str, found: Share) -> str:
    bounds = _bound(measure, found)
    return f"{bounds[0]:.3f} to {bounds[1]:.3f}" if bounds else ""


def _render_counts(evaluation: Evaluation) -> str:
    """How many statements verification passed, and the tokens that a question took."""
    used = evaluation.measure_usage()
    rows = [[f"statements {check}", str(number)] for check, number in evaluation.count_checks().items()]
    rows += [[f"{name.replace('_', ' ')} for each question", str(mean)] for name, mean in used.items()]
    return _render_table("Verification and model", ["what", "number"], rows, numbers=range(1, 2))


def _render_comparison(comparison: Comparison) -> str:
    head = ["measure", "before", "after", "difference", "95 % of paired bootstrap draws"]
    rows = [change.write() for change in comparison.changes]
    lists = [
        f"<h3>{len(asked)} became {name}</h3>\n<ul>\n"
        + "".join(f"<li>[{html.escape(one.kind)}] <bdi>{html.escape(one.text)}</bdi></li>\n" for one in asked)
        + "</ul>\n"
        for name, asked in (("right", comparison.became_right), ("wrong", comparison.became_wrong))
        if asked
    ]
    about = f"<h2>Against before</h2>\n<p>{comparison.describe_questions()}</p>\n"
    return about + _render_table("What changed", head, rows, numbers=range(1, 5)) + "".join(lists)


def _render_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: range) -> str:
    def render_row(cells: Sequence[str], tag: str) -> str:
        kinds = [' class="number"' if i in numbers else "" for i in range(len(cells))]
        marked = (f"<{tag}{kind}>{html.escape(cell)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
        return f"<tr>{''.join(marked)}</tr>\n"

    body = "".join(render_row(row, "td") for row in rows)
    return (
        f'<div class="wide"><table>\n<caption>{html.escape(caption)}</caption>\n'
        f"<thead>\n{render_row(head, 'th')}</thead>\n<tbody>\n{body}</tbody>\n</table></div>\n"
    )
