"""Feeds, sitemaps and pages as a newsroom serves them on the website of the tests, and re-indexing them."""

from __future__ import annotations

import time
from dataclasses import replace
from html import escape

from config.settings import Settings
from index.articles import Article
from index.embed import Embedder
from index.ledger import Visit
from index.reindex import reindex
from index.report import Report
from index.sources import Kind, Source, SourceList
from tests.newsroom import open_index, read_articles
from tests.website import Website

OUTLET = "The Harbour Post"
RSS_DATE = "Tue, 18 Feb 2020 10:30:00 +0100"
DATE = "2020-02-18T09:30:00+00:00"
_SENTENCES = (
    "The {0} council met on Tuesday evening in the old hall by the river to vote on its plans.",
    "A clerk of {0} read out the letters of forty families who had written to their mayor since spring.",
    "Two engineers told the {0} meeting that the bridge would carry lorries again before the winter came.",
    "Nobody from the {0} ferry company wished to speak, although three of its captains sat in the front row.",
    "The treasurer of {0} said that the work would cost nine million crowns, most of it lent by the county.",
    "After two hours the people of {0} went home through the rain, and the vote was put off until Friday.",
)


def write_story(place: str) -> str:
    """A made-up article of a hundred words about a place, in paragraphs."""
    return "\n\n".join(sentence.format(place) for sentence in _SENTENCES)


def write_item(
    link: str = "", text: str = "", title: str = "News", date: str | None = RSS_DATE, guid: str | None = None
) -> str:
    """An item of an RSS feed; a `text` of one paragraph is a teaser."""
    body = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
    parts = {"title": title, "link": link, "guid": guid, "pubDate": date, "description": escape(body)}
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value) + "</item>"


def write_feed(*items: str, title: str = OUTLET) -> str:
    """An RSS feed of some items."""
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>'
    return f"{head}<language>en</language>{''.join(items)}</channel></rss>"


def write_sitemap(*links: str, changed: str = "2020-02-18") -> str:
    """A sitemap of some pages."""
    pages = "".join(f"<url><loc>{link}</loc><lastmod>{changed}</lastmod></url>" for link in links)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{pages}</urlset>'


def write_page(text: str, title: str = "News", head: str = "") -> str:
    """A page with an article."""
    body = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body><nav><a href="/">Home</a></nav>'
        f"<article><h1>{title}</h1>{body}</article></body></html>"
    )


class Web:
    """A website whose feeds and pages are sources; addresses in what comes back are short of the site's own."""

    def __init__(self, site: Website, settings: Settings, embedder: Embedder) -> None:
        self.site, self.settings, self.embedder = site, settings, embedder

    def add(self, kind: Kind, path: str, every: int = 0, outlet: str = "") -> str:
        """Make a path of the site a source; gives its location."""
        SourceList(self.settings.data).add([Source(kind, f"{self.site.url}{path}", every, outlet)])
        return f"{self.site.url}{path}"

    def feed(self, path: str, *items: str, etag: str | None = None, title: str = OUTLET) -> None:
        """Serve an RSS feed at a path."""
        self.site.page(path, write_feed(*items, title=title), media_type="application/rss+xml", etag=etag)

    def read(self, *only: str) -> Report:
        """Re-index; with paths, only those sources."""
        self.site.requests.clear()
        named = [f"{self.site.url}{path}" for path in only] if only else None
        return reindex(self.settings, self.embedder, only=named)

    def articles(self) -> dict[str, Article]:
        """The stored articles by the path of their address."""
        return {self.short(article.url): article for article in read_articles(self.settings).values()}

    def texts(self) -> dict[str, str]:
        """The stored texts by the path of their address."""
        return {path: article.text for path, article in self.articles().items()}

    def paths(self) -> set[str]:
        """The paths of all stored articles."""
        return set(self.articles())

    def failures(self, report: Report) -> list[tuple[str, str, str]]:
        """The source, item and reason of all that failed, sorted."""
        return sorted(
            (self.short(f.source), self.short(f.item), f.reason.replace(self.site.url, "")) for f in report.failures
        )

    def remembered(self) -> list[str]:
        """The items that are remembered as failing."""
        with open_index(self.settings) as index:
            return sorted(self.short(failure.failure.item) for failure in index.ledger.failures())

    def date_visits(self, first: float, last: float) -> None:
        """Let all visits be the first and the last these seconds ago."""
        now = time.time()
        with open_index(self.settings) as index:
            for source in index.ledger.sources():
                for visit in index.ledger.visits(source).values():
                    index.ledger.note_visit(source, replace(visit, first=now - first, last=now - last))

    def date_failures(self, first: float, last: float, not_before: float | None = None) -> None:
        """Let all failures be seen first and last these seconds ago."""
        now = time.time()
        with open_index(self.settings) as index:
            for source in index.ledger.sources():
                dated = [
                    replace(
                        known,
                        first=now - first,
                        last=now - last,
                        failure=known.failure
                        if not_before is None
                        else replace(known.failure, not_before=now - not_before),
                    )
                    for known in index.ledger.failures(source)
                ]
                index.ledger.note_failures(source, dated)

    def visits(self) -> dict[str, Visit]:
        """The visits to all addresses, by path."""
        with open_index(self.settings) as index:
            found = [visit for source in index.ledger.sources() for visit in index.ledger.visits(source).values()]
        return {self.short(visit.url): visit for visit in found}

    def short(self, address: str) -> str:
        """An address without the site's own."""
        return address.removeprefix(self.site.url)
