"""What is kept beside the index: the turns of conversations and the use of tokens, whatever happens to the file."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.answers import Answer, Turn, Usage
from bot.state.turns import KEPT, Turns
from bot.state.usage import UsedTokens, describe_usage, read_usage, record_usage
from config.errors import UsageError
from config.settings import Settings, load_settings

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


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as an error."""
    return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]


def test_turns_are_kept_across_restarts(settings: Settings, clock: Clock) -> None:
    """Another process reads the turns in their order, as questions that stand alone, answers without their marks."""
    turns = Turns(settings, clock)
    assert turns.load("7") == []
    assert not settings.data.exists()
    turns.keep("7", answered("What did Turkey demand?", "Troops. [1] Now, [2][3] he said."))
    turns.keep("7", answered("why?", standalone="Why did Turkey demand that?"))
    turns.keep("8", answered("Who won?"))
    kept = [Turn("What did Turkey demand?", "Troops. Now, he said."), Turn("Why did Turkey demand that?", "Yes.")]
    assert Turns(settings, clock).load("7") == kept
    assert turns.load("8") == [Turn("Who won?", "Yes.")]
    assert turns.load("9") == []


def test_only_answered_questions_are_kept(settings: Settings, clock: Clock) -> None:
    """A question that was refused, or that failed, leaves nothing."""
    turns = Turns(settings, clock)
    turns.keep("7", Answer("Who won?", "no_evidence", "I found nothing."))
    turns.keep("7", Answer("Who won?", "failed", "Try again."))
    assert turns.load("7") == []


def test_the_last_turns_are_kept(settings: Settings, clock: Clock) -> None:
    """Of a long conversation the last turns are kept, of one conversation as of another; no text is endless."""
    turns = Turns(settings, clock)
    for number in range(KEPT + 3):
        turns.keep("7", answered(f"Question {number}?"))
        turns.keep("8", answered(f"Other {number}?"))
    assert [turn.question for turn in turns.load("7")] == [f"Question {number}?" for number in range(3, KEPT + 3)]
    with sqlite3.connect(settings.data / "state.db") as db:
        assert db.execute("SELECT count(*) FROM turns").fetchone() == (2 * KEPT,)
    db.close()
    turns.keep("9", answered("x" * 5000, "y" * 5000))
    ((question, answer),) = [(turn.question, turn.answer) for turn in turns.load("9")]
    assert (len(question), len(answer)) == (2000, 2000)


def test_turns_are_forgotten_when_told(settings: Settings, clock: Clock) -> None:
    """One conversation is forgotten and no other, and nothing of it is left in the file."""
    turns = Turns(settings, clock)
    assert turns.forget("7")
    turns.keep("7", answered("What did Quuxland demand?"))
    turns.keep("8", answered("Who won?"))
    assert turns.forget("7")
    assert turns.load("7") == []
    assert turns.load("8") == [Turn("Who won?", "Yes.")]
    assert b"Quuxland" not in (settings.data / "state.db").read_bytes()


def test_turns_are_forgotten_in_time(settings: Settings, clock: Clock) -> None:
    """An hour after the last turn a conversation is forgotten; each turn makes it last; old rows are deleted."""
    turns = Turns(settings, clock)
    turns.keep("7", answered("What did Quuxland demand?"))
    clock.now += 50 * 60
    turns.keep("7", answered("Who won?"))
    turns.keep("8", answered("Where?"))
    clock.now += 50 * 60
    assert [turn.question for turn in turns.load("7")] == ["What did Quuxland demand?", "Who won?"]
    clock.now += 10 * 60
    assert turns.load("9") == []  # whoever comes next clears up
    with sqlite3.connect(settings.data / "state.db") as db:
        assert db.execute("SELECT count(*) FROM turns").fetchone() == (0,)
    db.close()
    assert b"Quuxland" not in (settings.data / "state.db").read_bytes()
    assert turns.load("7") == []


def test_nothing_is_kept_with_no_minutes(settings: Settings, clock: Clock) -> None:
    """With 0 minutes nothing is written, and what was kept before is not read."""
    nothing = load_settings({"data": settings.data, "conversation_minutes": "0"})
    Turns(nothing, clock).keep("7", answered("Who won?"))
    assert not settings.data.exists()
    Turns(settings, clock).keep("7", answered("Who won?"))
    assert Turns(nothing, clock).load("7") == []
    assert Turns(settings, clock).load("7") == []


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
    file.write_bytes(content)
    assert turns.load("7") == []
    assert len(errors_in(caplog)) == 2


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nonsense://me:secret@host/db", "nonsense"),  # no such dialect
        ("postgresql+nonsense://me:secret@host/db", "nonsense"),
        ("sqlite:////nowhere/at/all/state.db", "unable to open database file"),
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
    monkeypatch.setattr("bot.state.database._PATIENCE", 0.01)
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


def test_many_threads_keep_their_turns(settings: Settings, clock: Clock) -> None:
    """Eight conversations at once each keep their own turns, and every token is counted."""
    turns = Turns(settings, clock)

    def talk(conversation: str) -> None:
        for number in range(5):
            turns.keep(conversation, answered(f"Question {number} of {conversation}?"))
            record_usage(settings, Usage(10, 1, 1), clock)

    threads = [threading.Thread(target=talk, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for conversation in map(str, range(8)):
        asked = [turn.question for turn in turns.load(conversation)]
        assert asked == [f"Question {number} of {conversation}?" for number in range(5)]
    assert read_usage(settings, clock) == UsedTokens(Usage(400, 40, 40), Usage(400, 40, 40), 40, 40)


def test_two_processes_keep_their_turns(settings: Settings, program_environment: dict[str, str]) -> None:
    """Two processes that begin with no file at the same time lose nothing, of turns and of use."""
    command = [sys.executable, "-c", BUSY]
    processes = [
        subprocess.Popen([*command, own], env=program_environment, stderr=subprocess.PIPE, text=True) for own in "ab"
    ]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in processes] == [("", 0)] * 2
    turns = Turns(settings)
    for own in "ab":
        assert [turn.question for turn in turns.load(own)] == [f"Question {n} of {own}?" for n in range(14, 20)]
    assert read_usage(settings).total == Usage(400, 40, 40)


def test_use_is_summed_by_day(settings: Settings, clock: Clock) -> None:
    """The tokens of a day are summed, and those of all days; a question without a model adds nothing."""
    record_usage(settings, Usage(), clock)
    assert not settings.data.exists()
    assert read_usage(settings, clock) == UsedTokens()
    record_usage(settings, Usage(1000, 100, 2), clock)
    record_usage(settings, Usage(500, 50, 1), clock)
    clock.now += DAY
    assert read_usage(settings, clock) == UsedTokens(Usage(), Usage(1500, 150, 3), 0, 2)
    record_usage(settings, Usage(3000, 7, 1), clock)
    assert read_usage(settings, clock) == UsedTokens(Usage(3000, 7, 1), Usage(4500, 157, 4), 1, 3)


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
