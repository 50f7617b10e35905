"""What admins read of the questions that were asked: those without evidence, what people thought, who asks how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOOKED_THROUGH = 5000  # questions without evidence, of which the last are grouped


@dataclass(frozen=True)
class Unanswered:
    """A question that had no evidence, in its last wording, how often it was asked, and when last."""

    question: str
    times: int
    last: float


@dataclass(frozen=True)
class VotedAnswer:
    """A question with the votes for and against its answer, and when the last one was given."""

    id: int
    question: str
    ups: int
    downs: int
    last: float


@dataclass(frozen=True)
class Feedback:
    """All votes for and against answers, and the answers: those with the most votes against them first."""

    ups: int = 0
    downs: int = 0
    answers: tuple[VotedAnswer, ...] = ()


def count_by_user(connection: Connection) -> dict[int, int]:
    """How many questions each user has asked."""
    from sqlalchemy import func, select

    from bot.state.tables import ANSWERS

    rows = connection.execute(select(ANSWERS.c.user_id, func.count()).group_by(ANSWERS.c.user_id))
    return {user_id: int(number) for user_id, number in rows}


def read_unanswered(connection: Connection) -> list[tuple[str, float]]:
    """The last questions that had no evidence, each with when it was asked, newest first."""
    from sqlalchemy import select

    from bot.state.tables import ANSWERS

    found = select(ANSWERS.c.question, ANSWERS.c.asked).where(ANSWERS.c.status == "no_evidence")
    rows = connection.execute(
        found.where(ANSWERS.c.question != "").order_by(ANSWERS.c.id.desc()).limit(_LOOKED_THROUGH)
    )
    return [(question, asked) for question, asked in rows]


def group_questions(questions: Sequence[tuple[str, float]]) -> list[Unanswered]:
    """Questions, newest first, that have the same terms as one; the most frequent first."""
    groups: dict[frozenset[str], Unanswered] = {}
    for question, asked in questions:
        known = groups.get(key := _terms_of(question), Unanswered(question, 0, asked))
        groups[key] = Unanswered(known.question, known.times + 1, known.last)
    return sorted(groups.values(), key=lambda group: (-group.times, -group.last))


def read_feedback(connection: Connection, limit: int) -> Feedback:
    """All votes, and at most `limit` of the answers that have some."""
    from sqlalchemy import case, func, select

    from bot.state.tables import ANSWERS, VOTES

    ups, downs = (func.sum(case((VOTES.c.vote == vote, 1), else_=0)) for vote in (1, -1))
    last = func.max(VOTES.c.voted)
    voted = select(ANSWERS.c.id, ANSWERS.c.question, ups, downs, last).join(VOTES, VOTES.c.answer_id == ANSWERS.c.id)
    by_answer = voted.where(ANSWERS.c.question != "").group_by(ANSWERS.c.id, ANSWERS.c.question)
    rows = connection.execute(by_answer.order_by(downs.desc(), last.desc()).limit(limit)).all()
    all_ups, all_downs = connection.execute(select(func.coalesce(ups, 0), func.coalesce(downs, 0))).one()
    answers = tuple(VotedAnswer(row[0], row[1], int(row[2]), int(row[3]), row[4]) for row in rows)
    return Feedback(int(all_ups), int(all_downs), answers)


def _terms_of(question: str) -> frozenset[str]:
    from index.terms import content_terms, fold_words

    return frozenset(content_terms(question) or fold_words(question) or [question])
