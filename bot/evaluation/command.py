"""What `newsbot eval` does, in order:

read what is compared with → measure → print → write the page → check or pin the floors
"""

from __future__ import annotations

import argparse
import sys

from bot.answer import Newsbot
from bot.commands import print_json
from bot.evaluation.comparison import Comparison, check_common, compare_runs, list_asked, read_run
from bot.evaluation.evaluate import evaluate
from bot.evaluation.floors import Floors, hash_ground, pin_floors, read_floors, write_floors
from bot.evaluation.gold import read_questions
from bot.evaluation.measures import Evaluation
from bot.evaluation.page import render_page
from bot.evaluation.report import describe_comparison, describe_evaluation
from config.errors import UsageError, first_line


def check_use(given: argparse.Namespace) -> None:
    """Raises `UsageError` for arguments that make no sense, before anything is measured."""
    if given.pin and not given.floors:
        raise UsageError("--pin has no file to write", "name it with --floors")
    if given.lower and not given.pin:
        raise UsageError("--lower lowers floors as they are pinned", "give --pin as well")
    for file in (given.report, given.floors):
        if file and not file.parent.is_dir():
            raise UsageError(f"cannot write {file} (there is no such folder)", "name another file")


def evaluate_files(newsbot: Newsbot, given: argparse.Namespace) -> int:
    """Measure on question files and say so in all ways that were asked for; gives the exit status."""
    questions = read_questions(given.files)
    before = read_run(given.compare) if given.compare else None
    if before:
        check_common(before, questions)
    old = read_floors(given.floors) if given.floors and (given.floors.exists() or not given.pin) else None
    ground = _hash_ground(newsbot, given)
    if old and ground and not given.pin:
        old.check_ground(ground)
    evaluation = evaluate(newsbot, questions)
    comparison = compare_runs(before, list_asked(evaluation.as_json())) if before else None
    _print(evaluation, comparison, as_json=given.json)
    if given.report:
        try:
            given.report.write_text(render_page(evaluation, comparison), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {given.report} ({first_line(error)})", "name another file") from None
    complaints = _watch_floors(evaluation, old, ground, given) if ground else []
    for line in complaints:
        print(f"newsbot: {line}", file=sys.stderr)
    if ground and not complaints and not given.json:
        print(f"\n{'the floors were pinned in' if given.pin else 'no floor was missed of those in'} {given.floors}")
    return 1 if evaluation.errors or complaints else 0


def _hash_ground(newsbot: Newsbot, given: argparse.Namespace) -> Floors | None:
    if not given.floors:
        return None
    with newsbot.index.use() as generation:
        return hash_ground(generation.store, given.files)


def _print(evaluation: Evaluation, comparison: Comparison | None, *, as_json: bool) -> None:
    if as_json:
        print_json(evaluation.as_json() | ({"comparison": comparison.as_json()} if comparison else {}))
    else:
        print(describe_evaluation(evaluation))
        if comparison:
            print(f"\n{describe_comparison(comparison)}")


def _watch_floors(evaluation: Evaluation, old: Floors | None, ground: Floors, given: argparse.Namespace) -> list[str]:
    """Check the floors, or pin them; a line for each that is missed, or that keeps them from being pinned."""
    if old and not given.pin:
        return old.list_missed(evaluation.measure_shares())
    if evaluation.errors:
        return [f"nothing was pinned: {evaluation.errors} questions could not be measured"]
    pinned = pin_floors(ground, evaluation)
    if old and not given.lower and (lowered := old.list_lowered(pinned)):
        return [f"nothing was pinned: without --lower no floor falls, and these would: {', '.join(lowered)}"]
    write_floors(given.floors, pinned)
    return []
