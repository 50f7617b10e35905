"""However a question is put, it has the answer that it has when it is put plainly."""

from __future__ import annotations

import re

import pytest

from bot.answer import Newsbot
from bot.evaluation.gold import contains_gold
from tests.test_extractive import GOLD

WAYS = [
    "{Q}?",
    "{q}",
    "{q}??!",
    "🤔 {q}?",
    "so, {q}?",
    "Hello! {Q}?",
    "ok newsbot, {q}?",
    "Quick question: {q}?",
    "Can you tell me {q}?",
    "Could you please tell me {q}, thanks!",
    "Do you know {q}?",
    "I want to know {q}.",
    "I was wondering {q}?",
    "What I would like to know is: {q}?",
    "I heard something about this, but {q}?",
    "According to the articles, {q}?",
    "{q}, according to the news?",
    "In the news, {q}?",
    "{q} please",
    "{q}? thx",
    "{q}? I'm just curious.",
    "{q}? Please answer in one sentence, with sources.",
    "{q}? Explain it to me like I'm five.",
    "Thanks for the help so far! {Q}?",
]


@pytest.mark.parametrize("way", WAYS)
def test_ways_of_asking(sample_newsbot: Newsbot, way: str) -> None:
    """Greetings, thanks, and what is said around a question change no answer."""
    asked = [(way.format(q=q.rstrip("?"), Q=q[0].upper() + q[1:].rstrip("?")), gold) for q, gold in GOLD]
    assert [question for question, gold in asked if not is_answered(sample_newsbot, question, gold)] == []


def test_capitals_and_stress(sample_newsbot: Newsbot) -> None:
    """A question that is shouted, set as a title, or asks "exactly" is the same question."""
    for question, gold in GOLD:
        exactly = re.sub(r"^(how \w+|\w+)", r"\1 exactly", question)
        for asked in (question.upper(), question.title(), question.lower(), exactly):
            assert is_answered(sample_newsbot, asked, gold), asked


def is_answered(newsbot: Newsbot, question: str, gold: str) -> bool:
    """Whether the answer, or a quote of it, holds the gold one."""
    answer = newsbot.answer(question)
    return contains_gold(" ".join([answer.text, *(citation.quote for citation in answer.citations)]), [gold])
