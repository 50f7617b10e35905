"""An answer as plain text for a terminal, and what else is written there in rows."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.answers import Answer, Citation
from bot.render.directions import close_controls
from bot.render.sources import count_page, describe_source
from bot.texts import Text, choose_language, translate

if TYPE_CHECKING:
    from bot.conversation.messages import Buttons, Content, Excerpt

_WIDTH = 96


def render_content(content: Content, language: str = "en") -> str:
    """What a reply holds, as text."""
    language = choose_language(language)
    if isinstance(content, str):
        return translate(content, language)
    return render_text(content, language) if isinstance(content, Answer) else _render_excerpt(content, language)


def render_text(answer: Answer, language: str = "en") -> str:
    """Its caveat, the answer, its numbered quotes with outlet, date, title and link, and its notes, for a terminal."""
    language = choose_language(language)
    blocks = [_note(answer.caveat, language)] if answer.caveat else []
    blocks.append("\n".join(filter(None, map(_wrap_line, answer.text.split("\n")))))
    blocks += [_write_quote(citation, language) for citation in answer.citations]
    return "\n\n".join([*blocks, *(_note(note, language) for note in answer.notes)])


def render_buttons(buttons: Buttons, language: str = "en") -> str:
    """The buttons of a reply, row by row: ( Passages | More like this )."""
    rows = (" | ".join(translate(button.label, choose_language(language)) for button in row) for row in buttons)
    return "\n".join(f"( {row} )" for row in rows)


def render_table(rows: Sequence[Sequence[object]]) -> str:
    """Rows of columns, each as wide as its widest cell, for a terminal."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def _note(note: str, language: str) -> str:
    return translate(Text("Note: {note}", note=note), language)


def _write_quote(citation: Citation, language: str) -> str:
    head = f"[{citation.number}] "
    lines = _wrap(f"“{close_controls(citation.quote)}”", _WIDTH - 4)
    return "\n".join([head + lines[0], *(" " * len(head) + line for line in (*lines[1:], *_about(citation, language)))])


def _render_excerpt(excerpt: Excerpt, language: str) -> str:
    """A quote, between stars, in its surrounding text."""
    before, quote, after = map(close_controls, (excerpt.before, excerpt.citation.quote, excerpt.after))
    about = "\n".join(_about(excerpt.citation, language))
    body = "\n".join(map(_wrap_line, f"{before}**{quote}**{after}".strip().split("\n")))
    return "\n\n".join(filter(None, (about, body, count_page(excerpt.page, excerpt.pages, language))))


def _about(citation: Citation, language: str) -> list[str]:
    return [str(describe_source(citation, language, close_controls)), *([citation.url] if citation.url else [])]


def _wrap_line(line: str) -> str:
    return "\n".join(_wrap(line, _WIDTH))


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
