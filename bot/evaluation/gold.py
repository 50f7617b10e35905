"""Questions with known answers: read from files, and when a text counts as holding an answer.

A question is a JSON line `{"id"?, "question", "at"?, "answers", "articles"?}`; no answers means that a refusal is
right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.questions import ask_kind
from config.errors import UsageError, first_line
from index.clean import clean_line
from index.search.passages import read_moment
from index.web.addresses import normalise_address

KINDS = ("who", "what", "when", "where", "how many", "why", "yes/no", "other")

_YES_OR_NO = re.compile(
    r"(is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)\b", re.IGNORECASE
)
_WHAT = re.compile(r"\b(what|which)\b", re.IGNORECASE)
_LAST_SENTENCE = re.compile(r"(?:.*[.!?:;]\s+)?(.*)", re.DOTALL)


@dataclass(frozen=True)
class GoldQuestion:
    """A question with the strings that answer it, and the addresses of the articles that do, where they are known."""

    text: str
    at: str | None
    answers: tuple[str, ...]
    articles: tuple[str, ...] = ()
    id: str = ""

    @property
    def kind(self) -> str:
        """What it asks for, one of `KINDS`: as the readers see it, or yes or no, or a gap to be filled ("other")."""
        if (last := _LAST_SENTENCE.fullmatch(self.text)) and _YES_OR_NO.match(last[1]):
            return "yes/no"
        kind = ask_kind(self.text)
        return "other" if kind == "what" and not _WHAT.search(self.text) else kind


def read_questions(files: Sequence[Path]) -> list[GoldQuestion]:
    """The questions of some files. Raises `UsageError` for a file or line that cannot be read."""
    questions: list[GoldQuestion] = []
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
            questions += [_read_question(json.loads(line)) for line in lines if line.strip()]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            remedy = 'each line is {"question", "answers", "id"?, "at"?, "articles"?}'
            raise UsageError(f"cannot read {file} ({first_line(error)})", remedy) from None
    if not questions:
        raise UsageError("there are no questions in these files", "give a file of JSON lines")
    return questions


def contains_gold(text: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in a text as whole words, whatever their case, commas and signs."""
    words = pad_words(text)
    return any(gold in words for answer in answers if (gold := pad_words(answer)).strip())


def pad_words(text: str) -> str:
    """The words of a text in lower case, with one space around each; a number without its commas is one word."""
    without_commas = re.sub(r"(?<=\d),(?=\d)", "", text.lower())
    return " ".join(["", *re.sub(r"[^\w]|_", " ", without_commas).split(), ""])


def _read_question(found: Any) -> GoldQuestion:
    text, answers, articles = (
        found["question"],
        _read_strings(found["answers"]),
        _read_strings(found.get("articles", [])),
    )
    asked = read_moment(found.get("at"))
    addresses = tuple(map(normalise_address, articles))  # as those of articles are stored
    return GoldQuestion(clean_line(text), asked, answers, addresses, clean_line(found.get("id")))


def _read_strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return tuple(map(str, value))
