"""The inbox and the leases: each update is worked on once and in order, by one of many, whoever is killed."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.state.database import StateDatabase
from bot.state.inbox import LEASE, Inbox
from bot.state.jobs import Job
from bot.state.leases import Leases
from bot.state.tables import INBOX
from bot.state.unwritten import Unwritten
from config.settings import Settings, load_settings
from tests.clock import Clock

pytest_plugins = ["tests.postgres"]

NOW = 1_728_000_000.0
DAY = 86_400.0
# Takes the updates of all lanes, one after the other, until nothing is left, and says which it had.
WORKER = """
import sys
from bot.state.inbox import Inbox
from config.settings import load_settings

inbox, idle = Inbox(load_settings(), sys.argv[1]), 0
while idle < 3:
    jobs = [job for lane in inbox.waiting_lanes() if (job := inbox.claim(lane)) is not None]
    idle = 0 if jobs or inbox.count_waiting() else idle + 1
    for job in jobs:
        inbox.note_sent(job.update_id, [job.update_id * 10])
        inbox.finish(job.update_id)
        print(job.update_id, flush=True)
"""
# Begins one update, says so, and is killed.
KILLED = """
import os, sys
from bot.state.inbox import Inbox
from config.settings import load_settings

inbox = Inbox(load_settings(), "killed")
job = inbox.claim("a")
inbox.note_sent(job.update_id, [77])
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock(NOW)


@pytest.fixture
def inbox(state_settings: Settings, clock: Clock) -> Inbox:
    """An empty inbox."""
    return Inbox(state_settings, "one", clock)


def put(inbox: Inbox, update_id: int, lane: str = "a", *, bound: int = 100, lane_bound: int = 100) -> str:
    """Put an update into the inbox, as the message with its number in chat 5."""
    return inbox.accept(
        update_id, lane, f'{{"n": {update_id}}}', chat_id=5, message_id=update_id, bound=bound, lane_bound=lane_bound
    )


def job(update_id: int, lane: str = "a", *, sent: tuple[int, ...] = (), attempts: int = 1) -> Job:
    """The job of an update that was put in by `put`."""
    return Job(update_id, lane, f'{{"n": {update_id}}}', sent, attempts)


