"""The way of a question, every step in order:

question → standalone question → search → read → verify → compare → suggest → cite
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.answers import Answer, Question, Reader, Reading, Turn
from bot.disagreement import describe_disagreements, find_disagreements
from bot.draft import Draft, Watch
from bot.follow_ups.standalone import Rewriter, make_standalone
from bot.forms import find_form
from bot.hits import prepare
from bot.texts import Text
from bot.verification.statements import FindArticle
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

_LOG = logging.getLogger(__name__)


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
            search = self.search or search_passages
            return search(generation, self.embedder, question, k=k or self.hits, at=at)

    def understand(self, question: str, *, at: str | None = None) -> list[Query]:
        """What the built-in search looks for: the parts of the question, its period and its outlet."""
        with self.index.use() as generation:
            return understand(generation, question, at)

    def answer(
        self,
        question: str,
        *,
        at: str | None = None,
        turns: Sequence[Turn] = (),
        watch: Watch | None = None,
        suggest: bool = False,
    ) -> Answer:
        """Answer a question asked at `at` (a day or moment in ISO 8601; None: now) after `turns`, oldest first.

        `watch` is given the answer as soon as a verified statement is there, and each time that it has grown: its text
        then begins with the text before. With `suggest` it names questions that the same articles answer. Raises
        `IndexMissing`, `IndexMismatch`, and `ServiceError` when the search itself fails; a reader that fails is
        replaced by the next one, and the answer says so.
        """
        question = clean_line(question)
        with self.index.use() as generation:
            revision = generation.store.revision()
            answer = self._answer_from(generation, Draft(question, at, watch), turns, suggest=suggest)
            # An article that was corrected between search and verification supports nothing: ask the new one, once.
            if answer.status != "answered" and generation.store.revision() != revision:
                answer = self._answer_from(generation, Draft(question, at, watch), turns, suggest=suggest)
            return answer

    def find_more(self, answer: Answer) -> Answer:
        """Other stories that are like those of an answer, each in a line that is cited. Raises as `answer` does."""
        from bot.related import find_related  # neither this nor suggestions are needed to answer a question

        draft = Draft(answer.question, None, None, standalone=answer.question)
        with self.index.use() as generation:
            related = find_related(generation, self.embedder, answer)
            draft.take(Reading(related), [], _find_article(generation, [], foreign=False))
        return draft.compose("answered" if draft.statements else "no_evidence", "related")

    def without_model(self) -> Newsbot:
        """The same with the reader of its own only."""
        return replace(self, readers=self.readers[-1:], rewriter=None)

    def _answer_from(self, generation: Generation, draft: Draft, turns: Sequence[Turn], *, suggest: bool) -> Answer:
        question, at = draft.question, draft.at
        with draft.clock.step("follow up"):
            standalone = make_standalone(question, turns, self.rewriter)
            draft.standalone, draft.usage = standalone.text, standalone.usage
            if standalone.text != question:
                draft.notes.append(Text("I took this as: {question}", question=standalone.text))
        with draft.clock.step("search"):
            asked = correct_spelling(standalone.text, generation)
            if asked != standalone.text:
                draft.notes.append(Text("I read this as: {question}", question=asked))
            form = find_form(asked)
            analyzed, hits = prepare(generation, self.embedder, form, k=self.hits, at=at, search=self.search)
        every = [hit for found in (hits, *(of_part for _, of_part in analyzed.parts)) for hit in found]
        draft.outlets = {hit.passage.article.id: hit.outlets for hit in reversed(every)}
        dated = form.name == "timeline"
        find_article = _find_article(generation, hits, foreign=self.search is not None)
        readers = [_make_timeline_reader()] if dated else self.readers
        for reader in readers:
            wrote = self._read(reader, analyzed, hits, find_article, draft)
            if draft.statements and not dated:
                _compare(analyzed, hits, find_article, draft)
            if draft.statements and suggest:
                draft.follow_ups = _suggest(analyzed, draft, hits, generation)
            if draft.statements or wrote == 0:
                return draft.compose("answered" if draft.statements else "no_evidence", reader.name)
            if wrote is not None:
                draft.notes.append(
                    Text(
                        "Nothing that the {reader} reader wrote is carried by these articles; it was left out.",
                        reader=reader.name,
                    )
                )
        failed = draft.failed == len(readers)
        return draft.compose("failed", "none") if failed else draft.compose("no_evidence", readers[-1].name)

    def _read(
        self, reader: Reader, question: Question, hits: Sequence[Hit], find_article: FindArticle, draft: Draft
    ) -> int | None:
        """Let a reader write and verify what it writes; how many statements came, None if it failed before any held."""
        try:
            with draft.clock.step("read"):
                reading = reader.read(question, hits) if hits else Reading(())
            return draft.take(reading, hits, find_article)
        except ServiceError as error:
            _LOG.warning("the %s reader failed: %s", reader.name, scrub(str(error), self.secrets))
            why = {"reader": reader.name, "problem": scrub(error.problem, self.secrets)}
            if draft.statements:
                draft.notes.append(Text("The {reader} reader stopped early: {problem}.", **why))
            else:
                draft.notes.append(Text("The {reader} reader could not answer: {problem}.", **why))
            draft.failed += not draft.statements
            return None


def _make_timeline_reader() -> Reader:
    from bot.readers.timeline import TimelineReader  # few questions ask for a dated list

    return TimelineReader()


def _suggest(question: Question, draft: Draft, hits: Sequence[Hit], generation: Generation) -> tuple[str, ...]:
    from bot.suggestions.suggest import suggest_questions

    with draft.clock.step("suggest"):
        return suggest_questions(question, draft.statements, hits, generation.keywords)


def _compare(question: Question, hits: Sequence[Hit], find_article: FindArticle, draft: Draft) -> None:
    """Add what other outlets say against the answer, and a note that names them."""
    with draft.clock.step("compare"):
        found = find_disagreements(question, draft.statements, hits)
    draft.take(Reading([one.other for one in found if one.other not in draft.statements]), hits, find_article)
    if note := describe_disagreements([one for one in found if one.other in draft.statements]):
        draft.notes.append(note)


def _find_article(generation: Generation, hits: Sequence[Hit], *, foreign: bool) -> FindArticle:
    """How a quote's article is looked up: in the store; one that only a plugged-in search knows, in what that gave."""
    brought = {hit.passage.article.id: hit.passage.article for hit in hits} if foreign else {}
    return lambda article_id: generation.store.article(article_id) or brought.get(article_id)
