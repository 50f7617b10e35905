"""A question that a sentence of the hits gives, before it is known to be worth asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.answers import Span

Kind = Literal["fact", "who", "timeline", "said about", "said"]


@dataclass(frozen=True)
class Idea:
    """A question with the sentence that is to answer it; of a timeline, the words that name its event.

    `about` is the name, or the thing, that it asks about, as it stands in the question.
    """

    text: str
    kind: Kind
    span: Span
    about: str
