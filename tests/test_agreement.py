"""What several outlets give weighs for a sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.answers import Kind, Question
from bot.readers.agreement import weigh_agreement
from bot.readers.candidates import collect_candidates
from tests.fakes import make_hits, make_passages


def ask(kind: Kind) -> Question:
    """A question on the fire in the tunnel, whose words weigh the same."""
    terms = {"tunnel": 1.0, "fire": 1.0}
    return Question("what of the tunnel fire of 2019?", kind, terms, {}, np.zeros(1, dtype=np.float32))


@pytest.mark.parametrize(
    ("kind", "texts", "agreement"),
    [
        ("how many", {"A": "nine", "B": "9", "C": "nine", "D": "ninety"}, [2 / 3, 2 / 3, 2 / 3, 0.0]),
        ("how many", {"A": "nine", "B": "nine", "C": "twelve"}, [0.0, 0.0, 0.0]),
        ("how many", {"A": "2019", "B": "2019", "C": "2019"}, [0.0, 0.0, 0.0]),
        ("who", {"A": "Ida Brask", "B": "Ida Brask", "C": "Ida Brask", "D": "Per Olm"}, [2 / 3, 2 / 3, 2 / 3, 0.0]),
        ("when", {"A": "Ida Brask", "B": "Ida Brask", "C": "Ida Brask"}, [0.0, 0.0, 0.0]),
        ("how many", {"A": "nine"}, [0.0]),
        ("how many", {}, []),
    ],
)
def test_agreement(kind: Kind, texts: dict[str, str], agreement: list[float]) -> None:
    """Counted are the other outlets, two or more, with the same number or name that the question does not have."""
    passages = make_passages(*(f"In the tunnel fire it was {told} in the end." for told in texts.values()))
    outlets = [replace(p, article=replace(p.article, outlet=outlet)) for p, outlet in zip(passages, texts, strict=True)]
    candidates = collect_candidates(ask(kind), make_hits(outlets))
    assert [candidate.agreement for candidate in weigh_agreement(ask(kind), candidates)] == agreement


def test_an_outlet_has_one_voice_and_on_the_subject_only() -> None:
    """Several articles of one outlet count once, and a sentence on something else has no say."""
    told = ["In the tunnel fire it was nine in the end."] * 4 + ["In the harbour it was nine in the end."]
    passages = make_passages(*told)
    outlets = [
        replace(p, article=replace(p.article, outlet=outlet)) for p, outlet in zip(passages, "AAABC", strict=True)
    ]
    candidates = collect_candidates(ask("how many"), make_hits(outlets))
    assert [candidate.agreement for candidate in weigh_agreement(ask("how many"), candidates)] == [0.0] * 4 + [1.0]
