"""Feeds in XML: every RSS and Atom, by feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from time import struct_time
from typing import Any

from config.errors import first_line
from index.dates import read_date
from index.web.entries import (
    MAX_ENTRIES,
    Entry,
    Listing,
    Problem,
    absolute_link,
    gather_entries,
    language_of,
    outlet_of,
    say_cut,
)
from index.web.fragments import entry_line, plain_content
from index.web.teasers import make_entry

# feedparser reads about a megabyte in a second or two; no newsroom's feed comes near this, in characters.
MAX_LENGTH = 10_000_000
_MAX_TAIL = 10_000  # what ends a feed after its last entry

_TEXT_TYPE = re.compile(r"text/|application/xhtml")
_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
# feedparser takes an id for an address unless it says that it is none; those that plainly are none must not become one.
_ID = re.compile(r"<((?:[\w.-]+:)?(?:guid|id))(?:\s[^<>]*)?>(?!\s*(?:<!\[CDATA\[\s*)?https?:)", re.IGNORECASE)
# Names and addresses of writers are not wanted, and feedparser takes the square of their length.
_PEOPLE = re.compile(
    r"<(/?)(?:[\w.-]+:)?(?:author|creator|contributor|publisher|managingEditor|webMaster|owner)(?=[\s/>])",
    re.IGNORECASE,
)


def read_feed(text: str, url: str, now: datetime) -> Listing:
    """The feed in XML that begins with its root element; ValueError if nothing of it can be read.

    What is not well-formed is read as far as that goes, with a problem.
    """
    import feedparser

    text, problems = _cut(text, url)
    text = _PEOPLE.sub(r"<\1person", _ID.sub(r'<\1 isPermaLink="false">', text))
    try:
        # Bytes in a stream, as it would fetch or open what looks like an address or a path.
        found = feedparser.parse(
            io.BytesIO(
                b'<?xml version="1.0" encoding="utf-8"?>\n' + text.removeprefix("\n").encode("utf-8", "replace")
            ),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
            sanitize_html=True,
            resolve_relative_uris=True,
        )
    except Exception as error:  # on malformed input it raises whatever its parts do
        raise ValueError(f"cannot be read as a feed: {first_line(error)}") from error
    if found.bozo:
        reason = f"is not well-formed XML ({_say_error(found.bozo_exception)})"
        if not found.entries:
            raise ValueError(f"{reason}, and no entry of it can be read")
        problems.append((url, f"{reason}; what could be read was read"))
    is_atom = found.version.startswith("atom")
    title = _read_line(found.feed, "title", is_atom=is_atom)
    language = language_of(_text_of(found.feed, "language"))
    reader = _EntryReader(url, title, language, now, is_atom=is_atom)
    entries, more = gather_entries(one for item in found.entries[:MAX_ENTRIES] for one in reader.read(item))
    return Listing("feed", title, language, entries, problems=(*problems, *more))


class _EntryReader:
    """Reads the entries that feedparser gives; what holds for all of them is told once."""

    def __init__(self, url: str, title: str, language: str, now: datetime, *, is_atom: bool) -> None:
        self._url, self._language, self._now, self._is_atom = url, language, now, is_atom
        self._outlet = outlet_of(title)

    def read(self, item: object) -> Iterator[Entry | Problem]:
        """The entry, and what is wrong with it."""
        parts = _parts_of(item, "content")
        contents = [self._content(part) for part in parts if _TEXT_TYPE.match(_text_of(part, "type"))]
        published, updated = _date_of(item, "published"), _date_of(item, "updated")
        if not self._is_atom and published is None:  # dc:date, the only date of RSS 1.0, which feedparser calls so
            published, updated = updated, None
        details = [*parts, _part_of(item, "title_detail")]
        yield from make_entry(
            _text_of(item, "id"),
            _link_of(item, self._url),
            _read_line(item, "title", is_atom=self._is_atom),
            max(contents, key=len, default=""),
            self._content(_part_of(item, "summary_detail")) or _text_of(item, "summary"),
            (published, updated),
            entry_line(_text_of(_part_of(item, "source"), "title")) or self._outlet,
            language_of(
                _text_of(item, "language"), *(_text_of(detail, "language") for detail in details), self._language
            ),
            self._now,
            self._url,
        )

    def _content(self, part: object) -> str:
        value = _text_of(part, "value")
        return plain_content(value) if self._is_atom and _text_of(part, "type") == "text/plain" else value


# What feedparser gives under a name may be of any type, as elements that it does not know are stored under theirs. Its
# dictionaries are read by dict's own `get`: theirs warns when `updated` is read and only `published` is there.
def _part_of(found: object, key: str) -> object:
    return dict.get(found, key) if isinstance(found, dict) else None


def _text_of(found: object, key: str) -> str:
    value = _part_of(found, key)
    return value.strip() if isinstance(value, str) else ""


def _parts_of(found: object, key: str) -> list[object]:
    value = _part_of(found, key)
    return value if isinstance(value, list) else []


def _read_line(found: object, key: str, *, is_atom: bool) -> str:
    """A title as plain text; only Atom says whether it is HTML."""
    value, kind = _text_of(found, key), _text_of(_part_of(found, f"{key}_detail"), "type")
    return " ".join(value.split()) if is_atom and kind == "text/plain" else entry_line(value)


def _link_of(item: object, url: str) -> str:
    """The address of an entry's page: what it was before a service counted clicks, else its alternate in HTML."""
    alternates = [link for link in _parts_of(item, "links") if _text_of(link, "rel") == "alternate"]
    alternates.sort(key=lambda link: "html" not in _text_of(link, "type"))
    written = [
        _text_of(item, "feedburner_origlink"),
        *(_text_of(link, "href") for link in alternates),
        _text_of(item, "link"),
    ]
    # feedparser makes the feed's own address of an empty one
    return next((link for one in written if (link := absolute_link(one, url)) not in {"", url}), "")


def _date_of(item: object, key: str) -> str | None:
    written, parsed = _text_of(item, key), _part_of(item, f"{key}_parsed")
    # A day stays a day, and a month is not made into its first day.
    if isinstance(parsed, struct_time) and ":" in written:
        year, month, day, hour, minute, second = parsed[:6]
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC).isoformat()
        except ValueError:
            pass
    return read_date(written)


def _cut(text: str, url: str) -> tuple[str, list[Problem]]:
    """The text with no more items than are read, and what ends the feed; so the parser's time has a bound."""
    starts = [item.start() for item in islice(_ITEM.finditer(text), MAX_ENTRIES + 1)]
    end = starts[MAX_ENTRIES] if len(starts) > MAX_ENTRIES else len(text)
    if end > MAX_LENGTH:
        end = max((start for start in starts if start <= MAX_LENGTH), default=MAX_LENGTH)
    elif end == len(text):
        return text, []
    ends = list(_ITEM_END.finditer(text, max(end, len(text) - _MAX_TAIL)))
    tail = text[ends[-1].end() :] if ends else ""
    return text[:end] + tail, [(url, say_cut(sum(start < end for start in starts)))]


def _say_error(error: Any) -> str:
    """The reason that a parser gives, with its line."""
    return f"{error.getMessage()}, line {error.getLineNumber()}" if hasattr(error, "getMessage") else first_line(error)
