"""Two runs of `newsbot eval` side by side: what is compared, what became right or wrong, and what is no such file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Usage
from bot.evaluation.bootstrap import Interval
from bot.evaluation.comparison import Change, Comparison, check_common, compare_runs, list_asked, read_run
from bot.evaluation.measures import Evaluation
from bot.evaluation.report import describe_comparison
from config.errors import UsageError
from config.settings import Settings
from tests.conftest import RunHere
from tests.evaluations import make_answer, make_broken, make_outcome


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Two runs compared by what is printed of them."""
    return compare_runs(*(list_asked(json.loads(json.dumps(run.as_json()))) for run in (before, after)))


def make_run(*texts: str, right: str = "", quotes: int = 1, milliseconds: float = 1.0, tokens: int = 0) -> Evaluation:
    """Questions of which some, by their letters, were answered rightly."""
    outcomes = [
        make_outcome(
            text,
            make_answer(
                "x" if text in right else "y",
                ["x", "z", "z"][:quotes],
                timings={"search": milliseconds, "total": milliseconds * 2},
                usage=Usage(tokens, tokens, 1),
            ),
            answers=("x", "not y"),
            rank=1,
        )
        if text != "e"
        else make_broken(1).outcomes[0]
        for text in texts
    ]
    return Evaluation(tuple(outcomes))


def test_what_changed() -> None:
    """Each measure before and after with the interval of its difference; citations count as they are in each run."""
    before = make_run(*"abcd", quotes=1, tokens=0)
    after = make_run(*"abcd", quotes=2, milliseconds=3.5, tokens=50)
    comparison = compare(before, after)
    changes = {change.measure: change for change in comparison.changes}
    assert changes["citation precision"] == Change("citation precision", 1.0, 0.5, Interval(-0.5, -0.5, -0.5))
    assert changes["answer right"].interval == Interval(0.0, 0.0, 0.0)
    assert changes["search, ms (p50)"] == Change("search, ms (p50)", 1.0, 3.5, Interval(2.5, 2.5, 2.5), 2)
    assert changes["tokens for each question"] == Change(
        "tokens for each question", 0.0, 100.0, Interval(100.0, 100.0, 100.0), 1
    )
    assert list(changes)[-3:] == ["search, ms (p50)", "total, ms (p50)", "tokens for each question"]
    assert (comparison.became_right, comparison.became_wrong) == ((), ())
    assert changes["tokens for each question"].write() == [
        *("tokens for each question", "0.0", "100.0", "+100.0", "[+100.0, +100.0]")
    ]


def test_what_became_right_and_wrong() -> None:
    """The questions whose answers turned are named, and the difference of the shares is over all of them."""
    outcomes = [
        Evaluation(
            tuple(
                make_outcome(text, make_answer("x" if text[-1] in right else "y"), answers=("x",))
                for text in ("who a", "who b", "who c", "who d")
            )
        )
        for right in ("ab", "bcd")
    ]
    comparison = compare(*outcomes)
    assert [asked.text for asked in comparison.became_right] == ["who c", "who d"]
    assert [asked.text for asked in comparison.became_wrong] == ["who a"]
    right = next(change for change in comparison.changes if change.measure == "answer right")
    assert (right.before, right.after, right.interval.difference) == (0.5, 0.75, 0.25)
    assert right.interval.low < 0 < right.interval.high
    printed = comparison.as_json()
    assert {name: printed[name] for name in ("questions", "only_before", "only_after", "unmeasured")} == {
        "questions": 4,
        "only_before": 0,
        "only_after": 0,
        "unmeasured": 0,
    }
    assert printed["became_wrong"] == [{"id": "", "question": "who a", "kind": "who"}]
    assert printed["measures"]["answer right"] == {
        "before": 0.5,
        "after": 0.75,
        **vars(right.interval),
    }
    text = describe_comparison(comparison)
    assert text.startswith("4 questions compared\n\nagainst before ")
    assert text.endswith("2 became right:\n[who] who c\n[who] who d\n\n1 became wrong:\n[who] who a")


def test_only_what_both_have_is_compared() -> None:
    """Questions of one run only, and those that one of them could not measure, are counted and left out."""
    before, after = make_run("a", "b", "p"), make_run("a", "b", "q", "r")
    broken = make_broken(1).outcomes
    measured = make_outcome("q0", make_answer("x"), answers=("x",))
    comparison = compare(Evaluation((*before.outcomes, *broken)), Evaluation((*after.outcomes, measured)))
    counts = (comparison.common, comparison.only_before, comparison.only_after, comparison.unmeasured)
    assert counts == (3, 1, 2, 1)
    assert comparison.describe_questions() == (
        "2 questions compared (left out: 1 only before, 2 only after, 1 not measured)"
    )
    assert all(change.interval == Interval(0.0, 0.0, 0.0) for change in comparison.changes)


