"""Work in a thread tells how far it is, ends in what comes of it, and fails as it fails."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.conversation.messages import Reply
from bot.conversation.work import work_and_tell

Tell = Callable[[str], None]


def describe(news: str) -> Reply:
    """What is told meanwhile, as a reply."""
    return Reply(news, progress=True)


def test_what_is_told_comes_before_the_result() -> None:
    """Each thing that is told and shown before the next one comes is a reply, and the result is the last one."""
    shown = threading.Semaphore(0)

    def work(tell: Tell) -> str:
        for news in ("one", "two"):
            tell(news)
            assert shown.acquire(timeout=20)
        return "done"

    async def collect() -> list[Reply]:
        replies = []
        async for reply in work_and_tell(work, describe, Reply):
            replies.append(reply)
            shown.release()
        return replies

    assert asyncio.run(collect()) == [describe("one"), describe("two"), Reply("done")]


def test_of_a_burst_only_the_newest_is_shown() -> None:
    """Whoever looks late sees what is newest, and then the result; without news only the result."""

    def work(tell: Tell) -> str:
        for number in range(100):
            tell(str(number))
        told.set()
        assert go_on.wait(timeout=20)
        return "done"

    async def collect() -> list[Reply]:
        replies = work_and_tell(work, describe, Reply, threads)
        first = asyncio.ensure_future(anext(replies))
        await asyncio.sleep(0)  # the work begins
        told.wait(timeout=20)  # so long nobody looks
        found = [await first]
        go_on.set()
        return [*found, *[reply async for reply in replies]]

    told, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        replies = asyncio.run(collect())
        assert replies[0].progress
        assert replies[-2:] == [describe("99"), Reply("done")]
        assert len(replies) == 2

    async def collect_quiet() -> list[Reply]:
        return [reply async for reply in work_and_tell(lambda _: "quiet", describe, Reply)]

    assert asyncio.run(collect_quiet()) == [Reply("quiet")]


def test_what_fails_is_raised_after_what_was_told() -> None:
    """What the work raises is raised to whoever waits, after the news that came before."""

    def work(tell: Tell) -> str:
        tell("one")
        assert go_on.wait(timeout=20)
        raise ZeroDivisionError

    async def collect() -> Reply:
        replies = work_and_tell(work, describe, Reply)
        first = await anext(replies)
        go_on.set()
        with pytest.raises(ZeroDivisionError):
            await anext(replies)
        return first

    go_on = threading.Event()
    assert asyncio.run(collect()) == describe("one")


def test_who_goes_away_hinders_no_work() -> None:
    """Work that nobody waits for any more is done to its end."""
    done = threading.Event()

    def work(tell: Tell) -> str:
        tell("one")
        assert go_on.wait(timeout=20)
        tell("two")
        done.set()
        return "done"

    async def look() -> None:
        replies = work_and_tell(work, describe, Reply)
        assert await anext(replies) == describe("one")
        await replies.aclose()  # type: ignore[attr-defined]
        go_on.set()
        await asyncio.to_thread(done.wait, 20)

    go_on = threading.Event()
    asyncio.run(look())
    assert done.is_set()
