"""How candidates are ordered: by words and meaning, by what else their article says, by place in it, and by age."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.dates import second_of
from index.search.query import Query
from index.store import Place

_DAY = 86_400
_LEAST_DAYS = 1.0  # in which two thirds of what being new adds are gone, where a short period is asked for


@dataclass(frozen=True)
class Weights:
    """What each sign of a good passage counts, against 1 for the words of the best candidate.

    Chosen as round numbers in the middle of where the development questions do well: on every other question those
    that fit best were found, and they did as well on the rest. `make eval` shows what each is worth.
    """

    presence: float = 1.0  # times what each word of the question weighs that is there at all, beside its BM25 score
    asked: float = 1.0  # for the words with which the question asks, where it tells something before
    meaning: float = 1.0  # times the cosine
    article: float = 0.25  # times the mean words of the article's best two passages
    lead: float = 0.25  # for the first passage of an article, which says what it is about
    newness: float = 1.0  # of the sum so far, for an article of now, less with each day
    newness_days: float = 14.0  # after which two thirds of that are gone
    outlet: float = 1.0  # of the sum so far, for an article of the outlet that the question names


def score_places(
    places: Sequence[Place],
    words: Mapping[str, float],
    asked: Mapping[str, float],
    meaning: Mapping[str, float],
    query: Query,
    weights: Weights,
) -> dict[str, float]:
    """The score of each place by its passage id, from BM25 scores and cosines, where a passage has them.

    `words` are the scores for all words of the query, `asked` those for what it asks where it tells something before.
    """
    most = max(words.values(), default=0.0) or 1.0
    by_words = {place.passage_id: words.get(place.passage_id, 0.0) / most for place in places}
    best_asked = max(asked.values(), default=0.0) or 1.0
    # A passage that is not among the nearest may be just behind them.
    farthest = min(meaning.values(), default=0.0)
    in_article: dict[int, list[float]] = defaultdict(list)
    for place in places:
        in_article[place.article].append(by_words[place.passage_id])
    best_two = {article: sum(sorted(each)[-2:]) / 2 for article, each in in_article.items()}
    newness = {published: _weigh_newness(published, query, weights) for published in {p.published for p in places}}
    by_outlet = {outlet: weights.outlet * query.is_by(outlet) for outlet in {place.outlet for place in places}}
    return {
        place.passage_id: (
            by_words[place.passage_id]
            + weights.asked * asked.get(place.passage_id, 0.0) / best_asked
            + weights.meaning * max(0.0, meaning.get(place.passage_id, farthest))
            + weights.article * best_two[place.article]
            + weights.lead * (place.position == 0)
        )
        * (1.0 + newness[place.published] + by_outlet[place.outlet])
        for place in places
    }


def _weigh_newness(published: str | None, query: Query, weights: Weights) -> float:
    """What the age of an article adds: counted from the moment of asking, or by how far it is from a past period."""
    if published is None:
        return 0.0
    first, last = second_of(published), second_of(published, last=True)
    if query.until is None:  # what begins in the past and lasts until now is what newness says anyway
        newness = weights.newness * math.exp(-max(0, query.last - first) / _DAY / weights.newness_days)
        opens = query.since if query.is_open else None
        if opens is None:
            return newness
        # Since a day counts nothing from before it, and all from then on, the newest most.
        return (weights.newness + newness) / 2 if last >= opens else 0.0
    # Within a period that is over no day is better than another.
    outside = max(0, first - query.until, 0 if query.since is None else query.since - last)
    length = 0.0 if query.since is None else (query.until - query.since) / _DAY
    days = max(_LEAST_DAYS, min(weights.newness_days, length))
    return weights.newness * math.exp(-math.ceil(outside / _DAY) / days)