def test_measures_and_steps_of_one_run_only_are_not_compared() -> None:
    """Where one run has no citations at all, or a step that the other has not, there is nothing to set it against."""
    one = make_outcome("a", make_answer("x", ["x"], timings={"search": 1.0, "old": 1.0}))
    other = make_outcome("a", make_answer("x", [], timings={"search": 1.0, "new": 1.0}))
    names = {change.measure for change in compare(Evaluation((one,)), Evaluation((other,))).changes}
    assert "search, ms (p50)" in names
    assert names.isdisjoint({"citation precision", "quote stands in its article", "old, ms (p50)", "new, ms (p50)"})


def test_the_same_question_has_the_same_answers() -> None:
    """A question whose gold answers were changed is another question."""
    one, other = (Evaluation((make_outcome("a", make_answer("x"), answers=gold),)) for gold in (("x",), ("x", "y")))
    with pytest.raises(UsageError, match=r"^no question was measured in both runs: mend what fails"):
        compare(one, other)
    before, questions = list_asked(one.as_json()), [outcome.question for outcome in other.outcomes]
    with pytest.raises(UsageError, match=r"^the run to compare with has none of these questions: "):
        check_common(before, questions)
    check_common(before, [*questions, one.outcomes[0].question])


ASKED: dict[str, Any] = {
    **dict.fromkeys(["id", "question", "kind", "at"], "?"),
    "answers": [],
    "right": True,
    **{name: {} for name in ("usage", "measures", "timings_ms")},
}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", r"\(Expecting property name"),
        ("[]", r"\(list indices must be"),
        ("{}", r"\(no 'per_question' in it\)"),
        (json.dumps({"per_question": [{"id": "", "question": "?", "right": True}]}), r"\(no 'usage' in it\)"),
        (json.dumps({"per_question": [{**ASKED, "right": "yes"}]}), r"\('yes' is neither right nor wrong\)"),
        (json.dumps({"per_question": [{**ASKED, "measures": []}]}), r"\('list' object has no attribute 'items'\)"),
        (json.dumps({"per_question": [{**ASKED, "measures": {"a": [1]}}]}), r"\(not enough values"),
        (json.dumps({"per_question": [{**ASKED, "timings_ms": {"a": "x"}}]}), r"\(could not convert string"),
        ("�".encode("utf-16"), r"\('utf-8' codec"),
        (None, r"\(\[Errno 2\] No such file"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, content: str | bytes | None, problem: str) -> None:
    """Another file, and one of a newsbot that did not yet print what is needed, is refused by name with the reason."""
    file = tmp_path / "before.json"
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UsageError, match=rf"^cannot compare with {file} {problem}.*: give a file that `newsbot eval"):
        read_run(file)


def test_eval_compares(run_here: RunHere, sample_settings: Settings, tmp_path: Path) -> None:
    """What a run prints as JSON can be compared with the next one, in the terminal, in JSON and in the page."""
    gold = tmp_path / "gold"
    gold.write_text(json.dumps({"question": "what did Turkey demand?", "answers": ["observation posts"]}))
    on_samples = ("eval", str(gold), "--data", str(sample_settings.data))
    printed = json.loads(run_here(*on_samples, "--json").stdout)
    printed["per_question"][0]["right"] = False
    before = tmp_path / "before.json"
    before.write_text(json.dumps(printed))
    done = run_here(*on_samples, "--compare", str(before), "--report", "r.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("1 became right:\n[what] what did Turkey demand?\n")
    page = Path("r.html").read_text(encoding="utf-8")
    assert "<p>1 questions compared</p>" in page
    assert "<h3>1 became right</h3>" in page
    done = run_here(*on_samples, "--compare", str(before), "--json")
    assert json.loads(done.stdout)["comparison"]["became_right"] == [
        {"id": "", "question": "what did Turkey demand?", "kind": "what"}
    ]
    done = run_here(*on_samples, "--compare", str(gold))
    problem = f"cannot compare with {gold} (no 'per_question' in it)"
    remedy = "give a file that `newsbot eval --json` of this version printed"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"newsbot: {problem}: {remedy}\n")
