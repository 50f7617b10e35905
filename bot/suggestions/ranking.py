"""How much speaks for each question that the hits of an answer give: who is asked about, and how near it is to that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answers import Question, Span
from bot.forms import FormName
from bot.questions import ask_kind
from bot.readers.sentences import read_sentences
from bot.references.mentions import find_names
from bot.suggestions.facts import find_facts, has_fact
from bot.suggestions.headlines import NEWSLETTER
from bot.suggestions.idea import Idea, Kind, overlaps
from bot.suggestions.names import stands_in
from bot.suggestions.news import find_event, find_subjects, is_english
from bot.suggestions.speech import find_speech, has_speech
from bot.suggestions.stories import find_stories
from bot.suggestions.topics import find_topics
from bot.suggestions.unknown import Unknown
from index.articles import Hit, Passage
from index.keywords import KeywordIndex
from index.terms import content_terms

_LONGEST = 60  # characters: it is shown on a button
_HITS = 8  # that are looked at,
_FIRST, _ENOUGH = 3, 4  # and so many at first: no more, if these give so many questions
_NEAR = 0.75  # of the best hit's score that a hit must have, if its article is not cited
_ON_STORY = 2  # terms of the title of an article that tells of what was asked, and not just in passing
_WORTH: dict[Kind, float] = {
    "fact": 0.7,
    "who": 0.5,
    "timeline": 0.9,
    "said about": 0.3,
    "said": 0.1,
    "latest": 0.3,
    "more": -0.5,
    "story": 0.4,
}
_TOLD = -0.8  # for a headline that tells what was told, though its article may tell more
# What a question of a form has asked already of the names in it.
_ASKED_BY: dict[FormName, tuple[Kind, ...]] = {"timeline": ("latest",), "summary": ("more",), "profile": ("more",)}


@dataclass(frozen=True)
class Ranked:
    """A question with the hits that are to answer it, none where it is known to be answered."""

    idea: Idea
    hits: list[Hit]
    score: float


def rank_ideas(
    question: Question, shown: Sequence[Span], hits: Sequence[Hit], keywords: KeywordIndex
) -> Iterator[Ranked]:
    """The questions that the hits give, with how much speaks for each."""
    yield from rank_sentences(question, shown, hits[:_HITS], keywords)
    yield from _rank_news(question, shown, hits)
    for story in find_stories(question, shown, hits, keywords, _LONGEST):
        score = _WORTH["story"] + 0.6 * story.nearness + _TOLD * (not story.is_new)
        yield Ranked(story.idea, [story.hit], score)


def rank_sentences(
    question: Question, shown: Sequence[Span], hits: Sequence[Hit], keywords: KeywordIndex
) -> Iterator[Ranked]:
    """The questions that the sentences of the hits give, with how much speaks for each."""
    cited = {span.article.id for span in shown}
    told = "\n".join(span.text for span in shown)
    known = f"{question.text}\n{told}"
    asked, terms = set(content_terms(question.text)), set(content_terms(known))
    unknown = Unknown(shown, keywords)
    found = 0
    for place, hit in enumerate(hits):
        article = hit.passage.article
        is_near = article.id in cited or hit.score >= _NEAR * hits[0].score
        if not is_near or not is_english(article) or (place >= _FIRST and found >= _ENOUGH):
            continue
        on_story = (
            not NEWSLETTER.search(article.title) and len(terms.intersection(content_terms(article.title))) >= _ON_STORY
        )
        for idea in _find_ideas(hit, shown, question, unknown):
            is_known = idea.kind == "said" and unknown.is_known(idea.about)
            on_topic = on_story if idea.kind == "said" else stands_in(f"{known}\n{article.title}", idea.about)
            if len(idea.text) <= _LONGEST and on_topic and not is_known and _asks_anew(idea, question, asked):
                found += 1
                score = _WORTH[idea.kind] - 0.08 * min(place, _HITS) + 0.4 * (article.id in cited)
                score += 0.5 * stands_in(told, idea.about) + 0.3 * stands_in(question.text, idea.about)
                yield Ranked(idea, [hit, *_introduce(idea)] if idea.kind == "said" else [hit], score)


def _introduce(idea: Idea) -> list[Hit]:
    """Where the article of an idea first has its name in full: the sentence itself may have the surname alone."""
    article, start = idea.span.article, idea.span.article.text.find(idea.about)
    if start < 0 or idea.about in idea.span.text:
        return []
    first, last = article.text.rfind("\n", 0, start) + 1, article.text.find("\n", start)
    return [Hit(Passage(article, 0, first, last if last > 0 else len(article.text)), 1.0)]


def _rank_news(question: Question, shown: Sequence[Span], hits: Sequence[Hit]) -> Iterator[Ranked]:
    """The questions for the news on something, with how much speaks for each."""
    for subject in (*find_subjects(question, shown, hits), *find_topics(question, shown, hits)):
        idea, is_asked = subject.idea, stands_in(question.text, subject.idea.about)
        if len(idea.text) <= _LONGEST and not (is_asked and idea.kind in _ASKED_BY.get(question.form, ())):
            score = _WORTH[idea.kind] + 0.5 * is_asked - 0.3 * (not subject.central)
            yield Ranked(idea, subject.hits, score)
    event = find_event(hits)
    if event and len(event.text) <= _LONGEST:
        is_asked = stands_in(question.text, event.about)
        if question.form != "timeline" if is_asked else any(stands_in(span.text, event.about) for span in shown):
            yield Ranked(event, [], _WORTH["timeline"])


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
