"""What a re-index tells: how far it is while it runs, and what it did when it is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from index.articles import Failure


@dataclass(frozen=True)
class Progress:
    """How far a source has been read, in bytes of its changed files or in pages, and how many articles it gave."""

    source: str
    done: int
    total: int
    articles: int


@dataclass
class SourceReport:
    """What a re-index did with one source, in articles; `waiting` are items that the next one goes on with."""

    source: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class PlannedStep:
    """What a re-index would do with one article, and why."""

    source: str
    action: str
    article_id: str
    title: str
    reason: str


@dataclass
class Report:
    """What a re-index did, or for a dry run would do; `failures` are listed for people to mend, the rest is done."""

    generation: str
    sources: list[SourceReport] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    articles: int = 0
    passages: int = 0
    seconds: float = 0.0
    plan: list[PlannedStep] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report as `reindex --json` prints it."""
        failures = [{"source": f.source, "item": f.item, "reason": f.reason} for f in self.failures]
        return asdict(self) | {"failures": failures}
