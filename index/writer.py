"""Writing articles into a generation, in an order in which a kill at any moment loses, doubles or halves nothing.

announce new passage ids → vectors and keywords → articles (one transaction: now they count) → delete what is stale
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from index.articles import Article, Passage
from index.embed import Embedder
from index.generations import Generation


def write_articles(generation: Generation, embedder: Embedder, batch: Mapping[Article, Sequence[Passage]]) -> None:
    """Add or replace articles with their passages; those that stay word for word in place are not embedded again.

    Raises `ServiceError` when the embedder or Chroma fails; then no article of the batch has changed.
    """
    stored = set(generation.store.passage_ids([article.id for article in batch]))
    new = [passage for passages in batch.values() for passage in passages if passage.id not in stored]
    if new:
        vectors = embedder.embed_texts([passage.embedded_text for passage in new])
        generation.store.announce(passage.id for passage in new)
        generation.vectors.add([passage.id for passage in new], vectors)
        generation.keywords.update(add=new)
    generation.store.put(batch)
    sweep_stale(generation)


def remove_articles(generation: Generation, article_ids: Collection[str]) -> None:
    """Remove articles and all their passages."""
    generation.store.remove(article_ids)
    sweep_stale(generation)


def sweep_stale(generation: Generation) -> None:
    """Delete from both indexes what no longer counts: what was replaced or removed, or left by a killed run."""
    stale = generation.store.stale_passage_ids()
    if stale:
        generation.vectors.delete(stale)
        generation.keywords.update(delete=stale)
        generation.store.forget_stale(stale)
