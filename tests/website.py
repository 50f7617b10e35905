"""A strict website on loopback: it serves the pages that a test plans, can misbehave, and notes every request."""

from __future__ import annotations

import gzip
import socket
import sys
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import parse_headers
from itertools import repeat
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

Misbehaviour: TypeAlias = Literal[
    "drip headers", "drip body", "endless", "gzip bomb", "close early", "not http", "truncated"
]


@dataclass
class Request:
    """One request as it came in; `began` and `ended` are moments of `time.monotonic()`, `ended` 0.0 until answered."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in small letters
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0


@dataclass(frozen=True)
class _Page:
    status: int
    body: bytes
    headers: Mapping[str, str]
    before: Callable[[], object]


class Website:
    """A context manager: `site.url` is where it is; what is not planned is answered 404 and noted like the rest."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.unexpected: list[str] = []  # tracebacks of the site itself, which leaving it raises
        self._pages: dict[str, _Page | Misbehaviour] = {}
        self._server = _Server(self)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._server.closing.set()
        self._server.shutdown()
        for connection in list(self._server.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()  # joins the threads of the connections
        self._thread.join()
        if error is None and self.unexpected:
            raise AssertionError("\n".join(self.unexpected))

    def page(
        self,
        path: str,
        body: str | bytes,
        *,
        media_type: str = "text/html; charset=utf-8",
        status: int = 200,
        headers: dict[str, str] | None = None,
        etag: str | None = None,
        modified: str | None = None,
        before: Callable[[], object] = lambda: None,
    ) -> None:
        """Set or replace a page; `before` is called before it is answered, and may wait.

        With `etag` or `modified` it answers 304 to a request that names the same; the ETag counts first.
        """
        own = {"Content-Type": media_type, "ETag": etag, "Last-Modified": modified}
        given = {name: value for name, value in own.items() if value} | (headers or {})
        self._pages[path] = _Page(status, body.encode() if isinstance(body, str) else body, given, before)

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        """Send whoever asks for a path to another path or address."""
        self._pages[path] = _Page(status, b"", {"Location": target}, lambda: None)

    def misbehave(self, path: str, how: Misbehaviour) -> None:
        """Answer a path as no server should, until the client goes away or the site is closed."""
        self._pages[path] = how

    def paths(self) -> list[str]:
        """The paths that were asked for, in order, robots.txt left out."""
        return [request.path for request in self.requests if request.path != "/robots.txt"]

    def answer(self, request: Request) -> _Page | Misbehaviour:
        """Note a request, and say what it is answered with."""
        self.requests.append(request)
        page = self._pages.get(request.path)
        if not isinstance(page, _Page):
            return page or _Page(404, b"not planned", {"Content-Type": "text/plain"}, lambda: None)
        etag, modified = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
        same = etag == page.headers.get("ETag") if etag else modified == page.headers.get("Last-Modified")
        if (etag or modified) and same and page.status == HTTPStatus.OK:
            return _Page(304, b"", page.headers, page.before)
        return page


class _Server(ThreadingTCPServer):
    """Knows its open connections, so that closing ends them all and can join their threads."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, site: Website) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.site = site
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # the client went away, or the site is closing
            self.site.unexpected.append(traceback.format_exc())


class _Connection(StreamRequestHandler):
    """Answers the requests of one connection, one after another."""

    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        while line := self.rfile.readline().decode("latin-1").split():
            headers = {name.lower(): value for name, value in parse_headers(self.rfile).items()}
            request = Request(line[0], line[1], headers)
            answer = self.server.site.answer(request)
            if not isinstance(answer, _Page):
                for part in _misbehave(answer):
                    self.wfile.write(part)
                    if answer.startswith("drip") and self.server.closing.wait(0.02):
                        break
                request.ended = time.monotonic()
                return
            answer.before()
            request.ended = time.monotonic()  # before the client can know, so that its next request is later
            length = {} if answer.status == HTTPStatus.NOT_MODIFIED else {"Content-Length": str(len(answer.body))}
            self.wfile.write(_head(answer.status, length | dict(answer.headers)) + answer.body)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {headers[name]}" for name in headers)]
    return "\r\n".join([*lines, "", ""]).encode()


def _misbehave(how: Misbehaviour) -> Iterator[bytes]:
    kind = {"Content-Type": "text/html"}
    if how == "drip headers":
        yield b"HTTP/1.1 200 OK\r\nX-Long: "
        yield from repeat(b"x")
    elif how == "drip body":
        yield _head(200, kind)
        yield from repeat(b"x")
    elif how == "endless":
        yield _head(200, kind)
        yield from repeat(b"<p>And on it goes.</p>" * 1000)
    elif how == "gzip bomb":  # 1 GB of blanks in 1 MB
        yield _head(200, {**kind, "Content-Encoding": "gzip"})
        packer, blanks = zlib.compressobj(wbits=31), b" " * 1_000_000
        yield from (packer.compress(blanks) for _ in range(1000))
        yield packer.flush()
    elif how == "truncated":
        yield _head(200, {**kind, "Content-Length": "1000"}) + b"<p>Half of"
    elif how == "not http":
        yield b"220 mail.example ready\r\n"


def pack(body: bytes) -> bytes:
    """A body as gzip, the same bytes each time."""
    return gzip.compress(body, mtime=0)