def work(inbox: Inbox, lane: str = "a") -> list[int]:
    """Work on all that waits in a lane; the numbers, in order."""
    done = []
    while (claimed := inbox.claim(lane)) is not None:
        inbox.finish(claimed.update_id)
        done.append(claimed.update_id)
    return done


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Nobody can write to the state database of the data directory meanwhile."""
    db = sqlite3.connect(settings.data / "state.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    yield
    with suppress(sqlite3.Error):
        db.execute("ROLLBACK")
    db.close()


def test_updates_of_a_lane_are_worked_on_in_order(inbox: Inbox) -> None:
    """The oldest that waits comes first, whenever it came; there is no other of its lane until it is done."""
    for number in (12, 11, 15):
        assert put(inbox, number) == "new"
    assert put(inbox, 14, "b") == "new"
    assert inbox.claim("a") == job(11)
    assert put(inbox, 9) == "new"  # a late one
    assert inbox.claim("a") is None
    assert inbox.claim("b") == job(14, "b")
    inbox.finish(11)
    assert work(inbox) == [9, 12, 15]
    assert inbox.claim("a") is None
    assert inbox.claim("nobody") is None


def test_an_update_that_is_delivered_twice_counts_once(inbox: Inbox, state_settings: Settings, clock: Clock) -> None:
    """An update is known while it waits, while it is worked on, and for two days after that, to all processes."""
    other = Inbox(state_settings, "two", clock)
    assert put(inbox, 1) == "new"
    assert put(other, 1) == "known"
    assert inbox.claim("a") == job(1)
    assert put(inbox, 1) == "known"
    inbox.finish(1)
    assert put(other, 1) == "known"
    assert (work(inbox), inbox.count_waiting()) == ([], 0)


def test_there_is_a_bound(inbox: Inbox) -> None:
    """Past the bound of all lanes or of one there is no room until something is done; who was refused stays refused."""
    assert [put(inbox, number, bound=3, lane_bound=2) for number in (1, 2, 3)] == ["new", "new", "full"]
    assert [put(inbox, number, "b", bound=3, lane_bound=2) for number in (4, 5)] == ["new", "full"]
    assert inbox.count_waiting() == 3
    assert put(inbox, 1, bound=3, lane_bound=2) == "known"
    assert inbox.claim("a") == job(1)
    assert put(inbox, 6, "c", bound=3, lane_bound=2) == "full"
    inbox.finish(1)
    assert put(inbox, 7, "c", bound=3, lane_bound=2) == "new"
    assert put(inbox, 3, bound=3, lane_bound=2) == "known"
    assert (work(inbox), work(inbox, "b"), work(inbox, "c")) == ([2], [4], [7])


def test_what_people_wrote_is_erased(inbox: Inbox, state_settings: Settings, clock: Clock) -> None:
    """Of what is done the text is gone at once, the ids of the answers after two days, and then the row."""
    assert inbox.accept(1, "a", "Where is Quuxland?", chat_id=5, message_id=6, bound=9, lane_bound=9) == "new"
    assert put(inbox, 2) == "new"
    claimed = inbox.claim("a")
    assert claimed is not None
    inbox.note_sent(1, [30, 31])
    inbox.note_sent(1, [32])
    inbox.finish(1)
    rows = select(INBOX.c.update_id, INBOX.c.payload, INBOX.c.sent)

    def read() -> list[tuple[int, str, str]]:
        return StateDatabase(state_settings).run(
            lambda connection: [tuple(row) for row in connection.execute(rows.order_by(INBOX.c.update_id))], []
        )

    assert read() == [(1, "", "30,31,32,"), (2, '{"n": 2}', "")]
    assert inbox.find_sent(5, 6) == (30, 31, 32)
    assert inbox.find_sent(6, 5) == ()
    clock.now += 2 * DAY
    assert work(inbox) == [2]
    assert read() == [(2, "", "")]
    assert inbox.find_sent(5, 6) == ()


def test_a_message_on_its_way(inbox: Inbox) -> None:
    """What was newest when a message was on its way is known as long as nothing was heard of that message."""
    put(inbox, 1)
    for since, sent, expected in ((30, [], 30), (30, [31], None), (32, [33, 34], None), (40, [], 40)):
        inbox.note_sending(1, since)
        if sent:
            inbox.note_sent(1, sent)
        claimed = inbox.claim("a")
        assert claimed is not None
        assert claimed.sending_since == expected
        inbox.release(everybody=True)
    assert inbox.find_sent(5, 1) == (31, 33, 34)


def test_a_correction_takes_the_place_of_what_waits(inbox: Inbox) -> None:
    """A correction that comes before the work began is worked on instead; after that it is refused."""
    assert put(inbox, 1) == "new"
    assert inbox.replace_waiting(5, 1, "corrected")
    assert not inbox.replace_waiting(5, 2, "another")
    assert inbox.claim("a") == Job(1, "a", "corrected", (), 1)
    assert not inbox.replace_waiting(5, 1, "too late")
    inbox.finish(1)
    assert not inbox.replace_waiting(5, 1, "much too late")


def test_another_takes_over_what_a_process_left(inbox: Inbox, state_settings: Settings, clock: Clock) -> None:
    """Who says that it lives keeps its update; half a minute after it fell silent another has it, and what was sent."""
    other = Inbox(state_settings, "two", clock)
    for number in (1, 2):
        put(inbox, number)
    put(inbox, 3, "b")
    assert other.waiting_lanes() == ["a", "b"]
    assert inbox.claim("a") == job(1)
    inbox.note_sent(1, [7])
    assert other.waiting_lanes() == ["b"]
    clock.now += 20
    inbox.renew()
    clock.now += 20
    assert other.claim("a") is None
    clock.now += 20
    other.renew()
    assert other.waiting_lanes() == ["b", "a"]  # one was tried, and may be why its process died
    assert other.claim("a") == job(1, sent=(7,), attempts=2)
    inbox.renew()
    clock.now += 20
    inbox.renew()
    assert inbox.claim("a") is None
    clock.now += 20
    assert inbox.claim("a") == job(1, sent=(7,), attempts=3)


def test_a_process_that_stops_gives_back(inbox: Inbox, state_settings: Settings, clock: Clock) -> None:
    """What a process gives back another takes at once, as if it had not been tried; the only process takes all."""
    other = Inbox(state_settings, "one", clock)  # of the same name
    put(inbox, 1)
    put(inbox, 2, "b")
    assert (inbox.claim("a"), other.claim("b")) == (job(1), job(2, "b"))
    inbox.release()
    assert other.waiting_lanes() == ["a"]
    assert other.claim("a") == job(1)
    assert other.interrupted_lanes() == set()
    inbox.release(everybody=True)
    assert inbox.interrupted_lanes() == {"a", "b"}
    assert inbox.waiting_lanes() == ["a", "b"]


def test_the_inbox_of_another_bot(inbox: Inbox, state_settings: Settings, clock: Clock) -> None:
    """While a bot is alive no other has its inbox, though replicas do; what it left is dropped: numbers come again."""
    replica, other = Inbox(state_settings, "two", clock), Inbox(state_settings, "three", clock)
    assert inbox.belong_to(7)
    put(inbox, 1)
    assert replica.belong_to(7)
    assert not other.belong_to(8)
    clock.now += LEASE
    replica.renew()
    clock.now += LEASE + 1
    assert not other.belong_to(8)
    assert inbox.count_waiting() == 1
    clock.now += 2 * LEASE
    assert other.belong_to(8)
    assert other.count_waiting() == 0
    put(other, 1)
    assert other.claim("a") == job(1)
    other.release()
    assert inbox.belong_to(7)


def test_a_killed_process_loses_nothing(state_settings: Settings, program_environment: dict[str, str]) -> None:
    """What a process had begun when it was killed is begun again, with the messages that it had sent."""
    inbox = Inbox(state_settings, "one")
    for number in (1, 2):
        put(inbox, number)
    environment = program_environment | {"NEWSBOT_STATE_URL": state_settings.state_url}
    assert subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False).returncode == -9
    assert inbox.claim("a") is None
    inbox.release(everybody=True)
    assert inbox.claim("a") == job(1, sent=(77,), attempts=2)
    inbox.finish(1)
    assert inbox.claim("a") == job(2)


def test_processes_share_the_work(state_settings: Settings, program_environment: dict[str, str]) -> None:
    """Three processes that work at the same time do each update once, and those of a lane in their order."""
    inbox = Inbox(state_settings, "one")
    for number in range(90):
        assert put(inbox, number, str(number % 7)) == "new"
    environment = program_environment | {"NEWSBOT_STATE_URL": state_settings.state_url}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, name],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("two", "three", "four")
    ]
    said = [worker.communicate(timeout=60) for worker in workers]
    assert [errors for _, errors in said] == [""] * 3
    done = [[int(number) for number in numbers.split()] for numbers, _ in said]
    assert sorted(number for numbers in done for number in numbers) == list(range(90))
    for numbers in done:
        for lane in range(7):
            own = [number for number in numbers if number % 7 == lane]
            assert own == sorted(own)
    assert inbox.find_sent(5, 42) == (420,)


def test_threads_claim_in_turn(state_settings: Settings) -> None:
    """Of many that want a lane at the same moment one has it, over and over."""
    inboxes = [Inbox(state_settings, str(number)) for number in range(4)]
    for number in range(20):
        put(inboxes[0], number)
    begun: list[int] = []
    at_work = threading.Semaphore(1)

    def run(inbox: Inbox) -> None:
        while inbox.count_waiting():
            if (claimed := inbox.claim("a")) is None:
                continue
            assert at_work.acquire(blocking=False)
            begun.append(claimed.update_id)
            at_work.release()
            inbox.finish(claimed.update_id)

    threads = [threading.Thread(target=run, args=(inbox,)) for inbox in inboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert begun == list(range(20))


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(steps=st.lists(st.tuples(st.sampled_from("putclaimfinishdie"), st.integers(1, 12)), min_size=20, max_size=60))
def test_whatever_happens_in_whatever_order(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Updates that come in any order, twice, and to processes that die: each is finished once, by one at a time."""
    settings, clock = load_settings({"data": tmp_path_factory.mktemp("inbox")}), Clock(NOW)
    inboxes = [Inbox(settings, str(number), clock) for number in range(2)]
    accepted: set[int] = set()
    finished: list[int] = []
    working: dict[str, tuple[int, Inbox]] = {}
    for step, number in steps:
        inbox, lane = inboxes[number % 2], "xyz"[number % 3]
        if step in "putdi":
            assert put(inbox, number, lane) == ("known" if number in accepted else "new")
            accepted.add(number)
        elif step in "claim":
            waiting = sorted(own for own in accepted if "xyz"[own % 3] == lane and own not in finished)
            claimed = inbox.claim(lane)
            assert (claimed and claimed.update_id) == (None if lane in working or not waiting else waiting[0])
            if claimed is not None:
                working[lane] = claimed.update_id, inbox
        elif step in "fnsh" and lane in working:
            update_id, worker = working.pop(lane)
            worker.finish(update_id)
            finished.append(update_id)
        elif step == "e":
            clock.now += 31
            inboxes[number % 2] = Inbox(settings, "another", clock)
            working.clear()
    clock.now += 31
    for lane in inboxes[0].waiting_lanes():
        finished += work(inboxes[0], lane)
    assert sorted(finished) == sorted(accepted)


