"""Work in a thread that tells how far it is: what it tells, and what comes of it, as replies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from typing import TypeVar

from bot.conversation.messages import Reply

News = TypeVar("News")
Result = TypeVar("Result")


async def work_and_tell(
    work: Callable[[Callable[[News], None]], Result],
    describe_news: Callable[[News], Reply],
    describe_result: Callable[[Result], Reply],
    threads: Executor | None = None,
) -> AsyncIterator[Reply]:
    """Work in a thread, with a reply for what it tells while it goes on, and one for what comes of it.

    Of what was told in a burst only the newest is shown. Raises what the work raises.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[News | None] = asyncio.Queue()

    def tell(news: News | None) -> None:
        loop.call_soon_threadsafe(told.put_nowait, news)

    def run() -> Result:
        try:
            return work(tell)
        finally:
            tell(None)

    running = loop.run_in_executor(threads, run)
    while (news := await told.get()) is not None:
        if told.empty():
            yield describe_news(news)
    yield describe_result(await running)
