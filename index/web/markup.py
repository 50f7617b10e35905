"""From fetched bytes to the text of a document: unpacked, decoded, and cut down to its root element."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from xml.sax import ContentHandler, SAXParseException

# A sitemap may have 50 MB by its protocol; more in a small file is a bomb.
MAX_BYTES = 50_000_000

# UTF-32 first: its mark begins as that of UTF-16 does
_MARKS = {
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    b"\0<\0": "utf-16-be",
    b"<\0": "utf-16-le",
}
_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']|<meta[^>]{1,200}?charset\s*=\s*["']?([\w.:-]{1,40})""",
    re.IGNORECASE,
)
# What is called by the first name is written in the second, which has all of its characters and more.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# Encodings of Python's own, some of which take the square of a text's length.
_NOT_OF_TEXTS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})
# Everything that may stand before the root element; each part ends where it must or the whole does not match.
_PROLOG = re.compile(
    r"""(?:\s+ | <\?.*?\?> | <!--.*?-->
        | <!DOCTYPE (?:[^\["'>] | "[^"]*" | '[^']*')*+
          (?:\[ (?:[^\]"'<] | "[^"]*" | '[^']*' | <!--.*?--> | <\?.*?\?> | <(?!!--|\?))*+ \] \s*+)?+ >)*+""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ELEMENT = re.compile(r"<([a-zA-Z_][^\s<>/]{0,99})")
_ROOT = re.compile(
    r"<((?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel|urlset|sitemapindex|opml|html))(?=[\s>])", re.IGNORECASE
)
_MAX_BEFORE_ROOT = 20_000
_NEVER_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBERED = re.compile(r"&#(?:([0-9]{1,12})|[xX]([0-9a-fA-F]{1,12}));")


Handler = TypeVar("Handler", bound=ContentHandler)


@dataclass(frozen=True)
class Markup:
    """The text of a document from its root element on, that element's name, and what was wrong before it, or ""."""

    text: str
    root: str
    problem: str = ""


def unpack_body(body: bytes) -> tuple[bytes, str]:
    """The bytes of a body that may be gzip's, and what was wrong with them; ValueError if they cannot be unpacked."""
    unpacked, problem = b"", ""
    while body.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(31)
        try:
            unpacked += unpacker.decompress(body, MAX_BYTES + 1 - len(unpacked))
        except zlib.error:
            if not unpacked:
                raise ValueError("is not valid gzip") from None
            break
        if len(unpacked) > MAX_BYTES:
            raise ValueError(f"unpacks to more than {MAX_BYTES // 1_000_000} MB")
        if not unpacker.eof:
            problem = "its gzip data is cut short; what could be unpacked was read"
        body = unpacker.unused_data
    result = unpacked or body
    if len(result) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES // 1_000_000} MB")
    return result, problem


def decode_body(body: bytes, charset: str = "") -> tuple[str, str]:
    """The text of a body, and what was wrong with its encoding; never fails.

    Its bytes are believed first (a mark, or that they are UTF-8), then the server, then what the document declares:
    other encodings fit almost any bytes, UTF-8 does not.
    """
    for mark, encoding in _MARKS.items():
        if body.startswith(mark):
            text = body.decode(encoding, "replace").removeprefix("\ufeff")
            return text, _lost("�" in text, encoding)
    found = _DECLARED.search(body[:2048])
    declared = (found[1] or found[2]).decode() if found else ""
    encodings = [name for name in (_find_encoding(charset), _find_encoding(declared)) if name]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        # Seven bits are also what Japanese and Chinese mail is written in.
        if not text.isascii() or not any(name.startswith(("iso2022", "hz")) for name in encodings):
            return text, ""
    for encoding in encodings:
        try:
            return body.decode(encoding), ""
        except UnicodeDecodeError:
            continue
    text = body.decode("utf-8", "replace")
    # Where most of what is not ASCII is UTF-8, some bytes are broken; where little is, it is another encoding.
    lost = text.count("�")
    if sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - lost > lost:
        return text, _lost(True, "utf-8")
    return body.decode("cp1252", "replace"), "is not in the encoding that it names; it was read as windows-1252"


def find_root(text: str) -> Markup:
    """The document from its root element on, without what no XML may hold; ValueError if there is no element.

    The declarations before it are dropped with all entities that they define, so none can ever expand or be fetched.
    """
    start = _PROLOG.match(text)
    position = start.end() if start else 0
    if text[position : position + 9].upper() == "<!DOCTYPE":
        raise ValueError("its document type declaration is broken")
    known = _ROOT.match(text, position)
    problem = ""
    if not known and (known := _ROOT.search(text, position, position + _MAX_BEFORE_ROOT)):
        # What a failing server program says goes before the document that it made.
        problem = "has other text before its first element; what could be read was read"
    found = known or _ELEMENT.match(text, position)
    if not found:
        raise ValueError("is not a feed, a sitemap, an OPML list or a page")
    # The lines of what goes stay, as errors are named by their line.
    lines = "\n" * text.count("\n", 0, found.start())
    return Markup(lines + _NUMBERED.sub(_mend_number, drop_forbidden(text[found.start() :])), found[1], problem)


class EnoughRead(Exception):
    """A handler has read as much as it keeps; the rest is not looked at."""


def parse_elements(text: str, make_handler: Callable[[], Handler]) -> tuple[Handler, str]:
    """Read XML with a handler, in bounded memory: the handler with all that came before an error, and the error or "".

    XML that is not well-formed is read once more with its bare ampersands mended, the slip that is most frequent.
    """
    handler = make_handler()
    error = _parse(text, handler)
    if error:
        handler = make_handler()
        _parse(mend_ampersands(text), handler)
    return handler, error


def _parse(text: str, handler: ContentHandler) -> str:
    from defusedxml.sax import parseString

    try:
        parseString(text.encode("utf-8", "replace"), handler, forbid_dtd=True)
    except EnoughRead:
        pass
    except SAXParseException as error:
        return f"{error.getMessage()}, line {error.getLineNumber()}"
    return ""


def mend_ampersands(text: str) -> str:
    """The text with `&amp;` for each `&` that begins no entity of XML."""
    return re.sub(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)", "&amp;", text)


def drop_forbidden(text: str) -> str:
    """The text without the characters that no XML may hold."""
    return _NEVER_IN_XML.sub("", text)


def local_name(name: str) -> str:
    """The name of an element or attribute without its prefix, in lower case."""
    return name.rpartition(":")[2].lower()


def _mend_number(found: re.Match[str]) -> str:
    """A character's number if there is such a character, else the sign for one that was lost."""
    number = int(found[1]) if found[1] else int(found[2], 16)
    good = number in {9, 10, 13} or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number <= 0x10FFFF
    return found[0] if good else "�"


def _find_encoding(name: str) -> str:
    try:
        found = codecs.lookup(name.strip()).name
        "".encode(found)  # some are of bytes, not of text
    except (LookupError, ValueError):
        return ""
    return "" if found in _NOT_OF_TEXTS or found == "utf-8" else _WIDER.get(found, found)


def _lost(lost: bool, encoding: str) -> str:
    return f"has bytes that are not {encoding.upper()}; they were left out" if lost else ""
