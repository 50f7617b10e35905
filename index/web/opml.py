"""OPML: lists of feeds, read and written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax import ContentHandler
from xml.sax.saxutils import escape, quoteattr
from xml.sax.xmlreader import AttributesImpl

from index.web.entries import MAX_ENTRIES, Listing, Problem, absolute_link
from index.web.markup import EnoughRead, drop_forbidden, local_name, parse_elements


def read_opml(text: str, url: str) -> Listing:
    """The feeds that an OPML list names, in its order and each once; ValueError if it cannot be read at all."""
    handler, error = parse_elements(text, _OutlineHandler)
    problems: list[Problem] = []
    if error:
        if not handler.found:
            raise ValueError(f"is not well-formed XML ({error}), and no feed of it can be read")
        problems.append((url, f"is not well-formed XML ({error}); what could be read was read"))
    if handler.is_cut:
        problems.append((url, f"names more feeds than are read; the first {MAX_ENTRIES:,} were read"))
    links: dict[str, None] = {}
    for written in handler.found:
        # "feed:" is how browsers once called their readers
        link = absolute_link(re.sub(r"^feed:(?://)?(?:(https?:)//)?", lambda m: f"{m[1] or 'http:'}//", written), url)
        if link:
            links[link] = None
        else:
            problems.append((written[:200], "is not a web address"))
    return Listing("opml", " ".join("".join(handler.title).split()), links=tuple(links), problems=tuple(problems))


def write_opml(feeds: Sequence[tuple[str, str]], title: str) -> str:
    """An OPML 2.0 document, to be encoded as UTF-8, of these feeds: pairs of an address and a name."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{escape(drop_forbidden(title))}</title></head>",
        "  <body>",
    ]
    for address, name in feeds:
        text = quoteattr(drop_forbidden(name or address))
        lines.append(f'    <outline type="rss" text={text} title={text} xmlUrl={quoteattr(drop_forbidden(address))}/>')
    return "\n".join([*lines, "  </body>", "</opml>", ""])


class _OutlineHandler(ContentHandler):
    """Keeps the addresses of all outlines, however deep, and the title of the list."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.title: list[str] = []
        self.is_cut = False
        self._path: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name that SAX calls
        """Keep the address of an outline."""
        self._path.append(local_name(name))
        if self._path[-1] != "outline":
            return
        for key, value in attrs.items():
            if key.lower() == "xmlurl" and value.strip():
                if len(self.found) == MAX_ENTRIES:
                    self.is_cut = True
                    raise EnoughRead
                self.found.append(value.strip())

    def characters(self, content: str) -> None:
        """Keep a piece of the title."""
        if self._path[-2:] == ["head", "title"]:
            self.title.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the name that SAX calls
        """Leave an element."""
        del name
        self._path.pop()
