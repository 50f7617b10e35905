"""What a listing of articles holds, and the rules that every kind of listing shares: dates, addresses, doubles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urljoin, urlsplit

from index.articles import digest

Problem = tuple[str, str]  # (item, reason): what was wrong, though the rest could be read

# The largest feeds of newsrooms have some hundred articles; more comes of a mistake or of malice.
MAX_ENTRIES = 5_000
# Gazettes are scanned from 1600 on; an earlier date is a slip or a program's zero.
EARLIEST = 1600
# A day is ahead where the sun rises first, and a clock may be wrong by some hours.
MAX_AHEAD = timedelta(days=2)

_SEPARATOR = re.compile(r"\s+(?:[-–—|»>]|::)\s+")
_FEED_WORD = re.compile(r"[\s:]*\b(?:rss|atom)(?:\s+feeds?)?$", re.IGNORECASE)
# "Politics | The Harbour Post": what stands first is a part of the paper, not its name
_SECTIONS = frozenset(
    "world politics business sport sports technology tech science health culture opinion comment news home latest "
    "economy europe uk us international national local headlines breaking all".split()
)
_SECTION_PHRASES = frozenset({"world news", "latest news", "top stories", "top news", "breaking news", "front page"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")


@dataclass(frozen=True)
class Entry:
    """One article that a listing names.

    `key` is what it is known by in its listing, never empty; `link` is absolute, or "". `content` is HTML or plain text
    as the feed carries it, and `whole` says whether that is the article itself and not a teaser. The dates are as
    `index.dates.read_date` gives them.
    """

    key: str
    link: str
    title: str = ""
    content: str = ""
    whole: bool = False
    published: str | None = None
    updated: str | None = None
    outlet: str = ""
    language: str = ""

    @property
    def stamp(self) -> str:
        """Changes when anything of the entry does."""
        return digest(*astuple(self))


@dataclass(frozen=True)
class Listing:
    """What a fetched address turned out to list.

    `links` are, of a sitemap index its sitemaps, of an OPML list its feeds, of a page the feeds that it names.
    """

    kind: Literal["feed", "sitemap", "sitemap index", "opml", "page"]
    title: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    links: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def gather_entries(found: Iterable[Entry | Problem]) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """The entries in order, each key once, and the problems.

    Of different entries with one key the first stands, and a problem names the others; but where their links differ
    the listing gives one key to many articles, and the links become the keys.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    links: dict[str, set[str]] = {}
    for one in found:
        if isinstance(one, Entry):
            entries.append(one)
            links.setdefault(one.key, set()).add(one.link)
        else:
            problems.append(one)
    kept: dict[str, Entry] = {}
    for entry in entries:
        one = replace(entry, key=entry.link) if entry.link and len(links[entry.key]) > 1 else entry
        if kept.setdefault(one.key, one) != one:
            problems.append(
                (one.link or one.title or one.key, f"another entry has its key ({one.key}); it is left out")
            )
    return tuple(kept.values()), tuple(dict.fromkeys(problems))


def check_dates(
    item: str, published: str | None, updated: str | None, now: datetime
) -> tuple[str | None, str | None, list[Problem]]:
    """The two dates without those that cannot be right, and a problem for each of these.

    An `updated` that is the same as `published` says nothing, and is None.
    """
    problems: list[Problem] = []
    dates: list[str | None] = []
    for date in dict.fromkeys([published, updated]):
        good = date is None or _is_plausible(date, now)
        dates.append(date if good else None)
        if not good:
            problems.append((item, f"its date {date} cannot be right; it is left unknown"))
    return dates[0], dates[1] if len(dates) == 2 else None, problems


def _is_plausible(date: str, now: datetime) -> bool:
    moment = datetime.fromisoformat(date)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return moment.year >= EARLIEST and moment <= now + MAX_AHEAD


def say_cut(count: int) -> str:
    """The problem of a listing that has more entries than are read."""
    return f"has more entries than are read; the first {min(count, MAX_ENTRIES):,} were read"


def absolute_link(written: object, base: str) -> str:
    """An http address, made absolute against that of the listing; "" for anything else."""
    if not isinstance(written, str):
        return ""
    link = "".join(re.split(r"[\t\r\n]+", written.strip())).replace(" ", "%20")
    if not link:
        return ""
    try:
        if not re.match(r"https?://", link, re.IGNORECASE):
            link = urljoin(base, link)
        parts = urlsplit(link)
        is_of_web = parts.scheme in {"http", "https"} and parts.hostname
    except ValueError:  # half an address of IPv6
        return ""
    return link if is_of_web else ""


def outlet_of(title: str) -> str:
    """The outlet that a listing's title names: "BBC News - World" is of BBC News."""
    parts = [part for part in _SEPARATOR.split(_FEED_WORD.sub("", title.strip())) if part]
    if not parts:
        return ""
    first = parts[0].casefold()
    return parts[-1] if first in _SECTIONS or first in _SECTION_PHRASES else parts[0]


def language_of(*written: object) -> str:
    """The first of some language codes that is one, in lower case (`en`, `pt-br`), else ""."""
    for code in written:
        if isinstance(code, str) and _LANGUAGE.fullmatch(language := code.strip().lower().replace("_", "-")):
            return language
    return ""
