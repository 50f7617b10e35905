"""Floors under the measures of `newsbot eval`: what they are pinned to, when they are missed, and how they change."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.evaluation.floors import Floors, hash_ground, pin_floors, read_floors, write_floors
from bot.evaluation.measures import Evaluation
from config.errors import UsageError
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.live import LiveIndex
from index.reindex import reindex
from index.sources import SourceList
from tests.conftest import RunHere
from tests.evaluations import make_answer, make_outcome
from tests.newsroom import write_lines

GROUND = Floors("articles", "questions")
Ask = Callable[..., tuple[int, str, str]]


def test_floors_are_what_was_measured_cut_to_three_digits() -> None:
    """Each floor is at most what was measured; a measure of which more is no better has none."""
    outcomes = [make_outcome("?", make_answer("x" if i < 2 else "y", checks={"kept": 1})) for i in range(3)]
    outcomes += [make_outcome("?", make_answer(status="no_evidence"), answers=())]
    pinned = pin_floors(GROUND, Evaluation(tuple(outcomes)))
    assert pinned == Floors(
        "articles",
        "questions",
        {
            **{f"answer in first {k} passages": 1.0 for k in (1, 5, 10)},
            "answered": 1.0,
            "answer right": 0.666,
            "answer right of those in first 10 passages": 0.666,
            "citation recall": 0.0,
            "unanswerable question refused": 1.0,
        },
    )


@pytest.mark.parametrize("hundredths", range(101))
def test_a_floor_of_few_digits_is_cut_nowhere(hundredths: int) -> None:
    """What has no more than three digits is its own floor, whatever its fraction is in binary, and is not missed."""
    outcomes = [make_outcome("?", make_answer("x" if i < hundredths else "y")) for i in range(100)]
    evaluation = Evaluation(tuple(outcomes))
    pinned = pin_floors(GROUND, evaluation)
    assert pinned.floors["answer right"] == hundredths / 100
    assert pinned.list_missed(evaluation.measure_shares()) == []


def test_missed_floors_are_named() -> None:
    """One line for each measure that is below its floor, or that is no longer measured."""
    floors = Floors("", "", {"answered": 0.5, "answer right": 0.5, "gone": 0.1})
    shares = {"answered": {"share": 0.5, "questions": 4}, "answer right": {"share": 0.49996, "questions": 4}}
    assert floors.list_missed(shares) == [
        "answer right: 0.4999 is below its floor of 0.500",
        "gone: not measured, its floor is 0.100",
    ]


def test_lowered_floors_are_named() -> None:
    """What would be lower, or gone, is named with both values; what is higher or new is not."""
    old = Floors("", "", {"a": 0.5, "b": 0.5, "c": 0.5, "d": 0.5})
    new = Floors("", "", {"a": 0.5, "b": 0.4, "d": 0.6, "e": 0.1})
    assert old.list_lowered(new) == ["b from 0.500 to 0.400", "c from 0.500 to none"]
    assert old.list_lowered(old) == []


def test_floors_are_read_as_they_were_written(tmp_path: Path) -> None:
    """A file holds the hashes and the floors; where it cannot be written, that is said."""
    floors = Floors("a", "q", {"answer right": 0.39})
    write_floors(tmp_path / "floors.json", floors)
    assert read_floors(tmp_path / "floors.json") == floors
    assert json.loads((tmp_path / "floors.json").read_text()) == {
        "corpus": "a",
        "questions": "q",
        "floors": {"answer right": 0.39},
    }
    with pytest.raises(UsageError, match=rf"^cannot write {tmp_path} \(.*Is a directory"):
        write_floors(tmp_path, floors)


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "{}", '{"corpus": "a", "questions": "q", "floors": [1]}', '{"corpus": "a", "floors": {}}'),
        '{"corpus": "a", "questions": "q", "floors": {"answered": "high"}}',
        '{"corpus": "a", "questions": "q", "floors": {"answered": null}}',
    ],
)
def test_what_are_no_floors_is_refused(tmp_path: Path, content: str) -> None:
    """A file that holds no floors is wrong use, and named."""
    (tmp_path / "floors.json").write_text(content)
    with pytest.raises(UsageError, match=rf"^cannot read floors from {tmp_path}/floors.json \("):
        read_floors(tmp_path / "floors.json")


def hash_articles(folder: Path, embedder: WordLlamaEmbedder, *articles: dict[str, str], questions: str = "?") -> Floors:
    """What floors over these articles would be pinned to."""
    folder.mkdir()
    settings = load_settings({"data": folder / "data"})
    SourceList(settings.data).add([str(write_lines(folder / "news.jsonl", *articles))])
    reindex(settings, embedder)
    live = LiveIndex(settings)
    (folder / "1").write_text(questions)
    (folder / "2").write_text("more")
    with live.use() as generation:
        ground = hash_ground(generation.store, [folder / "1", folder / "2"])
        assert hash_ground(generation.store, [folder / "2", folder / "1"]) == ground
    live.close()
    return ground


def test_hashes_are_of_what_is_measured_on(tmp_path: Path, embedder: WordLlamaEmbedder) -> None:
    """They are the same wherever and in whatever order the articles lie, and change with a word, a date, a question."""
    one = {"url": "https://x.example/1", "text": "The port of Brenn was closed on Friday.", "published": "2020-02-01"}
    two = {"text": "The ferry Albatros left the port of Corv with nobody on board."}
    ground = hash_articles(tmp_path / "a", embedder, one, two)
    assert hash_articles(tmp_path / "b", embedder, two, one) == ground
    word = hash_articles(tmp_path / "c", embedder, {**one, "text": "The port of Brenn was closed on Monday."}, two)
    date = hash_articles(tmp_path / "d", embedder, {**one, "published": "2020-02-02"}, two)
    gone = hash_articles(tmp_path / "e", embedder, one)
    assert len({found.corpus for found in (ground, word, date, gone)}) == 4
    assert {found.questions for found in (ground, word, date, gone)} == {ground.questions}
    asked = hash_articles(tmp_path / "f", embedder, one, two, questions="!")
    assert (asked.corpus, asked.questions == ground.questions) == (ground.corpus, False)


@pytest.fixture
def ask(run_here: RunHere, sample_settings: Settings, tmp_path: Path) -> Ask:
    """Run `newsbot eval` on one question over the samples, with floors in `floors.json`."""

    def run(*options: str, answer: str = "observation posts") -> tuple[int, str, str]:
        gold = tmp_path / "gold"
        gold.write_text(json.dumps({"question": "what did Turkey demand?", "answers": [answer]}))
        data = ("--data", str(sample_settings.data))
        done = run_here("eval", str(gold), *data, "--floors", "floors.json", *options)
        return done.returncode, done.stdout, done.stderr

    return run


def change_floors(**changes: object) -> None:
    """Write something else into the file of floors."""
    file = Path("floors.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_floors_are_pinned_and_hold(ask: Ask) -> None:
    """What was pinned holds for the same run; pinning the same once more changes nothing."""
    status, said, errors = ask("--pin")
    assert (status, errors) == (0, "")
    assert said.endswith("\n\nthe floors were pinned in floors.json\n")
    pinned = Path("floors.json").read_text()
    status, said, errors = ask()
    assert (status, errors) == (0, "")
    assert said.endswith("\n\nno floor was missed of those in floors.json\n")
    status, said, errors = ask("--pin", "--json")
    assert (status, json.loads(said)["answered"]["share"], errors) == (0, 1.0, "")
    assert Path("floors.json").read_text() == pinned


def test_a_missed_floor_is_a_failure(ask: Ask) -> None:
    """Then the status is 1, with one line for each floor; the figures are printed all the same."""
    ask("--pin")
    change_floors(floors={"answered": 1.0, "answer right": 1.01, "gone": 0.5})
    status, said, errors = ask("--json")
    assert (status, json.loads(said)["answered"]["share"]) == (1, 1.0)
    assert errors.splitlines() == [
        "newsbot: answer right: 1.0000 is below its floor of 1.010",
        "newsbot: gone: not measured, its floor is 0.500",
    ]


def test_other_ground_is_wrong_use(ask: Ask) -> None:
    """Floors of other articles or questions say nothing of these: that is said before anything is measured."""
    ask("--pin")
    status, said, errors = ask(answer="else")
    assert (status, said) == (2, "")
    assert errors.startswith("newsbot: the floors were pinned on other questions (")
    change_floors(corpus="other")
    status, said, errors = ask()
    assert (status, said) == (2, "")
    assert errors.startswith("newsbot: the floors were pinned on other articles (other, here ")
    assert len(errors.splitlines()) == 1


def test_lowering_needs_a_flag(ask: Ask) -> None:
    """A floor that would fall, on whatever ground, keeps all from being pinned unless that is wanted."""
    ask("--pin")
    before = Path("floors.json").read_text()
    status, _, errors = ask("--pin", answer="no such thing")
    assert status == 1
    assert errors.startswith("newsbot: nothing was pinned: without --lower no floor falls, and these would: answer in")
    assert ", answer right from 1.000 to 0.000, " in errors
    assert Path("floors.json").read_text() == before
    status, _, errors = ask("--pin", "--lower", answer="no such thing")
    assert (status, errors) == (0, "")
    assert read_floors(Path("floors.json")).floors["answer right"] == 0.0


def test_nothing_is_pinned_on_half_a_run(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a question could not be measured, the shares are of others, and no floors."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(Newsbot, "find_hits", fail)
    status, _, errors = ask("--pin")
    assert (status, errors) == (1, "newsbot: nothing was pinned: 1 questions could not be measured\n")
    assert not Path("floors.json").exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--pin"], "--pin has no file to write: name it with --floors"),
        (["--floors", "f.json", "--lower"], "--lower lowers floors as they are pinned: give --pin as well"),
        (["--floors", "none/f.json", "--pin"], "cannot write none/f.json (there is no such folder): name another file"),
    ],
)
def test_wrong_use_of_the_options(run_here: RunHere, options: list[str], problem: str) -> None:
    """Options that go together are asked for together, before anything else is looked at."""
    done = run_here("eval", "gold", *options)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"newsbot: {problem}\n")


def test_floors_that_are_not_there_are_missed(ask: Ask) -> None:
    """Without --pin the file has to be there."""
    status, said, errors = ask()
    assert (status, said) == (2, "")
    assert errors.startswith("newsbot: cannot read floors from floors.json ([Errno 2] ")


def test_ground_is_compared_as_a_whole() -> None:
    """The same hashes pass, whatever the floors are."""
    replace(GROUND, floors={"a": 0.1}).check_ground(GROUND)
