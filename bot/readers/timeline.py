"""The timeline reader: a dated list of what happened, each line a sentence of an article under its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers import Question, Reading, Span, Statement
from bot.forms import ANY_DAY
from bot.questions import coverage, words_in
from bot.readers.sentences import lead_sentences, read_sentences, stands_alone, tells_same
from bot.readers.stated_days import find_day
from bot.readers.topics import ON_TOPIC, articles_on_topic, find_topic
from bot.texts import write_day
from index.articles import Article, Hit
from index.search.when import find_period
from index.terms import content_terms

_MOST = 8  # lines
_PER_DAY = 3  # of them for one day, where there are several days
_WORTH = 0.45  # of the best line's score that a line must have
_WORTH_MORE = 0.75  # and one that is not the first of its day
_LEADS = 4  # sentences of an article that may be its news
_SAME_EVENT = 0.5  # of the terms of the shorter of two sentences: of one day, they tell the same,
_SAME_WORDS = 0.8  # and of two days as well
_AT_LEAST = 4  # days, if there are as many, where the newest is asked for; and so many
_RECENT = 30  # before the newest of them


@dataclass(frozen=True)
class Line:
    """A sentence with the day on which it happened, and how well it tells it."""

    day: date
    span: Span
    terms: frozenset[str]  # without those of the topic
    score: float
    aside: bool = False  # it stands in the midst of its article

    def repeats(self, other: Line) -> bool:
        """Whether it tells what another line tells, or stands beside it in an article of one day."""
        if self.day != other.day:
            return tells_same(self.terms, other.terms, _SAME_WORDS)
        return self.span.article.id == other.span.article.id or tells_same(self.terms, other.terms, _SAME_EVENT)


class TimelineReader:
    """Answers with a list in the order of time: the day, and the sentence that says what happened on it."""

    name = "timeline"

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """At most eight lines, oldest first; none if no article with a date is about the topic."""
        topic = find_topic(question)
        lines = collect_lines(topic, hits)
        period = find_period(question.text, ANY_DAY)
        newest = period is not None and period.latest
        if period is not None and not newest:
            first = min((hit.passage.article.published or "9999" for hit in hits), default="")[:10]
            lines = [line for line in lines if line.day.isoformat() >= first]
        picked = sorted(_pick_lines(lines, newest=newest), key=lambda line: line.day)
        return Reading([Statement(line.span.text, (line.span,), lead=f"{write_day(line.day)}: ") for line in picked])


def collect_lines(topic: Question, hits: Sequence[Hit]) -> list[Line]:
    """The sentences that may stand in the list: the lead of each article on the topic, and what its hits say of it.

    A sentence from the midst of an article counts if it is itself about the topic; one that states its day, for days
    on which no article leads with the topic.
    """
    passages: dict[str, list[Hit]] = {}
    for hit in hits:
        passages.setdefault(hit.passage.article.id, []).append(hit)
    lines = []
    for article, place in articles_on_topic(topic, hits):
        if not article.published:
            continue
        published = date.fromisoformat(article.published[:10])
        found = _lead_lines(topic, article, published, 0.5 * place)
        for hit in passages[article.id] if topic.terms else ():
            for span in read_sentences(article, hit.passage.start, hit.passage.end):
                words = words_in(span.text)
                if coverage(topic, words) >= ON_TOPIC and all(span != line.span for line in found):
                    found.append(_weigh_line(topic, span, words, published, 0.5 * place, aside=True))
        lines += found
    led = {line.day for line in lines if not line.aside}
    return [line for line in lines if not line.aside or line.day not in led]


def _lead_lines(topic: Question, article: Article, published: date, place: float) -> list[Line]:
    """The sentences with which an article begins, if they or its title are on the topic."""
    title = words_in(article.title)
    lines = []
    for rank, span in enumerate(lead_sentences(article)[:_LEADS]):
        words = words_in(span.text)
        # After the first sentence a title is no proof: "Sign up for our newsletter" stands there too.
        own = coverage(topic, words)
        if not topic.terms or (coverage(topic, words | title) >= ON_TOPIC and (rank == 0 or own > 0)):
            lines.append(_weigh_line(topic, span, words, published, place + 0.7 / (1 + rank), aside=False))
    return lines


def _weigh_line(
    topic: Question, span: Span, words: frozenset[str], published: date, bonus: float, *, aside: bool
) -> Line:
    day = find_day(span.text, published) or published
    terms = frozenset(content_terms(span.text)) - topic.terms.keys()
    return Line(day, span, terms, 0.3 * coverage(topic, words) + bonus + stands_alone(span.text), aside)


def _pick_lines(lines: Sequence[Line], *, newest: bool) -> list[Line]:
    """The best lines, first one for each day, then further events of the days; each event once."""
    if newest:
        days = sorted({line.day for line in lines}, reverse=True)
        recent = {day for day in days if (days[0] - day).days <= _RECENT} | set(days[:_AT_LEAST])
        lines = [line for line in lines if line.day in recent]
    ranked = sorted(lines, key=lambda line: -line.score)
    worth = [line for line in ranked if line.score >= _WORTH * ranked[0].score]
    firsts = list({line.day: line for line in reversed(worth)}.values())
    firsts.sort(key=lambda line: (-line.day.toordinal() if newest else 0, -line.score))
    most = _MOST if len(firsts) == 1 else _PER_DAY
    picked: list[Line] = []
    for line in [*firsts, *(line for line in worth if line.score >= _WORTH_MORE * ranked[0].score)]:
        if len(picked) == _MOST:
            break
        if sum(line.day == other.day for other in picked) < most and not any(map(line.repeats, picked)):
            picked.append(line)
    return picked
