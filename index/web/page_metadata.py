"""What a web page says about itself in its JSON-LD, meta tags and title: headline, outlet, dates, language, address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from index.dates import read_date

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_JSON_DEPTH = 8  # a page's objects lie within a graph and its lists; what is deeper is not about the article
_SEPARATOR = r"\s*(?:[|·•«»]|\s[-–—:])\s*"
_PUBLISHED = """article:published_time datepublished og:article:published_time parsely-pub-date
    sailthru.date pubdate publishdate publish-date dc.date.issued dcterms.created dc.date date""".split()
_UPDATED = "article:modified_time datemodified og:updated_time dcterms.modified last-modified lastmod".split()
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z])")
_SAME_SITE = re.compile(r"^(?:www|m|mobile|amp)\.")


@dataclass(frozen=True)
class PageMetadata:
    """What a page states: dates as they are written, "" for what it does not say.

    `names_article`: it calls itself an article, by JSON-LD or by a date of publication. `is_free` is False only where
    it says that it is not accessible for free. `body` is the text of a page that carries it in its JSON-LD.
    """

    title: str
    outlet: str
    url: str
    published: str
    updated: str
    language: str
    body: str
    is_free: bool
    names_article: bool


def read_metadata(tree: HtmlElement, url: str) -> PageMetadata:
    """What the page of this tree says about itself; `url` is where it was found, "" when that is not known."""
    objects = list(_json_objects(tree))
    article = next((found for found in objects if _is_article(found)), {})
    tags = _meta_tags(tree)
    page_title = squeeze(tree.findtext(".//title"))
    outlet = _publisher(article, objects) or tags.get("og:site_name") or tags.get("application-name", "")
    stated = [_string(article.get("headline")), tags.get("og:title", ""), page_title]
    heading = find_headline(tree, [words for words in stated if words], outlet)
    title = squeeze(heading.text_content()) if heading is not None else ""
    title = title or without_outlet(next((words for words in stated if words), ""), outlet)
    dates = [_string(article.get("datePublished")), *(tags.get(name, "") for name in _PUBLISHED)]
    published = _fullest([*dates, *_time_tags(tree)])
    updated = _fullest([_string(article.get("dateModified")), *(tags.get(name, "") for name in _UPDATED)])
    return PageMetadata(
        title=title,
        outlet=outlet or _outlet_in_title(page_title, title),
        url=_own_address([tree.xpath("string(//link[@rel='canonical']/@href)"), tags.get("og:url", "")], url),
        published=published,
        updated=updated if _is_later(updated, published) else "",
        language=_language([*tree.xpath("/html/@lang | /html/@*[name()='xml:lang']"), *tree.xpath("//article/@lang")])
        or _language([tags.get("content-language", ""), tags.get("og:locale", ""), _string(article.get("inLanguage"))]),
        body=_string(article.get("articleBody")),
        is_free=all(
            str(found.get("isAccessibleForFree", True)).lower() != "false"
            for found in ([article] if article else objects)
        ),
        names_article=bool(article or any(dates)),
    )


def find_headline(tree: HtmlElement, stated: list[str], outlet: str) -> HtmlElement | None:
    """The heading that repeats the title which the page states (the longest that does), or None."""
    titles = [squeeze(title).casefold() for title in stated]
    matching = [
        (len(words), heading)
        for heading in tree.iter("h1", "h2")
        if (words := squeeze(heading.text_content()).casefold())
        and words != outlet.casefold()
        and any(words in title for title in titles)
    ]
    return max(matching, key=lambda found: found[0])[1] if matching else None


def squeeze(text: object) -> str:
    """A text on one line, without soft hyphens; "" for what is no text."""
    return " ".join(text.replace("\u00ad", "").split()) if isinstance(text, str) else ""


def without_outlet(title: str, outlet: str) -> str:
    """A page's title without the name of its outlet before or behind it."""
    if not outlet:
        return title
    name = re.escape(outlet)
    return re.sub(rf"{_SEPARATOR}{name}$|^{name}{_SEPARATOR}", "", title, flags=re.IGNORECASE) or title


