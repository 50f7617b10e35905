"""Styled pieces of text, of which a Telegram message is made; and Telegram's HTML, written from them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.patterns import compile_later

TELEGRAM_LIMIT = 4096  # UTF-16 units of visible text in one message
MOST_ENTITIES = 100  # in one message: Telegram drops the others without a word
MOST_BYTES = 9000  # of HTML in one message
_HALF = compile_later("[\ud800-\udfff]")  # of a surrogate pair: it can be neither sent nor seen


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text in one style; what is `quoted` stands in an expandable blockquote with its neighbours that are.

    What is `code` has no other style, as Telegram knows it.
    """

    text: str
    href: str = ""
    bold: bool = False
    italic: bool = False
    quoted: bool = False
    code: bool = False

    def tag(self) -> tuple[str, str]:
        """What opens and what closes its style; the blockquote is not part of it."""
        before, after = ("<code>", "</code>") if self.code else ("", "")
        if self.italic:
            before, after = "<i>", "</i>"
        if self.bold:
            before, after = f"{before}<b>", f"</b>{after}"
        if self.href:
            before, after = f'{before}<a href="{html.escape(self.href)}">', f"</a>{after}"
        return before, after

    @property
    def entities(self) -> int:
        """How many entities Telegram makes of it, without the blockquote."""
        return self.bold + self.italic + self.code + bool(self.href)


def write_html(pieces: Iterable[Piece]) -> str:
    """The HTML of some pieces, in which all text is escaped and every tag is closed."""
    written: list[str] = []
    for quoted, group in groupby(pieces, key=lambda piece: piece.quoted):
        inner = "".join(piece.tag()[0] + escape(piece.text) + piece.tag()[1] for piece in group)
        written.append(f"<blockquote expandable>{inner}</blockquote>" if quoted else inner)
    return "".join(written)


def fits(pieces: Sequence[Piece]) -> bool:
    """Whether some pieces make one message."""
    quotes = sum(quoted for quoted, _ in groupby(pieces, key=lambda piece: piece.quoted))
    return (
        sum(count_units(piece.text) for piece in pieces) <= TELEGRAM_LIMIT
        and sum(piece.entities for piece in pieces) + quotes <= MOST_ENTITIES
        and len(write_html(pieces).encode()) <= MOST_BYTES
    )


def escape(text: str) -> str:
    """Text as HTML; half of a surrogate pair becomes a sign that says so."""
    if not text.isascii():
        text = _HALF.sub("\ufffd", text)
    return html.escape(text, quote=False)


def count_units(text: str) -> int:
    """The length of a text as Telegram counts it: in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
