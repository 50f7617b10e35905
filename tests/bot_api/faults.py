"""How the Bot API server of the tests fails: as told, or by chance with a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from random import Random

from tests.bot_api.records import RefusedError

CUTS = ("drop before", "drop after", "hang")
_SPARED = ("getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo")


@dataclass(frozen=True)
class Fault:
    """What happens to a call instead of what it asks for.

    `status` is an HTTP status, or how the connection ends: "drop before" (the call is not carried out), "drop after"
    (it is), or "hang" (it is not, and there is silence for some seconds first).
    """

    status: int | str
    retry_after: int | None = None
    seconds: float = 5.0

    def __post_init__(self) -> None:
        if isinstance(self.status, str) and self.status not in CUTS:
            raise ValueError(f"{self.status!r} is no way to fail; there are {', '.join(CUTS)}")

    def check(self) -> None:
        """Refuse the call, unless the fault is one of the connection."""
        if isinstance(self.status, str):
            return
        status = HTTPStatus(self.status)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = 1 if self.retry_after is None else self.retry_after
            raise RefusedError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        parameters = {} if self.retry_after is None else {"retry_after": self.retry_after}
        raise RefusedError(int(status), status.phrase, parameters)


class RandomFaults:
    """Each call of the methods (of all but those that a bot starts with, unless they are named) fails with a chance.

    `made` counts the faults by their status.
    """

    def __init__(
        self,
        seed: int,
        share: float = 0.05,
        methods: Collection[str] = (),
        kinds: tuple[int | str, ...] = (429, 502, "drop before", "hang"),
        seconds: float = 1.0,
    ) -> None:
        self.made: Counter[int | str] = Counter()
        self._random = Random(seed)  # noqa: S311 - a test must be able to come again
        self._share, self._methods, self._seconds = share, methods, seconds
        self._kinds = kinds

    def choose(self, method: str) -> Fault | None:
        """The fault of this call, if it is to fail."""
        concerned = method in self._methods if self._methods else method not in _SPARED
        if not concerned or self._random.random() >= self._share:
            return None
        kind = self._random.choice(self._kinds)
        self.made[kind] += 1
        return Fault(kind, 1 if kind == HTTPStatus.TOO_MANY_REQUESTS else None, self._seconds)
