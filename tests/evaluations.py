"""Outcomes of questions that nobody asked, and pages read back: for the tests of `newsbot eval`."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser

from bot.answers import Answer, Citation, Status, Usage
from bot.evaluation.gold import GoldQuestion
from bot.evaluation.measures import Evaluation
from bot.evaluation.outcomes import Outcome
from bot.evaluation.search import Miss, Ranks

VOID = {"meta", "input"}


def make_answer(
    text: str = "",
    quotes: Sequence[str] = (),
    status: Status = "answered",
    *,
    checks: dict[str, int] | None = None,
    timings: dict[str, float] | None = None,
    usage: Usage | None = None,
) -> Answer:
    """An answer that cites some quotes of articles that do not exist."""
    citations = [
        Citation(n, quote, f"id-{n}", f"Title {n}", f"https://x.example/{n}", "The Wire", "2020-02-18", 0, len(quote))
        for n, quote in enumerate(quotes, start=1)
    ]
    return Answer(
        "?",
        status,
        text,
        tuple(citations),
        timings_ms=timings or {},
        usage=usage or Usage(),
        checks=checks or {},
    )


def make_outcome(
    text: str, answer: Answer, *, answers: Sequence[str] = ("x",), rank: int | None = 1, why: str = "not found"
) -> Outcome:
    """What came of a question: the passage with the answer was found at `rank`, or is missing for a reason."""
    question = GoldQuestion(text, None, tuple(answers))
    misses = {} if rank and rank <= 10 else {"answer": Miss("ranked low", rank) if rank else Miss(why)}
    ranks = Ranks(None, rank) if answers else None
    return Outcome(question, answer, (True,) * len(answer.citations), ranks, misses=misses if answers else {})


def make_broken(number: int) -> Evaluation:
    """Questions that could not be measured."""
    return Evaluation(tuple(Outcome(GoldQuestion(f"q{i}", None, ("x",)), error="away") for i in range(number)))


class Page(HTMLParser):
    """Reads a page: asserts that each element is closed where it must be, and keeps what it is made of.

    `texts` are those of each element by its name, with what is in the elements within it.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.rows: list[list[str]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, int]] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it, and that it is open."""
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag in VOID:
            return
        texts = self.texts.setdefault(tag, [])
        texts.append("")
        self._open.append((tag, len(texts) - 1))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of a plot that holds nothing."""
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        """It closes what was opened last."""
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        """Text of all that is open."""
        for tag, place in self._open:
            self.texts[tag][place] += data
        if self._open and self._open[-1][0] in ("td", "th"):
            self.rows[-1][-1] += data
