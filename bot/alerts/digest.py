"""A digest: the stories of some days in one line each, those first that most outlets tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from bot.age import note_age
from bot.alerts.matching import Lead, embed_leads
from bot.answers import Answer, Span, Statement
from bot.clock import Clock
from bot.readers.sentences import lead_sentences, stands_alone
from bot.texts import Text
from bot.verification.citations import cite_statements
from bot.verification.statements import check_statement
from index.articles import Article
from index.copies import have_same_figures
from index.dates import second_of
from index.embed import Embedder
from index.generations import Generation
from index.store import ArticleStore
from index.terms import content_terms

MOST = 8  # lines
_READ = 400  # articles of the period at most, the newest
_LEADS = 3  # sentences of an article that may be its news
_NEAR = 0.5  # the cosine of two leads from which on they may tell one story,
_SHARED = 0.3  # if so many of the terms of the shorter title are in the other's title or lead
_TRIED = 3  # articles of a story in which a sentence is looked for that can be quoted
_QUIET = Text("There are no new stories in these articles.")
BULLET = "• "


@dataclass
class Story:
    """What some articles tell alike, the newest first."""

    articles: list[Article] = field(default_factory=list)

    @property
    def outlets(self) -> frozenset[str]:
        """Who tells it."""
        return frozenset(article.outlet for article in self.articles if article.outlet)

    def weigh(self, since: float, until: float) -> float:
        """How much it is worth: each outlet that tells it counts; less how often it is told, and how new it is."""
        moments = [second_of(article.published, last=True) for article in self.articles if article.published]
        newness = (min(max(moments, default=since), until) - since) / max(1.0, until - since)
        return max(1, len(self.outlets)) + 0.3 * math.log(len(self.articles)) + newness


def make_digest(
    generation: Generation, embedder: Embedder, since: str, until: str, *, question: str = "", most: int = MOST
) -> Answer:
    """The stories published from `since` to `until` (ISO 8601 moments in UTC), at most `most`, one cited line each.

    An article that names only its day counts if that day is not over at `since`. With a `question` that supposes news
    the answer says so if they are old. Raises `ServiceError` where the embedder fails.
    """
    clock = Clock()
    store = generation.store
    with clock.step("search"):
        articles = store.newest(_READ, since=since[:10], until=until)
        articles = [a for a in articles if a.published and (len(a.published) == 10 or a.published >= since)]
        stories = join_stories(articles, store, embedder)
    with clock.step("read"):
        bounds = datetime.fromisoformat(since).timestamp(), datetime.fromisoformat(until).timestamp()
        stories.sort(key=lambda story: -story.weigh(*bounds))
        statements = []
        for statement in _tell(stories, store):
            statements.append(statement)
            if len(statements) == most:
                break
    outlets = {s.spans[0].article.id: find_outlets(store, s.spans[0]) for s in statements}
    text, citations = cite_statements(statements, outlets)
    caveat, age = note_age(question, citations, until)
    return Answer(
        question,
        "answered" if citations else "no_evidence",
        text or _QUIET,
        citations,
        (age,) if age else (),
        "digest",
        clock.stop(),
        caveat=caveat,
    )


def join_stories(articles: Sequence[Article], store: ArticleStore, embedder: Embedder) -> list[Story]:
    """The stories of some articles, newest first: copies are one, and those that are near in meaning and words."""
    if not articles:
        return []
    leads = [Lead(article) for article in articles]
    vectors = embed_leads(embedder, leads)
    titles = [frozenset(content_terms(article.title)) for article in articles]
    places = {article.id: place for place, article in enumerate(articles)}
    story_of: dict[int, Story] = {}
    for place, article in enumerate(articles):
        cosines = vectors[:place] @ vectors[place]
        near = (
            int(other)
            for other in np.argsort(-cosines)
            if cosines[other] >= _NEAR and _share_terms(titles, leads, place, int(other))
        )
        copies = (places[copy.id] for copy in store.copies_of(article.id) if copy.id in places)
        found = next((story_of[other] for other in (*copies, *near) if other in story_of), None)
        story_of[place] = found or Story()
        story_of[place].articles.append(article)
    return list({id(story): story for story in story_of.values()}.values())


def quote_lead(article: Article, store: ArticleStore, lead: str = "") -> Statement | None:
    """The sentence that says what an article reports, with its quote, verified; None if none can be quoted."""
    title = frozenset(content_terms(article.title))

    def weigh(rank: int, span: Span) -> float:
        shared = len(title.intersection(content_terms(span.text))) / max(1, len(title))
        return stands_alone(span.text) + 0.7 / (1 + rank) + shared

    spans = [(weigh(rank, span), span) for rank, span in enumerate(lead_sentences(article)[:_LEADS])]
    if not spans:
        return None
    _, span = max(spans, key=lambda one: one[0])
    return check_statement(Statement(span.text, (span,), lead=lead), (), store.article).statement


def find_outlets(store: ArticleStore, span: Span) -> tuple[str, ...]:
    """The other outlets that carry the report of a quote with the same figures."""
    copies = [copy for copy in store.copies_of(span.article.id) if have_same_figures(span.text, copy.text)]
    return tuple(dict.fromkeys(copy.outlet for copy in copies if copy.outlet not in ("", span.article.outlet)))


def write_moment(moment: float) -> str:
    """A moment, in seconds since 1970, in ISO 8601 as articles have it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _tell(stories: Sequence[Story], store: ArticleStore) -> Iterator[Statement]:
    """The line of each story: of its newest articles the sentence that is understood best by itself."""
    for story in stories:
        lines = [quote_lead(article, store, BULLET) for article in story.articles[:_TRIED]]
        best = max((line for line in lines if line), key=lambda line: stands_alone(line.text), default=None)
        if best is not None:
            yield best


def _share_terms(titles: Sequence[frozenset[str]], leads: Sequence[Lead], one: int, other: int) -> bool:
    """Whether the titles, or one title and the other lead, have enough terms in common."""
    shorter, longer = sorted((one, other), key=lambda place: len(titles[place]))
    shared = titles[shorter] & (titles[longer] | leads[longer].terms)
    return len(shared) >= _SHARED * max(1, len(titles[shorter]))
