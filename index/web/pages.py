"""The article of a web page: its text without what stands around it, and what the page says about itself."""

from __future__ import annotations

import re
from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from index.dates import read_date
from index.web.furniture import drop_furniture, narrow_to_article
from index.web.markup import decode_body
from index.web.page_failures import NO_TEXT, SENTENCE_END, PageWords, why_no_article
from index.web.page_metadata import find_headline, read_metadata, squeeze

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

_MARKUP = re.compile(r"<(?:!doctype|html|head|body|div|p|article|table)\b", re.IGNORECASE)
_OUTSIDE_MENUS = (
    "/html/body/descendant::text()"
    "[not(ancestor::*[self::nav or self::header or self::footer or self::aside or self::script])]"
)
_MAX_LABEL = 80  # characters of a line above the text that ends no sentence: "By …", "Published …"
# Characters of a quote that is set apart from the text, which has it too: what is shorter may well be said twice.
_SHORTEST_REPEAT, _LONGEST_REPEAT = 20, 300
_CREDIT = re.compile(
    r"""\W*(?:(?:additional\ )?(?:reporting|writing|editing|words|pictures|photos?|interview)(?:\ by|:)\ .{1,200}
            | more\ to\ follow | more\ details\ soon)\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_WRITTEN_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th|\.)?\s[^\W\d]{3,9}\.?,?\s\d{4}|[^\W\d]{3,9}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}"
)


def read_page(content: bytes, url: str = "", charset: str = "") -> dict[str, Any]:
    """The text, title, url, outlet, published, updated and language of a page's article, "" for what it does not say.

    `url` is where the page was found and `charset` what its server named; the text's paragraphs stand apart by an
    empty line. A page without an article raises ValueError, which says in one line what the page is instead.
    """
    tree = _parse_page(decode_body(content, charset)[0])
    page = read_metadata(tree, url)
    heads = [squeeze(head.text_content()) for head in tree.iter("title", "h1")]
    words = PageWords(heads, squeeze(" ".join(tree.xpath(_OUTSIDE_MENUS))))
    untouched = None if page.published else deepcopy(tree)
    headline = find_headline(tree, [page.title], page.outlet)
    cards = drop_furniture(tree, headline)
    if headline is not None:
        narrow_to_article(tree, headline)
    lines, labels = _drop_labels(_extract_lines(tree))
    body = [line for line in map(squeeze, page.body.split("\n")) if line] if page.is_free else []
    if sum(map(len, body)) > 2 * sum(map(len, lines)):  # a script would have put it there
        lines = body
    if reason := why_no_article(page, words, lines, cards):
        raise ValueError(reason)
    return {
        "text": "\n\n".join(lines),
        "title": page.title,
        "url": page.url,
        "outlet": page.outlet,
        "published": page.published if untouched is None else _find_day(labels) or _guess_day(untouched, page.url),
        "updated": page.updated,
        "language": page.language,
    }


def _parse_page(text: str) -> HtmlElement:
    """The tree of a page; ValueError if it is none."""
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    if not _MARKUP.search(text):
        raise ValueError(NO_TEXT)
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except ParserError:
        raise ValueError(NO_TEXT) from None
    if tree.find("body") is None:
        raise ValueError(NO_TEXT)
    for element in tree.find("body").iter():  # trafilatura would keep the breaks of the page's own lines
        element.text, element.tail = (re.sub(r"\s+", " ", part or "") for part in (element.text, element.tail))
    return tree


def _extract_lines(tree: HtmlElement) -> list[tuple[str, str]]:
    """The lines that trafilatura takes for the article, each with the name of its block."""
    import trafilatura
    from trafilatura.settings import use_config

    config = use_config()
    # Of a page with less than this, trafilatura takes all text instead, with what stands around the article.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "0")
    page = trafilatura.bare_extraction(tree, include_comments=False, config=config)
    return [] if page is None or isinstance(page, dict) else _write_lines(page.body)


def _write_lines(body: _Element) -> list[tuple[str, str]]:
    """Each line of an extracted text with the name of its block; a row of a table is one, its cells apart by bars."""
    from lxml.etree import strip_tags

    strip_tags(body, "hi", "ref", "del")
    for row in list(body.iter("row")):
        cells = [squeeze("".join(cell.itertext())) for cell in row]
        tail = row.tail
        row.clear()
        row.text, row.tail = " | ".join(cell for cell in cells if cell), tail
    lines: list[tuple[str, str]] = []
    pieces: list[str] = []

    def end_line(name: str) -> None:
        if words := squeeze("".join(pieces)):
            lines.append((name, words))
        pieces.clear()

    def write(element: _Element, name: str) -> None:
        pieces.append(element.text or "")
        for child in element:
            end_line(name)
            write(child, str(child.tag))
            end_line(str(child.tag))
            pieces.append(child.tail or "")

    write(body, "p")
    end_line("p")
    return lines


def _drop_labels(lines: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The lines of the text, and those that were none of its: labels above it, credits, and quotes that repeat it."""
    sentences = {i for i, (_, words) in enumerate(lines) if SENTENCE_END.search(words)}
    start = sorted(sentences)[:2][-1] if sentences else 0  # a standfirst may stand above the byline
    whole = "\n".join(words for _, words in lines)
    said = Counter(_without_marks(words) for _, words in lines)
    kept: list[str] = []
    dropped: list[str] = []
    for i, (name, words) in enumerate(lines):
        label = i < start and len(words) <= _MAX_LABEL and i not in sentences
        core = _without_marks(words)
        repeats = _SHORTEST_REPEAT <= len(core) <= _LONGEST_REPEAT and whole.count(core) > said[core]
        is_other = _CREDIT.fullmatch(words) or (name == "p" and (label or repeats))
        (dropped if is_other else kept).append(words)
    return kept, dropped


def _without_marks(words: str) -> str:
    return words.strip("\"'“”„«»‘’. ")


def _find_day(labels: list[str]) -> str:
    """The day that is written out above the text, in English or figures, or ""."""
    found = (day[0] for label in labels for day in _WRITTEN_DAY.finditer(label))
    return next((day for day in found if read_date(day)), "")


def _guess_day(tree: HtmlElement, url: str) -> str:
    """The day that trafilatura takes for a page's, in its markup or its address, or ""."""
    from trafilatura.metadata import extract_metadata

    for tag in tree.xpath(
        "//meta[contains(concat(@property, @name, @itemprop), 'odifi') or @property='og:updated_time']"
    ):
        tag.drop_tree()  # it would take a day of change for one of publication
    return extract_metadata(tree, url or None, {"extensive_search": False, "original_date": True}).date or ""
