"""Whose words and deeds a question asks for, and where a sentence begins."""

from __future__ import annotations

import numpy as np
import pytest

from bot.answers import Question
from bot.readers.datelines import skip_dateline
from bot.readers.subjects import is_by_subject


@pytest.mark.parametrize(
    ("question", "sentence", "by"),
    [
        ("what did Russia say?", "Russian Foreign Minister Sergei Lavrov said that talks go on.", True),
        ("what did Russia say about Idlib?", "In Moscow Russia said that it would stay in Idlib.", True),
        ("what did Russia say?", "Talks between Turkey and Russia ended and Ankara said it would stay.", False),
        ("what did Russia say?", "Turkey told Russia to leave.", False),
        ("what did Turkey demand?", "Turkish officials insist on a withdrawal.", True),
        ("what did Turkey demand?", "The army demands that Turkey leave.", False),
        ("what did the French government announce?", "The French government announced a tax.", True),
        ("what has Egypt claimed?", "Egypt wanted money, while the owner claimed that it had none.", False),
        ("what did they say?", "They said so.", False),
        ("who won?", "Anna won.", False),
        ("what did Anna do?", "Anna said so.", True),
    ],
)
def test_who_does_it(question: str, sentence: str, by: bool) -> None:
    """A sentence is by the subject of the question where that, or its adjective, stands before such a verb."""
    asked = Question(question, "what", {}, {}, np.zeros(1, dtype=np.float32))
    assert is_by_subject(asked, sentence) is by


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("(CNN) The port is closed.", "The port is closed."),
        ("LONDON – The port is closed.", "The port is closed."),
        ("LONDON (AP) — “It is closed,” he said.", "“It is closed,” he said."),
        ("MOSCOW, Feb 17, 2020 (Levant Courier) - Talks began.", "Talks began."),
        ("New York (CNN Business) Shares fell.", "Shares fell."),
        ("GARDINER, Mont. – Roads are closed.", "Roads are closed."),
        ("SIERRA COUNTY, 3 May - It rained.", "SIERRA COUNTY, 3 May - It rained."),
        ("The bill (and only this one) - was passed.", "The bill (and only this one) - was passed."),
        ("NASA said (Friday) that it would fly.", "NASA said (Friday) that it would fly."),
        ("It rained.", "It rained."),
    ],
)
def test_datelines(sentence: str, rest: str) -> None:
    """A dateline is skipped where an article begins, and nothing else is; further on there is none."""
    assert sentence[skip_dateline(sentence, 0) :] == rest
    assert skip_dateline(sentence, 1000) == 0
