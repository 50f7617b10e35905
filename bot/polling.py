"""Reading the sources on their schedule while the bot serves."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

from config.errors import IndexLocked, IndexMismatch, IndexMissing, NewsbotError
from config.logs import scrub
from config.settings import Settings
from index.embed import Embedder
from index.live import LiveIndex
from index.reindex import reindex
from index.schedule import next_read
from index.sources import Source, SourceList

_LOG = logging.getLogger(__name__)
_LOOK = 5.0  # seconds between two looks at the schedule
_LONGEST_PAUSE = 900.0  # seconds after a re-index that failed as a whole


async def poll_sources(settings: Settings, index: LiveIndex, embedder: Embedder) -> None:
    """Read each source when it is due, until cancelled. Raises nothing: what fails is logged, and tried again later."""
    pause = _LOOK
    while True:
        stop = threading.Event()
        try:
            due = await asyncio.to_thread(_find_due, settings, index, embedder)
            if due:
                only = [source.location for source in due]
                report = await asyncio.to_thread(reindex, settings, embedder, only=only, stop=stop)
                for failure in report.failures:
                    _LOG.info("%s: %s", failure.item, failure.reason)
            pause = _LOOK
        except asyncio.CancelledError:
            stop.set()
            raise
        except IndexLocked as error:  # somebody else is at it
            _LOG.info("%s", error)
        except NewsbotError as error:
            _LOG.error("reading the sources failed: %s", scrub(str(error), settings.secrets))
            pause = min(2 * pause, _LONGEST_PAUSE)
        except Exception:  # noqa: BLE001 - the bot goes on answering from what it has
            _LOG.exception("reading the sources failed")
            pause = min(2 * pause, _LONGEST_PAUSE)
        await asyncio.sleep(pause)


def _find_due(settings: Settings, index: LiveIndex, embedder: Embedder) -> list[Source]:
    """The sources that are to be read now; all of them if there is no index yet that was made as the settings say."""
    sources = SourceList(settings.data).read()
    try:
        with index.use() as generation:
            generation.check_embedder(embedder.name)
            if generation.store.read_meta().get("running") == "yes":  # it was killed, and is to be gone on with
                return sources
            reads = generation.ledger.last_reads()
    except (IndexMissing, IndexMismatch):
        reads = {}
    return [s for s in sources if next_read(s, settings, reads.get(s.location)) <= time.time()]
