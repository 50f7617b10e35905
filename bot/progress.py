"""The progress of a re-index on standard error: bars on a terminal, JSON lines for a program, plain lines otherwise."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from bot.status import describe_progress
from index.report import Progress

_BETWEEN = 5.0  # seconds between two lines on one source


@contextmanager
def show_progress(*, as_json: bool) -> Iterator[Callable[[Progress], None]]:
    """What to hand to `reindex` as `on_progress`."""
    if as_json:
        yield _print_lines(lambda progress: json.dumps(asdict(progress), ensure_ascii=False))
    elif sys.stderr.isatty():
        yield from _show_bars()
    else:
        yield _print_lines(describe_progress)


def _show_bars() -> Iterator[Callable[[Progress], None]]:
    """A bar for each source, with articles, articles a second and the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    tasks: dict[str, TaskID] = {}
    began: dict[str, float] = {}
    with Bars(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bars:

        def show(progress: Progress) -> None:
            total, done = (progress.total, progress.done) if progress.total else (1, 1)
            if progress.source not in tasks:
                tasks[progress.source] = bars.add_task(progress.source, told="")
                began[progress.source] = time.monotonic()
            rate = progress.articles / max(time.monotonic() - began[progress.source], 0.1)
            told = f"{progress.articles} articles, {rate:.0f}/s"
            bars.update(tasks[progress.source], completed=done, total=total, told=told)

        yield show


def _print_lines(write: Callable[[Progress], str]) -> Callable[[Progress], None]:
    """Print where each source begins and ends, and in between every few seconds."""
    told: dict[str, tuple[float, Progress]] = {}

    def show(progress: Progress) -> None:
        now = time.monotonic()
        moment, last = told.get(progress.source, (now - _BETWEEN, None))
        if progress != last and (now - moment >= _BETWEEN or progress.done == progress.total):
            told[progress.source] = now, progress
            print(write(progress), file=sys.stderr)

    return show
