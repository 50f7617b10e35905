"""Visiting addresses of a source: only what has changed since the last visit is sent, and a page once in a run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from config.errors import first_line
from index.ledger import Visit
from index.web.addresses import normalise_address
from index.web.fetch import Fetched, Fetcher, NotFetched, Validators
from index.web.pages import read_page

_TYPES = ("html", "xml", "text/plain")  # parts of the media types that a page may have


@dataclass(frozen=True)
class Page:
    """What the page at an address gave: what was found in it (None: it is as it was), or why nothing was.

    `wait` is for how many seconds its server asked not to be tried again.
    """

    visit: Visit
    found: dict[str, Any] | None = None
    reason: str = ""
    wait: float = 0.0


class Visitor:
    """Visits addresses for one source; `visits` are the last ones, by address, and `shared` the pages of this run."""

    def __init__(self, fetcher: Fetcher, visits: Mapping[str, Visit], shared: dict[str, asyncio.Task[Page]]) -> None:
        self._fetcher, self._visits, self._shared = fetcher, visits, shared
        self._now = time.time()

    async def fetch(self, url: str, *, whole: bool = False) -> tuple[Fetched | NotFetched, Visit]:
        """What is at an address, if it has changed or is asked for as a `whole`, and the visit to note."""
        got = await self._fetcher.fetch(url, Validators() if whole else self._validators(url))
        if isinstance(got, NotFetched):
            return got, Visit(url)
        first = self._visits[url].first if url in self._visits else self._now
        return got, Visit(url, got.validators.etag, got.validators.modified, first, self._now)

    async def read_page(self, url: str) -> Page:
        """The page at an address; one that several sources name is fetched once in a run."""
        if self._validators(url) != Validators():
            return await self._read_page(url)
        key = normalise_address(url)
        if key not in self._shared:
            self._shared[key] = asyncio.create_task(self._read_page(url))
        page = await self._shared[key]
        first = self._visits[url].first if url in self._visits else page.visit.first
        return replace(page, visit=replace(page.visit, url=url, first=first))

    async def _read_page(self, url: str) -> Page:
        got, visit = await self.fetch(url)
        if isinstance(got, NotFetched):
            return Page(visit, None, got.reason, got.retry_after or 0.0)
        if got.not_modified:
            return Page(visit)
        if got.media_type and not any(part in got.media_type for part in _TYPES):
            return Page(visit, None, f"is {got.media_type}, not a page")
        try:
            return Page(visit, await asyncio.to_thread(read_page, got.body, got.url, got.charset))
        except Exception as error:  # noqa: BLE001 - whatever its parser makes of it, the other pages are read
            return Page(visit, None, first_line(error))

    def _validators(self, url: str) -> Validators:
        visit = self._visits.get(url, Visit(url))
        return Validators(visit.etag, visit.modified)
