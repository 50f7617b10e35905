"""Speed and size, each as a ratio against a baseline that is measured in the same run: `make bench`.

Every figure is the best of some runs, as these machines are noisy and noise only ever adds.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import chromadb

from bot.compose import build_newsbot
from bot.render import render_table
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.generations import LiveIndex
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.made_up import write_made_up_articles

_IMPORTS = "import chromadb, wordllama, tantivy"
_QUESTION = "what did Turkey demand?"
_ARTICLES = 2000


def main() -> None:
    """Measure everything and print one table."""
    with tempfile.TemporaryDirectory() as folder:
        rows: list[tuple[str, ...]] = [("what", "measured", "baseline", "ratio", "at most")]
        rows += measure_start_up(Path(folder, "samples"))
        rows += measure_indexing(Path(folder, "made-up"))
    print(render_table(rows))


def measure_start_up(data: Path) -> list[tuple[str, ...]]:
    """`newsbot ask` from start to printed answer, against importing the three libraries that it cannot do without."""
    settings = load_settings({"data": data})
    SourceList(data).add([samples_folder()])
    reindex(settings, WordLlamaEmbedder())
    ask = [sys.executable, "-m", "bot.cli", "ask", _QUESTION, "--data", str(data), "--reader", "extractive"]
    baseline, measured = [], []
    for _ in range(10):  # in turns, so that both see the same noise
        baseline.append(_run([sys.executable, "-c", _IMPORTS]))
        measured.append(_run(ask))
    newsbot = build_newsbot(settings)
    answering = [newsbot.answer(_QUESTION).timings_ms["total"] / 1000 for _ in range(10)]
    return [
        _row(f"newsbot ask, start to answer / {_IMPORTS}", min(measured), min(baseline), "1.5"),
        (
            "… of which answering (first, then best of 10)",
            f"{answering[0]:.3f} s",
            f"{min(answering):.3f} s",
            "",
            "0.3 s",
        ),
    ]


def measure_indexing(folder: Path) -> list[tuple[str, ...]]:
    """A first index, against Chroma's own `add` of the same texts and vectors; then one with nothing changed."""
    articles = folder / "articles"
    write_made_up_articles(articles, _ARTICLES, random.Random(1))  # noqa: S311 - the same articles every time
    settings = load_settings({"data": folder / "data"})
    SourceList(settings.data).add([str(articles)])
    embedder = WordLlamaEmbedder()
    first = _time(lambda: reindex(settings, embedder))
    again = min(_time(lambda: reindex(settings, embedder)) for _ in range(3))
    chroma, size = _add_to_chroma(settings, embedder, folder / "chroma")
    stored = sum(path.stat().st_size for path in settings.data.rglob("*") if path.is_file())
    name = f"{_ARTICLES} articles"
    return [
        _row(f"first index of {name} / Chroma's add of texts and vectors", first, chroma, ""),
        _row(f"first index of {name} / index with nothing changed", first, again, ""),
        (
            f"{name} on disk / their texts and vectors",
            f"{stored / 1e6:.1f} MB",
            f"{size / 1e6:.1f} MB",
            f"{stored / size:.2f}",
            "",
        ),
    ]


def _add_to_chroma(settings: Settings, embedder: WordLlamaEmbedder, folder: Path) -> tuple[float, int]:
    """Seconds that Chroma alone takes to add the same passages, and the bytes of their texts and vectors."""
    with LiveIndex(settings).use() as generation:
        passages = list(generation.store.load_passages(generation.store.passage_ids()).values())
    texts = [passage.text for passage in passages]
    vectors = embedder.embed_texts(texts)
    collection = chromadb.PersistentClient(str(folder)).create_collection("bench", embedding_function=None)

    def add() -> None:
        for i in range(0, len(texts), 1000):
            ids = [passage.id for passage in passages[i : i + 1000]]
            collection.add(ids=ids, embeddings=vectors[i : i + 1000], documents=texts[i : i + 1000])

    return _time(add), vectors.nbytes + sum(len(text.encode()) for text in texts)


def _row(what: str, measured: float, baseline: float, limit: str) -> tuple[str, ...]:
    return (what, f"{measured:.2f} s", f"{baseline:.2f} s", f"{measured / baseline:.2f}", limit)


def _time(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _run(command: list[str]) -> float:
    return _time(lambda: subprocess.run(command, check=True, capture_output=True))


if __name__ == "__main__":
    main()
