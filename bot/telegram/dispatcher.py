"""The dispatcher: what the inbox holds is worked on lane by lane, in order within a lane, lanes side by side.

It knows nothing of Telegram: an update is a number, a lane, and a payload that can be written as JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from bot.state.inbox import Inbox
from bot.state.jobs import Job

_THREADS = 4  # for the inbox alone: it never waits for those in which answers are worked out
_REFUSALS = 64  # that are sent at the same time; past it, accepting waits
_LOG = logging.getLogger(__name__)
T = TypeVar("T")


class Dispatcher:
    """Works on what the inbox holds, with `handle`, `at_once` lanes at a time; `refuse` is for what it has no room for.

    Every `sweep_seconds` it looks for lanes on which nobody works, such as those of a process that died; every
    `beat_seconds` it says that it lives, which must be well within the lease of the inbox.
    """

    def __init__(
        self,
        inbox: Inbox,
        handle: Callable[[Job], Awaitable[None]],
        refuse: Callable[[dict[str, Any]], Awaitable[None]],
        bound: int,
        lane_bound: int,
        *,
        at_once: int = 64,
        sweep_seconds: float = 2.0,
        beat_seconds: float = 10.0,
    ) -> None:
        self._inbox, self._handle, self._refuse = inbox, handle, refuse
        self._bound, self._lane_bound, self._at_once = bound, lane_bound, at_once
        self._sweep_seconds, self._beat_seconds = sweep_seconds, beat_seconds
        self._threads = ThreadPoolExecutor(_THREADS, "inbox")
        self._waiting: dict[str, None] = {}  # lanes that wait for their turn, in order of arrival
        self._running: dict[str, asyncio.Task[None]] = {}
        self._suspects: set[str] = set()  # lanes whose work ended with its process: of these one at a time,
        self._suspect: str | None = None  # so that what ends the process each time takes no others with it
        self._again: set[str] = set()  # lanes in which something came while they were worked on
        self._refusals: set[asyncio.Task[None]] = set()
        self._background: list[asyncio.Task[None]] = []
        self._is_open = False

    async def accept(
        self,
        update_id: int,
        lane: str,
        payload: dict[str, Any],
        chat_id: int | None = None,
        message_id: int | None = None,
    ) -> None:
        """Take an update; when this returns, it is in the inbox, or it is being refused. Not after `stop`."""
        accepted = await self._call(
            lambda: self._inbox.accept(
                update_id,
                lane,
                json.dumps(payload, ensure_ascii=False),
                chat_id=chat_id,
                message_id=message_id,
                bound=self._bound,
                lane_bound=self._lane_bound,
            )
        )
        if accepted == "new":
            self._wake(lane)
        elif accepted == "full":
            while len(self._refusals) >= _REFUSALS:
                await asyncio.wait(self._refusals, return_when=asyncio.FIRST_COMPLETED)
            task = asyncio.create_task(_log_failure(self._refuse(payload), f"update {update_id} could not be refused"))
            self._refusals.add(task)
            task.add_done_callback(self._refusals.discard)

    async def start(self, *, alone: bool) -> None:
        """Begin with what waits. `alone`: no other process works on this inbox, so what was begun is free."""
        if alone:
            await self._call(lambda: self._inbox.release(everybody=True))
        self._is_open = True
        await self._sweep()
        self._background = [
            asyncio.create_task(_repeat(self._sweep, self._sweep_seconds)),
            asyncio.create_task(_repeat(lambda: self._call(self._inbox.renew), self._beat_seconds)),
        ]

    async def stop(self, patience: float = 25.0) -> None:
        """Finish what is begun, for at most `patience` seconds, and leave the rest in the inbox, for anybody."""
        self._is_open = False
        self._waiting.clear()
        begun = {*self._running.values(), *self._refusals}
        if begun:
            _, unfinished = await asyncio.wait(begun, timeout=patience)
            if unfinished:
                _LOG.warning(
                    "%d updates were not finished in time; they are worked on after the next start", len(unfinished)
                )
            await _cancel(unfinished)
        await _cancel(self._background)
        await self._call(self._inbox.release)
        self._threads.shutdown(wait=False)

    async def _sweep(self) -> None:
        if lanes := await self._call(self._inbox.waiting_lanes):
            self._suspects |= await self._call(self._inbox.interrupted_lanes)
            for lane in lanes:
                self._wake(lane)

    def _wake(self, lane: str) -> None:
        """See to it that a lane gets its turn."""
        if not self._is_open:
            return
        if lane in self._running:
            self._again.add(lane)
        else:
            self._waiting.setdefault(lane)
            self._begin_lanes()

    def _begin_lanes(self) -> None:
        for lane in list(self._waiting):
            if not self._is_open or len(self._running) >= self._at_once:
                return
            if lane in self._suspects:
                if self._suspect is not None:
                    continue
                self._suspect = lane
            del self._waiting[lane]
            self._running[lane] = asyncio.create_task(self._work(lane))

    async def _work(self, lane: str) -> None:
        """Work on what waits in a lane; where other lanes wait for their turn, on one update only."""
        try:
            job = await self._claim(lane)
            while job is not None:
                await _log_failure(self._handle(job), f"update {job.update_id} failed")
                job = await self._finish(job)
        finally:
            del self._running[lane]
            self._suspects.discard(lane)
            if self._suspect == lane:
                self._suspect = None
            if lane in self._again:
                self._again.discard(lane)
                self._waiting.setdefault(lane)
            self._begin_lanes()

    async def _claim(self, lane: str) -> Job | None:
        self._again.discard(lane)  # what comes from here on may be missed
        return await self._call(lambda: self._inbox.claim(lane))

    async def _finish(self, job: Job) -> Job | None:
        """Finish an update; the next one of its lane, if it is to be worked on at once."""
        await self._call(lambda: self._inbox.finish(job.update_id))
        if not self._is_open:
            return None
        if self._waiting:
            self._again.add(job.lane)
            return None
        return await self._claim(job.lane)

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


async def _repeat(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _log_failure(work(), "the inbox could not be looked after")


async def _log_failure(work: Awaitable[None], failure: str) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - whatever it was, what comes after it is worked on
        _LOG.exception(failure)


async def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
