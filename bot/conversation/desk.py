"""What a command works with, and what it is asked: the parts of newsbot, and a message whose right was checked."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.answer import Newsbot
from bot.conversation.messages import Message, Reply
from bot.state.turns import Turns
from config.settings import Settings

if TYPE_CHECKING:
    from bot.incidents import Incidents
    from bot.state.answers import Answers
    from bot.state.people import People
    from bot.state.watches import Watches

Role = Literal["banned", "stranger", "reader", "admin"]

# Questions that are worked on side by side: those of the extractive reader share the processor, those of a model wait.
_COMPUTING, _WAITING = 3, 32


@dataclass(frozen=True)
class Desk:
    """All that a command works with; `now` is the clock, in seconds since 1970, `threads` are those of questions."""

    settings: Settings
    newsbot: Newsbot
    now: Callable[[], float]
    turns: Turns
    answers: Answers
    people: People
    watches: Watches
    incidents: Incidents
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_COMPUTING, "question"))

    def move_chat(self, old: int, new: int) -> None:
        """Let a group that became a supergroup, with another id, keep what is known of it."""
        for part in (self.people, self.turns, self.answers, self.watches):
            part.move(old, new)


@dataclass(frozen=True)
class Request:
    """A message with who may say it: the role of its author, the language he reads, and what follows the command."""

    message: Message
    role: Role
    language: str
    argument: str = ""


Handler = Callable[[Desk, Request], AsyncIterator[Reply]]


def open_desk(settings: Settings, newsbot: Newsbot, now: Callable[[], float] = time.time) -> Desk:
    """The desk by the settings."""
    from bot.incidents import Incidents
    from bot.state.answers import Answers
    from bot.state.people import People
    from bot.state.watches import Watches

    return Desk(
        settings,
        newsbot,
        now,
        Turns(settings, now),
        Answers(settings, now),
        People(settings, now),
        Watches(settings, now),
        Incidents(settings, now),
        ThreadPoolExecutor(_WAITING if settings.uses_model else _COMPUTING, "question"),
    )
