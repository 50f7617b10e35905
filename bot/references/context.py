"""A sentence with what stands before it in its article, from which its references are explained."""

from __future__ import annotations

import re

from bot.answers import Span
from bot.references.full_names import Found, find_full_name
from bot.references.mentions import Name
from config.patterns import compile_later
from index.split import sentence_spans

_NEAR = 3  # sentences back at most
_WINDOW = 1500  # characters before a sentence that are looked at

_QUOTED = compile_later(
    r"“[^”\n]*(?:”|$)|\"[^\"\n]*(?:\"|$)|^[^“”\n]*”|(?<!\w)['‘](?=\S)[^'’\n]*\S['’](?!\w)", re.MULTILINE
)
_ENDED = compile_later(r"[.!?…][\"”’')\]]*$")
# Lists, links to other articles, captions: what is before them is about something else.
_NO_PROSE = compile_later(
    r"^(?:[•*–—#>-]|\d+[.)]|[^\s:“\"]{1,20}(?: [^\s:“\"]+){0,5}:\S"
    r"|(?:read|more|related|watch|see|photo|image|file|opinion|analysis|live|update)\b[^.]{0,40}:)"
    r"|\b(?:Getty|AP Photo|Photograph:|Reuters/|/AFP|/Reuters|[a-z]/[A-Z][a-z]|/AP\b)",
    re.IGNORECASE,
)


class Context:
    """A sentence with what stands before it in its article; what is quoted is blank in `masked`, offsets stay."""

    def __init__(self, span: Span) -> None:
        text = span.article.text
        line = text.rfind("\n", 0, max(0, span.start - _WINDOW)) + 1
        self.first = max(line, span.start - 3 * _WINDOW)
        self.start = span.start - self.first
        self.span = span
        self.article = span.article
        self.masked = _mask_quotations(text[self.first : span.end])
        self._people: dict[int, Found | None] = {}

    @property
    def sentence(self) -> str:
        """The sentence itself, without what it quotes."""
        return self.masked[self.start :]

    @property
    def is_within_quotation(self) -> bool:
        """Whether the sentence begins in the middle of somebody's words."""
        return self.masked[self.start : self.start + 1] == "\x00"

    def before(self) -> list[tuple[int, int]]:
        """The spans, in `masked`, of the last sentences of the same section, the nearest first."""
        text = self.article.text[self.first : self.first + self.start]
        cut = max(0, len(text) - _WINDOW)
        sentences = sentence_spans(text[cut:], self.article.language)
        near: list[tuple[int, int]] = []
        for first, last in sentences[:0:-1] if cut else sentences[::-1]:
            sentence, behind = text[cut + first : cut + last], text[cut + last :]
            ends_line = behind.lstrip(" ")[:1] == "\n"
            if len(near) == _NEAR or _NO_PROSE.search(sentence) or (ends_line and not _ENDED.search(sentence)):
                break
            near.append((cut + first, cut + last))
        return near

    def as_person(self, name: Name) -> Found | None:
        """The full name of a person whom `masked` names: this, or that of a surname; None for what is no person's."""
        if len(name.words) > 1:
            return Found(name.text, self.first + name.start) if name.is_person else None
        if name.start not in self._people:
            self._people[name.start] = find_full_name(self.article, name.last, self.first + name.start)
        return self._people[name.start]


def _mask_quotations(text: str) -> str:
    """The text with blanks for all that is quoted; a paragraph's quotation may lack its last mark."""
    return _QUOTED.sub(lambda found: re.sub(r"(?<!^)[^\n](?!$)|^\w", "\0", found[0]), text)
