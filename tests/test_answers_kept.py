"""Every question with what came of it: kept on SQLite and on PostgreSQL, for buttons, limits and admins."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import date

import pytest

from bot.answers import Answer, Citation, Usage
from bot.conversation.messages import Message
from bot.state.answer_json import read_answer, write_answer
from bot.state.answer_reports import Feedback, Unanswered, VotedAnswer
from bot.state.answers import Answers, KeptAnswer
from bot.state.database import StateDatabase
from bot.state.tables import VOTES
from bot.texts import Text
from config.settings import Settings
from tests.clock import Clock

pytest_plugins = ["tests.postgres"]

DAY = 86_400.0
NOW = 20_000 * DAY
ADA, BOB, GROUP, SUPERGROUP = 7_000_000_000, 8, -200, -1_001_234_567_890
CITED = Citation(1, "“Troops”\0", "id", "Title", "", "Outlet", None, 3, 9, "2020-02-18", ("Other", "Third"))
NOTE = Text("The newest article on this is from {day}.", day=date(2020, 2, 18))
NESTED = Text("{first}, {count} times", first=Text("in all"), count=3)


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock(NOW)


@pytest.fixture
def answers(state_settings: Settings, clock: Clock) -> Answers:
    """No answers yet."""
    return Answers(state_settings, clock)


def answered(question: str, standalone: str = "") -> Answer:
    """An answer with all that one can have."""
    return Answer(
        question,
        "answered",
        "It wants troops. [1]",
        (CITED,),
        (NOTE, "As it stands"),
        "model",
        {"total": 1.5},
        standalone,
        NESTED,
        Usage(100, 10, 1),
        {"kept": 1},
    )


def refused(question: str, standalone: str = "") -> Answer:
    """An answer that is none."""
    return Answer(question, "no_evidence", "Nothing.", standalone_question=standalone)


def count_votes(settings: Settings) -> int:
    """How many votes the database has."""
    return StateDatabase(settings).run(lambda connection: len(connection.execute(VOTES.select()).all()), -1)


def test_an_answer_is_written_and_read(answers: Answers, state_settings: Settings) -> None:
    """Another process finds the whole answer by its number, with texts that can still be translated."""
    message = Message(ADA, "what?", GROUP, is_group=True, name="Ada")
    number = answers.keep(message, answered("What did Turkey \ud83d demand?"))
    found = Answers(state_settings).find(number)
    assert found == KeptAnswer(
        number, ADA, GROUP, f"{GROUP}/{ADA}", answered("What did Turkey \ud83d demand?"), NOW, (0, 0)
    )
    assert found.answer.timings_ms == {"total": 1.5}
    assert found.answer.checks == {"kept": 1}
    note, plain = found.answer.notes
    assert isinstance(note, Text)
    assert (note.template, note.values) == (NOTE.template, NOTE.values)
    assert not isinstance(plain, Text)
    assert isinstance(found.answer.caveat, Text)
    assert isinstance(found.answer.caveat.values["first"], Text)


@pytest.mark.parametrize("number", [0, -1, 99, 2**31, 10**30])
def test_there_is_no_other_answer(answers: Answers, number: int) -> None:
    """No number that was not given has an answer, and none breaks the database."""
    answers.keep(Message(ADA), answered("What?"))
    assert answers.find(number) is None
    assert answers.vote(number, ADA, 1) == (0, 0)
    assert answers.feedback(9) == Feedback()


def test_reading_makes_no_file(settings: Settings) -> None:
    """As long as nothing is kept nothing is written, and there is nothing."""
    answers = Answers(settings)
    assert answers.find(1) is None
    assert answers.vote(1, ADA, 1) == (0, 0)
    assert answers.count_since(ADA, 0) == 0
    assert answers.moment_of(ADA, 1) is None
    assert answers.count_by_user() == {}
    assert answers.unanswered(9) == []
    assert answers.feedback(9) == Feedback()
    assert answers.forget("7")
    answers.move(GROUP, SUPERGROUP)
    assert not settings.data.exists()


def test_answers_of_another_version() -> None:
    """What was written before an answer had some field is read; what has fields that are none any more is not."""
    facts = json.loads(write_answer(answered("What?")))
    del facts["caveat"]
    assert read_answer(json.dumps(facts)) == replace(answered("What?"), caveat="")
    assert read_answer(json.dumps(facts | {"mood": "good"})) is None
    for written in ("", "null", "[]", "{}", json.dumps(facts | {"citations": [{}]})):
        assert read_answer(written) is None


def test_each_user_has_one_vote(answers: Answers) -> None:
    """The last vote of each user counts; it can be taken back; votes are those of one answer."""
    first, second = (answers.keep(Message(ADA), answered(text)) for text in ("What?", "Who?"))
    assert answers.vote(first, ADA, 1) == (1, 0)
    assert answers.vote(first, ADA, 1) == (1, 0)
    assert answers.vote(first, BOB, 1) == (2, 0)
    assert answers.vote(first, ADA, -1) == (1, 1)
    assert answers.vote(second, ADA, -1) == (0, 1)
    assert answers.vote(first, BOB, 0) == (0, 1)
    found = answers.find(first)
    assert found is not None
    assert found.votes == (0, 1)


def test_questions_are_counted(answers: Answers, clock: Clock) -> None:
    """A user's questions are counted from a moment on, those of all users too; and it is known when one was asked."""
    for seconds, user in ((0, ADA), (10, BOB), (20, ADA), (30, ADA)):
        clock.now = NOW + seconds
        answers.keep(Message(user), refused("What?"))
    assert [answers.count_since(ADA, NOW + seconds) for seconds in (-1, 0, 20, 30)] == [3, 2, 1, 0]
    assert answers.count_since(None, NOW) == 3
    assert [answers.moment_of(ADA, last) for last in (1, 2, 3, 4)] == [NOW + 30, NOW + 20, NOW, None]
    assert answers.moment_of(9, 1) is None
    assert answers.count_by_user() == {ADA: 3, BOB: 1}


