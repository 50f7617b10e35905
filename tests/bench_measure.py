"""What the benchmarks share: made-up articles to index, Chroma alone as a baseline, times, and rows of the table."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, cast

import chromadb
from chromadb.config import Settings as ChromaSettings

from config.settings import Settings, load_settings
from index.articles import Passage
from index.embed import Embedder
from index.sources import SourceList
from tests.made_up import write_made_up_articles
from tests.newsroom import open_index

BATCH = 1000  # passages that are given to Chroma at once
SEED = 1  # of the made-up articles: a smaller number of them are the first of a larger one

Row = tuple[str, str, str, str, str]
HEAD: Row = ("what", "measured", "baseline", "ratio", "limit")


@dataclass(frozen=True)
class ChromaAlone:
    """What Chroma took to `add` texts and vectors: seconds, and the bytes of these texts and vectors."""

    seconds: float
    size: int


def make_articles(folder: Path, number: int) -> Path:
    """The same made-up articles every time, as files in a new folder."""
    write_made_up_articles(folder, number, random.Random(SEED))  # noqa: S311 - the same articles every time
    return folder


def start_index(data: Path, articles: Path) -> Settings:
    """A new data directory with one source, not read yet."""
    settings = load_settings({"data": data})
    SourceList(settings.data).add([str(articles)])
    return settings


def add_to_chroma(settings: Settings, embedder: Embedder, folder: Path) -> ChromaAlone:
    """Give all passages of an index to Chroma alone, in a new folder; reading and embedding them is not timed."""
    quiet = ChromaSettings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(str(folder), settings=quiet)
    collection = client.create_collection("bench", embedding_function=None)
    seconds, size = 0.0, 0
    with open_index(settings) as generation:
        ids = generation.store.passage_ids()
        for start in range(0, len(ids), BATCH):
            passages: Sequence[Passage] = list(generation.store.load_passages(ids[start : start + BATCH]).values())
            vectors = embedder.embed_texts([passage.embedded_text for passage in passages])
            texts = [passage.text for passage in passages]
            began = time.perf_counter()
            collection.add(ids=[passage.id for passage in passages], embeddings=vectors, documents=texts)
            seconds += time.perf_counter() - began
            size += vectors.nbytes + sum(len(text.encode()) for text in texts)
    cast("Any", client).close()
    return ChromaAlone(seconds, size)


def take_time(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def run_program(*arguments: str) -> float:
    """Seconds that a Python process with these arguments takes, from start to end.

    It may keep its compiled modules, as anywhere: the libraries that it is compared with come compiled.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return take_time(
        lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
    )


def compare(what: str, measured: Sequence[float], baseline: Sequence[float], limit: str) -> Row:
    """The best of some runs against the best of the baseline, in seconds; and the ratios of single runs, as noise."""
    ratio = f"{min(measured) / min(baseline):.2f}"
    if len(measured) == len(baseline) > 1:
        single = [a / b for a, b in zip(measured, baseline, strict=True)]
        ratio += f" ({min(single):.2f} to {max(single):.2f})"
    return (what, _seconds(min(measured)), _seconds(min(baseline)), ratio, limit)


def compare_times(
    what: str, measured: Sequence[Sequence[float]], baseline: Sequence[Sequence[float]], limit: str
) -> Row:
    """The median of all questions of all rounds against that of the baseline, in seconds; and the ratios of rounds."""
    ours, theirs = (statistics.median(chain.from_iterable(rounds)) for rounds in (measured, baseline))
    single = [statistics.median(a) / statistics.median(b) for a, b in zip(measured, baseline, strict=True)]
    ratio = f"{ours / theirs:.2f} ({min(single):.2f} to {max(single):.2f})"
    return (what, f"{1000 * ours:.1f} ms", f"{1000 * theirs:.1f} ms", ratio, limit)


def compare_sizes(what: str, measured: float, baseline: float, limit: str) -> Row:
    """Two sizes in bytes."""
    return (what, f"{measured / 1e6:.0f} MB", f"{baseline / 1e6:.0f} MB", f"{measured / baseline:.2f}", limit)


def find_percentile(seconds: Iterable[float], n: int) -> float:
    """What `n` of a hundred of these times do not exceed."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[n - 1]


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds:.3f} s"
