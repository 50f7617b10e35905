"""What an answer is made of, and the JSON that is a contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from bot.forms import FormName
from index.articles import Article, Hit, Passage

Status = Literal["answered", "no_evidence", "failed"]
Kind = Literal["who", "when", "where", "how many", "why", "yes/no", "what"]


@dataclass(frozen=True)
class Question:
    """A question as asked, and what the readers need to know of it.

    `terms` gives each term that carries meaning its weight in this index (how rare it is); a term that is a name in the
    question is also in `names`, with the name as written (folded). `told` are those terms that stand only in what it
    tells before it asks; none where it asks with no others. `vector` is the question's unit vector, `form` that of the
    answer. A question that asks for several things has `parts`, each with hits of its own.
    """

    text: str
    kind: Kind
    terms: dict[str, float]
    names: dict[str, str]
    vector: npt.NDArray[np.float32] = field(compare=False, repr=False)
    form: FormName = "sentences"
    told: frozenset[str] = frozenset()
    parts: tuple[tuple[Question, Sequence[Hit]], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Span:
    """A stretch `[start, end)` of an article's text that is to be quoted."""

    article: Article = field(repr=False)
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words of the stretch."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True)
class Statement:
    """One sentence of an answer with what supports it: spans to quote, or passages in which to look for them.

    `lead` is what code writes in front of it (the day, in a dated list): it is not checked, so no reader's words go
    there. A statement with a lead has a line of its own.
    """

    text: str
    spans: tuple[Span, ...] = ()
    passages: tuple[Passage, ...] = ()
    lead: str = ""


@dataclass(frozen=True)
class Usage:
    """What a model was given and has written, in its own tokens, over some calls."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.calls + other.calls,
        )


@dataclass
class Reading:
    """What a reader makes of its hits: statements as they come, and what they cost, known when all have come.

    Taking the next statement may raise `ServiceError`, also after some have come. `unanswered` are the parts of the
    question that no statement answers, where some answer another.
    """

    statements: Iterable[Statement]
    usage: Usage = field(default_factory=Usage)
    unanswered: Sequence[str] = ()


@dataclass(frozen=True)
class Turn:
    """What was asked before in a conversation, as a question that stands alone, with its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Citation:
    """A numbered verbatim quote: `article.text[start:end] == quote` in the stored article.

    `updated` is when the article was corrected; `outlets` are the others that carry the same report.
    """

    number: int
    quote: str
    article_id: str
    title: str
    url: str
    outlet: str
    published: str | None
    start: int
    end: int
    updated: str | None = None
    outlets: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The citation as `ask --json` prints it."""
        return vars(self) | {"outlets": list(self.outlets)}


@dataclass(frozen=True)
class Answer:
    """The answer to one question; `timings_ms` names each step and `total`.

    `standalone_question` is what a question means that only the conversation before it explains; empty for others.
    A `caveat` has to be read before the text, `notes` after it. `checks` counts the statements that verification
    `kept`, `repaired` and `left out`. The `follow_ups` are questions that the same articles answer.
    """

    question: str
    status: Status
    text: str
    citations: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    reader: str = "extractive"
    timings_ms: dict[str, float] = field(default_factory=dict, compare=False)
    standalone_question: str = ""
    caveat: str = ""
    usage: Usage = field(default_factory=Usage)
    checks: dict[str, int] = field(default_factory=dict, compare=False)
    follow_ups: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The answer as `ask --json` prints it (the keys are a contract)."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question or self.question,
            "status": self.status,
            "answer": self.text,
            "citations": [citation.as_json() for citation in self.citations],
            "notes": [*([self.caveat] if self.caveat else []), *self.notes],
            "reader": self.reader,
            "timings_ms": self.timings_ms,
            "usage": vars(self.usage),
            "checks": self.checks,
        }


class Reader(Protocol):
    """Turns a question and its hits into statements; no statement means that the hits do not answer it."""

    @property
    def name(self) -> str:
        """What `Answer.reader` says."""
        ...

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The sentences of the answer, each with its support, as they come. May raise `ServiceError`."""
        ...
