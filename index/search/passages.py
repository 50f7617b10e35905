"""The way from a question to its hits, every step in order:

spelling → queries → candidates by words and by meaning → scores → stories (copies joined) → hits
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import chain, zip_longest
from typing import Protocol

from config.errors import UsageError
from index.articles import Hit
from index.clean import clean_line
from index.dates import is_after, read_date
from index.embed import Embedder, Vectors
from index.generations import Generation
from index.search.address import leave_out_address
from index.search.query import Query, read_queries
from index.search.ranking import Weights, score_places
from index.search.spelling import correct_spelling
from index.search.stories import join_copies, spread_articles
from index.vectors import UnreadableVectors

_BY_WORDS, _BY_MEANING = 100, 60  # candidates
_ASKED = 300  # passages with what is asked, of which those count that are candidates
_PAGE = 12  # passages that are loaded together
_WEIGHTS = Weights()
_LOG = logging.getLogger(__name__)
_BESIDE = ThreadPoolExecutor(2, "search")  # Chroma searches beside tantivy: on two cores one question takes less


class Search(Protocol):
    """Anything that finds passages as `search_passages` does."""

    def __call__(
        self, generation: Generation, embedder: Embedder, question: str, *, k: int, at: str | None = None
    ) -> list[Hit]:
        """The `k` best passages for a question, best first."""
        ...


def search_passages(
    generation: Generation,
    embedder: Embedder,
    question: str,
    *,
    k: int,
    at: str | None = None,
    weights: Weights = _WEIGHTS,
) -> list[Hit]:
    """The `k` best passages for a question asked at the moment `at`, best first; fewer if there are no more.

    Of a question in parts those of each come in turns. Arguments and errors are those of `search_parts`.
    """
    return merge_parts(generation, search_parts(generation, embedder, question, k=k, at=at, weights=weights), k)


def search_parts(
    generation: Generation,
    embedder: Embedder,
    question: str,
    *,
    k: int,
    at: str | None = None,
    weights: Weights = _WEIGHTS,
) -> list[tuple[Query, list[Hit]]]:
    """Each part of a question with its `k` best passages, best first; of most questions one part, of an empty one none.

    `at` is a day or a moment as `index.dates.read_date` gives it (None: now); later articles never count.
    Raises `IndexMismatch` if another embedder made the index, `ServiceError` if the embedder fails.
    """
    generation.check_embedder(embedder.name)
    vectors: dict[str, Vectors] = {}
    while True:
        revision = generation.refresh()
        queries = understand(generation, question, at)
        for query in queries:
            if query.text not in vectors:
                vectors[query.text] = embedder.embed_question(query.text)
        found = [(query, _find_hits(generation, query, vectors[query.text], k, weights)) for query in queries]
        # While an article was replaced, neither its old nor its new passages may have been found: search again.
        if generation.store.revision() == revision:
            return found


def merge_parts(generation: Generation, found: Sequence[tuple[Query, list[Hit]]], k: int) -> list[Hit]:
    """The `k` best passages of all parts that `search_parts` found, those of each in turns."""
    if len(found) < 2:
        return found[0][1] if found else []
    return join_copies(generation.store, _take_turns([hits for _, hits in found]), k, found[0][0].moment)


def understand(generation: Generation, question: str, at: str | None = None) -> list[Query]:
    """What a question asked at `at` is searched for: one query or one for each of its parts, none if it is empty."""
    moment = at or datetime.now(UTC).isoformat(timespec="seconds")
    question = clean_line(question)  # composed as the articles are, and without half characters that nothing can encode
    question = leave_out_address(question)
    return read_queries(generation, correct_spelling(question, generation), moment) if question else []


def _find_hits(generation: Generation, query: Query, vector: Vectors, k: int, weights: Weights) -> list[Hit]:
    deeper = 1
    while True:
        by_words, by_meaning = max(_BY_WORDS, 3 * k) * deeper, max(_BY_MEANING, 3 * k) * deeper
        nearest = _BESIDE.submit(generation.vectors.search, vector, by_meaning)
        until = query.last if query.until is None else query.until
        find = partial(generation.keywords.search, presence=weights.presence)
        words = dict(find(query.words, by_words, until=query.last))
        asked = dict(find(query.asked, _ASKED, until=query.last)) if query.asked else {}
        if query.is_past or query.is_open or query.outlet:
            # Of old times and small outlets there may be none among the best of all.
            words |= dict(find(query.words, by_words, since=query.since, until=until, outlet=query.outlet))
        meaning = _wait_for(nearest)
        if query.broad:  # "happened" says nothing: the newest of the period count, alike in words and meaning
            newest = generation.keywords.newest(by_words, since=query.since, until=until, outlet=query.outlet)
            words, meaning = dict.fromkeys([*words, *meaning, *newest], 1.0), {}
        places = [
            place
            for place in generation.store.place_passages(words.keys() | meaning.keys())
            if not is_after(place.published, query.moment)
        ]
        scores = score_places(places, words, asked, meaning, query, weights)
        places.sort(key=lambda place: (-scores[place.passage_id], place.passage_id))
        if query.broad:
            places = spread_articles(places)
            places.sort(key=lambda place: not query.is_asked(place.published, place.outlet))
        ranked = [(place.passage_id, scores[place.passage_id]) for place in places]
        kept = join_copies(generation.store, _load_hits(generation, ranked), k, query.moment)
        # Passages that were not out yet, are copies, or are just being replaced, took places: look deeper.
        if len(kept) >= k or (len(words) < by_words and len(meaning) < by_meaning):
            return kept
        deeper *= 4


def _wait_for(nearest: Future[list[tuple[str, float]]]) -> dict[str, float]:
    """The nearest passages with their cosines; none where the files of the vectors are damaged: words find more."""
    try:
        return dict(nearest.result())
    except UnreadableVectors as error:
        _LOG.warning("search goes by words only until `newsbot reindex` has mended it: %s", error.problem)
        return {}


def _load_hits(generation: Generation, ranked: Sequence[tuple[str, float]]) -> Iterator[Hit]:
    """The hits in their order; the texts of those that nobody takes are not read."""
    for i in range(0, len(ranked), _PAGE):
        page = ranked[i : i + _PAGE]
        passages = generation.store.load_passages([passage_id for passage_id, _ in page])
        yield from (Hit(passages[passage_id], score) for passage_id, score in page if passage_id in passages)


def _take_turns(found: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of the parts of a question in turns, each passage once."""
    return list({hit.passage.id: hit for hit in chain.from_iterable(zip_longest(*found)) if hit}.values())


def read_moment(written: str | None) -> str | None:
    """The moment of asking, from `--at`. Raises `UsageError` for what is no date."""
    if written is None:
        return None
    moment = read_date(written)
    if moment is None:
        raise UsageError(f"{written!r} is not a date", "write a day as 2020-02-18, or a moment as 2020-02-18T09:30Z")
    return moment
