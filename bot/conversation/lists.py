"""Lists in replies: at most as many lines as somebody reads, and the rest counted."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import Text, join_texts

LISTED = 30
_LONGEST = 200


def write_list(lines: Sequence[str]) -> str:
    """Lines as one text, each translated by itself, at most `LISTED`; the rest is counted. Empty without lines."""
    more = [Text("… and {count} more", count=len(lines) - LISTED)] if len(lines) > LISTED else []
    return join_texts(*lines[:LISTED], *more, sep="\n")


def shorten(text: str) -> str:
    """A text that somebody wrote, as one line of a list."""
    line = " ".join(text.split())
    return line[:_LONGEST] + "…" if len(line) > _LONGEST else line
