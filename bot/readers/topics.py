"""The topic that a question for a list or a summary is about, and the articles that are about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answers import Question
from bot.forms import ANY_DAY
from bot.questions import coverage, words_in
from bot.readers.sentences import LEAD
from index.articles import Article, Hit, distinct_articles
from index.search.when import find_period
from index.terms import analyze, content_terms, fold_words

ON_TOPIC = 0.6  # of the topic's weight that an article must hold, and of its names the same

_PLAIN = frozenset(analyze("happen new news late latest recent event development update headline story top timeline"))


def find_topic(question: Question) -> Question:
    """The question with the terms and names of its topic alone: without words of time, and "news" and the like."""
    period = find_period(question.text, ANY_DAY)
    text = question.text.replace(period.words, " ") if period else question.text
    kept = set(content_terms(text)) - _PLAIN
    weights = {term: weight for term, weight in question.terms.items() if term in kept}
    words = [word for word in re.findall(r"[^\W\d_]+", text) if word[0].isupper() and content_terms(word)]
    names = {term: name for word in words for name in fold_words(word) for term in analyze(name)}
    return replace(question, terms=weights, names={term: name for term, name in names.items() if term in weights})


def articles_on_topic(topic: Question, hits: Sequence[Hit]) -> list[tuple[Article, float]]:
    """The articles of some hits that are about the topic, with their place among the hits from 1 down to 0."""
    passages: dict[str, list[str]] = {}
    for hit in hits:
        passages.setdefault(hit.passage.article.id, []).append(hit.passage.text)
    articles = distinct_articles(hits)
    return [
        (article, 1 - rank / len(articles))
        for rank, article in enumerate(articles)
        if _is_on_topic(topic, article, passages[article.id])
    ]


def _is_on_topic(topic: Question, article: Article, passages: Sequence[str]) -> bool:
    """Whether an article is about the topic: title and lead, or with its hits, hold most of it and of its names."""
    if not topic.terms:
        return True
    names = {term: weight for term, weight in topic.terms.items() if term in topic.names}
    held: frozenset[str] = frozenset()
    for text in (f"{article.title}\n{article.text[:LEAD]}", "\n".join(passages)):
        held |= words_in(text)
        if coverage(topic, held) >= ON_TOPIC:
            return not names or coverage(replace(topic, terms=names), held) >= ON_TOPIC
    return False
