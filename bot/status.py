"""What the index holds and how the last re-index went: for `newsbot status`, `/status` and the report of a re-index."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from config.settings import Settings
from index.articles import Failure
from index.generations import LiveIndex
from index.report import Progress, Report
from index.sources import SourceList

_LISTED = 20  # failures that are listed for a person; the rest is counted


def collect_status(settings: Settings, index: LiveIndex) -> dict[str, Any]:
    """Articles, passages, sources and failures of the live index. Raises `IndexMissing` before the first re-index."""
    with index.use() as generation:
        store, meta = generation.store, generation.store.read_meta()
        return {
            "articles": store.count("articles"),
            "passages": store.count("passages"),
            "vectors": generation.vectors.count(),
            "keywords": generation.keywords.count(),
            "sources": [source.location for source in SourceList(settings.data).read()],
            "reindexed": meta.get("reindexed"),
            "failures": [asdict(failure) for failure in store.read_failures()],
            "embedder": meta.get("embedder"),
            "generation": generation.name,
            "data": str(settings.data),
        }


def describe_status(status: dict[str, Any]) -> str:
    """The status in a few lines for a person."""
    return "\n".join(
        [
            f"{status['articles']} articles in {status['passages']} passages from {len(status['sources'])} sources",
            f"last re-index: {status['reindexed'] or 'not finished yet'}",
            f"embedder: {status['embedder']}",
            *_list_failures([Failure(**failure) for failure in status["failures"]]),
        ]
    )


def describe_progress(progress: Progress) -> str:
    """How far a re-index is, in one line."""
    percent = 100 * progress.done // progress.total if progress.total else 100
    return f"Reading {progress.source}: {percent} %, {progress.articles} articles"


def describe_report(report: Report) -> str:
    """What a re-index did, in a line for each source, and then what failed and why."""
    lines = [
        f"{source.source}: {source.new} new, {source.changed} changed, {source.unchanged} unchanged,"
        f" {source.removed} removed, {source.failed} failed"
        for source in report.sources
    ]
    total = f"{report.articles} articles in {report.passages} passages, done in {report.seconds:.1f} s"
    return "\n".join([*lines, total, *_list_failures(report.failures)])


def _list_failures(failures: list[Failure]) -> list[str]:
    if not failures:
        return []
    lines = [f"failed: {failure.item}: {failure.reason}" for failure in failures[:_LISTED]]
    more = (
        [f"… and {len(failures) - _LISTED} more (`newsbot status --json` has all)"] if len(failures) > _LISTED else []
    )
    return [*lines, *more]
