"""A strict server of the Telegram Bot API, over HTTP on loopback, for tests of a real bot.

Every call is judged by two implementations that others wrote, see `tests.bot_api.judges`; whatever they refuse is
answered 400 and noted in `judgements`. What neither knows, such as which messages there are, follows the documentation.
"""

from __future__ import annotations

import json
import re
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import telegram
from telegram.request import HTTPXRequest

from tests.bot_api.bot_methods import BotMethods
from tests.bot_api.faults import Fault, RandomFaults
from tests.bot_api.http_server import Answer, HttpServer
from tests.bot_api.judges import judge_call, parse_html
from tests.bot_api.memberships import Memberships
from tests.bot_api.parameters import read_parameters
from tests.bot_api.records import Call, Draft, Entity, Query, RefusedError, SentMessage
from tests.bot_api.state import BOT_USERNAME

__all__ = [
    "BOT_USERNAME",
    "Call",
    "Draft",
    "Entity",
    "Query",
    "RandomFaults",
    "SentMessage",
    "TelegramApi",
    "parse_html",
]
_Handler = Callable[[dict[str, Any]], Any]


class TelegramApi(Memberships, BotMethods):
    """A context manager: `with TelegramApi(token="123:ABC") as api:` serves on a free port of 127.0.0.1.

    With `judge=False` aiogram does not look at the calls, for benchmarks. Of calls, drafts, notices and queries the
    last `keep` are kept, and of each chat the last 1,000 messages. Faults by chance are in `faults`.
    """

    def __init__(self, token: str = "123:ABC", *, judge: bool = True, keep: int = 5000) -> None:
        super().__init__(token, judge=judge, keep=keep)
        self._server = HttpServer(self._respond)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> TelegramApi:
        self._server.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._delivery.close()
        self._server.stop()

    def make_bot(self) -> telegram.Bot:
        """A bot of this server, which waits longer than the machine may be busy."""
        patient = HTTPXRequest(read_timeout=30, write_timeout=30, connect_timeout=30, pool_timeout=30)
        return telegram.Bot(self.token, f"{self.url}/bot", f"{self.url}/file/bot", request=patient)

    def wait_for(self, condition: Callable[[TelegramApi], object], timeout: float = 20.0) -> None:
        """Wait until the condition holds; on time-out raise AssertionError that lists the last calls."""
        deadline = time.monotonic() + timeout
        while not condition(self):
            if time.monotonic() >= deadline:
                calls = [call for call in self.calls if call.method != "getUpdates" or call.error]
                lines = [f"  {call.method} {call.status} {call.error or call.fault}".rstrip() for call in calls[-20:]]
                polls = f"{len(self.calls) - len(calls)} getUpdates without an error"
                raise AssertionError("\n".join([f"not so within {timeout} s; {polls}, and the last calls:", *lines]))
            with self._changed:
                self._changed.wait(0.05)

    def fail_next(
        self, method: str, status: int | str, *, retry_after: int | None = None, times: int = 1, seconds: float = 5.0
    ) -> None:
        """Let the next valid calls of the method fail, with a status or in the way of a `Fault`."""
        if self._handler(method) is None:
            raise ValueError(f"unknown method {method}")
        with self._changed:
            self._failures.setdefault(method, []).extend([Fault(status, retry_after, seconds)] * times)

    @property
    def updates(self) -> list[dict[str, Any]]:
        """The updates of late, whether they were delivered or not."""
        with self._changed:
            return list(self._delivery.made)

    def tell(self, kind: str, content: dict[str, Any]) -> None:
        """Make an update of any kind and deliver it, also where the bot asked for none of its kind."""
        self._delivery.tell(kind, content, unasked=True)

    def deliver(self, update: dict[str, Any]) -> None:
        """Deliver an update as it is: once more, or one that was held."""
        self._delivery.deliver(update)

    @contextmanager
    def held(self) -> Iterator[list[dict[str, Any]]]:
        """Gather the updates that are made meanwhile instead of delivering them; the test delivers them."""
        with self._delivery.held() as updates:
            yield updates

    @property
    def webhook_urls(self) -> list[str]:
        """The replicas that get the updates in turn; empty: the one that the bot set."""
        return self._delivery.urls

    @webhook_urls.setter
    def webhook_urls(self, urls: list[str]) -> None:
        self._delivery.urls = urls

    @property
    def webhook_copies(self) -> int:
        """To how many replicas each update is delivered."""
        return self._delivery.copies

    @webhook_copies.setter
    def webhook_copies(self, copies: int) -> None:
        self._delivery.copies = copies

    def _handler(self, method: str) -> _Handler | None:
        name = re.sub(r"(?<!^)([A-Z])", r"_\1", method).lower()
        handler: _Handler | None = (
            getattr(self, f"_do_{name}", None) if re.fullmatch(r"[a-z][A-Za-z]*", method) else None
        )
        return handler

    def _respond(self, target: str, content_type: str, body: bytes) -> Answer | None:
        """Record and carry out one call, and note how it ended; None closes the connection."""
        address = urlsplit(target)
        path = unquote(address.path)
        if file := re.fullmatch(r"/file/bot([^/]*)/(.+)", path):
            return self._respond_file(file[1], file[2])
        route = re.fullmatch(r"/bot([^/]*)/([^/]+)", path)
        call = Call(route[2] if route else path, {}, at=time.monotonic())
        with self._changed:
            self.calls.append(call)
            self._trim_list(self.calls)
        answer: dict[str, Any] = {}
        try:
            call.params = read_parameters(address.query, content_type, body)
            answer = {"ok": True, "result": self._carry_out(call, route[1] if route else "")}
        except RefusedError as refused:
            call.error = str(refused)
            answer = {"ok": False, "error_code": refused.status, "description": call.error}
            if refused.parameters:
                answer["parameters"] = refused.parameters
            if refused.judged:
                self.judgements.append(f"{call.method}: {call.error}")
        except Exception:
            call.error = traceback.format_exc()
            answer = {"ok": False, "error_code": 500, "description": "Internal Server Error"}
            self.judgements.append(f"{call.method}: the server of the tests broke: {call.error}")
        status = answer.get("error_code", 200)
        with self._changed:
            self.counts[call.method, 0 if call.fault else status] += 1
            call.status = 0 if call.fault else status
            self._changed.notify_all()
        if call.fault:
            return None
        if status == 502:
            return 502, "text/html", b"<html>Bad Gateway</html>"
        return status, "application/json", json.dumps(answer).encode()

    def _respond_file(self, token: str, path: str) -> Answer:
        with self._changed:
            try:
                self._check_token(token)
                return 200, "application/octet-stream", self._download(path)
            except RefusedError as refused:
                return refused.status, "text/plain", str(refused).encode()

    def _check_token(self, token: str) -> None:
        if not re.fullmatch(r"[1-9]\d*:[\w-]+", token, re.ASCII):
            raise RefusedError(404, "Not Found")
        if token != self.token:
            raise RefusedError(401, "Unauthorized")

    def _carry_out(self, call: Call, token: str) -> Any:
        """The result of a call; the lock is held all through, except while a long poll or a silence lasts."""
        self._check_token(token)
        if (handler := self._handler(call.method)) is None:
            raise RefusedError(404, "Not Found: method not found")
        if self.judge and (why := judge_call(call.method, call.params)):
            raise RefusedError(400, f"Bad Request: {why}", judged=True)
        with self._changed:
            fault = self._next_fault(call.method)
            if fault is None:
                return handler(call.params)
            fault.check()
            call.fault = str(fault.status)
            if fault.status == "drop after":
                handler(call.params)
            elif fault.status == "hang":
                self._changed.wait_for(lambda: self._delivery.closed, fault.seconds)
            return None

    def _next_fault(self, method: str) -> Fault | None:
        if planned := self._failures.get(method):
            return planned.pop(0)
        return self.faults.choose(method) if self.faults else None
