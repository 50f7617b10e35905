"""JSON Feed, versions 1.0 and 1.1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
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

# Many times the largest feed, in characters; JSON cannot be cut before it is read, and takes memory as it is.
MAX_LENGTH = 10_000_000


def read_json_feed(text: str, url: str, now: datetime) -> Listing:
    """The JSON Feed (1.0 or 1.1) in a text that is a JSON object; ValueError if it is none."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"is JSON of more than {MAX_LENGTH // 1_000_000} million characters")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not JSON: {first_line(error)}") from None
    items = found.get("items")
    if "jsonfeed.org/version/1" not in str(found.get("version")) or not isinstance(items, list):
        raise ValueError("is JSON, but no JSON Feed")
    problems = [(url, say_cut(len(items)))] if len(items) > MAX_ENTRIES else []
    title = entry_line(_text_of(found, "title", url, problems))
    language = language_of(found.get("language"))

    def read_items() -> Iterator[Entry | Problem]:
        for number, item in enumerate(items[:MAX_ENTRIES], 1):
            if isinstance(item, dict):
                yield from _read_json_item(item, f"{url} item {number}", url, title, language, now)
            else:
                yield f"{url} item {number}", "is not a JSON object"

    entries, more = gather_entries(read_items())
    return Listing("feed", title, language, entries, problems=(*problems, *more))


def _read_json_item(
    item: dict[str, Any], name: str, url: str, feed_title: str, language: str, now: datetime
) -> Iterator[Entry | Problem]:
    problems: list[Problem] = []
    found = {
        key: _text_of(item, key, name, problems)
        for key in "id url external_url title content_html content_text summary date_published date_modified".split()
    }
    yield from problems
    yield from make_entry(
        found["id"].strip(),
        absolute_link(found["url"], url) or absolute_link(found["external_url"], url),
        " ".join(found["title"].split()),
        found["content_html"] or plain_content(found["content_text"]),
        plain_content(found["summary"]),
        (read_date(found["date_published"]), read_date(found["date_modified"])),
        outlet_of(feed_title),
        language_of(item.get("language"), language),
        now,
        name,
    )


def _text_of(found: dict[str, Any], key: str, name: str, problems: list[Problem]) -> str:
    """A text of a JSON object, "" for what is absent; an id may be a number."""
    value = found.get(key)
    if key == "id" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if value is None or isinstance(value, str):
        # half of a pair of UTF-16 is no character
        return (value or "").encode("utf-8", "replace").decode()
    problems.append((name, f'its "{key}" is not a text; it is left out'))
    return ""
