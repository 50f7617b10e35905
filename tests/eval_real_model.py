"""`make eval-model MODEL=file.gguf`: what a real model, served by llama.cpp, makes of development questions.

Every sixth question is put to both readers. Tables set them side by side, and tell what became of the sentences that
the model wrote and how long a prompt is in its own tokens. The weights are the caller's, none are fetched; without
them, the data or the server's package this says so and ends well.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.answer import Newsbot
from bot.answers import Answer, Question, Reader, Reading, Statement
from bot.compose import build_newsbot
from bot.evaluation.gold import GoldQuestion, read_questions
from bot.evaluation.outcomes import Outcome
from bot.model.prompt import count_rules, make_prompt
from bot.model.tokens import estimate_tokens
from bot.model.trim import trim_hits
from bot.render.terminal import render_table
from bot.verification.statements import check_statement
from bot.verification.support import find_problem
from config.settings import Settings, load_settings
from index.articles import Hit
from tests.development import index_articles

_EVERY, _MOST = 6, 60  # one question of so many is asked, and so many in all: a small machine has to write the answers
_PROMPT = int(Settings.model_fields["model_prompt_tokens"].default)  # tokens, by estimate
_CONTEXT, _THREADS = 4096, 2  # tokens, and threads of the server
_TIMEOUT = 600.0  # seconds for a reply: it is measured how long it takes, not cut short
_SERVE = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx = sys.argv[1], int(sys.argv[2])
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(sys.argv[3])
params.n_parallel, params.ui, params.fit_params, params.verbosity = 1, False, False, 0
server = xllamacpp.Server(params)
print("listening at", server.listening_address, flush=True)
sys.stdin.read()
"""


