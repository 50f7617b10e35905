"""Benchmark of the model reader: when the first verified sentence is there, against when the model has written it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.answer import Newsbot
from bot.answers import Answer
from bot.compose import build_newsbot
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.bench_measure import Row, compare
from tests.model_server import DELTA_CHARS, ModelServer, Reply

_ROUNDS = 10
_READS, _WRITES = 0.2, 0.01  # seconds that a model takes to read a prompt, and to write a token
_QUESTION = "what did Turkey demand?"
_FIRST = "Omer Celik said that Syrian forces must withdraw behind the line of Turkish observation posts in Idlib. [1]"
_REST = " Turkey built 12 observation posts under a 2018 deal with Russia. [1] It rained. [2]"


@dataclass
class _Times:
    """Seconds from the question, and from the request of the model, to what was seen of the first sentence."""

    shown: list[float]
    asked: list[float]
    written: list[float]


def measure_model(folder: Path) -> list[Row]:
    """Time to the first verified sentence that is shown, against the time in which the model has written it."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would tell of each request
    with ModelServer() as server, _index(folder, server) as newsbot:
        times = _Times([], [], [])
        for _ in range(_ROUNDS + 1):  # the first one loads libraries
            _ask(newsbot, server, times)
    shown, asked, written = (each[1:] for each in (times.shown, times.asked, times.written))
    return [
        compare("first verified sentence of a streamed answer / the model has written it", asked, written, "≤ 1.1"),
        compare("… from the question on, search included", shown, written, ""),
    ]


@contextmanager
def _index(folder: Path, server: ModelServer) -> Iterator[Newsbot]:
    given = {"data": folder, "openai_base_url": server.url, "openai_api_key": server.api_key}
    settings: Settings = load_settings(given)
    SourceList(folder).add([samples_folder()])
    reindex(settings, WordLlamaEmbedder())
    newsbot = build_newsbot(settings)
    yield newsbot
    newsbot.index.close()


def _ask(newsbot: Newsbot, server: ModelServer, times: _Times) -> None:
    """Ask once, of a model that writes one token after another."""
    moments: dict[str, float] = {}

    class Tick(threading.Event):
        """A token's time, which begins when the server comes to it."""

        def __init__(self, name: str, seconds: float) -> None:
            super().__init__()
            self._name, self._seconds = name, seconds

        def wait(self, timeout: float | None = None) -> bool:
            """Wait for a token, and note when."""
            del timeout
            moments.setdefault("asked", time.perf_counter())
            time.sleep(self._seconds)
            moments[self._name] = time.perf_counter()
            return True

    steps: list[str | threading.Event] = [Tick("read", _READS)]
    text = _FIRST + _REST
    for start in range(0, len(text), DELTA_CHARS):
        written = start < len(_FIRST)
        steps += [Tick("first" if written else "rest", _WRITES), text[start : start + DELTA_CHARS]]
    server.enqueue(Reply(steps=tuple(steps)))
    began = time.perf_counter()

    def watch(answer: Answer) -> None:
        del answer
        moments.setdefault("shown", time.perf_counter())

    newsbot.answer(_QUESTION, watch=watch)
    times.shown.append(moments["shown"] - began)
    times.asked.append(moments["shown"] - moments["asked"])
    times.written.append(moments["first"] - moments["asked"])
