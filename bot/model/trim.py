"""Hits are trimmed to the sentences around what matches the question, so that a prompt stays short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers import Question
from bot.model.tokens import estimate_tokens
from bot.questions import coverage, words_in
from index.articles import Hit, Passage
from index.split import sentence_spans

_LEFT_OUT = "…"
_HEAD_TOKENS = 12  # the line before each passage, beside its title and outlet
# Chosen on all development questions (tests/eval_prompt.py), where others do as well within chance.
_NEIGHBOUR = 0.9  # what a sentence is worth for standing beside one that matches
_SUBJECT = 0.6  # what it is worth that its whole passage is about the question
_NEXT = 0.05  # how much less a hit is worth than the one before it, as far as the tenth


@dataclass(frozen=True)
class _Sentence:
    hit: int
    start: int
    end: int
    tokens: int
    value: float


def trim_hits(question: Question, hits: Sequence[Hit], budget: int) -> list[tuple[Passage, str]]:
    """The hits' passages, best first, each with the sentences of it that fit into `budget` tokens in all.

    The sentences keep their order; "…" stands where some are left out. A hit of which nothing fits is left out; the
    best sentence is there however small the budget is.
    """
    sentences = [sentence for number, hit in enumerate(hits) for sentence in _weigh(question, number, hit)]
    heads = [_head_tokens(hit.passage) for hit in hits]
    picked: dict[int, list[_Sentence]] = {}
    for sentence in sorted(sentences, key=lambda sentence: -sentence.value):
        cost = sentence.tokens + (0 if sentence.hit in picked else heads[sentence.hit])
        if cost <= budget or not picked:
            picked.setdefault(sentence.hit, []).append(sentence)
            budget -= cost
    return [(hits[number].passage, _join(hits[number].passage, picked[number])) for number in sorted(picked)]


def _weigh(question: Question, number: int, hit: Hit) -> list[_Sentence]:
    """The sentences of a hit with their worth for the question: their own words, their neighbours' and their hit's."""
    text, article = hit.passage.text, hit.passage.article
    spans = sentence_spans(text, article.language)
    title = words_in(article.title)
    own = [coverage(question, words_in(text[start:end]), told=0.0) for start, end in spans]
    beside = [max(own[max(0, i - 1) : i + 2]) for i in range(len(spans))]
    subject = coverage(question, title.union(words_in(text)))
    place = _SUBJECT * subject - _NEXT * min(number, 10)
    return [
        _Sentence(number, start, end, estimate_tokens(text[start:end]) + 1, place + max(mine, _NEIGHBOUR * near))
        for (start, end), mine, near in zip(spans, own, beside, strict=True)
    ]


def _head_tokens(passage: Passage) -> int:
    return _HEAD_TOKENS + estimate_tokens(f"{passage.article.outlet} 2020-02-18 {passage.article.title}")


def _join(passage: Passage, sentences: Sequence[_Sentence]) -> str:
    """Some sentences of a passage, with what stands between them as it is, or with "…" for what is left out."""
    text, parts, position = passage.text, list[str](), 0
    for sentence in sorted(sentences, key=lambda sentence: sentence.start):
        between = text[position : sentence.start]
        parts.append(between if not between.strip() else f" {_LEFT_OUT} " if position else f"{_LEFT_OUT} ")
        parts.append(text[sentence.start : sentence.end])
        position = sentence.end
    if text[position:].strip():
        parts.append(f" {_LEFT_OUT}")
    return "".join(parts).strip()
