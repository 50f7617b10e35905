"""Benchmark of answers from hits: the extractive reader, and the verification of what it or a model wrote."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.answer import Newsbot
from bot.answers import Question, Statement
from bot.compose import build_newsbot
from bot.questions import analyze_question
from bot.readers.extractive import ExtractiveReader
from bot.verification.statements import check_statement
from config.settings import load_settings
from index.articles import Hit
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.bench_measure import Row, compare_times, take_time

_ROUNDS = 7
_QUESTIONS = [
    "what did Turkey demand?",
    "how many people were displaced in Idlib?",
    "who led the Turkish delegation in Moscow?",
    "how much compensation did the Suez Canal Authority claim?",
    "why was the first launch of Artemis I called off?",
    "how much did UBS pay for Credit Suisse?",
    "who scored the goal in the World Cup final?",
    "where was the ceremony for the settlement of the Ever Given held?",
]
# How a model puts what it quotes: in other words, so that verification has to look for what carries them.
_REWORDED = (("said that", "stated that"), ("must", "have to"), ("told", "informed"), ("the", "a"), ("on", "this"))

Times = list[list[float]]  # seconds of each question, round by round


def measure_answers(folder: Path) -> list[Row]:
    """Reading and verifying, each for ten hits of the sample articles, in turns with the search that found them."""
    settings = load_settings({"data": folder, "reader": "extractive"})
    SourceList(settings.data).add([samples_folder()])
    embedder = WordLlamaEmbedder()
    reindex(settings, embedder)
    newsbot = build_newsbot(settings)
    reader = ExtractiveReader(embedder)
    asked = [_prepare(newsbot, text) for text in _QUESTIONS]
    searching, reading, quoting, verifying = _take_turns(
        [
            lambda question, _, __: newsbot.find_hits(question.text),
            lambda question, hits, _: list(reader.read(question, hits).statements),
            lambda _, hits, statements: _verify(newsbot, hits, statements),
            lambda _, hits, statements: _verify(newsbot, hits, [_reword(statement) for statement in statements]),
        ],
        [(question, hits, list(reader.read(question, hits).statements)) for question, hits in asked],
    )
    newsbot.index.close()
    return [
        compare_times("extractive answer from ten hits, p50 / their search", reading, searching, "≤ 20 ms"),
        compare_times("verifying an answer of quotes, p50 / reading it", quoting, reading, "≤ 5 ms"),
        compare_times("verifying an answer in other words, p50 / reading it", verifying, reading, "≤ 5 ms"),
    ]


def _prepare(newsbot: Newsbot, text: str) -> tuple[Question, list[Hit]]:
    with newsbot.index.use() as generation:
        return analyze_question(text, generation.keywords, newsbot.embedder), newsbot.find_hits(text)


def _verify(newsbot: Newsbot, hits: Sequence[Hit], statements: Sequence[Statement]) -> None:
    """Verify as if for the first time: what is remembered of sentences is forgotten, tables of words are not."""
    for name in [name for name in sys.modules if name.startswith("bot.verification.")]:
        for value in vars(sys.modules[name]).values():
            if hasattr(value, "cache_clear") and value.cache_parameters()["maxsize"]:
                value.cache_clear()
    with newsbot.index.use() as generation:
        for statement in statements:
            check_statement(statement, hits, generation.store.article)


def _reword(statement: Statement) -> Statement:
    text = statement.text
    for before, after in _REWORDED:
        text = text.replace(f" {before} ", f" {after} ")
    return replace(statement, text=text, spans=())


def _take_turns(
    works: Sequence[Callable[[Question, list[Hit], list[Statement]], object]],
    asked: Sequence[tuple[Question, list[Hit], list[Statement]]],
) -> list[Times]:
    """What each work takes for each question, in turns, so that all see the same noise; a first round is for warmth."""
    times: list[Times] = [[] for _ in works]
    for number in range(_ROUNDS + 1):
        for work, rounds in zip(works, times, strict=True):
            took = [take_time(lambda one=one, work=work: work(*one)) for one in asked]  # type: ignore[misc]
            if number:
                rounds.append(took)
    return times
