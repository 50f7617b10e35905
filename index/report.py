"""What a re-index tells: how far it is while it runs, and what it did when it is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from index.articles import Failure


@dataclass(frozen=True)
class Progress:
    """How far a source has been read, in bytes of its changed files, and how many articles it gave."""

    source: str
    done: int
    total: int
    articles: int


@dataclass
class SourceReport:
    """What a re-index did with one source, in articles."""

    source: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0


@dataclass
class Report:
    """What a re-index did; `failures` are listed for people to mend, the rest is done."""

    generation: str
    sources: list[SourceReport] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    articles: int = 0
    passages: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The report as `reindex --json` prints it."""
        return asdict(self)