def test_unanswered_questions_are_grouped(answers: Answers, clock: Clock) -> None:
    """Questions with the same terms are one, however they are asked; the most frequent first, then the newest."""
    asked = ["Who won the Cup?", "how tall is Çelik?", "who has WON cups?", "What?", "how tall is Celik", "Cup, won!"]
    for question in asked:
        clock.now += 1
        answers.keep(Message(ADA), refused(question))
    answers.keep(Message(ADA), answered("Who won?"))
    answers.keep(Message(ADA), refused("And he?", "How tall is Celik?"))
    assert answers.unanswered(9) == [
        Unanswered("How tall is Celik?", 3, NOW + 6),
        Unanswered("Cup, won!", 3, NOW + 6),
        Unanswered("What?", 1, NOW + 4),
    ]
    assert answers.unanswered(1) == [Unanswered("How tall is Celik?", 3, NOW + 6)]


def test_feedback(answers: Answers, clock: Clock) -> None:
    """All votes are counted, and each answer with votes is listed, those with most against them first."""
    first, second, third = (answers.keep(Message(ADA), answered(text)) for text in ("One?", "Two?", "Three?"))
    answers.vote(first, ADA, 1)
    for user in (ADA, BOB):
        clock.now += 1
        answers.vote(second, user, -1)
    answers.vote(third, ADA, -1)
    answers.vote(third, BOB, 1)
    listed = (
        VotedAnswer(second, "Two?", 0, 2, NOW + 2),
        VotedAnswer(third, "Three?", 1, 1, NOW + 2),
        VotedAnswer(first, "One?", 1, 0, NOW),
    )
    assert answers.feedback(9) == Feedback(2, 3, listed)
    assert answers.feedback(1) == Feedback(2, 3, listed[:1])


def test_the_words_of_a_conversation_are_forgotten(
    answers: Answers, state_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a conversation no word is left in any file, but that something was asked; other conversations stay."""
    monkeypatch.setattr("bot.state.engines._BETWEEN_ERASURES", 0)
    group = Message(ADA, chat_id=GROUP, is_group=True)
    gone = answers.keep(group, refused("What did Quuxland demand?"))
    kept = answers.keep(Message(ADA), refused("Who won?"))
    answers.vote(gone, ADA, -1)
    assert answers.forget(group.conversation)
    assert answers.find(gone) is None
    assert answers.find(kept) is not None
    assert answers.unanswered(9) == [Unanswered("Who won?", 1, NOW)]
    assert answers.feedback(9) == Feedback(0, 1)
    assert answers.count_since(ADA, 0) == 2
    assert b"Quuxland" not in b"".join(file.read_bytes() for file in state_settings.data.glob("state.db*"))
    assert answers.keep(group, answered("Who?")) == kept + 1
    assert answers.forget("nobody")


def test_a_group_becomes_a_supergroup(answers: Answers) -> None:
    """The answers in a group are found under its new id, each in the conversation of its user."""
    in_group = answers.keep(Message(ADA, chat_id=GROUP, is_group=True), answered("What?"))
    private = answers.keep(Message(ADA), answered("What?"))
    answers.move(GROUP, SUPERGROUP)
    moved, stayed = answers.find(in_group), answers.find(private)
    assert moved is not None
    assert (moved.chat_id, moved.conversation) == (SUPERGROUP, f"{SUPERGROUP}/{ADA}")
    assert stayed is not None
    assert (stayed.chat_id, stayed.conversation) == (ADA, str(ADA))


def test_old_answers_go(answers: Answers, state_settings: Settings, clock: Clock) -> None:
    """After 90 days an answer goes with its votes, at some later question; no number is given a second time."""
    old = answers.keep(Message(ADA), answered("One?"))
    answers.vote(old, ADA, 1)
    clock.now += 90 * DAY - 1
    answers.keep(Message(ADA), answered("Two?"))
    assert answers.find(old) is not None
    clock.now += 1
    assert answers.count_since(ADA, 0) == 2
    answers.keep(Message(ADA), answered("Three?"))
    assert answers.find(old) is not None  # it is looked for now and then only
    clock.now += 6 * 3600
    newest = answers.keep(Message(ADA), answered("Four?"))
    assert answers.find(old) is None
    assert count_votes(state_settings) == 0
    clock.now += 100 * DAY
    assert Answers(state_settings, clock).keep(Message(ADA), answered("Five?")) == newest + 1
    assert answers.count_since(None, 0) == 1


def test_a_damaged_file_stops_nothing(settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """With a damaged file nothing is kept, and nothing found; no limit is reached."""
    settings.data.mkdir()
    (settings.data / "state.db").write_bytes(b"no database" * 100)
    answers = Answers(settings, clock)
    assert answers.keep(Message(ADA), answered("What?")) == 0
    assert answers.find(1) is None
    assert answers.vote(1, ADA, 1) == (0, 0)
    assert answers.count_since(ADA, 0) == 0
    assert answers.moment_of(ADA, 1) is None
    assert answers.count_by_user() == {}
    assert answers.unanswered(9) == []
    assert answers.feedback(9) == Feedback()
    assert not answers.forget("7")
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1
