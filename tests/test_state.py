"""What is kept beside the index: the turns of conversations and the use of tokens, whatever happens to the file."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from bot.answers import Answer, Turn, Usage
from bot.state.database import StateDatabase
from bot.state.engines import SharedEngine
from bot.state.tables import TURNS
from bot.state.turns import KEPT, Turns
from bot.state.usage import UsedTokens, describe_usage, read_usage, record_usage
from config.errors import UsageError
from config.settings import Settings, load_settings

pytest_plugins = ["tests.postgres"]

DAY = 86_400.0
NOW = 20_000 * DAY  # 2024-10-04
# Keeps 20 turns and adds the tokens of 20 questions, in a process of its own.
BUSY = """
import sys
from bot.answers import Answer, Usage
from bot.state.turns import Turns
from bot.state.usage import record_usage
from config.settings import load_settings

settings, own = load_settings(), sys.argv[1]
turns = Turns(settings)
for number in range(20):
    turns.keep(own, Answer(f"Question {number} of {own}?", "answered", "Yes. [1]"))
    record_usage(settings, Usage(10, 1, 1))
"""


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        """The moment, in seconds since 1970."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock()


def answered(question: str, text: str = "Yes. [1]", standalone: str = "") -> Answer:
    """An answer with one citation mark."""
    return Answer(question, "answered", text, standalone_question=standalone)


def count_turns(settings: Settings) -> int:
    """How many turns the database has, of all conversations."""
    return StateDatabase(settings).run(lambda connection: connection.scalar(select(func.count(TURNS.c.id))), None) or 0


