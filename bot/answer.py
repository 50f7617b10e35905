"""The way of a question, every step in order:

question → standalone question → search → read → verify → compare → cite
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.age import note_age
from bot.answers import Answer, Reader, Reading, Statement, Status, Turn, Usage
from bot.clock import Clock
from bot.disagreement import describe_disagreement, find_disagreement
from bot.follow_ups.standalone import Rewriter, make_standalone
from bot.forms import find_form
from bot.questions import analyze_question
from bot.verification.statements import FindArticle, check_statement, cite_statements
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
_TIMELINE_HITS = 40  # a dated list draws on many passages
_LOG = logging.getLogger(__name__)

Watch = Callable[[Answer], None]  # is given the answer so far, each time that it has grown


@dataclass
class Newsbot:
    """Answers questions from the live index. Built by `bot.compose.build_newsbot`; safe to use from several threads.

    `readers` are tried in order: the next one answers when one fails; dated lists have a reader of their own.
    `rewriter` is a model that makes follow-up questions stand alone. `search` takes the place of the built-in search.
    `secrets` never stand in a note, whatever an endpoint says in its errors.
    """

    index: LiveIndex
    embedder: Embedder
    readers: Sequence[Reader]
    hits: int = 10
    rewriter: Rewriter | None = None
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

    def answer(
        self, question: str, *, at: str | None = None, turns: Sequence[Turn] = (), watch: Watch | None = None
    ) -> Answer:
        """Answer a question asked at `at` (a day or moment in ISO 8601; None: now) after `turns`, oldest first.

        `watch` is given the answer as soon as a verified statement is there, and each time that it has grown: its text
        then begins with the text before. Raises `IndexMissing`, `IndexMismatch`, and `ServiceError` when the search
        itself fails; a reader that fails is replaced by the next one, and the answer says so.
        """
        question = clean_line(question)
        with self.index.use() as generation:
            revision = generation.store.revision()
            answer = self._answer_from(generation, question, at, turns, watch)
            # An article that was corrected between search and verification supports nothing: ask the new one, once.
            if answer.status != "answered" and generation.store.revision() != revision:
                answer = self._answer_from(generation, question, at, turns, watch)
            return answer

    def _answer_from(
        self, generation: Generation, question: str, at: str | None, turns: Sequence[Turn], watch: Watch | None
    ) -> Answer:
        draft = _Draft(question, at, watch)
        with draft.clock.step("follow up"):
            standalone = make_standalone(question, turns, self.rewriter)
            draft.standalone, draft.usage = standalone.text, standalone.usage
            if standalone.text != question:
                draft.notes.append(f"I took this as: {standalone.text}")
        with draft.clock.step("search"):
            asked = correct_spelling(standalone.text, generation)
            if asked != standalone.text:
                draft.notes.append(f"I read this as: {asked}")
            form = find_form(asked)
            dated = form.name == "timeline"
            hits = self._search(generation, form.topic, max(self.hits, _TIMELINE_HITS) if dated else self.hits, at)
            if dated:
                hits = _keep_asked(hits, understand(generation, form.topic, at))
            analyzed = analyze_question(form.topic, generation.keywords, self.embedder, form.name)
        draft.outlets = {hit.passage.article.id: hit.outlets for hit in reversed(hits)}
        find_article = _find_article(generation, hits, foreign=self.search is not None)
        failed = 0
        readers = [_make_timeline_reader()] if dated else self.readers
        for reader in readers:
            wrote = 0
            try:
                with draft.clock.step("read"):
                    reading = reader.read(analyzed, hits) if hits else Reading(())
                wrote = draft.take(reading, hits, find_article)
            except ServiceError as error:
                _LOG.warning("the %s reader failed: %s", reader.name, scrub(str(error), self.secrets))
                how = "stopped early" if draft.statements else "could not answer"
                draft.notes.append(scrub(f"The {reader.name} reader {how}: {error.problem}.", self.secrets))
                if not draft.statements:
                    failed += 1
                    continue
            if draft.statements and not dated:
                with draft.clock.step("compare"):
                    others = find_disagreement(analyzed, draft.statements, hits)
                stated = tuple(draft.statements)
                if draft.take(Reading(others), hits, find_article) and len(draft.statements) > len(stated):
                    draft.notes.append(describe_disagreement(stated, draft.statements[len(stated) :]))
            if draft.statements or not wrote:
                return draft.compose("answered" if draft.statements else "no_evidence", reader.name)
            draft.notes.append(
                f"Nothing that the {reader.name} reader wrote is carried by these articles; it was left out."
            )
        if failed == len(readers):
            return draft.compose("failed", "none")
        return draft.compose("no_evidence", readers[-1].name)

    def _search(self, generation: Generation, question: str, k: int, at: str | None) -> list[Hit]:
        search = self.search or search_passages
        return search(generation, self.embedder, question, k=k, at=at)


@dataclass
class _Draft:
    """An answer as it grows."""

    question: str
    at: str | None
    watch: Watch | None
    clock: Clock = field(default_factory=Clock)
    standalone: str = ""
    notes: list[str] = field(default_factory=list)
    outlets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    checks: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)

    def take(self, reading: Reading, hits: Sequence[Hit], find_article: FindArticle) -> int:
        """Verify each statement as it comes, keep what holds, show it; how many came. Raises as the reading does."""
        came = 0
        statements = iter(reading.statements)
        try:
            while True:
                with self.clock.step("read"):
                    statement = next(statements, None)
                if statement is None:
                    return came
                came += 1
                with self.clock.step("verify"):
                    checked = check_statement(statement, hits, find_article)
                if checked.statement is None:
                    self.checks["left out"] += 1
                    continue
                if any(checked.statement.text == other.text for other in self.statements):
                    continue  # a repair can bring the same sentence of an article twice
                self.checks["repaired" if checked.repaired else "kept"] += 1
                self.statements.append(checked.statement)
                if self.watch is not None:
                    self.watch(self.compose("answered", ""))
        finally:
            self.usage += reading.usage

    def compose(self, status: Status, reader: str) -> Answer:
        """The answer from what was verified so far; with nothing verified, a plain word on why."""
        text, citations = cite_statements(self.statements, self.outlets)
        # While it grows its newest article may still come: what is said of its age could have to be taken back.
        caveat, age = note_age(self.standalone, citations, self.at) if reader else ("", "")
        return Answer(
            self.question,
            status,
            text or (FAILED if status == "failed" else NO_EVIDENCE),
            citations,
            (*self.notes, *([age] if age else [])),
            reader,
            self.clock.stop(),
            self.standalone if self.standalone != self.question else "",
            caveat,
            self.usage,
            dict(self.checks),
        )


def _make_timeline_reader() -> Reader:
    from bot.readers.timeline import TimelineReader  # few questions ask for a dated list

    return TimelineReader()


def _keep_asked(hits: Sequence[Hit], queries: Sequence[Query]) -> list[Hit]:
    """The hits of the period and the outlet that a question names: a dated list must not leave them."""
    articles = ((hit, hit.passage.article) for hit in hits)
    return [hit for hit, article in articles if any(q.is_asked(article.published, article.outlet) for q in queries)]


def _find_article(generation: Generation, hits: Sequence[Hit], *, foreign: bool) -> FindArticle:
    """How a quote's article is looked up: in the store; one that only a plugged-in search knows, in what that gave."""
    brought = {hit.passage.article.id: hit.passage.article for hit in hits} if foreign else {}
    return lambda article_id: generation.store.article(article_id) or brought.get(article_id)
