"""Where two outlets disagree on what was asked: both are shown, each with its quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.answers import Question, Span, Statement
from bot.counts import TERMS_OF_TIME, Count, counts_agree, find_counts, have_same_fate
from bot.questions import coverage, what_is_stated, words_in
from bot.readers.stated_days import find_day
from bot.texts import Text
from bot.verification.facts import find_facts, find_numbers
from config.patterns import compile_later
from index.articles import Article, Hit
from index.split import sentence_spans
from index.terms import analyze, content_terms

_MOST = 2  # statements in all
_DAYS_APART = 1  # between two articles: later figures are news and no contradiction
_ALIKE = 0.5  # of the terms of the shorter of two sentences that both must have,
_SHARED = 3  # and so many at least
_ON_QUESTION = 0.4  # of the question's weight that either sentence must hold

_WEEKDAY = compile_later(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.IGNORECASE)
_NOT = compile_later(
    r"\b(?:did|does|do|has|have|had|was|were|is|are|will|would|can|could)(?:\s+not|n['’]t|\s+never)\s+"
    r"(?:\w+ly\s+|been\s+|be\s+)*(?P<verb>\w{3,})",
    re.IGNORECASE,
)
_DENIES = compile_later(
    r"\b(?:not|never|no|none|nor|neither|den(?:y|ies|ied|ying)|reject\w*|refus\w*|fail\w*|rul\w* out|without)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Disagreement:
    """A statement of an answer, and one of another outlet that contradicts it, which the answer may have as well."""

    stated: Statement
    other: Statement

    @property
    def outlets(self) -> tuple[str, str]:
        """Who disagrees with whom."""
        return self.stated.spans[0].article.outlet, self.other.spans[0].article.outlet


def find_disagreements(question: Question, stated: Sequence[Statement], hits: Sequence[Hit]) -> list[Disagreement]:
    """What contradicts the statements of an answer: first among themselves, then in the hits, one each, two in all.

    Only sentences on the same thing count, in articles of days next to each other: another number of what both count,
    another day where a day is asked for, or the same deed done and not done. Copies of one report cannot disagree.
    """
    outlets = {hit.passage.article.id: {hit.passage.article.outlet, *hit.outlets} for hit in hits}
    claims = [(statement, _Claim(statement.spans[0])) for statement in stated if statement.spans]
    found = [
        Disagreement(statement, other)
        for place, (statement, claim) in enumerate(claims)
        for other, against in claims[place + 1 :]
        if _is_other(against.span.article, claim.span.article, outlets)
        and claim.is_on(question)
        and _is_contrary(question, claim, against)
    ]
    shown = {span.article.id for statement in stated for span in statement.spans}
    most = len(found) + _MOST
    for statement, claim in claims:
        article = claim.span.article
        hit_articles = ((hit, hit.passage.article) for hit in hits)
        others = [hit for hit, other in hit_articles if other.id not in shown and _is_other(other, article, outlets)]
        if len(found) < most and others and claim.is_on(question):
            span = next(_find_contrary(question, claim, others), None)
            if span is not None:
                found.append(Disagreement(statement, Statement(span.text, (span,))))
                shown.add(span.article.id)
    return found


def describe_disagreements(found: Sequence[Disagreement]) -> str:
    """Which outlets disagree ("Northern Herald and Bosphorus Wire disagree on this."), in one line; empty: none."""
    outlets = list(dict.fromkeys(outlet for one in found for outlet in one.outlets))
    if not outlets:
        return ""
    return Text("{outlets} and {outlet} disagree on this.", outlets=", ".join(outlets[:-1]), outlet=outlets[-1])


@dataclass
class _Claim:
    """A sentence of an article with what of it another may contradict."""

    span: Span

    @cached_property
    def text(self) -> str:
        return what_is_stated(self.span.text)

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(content_terms(self.text))

    @cached_property
    def counts(self) -> list[Count]:
        return find_counts(self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        names = (name for name in find_facts(self.text).names if len(name) > 2)
        return frozenset(name for name in names if not TERMS_OF_TIME.intersection(analyze(name)))

    @cached_property
    def denied(self) -> frozenset[str]:
        return frozenset(term for match in _NOT.finditer(self.text) for term in analyze(match["verb"]))

    @cached_property
    def denies(self) -> bool:
        return _DENIES.search(self.text) is not None

    @cached_property
    def day(self) -> date | None:
        return find_day(self.text, date.fromisoformat((self.span.article.published or "")[:10]))

    @cached_property
    def weekdays(self) -> frozenset[str]:
        return frozenset(day.lower() for day in _WEEKDAY.findall(self.text))

    def is_on(self, question: Question) -> bool:
        return coverage(question, words_in(self.text)) >= _ON_QUESTION


def _is_other(other: Article, article: Article, outlets: dict[str, set[str]]) -> bool:
    """Whether an article is of another outlet, no copy, and of the same day or the next."""
    if other.id == article.id or not (other.outlet and article.outlet and other.published and article.published):
        return False
    if not outlets.get(other.id, set()).isdisjoint(outlets.get(article.id, {article.outlet})):
        return False
    apart = date.fromisoformat(other.published[:10]) - date.fromisoformat(article.published[:10])
    return abs(apart.days) <= _DAYS_APART


def _find_contrary(question: Question, claim: _Claim, others: Sequence[Hit]) -> Iterator[Span]:
    for hit in others:
        passage = hit.passage
        if len(claim.terms & set(content_terms(passage.text))) < _SHARED:
            continue
        for start, end in sentence_spans(passage.text, passage.article.language):
            other = _Claim(Span(passage.article, passage.start + start, passage.start + end))
            if _is_contrary(question, claim, other):
                yield other.span


def _is_contrary(question: Question, claim: _Claim, other: _Claim) -> bool:
    shared = claim.terms & other.terms
    if len(shared) < max(_SHARED, _ALIKE * min(len(claim.terms), len(other.terms))):
        return False
    names = min(len(claim.names), len(other.names))
    if names and len(claim.names & other.names) < 0.5 * names:
        return False
    if not other.is_on(question):
        return False
    if question.kind == "when" and claim.day and other.day:
        return claim.day != other.day
    if claim.weekdays and other.weekdays and claim.weekdays.isdisjoint(other.weekdays):  # each tells of its own day
        return False
    return _counts_differ(claim, other) or _deeds_differ(claim, other, shared)


def _counts_differ(claim: _Claim, other: _Claim) -> bool:
    """Whether both count the same and come to other numbers, neither of which the other's article has anywhere."""
    for one in claim.counts:
        same = [count for count in other.counts if one.things & count.things and have_same_fate(one, count)]
        if same and not any(counts_agree(one, count) for count in same):
            mine, its = find_numbers(claim.span.article.text), find_numbers(other.span.article.text)
            if one.value not in its and not any(count.value in mine for count in same):
                return True
    return False


def _deeds_differ(claim: _Claim, other: _Claim, shared: frozenset[str]) -> bool:
    """Whether one says that something was not done of which the other says that it was, in nearly the same words."""
    if claim.denies == other.denies or len(shared) < 0.7 * min(len(claim.terms), len(other.terms)):
        return False
    denied, told = (claim.denied, other.terms) if claim.denies else (other.denied, claim.terms)
    return bool(denied & told)
