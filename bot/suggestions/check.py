"""Whether a question that is to be suggested is answered by its hits, and with something new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.answers import Question, Span, Statement
from bot.forms import find_form
from bot.questions import analyze_question
from bot.readers.candidates import collect_candidates
from bot.readers.extractive import choose
from bot.suggestions.idea import overlaps
from bot.suggestions.news import tells_more
from bot.suggestions.ranking import Ranked
from index.articles import Hit
from index.embed import Vectors
from index.keywords import KeywordIndex

_WHOLE = 0.95  # of a question that a sentence with its title must hold: the reader never refuses it then


def is_answered(ranked: Ranked, shown: Sequence[Span], keywords: KeywordIndex, *, first: bool) -> bool:
    """Whether the reader answers a question from its hits with something new; with `first`, before all that was shown.

    A question that was made of a sentence has to be answered with it.
    """
    idea = ranked.idea
    if not ranked.hits:
        return True  # three articles of different days name the event
    form = find_form(idea.text)
    if idea.kind == "more" and form.name != "summary":
        return tells_more(idea, ranked.hits, shown)  # whatever has the name may be told of it
    question = analyze_question(form.topic, keywords, _Blind(), form.name)
    spans = [span for statement in _read(question, ranked.hits) for span in statement.spans]
    new = [not overlaps(span, shown) for span in spans]
    made = idea.kind in ("fact", "who", "said", "said about")
    return any(new[:1] if first and form.name == "sentences" else new) and (not made or idea.span in spans)


def _read(question: Question, hits: Sequence[Hit]) -> Sequence[Statement]:
    """What the reader of a form says of some hits."""
    if question.form == "timeline":
        from bot.readers.timeline import TimelineReader  # few suggestions are tried for each of these

        return list(TimelineReader().read(question, hits).statements)
    if question.form in ("summary", "profile"):
        from bot.readers.summary import describe, summarise

        return (summarise if question.form == "summary" else describe)(question, hits)
    candidates = collect_candidates(question, hits)
    if not candidates or max(candidate.context for candidate in candidates) < _WHOLE:
        return []
    return [Statement(chosen.span.text, (chosen.span,)) for chosen in choose(candidates)]


class _Blind:
    """An embedder that sees no meaning: a check of a few sentences does without, and waits for no service."""

    name = "blind"

    def embed_texts(self, texts: list[str]) -> Vectors:
        """A zero for each text."""
        return np.zeros((len(texts), 1), np.float32)

    def embed_question(self, question: str) -> Vectors:
        """A zero."""
        return self.embed_texts([question]).ravel()
