"""What each sign that search weighs is worth: a part of `make eval`.

Signs are added one after another, from words alone to all of them, and each is left out once. Every row is compared
with the one above it, or with all signs, on the same questions (paired bootstrap); and the questions that the weights
were fitted on (every other) stand beside the rest, on which they were chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bot.answer import Newsbot
from bot.evaluation.bootstrap import compare_paired
from bot.evaluation.gold import GoldQuestion
from bot.evaluation.search import DEPTHS, RECIPROCAL_RANK, rank_gold, value_search
from bot.render.terminal import render_table
from index.search.passages import search_passages
from index.search.ranking import Weights

_ALL = Weights()
_WORDS = Weights(presence=0, asked=0, meaning=0, newness=0, article=0, lead=0)
_STEPS = {
    "words alone (BM25 of title and text)": _WORDS,
    "+ newer first": replace(_WORDS, newness=_ALL.newness),
    "+ meaning (static vectors)": replace(_ALL, presence=0, asked=0, article=0, lead=0),
    "+ words that are there at all": replace(_ALL, asked=0, article=0, lead=0),
    "+ the article's best two passages": replace(_ALL, asked=0, lead=0),
    "+ first passages": replace(_ALL, asked=0),
    "+ what is asked, where something is told before = newsbot": _ALL,
}
_WITHOUT = {
    "newsbot without newer first": replace(_ALL, newness=0),
    "… without meaning": replace(_ALL, meaning=0),
    "… without words that are there at all": replace(_ALL, presence=0),
    "… without the article's best two": replace(_ALL, article=0),
    "… without first passages": replace(_ALL, lead=0),
    "… without what is asked": replace(_ALL, asked=0),
    "… with age counted twice as steeply": replace(_ALL, newness_days=_ALL.newness_days / 2),
    "… with age counted half as steeply": replace(_ALL, newness_days=_ALL.newness_days * 2),
}
_GOLD, _ANSWER = "gold article in first {}", "answer in first {} passages"
_MEASURES = [*map(_GOLD.format, DEPTHS), RECIPROCAL_RANK, *map(_ANSWER.format, DEPTHS)]
_COMPARED = [_GOLD.format(1), _ANSWER.format(1), _ANSWER.format(5)]
_HEAD = ["search", *(f"gold@{k}" for k in DEPTHS), "MRR", *(f"answer@{k}" for k in DEPTHS)]
_HEAD += ["gold@1, answer@1 fitted on", "chosen on", "gold@1, against the row above", "answer@1", "answer@5"]

Values = list[dict[str, float]]  # of each question, its measures


def ablate(newsbot: Newsbot, questions: Sequence[GoldQuestion]) -> str:
    """A table of what search finds with some of its signs left out."""
    asked = [question for question in questions if question.answers]
    rows, before = [], None
    for name, weights in _STEPS.items():
        values = _measure(newsbot, asked, weights)
        rows.append(_make_row(name, values, before))
        before = values
    for name, weights in _WITHOUT.items():
        rows.append(_make_row(name, _measure(newsbot, asked, weights), before))
    return render_table([_HEAD, *rows])


def _measure(newsbot: Newsbot, questions: Sequence[GoldQuestion], weights: Weights) -> Values:
    variant = replace(newsbot, search=partial(search_passages, weights=weights))
    return [value_search(question, rank_gold(variant, question)) for question in questions]


def _make_row(name: str, values: Values, other: Values | None) -> list[str]:
    halves = [" ".join(_write_mean(values[half::2], measure) for measure in _COMPARED[:2]) for half in (0, 1)]
    shares = [_write_mean(values, measure) for measure in _MEASURES]
    return [name, *shares, *halves, *(_compare(values, other, measure) if other else "" for measure in _COMPARED)]


def _write_mean(values: Values, measure: str) -> str:
    known = [each[measure] for each in values if measure in each]
    return f"{sum(known) / len(known):.3f}" if known else "–"


def _compare(values: Values, other: Values, measure: str) -> str:
    pairs = [(a[measure], b[measure]) for a, b in zip(values, other, strict=True) if measure in a]
    return str(compare_paired([a for a, _ in pairs], [b for _, b in pairs])) if pairs else "–"
