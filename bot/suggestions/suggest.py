"""Which questions to suggest under an answer: made from the hits' sentences, ranked, and checked to be answered.

sentences that the answer did not show → ideas → the best first → those that the reader answers with their sentence
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answers import Question, Span, Statement
from bot.forms import find_form
from bot.questions import analyze_question, ask_kind
from bot.readers.candidates import collect_candidates
from bot.readers.extractive import choose
from bot.readers.sentences import read_sentences, tells_same
from bot.references.mentions import find_names
from bot.suggestions.events import find_event
from bot.suggestions.facts import find_facts
from bot.suggestions.idea import Idea
from bot.suggestions.names import stands_in
from bot.suggestions.speech import find_speech, has_speech
from bot.suggestions.unknown import Unknown
from index.articles import Hit
from index.embed import Vectors
from index.keywords import KeywordIndex
from index.terms import content_terms

_MOST = 2
_LONGEST = 60  # characters: it is shown on a button
_HITS = 8  # that are looked at
_NEAR = 0.75  # of the best hit's score that a hit must have, if its article is not cited
_TRIED = 6  # ideas that are checked: each takes time
_WHOLE = 0.95  # of a question that a sentence with its title must hold: the reader never refuses it then
_SAME = 0.7  # of the terms of the shorter of two questions: they ask the same
_WORTH = {"fact": 0.7, "who": 0.5, "timeline": 0.9, "said about": 0.3, "said": 0.1}


@dataclass(frozen=True)
class _Ranked:
    idea: Idea
    hit: Hit
    score: float


class _Blind:
    """An embedder that sees no meaning: a check of a few sentences does without, and waits for no service."""

    name = "blind"

    def embed_texts(self, texts: list[str]) -> Vectors:
        """A zero for each text."""
        return np.zeros((len(texts), 1), np.float32)

    def embed_question(self, question: str) -> Vectors:
        """A zero."""
        vector: Vectors = self.embed_texts([question])[0]
        return vector


def suggest_questions(
    question: Question,
    statements: Sequence[Statement],
    hits: Sequence[Hit],
    keywords: KeywordIndex,
) -> tuple[str, ...]:
    """At most two questions that a reader of an answer may ask next, and that its hits answer with something new.

    Each stands alone, has at most 60 characters, and asks for something else than was asked. They are in English, and
    made of English articles only.
    """
    return tuple(idea.text for idea in choose_ideas(question, statements, hits, keywords))


def choose_ideas(
    question: Question,
    statements: Sequence[Statement],
    hits: Sequence[Hit],
    keywords: KeywordIndex,
) -> list[Idea]:
    """The suggested questions with the sentences that answer them."""
    shown = [span for statement in statements for span in statement.spans]
    ranked = sorted(_rank_ideas(question, shown, hits, keywords), key=lambda one: -one.score) if shown else []
    kept: list[Idea] = []
    tried = 0
    for one in ranked:
        if len(kept) == _MOST or tried == _TRIED:
            break
        if all(_differ(one.idea, other) for other in kept):
            tried += 1
            if _is_answered(one, shown, keywords):
                kept.append(one.idea)
    return kept


def _rank_ideas(
    question: Question, shown: Sequence[Span], hits: Sequence[Hit], keywords: KeywordIndex
) -> Iterator[_Ranked]:
    """The questions that the sentences of the hits give, with how much speaks for each."""
    cited = {span.article.id for span in shown}
    told = "\n".join(span.text for span in shown)
    asked = set(content_terms(question.text))
    unknown = Unknown(shown, keywords)
    for place, hit in enumerate(hits[:_HITS]):
        article = hit.passage.article
        if article.language[:2] not in ("", "en") or (article.id not in cited and hit.score < _NEAR * hits[0].score):
            continue
        for idea in _find_ideas(hit, shown, question, unknown):
            known = idea.kind == "said" and unknown.is_known(idea.about)
            on_topic = idea.kind == "said" or stands_in(f"{question.text}\n{told}\n{article.title}", idea.about)
            if len(idea.text) <= _LONGEST and on_topic and not known and _asks_anew(idea, question, asked):
                score = _WORTH[idea.kind] - 0.08 * place + 0.4 * (article.id in cited)
                score += 0.5 * stands_in(told, idea.about) + 0.3 * stands_in(question.text, idea.about)
                yield _Ranked(idea, hit, score)
    event = find_event(hits)
    if event and len(event.text) <= _LONGEST and stands_in(f"{question.text}\n{told}", event.about):
        yield _Ranked(event, hits[0], _WORTH["timeline"])


def _find_ideas(hit: Hit, shown: Sequence[Span], question: Question, unknown: Unknown) -> Iterator[Idea]:
    """The questions that the sentences of a hit give; those that were shown explain no names."""
    passage = hit.passage
    for span in read_sentences(passage.article, passage.start, passage.end):
        if _overlaps(span, shown):
            continue
        names = find_names(span.text)
        yield from find_facts(span, names)
        if has_speech(span.text):
            yield from find_speech(span, names, question.text)
        yield from unknown.ask(span)


def _asks_anew(idea: Idea, question: Question, asked: set[str]) -> bool:
    """Whether an idea asks for more than was asked."""
    new = set(content_terms(idea.text)) - asked
    return bool(new) and (len(new) > 1 or idea.kind != "fact" or ask_kind(idea.text) != question.kind)


def _differ(one: Idea, other: Idea) -> bool:
    """Whether two questions ask for something else, and are answered by something else."""
    alike = tells_same(frozenset(content_terms(one.text)), frozenset(content_terms(other.text)), _SAME)
    return one.span != other.span and not alike


def _is_answered(ranked: _Ranked, shown: Sequence[Span], keywords: KeywordIndex) -> bool:
    """Whether the reader answers a question from its hit with the sentence that it was made of, and first with news."""
    idea = ranked.idea
    if idea.kind == "timeline":
        return True  # three articles of different days name the event
    form = find_form(idea.text)
    question = analyze_question(form.topic, keywords, _Blind(), form.name)
    if form.name == "profile":
        from bot.readers.summary import describe  # few suggestions ask who somebody is

        return any(statement.spans == (idea.span,) for statement in describe(question, [ranked.hit])[:1])
    candidates = collect_candidates(question, [ranked.hit])
    if not candidates or max(candidate.context for candidate in candidates) < _WHOLE:
        return False
    chosen = [candidate.span for candidate in choose(candidates)]
    return idea.span in chosen and not _overlaps(chosen[0], shown)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    """Whether some of a span's words are in another."""
    return any(span.article.id == one.article.id and span.start < one.end and one.start < span.end for one in others)
