"""What the index holds and how its sources are: for `newsbot status`, `/status` and the report of a re-index."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.state.usage import describe_usage, read_usage
from bot.texts import Text, join_texts
from config.logs import scrub
from config.settings import Settings
from index.articles import Failure
from index.ledger import RememberedFailure
from index.live import LiveIndex
from index.report import Progress, Report, SourceReport
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


def describe_briefly(status: dict[str, Any]) -> str:
    """What the index holds and how old it is, in two lines for anybody."""
    return join_texts(
        Text(
            "{articles} articles in {passages} passages from {sources} sources, {size} MB",
            articles=status["articles"],
            passages=status["passages"],
            sources=len(status["sources"]),
            size=f"{status['size_bytes'] / 1_000_000:.1f}",
        ),
        Text("last re-index: {moment}", moment=status["reindexed"] or Text("not finished yet")),
        sep="\n",
    )


def describe_status(status: dict[str, Any]) -> str:
    """The status in a few lines for a person."""
    about = {name: status[name] for name in ("embedder", "generation")}
    return join_texts(
        describe_briefly(status),
        Text("embedder: {embedder}; generation: {generation}", **about),
        describe_usage(status["usage"]),
        *(_write_source(source) for source in status["reading"]),
        *_list_failures([_write_failure(failure) for failure in status["failures"]]),
        sep="\n",
    )


def describe_progress(progress: Progress) -> Text:
    """How far a re-index is, in one line."""
    percent = 100 * progress.done // progress.total if progress.total else 100
    told = {"source": _show(progress.source), "percent": percent, "articles": progress.articles}
    return Text("Reading {source}: {percent} %, {articles} articles", **told)


def describe_report(report: Report) -> str:
    """What a re-index did, in a line for each source, and then what failed and why."""
    total = Text(
        "{articles} articles in {passages} passages, done in {seconds:.1f} s",
        articles=report.articles,
        passages=report.passages,
        seconds=report.seconds,
    )
    return join_texts(*map(_write_changes, report.sources), total, *_write_new_failures(report.failures), sep="\n")


def describe_plan(report: Report) -> str:
    """What a re-index would do: a line for each article that it would not just keep, a count of those, what failed."""
    steps = [
        f"{step.action}  {step.article_id}{f' “{step.title}”' if step.title else ''}: {step.reason}"
        for step in report.plan
        if step.action != "keep"
    ]
    kept = sum(source.unchanged for source in report.sources)
    total = f"{kept} articles stay as they are; nothing was written"
    return "\n".join([*steps, total, *_write_new_failures(report.failures)])


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


def _write_source(source: dict[str, Any]) -> Text:
    last, following = source["last_read"], source["next_read"]
    if following:
        read = Text("read {moment}, next {next_moment}", moment=last, next_moment=following)
    else:
        read = Text("read {moment}", moment=last) if last else Text("not read yet")
    told = {**{name: source[name] for name in ("kind", "articles", "failed")}, "read": read}
    told["source"] = _show(source["source"])
    if source["failed"]:
        return Text("{kind} {source}: {articles} articles, {read}, {failed} failed", **told)
    return Text("{kind} {source}: {articles} articles, {read}", **told)


def _write_changes(source: SourceReport) -> Text:
    told = {**vars(source), "source": _show(source.source)}
    if source.waiting:
        return Text(
            "{source}: {new} new, {changed} changed, {unchanged} unchanged, {removed} removed, {failed} failed,"
            " {waiting} wait for the next read",
            **told,
        )
    return Text(
        "{source}: {new} new, {changed} changed, {unchanged} unchanged, {removed} removed, {failed} failed",
        **told,
    )


def _write_failure(failure: dict[str, Any]) -> Text:
    told = {**failure, "item": _show(failure["item"]), "reason": _show(failure["reason"])}
    if failure["next_try"]:
        return Text("failed: {item}: {reason} (since {since}, tried again from {next_try})", **told)
    return Text("failed: {item}: {reason}", **told)


def _write_new_failures(failures: list[Failure]) -> list[Text]:
    return _list_failures([_write_failure({**asdict(failure), "next_try": None}) for failure in failures])


def _show(address: str) -> str:
    """An address, or what is said of one, without its password: a chat is read by more than one, and kept."""
    return scrub(address, ())


def _write_moment(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _list_failures(failures: list[Text]) -> list[Text]:
    more = Text("… and {count} more (`newsbot status --json` has all)", count=len(failures) - _LISTED)
    return [*failures[:_LISTED], more] if len(failures) > _LISTED else failures
