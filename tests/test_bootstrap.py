"""The paired bootstrap: known cases, and the same result every time."""

from __future__ import annotations

import numpy as np
import pytest

from bot.evaluation.bootstrap import Interval, compare_medians, compare_paired, compare_shares


def test_equal_values_do_not_differ() -> None:
    """Where both do the same on each question, the difference is nothing, and so are its bounds."""
    assert compare_paired([1, 0, 1, 0.25], [1, 0, 1, 0.25]) == Interval(0.0, 0.0, 0.0)


def test_a_constant_difference_has_no_width() -> None:
    """Where one is better by the same on each question, every draw says so."""
    assert compare_paired([1.0, 1.5, 2.0], [0.5, 1.0, 1.5]) == Interval(0.5, 0.5, 0.5)


def test_pairs_count_and_not_only_means() -> None:
    """What both have in common makes the interval no wider: unlike questions are alike for both."""
    hard = [float(i % 2) for i in range(100)]
    slightly = [value + (0.5 if i < 2 else 0.0) for i, value in enumerate(hard)]
    close = compare_paired(slightly, hard)
    assert close.difference == pytest.approx(0.01)
    assert close.low == 0.0
    assert close.high <= 0.03


def test_known_width() -> None:
    """For many questions the interval is that of the normal approximation: 1.96 standard errors to each side."""
    values = np.random.default_rng(5).normal(0.3, 1.0, 400)
    found = compare_paired(values.tolist(), [0.0] * 400)
    error = 1.96 * values.std() / 20
    assert (found.difference, found.low, found.high) == pytest.approx(
        (values.mean(), values.mean() - error, values.mean() + error), abs=0.01
    )


def test_the_other_way_round_is_the_mirror_image() -> None:
    """With the two exchanged the same draws give the same bounds with the other sign."""
    a, b = [1, 1, 1, 0, 1, 1], [0, 1, 0, 0, 1, 0]
    one, other = compare_paired(a, b), compare_paired(b, a)
    assert (other.difference, other.low, other.high) == pytest.approx((-one.difference, -one.high, -one.low))


def test_the_seed_decides() -> None:
    """The same seed gives the same bounds, another seed others, and the difference is always the same."""
    a, b = np.random.default_rng(7).random(50).tolist(), [0.5] * 50
    assert compare_paired(a, b, seed=3) == compare_paired(a, b, seed=3)
    assert compare_paired(a, b, seed=3) != compare_paired(a, b, seed=4)
    assert compare_paired(a, b, seed=3).difference == compare_paired(a, b, seed=4, draws=10).difference


def test_more_questions_than_are_drawn_at_once() -> None:
    """Draws that do not fit into one block are made in several, and none is lost."""
    a = np.tile([1.0, 0.0], 350_000)
    found = compare_paired(a, np.zeros(700_000), draws=3)  # type: ignore[arg-type]
    assert found.low <= found.difference == 0.5 <= found.high + 0.01


@pytest.mark.parametrize(("a", "b"), [([], []), ([1.0], []), ([1.0], [1.0, 2.0])])
def test_what_is_no_pairs_is_refused(a: list[float], b: list[float]) -> None:
    """Without pairs there is nothing to compare."""
    problem = f"^{len(a)} and {len(b)} values are no pairs$"
    with pytest.raises(ValueError, match=problem):
        compare_paired(a, b)
    with pytest.raises(ValueError, match=problem):
        compare_medians(a, b)
    with pytest.raises(ValueError, match=problem):
        compare_shares([(value, 1.0) for value in a], [(value, 1.0) for value in b])


def test_shares_of_one_thing_each_are_means() -> None:
    """Where each question counts for exactly one thing, a share is a mean, with the same bounds."""
    a, b = [1, 1, 0, 0, 1, 1, 0], [0, 1, 0, 1, 0, 0, 0]
    means = compare_paired(a, b)
    shares = compare_shares([(value, 1.0) for value in a], [(value, 1.0) for value in b])
    assert vars(shares) == pytest.approx(vars(means))


def test_shares_where_questions_count_differently() -> None:
    """A question with three citations weighs three times, and one without weighs nothing."""
    before = [(1.0, 3.0), (0.0, 0.0), (1.0, 1.0)]
    after = [(3.0, 3.0), (0.0, 1.0), (1.0, 1.0)]
    assert compare_shares(after, before).difference == pytest.approx(4 / 5 - 2 / 4)
    single = compare_shares([(1.0, 1.0), (0.0, 0.0)], [(0.0, 1.0), (0.0, 0.0)])
    assert single == Interval(1.0, 1.0, 1.0)
    assert compare_shares([(0.0, 0.0)], [(0.0, 0.0)]) == Interval(0.0, 0.0, 0.0)


def test_medians_leave_out_what_is_far_off() -> None:
    """A single slow question moves no median; all that are slower by as much move it by that."""
    before = [1.0, 2.0, 3.0, 4.0, 5.0] * 9
    assert compare_medians([*before[:-1], 1000.0], before) == Interval(0.0, 0.0, 0.0)
    assert compare_medians([value + 2 for value in before], before) == Interval(2.0, 2.0, 2.0)


def test_as_it_is_shown() -> None:
    """A difference is shown with its sign, and its bounds beside it."""
    assert str(Interval(0.0712, -0.012, 0.155)) == "+0.071 [-0.012, +0.155]"
