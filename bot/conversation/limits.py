"""How much may be asked: questions of one user by minute and day, and the tokens of the model by day."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from bot.conversation.desk import Desk, Role
from bot.conversation.messages import Message
from bot.state.usage import read_usage
from bot.texts import Text

_MINUTE, _DAY = 60, 86_400


def find_limit(desk: Desk, message: Message, role: Role) -> Text | None:
    """Why a user may not ask just now, and when he may again; None where he may. An admin always may."""
    if role == "admin":
        return None
    if until := _find_end(desk, message.user_id, desk.settings.questions_per_day, _DAY):
        return Text(
            "You have asked as much as you may in a day. Ask again after {time} UTC.",
            time=f"{datetime.fromtimestamp(until + _MINUTE - 1, UTC):%H:%M}",
        )
    if until := _find_end(desk, message.user_id, desk.settings.questions_per_minute, _MINUTE):
        return Text(
            "You have asked as much as you may in a minute. Ask again in {seconds} s.",
            seconds=math.ceil(until - desk.now()),
        )
    return None


def may_use_model(desk: Desk, role: Role) -> bool:
    """Whether the model may answer: always for an admin, for all others until its tokens of the day are used up."""
    budget = desk.settings.model_tokens_per_day
    if role == "admin" or not budget:
        return True
    used = read_usage(desk.settings, desk.now).today
    return used.prompt_tokens + used.completion_tokens < budget


def _find_end(desk: Desk, user_id: int, limit: int, seconds: int) -> float | None:
    """When a user may ask again, in seconds since 1970; None if he has asked less than the limit."""
    moment = desk.answers.moment_of(user_id, limit) if limit else None
    return moment + seconds if moment is not None and moment + seconds > desk.now() else None
