"""Benchmark of 100,000 passages, each side in a process of its own: `python -m tests.bench_large ours|chroma DATA`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from config.settings import load_settings
from index.articles import Article
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.split import split_article
from tests.bench_measure import Row, add_to_chroma, compare, compare_sizes, make_articles, start_index, take_time
from tests.newsroom import open_index

_LARGE = 30_500  # articles, which make 100,000 passages


def measure_large(folder: Path) -> list[Row]:
    """Time, memory and disk of a first index, against Chroma alone."""
    settings = start_index(folder / "data", make_articles(folder / "articles", _LARGE))
    ours = _measure_in_a_process("ours", settings.data)
    chroma = _measure_in_a_process("chroma", settings.data)
    with open_index(settings) as generation:
        passages, stored = generation.store.count("passages"), generation.size()
    name = f"{passages:,} passages"
    return [
        compare(f"first index of {name} / Chroma's add", [ours["seconds"]], [chroma["seconds"]], "≤ 1.15"),
        compare_sizes("… memory at most / the same with Chroma alone", ours["memory"], chroma["memory"], "≤ 1 GB"),
        compare_sizes("… on disk / texts and vectors", stored, chroma["size"], "≤ 3"),
    ]


def main(side: str, data: str) -> None:
    """Do one side's work, and print what it took as JSON."""
    settings, embedder = load_settings({"data": data}), WordLlamaEmbedder()
    split_article(Article("", "To import is not to index."), 150)
    size = 0
    if side == "ours":
        seconds = take_time(lambda: reindex(settings, embedder))
    else:
        alone = add_to_chroma(settings, embedder, settings.data.parent / "chroma")
        seconds, size = alone.seconds, alone.size
    # Not `getrusage`: what that gives is never less than what the parent process took when it started this one.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    print(json.dumps({"seconds": seconds, "size": size, "memory": int(status["VmHWM"].split()[0]) * 1024}))


def _measure_in_a_process(side: str, data: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench_large", side, str(data)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    taken: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return taken


if __name__ == "__main__":
    main(*sys.argv[1:])
