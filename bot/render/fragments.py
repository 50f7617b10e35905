"""Links that open a page at a quote: text fragments as in https://wicg.github.io/scroll-to-text-fragment/."""

from __future__ import annotations

import html
import re
from urllib.parse import quote as percent_encode

from config.patterns import compile_later

MOST_BYTES = 1500  # of a link as it is written into HTML
_WORDS_WHOLE = 8  # a quote of more words is given by its first and its last ones
_WORDS_AT_END = 4
_WEB = compile_later(
    r"https?://(?:[^\s/?#@\\\[\]:]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:[/?#].*)?", re.ASCII | re.DOTALL | re.IGNORECASE
)
_UNSAFE = compile_later(r"""[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]""")
# A word with the signs and blanks after it. In writing without blanks, what stands between two signs is one.
_WORD = compile_later(r"[^\s。，、；：！？]+[。，、；：！？]*")
_EDGES = " \"'“”‘’„«»‹›「」『』()[].,;:!?…–—。，、；：！？"  # pages and articles may differ in them


def link_to_quote(url: str, quote: str) -> str:
    """The address of an article that opens it at a quote; empty for what is no address of the web, or is too long."""
    # A directive that the address has already would be a part of our text.
    page = clean_url(url).partition(":~:")[0]
    if not page:
        return ""
    for words in range(_WORDS_AT_END, 0, -1):
        fragment = make_fragment(quote, words)
        link = f"{page if '#' in page else f'{page}#'}:~:text={fragment}"
        if fragment and _is_short(link):
            return link
    return page


def clean_url(url: str) -> str:
    """An address with its unsafe characters encoded; empty for what is no address of the web, or is too long."""
    if not _WEB.fullmatch(url):
        return ""
    safe = _UNSAFE.sub(_encode_unsafe, url)
    return safe if _is_short(safe) else ""


def make_fragment(quote: str, words: int = _WORDS_AT_END) -> str:
    """What follows `text=`: the quote, or its first and last `words` words if it is long or has several paragraphs.

    A text that is looked for must not go beyond its paragraph; there may be several between a start and an end.
    """
    lines = [line for line in quote.splitlines() if _WORD.search(line)]
    if not lines:
        return ""
    first, last = ([match.span() for match in _WORD.finditer(line)] for line in (lines[0], lines[-1]))
    if len(lines) == 1 and len(first) <= _WORDS_WHOLE and (words == _WORDS_AT_END or len(first) < 2 * words):
        return _encode_words(lines[0])
    start = _encode_words(lines[0][: first[:words][-1][1]])
    end = _encode_words(lines[-1][last[-words:][0][0] :])
    return f"{start},{end}"


def _is_short(link: str) -> bool:
    return len(html.escape(link).encode()) < MOST_BYTES


def _encode_words(text: str) -> str:
    bare = " ".join(text.split()).strip(_EDGES) or text.strip()
    # A dash is part of the syntax too, but no sign that addresses encode.
    return percent_encode(bare, safe="", errors="replace").replace("-", "%2D")


def _encode_unsafe(sign: re.Match[str]) -> str:
    """Letters of other alphabets stay as they are: they may stand in the name of a site."""
    return sign[0] if sign[0] > "\xa0" and sign[0].isprintable() else percent_encode(sign[0], errors="replace")
