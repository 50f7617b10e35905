"""Bringing the index up to date: every step of an article's way in, in order.

sources → read (folders, feeds, pages) → articles (cleaned) → plan → passages → embedded and stored → noted as read
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from contextlib import closing
from datetime import UTC, datetime

from config.settings import Settings
from index.building import copy_for_planning, open_for_writing
from index.embed import Embedder
from index.ledger import Ledger
from index.lock import hold_lock
from index.mend import mend
from index.reading import read_sources
from index.report import Progress, Report
from index.run import Run
from index.sources import SourceList
from index.store import ArticleStore
from index.writer import DryWriter, Writer


def reindex(
    settings: Settings,
    embedder: Embedder,
    *,
    full: bool = False,
    allow_removal: bool = False,
    only: Collection[str] | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Report:
    """Read all sources and make the index hold what they hold. One process at a time; questions are answered meanwhile.

    `full` reads everything again and embeds it anew, in a new generation that then takes the old one's place; so does a
    change of embedder, passage length or Chroma server, without reading again what has not changed. `only` names the
    locations of the sources to read; None: all. Raises `IndexLocked`, `ServiceError`, or `NewsbotError` once `stop` is
    set; whatever was indexed before is then still there, and the next re-index goes on.
    """
    began = time.monotonic()
    with hold_lock(settings), open_for_writing(settings, embedder.name, full=full) as generation:
        store, ledger = generation.store, generation.ledger
        ended_well = store.read_meta().get("running") != "yes"
        mend(generation, embedder)
        store.write_meta(running="yes")
        sources = SourceList(settings.data).read()
        with Writer(generation, embedder) as writer:
            run = Run(settings, store, ledger, writer, allow_removal=allow_removal, on_progress=on_progress, stop=stop)
            wanted = [source for source in sources if only is None or source.location in only]
            with closing(read_sources(wanted, ledger, settings, while_waiting=run.tick)) as events:
                for event in events:
                    run.take(event)
            run.drop_unlisted_sources({source.location for source in sources})
            run.embed_what_was_taken_over()
        if not ended_well and generation.vectors.relink():
            store.count_up()
        store.write_meta(running="no", reindexed=datetime.now(UTC).isoformat(timespec="seconds"))
        report = run.report
        order = [source.location for source in sources]
        report.sources.sort(key=lambda source: order.index(source.source) if source.source in order else len(order))
        report.generation = generation.name
        report.articles, report.passages = store.count("articles"), store.count("passages")
    report.seconds = round(time.monotonic() - began, 3)
    return report


def plan_reindex(settings: Settings, *, allow_removal: bool = False) -> Report:
    """What `reindex` would do now, as the report's `plan`: sources are read, and nothing is written or embedded."""
    began = time.monotonic()
    database = copy_for_planning(settings)
    store, ledger = ArticleStore(database), Ledger(database)
    sources = SourceList(settings.data).read()
    run = Run(settings, store, ledger, DryWriter(), allow_removal=allow_removal, keep_plan=True)
    for event in read_sources(sources, ledger, settings):
        run.take(event)
    run.drop_unlisted_sources({source.location for source in sources})
    run.report.articles = store.count("articles")
    database.close()
    run.report.seconds = round(time.monotonic() - began, 3)
    return run.report
