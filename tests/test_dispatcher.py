"""The dispatcher: lanes side by side, each in its order, each update once, whoever stops, dies or comes twice."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.state.inbox import Inbox
from bot.state.jobs import Job
from bot.telegram.dispatcher import Dispatcher
from config.settings import Settings

pytest_plugins = ["tests.postgres"]

NOW = 1_728_000_000.0
# Works on what is there; is killed in the middle of the third update, after it has sent something for it.
KILLED = """
import asyncio, os
from bot.state.inbox import Inbox
from bot.telegram.dispatcher import Dispatcher
from config.settings import load_settings

inbox, begun = Inbox(load_settings(), "killed"), []

async def handle(job):
    begun.append(job.update_id)
    await asyncio.to_thread(inbox.note_sent, job.update_id, [job.update_id + 100])
    if len(begun) == 3:
        os.kill(os.getpid(), 9)
    print(job.update_id, flush=True)

async def main():
    dispatcher = Dispatcher(inbox, handle, None, 100, 100, at_once=1)
    for number in range(8):
        await dispatcher.accept(number, str(number % 2), {"n": number})
    await dispatcher.start(alone=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


class Desk:
    """Works on jobs, and remembers what was begun, done and refused, in order; some wait until they are let go."""

    def __init__(self) -> None:
        self.begun: list[Job] = []
        self.done: list[int] = []
        self.refused: list[dict[str, Any]] = []
        self.at_work: set[str] = set()
        self.gates: dict[int, asyncio.Event] = {}

    def hold(self, *numbers: int) -> None:
        """Let some updates wait until `let_go`."""
        self.gates |= {number: asyncio.Event() for number in numbers}

    def let_go(self, *numbers: int) -> None:
        """Let updates go on."""
        for number in numbers:
            self.gates[number].set()

    async def handle(self, job: Job) -> None:
        """Work on one job; two of one lane at the same time are wrong."""
        assert job.lane not in self.at_work
        self.at_work.add(job.lane)
        try:
            self.begun.append(job)
            assert json.loads(job.payload) == {"n": job.update_id}
            await asyncio.sleep(0)
            if job.update_id in self.gates:
                await self.gates[job.update_id].wait()
            self.done.append(job.update_id)
        finally:
            self.at_work.discard(job.lane)

    async def refuse(self, payload: dict[str, Any]) -> None:
        """Refuse an update."""
        self.refused.append(payload)
        if payload["n"] in self.gates:
            await self.gates[payload["n"]].wait()

    def numbers(self) -> list[int]:
        """The updates that were begun."""
        return [job.update_id for job in self.begun]


class Beating(Inbox):
    """Counts how often it was told that its process lives."""

    beats = 0

    def renew(self) -> None:
        """Renew as ever."""
        super().renew()
        self.beats += 1


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so, which must come soon."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for is in a database, or in another process
            await asyncio.sleep(0.005)


async def put(dispatcher: Dispatcher, number: int, lane: str = "a") -> None:
    """Hand in one update."""
    await dispatcher.accept(number, lane, {"n": number}, chat_id=5, message_id=number)


def make(
    settings: Settings, desk: Desk, *, clock: Callable[[], float] | None = None, bound: int = 100, **options: Any
) -> Dispatcher:
    """A dispatcher with an inbox of its own on a database, for jobs that the desk works on."""
    inbox = Inbox(settings, "one", clock) if clock else Inbox(settings, "one")
    return Dispatcher(inbox, desk.handle, desk.refuse, bound, bound, **options)


def run(main: Callable[[], Awaitable[None]]) -> None:
    """Run a test to its end in a loop of its own."""

    async def begin() -> None:
        await main()

    asyncio.run(begin())


def test_lanes_are_worked_on_side_by_side(state_settings: Settings) -> None:
    """While one lane is at work another one is too, and the updates of a lane wait for each other."""

    async def main() -> None:
        desk = Desk()
        desk.hold(1)
        dispatcher = make(state_settings, desk)
        await dispatcher.start(alone=True)
        for number, lane in [(1, "a"), (3, "a"), (2, "a"), (4, "b"), (5, "b")]:
            await put(dispatcher, number, lane)
        await until(lambda: desk.done == [4, 5])
        await until(lambda: 1 in desk.numbers())
        assert {2, 3}.isdisjoint(desk.numbers())
        desk.let_go(1)
        await until(lambda: len(desk.done) == 5)
        assert desk.done == [4, 5, 1, 2, 3]
        await dispatcher.stop()

    run(main)


def test_an_update_that_comes_twice_is_worked_on_once(state_settings: Settings) -> None:
    """The same update, delivered again before, while and after it is worked on, or at the same moment, counts once."""

    async def main() -> None:
        desk = Desk()
        dispatcher = make(state_settings, desk)
        await asyncio.gather(*(put(dispatcher, 1) for _ in range(5)))
        await dispatcher.start(alone=True)
        await asyncio.gather(*(put(dispatcher, number % 3) for number in range(9)))
        await until(lambda: len(desk.done) == 3)
        await put(dispatcher, 2)
        await dispatcher.stop()
        assert sorted(desk.numbers()) == [0, 1, 2]

    run(main)


def test_past_the_bound_an_update_is_refused(state_settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """What there is no room for is refused, once, and the rest is not held up by that, nor by a refusal that fails."""

    async def main() -> None:
        desk = Desk()
        desk.hold(1, 4)

        async def refuse(payload: dict[str, Any]) -> None:
            await desk.refuse(payload)
            raise ValueError("no such chat")

        inbox = Inbox(state_settings, "one")
        dispatcher = Dispatcher(inbox, desk.handle, refuse, 3, 2)
        await dispatcher.start(alone=True)
        for number, lane in [(1, "a"), (2, "a"), (3, "a"), (3, "a"), (4, "b"), (5, "b")]:
            await put(dispatcher, number, lane)
        await until(lambda: len(desk.refused) == 2)
        assert desk.refused == [{"n": 3}, {"n": 5}]
        desk.let_go(1, 4)
        await until(lambda: len(desk.done) == 3)
        await dispatcher.stop()
        assert sorted(desk.done) == [1, 2, 4]

    run(main)
    failed = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert failed == ["update 3 could not be refused", "update 5 could not be refused"]


def test_refusals_have_a_bound_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While too many refusals are on their way, accepting waits for one of them."""
    monkeypatch.setattr("bot.telegram.dispatcher._REFUSALS", 1)

    async def main() -> None:
        desk = Desk()
        desk.hold(2)
        dispatcher = make(settings, desk, bound=1)
        for number in (1, 2):
            await put(dispatcher, number)
        waiting = asyncio.create_task(put(dispatcher, 3))
        await until(lambda: desk.refused == [{"n": 2}])
        await asyncio.sleep(0.05)
        assert desk.refused == [{"n": 2}]
        desk.let_go(2)
        await waiting
        await dispatcher.stop()
        assert desk.refused == [{"n": 2}, {"n": 3}]

    run(main)


def test_a_job_that_fails_is_finished(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """What a handler raises is logged with the update, and the next one of the lane is worked on."""

    async def main() -> None:
        done = []

        async def handle(job: Job) -> None:
            if job.update_id == 1:
                raise ValueError("nobody thought of this")
            done.append(job.update_id)

        inbox = Inbox(settings, "one")
        dispatcher = Dispatcher(inbox, handle, Desk().refuse, 9, 9)
        for number in (1, 2):
            await put(dispatcher, number)
        await dispatcher.start(alone=True)
        await until(lambda: done == [2])
        await dispatcher.stop()
        assert inbox.count_waiting() == 0

    run(main)
    (failed,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert failed.getMessage() == "update 1 failed"
    assert failed.exc_info is not None


def test_lanes_wait_for_their_turn(settings: Settings) -> None:
    """With as many lanes at work as may be, the others get their turn in order of arrival, before any has a second."""

    async def main() -> None:
        desk = Desk()
        desk.hold(1)
        dispatcher = make(settings, desk, at_once=1)
        await dispatcher.start(alone=True)
        for number, lane in [(1, "a"), (2, "a"), (9, "c"), (3, "c"), (4, "b"), (5, "a")]:
            await put(dispatcher, number, lane)
        await asyncio.sleep(0.05)
        assert desk.numbers() == [1]
        desk.let_go(1)
        await until(lambda: len(desk.done) == 6)
        await dispatcher.stop()
        assert desk.done == [1, 3, 4, 2, 9, 5]

    run(main)


def test_two_dispatchers_share_a_database(state_settings: Settings) -> None:
    """Updates that come to two replicas in any order, some to both, are worked on once, those of a lane one by one."""

    async def main() -> None:
        chance = random.Random(6)  # noqa: S311 - an order, no secret
        desk = Desk()  # one for both: it sees where two work in one lane
        replicas = [make(state_settings, desk, sweep_seconds=0.05, at_once=8) for _ in range(2)]
        for replica in replicas:
            await replica.start(alone=False)
        deliveries = [(number, replica) for number in range(60) for replica in chance.choices(replicas, k=2)]
        chance.shuffle(deliveries)
        await asyncio.gather(*(put(replica, number, str(number % 7)) for number, replica in deliveries))
        await until(lambda: len(desk.done) >= 60)
        for replica in replicas:
            await replica.stop()
        assert sorted(desk.done) == list(range(60))
        assert all(job.attempts == 1 for job in desk.begun)

    run(main)


def test_a_killed_process_loses_nothing(state_settings: Settings, program_environment: dict[str, str]) -> None:
    """Of a process that was killed in the middle the next one finishes all that is left, what was begun first."""
    environment = program_environment | {"NEWSBOT_STATE_URL": state_settings.state_url}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (killed.returncode, killed.stderr) == (-9, "")
    done = [int(number) for number in killed.stdout.split()]
    assert len(done) == 2

    async def main() -> None:
        desk = Desk()
        dispatcher = make(state_settings, desk)
        await dispatcher.start(alone=True)
        await until(lambda: len(desk.done) == 6)
        await dispatcher.stop()
        assert sorted([*done, *desk.done]) == list(range(8))
        (again,) = [job for job in desk.begun if job.attempts == 2]
        assert again.sent == (again.update_id + 100,)
        for lane in (0, 1):
            own = [number for number in [*done, *desk.done] if number % 2 == lane]
            assert own == sorted(own)

    run(main)


def test_stop_finishes_what_is_begun(state_settings: Settings) -> None:
    """What is begun ends in peace, nothing else begins, and what came meanwhile waits for the next start."""

    async def main() -> None:
        desk = Desk()
        desk.hold(1, 3)
        dispatcher = make(state_settings, desk)
        await dispatcher.start(alone=True)
        for number, lane in [(1, "a"), (2, "a"), (3, "b")]:
            await put(dispatcher, number, lane)
        await until(lambda: len(desk.begun) == 2)
        stopping = asyncio.create_task(dispatcher.stop())
        await asyncio.sleep(0)
        await put(dispatcher, 4, "c")
        desk.let_go(1, 3)
        await stopping
        assert sorted(desk.done) == [1, 3]
        following = Desk()
        replica = make(state_settings, following)
        await replica.start(alone=False)
        await until(lambda: len(following.done) == 2)
        await replica.stop()
        assert (sorted(following.done), [job.attempts for job in following.begun]) == ([2, 4], [1, 1])

    run(main)


def test_what_was_interrupted_is_worked_on_one_by_one(state_settings: Settings) -> None:
    """Of the lanes whose process died one is at work at a time, beside those that are new: one may be why it died."""

    async def main() -> None:
        dead = Inbox(state_settings, "dead")
        for number, lane in enumerate("abc", start=1):
            dead.accept(number, lane, json.dumps({"n": number}), bound=9, lane_bound=9)
            assert dead.claim(lane) is not None
        desk = Desk()
        desk.hold(1, 2, 3)
        dispatcher = make(state_settings, desk)
        await dispatcher.start(alone=True)
        await put(dispatcher, 4, "d")
        await until(lambda: desk.done == [4] and desk.begun)
        for number in (1, 2, 3):
            await until(lambda wanted=number: wanted in desk.numbers())  # type: ignore[misc]
            assert len([one for one in desk.numbers() if one < 4]) == number
            desk.let_go(number)
        await until(lambda: desk.done == [4, 1, 2, 3])
        await dispatcher.stop()

    run(main)


def test_stop_does_not_wait_for_ever(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """What does not end in time is given up, and begun anew by whoever comes next, without waiting for the lease."""

    async def main() -> None:
        desk = Desk()
        desk.hold(1)
        dispatcher = make(settings, desk)
        await dispatcher.start(alone=True)
        await put(dispatcher, 1)
        await until(lambda: desk.begun)
        await dispatcher.stop(patience=0.01)
        assert desk.done == []
        following = Desk()
        replica = make(settings, following)
        await replica.start(alone=False)
        await until(lambda: following.done)
        await replica.stop()
        assert [job.attempts for job in following.begun] == [1]

    run(main)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "1 updates were not finished in time; they are worked on after the next start"
    ]


def test_another_takes_over_from_a_process_that_died(state_settings: Settings) -> None:
    """Who still beats keeps what it has, however long it takes; who does not loses it to another."""
    now = [NOW]

    async def main() -> None:
        first, second = Desk(), Desk()
        first.hold(1, 2)
        dead = Inbox(state_settings, "dead", lambda: now[0])
        beating = Beating(state_settings, "alive", lambda: now[0])
        alive = Dispatcher(beating, first.handle, first.refuse, 9, 9, beat_seconds=0.01, sweep_seconds=60)
        other = make(state_settings, second, clock=lambda: now[0], sweep_seconds=0.01, beat_seconds=60)
        assert dead.accept(3, "c", '{"n": 3}', bound=9, lane_bound=9) == "new"
        assert dead.claim("c") is not None
        await alive.start(alone=False)
        await put(alive, 1)
        await put(alive, 2, "b")
        await until(lambda: len(first.begun) == 2)
        await other.start(alone=False)
        for _ in range(20):
            now[0] += 5
            beats = beating.beats
            await until(lambda: beating.beats > beats + 1)  # noqa: B023 - it waits here
        await until(lambda: second.done)
        first.let_go(1, 2)
        await until(lambda: len(first.done) == 2)
        await alive.stop()
        await other.stop()
        assert (sorted(first.done), second.done) == ([1, 2], [3])
        assert [job.attempts for job in second.begun] == [2]

    run(main)


def test_the_database_may_fail_for_a_while(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With a database that cannot be used updates are worked on all the same, and kept once it can be."""
    monkeypatch.setattr("bot.state.engines.PATIENCE", 0.01)
    monkeypatch.setattr("bot.state.inbox._PAUSE", 0.0)
    settings.data.mkdir()
    file = settings.data / "state.db"
    file.write_bytes(b"no database" * 500)

    async def main() -> None:
        desk = Desk()
        dispatcher = make(settings, desk, sweep_seconds=0.02)
        await dispatcher.start(alone=True)
        for number in (2, 1, 1):
            await put(dispatcher, number)
        await until(lambda: len(desk.done) == 2)
        file.unlink()
        for number in (1, 3):
            await put(dispatcher, number)
        await until(lambda: len(desk.done) == 3)
        await dispatcher.stop()
        assert sorted(desk.done) == [1, 2, 3]

    run(main)
    inbox = Inbox(settings, "two")
    accepted = [inbox.accept(number, "a", "{}", bound=9, lane_bound=9) for number in (1, 2, 3, 4)]
    assert accepted == ["known", "known", "known", "new"]
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 2


def test_looking_after_the_inbox_goes_on(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """A look for work that fails is logged, and comes again."""

    class Failing(Inbox):
        calls = 0

        def waiting_lanes(self) -> list[str]:
            self.calls += 1
            if self.calls == 2:
                raise ValueError("nobody thought of this")
            return super().waiting_lanes()

    async def main() -> None:
        desk, inbox = Desk(), Failing(settings, "one")
        dispatcher = Dispatcher(inbox, desk.handle, desk.refuse, 9, 9, sweep_seconds=0.01)
        await dispatcher.start(alone=True)
        await until(lambda: inbox.calls > 3)
        await dispatcher.stop()

    run(main)
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == ["the inbox could not be looked after"]