def test_updates_are_kept_in_memory_while_the_database_fails(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Updates that cannot be kept are worked on all the same, within the bounds, and kept as soon as they can be."""
    monkeypatch.setattr("bot.state.engines.PATIENCE", 0.01)
    monkeypatch.setattr("bot.state.inbox._PAUSE", 0.0)
    inbox = Inbox(settings, "one", clock)
    put(inbox, 1)
    assert inbox.claim("a") == job(1)
    with locked(settings):
        inbox.note_sent(1, [10])
        inbox.finish(1)
        assert [put(inbox, number, bound=3, lane_bound=2) for number in (3, 2, 2, 4)] == ["new", "new", "known", "full"]
        assert put(inbox, 5, "b", bound=3, lane_bound=2) == "new"
        assert put(inbox, 6, "c", bound=3, lane_bound=2) == "full"
        assert inbox.waiting_lanes() == ["a", "b"]
        assert inbox.count_waiting() == 4  # the database can still be read, and knows of one that is not done
        assert inbox.claim("a") == job(2)
        assert inbox.claim("a") is None
        assert not inbox.replace_waiting(5, 2, "too late")
        assert inbox.replace_waiting(5, 3, '{"n": 30}')
        inbox.note_sent(2, [20])
        assert inbox.find_sent(5, 2) == (20,)
        inbox.finish(2)
        assert put(inbox, 2) == "known"
        inbox.renew()
        assert inbox.claim("a") == Job(3, "a", '{"n": 30}', (), 1)
        inbox.release()
        assert inbox.claim("b") == job(5, "b")
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert [error.partition(" (")[0] for error in errors] == [
        "conversations and token use are not kept just now",
        "what people ask just now is kept in memory only, and is lost if newsbot ends now",
        "2 accepted questions cannot be kept, and are lost if newsbot ends now",
    ]
    inbox.renew()
    other = Inbox(settings, "two", clock)
    assert [other.find_sent(5, number) for number in (1, 2, 3)] == [(10,), (20,), ()]
    assert [put(other, number) for number in (1, 2, 3, 4)] == ["known", "known", "known", "new"]
    assert (other.count_waiting(), other.waiting_lanes()) == (3, ["a"])
    assert other.claim("a") == Job(3, "a", '{"n": 30}', (), 2)
    inbox.finish(5)
    assert other.count_waiting() == 2


def test_a_database_that_failed_is_left_alone(
    settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failure nobody waits for the database again and again: memory has to do, until a while is over."""
    monkeypatch.setattr("bot.state.engines.PATIENCE", 0.01)
    monkeypatch.setattr("bot.state.inbox._PAUSE", 3600.0)
    inbox = Inbox(settings, "one", clock)
    put(inbox, 1)
    with locked(settings):
        assert put(inbox, 2) == "new"
    assert inbox.count_waiting() == 1
    assert inbox.claim("a") == job(2)
    inbox.finish(2)
    inbox.release()  # as at a stop, or a start: that is worth a try
    assert (put(inbox, 2), inbox.count_waiting()) == ("known", 1)
    assert inbox.claim("a") == job(1)


def test_memory_takes_no_update_twice() -> None:
    """Where the database fails for two deliveries of an update at the same moment, one of them counts."""
    unwritten = Unwritten()
    row = {"update_id": 1, "lane": "a", "finished": None}
    assert [unwritten.accept(dict(row), 9, 9) for _ in range(2)] == ["new", "known"]


def test_what_is_done_in_memory_does_not_pile_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """While the database fails for long, only the last of what is done is remembered."""
    monkeypatch.setattr("bot.state.engines.PATIENCE", 0.0)
    monkeypatch.setattr("bot.state.inbox._PAUSE", 0.0)
    monkeypatch.setattr("bot.state.unwritten._KEPT", 2)
    inbox = Inbox(settings, "one", clock)
    put(inbox, 0)
    with locked(settings):
        for number in range(1, 7):
            assert put(inbox, number, "b") == "new"
            assert work(inbox, "b") == [number]
        assert [put(inbox, number, "b") for number in (6, 5, 4, 1)] == ["known", "known", "known", "new"]


def test_a_commit_of_which_nothing_was_heard(settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update that the database has after all is not worked on a second time."""
    inbox = Inbox(settings, "one", clock)
    run = StateDatabase.run

    def run_and_lose(self: StateDatabase, *arguments: object) -> object:
        run(self, *arguments)  # type: ignore[arg-type]
        return arguments[-1]

    monkeypatch.setattr(StateDatabase, "run", run_and_lose)
    assert put(inbox, 1) == "new"
    monkeypatch.setattr(StateDatabase, "run", run)
    inbox.release()
    assert inbox.waiting_lanes() == ["a"]
    assert work(inbox) == [1]
    assert Inbox(settings, "two", clock).waiting_lanes() == []


def test_a_removed_file_is_made_again(settings: Settings, clock: Clock) -> None:
    """Where the file is removed under a newsbot that runs, it goes on with an empty one."""
    inbox = Inbox(settings, "one", clock)
    assert put(inbox, 1) == "new"
    (settings.data / "state.db").unlink()
    assert put(inbox, 1) == "new"
    assert work(inbox) == [1]


def test_a_lease_is_held_by_one(state_settings: Settings, clock: Clock) -> None:
    """A lease is its holder's until it runs out or is given back; its text outlives it."""
    leases = Leases(state_settings, clock)
    assert leases.hold("alerts", "one", 30)
    assert not leases.hold("alerts", "two", 30)
    assert leases.hold("digests", "two", 30)
    clock.now += 20
    assert leases.hold("alerts", "one", 30)
    clock.now += 20
    assert not leases.hold("alerts", "two", 30)
    leases.release("alerts", "two")
    assert not leases.hold("alerts", "two", 30)
    leases.release("alerts", "one")
    assert leases.hold("alerts", "two", 30)
    clock.now += 30
    assert leases.hold("alerts", "one", 30)


def test_a_lease_has_a_text(state_settings: Settings, clock: Clock) -> None:
    """The text of a lease is what was written last, whoever holds it; before that it is empty."""
    leases = Leases(state_settings, clock)
    assert leases.read("alerts") == ""
    assert leases.write("alerts", "article 12")
    assert leases.hold("alerts", "one", 30)
    assert leases.read("alerts") == "article 12"
    assert leases.write("alerts", "article 13")
    assert not leases.hold("alerts", "two", 30)
    assert Leases(state_settings, clock).read("alerts") == "article 13"


def test_nobody_holds_a_lease_while_the_database_fails(tmp_path: Path) -> None:
    """Without a database no process may believe that it is the only one."""
    leases = Leases(load_settings({"data": tmp_path, "state_url": f"sqlite:///{tmp_path}/no/such/folder.db"}))
    assert not leases.hold("alerts", "one", 30)
    assert not leases.write("alerts", "article 12")
    assert leases.read("alerts") == ""
    leases.release("alerts", "one")
