"""What one question counts for in `newsbot eval`, why an answer is not right, and what all come to in the terminal."""

from __future__ import annotations

import pytest

from bot.answers import Usage
from bot.evaluation.gold import GoldQuestion
from bot.evaluation.measures import Evaluation, bound_share
from bot.evaluation.outcomes import CAUSES, MEASURES, NO_BETTER, Outcome
from bot.evaluation.report import describe_comparison, describe_evaluation
from bot.evaluation.search import Miss, Ranks
from tests.evaluations import make_answer, make_broken, make_outcome
from tests.test_evaluation_comparison import compare


@pytest.mark.parametrize(
    ("text", "quotes", "answers", "right"),
    [
        ("Twelve [1].", ["Twelve people came."], ["twelve"], True),
        ("Some came [1].", ["Twelve people came."], ["twelve"], True),
        ("Some came [1][2].", ["Some.", "Some."], ["1"], False),
        ("Some came [7] in 1 day [1].", ["Some."], ["7"], True),
        ("Some came to Fort", ["Worth it was."], ["Fort Worth"], False),
    ],
)
def test_when_an_answer_is_right(text: str, quotes: list[str], answers: list[str], right: bool) -> None:
    """The gold stands in its sentences or in a quote: not in the number of a citation, nor half here and half there."""
    assert make_outcome("who?", make_answer(text, quotes), answers=answers).right is right


def test_refusals() -> None:
    """A refusal is right where there is no answer, and only there; a failure is never right, whatever it says."""
    refusal, failed = make_answer("I found nothing: x.", status="no_evidence"), make_answer("x", status="failed")
    rights = [make_outcome("?", answer, answers=gold).right for answer in (refusal, failed) for gold in ((), ("x",))]
    assert rights == [True, False, False, False]


@pytest.mark.parametrize(
    ("outcome", "cause", "failure"),
    [
        (make_outcome("?", make_answer("x")), "", ""),
        (make_outcome("?", make_answer("y")), "wrong sentence picked", "wrong sentence picked"),
        (make_outcome("?", make_answer(status="no_evidence")), "refused wrongly", "refused wrongly"),
        (make_outcome("?", make_answer("y"), rank=11), "passage not found", "answer ranked low (11)"),
        (make_outcome("?", make_answer("y"), rank=None), "passage not found", "answer not found"),
        (make_outcome("?", make_answer("y"), rank=None, why="not stored"), "not stored", "answer not stored"),
        (make_outcome("?", make_answer("y"), rank=None, why="dated later"), "not stored", "answer dated later"),
        (make_outcome("?", make_answer("x"), rank=11), "", "answer ranked low (11)"),
        (make_outcome("?", make_answer("y"), answers=()), "refusal missing", "refusal missing"),
        (make_outcome("?", make_answer(status="no_evidence"), answers=()), "", ""),
        (make_outcome("?", make_answer(status="failed"), answers=()), "answer failed", "answer failed"),
        (
            make_outcome("?", make_answer(status="failed"), rank=None),
            "answer failed",
            "answer failed, answer not found",
        ),
        (make_broken(1).outcomes[0], "could not be measured", "could not be measured: away"),
        (Outcome(GoldQuestion("?", None, ("x",)), make_answer("y"), (), Ranks()), "not stored", "not stored"),
    ],
)
def test_causes(outcome: Outcome, cause: str, failure: str) -> None:
    """Each answer that is not right has one cause; what search missed is listed even if the answer is right."""
    assert (outcome.cause, outcome.failure, outcome.right) == (cause, failure, cause == "")
    assert cause in ("", *CAUSES)


def test_what_a_question_counts_for() -> None:
    """Each citation and each statement counts for itself; evidence counts as an answer does, but only in quotes."""
    question = GoldQuestion("who?", None, ("x",), evidence=("the proof",))
    answer = make_answer("y [1]", ["has the proof", "has x", "neither"], checks={"kept": 2, "left out": 1})
    outcome = Outcome(question, answer, (True, True, False), Ranks(None, 2))
    assert outcome.right
    assert outcome.tally == {
        "quote stands in its article": (2.0, 3),
        "statement kept": (2.0, 3),
        "statement repaired": (0.0, 3),
        "statement left out": (1.0, 3),
        "answer in first 1 passages": (0.0, 1),
        "answer in first 5 passages": (1.0, 1),
        "answer in first 10 passages": (1.0, 1),
        "answered": (1.0, 1),
        "answer right": (1.0, 1),
        "answer right of those in first 10 passages": (1.0, 1),
        "answerable question refused": (0.0, 1),
        "citation precision": (2.0, 3),
        "citation recall": (1.0, 1),
    }
    unanswerable = make_outcome("?", make_answer("y", ["z"]), answers=())
    assert unanswerable.tally == {"quote stands in its article": (1.0, 1), "unanswerable question refused": (0.0, 1)}
    assert set(outcome.tally) | set(unanswerable.tally) | NO_BETTER <= set(MEASURES)
    assert make_broken(1).outcomes[0].tally == {}


@pytest.mark.parametrize(
    ("share", "n", "low", "high"), [(0.5, 10, 0.2366, 0.7634), (0.0, 10, 0.0, 0.2775), (1.0, 1, 0.2065, 1.0)]
)
def test_bounds_of_a_share(share: float, n: int, low: float, high: float) -> None:
    """Wilson's interval, known cases: it stays between 0 and 1, and has a width also at the ends."""
    assert bound_share({"share": share, "questions": n}) == pytest.approx((low, high), abs=1e-4)