def _json_objects(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """The objects in a page's JSON-LD, those nearest to the top first; what cannot be read is passed over."""
    for script in tree.xpath("//script[starts-with(@type, 'application/ld+json')]"):
        try:
            level: list[Any] = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        for _ in range(_JSON_DEPTH):
            below: list[Any] = []
            for value in level:
                if isinstance(value, dict):
                    yield value
                    below += value.values()
                elif isinstance(value, list):
                    below += value
            level = below


def _is_article(found: dict[str, Any]) -> bool:
    kinds = found.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(("Article", "BlogPosting")) for kind in kinds) or (
        "LiveBlogPosting" in kinds
    )


def _publisher(article: dict[str, Any], objects: list[dict[str, Any]]) -> str:
    """The name of an article's publisher, which may stand elsewhere in the page under its id."""
    publisher = article.get("publisher")
    publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
    if not isinstance(publisher, dict):
        return _string(publisher)
    same = (found for found in objects if found.get("@id") == publisher.get("@id") and found.get("name"))
    return _string(publisher.get("name") or next(same, publisher).get("name"))


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _meta_tags(tree: HtmlElement) -> dict[str, str]:
    """What each meta tag says, by its name in small letters; the first of a name counts."""
    tags: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv") or ""
        if content := squeeze(tag.get("content")):
            tags.setdefault(name.strip().lower(), content)
    return tags


def _time_tags(tree: HtmlElement) -> list[str]:
    """The moments that `<time>` elements name as publication, else the first one below the headline."""
    marked = tree.xpath("//time[@datetime and (@pubdate or contains(@itemprop, 'datePublished'))]/@datetime")
    return [str(found) for found in marked or tree.xpath("(//h1)[1]/following::time[@datetime][1]/@datetime")]


def _fullest(dates: list[str]) -> str:
    """The first date that can be read, with its time where another names the same day with one."""
    readable = [(date, moment) for date in dates if (moment := read_date(date))]
    if not readable:
        return ""
    date, day = readable[0]
    return next((other for other, moment in readable if len(day) == 10 < len(moment) and moment[:10] == day), date)


def _is_later(updated: str, published: str) -> bool:
    """Whether a date is after another; where one of them is only a day, the days decide."""
    after, before = read_date(updated) or "", read_date(published) or ""
    shorter = min(len(after), len(before))
    return bool(before) and after[:shorter] > before[:shorter]


def _language(written: list[str]) -> str:
    return next((found[0].lower() for words in written if (found := _LANGUAGE.match(str(words).strip()))), "")


def _own_address(stated: list[str], url: str) -> str:
    """The first stated address that is a page of the same site and not its home page, else the one it was found at."""
    for written in stated:
        try:
            address = urljoin(url, written.strip())
            parts, found_at = urlsplit(address), urlsplit(url)
        except ValueError:
            continue
        home = not parts.path.strip("/") and not parts.query
        if parts.scheme in {"http", "https"} and parts.hostname and not home:
            host, ours = (_SAME_SITE.sub("", name or "") for name in (parts.hostname, found_at.hostname))
            if not ours or host == ours:
                return address
    return url


def _outlet_in_title(page_title: str, title: str) -> str:
    """What a page's title says behind or before the headline, apart from it by a dash or a bar; else ""."""
    before, found, after = page_title.partition(title) if title else ("", "", "")
    if found and re.match(_SEPARATOR, after):
        name = re.split(_SEPARATOR, after)[-1]
    elif found and re.search(_SEPARATOR + "$", before):
        name = re.split(_SEPARATOR, re.sub(_SEPARATOR + "$", "", before))[-1]
    else:
        return ""
    return name if 0 < len(name) <= 60 else ""
