"""A text that is too long becomes several messages, cut where a reader would pause."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from bot.render.graphemes import is_boundary
from bot.render.pieces import MOST_BYTES, MOST_ENTITIES, TELEGRAM_LIMIT, Piece, count_units, escape, fits
from config.patterns import compile_later

# Marks belong to the words before them.
_MARK = compile_later(r"\s*[\u200e\u200f]?\[\d{1,9}\]")
_MARKS = compile_later(r"(?:\s*[\u200e\u200f]?\[\d{1,9}\])*")
_INSIDE_MARK = compile_later(r"\[\d{0,9}$")
_QUOTE_BYTES = len("<blockquote expandable></blockquote>")
_BEYOND = 300  # characters after a message, in which to see whether its last sentence ends with it


def split_pieces(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The messages that some pieces make, each within Telegram's limits; what fits is one message as it is.

    White space at the cuts goes. A style that is cut goes on in the next message.
    """
    return [list(pieces)] if fits(pieces) else _Cutter(pieces).cut()


class _Cutter:
    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = [piece for piece in pieces if piece.text]
        self._text = "".join(piece.text for piece in self._pieces)
        self._starts = list(accumulate((len(piece.text) for piece in self._pieces), initial=0))

    def cut(self) -> list[list[Piece]]:
        """The pieces of each message."""
        text, messages = self._text, []
        start = _skip_space(text, 0)
        while start < len(text):
            end = max(self._find_furthest(start), start + 1)
            cut = end if end == len(text) else _choose_cut(text, start, end)
            messages.append(list(self._take(start, start + len(text[start:cut].rstrip()))))
            start = _skip_space(text, cut)
        return messages

    def _take(self, start: int, end: int) -> Iterator[Piece]:
        """The pieces of a stretch of the text; the first and the last may be parts of theirs."""
        for number in range(bisect_right(self._starts, start) - 1, len(self._pieces)):
            first, last = max(start, self._starts[number]), min(end, self._starts[number + 1])
            if first >= end:
                return
            yield replace(self._pieces[number], text=self._text[first:last])

    def _find_furthest(self, start: int) -> int:
        """The end of the longest stretch from `start` that is within all limits."""
        units, size, entities, quoted = 0, 0, 0, False
        for piece in self._take(start, len(self._text)):
            opens = piece.quoted and not quoted
            quoted = piece.quoted
            entities += piece.entities + opens
            size += len("".join(piece.tag()).encode()) + opens * _QUOTE_BYTES
            if entities > MOST_ENTITIES:
                break
            taken = _measure_head(piece.text, TELEGRAM_LIMIT - units, MOST_BYTES - size)
            start += taken
            if taken < len(piece.text):
                break
            units, size = units + count_units(piece.text), size + _count_bytes(piece.text)
        return start


def _count_bytes(text: str) -> int:
    return len(escape(text).encode())


def _measure_head(text: str, units: int, size: int) -> int:
    """How many code points of a text fit into some room."""
    most = min(len(text), max(units, 0))  # none of them takes less than one unit
    if count_units(text[:most]) <= units and _count_bytes(text[:most]) <= size:
        return most
    by_units = bisect_right(range(1, most + 1), units, key=lambda length: count_units(text[:length]))
    return bisect_right(range(1, by_units + 1), size, key=lambda length: _count_bytes(text[:length]))


def _choose_cut(text: str, start: int, end: int) -> int:
    """Where to cut `text[start:end]`: after a paragraph, a line or a sentence if half of it is kept; else a word."""
    half = start + (end - start) // 2
    for gap in ("\n\n", "\n"):
        found = text.rfind(gap, half, end + len(gap))
        if found > half:
            return found
    return (
        _find_sentence_end(text, half, end)
        or _find_word_end(text, half, end)
        or _find_word_end(text, half, end, before_marks=True)
        or _find_word_end(text, start, end)
        or _find_boundary(text, start, end)
    )


def _find_sentence_end(text: str, start: int, end: int) -> int:
    """The last end of a sentence in a stretch, with the marks that follow it; 0 if there is none."""
    from index.split import sentence_spans  # texts that need to be cut are rare

    around = text[start : end + _BEYOND]
    for _, last in reversed(sentence_spans(around)[:-1]):
        marks = _MARKS.match(text, start + last, end) if start + last <= end else None
        if marks and not _MARK.match(text, marks.end()) and is_boundary(text, marks.end()):
            return marks.end()
    return 0


def _find_word_end(text: str, start: int, end: int, *, before_marks: bool = False) -> int:
    """The last blank in a stretch, if possible none between words and their marks; 0 if there is none."""
    for place in range(end, start, -1):
        if (
            text[place].isspace()
            and not text[place - 1].isspace()
            and (before_marks or not _MARK.match(text, place))
            and is_boundary(text, place)
            and _skip_space(text, place) > place
        ):
            return place
    return 0


def _find_boundary(text: str, start: int, end: int) -> int:
    """The last place in a word where it can be cut; not in a mark, and in a character only if it fills a message."""
    for place in range(end, start, -1):
        if is_boundary(text, place) and not _INSIDE_MARK.search(text, max(start, place - 10), place):
            return place
    return end


def _skip_space(text: str, place: int) -> int:
    """The first place from `place` on that is no white space; a blank that carries a mark is kept for it."""
    end = place
    while end < len(text) and text[end].isspace():
        end += 1
    while end > place and not is_boundary(text, end):
        end -= 1
    return end
