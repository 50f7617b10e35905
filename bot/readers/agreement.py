"""How many outlets agree on what a sentence answers: one that says otherwise than all others does not come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bot.answers import Question
from bot.readers.candidates import ON_SUBJECT, Candidate
from bot.verification.facts import find_numbers
from config.patterns import compile_later
from index.terms import analyze

_NAME = compile_later(r"\b[A-ZÀ-Þ][\w’'.-]*(?:\s+(?:(?:of|the|de|al|van|von|bin|and|for)\s+)?[A-ZÀ-Þ][\w’'.-]*)*")
_FEWEST = 2  # outlets that agree: what two of them have alone says little


def weigh_agreement(question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with `agreement`: the largest share of the other outlets that give one of its facts.

    Facts are numbers, and names where one is asked for, that the question does not have. Only sentences on the subject
    have a say, and several of one outlet have one.
    """
    least = ON_SUBJECT * max((candidate.context for candidate in candidates), default=0.0)
    facts = [_find_facts(question, candidate.span.text) for candidate in candidates]
    outlets = [candidate.span.article.outlet or candidate.span.article.id for candidate in candidates]
    by_fact: dict[str, set[str]] = defaultdict(set)
    heard: set[str] = set()
    for candidate, found, outlet in zip(candidates, facts, outlets, strict=True):
        if candidate.context >= least:
            heard.add(outlet)
            for fact in found:
                by_fact[fact].add(outlet)
    return [
        replace(candidate, agreement=_share([by_fact[fact] for fact in found if fact in by_fact], heard, outlet))
        for candidate, found, outlet in zip(candidates, facts, outlets, strict=True)
    ]


def _share(agreeing: Sequence[set[str]], heard: set[str], outlet: str) -> float:
    others = heard - {outlet}
    most = max((len(outlets & others) for outlets in agreeing), default=0)
    return most / len(others) if most >= _FEWEST else 0.0


def _find_facts(question: Question, sentence: str) -> set[str]:
    facts = {f"{number:f}" for number in set(find_numbers(sentence)).difference(find_numbers(question.text))}
    if question.kind not in ("who", "where", "what"):
        return facts
    for name in _NAME.findall(sentence):
        terms = [term for term in analyze(name) if term not in question.terms]
        if terms and len(name) > 2:
            facts.add(" ".join(terms))
    return facts
