"""What an editor calls a story, before the colon of a title: "Idlib talks: Turkey rejects the map"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.answers import Question, Span
from bot.suggestions.headlines import GENRE, ROUNDUP, has_verb
from bot.suggestions.idea import Idea
from bot.suggestions.news import Subject, is_english
from bot.texts import write_day
from config.patterns import compile_later
from index.articles import Article, Hit, best_hits
from index.dates import second_of
from index.keywords import KeywordIndex
from index.terms import content_terms

_TOPIC = compile_later(r"(?P<words>[^:|\"“”,;?]{6,44}?)(?: (?:19|20)\d\d)?:\s")
_SMALL = compile_later(r".*\S [a-z]{4,}")  # a word of its own, and not just somebody's name
_NO_TOPIC = compile_later(
    r".*(?<!\w)['‘]|.*\b[a-z]+s [A-Z]|.*\b(?:updates?|news|latest|preview|score|schedule|details|breakdown|explained"
    r"|exclusive|polls?|report|dead|vs\.?|\d+)\b",
)
_MOST = 4  # articles of which a list is tried
_FIRST = 250  # characters of an article in which its topic stands
_KNOWN = 0.6  # of a topic's terms that question or answer must have
_LONG = 600  # characters that a passage has at least, as a rule
_MORE = 4  # passages of a day, beyond those of the cited articles, that promise a list of what happened on it


def find_topics(question: Question, shown: Sequence[Span], hits: Sequence[Hit]) -> Iterator[Subject]:
    """What titles of the hits call the story that was asked for: a timeline if it is told of on several days.

    Else it is a summary.
    """
    cited = {span.article.id for span in shown}
    known = set(content_terms("\n".join([question.text, *(span.text for span in shown)])))
    english = [hit for hit in best_hits(hits) if is_english(hit.passage.article)]
    found: dict[str, Hit] = {}
    for hit in english:
        if words := _read_topic(hit.passage.article.title):
            names = content_terms(" ".join(word for word in words.split() if not word.islower()))
            if hit.passage.article.id in cited or known.issuperset(names):
                found.setdefault(words, hit)
    for words, hit in found.items():
        terms = set(content_terms(words))
        if len(terms & known) >= max(2, _KNOWN * len(terms)):
            about = [other for other in english if terms <= _read_head(other.passage.article)][:_MOST]
            days = {(other.passage.article.published or "")[:10] for other in about} - {""}
            span = Span(hit.passage.article, hit.passage.start, hit.passage.end)
            timeline, summary = f"Timeline: {words}", f"Summary: {words}"
            idea = Idea(timeline, "timeline", span, words) if len(days) > 1 else Idea(summary, "more", span, words)
            yield Subject(idea, about, central=True)


def find_day(question: Question, shown: Sequence[Span], keywords: KeywordIndex) -> Idea | None:
    """What else happened on the day of the article that is cited first; none if there is hardly more of that day."""
    span = shown[0]
    if not span.article.published or not is_english(span.article) or question.form == "timeline":
        return None
    day = span.article.published[:10]
    articles = {one.article.id: one.article for one in shown if (one.article.published or "").startswith(day)}
    enough = sum(len(article.text) // _LONG for article in articles.values()) + _MORE
    passages = keywords.newest(enough, since=second_of(day), until=second_of(day, last=True))
    written = write_day(date.fromisoformat(day))
    return Idea(f"What happened on {written}?", "timeline", span, written) if len(passages) == enough else None


def _read_topic(title: str) -> str:
    """The words before the colon of a title if they name a story: no sentence, no kind of text, not just a name."""
    found = _TOPIC.match(title)
    words = found["words"].strip() if found else ""
    if not words[:1].isupper() or " " not in words or ROUNDUP.search(title) or GENRE.match(words) or has_verb(words):
        return ""
    return words if _SMALL.match(words) and not _NO_TOPIC.match(words) else ""


def _read_head(article: Article) -> set[str]:
    return set(content_terms(f"{article.title}\n{article.text[:_FIRST]}"))
