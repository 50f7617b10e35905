"""Whether two ways of doing the same questions differ by more than chance: the paired bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_BLOCK = 1_000_000  # numbers drawn at once: 8 MB

Numbers = npt.NDArray[np.float64]
Tally = tuple[float, float]  # what one question adds to a share: to what is counted, and to that of which it is counted


@dataclass(frozen=True)
class Interval:
    """A difference, and the bounds between which 95 % of the draws put it."""

    difference: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.difference:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"


def compare_paired(a: Sequence[float], b: Sequence[float], draws: int = 10_000, seed: int = 1) -> Interval:
    """How much greater the mean of `a` is than that of `b`, with its 95 % percentile interval.

    `a[i]` and `b[i]` measure the same question, and it is questions that are drawn, with replacement (Efron and
    Tibshirani 1993, An Introduction to the Bootstrap). Raises `ValueError` where there are no pairs.
    """
    _check_pairs(a, b)
    differences = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    return _compare(lambda drawn: differences[drawn].mean(axis=-1), len(a), draws, seed)


def compare_medians(a: Sequence[float], b: Sequence[float], draws: int = 10_000, seed: int = 1) -> Interval:
    """How much greater the median of `a` is than that of `b`; else as `compare_paired`."""
    _check_pairs(a, b)
    ours, theirs = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return _compare(
        lambda drawn: np.median(ours[drawn], axis=-1) - np.median(theirs[drawn], axis=-1), len(a), draws, seed
    )


def compare_shares(a: Sequence[Tally], b: Sequence[Tally], draws: int = 10_000, seed: int = 1) -> Interval:
    """How much greater the share in `a` is than that in `b`, where a question may count for several things, or none.

    So it is with citations: an answer may have three, and without an answer there are none. Where nothing at all was
    drawn, the share is that of all questions. Else as `compare_paired`.
    """
    _check_pairs(a, b)
    ours, theirs = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return _compare(lambda drawn: _divide(ours, drawn) - _divide(theirs, drawn), len(a), draws, seed)


def _check_pairs(a: Sequence[object], b: Sequence[object]) -> None:
    if len(a) != len(b) or len(a) == 0:
        raise ValueError(f"{len(a)} and {len(b)} values are no pairs")


def _compare(statistic: Callable[[npt.NDArray[np.int64]], Numbers], n: int, draws: int, seed: int) -> Interval:
    """`statistic` gives the difference for each row of drawn questions."""
    drawn = np.concatenate([statistic(block) for block in _draw(n, draws, seed)])
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(float(statistic(np.arange(n))), float(low), float(high))


def _draw(n: int, draws: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    chance, block = np.random.default_rng(seed), max(1, _BLOCK // n)
    for done in range(0, draws, block):
        yield chance.integers(n, size=(min(block, draws - done), n))


def _divide(tallies: Numbers, drawn: npt.NDArray[np.int64]) -> Numbers:
    counted, of = tallies[:, 0], tallies[:, 1]
    whole = counted.sum() / of.sum() if of.sum() else 0.0
    sums = of[drawn].sum(axis=-1)
    return np.asarray(np.where(sums > 0, counted[drawn].sum(axis=-1) / np.maximum(sums, 1e-12), whole))
