"""The tokens that the model used, day by day, and what they cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.answers import Usage
from bot.state.database import StateDatabase
from bot.texts import Text
from config.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class UsedTokens:
    """What the model used today (UTC), and in all; with the questions for which it was called."""

    today: Usage = field(default_factory=Usage)
    total: Usage = field(default_factory=Usage)
    questions_today: int = 0
    questions: int = 0

    def as_json(self, settings: Settings) -> dict[str, Any]:
        """Both as JSON, each with its cost in dollars; None where no price is set."""
        return {
            "today": _as_json(self.today, self.questions_today, settings),
            "total": _as_json(self.total, self.questions, settings),
        }


def record_usage(settings: Settings, usage: Usage, now: Callable[[], float] = time.time) -> None:
    """Add what one question used to its day. Raises nothing: where the database fails, that is logged."""
    if not usage.calls:
        return

    def add(connection: Connection) -> None:
        from sqlalchemy import insert, update

        from bot.state.tables import USAGE

        day, added = _day(now), {**vars(usage), "questions": 1}
        sums = {name: USAGE.c[name] + value for name, value in added.items()}
        if not connection.execute(update(USAGE).where(USAGE.c.day == day).values(sums)).rowcount:
            connection.execute(insert(USAGE).values(day=day, **added))

    StateDatabase(settings).run(add, None)


def read_usage(settings: Settings, now: Callable[[], float] = time.time) -> UsedTokens:
    """What was recorded; nothing where the database fails."""
    database = StateDatabase(settings)
    if database.is_new:
        return UsedTokens()

    def read(connection: Connection) -> UsedTokens:
        from sqlalchemy import func, select

        from bot.state.tables import USAGE

        columns = (USAGE.c.prompt_tokens, USAGE.c.completion_tokens, USAGE.c.calls, USAGE.c.questions)
        sums = select(*(func.coalesce(func.sum(column), 0) for column in columns))
        today, total = (
            [int(value) for value in connection.execute(found).one()]
            for found in (sums.where(USAGE.c.day == _day(now)), sums)
        )
        return UsedTokens(Usage(*today[:3]), Usage(*total[:3]), today[3], total[3])

    return database.run(read, UsedTokens())


def describe_usage(usage: dict[str, Any]) -> str:
    """One line for a person from `UsedTokens.as_json`; empty if no model was ever called."""
    today, total = usage["today"], usage["total"]
    if not total["calls"]:
        return ""
    told = {
        "calls": today["calls"],
        "prompt": today["prompt_tokens"],
        "completion": today["completion_tokens"],
        "tokens": total["prompt_tokens"] + total["completion_tokens"],
        "cost_today": today["cost"],
        "cost": total["cost"],
    }
    # How a number is written is up to each catalogue: where 3,000 would be read as 3, it has no commas.
    if total["cost"] is None:
        return Text(
            "model: {calls:,} calls, {prompt:,} prompt and {completion:,} completion tokens today,"
            " {tokens:,} tokens in all",
            **told,
        )
    return Text(
        "model: {calls:,} calls, {prompt:,} prompt and {completion:,} completion tokens today,"
        " {tokens:,} tokens in all, cost ${cost_today:,.2f} today and ${cost:,.2f} in all",
        **told,
    )


def _as_json(usage: Usage, questions: int, settings: Settings) -> dict[str, Any]:
    prices = settings.model_price_in, settings.model_price_out
    dollars = (usage.prompt_tokens * prices[0] + usage.completion_tokens * prices[1]) / 1_000_000
    return {**vars(usage), "questions": questions, "cost": round(dollars, 6) if any(prices) else None}


def _day(now: Callable[[], float]) -> str:
    return datetime.fromtimestamp(now(), UTC).date().isoformat()
