"""An answer as people see it: plain text for a terminal, HTML for Telegram."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date

from bot.age import write_day
from bot.answers import Answer, Citation

TELEGRAM_LIMIT = 4096  # UTF-16 units of visible text in one message
_PART, _SOURCE = 1500, 500  # characters, each up to two units
_MARK = re.compile(r"\[(\d+)\]")
_WIDTH = 96


def render_text(answer: Answer) -> str:
    """Its caveat, the answer, its numbered quotes with outlet, date, title and link, and its notes, for a terminal."""
    blocks = [f"Note: {answer.caveat}"] if answer.caveat else []
    blocks.append("\n".join(line for part in answer.text.split("\n") for line in _wrap(part, _WIDTH)))
    for citation in answer.citations:
        head = f"[{citation.number}] "
        lines = _wrap(f"“{citation.quote}”", _WIDTH - 4)
        about = [_describe_source(citation), *([citation.url] if citation.url else [])]
        blocks.append("\n".join([head + lines[0], *(" " * len(head) + line for line in (*lines[1:], *about))]))
    return "\n\n".join([*blocks, *(f"Note: {note}" for note in answer.notes)])


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def render_html(answer: Answer) -> list[str]:
    """The messages for Telegram, each within its limit and with balanced markup.

    First its caveat, the answer with every mark a link to its article, and the notes, then the numbered quotes in
    expandable blockquotes. All text from articles is escaped.
    """
    links = {citation.number: citation.url for citation in answer.citations}
    text = [_link_marks(part, links) for part in _parts(answer.text)]
    notes = [f"<i>{html.escape(note)}</i>" for note in answer.notes]
    quotes = [_quote_html(citation, part) for citation in answer.citations for part in _parts(citation.quote)]
    caveat = [f"<i>{html.escape(answer.caveat)}</i>"] if answer.caveat else []
    return _pack([*caveat, *text, *notes, *quotes])


def escape_text(text: str) -> list[str]:
    """Plain text as Telegram messages, cut at line and word ends where it is too long."""
    return _pack([html.escape(part, quote=False) for part in _parts(text)])


def visible_text(markup: str) -> str:
    """What is read of some HTML of ours: without tags, with entities resolved."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def visible_length(markup: str) -> int:
    """How much of Telegram's limit some HTML takes: the UTF-16 units of what is read."""
    return len(visible_text(markup).encode("utf-16-le")) // 2


def _describe_source(citation: Citation) -> str:
    day = _write_date(citation.published) if citation.published else "date unknown"
    updated = f"updated {_write_date(citation.updated)}" if citation.updated else ""
    also = f"also in {', '.join(citation.outlets)}" if citation.outlets else ""
    parts = [citation.outlet, day, updated, f"“{citation.title}”" if citation.title else "", also]
    return ", ".join(part for part in parts if part)


def _write_date(written: str) -> str:
    return write_day(date.fromisoformat(written[:10]))


def _link_marks(text: str, links: dict[int, str]) -> str:
    def link(mark: re.Match[str]) -> str:
        url = links.get(int(mark[1]))
        return f'<a href="{html.escape(url)}">{mark[0]}</a>' if url else mark[0]

    return _MARK.sub(link, html.escape(text, quote=False))


def _quote_html(citation: Citation, part: str) -> str:
    source = html.escape(_shorten(_describe_source(citation)), quote=False)
    if citation.url:
        source = f'<a href="{html.escape(citation.url)}">{source}</a>'
    quote = html.escape(part, quote=False)
    return f"<blockquote expandable>[{citation.number}] “{quote}”\n{source}</blockquote>"


def _parts(text: str) -> list[str]:
    """A text cut into parts that leave room for what stands around them, also where each character is two units."""
    return textwrap.wrap(text, _PART, replace_whitespace=False, drop_whitespace=True) if len(text) > _PART else [text]


def _shorten(source: str) -> str:
    """A title may be of any length; beside a part of its quote it has to leave room in the message."""
    return source if len(source) <= _SOURCE else f"{source[: _SOURCE - 1]}…"


def _pack(blocks: Iterable[str]) -> list[str]:
    """Blocks joined into as few messages as the limit allows; each block is within it."""
    messages: list[str] = []
    for block in blocks:
        joined = f"{messages[-1]}\n{block}" if messages else block
        if messages and visible_length(joined) <= TELEGRAM_LIMIT:
            messages[-1] = joined
        else:
            messages.append(block)
    return messages


def render_table(rows: Sequence[Sequence[object]]) -> str:
    """Rows of columns, each as wide as its widest cell, for a terminal."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)
