"""Mending an index whose parts disagree: passages without a vector or keywords, or the other way round."""

from __future__ import annotations

import logging

from index.embed import Embedder
from index.generations import Generation
from index.writer import sweep_stale

_LOG = logging.getLogger(__name__)
_BATCH = 1000  # passages that are mended together


def mend(generation: Generation, embedder: Embedder) -> int:
    """Make vectors and keywords hold just the passages that are listed; how many were missing from either.

    What a killed run left is swept away always. Numbers are compared always, and ids if they differ or if the last run
    did not end well; that takes some seconds for 100,000 passages. Raises `ServiceError` as its parts do.
    """
    sweep_stale(generation)
    listed = generation.store.count("passages")
    ended_well = generation.store.read_meta().get("running") != "yes"
    if ended_well and listed == generation.vectors.count() == generation.keywords.count():
        return 0
    generation.store.write_meta(running="yes")
    ids = set(generation.store.passage_ids())
    vectors, keywords = set(generation.vectors.ids()), set(generation.keywords.ids())
    generation.vectors.delete(list(vectors - ids))
    generation.keywords.update(delete=keywords - ids)
    missing = sorted((ids - vectors) | (ids - keywords))
    for i in range(0, len(missing), _BATCH):
        passages = list(generation.store.load_passages(missing[i : i + _BATCH]).values())
        if bare := [p for p in passages if p.id not in vectors]:
            generation.vectors.add([p.id for p in bare], embedder.embed_texts([p.embedded_text for p in bare]))
        generation.keywords.update(add=[p for p in passages if p.id not in keywords])
    if missing or (vectors | keywords) - ids:
        generation.store.count_up()
        _LOG.warning("the index was mended: %d passages were missing from one of its parts", len(missing))
    return len(missing)
