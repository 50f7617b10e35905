"""Floors under the measures of `newsbot eval`, pinned to the articles and questions that they were measured on."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.evaluation.measures import Evaluation, Share
from bot.evaluation.outcomes import NO_BETTER
from config.errors import UsageError, first_line
from index.articles import digest
from index.store import ArticleStore

_SLACK = 1e-9  # what the arithmetic of shares may be off by


@dataclass(frozen=True)
class Floors:
    """The least share of each measure, on the corpus and the questions with these hashes."""

    corpus: str
    questions: str
    floors: Mapping[str, float] = field(default_factory=dict)

    def check_ground(self, other: Floors) -> None:
        """Raises `UsageError` where the articles or the questions are not those that were pinned."""
        if self.corpus != other.corpus:
            raise UsageError(
                f"the floors were pinned on other articles ({self.corpus}, here {other.corpus})",
                "index those, or pin these with --pin",
            )
        if self.questions != other.questions:
            raise UsageError(
                f"the floors were pinned on other questions ({self.questions}, here {other.questions})",
                "give those files, or pin these with --pin",
            )

    def list_missed(self, shares: Mapping[str, Share]) -> list[str]:
        """A line for each floor that is missed, also by a measure that is no longer there."""
        lines = []
        for measure, floor in self.floors.items():
            if measure not in shares:
                lines.append(f"{measure}: not measured, its floor is {floor:.3f}")
            elif shares[measure]["share"] < floor - _SLACK:
                lines.append(f"{measure}: {_cut(shares[measure]['share'], 4):.4f} is below its floor of {floor:.3f}")
        return lines

    def list_lowered(self, pinned: Floors) -> list[str]:
        """What each floor of these would fall to that is lower, or gone, in those."""
        now = pinned.floors
        return [
            f"{measure} from {floor:.3f} to {f'{now[measure]:.3f}' if measure in now else 'none'}"
            for measure, floor in self.floors.items()
            if now.get(measure, -math.inf) < floor
        ]


def read_floors(file: Path) -> Floors:
    """The floors in a file. Raises `UsageError` for one that holds none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        floors = {measure: float(floor) for measure, floor in found["floors"].items()}
        return Floors(str(found["corpus"]), str(found["questions"]), floors)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = "--pin writes such a file, once this one is gone"
        raise UsageError(f"cannot read floors from {file} ({first_line(error)})", remedy) from None


def write_floors(file: Path, floors: Floors) -> None:
    """Write floors so that `read_floors` reads them. Raises `UsageError` where the file cannot be written."""
    try:
        file.write_text(json.dumps(vars(floors), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {file} ({first_line(error)})", "name another file") from None


def hash_ground(store: ArticleStore, files: Sequence[Path]) -> Floors:
    """What floors are pinned to, without any: the hashes of all articles and of the question files, in any order."""
    articles = filter(None, map(store.article, store.article_ids()))
    # Not the ids: those of articles without an address are made of where their file lies.
    corpus = sorted(digest(article.url, article.outlet, article.published, article.text_hash) for article in articles)
    questions = sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    return Floors(digest(*corpus), digest(*questions))


def pin_floors(ground: Floors, evaluation: Evaluation) -> Floors:
    """Floors at what was measured, cut to three digits, for each measure of which more is better."""
    shares = evaluation.measure_shares()
    floors = {name: _cut(found["share"]) for name, found in shares.items() if name not in NO_BETTER}
    return Floors(ground.corpus, ground.questions, floors)


def _cut(share: float, digits: int = 3) -> float:
    """Rounded down; what stands there exactly in so many digits stays, whatever it is in binary."""
    scale: int = 10**digits
    return math.floor(round(share * scale, 6)) / scale
