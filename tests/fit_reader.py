"""Fits the weights of the extractive reader on one half of the development questions, and tries them on the other.

`make eval` prints what comes of it beside the weights in the code, which are rounded and were chosen by these figures.
A sentence's weights are those of a softmax over all sentences of a question's hits, fitted so that those with a gold
answer get its mass; the support's those of a logistic regression of questions that were answered rightly against
questions without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.answer import Newsbot
from bot.evaluation.gold import GoldQuestion, contains_gold
from bot.questions import analyze_question
from bot.readers import candidates as weighed
from bot.readers import support as supported
from bot.readers.candidates import Candidate
from bot.readers.extractive import choose, order, state, weigh_candidates
from bot.readers.support import find_signs
from bot.render.terminal import render_table
from index.articles import Hit
from index.dates import is_after

Array = npt.NDArray[np.float64]

_STEPS, _RATE = 600, 0.5  # of a gradient descent, which has long converged then
_RIDGE = 0.02
_KEPT = 0.9  # of the right answers, for the share of refusals
_LATER = "2026-11-23"  # years after all articles


@dataclass(frozen=True)
class _Asked:
    """A question with its candidates, which of them have an answer, and the signs for there being one."""

    question: GoldQuestion
    candidates: list[Candidate]
    right: Array
    right_passage: bool  # a passage, with its title, has an answer
    features: Array  # candidates × weights
    signs: Array


def fit_reader(newsbot: Newsbot, questions: Sequence[GoldQuestion]) -> str:
    """What fitted weights give, and those in the code: answers right among the chosen sentences, and refusals."""
    answerable = [question for question in questions if question.answers]
    without = [question for question in questions if not question.answers]
    asked = [_ask(newsbot, question) for question in answerable]
    rows = [["sentence weights", "fitted on", "answer right, fitted half", "other half", *weighed.WEIGHTS]]
    halves = {"even": asked[::2], "odd": asked[1::2]}
    for (name, ours), other in zip(halves.items(), reversed(halves.values()), strict=True):
        weights = _fit_choice(ours)
        rows.append(
            [
                f"fitted on {name}",
                str(len(ours)),
                *(f"{_share_right(h, weights):.3f}" for h in (ours, other)),
                *map(_write, weights),
            ]
        )
    code = np.array(list(weighed.WEIGHTS.values()))
    rows.append(
        ["in the code", "", *(f"{_share_right(half, code):.3f}" for half in halves.values()), *map(_write, code)]
    )
    right = sum(_is_answered_rightly(one) for one in asked)
    found = sum(one.right_passage for one in asked)
    told = (
        f"Answers right where no question is refused: {right / len(asked):.3f} of {len(asked)},"
        f" {right / found:.3f} of what the first {newsbot.hits} passages have"
    )
    return "\n\n".join([render_table(rows), told, _fit_support(newsbot, answerable, without)])


def _ask(newsbot: Newsbot, question: GoldQuestion, keep: Callable[[Hit], bool] | None = None) -> _Asked:
    hits = newsbot.find_hits(question.text, k=100 if keep else None, at=question.at)
    hits = [hit for hit in hits if keep is None or keep(hit)][: newsbot.hits]
    with newsbot.index.use() as generation:
        analyzed = analyze_question(question.text, generation.keywords, newsbot.embedder)
    found = weigh_candidates(analyzed, hits, newsbot.embedder)
    features = [[float(getattr(candidate, name)) for name in weighed.WEIGHTS] for candidate in found]
    right = np.array([contains_gold(candidate.span.text, question.answers) for candidate in found], dtype=np.float64)
    signs = find_signs(analyzed, found, hits) if found else dict.fromkeys(supported.WEIGHTS, 0.0)
    passages = (f"{hit.passage.article.title} {hit.passage.text}" for hit in hits)
    held = any(contains_gold(text, question.answers) for text in passages)
    return _Asked(
        question, found, right, held, np.array(features), np.array([signs[name] for name in supported.WEIGHTS])
    )


def _fit_choice(asked: Sequence[_Asked]) -> Array:
    """Weights that give the sentences with an answer the most of a softmax."""
    telling = [one for one in asked if 0 < one.right.sum() < len(one.right)]
    weights = np.zeros(len(weighed.WEIGHTS))
    for _ in range(_STEPS):
        gradient = _RIDGE * weights
        for one in telling:
            scores = one.features @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            wanted = shares * one.right / (shares @ one.right)
            gradient += (shares - wanted) @ one.features / len(telling)
        weights -= _RATE * gradient
    return weights


def _share_right(asked: Sequence[_Asked], weights: Array) -> float:
    return float(np.mean([_is_right(one, weights) for one in asked]))


def _is_answered_rightly(one: _Asked) -> bool:
    """Whether the sentences of an answer, as they are shown, or their quotes have a gold answer."""
    if not one.candidates:
        return False
    statements = list(state(order(choose(one.candidates))))
    texts = [*(s.text for s in statements), *(span.text for s in statements for span in s.spans)]
    return any(contains_gold(text, one.question.answers) for text in texts)


def _is_right(one: _Asked, weights: Array) -> bool:
    """Whether a sentence with an answer is among those that are chosen by these weights."""
    if not one.candidates:
        return False
    scores = dict(zip(map(id, one.candidates), one.features @ weights, strict=True))
    chosen = {id(candidate) for candidate in choose(one.candidates, lambda candidate: scores[id(candidate)])}
    return any(right for candidate, right in zip(one.candidates, one.right, strict=True) if id(candidate) in chosen)


def _fit_support(newsbot: Newsbot, answerable: Sequence[GoldQuestion], without: Sequence[GoldQuestion]) -> str:
    """The support's weights and what they refuse, where questions are asked in four ways."""
    code = np.array(list(weighed.WEIGHTS.values()))
    moments = [question.at for question in answerable]
    elsewhen = [replace(question, at=moments[i * 7 % len(moments)]) for i, question in enumerate(without)]

    def late(found: Sequence[GoldQuestion]) -> list[GoldQuestion]:
        return [replace(question, at=_LATER) for question in found]

    def recent(question: GoldQuestion) -> Callable[[Hit], bool]:
        first = str(np.datetime64(str(question.at)[:10]) - 45)
        return lambda hit: hit.passage.article.published is not None and is_after(hit.passage.article.published, first)

    ways = {
        "as they are": ([_ask(newsbot, q) for q in answerable], [_ask(newsbot, q) for q in without]),
        "at other times": ([], [_ask(newsbot, q) for q in elsewhen]),
        "of the last 45 days only": (
            [_ask(newsbot, q, recent(q)) for q in answerable],
            [_ask(newsbot, q, recent(q)) for q in elsewhen],
        ),
        "years later": ([_ask(newsbot, q) for q in late(answerable)], [_ask(newsbot, q) for q in late(without)]),
    }
    signs, labels, weights, half, way = [], [], [], [], []
    for number, (given, ungiven) in enumerate(ways.values()):
        right = [(i, one) for i, one in enumerate(given) if _is_right(one, code)]
        for found, label in ((right, 1.0), (list(enumerate(ungiven)), 0.0)):
            signs += [one.signs for _, one in found]
            labels += [label] * len(found)
            weights += [1 / max(1, len(found))] * len(found)
            half += [i % 2 for i, _ in found]
            way += [number] * len(found)
    x, y, w, h, v = (np.array(values) for values in (signs, labels, weights, half, way))
    rows = [["support weights", *(f"refused, {name}" for name in ways), *supported.WEIGHTS]]
    for name, ours in (("fitted on even", 0), ("fitted on odd", 1)):
        fitted = _fit_logistic(x[h == ours], y[h == ours], w[h == ours])
        rows.append(
            [f"{name}, the other half", *_refused(x @ fitted, y, v, h != ours), *map(_write, fitted / fitted.sum())]
        )
    code = np.array(list(supported.WEIGHTS.values()))
    rows.append(["in the code, all", *_refused(x @ code, y, v, h >= 0), *map(_write, code)])
    return f"Unanswerable questions refused while {_KEPT:.0%} of the right answers are kept:\n{render_table(rows)}"


def _fit_logistic(x: Array, y: Array, w: Array) -> Array:
    """The weights of a logistic regression (without its constant, which is the threshold)."""
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    scaled = np.hstack([(x - middle) / spread, np.ones((len(x), 1))])
    weights = np.zeros(scaled.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        weights -= _RATE * ((w * (chance - y)) @ scaled / w.sum() + 0.002 * weights)
    fitted: Array = weights[:-1] / spread
    return fitted


def _refused(scores: Array, y: Array, way: Array, counted: npt.NDArray[np.bool_]) -> list[str]:
    threshold = np.quantile(scores[counted & (y == 1) & (way == 0)], 1 - _KEPT)
    return [
        f"{(scores[counted & (y == 0) & (way == number)] < threshold).mean():.3f}"
        for number in range(int(way.max()) + 1)
    ]


def _write(weight: float) -> str:
    return f"{weight:.2f}"
