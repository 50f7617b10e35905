"""The things that move between the steps: article, passage, hit, and what went wrong with one item."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from index.copies import sign_text


def digest(*parts: object) -> str:
    """20 hexadecimal characters that stand for these parts (80 bits: no accident makes two alike)."""
    texts = [str(part) for part in parts]
    lengths = ",".join(str(len(text)) for text in texts)  # so that ("ab", "c") is not ("a", "bc")
    return hashlib.blake2b("\0".join([lengths, *texts]).encode(), digest_size=10).hexdigest()


@dataclass(frozen=True)
class Article:
    """One news text. What the source does not say is empty (`None` for the dates), never invented.

    `published` and `updated` are ISO 8601: a day (`2020-02-18`) or a moment in UTC (`2020-02-18T09:30:00+00:00`).
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    outlet: str = ""
    published: str | None = None
    updated: str | None = None
    language: str = ""

    @cached_property
    def text_hash(self) -> str:
        """Changes when the title or the text does: what makes a new version of an article."""
        return digest(self.title, self.text)

    @cached_property
    def copy_keys(self) -> tuple[int, ...]:
        """The keys of its text by which near-duplicates are found (`index.copies.sign_text`)."""
        return sign_text(self.text)


@dataclass(frozen=True)
class Passage:
    """The span `[start, end)` of an article's text, in characters; `article.text[start:end] == passage.text`."""

    article: Article = field(repr=False)
    position: int
    start: int
    end: int
    repeat: int = 0  # how many passages of the same text stand before it in its article

    @property
    def text(self) -> str:
        """The passage, word for word."""
        return self.article.text[self.start : self.end]

    @cached_property
    def id(self) -> str:
        """Stands for what is embedded, not for where it is: a passage that a correction only moved keeps its vector."""
        return digest(self.article.id, self.article.title, self.text, self.repeat)

    @property
    def embedded_text(self) -> str:
        """What the embedder sees: the title gives a passage from the middle of an article its subject."""
        return f"{self.article.title}\n{self.text}" if self.article.title else self.text


@dataclass(frozen=True)
class Hit:
    """A passage with its score for a question; higher is better, comparable within one search only.

    `outlets` are the others that carry the same words in a near-duplicate of the article.
    """

    passage: Passage
    score: float
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """What could not be done with one item of a source, and why, in words for a person.

    `not_before` is the moment (seconds since 1970) before which its server asked not to be tried again.
    """

    source: str
    item: str
    reason: str
    not_before: float = 0.0


def best_hits(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit of each article, in the order in which the articles come up for the last time."""
    return list({hit.passage.article.id: hit for hit in reversed(hits)}.values())[::-1]


def distinct_articles(hits: Sequence[Hit]) -> list[Article]:
    """The articles of some hits, best first, each once."""
    return list({hit.passage.article.id: hit.passage.article for hit in hits}.values())
