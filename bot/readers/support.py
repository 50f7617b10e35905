"""How much there is for an answer at all: below a threshold the extractive reader refuses.

Two kinds of signs tell a question that the articles answer from one that they do not. What its words find: how much of
the question the best sentence, passage and first hit cover, and how near the best sentence is in meaning. And how the
hits lie: on what happened there are a few that stand out, from about the same days; where nothing happened that was
asked about, hits are equally weak, and of any time.

The weights are those of a logistic regression of right answers against questions without one, by `tests/fit_reader.py`:
asked at their own time, at other times, years later, and of an index of the last weeks only; rounded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.answers import Question
from bot.readers.candidates import Candidate
from index.articles import Hit
from index.dates import second_of

_ENOUGH = 0.79  # support below this is no answer,
_WHOLE = 0.95  # but for a sentence that in its context has nearly all that is asked
_SAME_TIME = 7 * 86_400  # seconds between two articles on one event, at most

WEIGHTS = {
    "context": 0.25,
    "passage": 0.12,
    "first": 0.15,
    "meaning": 0.15,
    "terms": 0.13,
    "stands_out": 0.3,
    "same_time": 0.11,
}


def is_answered(question: Question, candidates: Sequence[Candidate], hits: Sequence[Hit]) -> bool:
    """Whether there is enough for an answer; `candidates` are sentences of these hits."""
    if not candidates:
        return False
    whole = max(candidate.context for candidate in candidates) >= _WHOLE
    return whole or support(question, candidates, hits) >= _ENOUGH


def support(question: Question, candidates: Sequence[Candidate], hits: Sequence[Hit]) -> float:
    """The signs for an answer, weighed; `candidates` are sentences of these hits, at least one."""
    return sum(WEIGHTS[name] * sign for name, sign in find_signs(question, candidates, hits).items())


def find_signs(question: Question, candidates: Sequence[Candidate], hits: Sequence[Hit]) -> dict[str, float]:
    """Each sign by its name in `WEIGHTS`, between 0 and 1 but for `terms`.

    The same share of a question's terms says less of a short question, which any text covers more easily: `terms` is
    the logarithm of how many there are.
    """
    return {
        "context": max(candidate.context for candidate in candidates),
        "passage": max(candidate.passage for candidate in candidates),
        "first": max(candidates, key=lambda candidate: candidate.place).passage,
        "meaning": max(0.0, *(candidate.meaning for candidate in candidates)),
        "terms": math.log1p(len(question.terms)),
        "stands_out": _stand_out(hits),
        "same_time": _share_time(hits),
    }


def _stand_out(hits: Sequence[Hit]) -> float:
    """How far the score falls from the first hit to the third."""
    return 1.0 - hits[2].score / hits[0].score if len(hits) > 2 and hits[0].score > 0 else 0.0


def _share_time(hits: Sequence[Hit]) -> float:
    """The share of the hits that were published within a week of the first."""
    moments = [second_of(hit.passage.article.published) if hit.passage.article.published else None for hit in hits]
    first = moments[0]
    if first is None:
        return 0.0
    return sum(moment is not None and abs(moment - first) <= _SAME_TIME for moment in moments) / len(moments)
