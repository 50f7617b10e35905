"""The progress of a re-index on standard error: a bar on a terminal, a line for each source otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from index.report import Progress


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """What to hand to `reindex` as `on_progress`."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        yield from _show_bar()
    else:
        yield _print_sources()


def _show_bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[articles]} articles"))
    tasks: dict[str, TaskID] = {}
    with Bars(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bars:

        def show(progress: Progress) -> None:
            total = max(progress.total, 1)
            done = progress.done if progress.total else 1
            if progress.source not in tasks:
                tasks[progress.source] = bars.add_task(progress.source, articles=0)
            bars.update(tasks[progress.source], completed=done, total=total, articles=progress.articles)

        yield show


def _print_sources() -> Callable[[Progress], None]:
    named: set[str] = set()

    def show(progress: Progress) -> None:
        if progress.source not in named:
            named.add(progress.source)
            print(f"reading {progress.source}", file=sys.stderr)

    return show
