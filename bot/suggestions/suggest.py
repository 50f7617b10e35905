"""Which questions to suggest under an answer: made from the hits' sentences, ranked, and checked to be answered.

sentences that the answer did not show → ideas → the best first → those that the reader answers with their sentence
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answers import Question, Span, Statement
from bot.follow_ups.name_kinds import COUNTRIES
from bot.forms import FormName, find_form
from bot.questions import analyze_question, ask_kind
from bot.readers.candidates import collect_candidates
from bot.readers.extractive import choose
from bot.readers.sentences import read_sentences, tells_same
from bot.references.mentions import find_names
from bot.suggestions.facts import find_facts, has_fact
from bot.suggestions.idea import Idea, Kind, overlaps
from bot.suggestions.names import stands_in
from bot.suggestions.news import find_event, find_subjects, is_english, tells_more
from bot.suggestions.speech import find_speech, has_speech
from bot.suggestions.unknown import Unknown
from index.articles import Hit
from index.embed import Vectors
from index.keywords import KeywordIndex
from index.terms import content_terms

_MOST = 2
_LONGEST = 60  # characters: it is shown on a button
_HITS = 8  # that are looked at,
_FIRST, _ENOUGH = 3, 4  # and so many at first: no more, if these give so many questions
_NEAR = 0.75  # of the best hit's score that a hit must have, if its article is not cited
_TRIED = 5  # ideas that are checked: each takes time
_WHOLE = 0.95  # of a question that a sentence with its title must hold: the reader never refuses it then
_NEWS = {"latest", "more", "timeline"}
_SORTS = (_NEWS, {"said", "said about"})
_SAME = 0.7  # of the terms of the shorter of two questions: they ask the same
_SAME_SUBJECT = 0.6  # and two that ask for the news on something
_WORTH = {"fact": 0.7, "who": 0.5, "timeline": 0.9, "said about": 0.3, "said": 0.1, "latest": 0.3, "more": -0.5}
# What a question of a form has asked already of the names in it.
_ASKED_BY: dict[FormName, tuple[Kind, ...]] = {"timeline": ("latest",), "summary": ("more",), "profile": ("more",)}


@dataclass(frozen=True)
class _Ranked:
    idea: Idea
    hits: list[Hit]  # that are to answer it
    score: float


class _Blind:
    """An embedder that sees no meaning: a check of a few sentences does without, and waits for no service."""

    name = "blind"

    def embed_texts(self, texts: list[str]) -> Vectors:
        """A zero for each text."""
        return np.zeros((len(texts), 1), np.float32)

    def embed_question(self, question: str) -> Vectors:
        """A zero."""
        return self.embed_texts([question]).ravel()


def suggest_questions(
    question: Question, statements: Sequence[Statement], hits: Sequence[Hit], keywords: KeywordIndex
) -> tuple[str, ...]:
    """At most two questions that a reader of an answer may ask next, and that its hits answer with something new.

    Each stands alone, has at most 60 characters, and asks for something else than was asked. They are in English, and
    made of English articles only.
    """
    return tuple(idea.text for idea in choose_ideas(question, statements, hits, keywords))


def choose_ideas(
    question: Question, statements: Sequence[Statement], hits: Sequence[Hit], keywords: KeywordIndex
) -> list[Idea]:
    """The suggested questions with the sentences that answer them."""
    shown = [span for statement in statements for span in statement.spans]
    ranked = sorted(_rank_ideas(question, shown, hits, keywords), key=lambda one: -one.score) if shown else []
    kept: list[Idea] = []
    tried = 0
    while ranked and len(kept) < _MOST and tried < _TRIED:
        one = ranked.pop(0)
        if all(_differ(one.idea, other) for other in kept):
            tried += 1
            if _is_answered(one, shown, keywords):
                kept.append(one.idea)
                kind = one.idea.kind
                # Two of a sort say less: what is of the other sort, or of none, comes before.
                ranked.sort(key=lambda other: any({kind, other.idea.kind} <= sort for sort in _SORTS))
    return kept


def _rank_ideas(
    question: Question, shown: Sequence[Span], hits: Sequence[Hit], keywords: KeywordIndex
) -> Iterator[_Ranked]:
    """The questions that the sentences of the hits give, with how much speaks for each."""
    cited = {span.article.id for span in shown}
    told = "\n".join(span.text for span in shown)
    asked = set(content_terms(question.text))
    unknown = Unknown(shown, keywords)
    found = 0
    for place, hit in enumerate(hits[:_HITS]):
        article = hit.passage.article
        is_near = article.id in cited or hit.score >= _NEAR * hits[0].score
        if not is_near or not is_english(article) or (place >= _FIRST and found >= _ENOUGH):
            continue
        for idea in _find_ideas(hit, shown, question, unknown):
            known = idea.kind == "said" and unknown.is_known(idea.about)
            on_topic = idea.kind == "said" or stands_in(f"{question.text}\n{told}\n{article.title}", idea.about)
            if len(idea.text) <= _LONGEST and on_topic and not known and _asks_anew(idea, question, asked):
                found += 1
                score = _WORTH[idea.kind] - 0.08 * place + 0.4 * (article.id in cited)
                score += 0.5 * stands_in(told, idea.about) + 0.3 * stands_in(question.text, idea.about)
                yield _Ranked(idea, [hit], score)
    yield from _rank_news(question, shown, hits)


def _rank_news(question: Question, shown: Sequence[Span], hits: Sequence[Hit]) -> Iterator[_Ranked]:
    """The questions for the news on something, with how much speaks for each."""
    for subject in find_subjects(question, shown, hits):
        idea, is_asked = subject.idea, stands_in(question.text, subject.idea.about)
        if len(idea.text) <= _LONGEST and not (is_asked and idea.kind in _ASKED_BY.get(question.form, ())):
            score = _WORTH[idea.kind] + 0.5 * is_asked - 0.3 * (not subject.central)
            yield _Ranked(idea, subject.hits, score - 0.3 * (idea.about.casefold() in COUNTRIES))
    event = find_event(hits)
    if event and len(event.text) <= _LONGEST:
        is_asked = stands_in(question.text, event.about)
        if question.form != "timeline" if is_asked else any(stands_in(span.text, event.about) for span in shown):
            yield _Ranked(event, [], _WORTH["timeline"])


def _find_ideas(hit: Hit, shown: Sequence[Span], question: Question, unknown: Unknown) -> Iterator[Idea]:
    """The questions that the sentences of a hit give; those that were shown explain no names."""
    passage = hit.passage
    for span in read_sentences(passage.article, passage.start, passage.end):
        if overlaps(span, shown):
            continue
        tells, speaks = has_fact(span.text), has_speech(span.text)
        names = find_names(span.text) if tells or speaks else []
        if tells:
            yield from find_facts(span, names)
        if speaks:
            yield from find_speech(span, names, question.text)
        yield from unknown.ask(span)


def _asks_anew(idea: Idea, question: Question, asked: set[str]) -> bool:
    """Whether an idea asks for more than was asked."""
    new = set(content_terms(idea.text)) - asked
    return bool(new) and (len(new) > 1 or idea.kind != "fact" or ask_kind(idea.text) != question.kind)


def _differ(one: Idea, other: Idea) -> bool:
    """Whether two questions ask for something else, and are answered by something else."""
    lists = {one.kind, other.kind} <= _NEWS
    same = _SAME_SUBJECT if lists else _SAME
    alike = tells_same(frozenset(content_terms(one.text)), frozenset(content_terms(other.text)), same)
    if lists:
        pairs = ((one.about, other.about), (other.about, one.about))
        alike = alike or any(long.startswith(short) or stands_in(long, short) for long, short in pairs)
    return one.span != other.span and not alike


def _is_answered(ranked: _Ranked, shown: Sequence[Span], keywords: KeywordIndex) -> bool:
    """Whether the reader answers a question from its hit with the sentence that it was made of, and first with news."""
    idea = ranked.idea
    if idea.kind == "timeline":
        return True  # three articles of different days name the event
    if idea.kind == "more":  # whatever has the name may be told of it
        return tells_more(idea, ranked.hits, shown)
    form = find_form(idea.text)
    question = analyze_question(form.topic, keywords, _Blind(), form.name)
    if idea.kind == "latest":
        from bot.readers.timeline import TimelineReader

        lines = TimelineReader().read(question, ranked.hits).statements
        return any(not overlaps(line.spans[0], shown) for line in lines)
    if idea.kind == "who":
        from bot.readers.summary import describe  # few suggestions ask who somebody is

        return any(statement.spans == (idea.span,) for statement in describe(question, ranked.hits)[:1])
    candidates = collect_candidates(question, ranked.hits)
    if not candidates or max(candidate.context for candidate in candidates) < _WHOLE:
        return False
    chosen = [candidate.span for candidate in choose(candidates)]
    return idea.span in chosen and not overlaps(chosen[0], shown)
