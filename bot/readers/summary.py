"""Summaries of a topic, and descriptions of somebody or something, in sentences of the articles, word for word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers import Question, Span, Statement
from bot.questions import coverage, words_in
from bot.readers.sentences import lead_sentences, read_sentences, stands_alone, tells_same
from bot.readers.topics import articles_on_topic, find_topic
from index.articles import Article, Hit, distinct_articles
from index.terms import content_terms

_MOST = 3  # sentences
_LEADS = 3  # sentences of an article that may be its news
_WORTH = 0.6  # of the best fact's score that a fact must have
_SAME = 0.6  # of the terms of the shorter of two sentences: they tell the same
_MONTH = 30  # days after which a story counts half as much


def summarise(question: Question, hits: Sequence[Hit]) -> list[Statement]:
    """The lead facts of the stories on the topic, the most central first, then in the order of time; none if off topic.

    One sentence of each story, newest stories before older ones; where there are fewer than three, more of each.
    """
    topic = find_topic(question)
    facts = [
        _Fact(span, frozenset(content_terms(span.text)), rank, 0.5 * place + _weigh_fact(topic, span, rank))
        for article, place in articles_on_topic(topic, hits)
        for rank, span in enumerate(lead_sentences(article)[:_LEADS])
    ]
    if not facts:
        return []
    newest = max((fact.day for fact in facts if fact.day), default=None)
    scores = {fact.span: fact.score + _share_with_others(fact, facts) + _recency(fact, newest) for fact in facts}
    ranked = sorted(facts, key=lambda fact: -scores[fact.span])
    ranked = [fact for fact in ranked if scores[fact.span] >= _WORTH * scores[ranked[0].span]]
    picked: list[_Fact] = []
    for fresh in (True, False):  # one of each story, then more
        for fact in ranked:
            told = any(tells_same(fact.terms, other.terms, _SAME) for other in picked)
            seen = any(fact.span.article.id == other.span.article.id for other in picked)
            if len(picked) < _MOST and not told and seen is not fresh:
                picked.append(fact)
    rest = sorted(picked[1:], key=lambda fact: (fact.span.article.published or "", fact.rank))
    return [Statement(fact.span.text, (fact.span,)) for fact in [picked[0], *rest]]


@dataclass(frozen=True)
class _Fact:
    span: Span
    terms: frozenset[str]
    rank: int  # its place among the sentences of its article
    score: float

    @property
    def day(self) -> date | None:
        published = self.span.article.published
        return date.fromisoformat(published[:10]) if published else None


def _weigh_fact(topic: Question, span: Span, rank: int) -> float:
    return coverage(topic, words_in(span.text)) + stands_alone(span.text) + 0.7 / (1 + rank)


def _share_with_others(fact: _Fact, facts: Sequence[_Fact]) -> float:
    """How much of a fact the sentences of other articles tell too: what is central to a topic returns."""
    shares = [
        len(fact.terms & other.terms) / max(1, min(len(fact.terms), len(other.terms)))
        for other in facts
        if other.span.article.id != fact.span.article.id
    ]
    return sum(shares) / len(shares) if shares else 0.0


def _recency(fact: _Fact, newest: date | None) -> float:
    return _MONTH / (_MONTH + (newest - fact.day).days) if newest and fact.day else 0.0


def describe(question: Question, hits: Sequence[Hit]) -> list[Statement]:
    """Who or what the topic is: the sentence that says so best, then others, and what was last told of it.

    None where its name does not occur in the articles of the hits.
    """
    named = _compile_name(question.text)
    if named is None:
        return []
    mentions = [
        _weigh_mention(span, named, rank)
        for rank, article in enumerate(distinct_articles(hits))
        for span in _find_mentions(article, named)
    ]
    who = sorted((one for one in mentions if one.tells_who), key=lambda one: (-one.tells_who, -one.score))
    lately = sorted((one for one in mentions if one.acts), key=lambda one: (one.published, one.score), reverse=True)
    others = sorted(mentions, key=lambda one: -one.score)
    picked: list[_Mention] = []
    for one in [*who[:1], *lately, *who] or others:
        if len(picked) < _MOST and not any(tells_same(one.terms, other.terms, _SAME) for other in picked):
            picked.append(one)
    return [Statement(one.span.text, (one.span,)) for one in picked]


@dataclass(frozen=True)
class _Mention:
    span: Span
    terms: frozenset[str]
    tells_who: float  # how plainly it says who or what the named is; 0: it does not
    acts: bool  # the sentence is about what the named does
    score: float

    @property
    def published(self) -> str:
        return self.span.article.published or ""


def _compile_name(topic: str) -> str | None:
    """A pattern for a name in plain letters, its parts in order; office and article are no part of it."""
    words = [word for word in re.findall(r"[\w-]+", _plain(topic)) if word.lower() not in _NO_PARTS]
    return r"[\s-]+(?:(?-i:[A-Z])[\w.-]*\s+)?".join(map(re.escape, words)) if words else None


def _plain(text: str) -> str:
    """A text without accents and other marks on letters, dashes and quotation marks straight."""
    if text.isascii():
        return text
    text = text.translate(str.maketrans("ıİ’‘“”–—", "iI''\"\"--"))
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _find_mentions(article: Article, named: str) -> list[Span]:
    """The sentences of an article with the name: only lines that hold it are split."""
    pattern = re.compile(rf"(?<!\w){named}(?!\w)", re.IGNORECASE)
    spans, start = [], 0
    for line in article.text.split("\n"):
        if pattern.search(_plain(line)):
            sentences = read_sentences(article, start, start + len(line))
            spans += [span for span in sentences if pattern.search(_plain(span.text))]
        start += len(line) + 1
    return spans


def _weigh_mention(span: Span, named: str, rank: int) -> _Mention:
    text = _plain(span.text)
    tells = max((weight for weight, pattern in _TELLS_WHO if _search(pattern, named, text)), default=0.0)
    acts = _search(_ACTS, named, text)
    score = tells + 0.5 * acts + 0.5 * stands_alone(span.text) - 0.03 * rank
    return _Mention(span, frozenset(content_terms(span.text)), tells, acts, score)


def _search(pattern: str, named: str, text: str) -> bool:
    return re.search(pattern.replace("NAME", rf"(?<!\w)(?i:{named})(?!\w)"), text) is not None


_NO_PARTS = frozenset(
    """the a an president premier prime minister chancellor king queen pope mr mrs ms dr sir general senator secretary
    who is was are were what""".split()
)
_ROLE = (
    r"(?:president|premier|minister|chancellor|king|queen|pope|emperor|governor|mayor|chair(?:man|woman)?|chief"
    r"|head|leader|secretary|speaker|executive|boss|director|coach|captain|champion|ambassador|envoy|spokes(?:man|woman|person)"
    r"|senator|general|commander|owner|founder|editor|judge|author|singer|actor|actress|player|lawyer|economist|analyst"
    r"|scientist|professor|manager|administrator|officer|agency|company|group|party|organi[sz]ation|bank|union|network)"
)
# Where NAME stands in a sentence that says who that is, and how plainly it does.
_TELLS_WHO = (
    (3.3, r"NAME(?: \([^)]{2,30}\))?, (?:the|an?|its) (?:[a-z'-]+ ){1,6}[A-Z]"),
    (
        3.0,
        r"NAME(?: \([^)]{2,30}\))?, (?:who (?:is|was|has been|leads?|heads?|runs?|owns?)\b|(?:the|an?|its|one of)\s)",
    ),
    (3.0, r"NAME(?: \([^)]{2,30}\))? (?:is|was|are|were) (?:the|a|an|one of)\s"),
    (2.8, r"(?:[A-Z][\w'-]+ ){2,6}\(NAME\)"),
    (2.5, rf"(?i:\b{_ROLE}),? (?:[A-Z][\w-]+ ){{0,3}}NAME"),
    (2.5, rf"\b(?i:the|an?|its|his|her|their|whose) (?:[^,.;:]{{0,60}} )?{_ROLE}\b[^,.;:]{{0,60}}, NAME"),
    (2.0, rf"NAME, (?:[\w'-]+ ){{0,4}}(?i:{_ROLE})\b"),
    (1.5, r"NAME (?:became|serves as|served as|has been|leads|heads|runs|owns|founded)\b"),
)
_ACTS = (
    r"^(?:[^,.;:\"]{0,60}, )?(?:[\w'-]+ ){0,5}NAME(?:,[^,]{3,80},| \([^)]{2,30}\))? "
    r"(?!(?:is|was|are|were) (?:the|a|an)\b)[a-z]+"
)
