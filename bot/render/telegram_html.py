"""An answer as Telegram's HTML: messages within its limits, with marks that open the articles at their quotes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.answers import Answer, Citation
from bot.render.directions import close_controls, find_direction, isolate, mark_start, steady
from bot.render.fragments import link_to_quote
from bot.render.graphemes import shorten, shorten_start
from bot.render.literal import write_literally
from bot.render.pieces import Piece, count_units, fits, write_html
from bot.render.sources import count_page, describe_source
from bot.render.split import split_pieces
from bot.texts import Text, choose_language, translate, write_day
from config.patterns import compile_later

if TYPE_CHECKING:
    from bot.conversation.messages import Excerpt

_MARK = compile_later(r"\[(\d+)\]")
_NAME, _OUTLETS = 200, 300  # characters of a title or an outlet, and of the list of the others
_EXCERPT_ROOMS = (4000, 1200, 600, 300, 100, 0)  # characters on each side of a quote, as far as there is room
_QUOTE_ROOMS = (3000, 2000, 1000, 500)


def render_answer(answer: Answer, language: str = "en", heading: str = "") -> list[str]:
    """The messages of an answer, in order, each within Telegram's limits and with balanced markup.

    First the heading (what was asked) and the caveat, the answer with every mark a link to its quote, and the notes,
    then all numbered quotes in one expandable blockquote. Text from articles is only text: it is escaped, and nothing
    that looks like a command, a mention or an address can be tapped.
    """
    language = choose_language(language)
    links = {citation.number: link_to_quote(citation.url, citation.quote) for citation in answer.citations}
    caveat, *notes = (
        _write_told(note, language, Piece("", italic=True)) if note else [] for note in (answer.caveat, *answer.notes)
    )
    text = list(_link_marks(steady(answer.text), links))
    if answer.status == "answered":  # else it is a text of ours
        text = [literal for piece in text for literal in write_literally(piece)]
    above = list(write_literally(Piece(steady(translate(heading, language)), bold=True))) if heading else []
    pieces = _join([above, caveat, text, _join(notes, "\n")], "\n\n")
    cited = [list(_write_quote(citation, links[citation.number], language)) for citation in answer.citations]
    quotes = [replace(piece, quoted=True) for piece in _join(cited, "\n\n")]
    return _write([*pieces, *([Piece("\n")] if pieces and quotes else []), *quotes])


def render_excerpt(excerpt: Excerpt, language: str = "en") -> str:
    """A quote in its surrounding text, as one message: where there is no room for all of it, the nearest."""
    language = choose_language(language)
    sides = [(excerpt.citation.quote, room) for room in _EXCERPT_ROOMS]
    alone = [(shorten(excerpt.citation.quote, room), 0) for room in _QUOTE_ROOMS]
    written = (list(_write_excerpt(excerpt, quote, room, language)) for quote, room in (*sides, *alone))
    return write_html(next(pieces for pieces in written if fits(pieces)))


def render_plain(text: str, language: str = "en") -> list[str]:
    """The messages of a plain text, cut where a reader would pause if it is too long; a `Text` is translated."""
    return _write(_write_told(text, language, Piece("")))


def visible_text(markup: str) -> str:
    """What is read of some HTML of ours: without tags, with entities resolved."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def visible_length(markup: str) -> int:
    """How much of Telegram's limit some HTML takes: the UTF-16 units of what is read."""
    return count_units(visible_text(markup))


def _write_excerpt(excerpt: Excerpt, quote: str, room: int, language: str) -> Iterator[Piece]:
    citation = excerpt.citation
    yield from _write_source(citation, link_to_quote(citation.url, citation.quote), language)
    before, after = shorten_start(excerpt.before.lstrip(), room), shorten(excerpt.after.rstrip(), room)
    body = f"{before}{quote}{after}"
    yield from write_literally(Piece(f"\n\n{mark_start(body, find_direction(body))}{close_controls(before)}"))
    yield from write_literally(Piece(close_controls(quote), bold=True))
    yield from write_literally(Piece(close_controls(after)))
    if page := count_page(excerpt.page, excerpt.pages, language):
        yield Piece(f"\n\n{page}")


def _write(pieces: Sequence[Piece]) -> list[str]:
    return [write_html(message) for message in split_pieces(pieces)]


def _join(parts: Sequence[list[Piece]], gap: str) -> list[Piece]:
    """Parts with a gap between them; empty ones leave none."""
    joined: list[Piece] = []
    for part in filter(None, parts):
        joined += [Piece(gap), *part] if joined else part
    return joined


def _write_told(text: str, language: str, style: Piece) -> list[Piece]:
    """A text of the interface, which may name articles or what somebody wrote: nothing in it can be tapped.

    Where it names a command itself, that is meant to be.
    """
    piece = replace(style, text=steady(translate(text, language)))
    return [piece] if _names_command(text) else list(write_literally(piece))


def _names_command(text: object) -> bool:
    return isinstance(text, Text) and ("/" in text.template or any(map(_names_command, text.values.values())))


def _link_marks(text: str, links: dict[int, str]) -> Iterator[Piece]:
    position = 0
    for mark in _MARK.finditer(text):
        if href := links.get(int(mark[1])):
            yield Piece(text[position : mark.start()])
            yield Piece(mark[0], href)
            position = mark.end()
    if position < len(text):
        yield Piece(text[position:])


def _write_quote(citation: Citation, href: str, language: str) -> Iterator[Piece]:
    line = f"[{citation.number}] “{citation.quote}"
    start = mark_start(line, find_direction(citation.quote))
    yield from write_literally(Piece(f"{start}{close_controls(line)}”\n"))
    yield from _write_source(citation, href, language)


def _write_source(citation: Citation, href: str, language: str) -> Iterator[Piece]:
    """The line on where a quote is from, in the direction of the reader's language; its title is the link."""
    direction = _direction_of(language)
    source = describe_source(citation, language, lambda name: isolate(shorten(name, _NAME), direction))
    also = close_controls(shorten(source.also, _OUTLETS))
    linked = source.title or source.outlet or source.published
    start = mark_start(str(source), direction)
    for part in filter(None, (source.outlet, source.published, source.updated, source.title, also)):
        if start:
            yield Piece(start)
        yield from write_literally(Piece(part, href if part is linked else ""))
        start = ", "


@lru_cache(maxsize=64)
def _direction_of(language: str) -> str:
    return find_direction(write_day(date(2020, 2, 18), language))
