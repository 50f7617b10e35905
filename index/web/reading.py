"""Reading sources over the web: what is new in a feed, sitemap or page, article by article.

    listing (asked for only if changed) → entries → new, changed or due → the entry's own text, or its page → article

A listing never says what is gone: what has aged out of it stays. An entry that is only a teaser is followed to its
page, and that page is visited again ever less often, for its corrections.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from config.settings import Settings
from index.articles import Article, Failure, digest
from index.clean import make_article
from index.dates import read_date
from index.events import ArticleRead, Event, ItemRead, Listed, SourceRead
from index.files import Document
from index.ledger import Ledger, Visit
from index.schedule import delay, next_try, next_visit
from index.sources import Source
from index.web.entries import Entry, check_dates
from index.web.fetch import Fetcher, NotFetched
from index.web.fragments import entry_text
from index.web.listings import read_listing
from index.web.visiting import Page, Visitor

PAGE_SECONDS = 60.0  # that one page may take
SOURCE_SECONDS = 300.0  # that fetching the pages of a source takes about, at most; the next read goes on
_PAGES = 500  # pages that one read of a source fetches at most
_SITEMAPS = 50  # sitemaps of a sitemap index that are read
_AT_ONCE = 16  # sources that are read side by side
_ABOUT = ("title", "outlet", "published", "updated", "language")

Emit = Callable[[Event], Awaitable[None]]


async def read_web(sources: Sequence[Source], ledger: Ledger, settings: Settings, emit: Emit) -> None:
    """Give the events of feeds, sitemaps and pages to `emit`, those of several sources in turns."""
    limit = asyncio.Semaphore(_AT_ONCE)
    shared: dict[str, asyncio.Task[Page]] = {}
    async with Fetcher(settings.allow_hosts, settings.max_file_mb * 1_000_000, PAGE_SECONDS) as fetcher:

        async def read(source: Source) -> None:
            async with limit:
                await _Reading(source, ledger, fetcher, emit, shared).read()

        async with asyncio.TaskGroup() as group:
            for source in sources:
                group.create_task(read(source))


class _Reading:
    """One source while it is read. An item of it is known by its address, or by its key where it has none."""

    def __init__(
        self, source: Source, ledger: Ledger, fetcher: Fetcher, emit: Emit, shared: dict[str, asyncio.Task[Page]]
    ) -> None:
        self._source, self._emit, self._now = source, emit, time.time()
        self._stamps, self._visits = ledger.stamps(source.location), ledger.visits(source.location)
        self._visitor = Visitor(fetcher, self._visits, shared)
        self._before = ledger.failures(source.location)
        self._remembered = {failure.failure.item: failure for failure in self._before}
        # What has a stamp was read in spite of what is wrong with it, such as its date; it is not to be tried again.
        failed = [failure for failure in self._before if failure.failure.item not in self._stamps]
        self._due = {failure.failure.item for failure in failed if next_try(failure) <= self._now}
        self._failures: list[Failure] = []
        self._listings: list[Visit] = []
        self._listed: set[str] = set()  # the listings that were sent
        self._same = False  # whether some listing was not sent, as it had not changed
        self._whole = True  # whether all entries are known
        self._seconds = 0.0  # spent on fetching pages

    async def read(self) -> None:
        location = self._source.location
        entries = [Entry(location, location)] if self._source.kind == "page" else await self._list_entries(location)
        known = {_item_of(entry): entry for entry in entries}
        wanted = [(entry, entry.stamp) for entry in entries if self._is_wanted(entry)]
        if self._same:  # pages of what was not listed anew may be due all the same
            unlisted = self._stamps.keys() & self._visits.keys() - known.keys()
            wanted += [(Entry(item, item), self._stamps[item]) for item in sorted(unlisted) if self._is_due(item)]
        pages = [(entry, stamp) for entry, stamp in wanted if not entry.whole]
        now = [(entry, stamp) for entry, stamp in wanted if entry.whole] + pages[:_PAGES]
        tried = {_item_of(entry) for entry, _ in now}
        waiting = len(wanted) - len(now)
        await self._emit(Listed(location, len(now), self._stamps.keys() - tried, ages=True))
        for entry, stamp in now:
            if self._seconds > SOURCE_SECONDS:
                tried.remove(_item_of(entry))
                waiting += 1
            else:
                await self._read_entry(entry, stamp)
        tried |= {failure.item for failure in self._failures} | self._listed
        untried = [failure for failure in self._before if failure.failure.item not in tried]
        still = [failure for failure in untried if failure.failure.item in known or not self._whole]
        left = self._visits.keys() - known.keys() - tried if self._whole else ()
        visits = self._listings if not waiting else ()  # unchanged or not, it is asked for again
        await self._emit(SourceRead(location, None, self._failures, still, waiting, visits, sorted(left)))

    def _is_wanted(self, entry: Entry) -> bool:
        """Whether an entry is read now: it is new or changed, or due to be tried or visited again."""
        item = _item_of(entry)
        if item in self._remembered and item not in self._stamps:
            return item in self._due
        return self._source.kind == "page" or self._stamps.get(item) != entry.stamp or self._is_due(item)

    def _is_due(self, item: str) -> bool:
        """Whether the page of a feed's entry is to be visited again; a sitemap says itself when a page has changed."""
        visit = self._visits.get(item)
        return visit is not None and self._source.kind == "feed" and next_visit(visit.first, visit.last) <= self._now

    async def _list_entries(self, url: str, *, within: bool = False) -> list[Entry]:
        """The entries of the listing at an address, and of the sitemaps that it names, as far as they have changed."""
        if url in self._remembered and self._remembered[url].failure.not_before > self._now:
            self._whole = False
            return []
        got, visit = await self._visitor.fetch(url, whole=bool(self._due))
        if isinstance(got, NotFetched):
            return self._give_up(url, got.reason, got.retry_after or 0.0)
        if got.not_modified:
            self._listings.append(visit)
            self._same, self._whole = True, False
            return []
        try:
            listing = await asyncio.to_thread(
                read_listing, got.body, got.url, media_type=got.media_type, charset=got.charset, now=datetime.now(UTC)
            )
        except ValueError as error:
            return self._give_up(url, str(error))
        kinds = ("feed",) if self._source.kind == "feed" else ("sitemap", *(() if within else ("sitemap index",)))
        if listing.kind not in kinds:
            return self._give_up(url, f"is a {listing.kind} now, and no {self._source.kind}")
        # An index is asked for always: it may stay the same while the sitemaps that it names change.
        self._listings.append(visit if listing.kind != "sitemap index" else replace(visit, etag="", modified=""))
        self._listed.add(url)
        for item, reason in listing.problems:
            self._fail(item, reason)
        entries = list(listing.entries)
        first = {_item_of(entry): entry for entry in reversed(entries)}
        for entry in entries:
            if first[_item_of(entry)] != entry:
                self._fail(entry.key, f"another entry has its link ({entry.link}); it is left out")
        if len(listing.links) > _SITEMAPS:
            self._fail(url, f"names {len(listing.links)} sitemaps; the first {_SITEMAPS} are read")
        for link in listing.links[:_SITEMAPS] if listing.kind == "sitemap index" else ():
            entries += await self._list_entries(link, within=True)
        return list({_item_of(entry): entry for entry in reversed(entries)}.values())[::-1]

    def _give_up(self, url: str, reason: str, wait: float = 0.0) -> list[Entry]:
        """No entries, as a listing failed as a whole; it is asked for again after `wait` seconds or a growing delay."""
        known, visit = self._remembered.get(url), self._visits.get(url)
        since = max(known.first if known else self._now, visit.last if visit else 0.0)
        self._fail(url, reason, self._now + max(delay(since, self._now), wait))
        self._whole = False
        return []

    async def _read_entry(self, entry: Entry, stamp: str) -> None:
        """Give the article of an entry, from the entry itself if it has the whole text, else from its page."""
        location, item = self._source.location, _item_of(entry)
        visits: tuple[Visit, ...] = ()
        about = {key: getattr(entry, key) for key in _ABOUT} | {"url": entry.link}
        result: Article | Failure | None
        if entry.whole:
            found = about | {"text": entry_text(entry.content), "id": "" if entry.link else digest(location, entry.key)}
            result = await self._make_article(item, found)
        else:
            began = time.monotonic()
            page = await self._visitor.read_page(entry.link)
            self._seconds += time.monotonic() - began
            visits = (page.visit,)
            if page.reason:
                result = Failure(location, item, page.reason, self._now + page.wait if page.wait else 0.0)
            elif page.found is None:
                result = None
            else:
                known = page.found | self._check_dates(item, page.found)
                result = await self._make_article(item, about | {key: value for key, value in known.items() if value})
        if result is not None:
            await self._emit(ArticleRead(location, item, result, 1))
        await self._emit(ItemRead(location, item, stamp, visits, unchanged=result is None))

    def _check_dates(self, item: str, found: dict[str, Any]) -> dict[str, str | None]:
        published, updated = read_date(found["published"]), read_date(found["updated"])
        published, updated, problems = check_dates(item, published, updated, datetime.now(UTC))
        for _, reason in problems:
            self._fail(item, reason)
        return {"published": published, "updated": updated}

    async def _make_article(self, item: str, found: dict[str, Any]) -> Article | Failure:
        if self._source.outlet:
            found["outlet"] = self._source.outlet
        document = Document(item, ".jsonl", found, 1)
        return await asyncio.to_thread(make_article, self._source.location, document)

    def _fail(self, item: str, reason: str, not_before: float = 0.0) -> None:
        self._failures.append(Failure(self._source.location, item, reason, not_before))


def _item_of(entry: Entry) -> str:
    return entry.link or entry.key
