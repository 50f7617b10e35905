"""Numbers in brackets, which read as citations: only code writes those, whatever brackets and digits a text has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from config.patterns import compile_later

_OPEN, _CLOSE = r"\[［【〔〖⟦❲", r"\]］】〕〗⟧❳"
_BRACKETS = compile_later(f"[{_OPEN}]([^{_OPEN}{_CLOSE}]{{1,40}})[{_CLOSE}]")
_NUMBERS = compile_later(r"\s*\d+(?:\s*[,;–-]\s*\d+)*\s*")


def replace_marks(text: str, write: Callable[[str], str]) -> str:
    """A text with what `write` makes of the numbers in each pair of brackets in place of the pair."""

    def rewrite(brackets: re.Match[str]) -> str:
        numbers = brackets[1]
        return write(numbers) if _NUMBERS.fullmatch(unicodedata.normalize("NFKC", numbers)) else brackets[0]

    return _BRACKETS.sub(rewrite, text)


def drop_marks(text: str) -> str:
    """A text without numbers in brackets, also those that appear when others go: [[1]7]."""
    while (dropped := replace_marks(text, lambda _: "")) != text:
        text = dropped
    return text
