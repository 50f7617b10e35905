"""What the index holds and how its sources are: for `newsbot status`, `/status` and the report of a re-index."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.state.usage import describe_usage, read_usage
from config.settings import Settings
from index.ledger import RememberedFailure
from index.live import LiveIndex
from index.report import Progress, Report
from index.schedule import next_read, next_try
from index.sources import Source, SourceList

_LISTED = 20  # failures that are listed for a person; the rest is counted


def collect_status(settings: Settings, index: LiveIndex) -> dict[str, Any]:
    """All that can be said of the live index and its sources. Raises `IndexMissing` before the first re-index."""
    with index.use() as generation:
        sources = SourceList(settings.data).read()
        store, ledger, meta = generation.store, generation.ledger, generation.store.read_meta()
        failures, reads, articles = ledger.failures(), ledger.last_reads(), ledger.count_articles()
        remote = {s.location: ledger.stamps(s.location).keys() for s in sources if not s.is_local}
        return {
            "articles": store.count("articles"),
            "passages": store.count("passages"),
            "vectors": generation.vectors.count(),
            "keywords": generation.keywords.count(),
            "size_bytes": generation.size(),
            "sources": [source.location for source in sources],
            "reading": [
                _describe_source(source, settings, reads.get(source.location), articles, failures) for source in sources
            ],
            "reindexed": meta.get("reindexed"),
            "failures": [_describe_failure(failure, remote) for failure in failures],
            "embedder": meta.get("embedder"),
            "generation": generation.name,
            "usage": read_usage(settings).as_json(settings),
            "data": str(settings.data),
        }


def describe_status(status: dict[str, Any]) -> str:
    """The status in a few lines for a person."""
    size = f"{status['size_bytes'] / 1_000_000:.1f} MB"
    count = len(status["sources"])
    return "\n".join(
        [
            f"{status['articles']} articles in {status['passages']} passages from {count} sources, {size}",
            f"last re-index: {status['reindexed'] or 'not finished yet'}",
            f"embedder: {status['embedder']}; generation: {status['generation']}",
            *([usage] if (usage := describe_usage(status["usage"])) else []),
            *(_write_source(source) for source in status["reading"]),
            *_list_failures([_write_failure(failure) for failure in status["failures"]]),
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
        + (f", {source.waiting} wait for the next read" if source.waiting else "")
        for source in report.sources
    ]
    total = f"{report.articles} articles in {report.passages} passages, done in {report.seconds:.1f} s"
    return "\n".join([*lines, total, *_list_failures([f"{f.item}: {f.reason}" for f in report.failures])])


def describe_plan(report: Report) -> str:
    """What a re-index would do: a line for each article that it would not just keep, a count of those, what failed."""
    steps = [
        f"{step.action}  {step.article_id}{f' “{step.title}”' if step.title else ''}: {step.reason}"
        for step in report.plan
        if step.action != "keep"
    ]
    kept = sum(source.unchanged for source in report.sources)
    total = f"{kept} articles stay as they are; nothing was written"
    return "\n".join([*steps, total, *_list_failures([f"{f.item}: {f.reason}" for f in report.failures])])


def _describe_source(
    source: Source,
    settings: Settings,
    last: float | None,
    articles: dict[str, int],
    failures: list[RememberedFailure],
) -> dict[str, Any]:
    own = [f for f in failures if f.failure.source == source.location]
    following = next_read(source, settings, last)
    newest = max(own, key=lambda f: f.last, default=None)
    return {
        "source": source.location,
        "kind": source.kind,
        "articles": articles.get(source.location, 0),
        "last_read": _write_moment(last) if last else None,
        "next_read": _write_moment(following) if 0 < following < math.inf else None,
        "failed": len(own),
        "last_error": f"{newest.failure.item}: {newest.failure.reason}" if newest else None,
    }


def _describe_failure(failure: RememberedFailure, remote: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """A failure as JSON. Only what could not be read over the web waits for its next try; all else is read each time.

    `remote` are the items of each source on the web that were read in spite of what is wrong with them.
    """
    facts = asdict(failure.failure)
    source, item, not_before = facts["source"], facts["item"], facts.pop("not_before")
    waits = source in remote and (not_before > 0 or (item != source and item not in remote[source]))
    retry = _write_moment(next_try(failure)) if waits else None
    return {
        **facts,
        "since": _write_moment(failure.first),
        "last_tried": _write_moment(failure.last),
        "next_try": retry,
    }


def _write_source(source: dict[str, Any]) -> str:
    read = f"read {source['last_read']}" if source["last_read"] else "not read yet"
    following = f", next {source['next_read']}" if source["next_read"] else ""
    failed = f", {source['failed']} failed" if source["failed"] else ""
    return f"{source['kind']} {source['source']}: {source['articles']} articles, {read}{following}{failed}"


def _write_failure(failure: dict[str, Any]) -> str:
    again = f" (since {failure['since']}, tried again from {failure['next_try']})" if failure["next_try"] else ""
    return f"{failure['item']}: {failure['reason']}{again}"


def _write_moment(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _list_failures(failures: list[str]) -> list[str]:
    more = (
        [f"… and {len(failures) - _LISTED} more (`newsbot status --json` has all)"] if len(failures) > _LISTED else []
    )
    return [*(f"failed: {failure}" for failure in failures[:_LISTED]), *more]
