"""Text of articles shown as it is: Telegram makes no command, mention or link of what looks like one.

Such a word stands in a fixed-width font, into which Telegram does not look; its letters stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.render.pieces import Piece
from config.patterns import compile_later

_CARD = compile_later(r"(?<![\w+.,-])[@#$/]?\d(?:[ -]*\d){12,}(?!\w)")
_WORD = compile_later(r"\S+")
# Addresses, also without a scheme, and of mail. A capital after a full stop begins a sentence that lacks its blank.
_ADDRESS = compile_later(r"://|\w@|(?<![\s.,])\.(?![A-Z][a-z])[^\W\d_]{2}|\d\.\d+\.\d+\.\d")
_SIGNED = compile_later(
    r"(?<!\w)(?:@\w{2,}|(?<![/<>])/\w+(?:@\w+)?|\#[\d\xb7\u200c]*[^\W\d][\w\xb7\u200c\u0d80-\u0dff]*(?:@\w+)?"
    r"|\$(?:1INCH|[A-Z]{1,8})(?!\w)(?:@\w+)?)"
)
_OPENERS, _CLOSERS = "\"'“”‘’„([{<", ".,;:!?…\"'“”‘’"
_BRACKETS = dict(zip(")]}>", "([{<", strict=True))


def write_literally(piece: Piece) -> Iterator[Piece]:
    """The pieces of a text from an article. What is a link already is left as it is: it leads where it says."""
    position = 0
    if not piece.href:
        for start, end in _find_tempting(piece.text):
            if start > position:
                yield replace(piece, text=piece.text[position:start])
            yield replace(piece, text=piece.text[start:end], bold=False, italic=False, code=True)
            position = end
    if position < len(piece.text):
        yield replace(piece, text=piece.text[position:])


def _find_tempting(text: str) -> Iterator[tuple[int, int]]:
    """Where words stand that Telegram would make something of, and some that only look like it."""
    position = 0
    for card in _CARD.finditer(text):
        yield from _find_words(text, position, card.start())
        yield card.span()
        position = card.end()
    yield from _find_words(text, position, len(text))


def _find_words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(text, start, end):
        if _ADDRESS.search(word[0]):
            yield _trim(word)
        else:
            yield from (found.span() for found in _SIGNED.finditer(text, *word.span()))


def _trim(word: re.Match[str]) -> tuple[int, int]:
    """The span of a word without what stands around it: quotation marks, brackets, and the end of the sentence."""
    bare = word[0].lstrip(_OPENERS)
    start = word.end() - len(bare)
    closers = _CLOSERS if "://" in bare else _CLOSERS + "".join(c for c, o in _BRACKETS.items() if o not in bare)
    bare = bare.rstrip(closers)
    return start, start + len(bare)
