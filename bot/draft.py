"""An answer as it grows: each statement is verified, kept or left out, and shown; then it is composed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.age import note_age
from bot.answers import Answer, Reading, Statement, Status, Usage
from bot.clock import Clock
from bot.texts import Text
from bot.verification.citations import cite_statements
from bot.verification.statements import FindArticle, check_statement
from index.articles import Hit

NO_EVIDENCE = Text("I found nothing in these articles that answers this.")
FAILED = Text("I could not work on this question just now. Please ask again in a moment.")

Watch = Callable[[Answer], None]  # is given the answer so far, each time that it has grown


@dataclass
class Draft:
    """An answer as it grows."""

    question: str
    at: str | None
    watch: Watch | None
    clock: Clock = field(default_factory=Clock)
    standalone: str = ""
    notes: list[str] = field(default_factory=list)
    outlets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    checks: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    failed: int = 0  # readers that could not answer
    follow_ups: tuple[str, ...] = ()

    def take(self, reading: Reading, hits: Sequence[Hit], find_article: FindArticle) -> int:
        """Verify each statement as it comes, keep what holds, show it; how many came. Raises as the reading does."""
        came = 0
        statements = iter(reading.statements)
        try:
            while True:
                with self.clock.step("read"):
                    statement = next(statements, None)
                if statement is None:
                    self.notes += [Text("I found nothing on: {question}", question=part) for part in reading.unanswered]
                    return came
                came += 1
                with self.clock.step("verify"):
                    checked = check_statement(statement, hits, find_article)
                if checked.statement is None:
                    self.checks["left out"] += 1
                    continue
                if any(checked.statement.text == other.text for other in self.statements):
                    continue  # a repair can bring the same sentence of an article twice
                self.checks["repaired" if checked.repaired else "kept"] += 1
                self.statements.append(checked.statement)
                if self.watch is not None:
                    self.watch(self.compose("answered", ""))
        finally:
            self.usage += reading.usage

    def compose(self, status: Status, reader: str) -> Answer:
        """The answer from what was verified so far; with nothing verified, a plain word on why."""
        text, citations = cite_statements(self.statements, self.outlets)
        # While it grows its newest article may still come: what is said of its age could have to be taken back.
        caveat, age = note_age(self.standalone, citations, self.at) if reader else ("", "")
        return Answer(
            self.question,
            status,
            text or (FAILED if status == "failed" else NO_EVIDENCE),
            citations,
            (*self.notes, *([age] if age else [])),
            reader,
            self.clock.stop(),
            self.standalone if self.standalone != self.question else "",
            caveat,
            self.usage,
            dict(self.checks),
            self.follow_ups,
        )
