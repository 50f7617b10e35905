"""Other stories among the hits, each asked for by its headline: which tell more of what an answer is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers import Question, Span
from bot.forms import ANY_DAY
from bot.suggestions.headlines import write_headline
from bot.suggestions.idea import Idea
from index.articles import Article, Hit, best_hits
from index.keywords import KeywordIndex
from index.search.when import find_period
from index.terms import content_terms

_SHARED = 0.35  # of the weight of a headline that question, answer and the titles of what it cites must have,
_FEWEST = 2  # in so many terms;
_NEW = 0.2  # that question and answer must not have: else it tells nothing more,
_UNASKED = 0.35  # and of it the question itself must not have so much: else it repeats what was asked
_NEAREST = 0.25
_MONTH = 30  # days from a cited article after which a story is half as near


@dataclass(frozen=True)
class Story:
    """A headline as a question, the hit with its article, and how near it is to the answer, from 0 to 1.

    `is_new` if it tells what question and answer do not; else its article may.
    """

    idea: Idea
    hit: Hit
    nearness: float
    is_new: bool


def find_stories(
    question: Question, shown: Sequence[Span], hits: Sequence[Hit], keywords: KeywordIndex, longest: int
) -> Iterator[Story]:
    """The articles of some hits whose headline fits on a button and tells more of what was asked or answered.

    They are in the languages of the cited articles. None has words of time in its headline ("on Tuesday"): those mean
    another time whenever they are asked.
    """
    languages = {span.article.language[:2] for span in shown} | {""}
    asked = set(content_terms(question.text))
    known = asked.union(*(content_terms(span.text) for span in shown))
    titles = {span.article.id: set(content_terms(span.article.title)) for span in shown}
    days = [date.fromisoformat(span.article.published[:10]) for span in shown if span.article.published]
    for hit in reversed(best_hits(hits)):
        article = hit.passage.article
        headline = write_headline(article, longest) if article.language[:2] in languages else ""
        weights = keywords.weigh_terms(content_terms(headline)) if headline else {}
        topic = known.union(*(terms for cited, terms in titles.items() if cited != article.id))
        shared = [weight for term, weight in weights.items() if term in topic]
        whole = sum(weights.values()) or 1.0
        new, unasked = (sum(w for term, w in weights.items() if term not in one) / whole for one in (known, asked))
        if len(shared) < _FEWEST or sum(shared) < _SHARED * whole or unasked < _UNASKED:
            continue
        nearness = (sum(shared) / whole + _weigh_time(article, days)) / 2
        if nearness >= _NEAREST and find_period(headline, ANY_DAY) is None:
            span = Span(article, hit.passage.start, hit.passage.end)
            yield Story(Idea(headline, "story", span, headline), hit, nearness, new >= _NEW)


def _weigh_time(article: Article, days: Sequence[date]) -> float:
    """1 for an article of the day of a cited one, less the farther it is from all of them."""
    if not article.published or not days:
        return 0.5
    day = date.fromisoformat(article.published[:10])
    return _MONTH / (_MONTH + min(abs((day - other).days) for other in days))
