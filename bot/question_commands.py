"""The commands `search` and `ask`, for one question or a batch: `run_NAME(settings, arguments)` as in `commands`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from bot.answers import Answer
from bot.commands import print_json
from bot.compose import build_newsbot
from bot.state.usage import record_usage
from config.errors import NewsbotError, UsageError, first_line
from config.settings import Settings
from index.articles import Hit
from index.search.passages import read_moment
from index.search.query import Query


def run_search(settings: Settings, given: argparse.Namespace) -> int:
    """Print the best passages for a question, or for each of a batch."""
    newsbot = build_newsbot(settings)

    def search(question: str, at: str | None) -> dict[str, Any]:
        hits = [
            _hit_as_json(rank, hit) for rank, hit in enumerate(newsbot.find_hits(question, k=given.k, at=at), start=1)
        ]
        queries = [_query_as_json(query) for query in newsbot.understand(question, at=at)]
        return {"question": question, "hits": hits, "queries": queries}

    if given.batch:
        return _run_batch(given.batch, given.at, search, {"question": "", "hits": [], "queries": []})
    found = search(_one_question(given), read_moment(given.at))
    if given.json:
        print_json(found)
        return 0
    for hit in found["hits"]:
        about = ", ".join(part for part in (hit["outlet"], hit["published"], hit["title"]) if part)
        print(f"{hit['rank']}. {about}\n   {' '.join(hit['text'].split())}\n")
    if not found["hits"]:
        print("nothing was found")
    return 0


def run_ask(settings: Settings, given: argparse.Namespace) -> int:
    """Answer a question, or each of a batch."""
    newsbot = build_newsbot(settings)

    def ask(question: str, at: str | None) -> Answer:
        answer = newsbot.answer(question, at=at)
        record_usage(settings, answer.usage)
        return answer

    if given.batch:
        failed = Answer("", "failed", "", reader="none").as_json()
        return _run_batch(given.batch, given.at, lambda question, at: ask(question, at).as_json(), failed)
    from bot.render.terminal import render_text

    answer = ask(_one_question(given), read_moment(given.at))
    if given.json:
        print_json(answer.as_json())
    else:
        print(render_text(answer))
    return 3 if answer.status == "failed" else 0


def _run_batch(
    file: str, at: str | None, work: Callable[[str, str | None], dict[str, Any]], failure: dict[str, Any]
) -> int:
    """Do `work` for each JSON line and print one JSON line for each, in order; 1 if a line could not be worked on.

    `failure` has the keys that are printed for such a line.
    """
    failed = 0
    for number, line in _batch_lines(file):
        given: dict[str, Any] = {}
        try:
            given = _read_batch_line(line)
            if not isinstance(given.get("question"), str):
                raise UsageError("no question", 'write {"id": …, "question": …}')
            result = work(given["question"], read_moment(given.get("at") or at))
            failed += result.get("status") == "failed"
        except NewsbotError as error:
            if not isinstance(error, UsageError):
                raise
            failed += 1
            print(f"newsbot: line {number}: {error}", file=sys.stderr)
            result = {**failure, "question": given.get("question", ""), "status": "failed", "notes": [str(error)]}
        print_json({**({"id": given["id"]} if "id" in given else {}), **result}, indent=None)
    return 1 if failed else 0


def _read_batch_line(line: bytes) -> dict[str, Any]:
    try:
        given = json.loads(line)
        json.dumps(given, ensure_ascii=False).encode()  # half of a surrogate pair can be neither searched nor printed
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not JSON ({first_line(error)})", 'write {"id": …, "question": …}') from None
    if not isinstance(given, dict):
        raise UsageError("not a JSON object", 'write {"id": …, "question": …}')
    return given


def _batch_lines(file: str) -> Iterator[tuple[int, bytes]]:
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as stream:
            yield from ((number, line) for number, line in enumerate(stream, start=1) if line.strip())
    except OSError as error:
        raise UsageError(f"cannot read {file} ({first_line(error)})", "give a file of JSON lines") from None


def _one_question(given: argparse.Namespace) -> str:
    if given.question is None:
        raise UsageError("there is no question", f'write `newsbot {given.command} "your question"`, or use --batch')
    return str(given.question)


def _query_as_json(query: Query) -> dict[str, Any]:
    period = query.period and {
        "words": query.period.words,
        "from": query.period.start,
        "to": query.period.end,
        "reason": query.period.reason,
    }
    return {"text": query.text, "period": period, "outlet": " ".join(query.outlet)}


def _hit_as_json(rank: int, hit: Hit) -> dict[str, Any]:
    passage, article = hit.passage, hit.passage.article
    return {
        "rank": rank,
        "score": hit.score,
        "article_id": article.id,
        "title": article.title,
        "url": article.url,
        "outlet": article.outlet,
        "published": article.published,
        "updated": article.updated,
        "outlets": list(hit.outlets),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
    }
