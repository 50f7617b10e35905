"""Questions with known answers: read from files, and when a text counts as holding an answer.

A question is a JSON line `{"id"?, "question", "at"?, "answers", "articles"?, "evidence"?}`; no answers means that a
refusal is right.
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

_WHAT = re.compile(r"\b(what|which)\b", re.IGNORECASE)
_TOKEN = re.compile(r"(?:[^\W_]|(?<=\d),(?=\d))+")


@dataclass(frozen=True)
class GoldQuestion:
    """A question with the strings that answer it, and the addresses of the articles that do, where they are known.

    `evidence` are words that show that a quote is the right one, although no answer stands in it.
    """

    text: str
    at: str | None
    answers: tuple[str, ...]
    articles: tuple[str, ...] = ()
    id: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def sought(self) -> tuple[str, ...]:
        """What a quote has to hold one of: an answer, or evidence for one."""
        return (*self.answers, *self.evidence)

    @property
    def kind(self) -> str:
        """What it asks for, one of `KINDS`: as the readers see it, or a gap to be filled ("other")."""
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
            remedy = 'each line is {"question", "answers", "id"?, "at"?, "articles"?, "evidence"?}'
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


def find_gold(text: str, answers: Sequence[str]) -> list[tuple[int, int]]:
    """Where answers stand in a text, as for `contains_gold`: spans `[start, end)` in order, none overlapping."""
    words = [(word, *token.span()) for token in _TOKEN.finditer(text) for word in pad_words(token[0]).split()]
    spans = []
    for gold in filter(None, (pad_words(answer).split() for answer in answers)):
        for first in range(len(words) - len(gold) + 1):
            found = words[first : first + len(gold)]
            if [word for word, *_ in found] == gold:
                spans.append((found[0][1], found[-1][2]))
    return _merge(sorted(spans))


def _merge(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _read_question(found: Any) -> GoldQuestion:
    answers = _read_strings(found["answers"])
    addresses = map(normalise_address, _read_strings(found.get("articles", [])))  # as those of articles are stored
    evidence = _read_strings(found.get("evidence", []))
    asked, name = read_moment(found.get("at")), clean_line(found.get("id"))
    return GoldQuestion(clean_line(found["question"]), asked, answers, tuple(addresses), name, evidence)


def _read_strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    # Half a character (a lone surrogate) stands in no article, and cannot be printed.
    return tuple(str(item).encode(errors="replace").decode() for item in value)