class Recorder:
    """A reader that keeps what it was given last, and what it wrote of it."""

    def __init__(self, reader: Reader) -> None:
        self.name, self._reader = reader.name, reader
        self.estimate = 0  # tokens of the prompt
        self.hits: Sequence[Hit] = ()
        self.statements: list[Statement] = []

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """What the reader reads, noted as it is taken."""
        prompt = make_prompt(question, trim_hits(question, hits, _PROMPT - count_rules(question)))
        self.estimate = sum(estimate_tokens(str(message.content)) for message in prompt)
        self.hits, self.statements = hits, []
        reading = self._reader.read(question, hits)
        reading.statements = self._note(reading.statements)
        return reading

    def _note(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        for statement in statements:
            self.statements.append(statement)
            yield statement


@dataclass(frozen=True)
class Written:
    """A sentence that the model wrote: how many passages it named, what became of it, and what was wrong with it."""

    text: str
    named: int
    end: str
    problem: str
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A question with the answers of both readers, the estimate of its prompt and what the model wrote."""

    gold: GoldQuestion
    model: Answer
    extractive: Answer
    estimate: int
    written: tuple[Written, ...]
    verbatim: bool

    def is_right(self, answer: Answer) -> bool:
        """Whether an answer holds a gold answer."""
        return Outcome(self.gold, answer).right


def measure(newsbot: Newsbot, questions: Sequence[GoldQuestion]) -> Iterator[Row]:
    """Put each question to the model reader and to the extractive reader."""
    recorder = Recorder(newsbot.readers[0])
    newsbot.readers = [recorder, *newsbot.readers[1:]]
    for gold in questions:
        recorder.estimate, recorder.statements = 0, []
        model = newsbot.answer(gold.text, at=gold.at)
        written = tuple(_follow(newsbot, statement, recorder.hits) for statement in recorder.statements)
        extractive = newsbot.without_model().answer(gold.text, at=gold.at)
        yield Row(gold, model, extractive, recorder.estimate, written, _stands(newsbot, model))


def _follow(newsbot: Newsbot, statement: Statement, hits: Sequence[Hit]) -> Written:
    """What verification makes of a sentence, and why: of one that gave way, what the article's sentence lacks of it."""
    with newsbot.index.use() as generation:
        checked = check_statement(statement, hits, generation.store.article)
    named = len(statement.passages)
    if checked.statement is None:
        return Written(statement.text, named, "left out", "no sentence is about it", ())
    quotes = tuple(span.text for span in checked.statement.spans)
    if not checked.repaired:
        return Written(statement.text, named, "kept", "", quotes)
    problem = find_problem(statement.text, checked.statement.spans)
    return Written(statement.text, named, "gave way", problem, quotes)


def _stands(newsbot: Newsbot, answer: Answer) -> bool:
    """Whether each quote of an answer stands at its place in its article."""
    with newsbot.index.use() as generation:
        articles = [(generation.store.article(citation.article_id), citation) for citation in answer.citations]
    return all(article and article.text[found.start : found.end] == found.quote for article, found in articles)


def describe(rows: Sequence[Row]) -> str:
    """What was measured, as tables."""
    written = [one for row in rows for one in row.written]
    ends = Counter(one.end for one in written)
    problems = Counter(_kind_of(one.problem) for one in written if one.problem)
    wrote = [row for row in rows if row.model.reader == "model" and row.model.status == "answered"]
    # A reply that was hung up on leaves our own estimate.
    told = [(row.model.usage.prompt_tokens, row.estimate) for row in rows if row.model.usage.calls == 1]
    tokens = sorted(counted for counted, estimate in told if counted != estimate)
    shares = sorted(counted / estimate for counted, estimate in told if counted != estimate)
    seconds = sorted(row.model.timings_ms["total"] / 1000 for row in rows)
    return "\n\n".join(
        [
            render_table(
                [
                    ["reader", "right", "refused"],
                    *(
                        [
                            name,
                            f"{statistics.mean(row.is_right(getattr(row, name)) for row in rows):.3f}",
                            sum(getattr(row, name).status == "no_evidence" for row in rows),
                        ]
                        for name in ("model", "extractive")
                    ),
                ]
            ),
            render_table(
                [
                    ["", "questions"],
                    ["right with the model only", sum(_differs(row) > 0 for row in rows)],
                    ["right without it only", sum(_differs(row) < 0 for row in rows)],
                    ["answered by the model reader", len(wrote)],
                    ["answered by the extractive reader", sum(row.model.reader == "extractive" for row in rows)],
                    ["all quotes verbatim", sum(row.verbatim for row in rows)],
                    ["asked in all", len(rows)],
                ]
            ),
            render_table([["sentence of the model", "number"], *([end, ends[end]] for end in sorted(ends))]),
            render_table([["what was wrong with it", "number"], *map(list, problems.most_common())]),
            render_table(
                [
                    ["", "p50", "p95", "most"],
                    ["prompt, in the model's tokens", *_spread(tokens, 0)],
                    ["the same / our estimate", *_spread(shares, 2)],
                    ["seconds for an answer", *_spread(seconds, 1)],
                ]
            ),
        ]
    )


def _differs(row: Row) -> int:
    return row.is_right(row.model) - row.is_right(row.extractive)


def _kind_of(problem: str) -> str:
    """A problem without what is wrong in this sentence alone."""
    for start in ("the name", "the words", "the amount", "the day"):
        if problem.startswith(start):
            return f"{start} … not in the quote"
    return problem.partition(" (")[0]


def _spread(values: Sequence[float], digits: int) -> list[str]:
    if not values:
        return ["-"] * 3
    return [f"{values[int(place * (len(values) - 1))]:.{digits}f}" for place in (0.5, 0.95, 1.0)]


@contextmanager
def serve_model(python: Path, model: Path) -> Iterator[str]:
    """The address, on loopback, of a server with the model; `python` is of the environment that has its package."""
    command = [str(python), "-c", _SERVE, str(model), str(_CONTEXT), str(_THREADS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            said = (line.partition("listening at ")[2].strip() for line in server.stdout)
            address = next(filter(None, said), "")
            if not address:
                raise SystemExit(f"the server did not start with {model}")
            yield address
        finally:
            server.kill()


def main() -> None:
    """Serve the model, ask, and print the tables; `--answers` keeps every sentence as a line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path, help="folder of the development data")
    parser.add_argument("python", type=Path, help="interpreter that has the server's package")
    parser.add_argument("model", nargs="?", default="", help="the model, a GGUF file")
    parser.add_argument("--index", type=Path, help="data directory that has the development articles already")
    parser.add_argument("--answers", type=Path, help="file for all answers, as JSON lines")
    given = parser.parse_args()
    missing = {
        "MODEL names no GGUF file": not Path(given.model).is_file(),
        f"the development data are not at {given.data}": not (given.data / "articles.jsonl.gz").exists(),
        "the server's package could not be installed": not given.python.exists(),
    }
    if reasons := [reason for reason, is_so in missing.items() if is_so]:
        print(f"skipped: {', '.join(reasons)}")
        return
    questions = read_questions([given.data / "questions.jsonl"])[::_EVERY][:_MOST]
    with tempfile.TemporaryDirectory() as folder, serve_model(given.python, Path(given.model)) as address:
        settings = load_settings(
            {
                "data": given.index or index_articles(given.data, Path(folder))[0].data,
                "openai_base_url": f"{address}/v1",
                "model": Path(given.model).stem,
                "model_timeout": _TIMEOUT,
            }
        )
        newsbot = build_newsbot(settings)
        rows = []
        for row in measure(newsbot, questions):
            rows.append(row)
            print(f"\r{len(rows)} of {len(questions)}", end="", flush=True)
            if given.answers:
                with given.answers.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(_as_json(row), ensure_ascii=False) + "\n")
        newsbot.index.close()
    print(f"\n{describe(rows)}")


def _as_json(row: Row) -> dict[str, object]:
    return {
        "question": row.gold.text,
        "at": row.gold.at,
        "answers": row.gold.answers,
        "right": [row.is_right(row.model), row.is_right(row.extractive)],
        "written": [vars(one) for one in row.written],
        "verbatim": row.verbatim,
        "estimate": row.estimate,
        "model": row.model.as_json(),
        "extractive": row.extractive.text,
    }


if __name__ == "__main__":
    main()
