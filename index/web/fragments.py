"""HTML of which nothing is known, as text: what feeds carry of an article, and the feeds that a page names."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# No part of a pattern runs past the next "<", so that a million of them cost no more than their length. (html.parser
# needs half a minute for 60 KB of "<a ", and libxml2 gives up at 256 levels.)
_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)(?=[\s/>])
        (?P<attributes>(?:[^<>"']|"[^"<]*"|'[^'<]*')*+(?=>)|[^<>]*)>""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"<!--(?:.*?-->|.*)|<[!?][^<>]*>?", re.DOTALL)
_MARKUP = re.compile(
    _TAG.pattern + r"|<!--|&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});", re.VERBOSE
)
_ATTRIBUTE = re.compile(r"""(?<![\w:-])([a-zA-Z][\w:-]*+)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr main nav ol p pre section summary table ul".split()
)
_LINES = frozenset({"li", "tr"})
_LISTS = frozenset({"ol", "ul"})
_CELLS = frozenset({"td", "th"})
_DROPPED = frozenset(
    "applet audio button canvas embed figcaption iframe math noscript object script select style svg template textarea "
    "title video".split()
)
_VOID = frozenset({"embed"})
_RAW = frozenset({"script", "style", "title", "textarea"})  # their text ends at their end tag, whatever is in it
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/json"}
)
# Ends a line, but however many of them stand together they make no paragraph; clean of it comes what is read.
_LINE_END = "\x02"
_LINE_ENDS = re.compile(rf"(?: ?[\n{_LINE_END}] ?)+")
# A page names its feeds in its head.
_HEAD_LENGTH = 500_000
_MAX_TITLE = 1_000


def entry_text(content: str) -> str:
    """An entry's content as plain text: a blank line between paragraphs, a line for each item of a list.

    Scripts, frames, pictures and their captions are dropped. Plain text stays, with normal line ends.
    """
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    if not _MARKUP.search(content):
        return content.strip()
    # A feed may wrap its text twice over.
    content = _COMMENT.sub("", content.replace(_LINE_END, "").replace("<![CDATA[", "").replace("]]>", ""))
    # Where no tag ends a line, the line ends that are written do.
    has_lines = not any(match["name"].lower() in _BLOCKS | _LINES | {"br"} for match in _TAG.finditer(content))
    text = "".join(_read_pieces(content, has_lines=has_lines))
    text = _LINE_ENDS.sub(lambda ends: "\n" * min(2, ends[0].count("\n") or 1), re.sub(" {2,}", " ", text))
    return text.strip()


def entry_line(content: str) -> str:
    """HTML or plain text as one line of plain text."""
    return " ".join(entry_text(content).split())


def plain_content(text: str) -> str:
    """Plain text as content: as it is, unless `entry_text` would take it for HTML; then it is written as HTML."""
    if not _MARKUP.search(text):
        return text
    return "".join(
        f"<p>{html.escape(part, quote=False).replace(chr(10), '<br>')}</p>"
        for part in re.split(r"\n{2,}", text)
        if part
    )


def read_page_head(text: str) -> tuple[str, str, str, list[str]]:
    """Of a page: its title, its language, its base, and the addresses of feeds that it names, all as written."""
    head = _COMMENT.sub("", text[:_HEAD_LENGTH])
    title = language = base = ""
    feeds: list[str] = []
    for tag in _TAG.finditer(head):
        name = tag["name"].lower()
        if tag["end"] or name not in {"html", "title", "base", "link"}:
            continue
        attributes = _read_attributes(tag["attributes"])
        if name == "html":
            language = language or attributes.get("lang", "")
        elif name == "base":
            base = base or attributes.get("href", "")
        elif name == "title":
            title = title or entry_line(head[tag.end() : tag.end() + _MAX_TITLE].partition("<")[0])
        elif (
            name == "link"
            and "alternate" in attributes.get("rel", "").lower().split()
            and attributes.get("type", "").partition(";")[0].strip().lower() in _FEED_TYPES
        ):
            feeds.append(attributes.get("href", ""))
    return title, language, base, feeds


def _read_attributes(written: str) -> dict[str, str]:
    return {
        name.lower(): html.unescape(double or single or bare)
        for name, double, single, bare in reversed(_ATTRIBUTE.findall(written))
    }


def _read_pieces(content: str, *, has_lines: bool) -> Iterator[str]:
    """The text of some HTML in pieces, with a line end or two for the tags that make them."""
    dropped = ""  # the element that is being dropped, and how many of it are open
    depth = lists = position = 0
    for tag in _TAG.finditer(content):
        name, is_end = tag["name"].lower(), tag["end"] == "/"
        if dropped:
            if name == dropped:
                depth += -1 if is_end else int(name not in _RAW)
            if depth == 0 or (dropped == "figcaption" and is_end and name == "figure"):
                dropped, position = "", tag.end()
            continue
        yield _decode(content[position : tag.start()], has_lines=has_lines)
        position = tag.end()
        if not is_end and _is_dropped(name, tag["attributes"]):
            dropped, depth = name, 1
        elif name == "br":
            yield "\n"
        elif name in _LINES:
            yield _LINE_END
        elif name in _BLOCKS:
            change = (-1 if is_end else 1) if name in _LISTS else 0
            yield _LINE_END if min(lists, lists + change) > 0 else "\n\n"
            lists = max(0, lists + change)
        elif name in _CELLS:
            yield " "
    if not dropped:
        yield _decode(content[position:], has_lines=has_lines)


def _is_dropped(name: str, attributes: str) -> bool:
    if name in _DROPPED:
        return name not in _VOID and not attributes.endswith("/")
    return name in {"p", "div", "span"} and "caption-text" in _read_attributes(attributes).get("class", "")


def _decode(piece: str, *, has_lines: bool) -> str:
    return re.sub(r"[^\S\n]+" if has_lines else r"\s+", " ", html.unescape(piece))
