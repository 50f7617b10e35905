"""Sitemaps, with the extension for news, and the indexes that name other sitemaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from xml.sax import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from index.dates import read_date
from index.web.entries import (
    MAX_ENTRIES,
    Entry,
    Listing,
    Problem,
    absolute_link,
    check_dates,
    gather_entries,
    language_of,
)
from index.web.fragments import entry_line
from index.web.markup import EnoughRead, local_name, parse_elements

# The protocol's own limit. All are looked at, as many sitemaps begin with their oldest pages; the newest are kept.
MAX_PAGES = 50_000
# No address or title is longer; what is, costs no memory.
_MAX_TEXT = 5_000

_WANTED: dict[tuple[str, ...], str] = {
    ("url", "loc"): "link",
    ("sitemap", "loc"): "link",
    ("url", "lastmod"): "updated",
    ("sitemap", "lastmod"): "updated",
    ("publication", "name"): "outlet",
    ("publication", "language"): "language",
    ("news", "publication_date"): "published",
    ("news", "title"): "title",
}


def read_sitemap(text: str, url: str, now: datetime) -> Listing:
    """The sitemap or index in XML that begins with its root element, the newest first; ValueError if it has nothing."""
    handler, error = parse_elements(text, _SitemapHandler)
    found = handler.found
    problems: list[Problem] = []
    if error:
        if not found:
            raise ValueError(f"is not well-formed XML ({error}), and no entry of it can be read")
        problems.append((url, f"is not well-formed XML ({error}); what could be read was read"))
    if handler.is_cut:
        problems.append((url, f"has more than {MAX_PAGES:,} entries; only these were looked at"))
    if len(found) > MAX_ENTRIES:
        problems.append((url, f"has {len(found):,} entries; the newest {MAX_ENTRIES:,} were read"))
        # by what is written, as to read 50,000 dates takes long; nearly all are written in one way
        found = sorted(found, key=lambda one: max(one.get("published", ""), one.get("updated", "")), reverse=True)
        found = found[:MAX_ENTRIES]
    entries, more = gather_entries(
        one for number, item in enumerate(found, 1) for one in _read_item(item, url, number, now)
    )
    entries = tuple(sorted(entries, key=lambda one: max(one.published or "", one.updated or ""), reverse=True))
    if handler.is_index:
        return Listing("sitemap index", links=tuple(entry.link for entry in entries), problems=(*problems, *more))
    return Listing("sitemap", entries=entries, problems=(*problems, *more))


def _read_item(item: dict[str, str], url: str, number: int, now: datetime) -> Iterator[Entry | Problem]:
    link = absolute_link(item.get("link"), url)
    if not link:
        yield item.get("link") or f"{url} item {number}", "has no address that can be followed"
        return
    written = read_date(item.get("published")), read_date(item.get("updated"))
    published, updated, problems = check_dates(link, *written, now)
    yield from problems
    yield Entry(
        key=link,
        link=link,
        title=entry_line(item.get("title", "")),
        published=published,
        updated=updated,
        outlet=" ".join(item.get("outlet", "").split()),
        language=language_of(item.get("language")),
    )


class _SitemapHandler(ContentHandler):
    """Keeps the wanted texts of each `url` or `sitemap`; what its elements stand in tells `loc` from `image:loc`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.is_cut = self.is_index = False
        self._path: list[str] = []
        self._item: dict[str, str] = {}
        self._text: list[str] | None = None
        self._length = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name that SAX calls
        """Begin an item, or a text that is wanted."""
        del attrs
        local = local_name(name)
        self.is_index = self.is_index or (not self._path and local == "sitemapindex")
        if len(self._path) == 1:
            self._item = {}
        self._path.append(local)
        self._text = [] if tuple(self._path[-2:]) in _WANTED else None
        self._length = 0

    def characters(self, content: str) -> None:
        """Keep a piece of a text that is wanted."""
        if self._text is not None and self._length < _MAX_TEXT:
            self._text.append(content)
            self._length += len(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the name that SAX calls
        """End a text, or an item."""
        del name
        key = _WANTED.get(tuple(self._path[-2:]))
        if self._text is not None and key:
            self._item.setdefault(key, "".join(self._text).strip()[:_MAX_TEXT])
        self._text = None
        local = self._path.pop()
        if len(self._path) == 1 and local in {"url", "sitemap"}:
            if len(self.found) == MAX_PAGES:
                self.is_cut = True
                raise EnoughRead
            self.found.append(self._item)
