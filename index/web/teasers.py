"""What of a feed's entry is a whole article, and what is only a teaser for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from index.articles import digest
from index.web.entries import Entry, Problem, check_dates
from index.web.fragments import entry_text

# What is given as content is the article if it is longer than a teaser, which has one to three sentences; a summary
# often has its first paragraphs, and must be longer to be taken for all of it.
WHOLE_CONTENT = 80
WHOLE_SUMMARY = 150

# Two characters of Chinese or Japanese make about a word.
_WORD = re.compile(r"[぀-ヿ㐀-鿿]{2}|[^\W぀-ヿ㐀-鿿]+")
_APPEARED = re.compile(r"^The post\b.{1,300}\b(?:appeared first|first appeared) on\b.{0,200}$", re.MULTILINE)
_TEASER_END = re.compile(
    r"""(?: (?:…|\.{3}) | [\[(](?:…|\.{3}|\+\d+\ chars)[\])]
          | (?:^|[\n.!?…»)\]"”’])\s*(?:read\ more|read\ on|read\ the\ (?:full|rest|whole|entire)
            |continue\ reading|keep\ reading|full\ story|click\ here\ to\ read)\b[^\n]{0,200} )[\s»→>\])]*\Z""",
    re.VERBOSE | re.IGNORECASE,
)


def make_entry(
    guid: str,
    link: str,
    title: str,
    content: str,
    summary: str,
    dates: tuple[str | None, str | None],
    outlet: str,
    language: str,
    now: datetime,
    listing: str,
) -> Iterator[Entry | Problem]:
    """The entry of these parts; a problem if there is nothing to read or follow, and for each date that is wrong.

    `content` and `summary` are HTML or plain text; `dates` are of publication and of change; `listing` names the item
    where it has no name of its own.
    """
    at_least = WHOLE_CONTENT
    if len(summary) > len(content):
        content, at_least = summary, WHOLE_SUMMARY
    text = entry_text(content)
    item = link or title or guid or listing
    if not link and not text:
        yield item, "has neither a link nor a text"
        return
    published, updated, problems = check_dates(item, *dates, now)
    yield from problems
    whole = not link or _is_whole(text, at_least)
    yield Entry(
        guid or link or digest(title, content), link, title, content, whole, published, updated, outlet, language
    )


def _is_whole(text: str, at_least: int) -> bool:
    """Whether a plain text is an article: long enough, in words, and without the end of a teaser."""
    if len(_WORD.findall(text)) < at_least:
        return False
    return not _TEASER_END.search(_APPEARED.sub("", text[-800:]).rstrip())
