"""What the tests of alerts and digests share: a clock, a newsroom that publishes, and a desk with a box of letters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.alerts.rounds import Rounds
from bot.answer import Newsbot
from bot.answers import Answer
from bot.compose import build_newsbot
from bot.conversation.desk import Desk, Handler, Request, open_desk
from bot.conversation.messages import Message, Reply
from config.settings import Settings
from index.embed import Embedder
from index.reindex import reindex
from index.sources import SourceList
from tests.newsroom import write_lines

HOUR, DAY = 3600.0, 86_400.0
NOON = datetime(2024, 5, 7, 12, tzinfo=UTC).timestamp()
ADA = 7001

BRIDGE = (
    "The tram bridge at Kell was closed on Tuesday after one of its beams had bent by nine centimetres, the city said."
    " Engineers want to test the other beams before the first tram may cross it again."
)
BRIDGE_AGAIN = (
    "Kell's council found two more bent beams in the closed tram bridge, and let builders put up steel supports."
    " Nobody knows when trams will run to the harbour again, a spokeswoman of the council told reporters."
)
OTTERS = (
    "Three young otters were born in the zoo of Harrowmere, the first there in eleven years, its keepers said."
    " Visitors can see them from the weekend on, when the pond by the east gate is opened."
)
FERRIES = (
    "The ferries between Lunde and the outer islands stopped on Tuesday because of a storm with waves of six metres."
    " The harbour office hopes that the first boat can leave on Wednesday morning."
)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        """The moment, in seconds since 1970."""
        return self.now

    def iso(self) -> str:
        """The moment as articles have it."""
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="seconds")


@dataclass
class Newsroom:
    """A folder of articles with its index."""

    folder: Path
    settings: Settings
    embedder: Embedder
    clock: Clock
    issues: int = 0

    def publish(self, *articles: dict[str, Any], full: bool = False) -> None:
        """Index articles, as published now where they say nothing else."""
        self.issues += bool(articles)
        dated = [{"published": self.clock.iso(), "outlet": "Wire"} | article for article in articles]
        if dated:
            write_lines(self.folder / f"{self.issues}.jsonl", *dated)
        SourceList(self.settings.data).add([str(self.folder)])
        reindex(self.settings, self.embedder, full=full, allow_removal=True)

    def withdraw(self, issue: int) -> None:
        """Remove what was published in one go, counted from 1."""
        (self.folder / f"{issue}.jsonl").unlink()
        self.publish()


def story(article_id: str, title: str, text: str, **more: Any) -> dict[str, Any]:
    """An article as a file has it."""
    return {"id": article_id, "title": title, "text": text} | more


@dataclass
class Letters:
    """Takes what is delivered; says of some chats that they cannot be reached, or fails as often as it is told."""

    sent: list[tuple[int, int | None, Reply]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    failing: int = 0

    async def deliver(self, chat_id: int, thread_id: int | None, reply: Reply) -> bool:
        """Take one letter."""
        await asyncio.sleep(0)
        if self.failing:
            self.failing -= 1
            raise OSError("the line is dead")
        if chat_id in self.gone:
            return False
        self.sent.append((chat_id, thread_id, reply))
        return True

    def take(self) -> list[tuple[int, int | None, Answer]]:
        """What came since the last time."""
        sent, self.sent = self.sent, []
        return [(chat, thread, reply.content) for chat, thread, reply in sent if isinstance(reply.content, Answer)]

    def take_quoted(self) -> list[tuple[int, list[str]]]:
        """The articles that were cited in each letter since the last time."""
        return [(chat, [citation.article_id for citation in answer.citations]) for chat, _, answer in self.take()]


class Bureau:
    """A desk, its rounds, and the letters that they send."""

    def __init__(self, settings: Settings, newsbot: Newsbot, clock: Callable[[], float]) -> None:
        self.desk: Desk = open_desk(settings, newsbot, clock)
        self.rounds = Rounds(settings, newsbot, clock, pause=0.01)
        self.letters = Letters()

    def go_round(self) -> None:
        """Make one round."""
        asyncio.run(self.rounds.make_round(self.letters.deliver))

    def say(self, handler: Handler, argument: str = "", **message: Any) -> list[Any]:
        """What a command answers."""
        request = Request(Message(ADA, **message), "reader", "en", argument)
        return asyncio.run(_collect(handler(self.desk, request)))


def open_bureau(settings: Settings, clock: Callable[[], float]) -> Bureau:
    """A bureau by the settings."""
    return Bureau(settings, build_newsbot(settings), clock)


async def _collect(replies: AsyncIterator[Reply]) -> list[Any]:
    return [reply.content async for reply in replies if not reply.progress]
