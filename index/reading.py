"""Reading all sources in the background, so that the next articles are at hand while the last are embedded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import suppress
from queue import Empty, Full, Queue

from config.settings import Settings
from index.articles import Article
from index.events import ArticleRead, Event
from index.folders import read_folder
from index.ledger import Ledger
from index.sources import Source
from index.web.reading import read_web

_AHEAD = 500  # events that wait at most: some batches of articles


class _StoppedError(Exception):
    """Nobody takes events any more."""


def read_sources(
    sources: Sequence[Source],
    ledger: Ledger,
    settings: Settings,
    *,
    while_waiting: Callable[[], None] = lambda: None,
) -> Generator[Event, None, None]:
    """The events of all sources: those of folders one after another, those of the web in turns with them.

    Reading goes on in two threads while an event is worked on; closing the iterator ends them. `while_waiting` is
    called every now and then while there is no event, and may raise.
    """
    queue: Queue[Event | BaseException | None] = Queue(_AHEAD)
    stopped = threading.Event()

    def put(event: Event | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                queue.put(event, timeout=0.1)
            except Full:
                continue
            return
        raise _StoppedError

    async def emit(event: Event) -> None:
        await asyncio.to_thread(put, event)

    def read_local() -> None:
        for source in sources:
            if source.is_local:
                for event in read_folder(source, ledger, settings.max_file_mb * 1_000_000):
                    if isinstance(event, ArticleRead) and isinstance(event.result, Article):
                        _ = event.result.copy_keys  # worked out and kept here, beside other work
                    put(event)

    def read_remote() -> None:
        if remote := [source for source in sources if not source.is_local]:
            asyncio.run(_run_until(read_web(remote, ledger, settings, emit), stopped))

    threads = [threading.Thread(target=_carry, args=(work, put), daemon=True) for work in (read_local, read_remote)]
    try:
        for thread in threads:
            thread.start()
        running = len(threads)
        while running:
            try:
                event = queue.get(timeout=0.2)
            except Empty:
                while_waiting()
                continue
            if isinstance(event, BaseException):
                raise event
            if event is None:
                running -= 1
            else:
                yield event
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def _carry(work: Callable[[], None], put: Callable[[BaseException | None], None]) -> None:
    """Do the work, then say that it is done, or what it raised: that is raised again where the events are taken."""
    problem: BaseException | None = None
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - a thread has nobody else to tell
        problem = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error
    with suppress(_StoppedError):
        put(problem)


async def _run_until(work: Coroutine[None, None, None], stopped: threading.Event) -> None:
    """Do the work; give it up when nobody takes its events any more."""
    task = asyncio.create_task(work)
    while not task.done():
        await asyncio.wait({task}, timeout=0.2)
        if stopped.is_set():
            task.cancel()
    with suppress(asyncio.CancelledError):
        await task
