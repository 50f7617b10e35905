"""Recognising what somebody adds as a source: a folder or file by its path, feeds, pages and sitemaps by looking."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from config.errors import UsageError, first_line
from config.settings import Settings
from index.sources import Kind, Source, recognise_path
from index.web.addresses import why_refused
from index.web.fetch import Fetched, Fetcher, NotFetched
from index.web.listings import read_listing

_KINDS: dict[str, Kind] = {"feed": "feed", "sitemap": "sitemap", "sitemap index": "sitemap", "page": "page"}


@dataclass(frozen=True)
class Recognised:
    """The sources that a location stands for, and which of a list of feeds were left out, with the reason."""

    sources: Sequence[Source]
    left_out: Sequence[str] = ()


def recognise_source(
    settings: Settings, location: str, kind: Kind | None = None, *, every: int = 0, outlet: str = ""
) -> Recognised:
    """What a path or address is; an OPML list is all the feeds that it names. With a `kind`, nothing is fetched.

    Raises `UsageError` for what does not exist, cannot be read, or leads inside.
    """
    if "://" not in location:
        if location.lower().endswith(".opml"):
            return _read_feeds(settings, location, _read_file(location), every, outlet)
        return Recognised([replace(recognise_path(location), every=every, outlet=outlet)])
    if refused := why_refused(location, settings.allow_hosts):
        raise UsageError(f"{location} cannot be a source, it {refused}", "give the address of a feed, page or sitemap")
    if kind is not None:
        return Recognised([Source(kind, location, every, outlet)])
    got = asyncio.run(_fetch(settings, location))
    if isinstance(got, NotFetched):
        raise UsageError(
            f"{location} cannot be read, it {got.reason}", "correct it, or say what it is with --kind to add it untried"
        )
    try:
        listing = read_listing(got.body, got.url, media_type=got.media_type, charset=got.charset, now=datetime.now(UTC))
    except ValueError as error:
        raise UsageError(f"{location} is no source ({error})", "give the address of a feed, page or sitemap") from None
    if listing.kind == "opml":
        return _read_feeds(settings, location, got.body, every, outlet, base=got.url)
    return Recognised([Source(_KINDS[listing.kind], location, every, outlet)])


def _read_feeds(settings: Settings, location: str, body: bytes, every: int, outlet: str, base: str = "") -> Recognised:
    try:
        listing = read_listing(body, base, media_type="text/x-opml", charset="", now=datetime.now(UTC))
    except ValueError as error:
        raise UsageError(f"{location} is no OPML list ({error})", "export it anew") from None
    if listing.kind != "opml" or not listing.links:
        raise UsageError(f"{location} names no feeds", "give an OPML list of feeds")
    refused = {link: why_refused(link, settings.allow_hosts) for link in listing.links}
    return Recognised(
        [Source("feed", link, every, outlet) for link, reason in refused.items() if not reason],
        [
            *(f"{link}: it {reason}" for link, reason in refused.items() if reason),
            *(f"{item or location}: it {reason}" for item, reason in listing.problems),
        ],
    )


def _read_file(location: str) -> bytes:
    try:
        return Path(os.path.expanduser(location)).read_bytes()  # noqa: PTH111 - as sources are
    except OSError as error:
        raise UsageError(f"cannot read {location} ({first_line(error)})", "give an existing file") from None


async def _fetch(settings: Settings, address: str) -> Fetched | NotFetched:
    async with Fetcher(settings.allow_hosts, settings.max_file_mb * 1_000_000) as fetcher:
        return await fetcher.fetch(address)
