"""A question that a sentence of the hits gives, before it is known to be worth asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.answers import Span

Kind = Literal["fact", "who", "timeline", "latest", "more", "story", "said about", "said"]


@dataclass(frozen=True)
class Idea:
    """A question with the sentence that is to answer it; for the news on something, the words that name that.

    `about` is the name, the thing or the headline that it asks about, as it stands in the question.
    """

    text: str
    kind: Kind
    span: Span
    about: str


def overlaps(span: Span, others: Sequence[Span]) -> bool:
    """Whether some of a span's words are in another."""
    return any(span.article.id == one.article.id and span.start < one.end and one.start < span.end for one in others)
