"""The server to which Telegram posts updates: whoever does not know the secret is sent away."""

from __future__ import annotations

import hmac
import json
import logging
import re
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

_LOG = logging.getLogger(__name__)
_LARGEST = 2_000_000  # bytes of an update
_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class WebhookServer:
    """Hands what is posted to `path` to `take`; that it has arrived is answered only once this has returned."""

    def __init__(self, path: str, secret: str, take: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        routes = [(re.escape(path) or "/", _Handler, {"secret": secret, "take": take})]
        self._server = HTTPServer(Application(routes, log_function=lambda _: None), max_body_size=_LARGEST)

    def listen(self, host: str, port: int) -> None:
        """Begin. Raises `OSError`."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=128)
        listening.setblocking(False)
        self._server.add_socket(listening)

    async def stop(self) -> None:
        """Take nothing more."""
        self._server.stop()
        await self._server.close_all_connections()


class _Handler(RequestHandler):
    SUPPORTED_METHODS = ("POST",)

    def initialize(self, secret: str, take: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """What Tornado gives to each request."""
        self._secret, self._take = secret.encode(), take

    def prepare(self) -> None:
        """Send away whoever does not know the secret, whatever he wants."""
        if not hmac.compare_digest(self.request.headers.get(_HEADER, "").encode(), self._secret):
            raise HTTPError(HTTPStatus.FORBIDDEN)

    async def post(self) -> None:
        """Take an update. Where it cannot be kept Telegram is told so, and posts it again."""
        try:
            content = json.loads(self.request.body)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise HTTPError(HTTPStatus.BAD_REQUEST)
        try:
            await self._take(content)
        except Exception:  # noqa: BLE001 - whatever it was, Telegram is told
            _LOG.exception("an update could not be kept")
            raise HTTPError(HTTPStatus.SERVICE_UNAVAILABLE) from None

    def log_exception(self, *error: Any) -> None:
        """Log nothing: what matters was logged, and anybody can post here."""
