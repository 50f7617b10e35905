"""What the readers are given: the question, taken apart, and its hits; of a dated list only those of its period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answers import Question
from bot.forms import Form
from bot.questions import analyze_question
from index.articles import Hit
from index.embed import Embedder
from index.generations import Generation
from index.search.address import leave_out_address
from index.search.passages import Search, merge_parts, search_parts, understand
from index.search.query import Query

_TIMELINE_HITS = 100  # passages that a dated list is chosen from,
_TIMELINE_LONGEST = 40  # of which so many are read
_DAYS_BEFORE = 7


def prepare(
    generation: Generation, embedder: Embedder, form: Form, *, k: int, at: str | None, search: Search | None
) -> tuple[Question, list[Hit]]:
    """The question about a form's topic with its best passages, `k` of them or more for a dated list.

    `search` takes the place of the built-in one, which alone knows parts. Raises as they do.
    """
    question = analyze_question(form.topic, generation.keywords, embedder, form.name)
    k = _TIMELINE_HITS if form.name == "timeline" else k
    if search is not None:
        found, hits = [], search(generation, embedder, form.topic, k=k, at=at)
    else:
        found = search_parts(generation, embedder, form.topic, k=k, at=at)
        hits = merge_parts(generation, found, k)
    if form.name == "timeline":
        queries = [query for query, _ in found] or understand(generation, form.topic, at)
        return question, _keep_asked(hits, queries)
    # Of sides that may be one name ("Black and Decker") the whole is searched for too: it is read as one question.
    if form.name == "sentences" and len(found) > 1 and found[0][0].text != leave_out_address(form.topic):
        parts = [(analyze_question(part.text, generation.keywords, embedder), of_part) for part, of_part in found]
        question = replace(question, parts=tuple(parts))
    return question, hits


def _keep_asked(hits: Sequence[Hit], queries: Sequence[Query]) -> list[Hit]:
    """The hits of the period and the outlet that a question names: a dated list must not leave them.

    A period that has just begun may have nothing yet: then the week before it counts too.
    """
    articles = [(hit, hit.passage.article) for hit in hits]
    for days in (0, _DAYS_BEFORE):
        kept = [h for h, one in articles if any(q.is_asked(one.published, one.outlet, days) for q in queries)]
        if kept:
            return kept[:_TIMELINE_LONGEST]
    return []
