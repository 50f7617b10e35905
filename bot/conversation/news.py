"""The commands for news: the latest, and what happened on a topic day by day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from bot.alerts.digest import make_digest, write_moment
from bot.answers import Answer
from bot.conversation.asking import answer_question
from bot.conversation.desk import Desk, Request
from bot.conversation.messages import Reply
from bot.texts import Text

DAY = timedelta(1)
TIMELINE = Text("Write a topic after /timeline, for example: /timeline Idlib talks")


async def run_latest(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """The newest stories; with a topic, the latest on it."""
    if request.argument:
        async for reply in answer_question(desk, request, f"latest on {request.argument}"):
            yield reply
        return
    loop = asyncio.get_running_loop()
    yield Reply(await loop.run_in_executor(desk.threads, tell_latest, desk))


async def run_timeline(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """What happened on a topic, day by day."""
    if not request.argument:
        yield Reply(TIMELINE)
        return
    async for reply in answer_question(desk, request, f"timeline of {request.argument}"):
        yield reply


def tell_latest(desk: Desk) -> Answer:
    """The stories of the last day that has any, with a word on how old they are if they are."""
    until = write_moment(desk.now())
    with desk.newsbot.index.use() as generation:
        newest = generation.store.newest(1, until=until)
        last = newest[0].published if newest and newest[0].published else until
        # An article that names only its day is of any hour of it.
        end = datetime.fromisoformat(last if len(last) > 10 else f"{last}T23:59:59").replace(tzinfo=UTC)
        since = (end - DAY).isoformat(timespec="seconds")
        return make_digest(generation, desk.newsbot.embedder, since, until, question="the latest news")
