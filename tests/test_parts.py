"""A question that asks for several things is answered part by part, and says what of it is not answered."""

from __future__ import annotations

import pytest

from bot.answer import Newsbot
from bot.texts import translate

HEIGHT, GOAL = "How tall is the Space Launch System", "Who scored the goal in the World Cup final"


@pytest.mark.parametrize(
    ("question", "golds"),
    [
        ("How long is the Ever Given and where was the ceremony for the settlement held?", ["400", "Ismailia"]),
        (f"{GOAL}, and who succeeded Jorge Vilda?", ["Carmona", "Montse Tome"]),
        (f"{GOAL}? Why did Rubiales resign?", ["Carmona", "kissed"]),
        (f"{HEIGHT} and when did Apollo 17 arrive on the moon?", ["322 feet", "11 December 1972"]),
        (f"Where did Orion splash down? {HEIGHT}?", ["Pacific", "322 feet"]),
        ("What did Turkey and Russia each say?", ["Celik", "Lavrov"]),
        (f"{GOAL}? Who succeeded Jorge Vilda? {HEIGHT}?", ["Carmona", "Montse Tome", "322 feet"]),
    ],
)
def test_each_part_is_answered(sample_newsbot: Newsbot, question: str, golds: list[str]) -> None:
    """Each thing that is asked for has at most two sentences of its own, from hits of its own."""
    answer = sample_newsbot.answer(question)
    told = "\n".join([answer.text, *(citation.quote for citation in answer.citations)])
    assert [gold for gold in golds if gold not in told] == []
    assert len(answer.text.split("] ")) <= 2 * 3


def test_what_of_it_is_not_answered_is_said(sample_newsbot: Newsbot) -> None:
    """A part on which there is nothing is named in a note, in any language; the other is answered."""
    answer = sample_newsbot.answer(f"{HEIGHT} and who won the Nobel Prize in Literature?")
    assert "322 feet" in answer.text
    (note,) = [note for note in answer.notes if "Nobel" in note]
    assert note == "I found nothing on: who won the Nobel Prize in Literature?"
    assert translate(note, "de") == "Dazu habe ich nichts gefunden: who won the Nobel Prize in Literature?"


def test_where_no_part_is_answered_nothing_is(sample_newsbot: Newsbot) -> None:
    """With nothing on any part the answer is that there is none, without a note for each."""
    answer = sample_newsbot.answer("Who won the Nobel Prize in Literature? What is the capital of Australia?")
    assert (answer.status, answer.citations, answer.notes) == ("no_evidence", (), ())


def test_what_may_be_one_name_is_read_as_one(sample_newsbot: Newsbot) -> None:
    """Without "each" two names are read as one question: what both say may be said of them together."""
    assert sample_newsbot.answer("What did Turkey and Russia say?").status == "answered"