def test_times_and_tokens() -> None:
    """Each step's p50 and p95 are over the answers that have it; tokens are for each question that was measured."""
    answers = [
        make_answer("x", timings={"search": float(i), "total": i + 1.0}, usage=Usage(100, i, 1)) for i in range(1, 21)
    ]
    answers.append(make_answer("x", timings={"total": 1.0, "read": 3.0}))
    outcomes = (*(make_outcome("?", answer) for answer in answers), *make_broken(2).outcomes)
    evaluation = Evaluation(outcomes)
    assert evaluation.measure_times() == {
        "search": {"p50": 10.5, "p95": 19.05},
        "read": {"p50": 3.0, "p95": 3.0},
        "total": {"p50": 11.0, "p95": 20.0},
    }
    assert list(evaluation.measure_times())[-1] == "total"
    assert evaluation.measure_usage() == {"prompt_tokens": 95.2, "completion_tokens": 10.0, "calls": 1.0}
    assert "model: for each question 95.2 prompt and 10.0 completion tokens in 1.0 calls" in describe_evaluation(
        evaluation
    )


def test_table_for_the_terminal() -> None:
    """First the shares, then those of each kind, times, statements, and each failure with its kind and why."""
    found = GoldQuestion("who won?", None, ("x",), ("u",))
    answer = make_answer("x [1]", ["x"], checks={"kept": 1, "repaired": 1}, timings={"search": 1.5, "total": 2.25})
    outcomes = [
        Outcome(found, answer, (True,), Ranks(2, 1)),
        Outcome(
            GoldQuestion("where?", None, ("x",)), make_answer("y"), (), Ranks(), misses={"answer": Miss("not found")}
        ),
        Outcome(GoldQuestion("where?", None, ()), make_answer(status="no_evidence"), ()),
    ]
    assert describe_evaluation(Evaluation(tuple(outcomes))).splitlines() == [
        "gold article in first 1                     0.000  of 1",
        "gold article in first 5                     1.000  of 1",
        "gold article in first 10                    1.000  of 1",
        "gold article, mean reciprocal rank          0.500  of 1",
        "answer in first 1 passages                  0.500  of 2",
        "answer in first 5 passages                  0.500  of 2",
        "answer in first 10 passages                 0.500  of 2",
        "answered                                    1.000  of 2",
        "answerable question refused                 0.000  of 2",
        "answer right                                0.500  of 2",
        "answer right of those in first 10 passages  1.000  of 1",
        "citation precision                          1.000  of 1",
        "citation recall                             0.500  of 2",
        "unanswerable question refused               1.000  of 1",
        "quote stands in its article                 1.000  of 1",
        "statement kept                              0.500  of 2",
        "statement repaired                          0.500  of 2",
        "statement left out                          0.000  of 2",
        "",
        "       gold article                              answer in passages",
        "kind   of            @1     @5     @10    MRR    of                  @1     @5     @10",
        "who    1             0.000  1.000  1.000  0.500  1                   1.000  1.000  1.000",
        "where                                            1                   0.000  0.000  0.000",
        "",
        "       answerable                                found in 10         citations           unanswerable",
        "kind   of          given  refused  right  cited  of           right  of         precise"
        "  of            refused",
        "who    1           1.000  0.000    1.000  1.000  1            1.000  1          1.000",
        "where  1           1.000  0.000    0.000  0.000                                          1             1.000",
        "",
        "step    p50 ms  p95 ms",
        "search  1.50    1.50",
        "total   2.25    2.25",
        "",
        "statements: 1 kept, 1 repaired, 0 left out",
        "",
        "1 failures (1 passage not found):",
        "[where] where? – answer not found",
    ]


def test_the_terminal_lists_no_more_than_twenty_failures() -> None:
    """Twenty are listed; of more it is said how many there are, and where."""
    twenty = describe_evaluation(make_broken(20)).splitlines()
    assert twenty == [
        "20 failures (20 could not be measured):",
        *(f"[other] q{i} – could not be measured: away" for i in range(20)),
    ]
    more = describe_evaluation(make_broken(23)).splitlines()
    assert more == [
        "23 failures (23 could not be measured):",
        *twenty[1:],
        "… and 3 more (--json lists all)",
    ]
    assert describe_evaluation(Evaluation(())) == ""


def test_nothing_in_the_terminal_is_wider_than_it() -> None:
    """All fits into 120 columns, however long the question and however many the figures."""
    long = "which party won the vote " * 20
    outcomes = [
        Outcome(GoldQuestion(text, None, ("x",), ("u",)), make_answer("y [1]", ["z"]), (True,), Ranks(10, 10))
        for text in (f"how many {long}?", long)
    ] * 700
    evaluation = Evaluation(tuple(outcomes))
    lines = describe_evaluation(evaluation).splitlines()
    assert max(map(len, lines)) == 120
    better = Evaluation((make_outcome(long, make_answer("x", ["x"], timings={"follow up": 123456.0})),))
    worse = Evaluation((make_outcome(long, make_answer("y", ["y"], timings={"follow up": 1.0})),))
    assert 110 < max(map(len, describe_comparison(compare(worse, better)).splitlines())) <= 120


def test_a_long_error_leaves_room_for_the_question() -> None:
    """However long the reason is, the question can be told from others."""
    outcome = Outcome(GoldQuestion("who won? " * 20, None, ("x",)), error="away " * 40)
    line = describe_evaluation(Evaluation((outcome,))).splitlines()[-1]
    assert line.startswith("[who] who won? who won? who won? who won? who… – could not be measured: away away")
