"""Where a text may be cut: between what people see as characters, which may be several code points each."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import takewhile

from config.patterns import compile_later

_JOINER = "\u200d"
_VIRAMA = 9  # the combining class of what ties two consonants into one
# What belongs to what stands before it though it is no mark: joiners, skin tones, flags' tags, half-width voicing, the
# vowels "am" of Thai and Lao; and what belongs to what follows: the number signs of Arabic and others.
_TIES = compile_later("[\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\uff9e\uff9f\u0e33\u0eb3]")
_SIGNS = compile_later("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd]")
_HANGUL = compile_later("[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7fb]")
_HANGUL_START = compile_later("[\u1100-\u115f\ua960-\ua97c]")
_HANGUL_REST = compile_later("[\u1160-\u11ff\ud7b0-\ud7fb]")
_NEAR = 20  # characters that are given up to cut between words
_FLAGS = range(0x1F1E6, 0x1F200)  # letters that stand for a flag in pairs


def is_boundary(text: str, position: int) -> bool:
    """Whether a text can be cut before `position` and no character as people see them is torn apart.

    In doubt it is none, so that some clusters are held together that Unicode would allow to be cut.
    """
    if not 0 < position < len(text):
        return True
    before, after = text[position - 1], text[position]
    if before < "\u0300" and after < "\u0300":
        return (before, after) != ("\r", "\n")
    if ord(before) in _FLAGS and ord(after) in _FLAGS:
        letters = takewhile(lambda sign: ord(sign) in _FLAGS, reversed(text[:position]))
        return sum(1 for _ in letters) % 2 == 0
    return not (_is_tied(before, after) or (after.isalpha() and _ends_in_virama(text, position)))


def _ends_in_virama(text: str, position: int) -> bool:
    """Whether what stands before a letter ties it to the letter before, perhaps with other marks on that."""
    for place in range(position - 1, -1, -1):
        sign = text[place]
        if unicodedata.combining(sign) == _VIRAMA:
            return True
        if unicodedata.category(sign)[0] != "M" and not _TIES.match(sign):
            return False
    return False


@lru_cache(maxsize=4096)
def _is_tied(before: str, after: str) -> bool:
    """Whether two signs, which are no flags, belong to one character."""
    if "\n" in (before, after) or unicodedata.category(before) in ("Cc", "Zl", "Zp"):
        return False
    if unicodedata.category(after)[0] == "M" or _TIES.match(after) or before == _JOINER or _SIGNS.match(before):
        return True
    if _HANGUL_START.match(before) and _HANGUL.match(after):
        return True
    return bool(_HANGUL.match(before) and _HANGUL_REST.match(after))


def shorten(text: str, length: int) -> str:
    """A text of at most `length` code points, cut at a word if it can be; three dots tell that there was more."""
    if len(text) <= length or not length:
        return text[:length]
    cut = next((place for place in range(length - 1, 0, -1) if is_boundary(text, place)), length - 1)
    blank = text.rfind(" ", cut - _NEAR if cut > 2 * _NEAR else cut, cut)
    return f"{text[: blank if blank > 0 else cut].rstrip()}…"


def shorten_start(text: str, length: int) -> str:
    """The last of a text, in at most `length` code points, as `shorten` gives the first of it."""
    if len(text) <= length or not length:
        return text if length else ""
    first = len(text) - length + 1
    cut = next((place for place in range(first, len(text)) if is_boundary(text, place)), first)
    blank = text.find(" ", cut, cut + _NEAR)
    return f"…{text[blank if blank > 0 else cut :].lstrip()}"
