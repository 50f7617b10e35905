"""Writing articles into a generation, in an order in which a kill at any moment loses, doubles or halves nothing.

announce new passage ids → vectors and keywords → articles (one transaction: now they count) → delete what is stale

While one batch is stored, the next is embedded, and while that goes on, more articles are read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

from index.articles import Article, Passage
from index.embed import Embedder, Vectors
from index.generations import Generation
from index.store import Sighting

_BATCH = 1000  # passages that are embedded and stored together


class Writes(Protocol):
    """What a re-index asks of a writer."""

    def add(self, article: Article, passages: Sequence[Passage], seen: Sighting | None = None) -> None:
        """Add or replace an article, now or with others that follow, and note where it was seen."""
        ...

    def then(self, note: Callable[[], None]) -> None:
        """Do this as soon as all that was added before is stored."""
        ...

    def remove(self, article_ids: Collection[str]) -> None:
        """Remove articles and all their passages, now."""
        ...

    def flush(self) -> None:
        """Store all that was added."""
        ...


@dataclass
class _Batch:
    articles: dict[Article, Sequence[Passage]] = field(default_factory=dict)
    seen: list[Sighting] = field(default_factory=list)
    notes: list[Callable[[], None]] = field(default_factory=list)
    passages: int = 0
    new: list[Passage] = field(default_factory=list)
    vectors: Future[Vectors] | None = None


class Writer:
    """Embeds and stores articles in batches. A context manager; what was not flushed at its end is dropped.

    Its methods raise `ServiceError` when the embedder or Chroma fails; then no article of that batch has changed.
    """

    def __init__(self, generation: Generation, embedder: Embedder) -> None:
        self._generation, self._embedder = generation, embedder
        self._batch, self._embedding = _Batch(), _Batch()
        self._worker = ThreadPoolExecutor(1, "embed")
        self._second = ThreadPoolExecutor(1, "keywords")

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.shutdown(cancel_futures=True)
        self._second.shutdown()

    def add(self, article: Article, passages: Sequence[Passage], seen: Sighting | None = None) -> None:
        """Add or replace an article with its passages; those whose words stay are not embedded again."""
        self._batch.articles[article] = passages
        self._batch.seen += [seen] if seen else []
        self._batch.passages += len(passages)
        if self._batch.passages >= _BATCH:
            self._hand_on()

    def then(self, note: Callable[[], None]) -> None:
        """Do this as soon as all that was added before is stored."""
        self._batch.notes.append(note)

    def remove(self, article_ids: Collection[str]) -> None:
        """Remove articles and all their passages, after all that was added before is stored."""
        self.flush()
        self._generation.store.remove(article_ids)
        sweep_stale(self._generation)

    def flush(self) -> None:
        """Store all that was added."""
        self._hand_on()
        self._hand_on()

    def _hand_on(self) -> None:
        """Begin to embed the batch that was collected, and meanwhile store the one that was embedded before it."""
        collected, embedded = self._batch, self._embedding
        stored = set(self._generation.store.passage_ids([article.id for article in collected.articles]))
        new = [p for passages in collected.articles.values() for p in passages if p.id not in stored]
        # Texts of like length together: a model that pads its batches to their longest wastes least.
        collected.new = sorted(new, key=lambda passage: len(passage.embedded_text))
        if collected.new:
            texts = [passage.embedded_text for passage in collected.new]
            collected.vectors = self._worker.submit(self._embedder.embed_texts, texts)
        self._batch, self._embedding = _Batch(), collected
        self._store(embedded)

    def _store(self, batch: _Batch) -> None:
        if batch.vectors is not None:
            vectors = batch.vectors.result()
            self._generation.store.announce(passage.id for passage in batch.new)
            keywords = self._second.submit(self._generation.keywords.update, add=batch.new)
            self._generation.vectors.add([passage.id for passage in batch.new], vectors)
            keywords.result()
        with self._generation.store.together():
            if batch.articles:
                self._generation.store.put(batch.articles, batch.seen)
            for note in batch.notes:
                note()
        if batch.articles:
            sweep_stale(self._generation)


class DryWriter:
    """A writer that writes no article; notes are made, in whatever ledger they go to."""

    def add(self, article: Article, passages: Sequence[Passage], seen: Sighting | None = None) -> None:
        """Do nothing."""

    def then(self, note: Callable[[], None]) -> None:
        """Do it."""
        note()

    def remove(self, article_ids: Collection[str]) -> None:
        """Do nothing."""

    def flush(self) -> None:
        """Do nothing."""


def sweep_stale(generation: Generation) -> None:
    """Delete from both indexes what no longer counts: what was replaced or removed, or left by a killed run."""
    stale = generation.store.stale_passage_ids()
    if stale:
        generation.vectors.delete(stale)
        generation.keywords.update(delete=stale)
        generation.store.forget_stale(stale)
