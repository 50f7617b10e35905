"""Every question that was asked with what came of it: for the buttons of its answer, the limits and the admins."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers import Answer
from bot.conversation.messages import Message
from bot.state.answer_json import read_answer, write_answer
from bot.state.answer_reports import (
    Feedback,
    Unanswered,
    count_by_user,
    group_questions,
    read_feedback,
    read_unanswered,
)
from bot.state.database import StateDatabase, make_storable
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEPT = 90 * 86_400  # seconds
_BETWEEN_CLEARINGS = 6 * 3600  # seconds
_LARGEST = 2**31 - 1  # number of an answer


@dataclass(frozen=True)
class KeptAnswer:
    """An answer that was given, under the number that its buttons have; `votes` are those for and against it."""

    id: int
    user_id: int
    chat_id: int
    conversation: str
    answer: Answer
    asked: float
    votes: tuple[int, int] = (0, 0)


class Answers:
    """The questions of 90 days; `now` is the clock, in seconds since 1970. There are none while the database fails."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._database, self._now = StateDatabase(settings), now
        self._cleared = float("-inf")

    def keep(self, message: Message, answer: Answer) -> int:
        """Keep an answer; the number by which it is found, 0 where it could not be kept."""

        def keep(connection: Connection) -> int:
            from sqlalchemy import insert

            from bot.state.tables import ANSWERS

            values = {
                "user_id": message.user_id,
                "chat_id": message.chat,
                "conversation": message.conversation,
                "asked": self._now(),
                "status": answer.status,
                "question": make_storable(answer.standalone_question or answer.question),
                "answer": write_answer(answer),
            }
            (number,) = connection.execute(insert(ANSWERS).values(values)).inserted_primary_key or (0,)
            if self._now() - self._cleared >= _BETWEEN_CLEARINGS:
                self._clear(connection)
                self._cleared = self._now()
            return int(number)

        return self._database.run(keep, 0)

    def find(self, id: int) -> KeptAnswer | None:  # noqa: A002 - as it is called in the row
        """The answer with a number; None where there is none, or it was forgotten."""
        if not self._may_have(id):
            return None

        def find(connection: Connection) -> KeptAnswer | None:
            from sqlalchemy import select

            from bot.state.tables import ANSWERS

            row = connection.execute(select(ANSWERS).where(ANSWERS.c.id == id)).first()
            answer = read_answer(row.answer) if row else None
            if row is None or answer is None:
                return None
            votes = _count_votes(connection, id)
            return KeptAnswer(id, row.user_id, row.chat_id, row.conversation, answer, row.asked, votes)

        return self._database.run(find, None)

    def vote(self, id: int, user_id: int, vote: int) -> tuple[int, int]:  # noqa: A002
        """Vote for (1) or against (-1) an answer, or take the vote back (0); all votes for and against it then."""
        if not self._may_have(id):
            return 0, 0

        def give(connection: Connection) -> tuple[int, int]:
            from sqlalchemy import delete, select

            from bot.state.tables import ANSWERS, VOTES
            from bot.state.upserts import insert_into

            connection.execute(delete(VOTES).where(VOTES.c.answer_id == id, VOTES.c.user_id == user_id))
            if vote and connection.execute(select(ANSWERS.c.id).where(ANSWERS.c.id == id)).first():
                values = {"vote": vote, "voted": self._now()}
                statement = insert_into(connection, VOTES).values(answer_id=id, user_id=user_id, **values)
                keys = ["answer_id", "user_id"]
                connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
            return _count_votes(connection, id)

        return self._database.run(give, (0, 0))

    def count_since(self, user_id: int | None, moment: float) -> int:
        """How many questions a user (None: all) has asked after a moment."""

        def count(connection: Connection) -> int:
            from sqlalchemy import func, select

            from bot.state.tables import ANSWERS

            found = select(func.count()).select_from(ANSWERS).where(ANSWERS.c.asked > moment)
            own = found if user_id is None else found.where(ANSWERS.c.user_id == user_id)
            return int(connection.execute(own).scalar_one())

        return 0 if self._database.is_new else self._database.run(count, 0)

    def moment_of(self, user_id: int, last: int) -> float | None:
        """When a user has asked the question that is his last but `last - 1`; None where he has asked fewer."""

        def find(connection: Connection) -> float | None:
            from sqlalchemy import select

            from bot.state.tables import ANSWERS

            own = select(ANSWERS.c.asked).where(ANSWERS.c.user_id == user_id)
            return connection.execute(own.order_by(ANSWERS.c.asked.desc()).offset(last - 1).limit(1)).scalar()

        return None if self._database.is_new else self._database.run(find, None)

    def count_by_user(self) -> dict[int, int]:
        """How many questions each user has asked."""
        return {} if self._database.is_new else self._database.run(count_by_user, {})

    def unanswered(self, limit: int) -> list[Unanswered]:
        """What was asked and had no evidence, most often first; questions with the same terms are one."""
        if self._database.is_new:
            return []
        return group_questions(self._database.run(read_unanswered, []))[:limit]

    def feedback(self, limit: int) -> Feedback:
        """What people thought of the answers; those that were forgotten are counted, but not listed."""
        nothing = Feedback()
        return nothing if self._database.is_new else self._database.run(lambda c: read_feedback(c, limit), nothing)

    def forget(self, conversation: str) -> bool:
        """Erase the words of a conversation, not that something was asked; whether that was possible."""
        if self._database.is_new:
            return True

        def forget(connection: Connection) -> bool:
            from sqlalchemy import delete, insert, select, update

            from bot.state.tables import ANSWERS

            own = ANSWERS.c.conversation == conversation
            connection.execute(update(ANSWERS).where(own).values(question="", answer=""))
            rows = [dict(row) for row in connection.execute(select(ANSWERS).where(own)).mappings()]
            if (
                rows
            ):  # they are put in anew because what is deleted, not what is changed, is soon erased from the journal
                connection.execute(delete(ANSWERS).where(own))
                connection.execute(insert(ANSWERS), rows)
            return True

        return self._database.run(forget, otherwise=False)

    def move(self, old: int, new: int) -> None:
        """Give the answers in a group that became a supergroup its new id."""

        def move(connection: Connection) -> None:
            from sqlalchemy import func, update

            from bot.state.tables import ANSWERS

            conversation = func.replace(ANSWERS.c.conversation, str(old), str(new))
            values = {"chat_id": new, "conversation": conversation}
            connection.execute(update(ANSWERS).where(ANSWERS.c.chat_id == old).values(values))

        if not self._database.is_new:
            self._database.run(move, None)

    def _may_have(self, id: int) -> bool:  # noqa: A002
        return 0 < id <= _LARGEST and not self._database.is_new

    def _clear(self, connection: Connection) -> None:
        """Delete what is too old, with its votes."""
        from sqlalchemy import delete, select

        from bot.state.tables import ANSWERS, VOTES

        connection.execute(delete(ANSWERS).where(ANSWERS.c.asked <= self._now() - _KEPT))
        connection.execute(delete(VOTES).where(VOTES.c.answer_id.not_in(select(ANSWERS.c.id))))


def _count_votes(connection: Connection, answer: int) -> tuple[int, int]:
    from sqlalchemy import select

    from bot.state.tables import VOTES

    votes = list(connection.execute(select(VOTES.c.vote).where(VOTES.c.answer_id == answer)).scalars())
    return votes.count(1), votes.count(-1)
