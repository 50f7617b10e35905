"""What went wrong: logged under an id that the user is told, and told to the admins, once for what is the same."""

from __future__ import annotations

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from bot.texts import Text
from config.errors import NewsbotError
from config.logs import scrub
from config.patterns import compile_later
from config.settings import Settings

_LOG = logging.getLogger(__name__)
_LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"  # none looks like another
_ID_LENGTH = 6
_LONGEST = 300  # characters
_GROUPS = 1000
_HOUR = 3600  # seconds between two times that the admins are told of the same
_TOLD = 20  # in an hour, of whatever: an admin who gets hundreds of messages reads none
# What changes from one time to the next of the same error: addresses, quoted parts, numbers, names made of digits.
_VARYING = compile_later(
    r"""https?://\S+|"[^"]*"|“[^”]*”|‘[^’]*’|«[^»]*»|`[^`]*`|(?<!\w)'[^']*'(?!\w)|\w*\d[\w.:-]*""",
)
_KEY = compile_later(
    r"(?:\bBearer\s+|(?:api[_-]?key|token|password|passwd|pwd|secret|authorization)[\"']?\s*[=:]\s*[\"']?(?:Bearer\s+)?)"
    r"[^\s\"'&;,)]{4,}|\bsk-[\w-]{16,}",
    re.IGNORECASE,
)


@dataclass
class _Group:
    """What failed in the same way: how often since the admins were told, from when on, and under which id last."""

    where: str
    message: str
    last_id: str
    since: float
    count: int = 0
    told: float | None = None


class Incidents:
    """The incidents of one process, of which the admins were told or are to be; `now` is in seconds since 1970."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._hidden, self._now = (*settings.secrets, *_find_passwords(settings)), now
        self._groups: dict[tuple[str, str, str], _Group] = {}
        self._lock = threading.Lock()
        self._hour, self._told = float("-inf"), 0

    def note(self, error: BaseException | str, where: str) -> str:
        """Log an error and keep it for the admins; the id under which it stands in the log. `where` is what failed."""
        number = "".join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH))
        message = self._write(error)
        if isinstance(error, str | NewsbotError):
            _LOG.error("%s: %s failed: %s", number, where, message)
            if isinstance(error, NewsbotError):
                _LOG.debug("%s: how it came to that", number, exc_info=error)
        else:
            _LOG.error("%s: %s failed: %s", number, where, message, exc_info=error)
        kind = "" if isinstance(error, str) else type(error).__name__
        key = (where, kind, _VARYING.sub("…", message))
        with self._lock:
            # Taken out and put in again, so that the first one is always that which did not happen for longest.
            group = self._groups.pop(key, None) or _Group(where, message, number, self._now())
            self._groups[key] = group
            if not group.count:
                group.since = self._now()
            group.count, group.last_id, group.message = group.count + 1, number, message
            while len(self._groups) > _GROUPS:
                del self._groups[next(iter(self._groups))]
        return number

    def take_unsent(self) -> list[Text]:
        """What the admins are to be told now: what is new, and once an hour how often it happened again."""
        with self._lock:
            now = self._now()
            if now - self._hour >= _HOUR:
                self._hour, self._told = now, 0
            due = [g for g in self._groups.values() if g.count and (g.told is None or now - g.told >= _HOUR)]
            texts = []
            for group in sorted(due, key=lambda group: group.since)[: _TOLD - self._told]:
                texts.append(_describe(group))
                group.told, group.count = now, 0
            self._told += len(texts)
            return texts

    def _write(self, error: BaseException | str) -> str:
        """An error in one line, without anything that must not be seen."""
        text = " ".join(str(error).split())
        if not isinstance(error, str | NewsbotError):
            text = f"{type(error).__name__}: {text}" if text else type(error).__name__
        text = _KEY.sub("***", scrub(text, self._hidden))  # before it is cut: half a key is too much of it
        return text[:_LONGEST] + "…" if len(text) > _LONGEST else text


def _describe(group: _Group) -> Text:
    if group.count == 1:
        return Text(
            "{where} failed: {message} (in the log under {id})",
            where=group.where,
            message=group.message,
            id=group.last_id,
        )
    return Text(
        "{where} failed {count} times since {time} UTC: {message} (the last one is in the log under {id})",
        count=group.count,
        time=f"{datetime.fromtimestamp(group.since, UTC):%H:%M}",
        where=group.where,
        message=group.message,
        id=group.last_id,
    )


def _find_passwords(settings: Settings) -> list[str]:
    """The passwords in addresses of the settings, as they are written and as they are meant."""
    found = []
    for address in [value for _, value in settings if isinstance(value, str) and "://" in value]:
        try:
            password = urlsplit(address).password or ""
        except ValueError:
            continue
        found += [text for text in (password, unquote(password)) if len(text) >= 4]
    return list(dict.fromkeys(found))
