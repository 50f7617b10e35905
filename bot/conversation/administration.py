"""The commands about the bot itself: what it holds, a re-index, what people ask, and who may."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable

from bot.conversation.desk import Desk, Request
from bot.conversation.lists import LISTED, shorten, write_list
from bot.conversation.messages import Reply
from bot.conversation.rights import is_among_admins
from bot.conversation.work import work_and_tell
from bot.state.people import Person
from bot.status import collect_status, describe_briefly, describe_progress, describe_report, describe_status
from bot.texts import Text, join_texts
from config.patterns import compile_later
from index.reindex import reindex
from index.report import Progress, Report

REINDEXING = Text("Re-indexing. Questions are answered meanwhile.")
NOT_KEPT = Text("That could not be kept just now. The operator finds the reason in the log.")
_ID = compile_later(r"-?\d{1,15}", re.ASCII)


async def run_status(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """What the index holds; for an admin also how its sources are, and who asks."""
    status = await asyncio.to_thread(collect_status, desk.settings, desk.newsbot.index)
    if not is_among_admins(desk, request):
        yield Reply(describe_briefly(status))
        return
    yield Reply(join_texts(describe_status(status), *await asyncio.to_thread(_describe_use, desk), sep="\n"))


def _describe_use(desk: Desk) -> list[Text]:
    midnight = desk.now() // 86_400 * 86_400
    people = [person for person in desk.people.list() if person.id > 0]
    lines = [
        Text("Questions today: {count}", count=desk.answers.count_since(None, midnight)),
        Text("People: {count}", count=len(people)),
    ]
    if desk.settings.access != "open":
        waiting = sum(_name_role(desk, person) == "stranger" for person in people)
        lines.append(Text("People who wait to be let in: {count}", count=waiting))
    return lines


async def run_reindex(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Re-index, and tell how far each source is while it goes on, then what came of it."""
    del request
    lines: dict[str, str] = {}  # of each source that was begun with

    def work(tell: Callable[[str], None]) -> Report:
        def note(progress: Progress) -> None:
            lines[progress.source] = describe_progress(progress)
            tell(join_texts(*list(lines.values())[-LISTED:], sep="\n"))

        return reindex(desk.settings, desk.newsbot.embedder, on_progress=note)

    yield Reply(REINDEXING, progress=True)
    async for reply in work_and_tell(
        work, lambda text: Reply(text, progress=True), lambda report: Reply(describe_report(report))
    ):
        yield reply


async def run_questions(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """What was asked and had no evidence, the most frequent first."""
    del request
    groups = await asyncio.to_thread(desk.answers.unanswered, 10_000)
    lines = [f"{group.times} × {shorten(group.question)}" for group in groups]
    yield Reply(write_list(lines) or Text("Every question was answered, or none was asked."))


async def run_feedback(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """How people voted, and on which answers: those that displeased first."""
    del request
    feedback = await asyncio.to_thread(desk.answers.feedback, 10_000)
    if not feedback.ups + feedback.downs:
        yield Reply(Text("Nobody has said yet what he thinks of an answer."))
        return
    lines = [f"👍 {answer.ups} 👎 {answer.downs} {shorten(answer.question)}" for answer in feedback.answers]
    yield Reply(join_texts(f"👍 {feedback.ups} 👎 {feedback.downs}", write_list(lines), sep="\n"))


async def run_users(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Everybody who has written, and what he may; whoever was here last first."""
    del request
    people = await asyncio.to_thread(desk.people.list)
    counts = await asyncio.to_thread(desk.answers.count_by_user)
    lines = [_describe_person(desk, person, counts.get(person.id, 0)) for person in people]
    yield Reply(write_list(lines) or Text("Nobody has written yet."))


def _describe_person(desk: Desk, person: Person, questions: int) -> Text:
    roles = {
        "admin": Text("admin"),
        "banned": Text("banned"),
        "reader": Text("may ask"),
        "stranger": Text("may not ask yet"),
    }
    role = roles[_name_role(desk, person)]
    if person.id < 0:
        return Text("{id} (group): {role}", id=str(person.id), role=role)
    about = {"id": str(person.id), "name": person.name or "–", "role": role, "count": questions}
    return Text("{id} {name}: {role}, questions: {count}", **about)


def _name_role(desk: Desk, person: Person) -> str:
    if person.id in desk.settings.admins:
        return "admin"
    return person.role or ("reader" if desk.settings.access == "open" else "stranger")


async def run_allow(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Let a user, or everybody in a group, ask."""
    wanted = _read_id(request.argument)
    if wanted is None:
        yield Reply(Text("Write /allow and the id of a user or a group, for example: /allow 123456789"))
    elif await asyncio.to_thread(_is_admin, desk, wanted):
        yield Reply(Text("{id} is an admin.", id=str(wanted)))
    elif await asyncio.to_thread(desk.people.set_role, wanted, "reader"):
        yield Reply(Text("{id} may ask now.", id=str(wanted)))
    else:
        yield Reply(NOT_KEPT)


async def run_ban(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Let a user, or everybody in a group, do nothing any more."""
    wanted = _read_id(request.argument)
    if wanted is None:
        yield Reply(Text("Write /ban and the id of a user or a group, for example: /ban 123456789"))
    elif wanted == request.message.user_id:
        yield Reply(Text("You cannot ban yourself."))
    elif wanted in desk.settings.admins:
        yield Reply(
            Text("{id} is an admin by NEWSBOT_ADMINS, and can be banned only after that is changed.", id=str(wanted))
        )
    elif await asyncio.to_thread(desk.people.set_role, wanted, "banned"):
        yield Reply(Text("{id} cannot use this bot any more. /allow {id} takes that back.", id=str(wanted)))
    else:
        yield Reply(NOT_KEPT)


def _is_admin(desk: Desk, user_id: int) -> bool:
    return user_id in desk.settings.admins or user_id in desk.people.admins()


def _read_id(text: str) -> int | None:
    """The id of a user or, negative, of a group."""
    return int(text) or None if _ID.fullmatch(text) else None
