"""`newsbot eval`: how well search, answers and refusals do on questions with known answers.

question → answer → search → outcome → why search missed what it missed
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Newsbot
from bot.evaluation.gold import GoldQuestion
from bot.evaluation.measures import Evaluation
from bot.evaluation.outcomes import Outcome
from bot.evaluation.search import PASSAGES, Ranks, explain_misses, rank_hits
from config.errors import IndexMismatch, IndexMissing, NewsbotError, first_line
from config.logs import scrub
from index.articles import Hit, Passage

_SHOWN = 5  # of the passages found, for each question that fails


def evaluate(newsbot: Newsbot, questions: Sequence[GoldQuestion]) -> Evaluation:
    """Ask and search for each question; one that fails is noted as such, and the rest go on.

    Raises `IndexMissing` and `IndexMismatch`, as then no question can be answered.
    """
    outcomes = [_measure(newsbot, question) for question in questions]
    with newsbot.index.use() as generation:
        misses = explain_misses(generation.store, [(outcome.question, outcome.ranks) for outcome in outcomes])
    return Evaluation(tuple(replace(o, misses=found) for o, found in zip(outcomes, misses, strict=True)))


def _measure(newsbot: Newsbot, question: GoldQuestion) -> Outcome:
    try:
        answer = newsbot.answer(question.text, at=question.at)
        hits = newsbot.find_hits(question.text, k=PASSAGES, at=question.at)
        ranks = rank_hits(newsbot, question, hits) if question.answers else None
    except (IndexMissing, IndexMismatch):
        raise
    except NewsbotError as error:
        return Outcome(question, error=scrub(str(error), newsbot.secrets))
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected error", exc_info=True)
        cause = f"unexpected {type(error).__name__} ({first_line(error)})"
        return Outcome(question, error=scrub(cause, newsbot.secrets))
    quotes = tuple(_stands(newsbot, found.article_id, found.start, found.quote) for found in answer.citations)
    outcome = Outcome(question, answer, quotes, ranks)
    return outcome if outcome.right else replace(outcome, passages=_choose_passages(hits, ranks))


def _choose_passages(hits: Sequence[Hit], ranks: Ranks | None) -> dict[int, Passage]:
    """The first passages found, by their ranks, and the first that holds an answer."""
    shown = {rank: hit.passage for rank, hit in enumerate(hits[:_SHOWN], start=1)}
    if ranks and ranks.passage:
        shown[ranks.passage] = hits[ranks.passage - 1].passage
    return shown


def _stands(newsbot: Newsbot, article_id: str, start: int, quote: str) -> bool:
    with newsbot.index.use() as generation:
        article = generation.store.article(article_id)
    return article is not None and article.text[start : start + len(quote)] == quote