def read_files(settings: Settings) -> bytes:
    """What the files of the state database say, its journal among them; nothing where it is no file."""
    return b"".join(file.read_bytes() for file in settings.data.glob("state.db*"))


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as an error."""
    return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]


def test_turns_are_kept_across_restarts(state_settings: Settings, clock: Clock) -> None:
    """Another process reads the turns in their order, as questions that stand alone, answers without their marks."""
    turns = Turns(state_settings, clock)
    assert turns.load("7") == []
    assert not state_settings.data.exists()
    turns.keep("7", answered("What did Turkey demand?", "Troops. [1] Now, [2][3] he said."))
    turns.keep("7", answered("why?", standalone="Why did Turkey demand that?"))
    turns.keep("8", answered("Who won?"))
    kept = [Turn("What did Turkey demand?", "Troops. Now, he said."), Turn("Why did Turkey demand that?", "Yes.")]
    assert Turns(state_settings, clock).load("7") == kept
    assert turns.load("8") == [Turn("Who won?", "Yes.")]
    assert turns.load("9") == []


def test_only_answered_questions_are_kept(state_settings: Settings, clock: Clock) -> None:
    """A question that was refused, or that failed, leaves nothing."""
    turns = Turns(state_settings, clock)
    turns.keep("7", Answer("Who won?", "no_evidence", "I found nothing."))
    turns.keep("7", Answer("Who won?", "failed", "Try again."))
    assert turns.load("7") == []


def test_the_last_turns_are_kept(state_settings: Settings, clock: Clock) -> None:
    """Of a long conversation the last turns are kept, of one conversation as of another; no text is endless."""
    turns = Turns(state_settings, clock)
    for number in range(KEPT + 3):
        turns.keep("7", answered(f"Question {number}?"))
        turns.keep("8", answered(f"Other {number}?"))
    assert [turn.question for turn in turns.load("7")] == [f"Question {number}?" for number in range(3, KEPT + 3)]
    assert count_turns(state_settings) == 2 * KEPT
    turns.keep("9", answered("x" * 5000, "y" * 5000))
    ((question, answer),) = [(turn.question, turn.answer) for turn in turns.load("9")]
    assert (len(question), len(answer)) == (2000, 2000)


def test_turns_are_forgotten_when_told(state_settings: Settings, clock: Clock) -> None:
    """One conversation is forgotten and no other, and nothing of it is left in the file."""
    turns = Turns(state_settings, clock)
    assert turns.forget("7")
    turns.keep("7", answered("What did Quuxland demand?"))
    turns.keep("8", answered("Who won?"))
    assert turns.forget("7")
    assert turns.load("7") == []
    assert turns.load("8") == [Turn("Who won?", "Yes.")]
    assert b"Quuxland" not in read_files(state_settings)


def test_turns_are_forgotten_in_time(state_settings: Settings, clock: Clock) -> None:
    """An hour after the last turn a conversation is forgotten; each turn makes it last; old rows are deleted."""
    turns = Turns(state_settings, clock)
    turns.keep("7", answered("What did Quuxland demand?"))
    clock.now += 50 * 60
    turns.keep("7", answered("Who won?"))
    turns.keep("8", answered("Where?"))
    clock.now += 50 * 60
    assert [turn.question for turn in turns.load("7")] == ["What did Quuxland demand?", "Who won?"]
    clock.now += 10 * 60
    assert turns.load("9") == []  # whoever comes next clears up
    assert count_turns(state_settings) == 0
    assert b"Quuxland" not in read_files(state_settings)
    assert turns.load("7") == []


def test_nothing_is_kept_with_no_minutes(state_settings: Settings, clock: Clock) -> None:
    """With 0 minutes nothing is written, and what was kept before is not read."""
    nothing = state_settings.model_copy(update={"conversation_minutes": 0})
    Turns(nothing, clock).keep("7", answered("Who won?"))
    assert not state_settings.data.exists()
    Turns(state_settings, clock).keep("7", answered("Who won?"))
    assert Turns(nothing, clock).load("7") == []
    assert Turns(state_settings, clock).load("7") == []


def test_another_database(settings: Settings, tmp_path: Path, clock: Clock) -> None:
    """With an address of SQLAlchemy turns and use are kept there, and nothing in the data directory."""
    other = load_settings({"data": settings.data, "state_url": f"sqlite:///{tmp_path}/other.db"})
    turns = Turns(other, clock)
    turns.keep("7", answered("Who won?"))
    record_usage(other, Usage(10, 1, 1), clock)
    assert turns.load("7") == [Turn("Who won?", "Yes.")]
    assert read_usage(other, clock).questions == 1
    assert not settings.data.exists()


def test_an_address_without_a_scheme_is_refused() -> None:
    """What is no address is said to be none before it is used."""
    with pytest.raises(UsageError, match="setting state_url is wrong, Value error, must be an address such as"):
        load_settings({"state_url": "state.db"})


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_stops_nothing(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    """With a damaged file there are no turns and no use; that is logged once, with what to do; then it works again."""
    settings.data.mkdir()
    file = settings.data / "state.db"
    file.write_bytes(content)
    turns = Turns(settings, clock)
    for _ in range(2):
        turns.keep("7", answered("Who won?"))
        record_usage(settings, Usage(10, 1, 1), clock)
        assert turns.load("7") == []
        assert not turns.forget("7")
        assert read_usage(settings, clock) == UsedTokens()
    (logged,) = errors_in(caplog)
    assert logged.startswith("conversations and token use are not kept just now (")
    assert logged.endswith(f"): check {file}, remove it if it is damaged")
    file.unlink()
    turns.keep("7", answered("Who won?"))
    assert turns.load("7") == [Turn("Who won?", "Yes.")]
    file.unlink()  # under a newsbot that runs
    turns.keep("7", answered("Who lost?"))
    assert turns.load("7") == [Turn("Who lost?", "Yes.")]
    for left in settings.data.iterdir():
        left.unlink()
    file.write_bytes(content)
    assert turns.load("7") == []
    assert len(errors_in(caplog)) == 2


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nonsense://me:secret@host/db", "nonsense"),  # no such dialect
        ("postgresql+nonsense://me:secret@host/db", "nonsense"),
        ("sqlite:////nowhere/known/state.db", "unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_used(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture, address: str, reason: str
) -> None:
    """An address that leads nowhere stops nothing, and no password of it is logged."""
    turns = Turns(load_settings({"data": settings.data, "state_url": address}), clock)
    turns.keep("7", answered("Who won?"))
    assert turns.load("7") == []
    (logged,) = errors_in(caplog)
    assert reason in logged
    assert logged.endswith("): check NEWSBOT_STATE_URL")
    assert "secret" not in logged


def test_a_locked_file_stops_nothing(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody else holds the file there are no turns; afterwards there are."""
    monkeypatch.setattr("bot.state.engines.PATIENCE", 0.01)
    turns = Turns(settings, clock)
    turns.keep("7", answered("Who won?"))
    with sqlite3.connect(settings.data / "state.db", isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        waiting = Turns(settings, clock)
        assert waiting.load("7") == []
        waiting.keep("7", answered("Who lost?"))
        assert not waiting.forget("7")
        db.execute("ROLLBACK")
    db.close()
    assert [message.partition("(")[2].partition(")")[0] for message in errors_in(caplog)] == ["database is locked"]
    assert waiting.load("7") == [Turn("Who won?", "Yes.")]


def test_many_threads_keep_their_turns(state_settings: Settings, clock: Clock) -> None:
    """Eight conversations at once each keep their own turns, and every token is counted."""
    turns = Turns(state_settings, clock)

    def talk(conversation: str) -> None:
        for number in range(5):
            turns.keep(conversation, answered(f"Question {number} of {conversation}?"))
            record_usage(state_settings, Usage(10, 1, 1), clock)

    threads = [threading.Thread(target=talk, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for conversation in map(str, range(8)):
        asked = [turn.question for turn in turns.load(conversation)]
        assert asked == [f"Question {number} of {conversation}?" for number in range(5)]
    assert read_usage(state_settings, clock) == UsedTokens(Usage(400, 40, 40), Usage(400, 40, 40), 40, 40)


def test_two_processes_keep_their_turns(state_settings: Settings, program_environment: dict[str, str]) -> None:
    """Two processes that begin with no file at the same time lose nothing, of turns and of use."""
    command = [sys.executable, "-c", BUSY]
    environment = program_environment | {"NEWSBOT_STATE_URL": state_settings.state_url}
    processes = [subprocess.Popen([*command, own], env=environment, stderr=subprocess.PIPE, text=True) for own in "ab"]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in processes] == [("", 0)] * 2
    turns = Turns(state_settings)
    for own in "ab":
        assert [turn.question for turn in turns.load(own)] == [f"Question {n} of {own}?" for n in range(14, 20)]
    assert read_usage(state_settings).total == Usage(400, 40, 40)


def test_use_is_summed_by_day(state_settings: Settings, clock: Clock) -> None:
    """The tokens of a day are summed, and those of all days; a question without a model adds nothing."""
    record_usage(state_settings, Usage(), clock)
    assert not state_settings.data.exists()
    assert read_usage(state_settings, clock) == UsedTokens()
    record_usage(state_settings, Usage(1000, 100, 2), clock)
    record_usage(state_settings, Usage(500, 50, 1), clock)
    clock.now += DAY
    assert read_usage(state_settings, clock) == UsedTokens(Usage(), Usage(1500, 150, 3), 0, 2)
    record_usage(state_settings, Usage(3000, 7, 1), clock)
    assert read_usage(state_settings, clock) == UsedTokens(Usage(3000, 7, 1), Usage(4500, 157, 4), 1, 3)


def test_use_is_described_with_its_cost(settings: Settings) -> None:
    """A line tells the use of today and of all days; a cost only where a price is set; without use there is none."""
    assert describe_usage(UsedTokens().as_json(settings)) == ""
    used = UsedTokens(Usage(3000, 7, 1), Usage(1_234_000, 157_000, 4), 1, 3)
    line = "model: 1 calls, 3,000 prompt and 7 completion tokens today, 1,391,000 tokens in all"
    assert describe_usage(used.as_json(settings)) == line
    priced = load_settings({"model_price_in": "0.4", "model_price_out": "1.6"})
    assert describe_usage(used.as_json(priced)) == f"{line}, cost $0.00 today and $0.74 in all"
    assert used.as_json(priced) == {
        "today": {"prompt_tokens": 3000, "completion_tokens": 7, "calls": 1, "questions": 1, "cost": 0.001211},
        "total": {"prompt_tokens": 1_234_000, "completion_tokens": 157_000, "calls": 4, "questions": 3, "cost": 0.7448},
    }
    assert used.as_json(settings)["today"]["cost"] is None


def test_a_server_that_is_started_anew_is_found_again(
    postgres_url: str, clock: Clock, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Connections that the server has closed are no reason to lose anything, and tables that went are made again."""
    kept = settings.model_copy(update={"state_url": postgres_url})
    turns = Turns(kept, clock)
    turns.keep("7", answered("Who won?"))
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))
    assert turns.load("7") == [Turn("Who won?", "Yes.")]
    assert errors_in(caplog) == []
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE turns"))
    engine.dispose()
    assert turns.load("7") == []
    turns.keep("7", answered("Who lost?"))
    assert turns.load("7") == [Turn("Who lost?", "Yes.")]
    assert len(errors_in(caplog)) == 1


def test_what_nobody_uses_is_closed(settings: Settings, clock: Clock) -> None:
    """All that use one database share its connections, and with the last of them they are closed, the journal too."""
    first, second = Turns(settings, clock), Turns(settings, clock)
    first.keep("7", answered("Who won?"))
    assert second.load("7") == [Turn("Who won?", "Yes.")]
    assert {file.name for file in settings.data.iterdir()} == {"state.db", "state.db-wal", "state.db-shm"}
    del first
    assert second.load("7") == [Turn("Who won?", "Yes.")]
    del second
    assert [file.name for file in settings.data.iterdir()] == ["state.db"]


def test_somebody_who_reads_only_puts_erasing_off(
    settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process reads what was there before, all goes on; what was forgotten is erased after that."""
    monkeypatch.setattr("bot.state.engines._BETWEEN_ERASURES", 0.0)
    turns = Turns(settings, clock)
    turns.keep("7", answered("What did Quuxland demand?"))
    with sqlite3.connect(settings.data / "state.db", isolation_level=None) as db:
        db.execute("BEGIN")
        assert db.execute("SELECT count(*) FROM turns").fetchone() == (1,)
        assert turns.forget("7")
        assert turns.load("7") == []
        assert b"Quuxland" in read_files(settings)
        db.execute("ROLLBACK")
    db.close()
    assert turns.load("7") == []
    assert b"Quuxland" not in read_files(settings)


def test_the_journal_of_a_file_that_was_removed_is_removed(settings: Settings, clock: Clock) -> None:
    """A process that was killed leaves a journal; where its file is removed after that, the new file begins empty."""
    command = f"{BUSY}\nimport os; os.kill(os.getpid(), 9)"
    environment = {**os.environ, "NEWSBOT_DATA": str(settings.data)}
    assert subprocess.run([sys.executable, "-c", command, "a"], env=environment, check=False).returncode == -9
    (settings.data / "state.db").unlink()
    assert (settings.data / "state.db-wal").stat().st_size > 0
    turns = Turns(settings, clock)
    turns.keep("7", answered("Who won?"))
    assert (turns.load("a"), turns.load("7")) == ([], [Turn("Who won?", "Yes.")])
    assert b"Question" not in read_files(settings)


def test_what_cannot_be_erased_now_is_kept_all_the_same(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work that is done counts as done, although the journal could not be emptied after it."""

    def fail(_: SharedEngine) -> None:
        raise OSError("disk full")

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(SharedEngine, "erase_deleted", fail)
    turns = Turns(settings, clock)
    turns.keep("7", answered("Who won?"))
    assert turns.load("7") == [Turn("Who won?", "Yes.")]
    assert {record.getMessage() for record in caplog.records} == {
        "the journal of the state database was not emptied: disk full"
    }


def test_a_database_in_memory(settings: Settings, clock: Clock) -> None:
    """An address of a database that is nowhere on disk works, for one thread."""
    turns = Turns(settings.model_copy(update={"state_url": "sqlite://"}), clock)
    turns.keep("7", answered("Who won?"))
    assert turns.load("7") == [Turn("Who won?", "Yes.")]
    assert not settings.data.exists()
