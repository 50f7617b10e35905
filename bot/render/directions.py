"""Text that runs from right to left: lines begin at the right, marks and closing quotes stand where they belong.

What is put in are signs that nobody sees: U+200E and U+200F say in which direction a line runs, U+2068 … U+2069 keep a
text of the other direction to itself. None of them is put into a quote's own words.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from config.patterns import compile_later

LEFT, RIGHT = "\u200e", "\u200f"  # what makes its surroundings run from the left, or from the right
_ISOLATE, _END_ISOLATE, _END_EMBEDDING = "\u2068", "\u2069", "\u202c"
# All that runs from right to left, and the signs that change directions.
_SPECIAL = compile_later(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_CONTROLS = compile_later("[\u202a-\u202e\u2066-\u2069]")
_ISOLATED = compile_later("\u2068[^\u2069]*\u2069")
_MARK = compile_later(r"\[\d+\]")
_CLOSERS = {
    **dict.fromkeys(("LRE", "RLE", "LRO", "RLO"), _END_EMBEDDING),
    **dict.fromkeys(("LRI", "RLI", "FSI"), _END_ISOLATE),
}


def is_special(text: str) -> bool:
    """Whether directions matter in a text; what is below says nothing for most texts, and costs."""
    return not text.isascii() and _SPECIAL.search(text) is not None


def find_direction(text: str) -> str:
    """`LEFT` or `RIGHT`: where a text runs to; empty if it has no letters.

    That is where its first letter runs to, unless twice as many of its letters run to the other side: a line of Arabic
    may begin with the name of an outlet. What is kept to itself has no say.
    """
    if not is_special(text):
        return LEFT if any(map(str.isalpha, text)) else ""
    strong = [strong for strong in map(_strong, _ISOLATED.sub("", text)) if strong]
    if not strong:
        return ""
    same = strong.count(strong[0])
    return strong[0] if len(strong) <= 3 * same else LEFT if strong[0] == RIGHT else RIGHT


@lru_cache(maxsize=4096)
def _strong(sign: str) -> str:
    return {"L": LEFT, "R": RIGHT, "AL": RIGHT}.get(unicodedata.bidirectional(sign), "")


def mark_start(line: str, direction: str) -> str:
    """What to put in front of a line so that it runs in a direction; empty if it does so by itself.

    It is not left to how a line is read that begins with a number, a mark or a name of the other direction.
    """
    if direction == RIGHT:
        return "" if not line or _strong(line[0]) == RIGHT else RIGHT
    if direction == LEFT and is_special(line):
        first = next((strong for strong in map(_strong, line) if strong), LEFT)
        return "" if first == LEFT else LEFT
    return ""


def isolate(text: str, direction: str) -> str:
    """A text as part of a line of some direction: kept to itself if it runs in the other one, or changes directions."""
    if not is_special(text) and direction == LEFT:
        return text
    if find_direction(text) in ("", direction) and not _CONTROLS.search(text):
        return text
    _, strays = _follow_controls(text)
    return f"{_ISOLATE * (1 + strays)}{close_controls(text)}{_END_ISOLATE}"


def close_controls(text: str) -> str:
    """A text followed by what closes the directions that it opens: they must not reach what comes after it."""
    if text.isascii() or not _CONTROLS.search(text):
        return text
    return text + "".join(reversed(_follow_controls(text)[0]))


def _follow_controls(text: str) -> tuple[list[str], int]:
    """What a text leaves open, as the signs that close it; and how often it closes what was opened before it."""
    stack: list[str] = []
    strays, first_line = 0, True
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in _CLOSERS:
            stack.append(_CLOSERS[kind])
        elif kind == "PDF" and stack[-1:] == [_END_EMBEDDING]:
            stack.pop()
        elif kind == "PDI" and _END_ISOLATE in stack:
            while stack.pop() != _END_ISOLATE:
                pass
        elif kind == "PDI":
            strays += first_line
        elif kind == "B":  # the end of a line closes everything
            stack.clear()
            first_line = False
    return stack, strays


def steady(text: str) -> str:
    """Lines of text with marks `[1]`, each begun in its direction, and its marks at the end of what they are for."""
    return "\n".join(map(_steady_line, text.split("\n"))) if is_special(text) else text


def _steady_line(line: str) -> str:
    direction = find_direction(line)
    steadied, last = [mark_start(line, direction)], ""
    position = 0
    for mark in _MARK.finditer(line):
        words = line[position : mark.start()]
        last = next((strong for strong in map(_strong, reversed(words)) if strong), last)
        turn = direction if last not in ("", direction) else ""
        last = turn or last
        steadied += [close_controls(words), turn, mark[0]]
        position = mark.end()
    return "".join([*steadied, close_controls(line[position:])])
