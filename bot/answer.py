"""The way of a question, every step in order:

question → search → read → verify → cite
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType

from bot.answers import Answer, Citation, Reader, Statement
from bot.questions import analyze_question
from bot.verification.statements import FindArticle, cite_statements, verify_statements
from config.errors import ServiceError
from config.logs import scrub
from index.articles import Hit
from index.clean import clean_line
from index.embed import Embedder
from index.generations import Generation
from index.live import LiveIndex
from index.search.passages import Search, search_passages, understand
from index.search.query import Query
from index.search.spelling import correct_spelling

NO_EVIDENCE = "I found nothing in these articles that answers this."
FAILED = "I could not work on this question just now. Please ask again in a moment."
_OLD_DAYS = 30  # from then on an answer says of when its newest article is
_LOG = logging.getLogger(__name__)


@dataclass
class Newsbot:
    """Answers questions from the live index. Built by `bot.compose.build_newsbot`; safe to use from several threads.

    `readers` are tried in order: the next one answers when one fails. `search` takes the place of the built-in search.
    `secrets` never stand in a note, whatever an endpoint says in its errors.
    """

    index: LiveIndex
    embedder: Embedder
    readers: Sequence[Reader]
    hits: int = 10
    search: Search | None = None
    secrets: Sequence[str] = field(default=(), repr=False)

    def find_hits(self, question: str, *, k: int | None = None, at: str | None = None) -> list[Hit]:
        """The best passages for a question, best first. Raises `IndexMissing`, `IndexMismatch`, `ServiceError`."""
        with self.index.use() as generation:
            return self._search(generation, question, k or self.hits, at)

    def understand(self, question: str, *, at: str | None = None) -> list[Query]:
        """What the built-in search looks for: the parts of the question, its period and its outlet."""
        with self.index.use() as generation:
            return understand(generation, question, at)

    def answer(self, question: str, *, at: str | None = None) -> Answer:
        """Answer a question asked at `at` (a day or moment in ISO 8601; None: now).

        Raises `IndexMissing`, `IndexMismatch`, and `ServiceError` when the search itself fails; a reader that fails is
        replaced by the next one, and the answer says so.
        """
        question = clean_line(question)
        with self.index.use() as generation:
            revision = generation.store.revision()
            answer = self._answer_from(generation, question, at)
            # An article that was corrected between search and verification supports nothing: ask the new one, once.
            if answer.status != "answered" and generation.store.revision() != revision:
                answer = self._answer_from(generation, question, at)
            return answer

    def _answer_from(self, generation: Generation, question: str, at: str | None) -> Answer:
        clock = _Clock()
        with clock.step("search"):
            asked = correct_spelling(question, generation)
            hits = self._search(generation, asked, self.hits, at)
            analyzed = analyze_question(asked, generation.keywords, self.embedder)
        find_article = _find_article(generation, hits, foreign=self.search is not None)
        notes = [f"I read this as: {asked}"] if asked != question else []
        failed = 0
        for reader in self.readers:
            try:
                with clock.step("read"):
                    read = reader.read(analyzed, hits) if hits else []
            except ServiceError as error:
                failed += 1
                _LOG.warning("the %s reader failed: %s", reader.name, scrub(str(error), self.secrets))
                notes.append(scrub(f"The {reader.name} reader could not answer: {error.problem}.", self.secrets))
                continue
            with clock.step("verify"):
                verified = list(verify_statements(read, hits, find_article))
            if verified or not read:
                outlets = {hit.passage.article.id: hit.outlets for hit in reversed(hits)}
                return _compose(question, verified, notes, reader.name, at, clock, outlets)
            notes.append(f"Nothing that the {reader.name} reader wrote is carried by these articles; it was left out.")
        if failed == len(self.readers):
            return Answer(question, "failed", FAILED, notes=tuple(notes), reader="none", timings_ms=clock.stop())
        return _compose(question, [], notes, reader.name, at, clock)

    def _search(self, generation: Generation, question: str, k: int, at: str | None) -> list[Hit]:
        search = self.search or search_passages
        return search(generation, self.embedder, question, k=k, at=at)


def _find_article(generation: Generation, hits: Sequence[Hit], *, foreign: bool) -> FindArticle:
    """How a quote's article is looked up: in the store; one that only a plugged-in search knows, in what that gave."""
    brought = {hit.passage.article.id: hit.passage.article for hit in hits} if foreign else {}
    return lambda article_id: generation.store.article(article_id) or brought.get(article_id)


def _compose(
    question: str,
    verified: Sequence[Statement],
    notes: Sequence[str],
    reader: str,
    at: str | None,
    clock: _Clock,
    outlets: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Answer:
    """The answer from what was verified; with nothing verified, the plain word that there is no evidence."""
    if not verified:
        return Answer(question, "no_evidence", NO_EVIDENCE, notes=tuple(notes), reader=reader, timings_ms=clock.stop())
    text, citations = cite_statements(verified, outlets)
    age = _note_age(citations, at)
    return Answer(question, "answered", text, citations, (*notes, *age), reader, clock.stop())


def _note_age(citations: Sequence[Citation], at: str | None) -> list[str]:
    """A word on how old the newest cited article is, when it is not new."""
    days = [date.fromisoformat(citation.published[:10]) for citation in citations if citation.published]
    asked = date.fromisoformat(at[:10]) if at else datetime.now(UTC).date()
    if not days or (asked - max(days)).days <= _OLD_DAYS:
        return []
    return [f"The newest article on this is from {write_day(max(days))}."]


def write_day(day: date) -> str:
    """A day as people read it: 18 February 2020."""
    return f"{day.day} {day:%B %Y}"


class _Clock:
    """Times the steps of one answer, in milliseconds."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._steps[name] = self._steps.get(name, 0.0) + _since(began)

    def stop(self) -> dict[str, float]:
        return {name: round(spent, 2) for name, spent in {**self._steps, "total": _since(self._began)}.items()}


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
