"""What an address lists: bytes that are a feed, a sitemap, an OPML list or a page, recognised by what they hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from index.web.entries import Listing, absolute_link, language_of
from index.web.feeds import read_feed
from index.web.fragments import read_page_head
from index.web.json_feeds import read_json_feed
from index.web.markup import decode_body, find_root, local_name, unpack_body
from index.web.opml import read_opml
from index.web.sitemaps import read_sitemap


def read_listing(body: bytes, url: str, *, media_type: str = "", charset: str = "", now: datetime) -> Listing:
    """The listing that a body from an address holds, with what was wrong with parts of it.

    `media_type` and `charset` are what the server said, which may be wrong; `now` (with a zone) judges the dates.
    Raises ValueError, with the reason in one line, for what cannot be read at all. Nothing is fetched.
    """
    unpacked, unpack_problem = unpack_body(body)
    text, encoding_problem = decode_body(unpacked, charset)
    text = text.strip()
    if not text:
        raise ValueError("is empty")
    if "\0" in text[:65536]:
        raise ValueError("is binary, not text")
    listing, root_problem = _read_text(text, url, media_type, now)
    problems = [(url, problem) for problem in (unpack_problem, encoding_problem, root_problem) if problem]
    return replace(listing, problems=(*problems, *listing.problems))


def _read_text(text: str, url: str, media_type: str, now: datetime) -> tuple[Listing, str]:
    """The listing of a text, and what was wrong before it."""
    if text.startswith("{"):
        return read_json_feed(text, url, now), ""
    found = find_root(text)
    match local_name(found.root):
        case "rss" | "rdf" | "feed" | "channel":
            return read_feed(found.text, url, now), found.problem
        case "urlset" | "sitemapindex":
            return read_sitemap(found.text, url, now), found.problem
        case "opml":
            return read_opml(found.text, url), found.problem
        case "html":
            return _read_page(text, url), ""
    if "html" in media_type:
        return _read_page(text, url), ""
    raise ValueError(f"is not a feed, a sitemap, an OPML list or a page (its first element is <{found.root}>)")


def _read_page(text: str, url: str) -> Listing:
    title, language, base, feeds = read_page_head(text)
    links = [absolute_link(feed, absolute_link(base, url) or url) for feed in feeds]
    return Listing("page", title, language_of(language), links=tuple(dict.fromkeys(link for link in links if link)))
