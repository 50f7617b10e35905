"""Who does what is asked about: what Russia said is said by Russia, and not by those who speak of Russia."""

from __future__ import annotations

import re

from bot.answers import Question
from bot.questions import alike
from config.patterns import compile_later
from index.terms import analyze, content_terms

_ASKED = compile_later(
    r"\b(?:did|does|do|has|have|had)\s+(?P<subject>(?:the\s+)?(?:[\w’'.-]+\s+){1,5}?)(?P<verb>[a-z]+)(?:\s+(?:about|on|of|that|to|for|in)\b.*)?\W*$",
    re.IGNORECASE,
)
_SPEECH = frozenset(
    analyze("say said says tell told announce announced state stated add added warn warned claim claimed argue argued")
)
_BREAK = compile_later(r";|\b(?:and|but|while|as|after|before|that|which|who|whose|when)\b", re.IGNORECASE)
_WORD = compile_later(r"[^\W_]+(?:['’.-][^\W_]+)*")
_ALIKE = 4  # letters that a name has in common with its adjective: Turkey, Turkish


def find_subject(question: str) -> tuple[frozenset[str], frozenset[str]]:
    """The beginnings of the names that a question has as its subject, and the terms of its verb; both may be empty."""
    found = _ASKED.search(question)
    names = [word for word in _WORD.findall(found["subject"]) if word[0].isupper()] if found else []
    if found is None or not names:
        return frozenset(), frozenset()
    verb = frozenset(analyze(found["verb"]))
    terms = _SPEECH if verb <= _SPEECH or not content_terms(found["verb"]) else frozenset().union(*map(alike, verb))
    return frozenset(name[:_ALIKE].casefold() for name in names), terms


def is_by_subject(question: Question, sentence: str) -> bool:
    """Whether the subject of the question is that of such a verb in the sentence: it stands in the clause before it."""
    names, verbs = find_subject(question.text)
    if not names:
        return False
    for match in _WORD.finditer(sentence):
        if verbs.isdisjoint(analyze(match[0])):
            continue
        clause = _BREAK.split(sentence[: match.start()])[-1]
        if any(word[0].isupper() and word[:_ALIKE].casefold() in names for word in _WORD.findall(clause)):
            return True
    return False
