"""Fetching from the web, politely and safely: one request at a time from a host, robots.txt obeyed, all bounded."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import metadata
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.web.addresses import Lookup, make_resolver, why_refused
from index.web.responses import UnusableBodyError, read_body, read_retry_after, say_error, say_status
from index.web.robots import ROBOTS_BYTES, Robots, read_robots

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from yarl import URL

MAX_REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Validators:
    """What a server named a version of a page by (ETag, Last-Modified): with it one asks for a newer one only."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Fetched:
    """What was fetched: `url` after redirects, `body` decoded from gzip, empty if it was not modified.

    `media_type` and `charset` are those of the Content-Type, in small letters; "" where it names none.
    """

    url: str
    body: bytes
    media_type: str
    charset: str
    validators: Validators
    not_modified: bool


@dataclass(frozen=True)
class NotFetched:
    """An address that was not fetched, why in words that follow its name, and the seconds its host asks to wait."""

    url: str
    reason: str
    retry_after: float | None = None


@dataclass
class _Host:
    """How to treat a host; the moments are the event loop's."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    pause: float = 0.0
    next_at: float = 0.0
    closed_until: float = 0.0


@dataclass(frozen=True)
class _Answer:
    address: URL
    status: int
    headers: Mapping[str, str]
    body: bytes
    took: float
    retry_after: float | None


class Fetcher:
    """Fetches pages, `async with Fetcher() as fetcher`; what it learns of hosts (robots.txt, waits) lasts as long.

    `allowed_hosts` may lead inside (`index.web.addresses`); `max_bytes` is of a body, decoded; `timeout` is in seconds
    of the servers' time for one page with its redirects: waiting for one's turn does not count. `lookup` finds the IPs
    of a name (default: the system's way).
    """

    def __init__(
        self,
        allowed_hosts: Collection[str] = (),
        max_bytes: int = 10_000_000,
        timeout: float = 60.0,
        lookup: Lookup | None = None,
    ) -> None:
        self._allowed = tuple(allowed_hosts)
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._lookup = lookup
        self._session: ClientSession | None = None
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._robots: dict[str, Robots | NotFetched] = {}
        self._robots_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __aenter__(self) -> Self:
        import aiohttp

        # Bodies are decoded here, as only newer versions of aiohttp bound what they unpack at once.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=make_resolver(self._allowed, self._lookup), use_dns_cache=False),
            headers={"User-Agent": _user_agent(), "Accept-Encoding": "gzip"},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(),
            trust_env=False,
            max_line_size=65_536,  # some sites send policies of more than the default of 8 KB in one header
            max_field_size=65_536,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, validators: Validators = Validators()) -> Fetched | NotFetched:
        """What is at an address now, or why it was not fetched; never raises for what a server or the network does."""
        names = {"If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
        conditions = {name: value for name, value in names.items() if value}
        answer = await self._follow(url, conditions, self._max_bytes)
        if isinstance(answer, NotFetched):
            return answer
        if answer.status == 304 and conditions:
            return Fetched(str(answer.address), b"", "", "", validators, not_modified=True)
        if answer.status != 200:
            return NotFetched(url, say_status(answer.status, answer.retry_after), answer.retry_after)
        media_type, _, parameters = answer.headers.get("Content-Type", "").partition(";")
        charset = re.search(r"charset\s*=\s*[\"']?([\w.:+-]+)", parameters, re.IGNORECASE)
        return Fetched(
            url=str(answer.address),
            body=answer.body,
            media_type=media_type.strip().lower(),
            charset=charset[1].lower() if charset else "",
            validators=Validators(_plain(answer.headers.get("ETag")), _plain(answer.headers.get("Last-Modified"))),
            not_modified=False,
        )

    async def _follow(
        self, url: str, headers: dict[str, str], max_bytes: int, *, robots: bool = True
    ) -> _Answer | NotFetched:
        """The answer at the end of all redirects, each of them checked as the first address is."""
        left, through = self._timeout, ""
        seen: list[URL] = []
        address = _join(None, url)
        while True:
            reason = self._why_not(address, seen)
            if address is None or reason:
                return NotFetched(url, through + reason)
            refused = await self._ask_robots(address) if robots else None
            answer = refused or await self._ask(address, headers, max_bytes, left, cut=not robots)
            if isinstance(answer, NotFetched):
                return replace(answer, url=url, reason=through + answer.reason)
            if answer.status not in _MOVED:
                return answer
            left -= answer.took
            seen.append(address)
            address = _join(address, answer.headers.get("Location", ""))
            through = f"redirects to {(address.host or 'no host')[:100] if address else 'a place'}, which "

    def _why_not(self, address: URL | None, seen: list[URL]) -> str:
        if address is None:
            return "is not an address that can be read"
        if address in seen:
            return "redirects in a circle"
        if len(seen) > MAX_REDIRECTS:
            return f"is one of too many redirects (more than {MAX_REDIRECTS})"
        # judged as aiohttp will read it: two readers of one odd address may not agree on its host
        return why_refused(str(address), self._allowed)

    async def _ask_robots(self, address: URL) -> NotFetched | None:
        """Why the robots.txt of an address's origin closes it, if it does."""
        origin = str(address.origin())
        async with self._robots_locks[origin]:
            found = self._robots.get(origin) or await self._learn_robots(address, origin)
        if isinstance(found, NotFetched):
            return found
        return None if found.permits(str(address)) else NotFetched("", "is closed to us by its robots.txt")

    async def _learn_robots(self, address: URL, origin: str) -> Robots | NotFetched:
        found = _judge_robots(await self._follow(f"{origin}/robots.txt", {}, ROBOTS_BYTES, robots=False))
        if not isinstance(found, NotFetched):
            host = self._hosts[_name_host(address)]
            host.pause = max(host.pause, found.pause)
        elif found.retry_after is not None:
            return found  # not kept: it may be asked again after that
        self._robots[origin] = found
        return found

    async def _ask(
        self, address: URL, headers: dict[str, str], max_bytes: int, seconds: float, *, cut: bool
    ) -> _Answer | NotFetched:
        """One request, in the host's turn; the body is read if the status is 2xx, `cut` at the limit or refused."""
        import aiohttp

        assert self._session is not None, "a Fetcher is used within `async with`"  # noqa: S101 - for type checkers
        loop, host = asyncio.get_running_loop(), self._hosts[_name_host(address)]
        async with host.lock:
            if (wait := host.closed_until - loop.time()) > 0:
                return NotFetched("", f"is not asked now, as its host asked us to wait another {wait:.0f} s", wait)
            await asyncio.sleep(host.next_at - loop.time())
            began = loop.time()
            try:
                async with (
                    asyncio.timeout(seconds),
                    self._session.get(address, headers=headers, allow_redirects=False) as response,
                ):
                    body = await read_body(response, max_bytes, cut=cut) if response.status // 100 == 2 else b""
            except TimeoutError:
                return NotFetched("", f"took longer than {self._timeout:g} s")
            except (aiohttp.ClientError, OSError, EOFError, ValueError, UnusableBodyError) as error:
                return NotFetched("", say_error(error))
            finally:
                host.next_at = loop.time() + host.pause
            wait_for = None
            if response.status in (429, 503):
                wait_for = read_retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
                host.closed_until = loop.time() + (wait_for or 0.0)
            return _Answer(address, response.status, response.headers, body, loop.time() - began, wait_for)


def _judge_robots(answer: _Answer | NotFetched) -> Robots | NotFetched:
    """The rules of an origin, or why nothing may be fetched from it for now."""
    # RFC 9309, 2.3.1: a robots.txt that is not there (4xx) sets no rules; one that cannot be had (5xx) closes all.
    if isinstance(answer, NotFetched):
        return replace(answer, reason=f"{answer.reason} (asked for its robots.txt)")
    if answer.status // 100 == 4:
        return read_robots(b"")
    if answer.status // 100 != 2:
        return NotFetched(
            "", f"{say_status(answer.status, answer.retry_after)} (asked for its robots.txt)", answer.retry_after
        )
    return read_robots(answer.body)


def _join(base: URL | None, target: str) -> URL | None:
    from yarl import URL

    try:
        address = URL(target.strip())
        return (base.join(address) if base else address).with_fragment(None)
    except ValueError:
        return None


def _name_host(address: URL) -> str:
    """A host by name, http and https alike; another port is another server."""
    return (address.raw_host or "") + ("" if address.is_default_port() else f":{address.port}")


def _user_agent() -> str:
    return f"newsbot/{metadata.version('newsbot')} (+https://newsbot.example/bot)"


def _plain(header: str | None) -> str:
    """A header as it can be sent back; "" if it cannot."""
    return header if header and header.isascii() and header.isprintable() else ""
