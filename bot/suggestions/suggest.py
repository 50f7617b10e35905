"""Which questions to suggest under an answer: made of what the hits say, ranked, and checked to be answered.

sentences and titles that the answer did not show → ideas → the best first → those that the reader answers anew

Where these are too few: the cited articles are read on → what is answered with something new, if not at first →
what else happened on that day.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers import Question, Span, Statement, Turn
from bot.follow_ups.dependence import read_follow_up
from bot.readers.sentences import tells_same
from bot.suggestions.check import is_answered
from bot.suggestions.idea import Idea
from bot.suggestions.names import stands_in
from bot.suggestions.ranking import Ranked, rank_ideas, rank_sentences
from bot.suggestions.topics import find_day
from config.patterns import compile_later
from index.articles import Hit, Passage
from index.keywords import KeywordIndex
from index.terms import content_terms

_MOST = 2
_TRIED = 5  # ideas that are checked each time: it takes long
_FURTHER = 6000  # characters of a cited article that are read on
_PARAGRAPHS = compile_later(r"(?:.+\n*){1,4}")
_NEWS = {"latest", "more", "timeline"}
_SORTS = (_NEWS, {"said", "said about"})
_SAME = 0.7  # of the terms of the shorter of two questions: they ask the same
_SAME_SUBJECT = 0.6  # and two that ask for the news on something


def suggest_questions(
    question: Question, statements: Sequence[Statement], hits: Sequence[Hit], keywords: KeywordIndex
) -> tuple[str, ...]:
    """At most two questions that a reader of an answer may ask next, and that its hits answer with something new.

    Each stands alone, has at most 60 characters, and asks for something else than was asked. They are in English, and
    made of English articles only, but for headlines in quotation marks: these are in the language of a cited article.
    """
    return tuple(idea.text for idea in choose_ideas(question, statements, hits, keywords))


def choose_ideas(
    question: Question, statements: Sequence[Statement], hits: Sequence[Hit], keywords: KeywordIndex
) -> list[Idea]:
    """The suggested questions with what they were made of."""
    shown = [span for statement in statements for span in statement.spans]
    if not shown:
        return []
    turn = Turn(question.text, "\n".join(span.text for span in shown))
    kept: list[Idea] = []

    def keep(ranked: Sequence[Ranked], *, first: bool) -> None:
        """Add the best that are answered to those that are kept."""
        left, tried = sorted(ranked, key=lambda one: -one.score), 0
        while left and len(kept) < _MOST and tried < _TRIED:
            # Two of a sort say less: what is of the other sort, or of none, comes before.
            left.sort(key=lambda one: any({one.idea.kind, other.kind} <= sort for other in kept for sort in _SORTS))
            one = left.pop(0)
            if all(_differ(one.idea, other) for other in kept) and _stands_alone(one.idea, turn):
                tried += 1
                if is_answered(one, shown, keywords, first=first):
                    kept.append(one.idea)

    ranked = list(rank_ideas(question, shown, hits, keywords))
    keep(ranked, first=True)
    if len(kept) < _MOST:
        further = list(rank_sentences(question, shown, _read_on(shown, hits), keywords))
        keep(further, first=True)
        keep([*ranked, *further], first=False)
    if len(kept) < _MOST and (day := find_day(question, shown, keywords)):
        kept.append(day)
    return kept


def _stands_alone(idea: Idea, turn: Turn) -> bool:
    """Whether a question is taken as it is after the turn that it follows: others than headlines have whole names."""
    return idea.kind != "story" or read_follow_up(idea.text, turn) is None


def _read_on(shown: Sequence[Span], hits: Sequence[Hit]) -> list[Hit]:
    """The cited articles paragraph by paragraph, but for what is among the hits."""
    known = {(hit.passage.article.id, hit.passage.start) for hit in hits}
    further = []
    for article in {span.article.id: span.article for span in shown}.values():
        for found in _PARAGRAPHS.finditer(article.text[:_FURTHER]):
            hit = Hit(Passage(article, found.start(), found.start(), found.end()), hits[0].score)
            if not any(key == article.id and found.start() <= start < found.end() for key, start in known):
                further.append(hit)
    return further


def _differ(one: Idea, other: Idea) -> bool:
    """Whether two questions ask for something else, and are answered by something else."""
    lists = {one.kind, other.kind} <= _NEWS
    same = _SAME_SUBJECT if lists else _SAME
    alike = tells_same(frozenset(content_terms(one.text)), frozenset(content_terms(other.text)), same)
    if lists:
        pairs = ((one.about, other.about), (other.about, one.about))
        alike = alike or any(long.startswith(short) or stands_in(long, short) for long, short in pairs)
    return one.span != other.span and not alike
