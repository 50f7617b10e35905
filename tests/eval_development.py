"""`make eval`: indexes the development articles in a temporary directory and prints what `newsbot eval` measures.

Beside it stand what each sign that search and reader weigh is worth, how much of the answers a model is shown, and what
peers find; it ends with an error where a pinned floor is missed. The data are others' and stay
outside the project; without them this says so and ends well.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bot.answer import Newsbot
from bot.compose import build_newsbot
from bot.evaluation.evaluate import evaluate
from bot.evaluation.floors import hash_ground, read_floors
from bot.evaluation.gold import read_questions
from bot.evaluation.measures import Evaluation
from bot.evaluation.report import describe_evaluation
from tests.development import index_articles
from tests.eval_ablation import ablate
from tests.eval_peers import compare_with_peers
from tests.eval_prompt import measure_prompts
from tests.fit_reader import fit_reader

_FLOORS = Path(__file__).with_name("floors.json")  # `newsbot eval … --floors tests/floors.json --pin` writes it


def main(data: Path) -> None:
    """Evaluate on `articles.jsonl.gz`, `questions.jsonl` and `unanswerable.jsonl` in `data`."""
    if not (data / "articles.jsonl.gz").exists():
        print(f"skipped: the development data are not at {data}")
        return
    with tempfile.TemporaryDirectory() as folder:
        settings, report = index_articles(data, Path(folder))
        print(f"{report.articles} articles in {report.passages} passages, indexed in {report.seconds:.0f} s\n")
        newsbot = build_newsbot(settings)
        files = [data / "questions.jsonl", data / "unanswerable.jsonl"]
        questions = read_questions(files)
        evaluation = evaluate(newsbot, questions)
        print(describe_evaluation(evaluation), end="\n\n", flush=True)
        missed = _list_missed(newsbot, files, evaluation)
        print(fit_reader(newsbot, questions), end="\n\n", flush=True)
        print(measure_prompts(newsbot, questions), end="\n\n", flush=True)
        print(ablate(newsbot, questions), end="\n\n", flush=True)
        print(compare_with_peers(newsbot, questions, Path(folder, "quick-start")))
    if missed:
        sys.exit("\n".join(missed))


def _list_missed(newsbot: Newsbot, files: list[Path], evaluation: Evaluation) -> list[str]:
    """A line for each pinned floor that is missed. Raises `UsageError` for other articles or questions."""
    floors = read_floors(_FLOORS)
    with newsbot.index.use() as generation:
        floors.check_ground(hash_ground(generation.store, files))
    return floors.list_missed(evaluation.measure_shares())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
