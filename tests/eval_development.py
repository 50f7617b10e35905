"""`make eval`: indexes the development articles in a temporary directory and prints what `newsbot eval` measures.

Beside it stands what each sign that search weighs is worth, and what its peers find. The data are others' and stay
outside the project; without them this says so and ends well.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from pathlib import Path

from bot.compose import build_newsbot
from bot.evaluation.evaluate import evaluate
from bot.evaluation.gold import read_questions
from bot.evaluation.report import describe_evaluation
from config.settings import load_settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList
from tests.eval_ablation import ablate
from tests.eval_peers import compare_with_peers


def main(data: Path) -> None:
    """Evaluate on `articles.jsonl.gz`, `questions.jsonl` and `unanswerable.jsonl` in `data`."""
    if not (data / "articles.jsonl.gz").exists():
        print(f"skipped: the development data are not at {data}")
        return
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder, "articles.jsonl")
        with gzip.open(data / "articles.jsonl.gz") as packed, articles.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        settings = load_settings({"data": Path(folder, "data"), "reader": "extractive"})
        SourceList(settings.data).add([str(articles)])
        report = reindex(settings, WordLlamaEmbedder())
        print(f"{report.articles} articles in {report.passages} passages, indexed in {report.seconds:.0f} s\n")
        newsbot = build_newsbot(settings)
        questions = read_questions([data / "questions.jsonl", data / "unanswerable.jsonl"])
        print(describe_evaluation(evaluate(newsbot, questions)), end="\n\n", flush=True)
        print(ablate(newsbot, questions), end="\n\n", flush=True)
        print(compare_with_peers(newsbot, questions, Path(folder, "quick-start")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
