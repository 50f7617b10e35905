"""When there is enough for an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answer import Newsbot
from bot.questions import analyze_question
from bot.readers.candidates import Candidate
from bot.readers.extractive import choose, order, weigh_candidates
from bot.readers.support import WEIGHTS, find_signs, is_answered, support
from index.articles import Hit
from index.embed import WordLlamaEmbedder
from tests.fakes import make_hits, make_passages

TEXT = "The port of Aldova will close on Friday. Its cranes will stand still for a week."


def dated(*days: str | None, scores: tuple[float, ...] = ()) -> list[Hit]:
    """A hit of each day, with its score."""
    passages = make_passages(*[TEXT] * len(days))
    hits = make_hits(
        [replace(p, article=replace(p.article, published=day)) for p, day in zip(passages, days, strict=True)]
    )
    return [replace(hit, score=score) for hit, score in zip(hits, scores or [1.0] * len(days), strict=True)]


def weigh(newsbot: Newsbot, embedder: WordLlamaEmbedder, question: str, hits: list[Hit]) -> dict[str, float]:
    """The signs of a question over some hits."""
    with newsbot.index.use() as generation:
        asked = analyze_question(question, generation.keywords, embedder)
    candidates = weigh_candidates(asked, hits, embedder)
    signs = find_signs(asked, candidates, hits)
    assert support(asked, candidates, hits) == pytest.approx(sum(WEIGHTS[name] * sign for name, sign in signs.items()))
    return signs


@pytest.mark.parametrize(
    ("days", "share"),
    [
        (("2020-02-18", "2020-02-25", "2020-02-26", None), 0.5),
        (("2020-02-18",), 1.0),
        ((None, "2020-02-18"), 0.0),
        (("2020-02-18T10:00:00+00:00", "2020-02-12", "2019-02-18"), 2 / 3),
    ],
)
def test_the_same_time(
    sample_newsbot: Newsbot, embedder: WordLlamaEmbedder, days: tuple[str | None, ...], share: float
) -> None:
    """Counted are the hits of within a week of the first, before or after it; one without a date is of no time."""
    assert weigh(sample_newsbot, embedder, "why does the port close?", dated(*days))["same_time"] == share


@pytest.mark.parametrize(
    ("scores", "stands_out"), [((1.0, 0.9, 0.4, 0.1), 0.6), ((1.0, 0.9), 0.0), ((0.0, 0.0, 0.0), 0.0)]
)
def test_what_stands_out(
    sample_newsbot: Newsbot, embedder: WordLlamaEmbedder, scores: tuple[float, ...], stands_out: float
) -> None:
    """The first hit stands out by how far the third is below it; of fewer, or of nothing, none does."""
    hits = dated(*["2020-02-18"] * len(scores), scores=scores)
    assert weigh(sample_newsbot, embedder, "why does the port close?", hits)["stands_out"] == pytest.approx(stands_out)


def test_a_sentence_with_all_that_is_asked_is_enough(sample_newsbot: Newsbot, embedder: WordLlamaEmbedder) -> None:
    """A short question whose every word stands in one sentence is answered; without a hit there is no answer."""
    with sample_newsbot.index.use() as generation:
        asked = analyze_question("what about Aldova?", generation.keywords, embedder)
    hits = dated(None, None, None)
    candidates = weigh_candidates(asked, hits, embedder)
    assert support(asked, candidates, hits) < 0.79
    assert is_answered(asked, candidates, hits)
    assert not is_answered(asked, [replace(c, context=0.5, passage=0.5, own=0.5) for c in candidates], hits)
    assert not is_answered(asked, [], hits)


def make_candidate(article: str, start: int, score: float, words: str, context: float = 1.0) -> Candidate:
    """A candidate at a place of an article, whose score is as told."""
    hit = make_hits(make_passages("x" * 500))[0]
    one = replace(hit.passage.article, id=article)
    from bot.answers import Span

    terms = frozenset(words.split())
    signs = dict.fromkeys("own passage place fits_kind counts_asked by_subject opens".split(), 0.0)
    return Candidate(Span(one, start, start + 5), 0, terms, context=context, length=score / 0.8, **signs)


def test_three_sentences_at_most_that_differ() -> None:
    """Chosen are the best three that say something else, are nearly as good, and are on the same subject."""
    best = make_candidate("a", 100, 3.0, "a b c d e", context=0.9)
    scores = {
        best: 9.0,
        (same := make_candidate("b", 0, 0, "a b c d e f")): 8.9,
        (second := make_candidate("b", 50, 0, "g h i")): 8.5,
        (elsewhere := make_candidate("c", 0, 0, "j k", context=0.5)): 8.4,
        (third := make_candidate("a", 10, 0, "l m n")): 8.0,
        (fourth := make_candidate("a", 20, 0, "o p q")): 7.9,
    }
    chosen = choose([fourth, third, elsewhere, second, same, best], scores.__getitem__)
    assert chosen == [best, second, third]
    assert order(chosen) == [third, best, second]
    assert choose([best, replace(second, own=-9.0)], lambda one: 9.0 if one is best else 6.9) == [best]
