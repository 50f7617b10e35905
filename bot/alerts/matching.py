"""Which new articles are about a topic that somebody watches: by its words, or by most of them and what they mean."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from config.errors import ServiceError
from index.articles import Article
from index.embed import Embedder, Vectors
from index.keywords import KeywordIndex
from index.terms import analyze, content_terms, content_words, language_of

LEAD = 700  # characters of an article in which it says what it is about
# Fitted, as round numbers, on 450 articles labelled by hand for 40 topics: 0.81 of the matches are right, and 0.87 of
# those found that should match. Of 98 matches for 14 other topics 0.82 are right.
_RARE = 0.5  # of the weight of a topic's rarest word: from then on a word is rare
_ENOUGH = 0.6  # of the weight of a topic's words that an article must hold, where its meaning is near:
_NEAR = 0.45  # the cosine of topic and lead from which on it is
_PLAIN = frozenset(analyze("new news late latest recent headline update story"))
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Topic:
    """What is watched; `weights` says of each of its words (folded, endings on) how rare it is, if it has any."""

    text: str
    weights: dict[str, float]

    @cached_property
    def rare(self) -> frozenset[str]:
        """The words that an article must all hold, unless it is near in meaning."""
        most = max(self.weights.values(), default=0.0)
        return frozenset(word for word, weight in self.weights.items() if weight >= _RARE * most)

    @cached_property
    def rarest(self) -> str:
        """The word without which an article is about something else, however near."""
        return max(self.weights, key=self.weights.__getitem__, default="")


class Lead:
    """The title of an article and how it begins, with the terms that stand there, in the forms of its language."""

    def __init__(self, article: Article) -> None:
        self.article = article
        end = article.text.find(" ", LEAD)  # a word is not cut
        self.text = f"{article.title}\n{article.text[: end if end >= 0 else None]}"
        self._language = language_of(article.language)
        self.terms = frozenset(analyze(self.text, self._language))
        self._title = frozenset(analyze(article.title, self._language))

    def holds(self, word: str, *, in_title: bool = False) -> bool:
        """Whether a word stands there in any form."""
        terms = _terms_of(word, self._language)
        return bool(terms) and (self._title if in_title else self.terms).issuperset(terms)


def read_topic(text: str, keywords: KeywordIndex) -> Topic:
    """The topic with its words: none such as "news", and no words in between."""
    words = {word: term for word in content_words(text) for term in content_terms(word) if term not in _PLAIN}
    weights = keywords.weigh_terms(list(words.values()))
    return Topic(text, {word: weights[term] for word, term in words.items()})


class Matcher:
    """Matches articles with topics, for one look at the index: it keeps the vectors that it needed.

    Where the embedder fails, that is logged once, and from then on only words tell: an alert is not worth waiting.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder, self._fails = embedder, False
        self._topics: dict[str, Vectors] = {}
        self._articles: dict[str, Vectors] = {}

    def match(self, topic: Topic, lead: Lead) -> bool:
        """Whether an article is about a topic: it holds all rare words, or most words and is near in meaning."""
        held = {word for word in topic.weights if lead.holds(word)}
        if not held:
            return False
        if topic.rare <= held:
            return True
        share = sum(topic.weights[word] for word in held) / sum(topic.weights.values())
        return share >= _ENOUGH and lead.holds(topic.rarest, in_title=True) and self._is_near(topic, lead)

    def _is_near(self, topic: Topic, lead: Lead) -> bool:
        if self._fails:
            return False
        article = lead.article.id
        try:
            if topic.text not in self._topics:
                self._topics[topic.text] = self._embedder.embed_question(topic.text)
            if article not in self._articles:
                self._articles[article] = embed_leads(self._embedder, [lead])[0]
        except ServiceError as error:
            _LOG.warning("new articles are compared with what is watched by words alone: %s", error)
            self._fails = True
            return False
        return float(self._topics[topic.text] @ self._articles[article]) >= _NEAR


def embed_leads(embedder: Embedder, leads: Sequence[Lead]) -> Vectors:
    """The unit vectors of some leads, shape (leads, dimensions). May raise `ServiceError`."""
    return embedder.embed_texts([lead.text for lead in leads])


@lru_cache(maxsize=4096)
def _terms_of(word: str, language: str) -> list[str]:
    return analyze(word, language)
