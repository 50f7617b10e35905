"""What a sentence holds of what a question asks for."""

from __future__ import annotations

import numpy as np
import pytest

from bot.answers import Question
from bot.questions import ask_kind
from bot.readers.kinds import counts_asked, fit_kind


def ask(text: str) -> Question:
    """A question as far as its kind is concerned, with all its words alike."""
    terms = dict.fromkeys(text.lower().strip("?").split(), 1.0)
    return Question(text, ask_kind(text), terms, {}, np.zeros(1, dtype=np.float32))


@pytest.mark.parametrize(
    ("question", "sentence", "counts"),
    [
        ("how many posts did it build?", "It built 12 observation posts near the road.", True),
        ("how many posts did it build?", "It built twelve posts.", True),
        ("how many posts did it build?", "Posts were built on 12 hills beside the road.", False),
        ("how many posts did it build?", "It built posts.", False),
        ("how much did they pay?", "They paid 3 billion francs.", True),
        ("how much did they pay?", "They paid €40 for it.", True),
        ("how much did they pay?", "They paid 3 workers.", False),
        ("what price was paid?", "It went for 12 dollars.", True),
        ("how long is the ship?", "The ship is 400 metres long.", True),
        ("how long did it last?", "It lasted for 6 days.", True),
        ("how long is the ship?", "The ship has 400 lamps.", False),
        ("how tall is the tower?", "It rises to 322 feet.", True),
        ("how tall is the tower?", "It was built in 9 years.", False),
        ("how fast does it go?", "It went at 80 miles an hour.", True),
        ("how many of the?", "There were 12 of the.", False),
        ("who built posts?", "It built 12 posts.", False),
        ("what is the length of the ship?", "The ship is 400 metres long.", True),
        ("length of the ship", "The journey took 25 days.", False),
        ("ship weight?", "The ship has 200,000 tonnes.", True),
        ("how heavy is it?", "It is 40 feet long.", False),
        ("how big is the farm?", "The farm has 40 acres.", True),
        ("what speed does it reach?", "It reached 80 mph.", True),
        ("the number of posts", "It built 12 observation posts.", True),
        ("number of posts", "Posts were built on 12 hills.", False),
    ],
)
def test_what_is_counted(question: str, sentence: str, counts: bool) -> None:
    """A number counts where it is of the thing, the sum or the measure that is asked for."""
    assert counts_asked(ask(question), sentence) is counts


@pytest.mark.parametrize(
    ("sentence", "fit"), [("Turkey did not withdraw.", 0.5), ("Turkey withdrew.", 0.5), ("It rained.", 0.0)]
)
def test_yes_or_no(sentence: str, fit: float) -> None:
    """A question for yes or no is answered by a sentence on what it asks, whether that says yes or no."""
    question = Question("did Turkey withdraw?", "yes/no", {"turkey": 1.0, "soldier": 1.0}, {}, np.zeros(1, np.float32))
    assert fit_kind(question, sentence) == fit


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("did Turkey withdraw?", "yes/no"),
        ("The talks ended. Were they a success?", "yes/no"),
        ("Is it over", "yes/no"),
        ("who will win?", "who"),
        ("what did they do?", "what"),
        ("May arrived in Kyiv: who received her?", "who"),
    ],
)
def test_kinds_of_yes_and_no(question: str, kind: str) -> None:
    """A question whose last sentence begins with an auxiliary asks for yes or no."""
    assert ask_kind(question) == kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("what is the length of the ship?", "how many"),
        ("ship length", "how many"),
        ("The total number of ships", "how many"),
        ("what speed did it reach?", "how many"),
        ("what is the weight behind the claim?", "what"),
        ("who sets the speed limit?", "who"),
        ("ice age", "what"),
    ],
)
def test_quantities_by_their_noun(question: str, kind: str) -> None:
    """A noun such as "length" asks for a number where something has it; its sentence need not say it."""
    assert ask_kind(question) == kind
