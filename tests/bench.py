"""Speed and size, each as a ratio against a baseline that is measured in the same run: `make bench`.

`python -m tests.bench PART…` measures only some parts. Every figure is the best of some runs, as these machines are
noisy and noise only ever adds, but of searches the median of 300 questions; in brackets stand the ratios of single
runs, or of fifths of the questions.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.compose import build_newsbot
from bot.render.terminal import render_table
from config.settings import load_settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.bench_answers import measure_answers
from tests.bench_indexing import measure_again, measure_first_index
from tests.bench_large import measure_large
from tests.bench_measure import HEAD, Row, compare, run_program
from tests.bench_model import measure_model
from tests.bench_quick_start import measure_quick_start
from tests.bench_search import measure_search
from tests.bench_telegram import measure_telegram

_IMPORTS = "import chromadb, wordllama, tantivy"
_QUESTION = "what did Turkey demand?"


def measure_start_up(folder: Path) -> list[Row]:
    """`newsbot ask` from start to printed answer, against importing the three libraries that it cannot do without."""
    settings = load_settings({"data": folder})
    SourceList(folder).add([samples_folder()])
    reindex(settings, WordLlamaEmbedder())
    ask = ("-m", "bot.cli", "ask", _QUESTION, "--data", str(folder), "--reader", "extractive")
    baseline, measured = [], []
    for _ in range(10):  # in turns, so that both see the same noise
        baseline.append(run_program("-c", _IMPORTS))
        measured.append(run_program(*ask))
    newsbot = build_newsbot(settings)
    answering = [newsbot.answer(_QUESTION).timings_ms["total"] / 1000 for _ in range(10)]
    return [
        compare(f"`newsbot ask`, start to answer / `{_IMPORTS}`", measured, baseline, "≤ 1.5"),
        compare("… of which answering, the first time / best of 10", answering[:1], answering, "≤ 0.3 s"),
    ]


_PARTS: dict[str, Callable[[Path], list[Row]]] = {
    "start-up": measure_start_up,
    "indexing": measure_first_index,
    "again": measure_again,
    "quick-start": measure_quick_start,
    "large": measure_large,
    "search": measure_search,
    "answers": measure_answers,
    "model": measure_model,
    "telegram": measure_telegram,
}


def main(*names: str) -> None:
    """Measure some parts, or all; print one table."""
    if unknown := set(names) - _PARTS.keys():
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    rows: list[Row] = []
    for name in names or _PARTS:
        with tempfile.TemporaryDirectory() as folder:
            rows += _PARTS[name](Path(folder))
        print(f"{name} is measured", file=sys.stderr, flush=True)
    print(render_table([HEAD, *rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
