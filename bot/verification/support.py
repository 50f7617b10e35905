"""Whether quotes carry a claim: its names, quotations, amounts and days, what it denies, and who does and says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from bot.answers import Span
from bot.questions import what_is_stated
from bot.verification.amounts import find_amounts, find_missing_amount
from bot.verification.claims import find_wrong_speaker
from bot.verification.days import blank_days, find_missing_day, names_year
from bot.verification.facts import Facts, find_facts, list_words, missing_facts
from bot.verification.plans import find_put_off
from bot.verification.polarity import find_opposite
from bot.verification.roles import find_swap
from bot.verification.words import find_terms, share_of
from config.patterns import compile_later
from index.search.asked import asks
from index.split import sentence_spans

# Characters; what an article stretches further, to make the checks slow, carries only what quotes it word for word.
_LONGEST_CLAIM, _LONGEST_QUOTE = 1000, 3000
_AUXILIARY = compile_later(r"\b\w+n['’]t\b", re.IGNORECASE)
_SAID = 0.7  # of the terms of a claim that are no names, that its quote must have
# Without one of these, nothing in a sentence is said not to be said: looked for first, as that is quicker.
_SILENCE = compile_later(r"\b(?:not|never|no|without)\b|n['’]t\b|declin|refus", re.IGNORECASE)


def find_problem(text: str, spans: Sequence[Span]) -> str:
    """Why these quotes do not carry a text, for a person to read; empty if they do."""
    if len(text) > _LONGEST_CLAIM or sum(span.end - span.start for span in spans) > _LONGEST_QUOTE:
        return "it is too long to be checked"
    quote = [(sentence, span.article.published) for span in spans for sentence in _list_sentences(span, text)]
    sentences = [sentence for sentence, _ in quote]
    facts, bare = _find_names(text)
    # A quotation may go over the end of a sentence; a name stands in one.
    words = replace(facts, names=facts.names - frozenset().union(*(list_words(sentence) for sentence in sentences)))
    if (words.names or words.quotations) and (missing := missing_facts(words, " ".join(sentences))):
        return f"{missing[0]} is not in the quote"
    counted = [blank_days(sentence) for sentence in sentences]
    for amount in find_amounts(bare):
        if find_missing_amount([amount], bare, counted) and not any(
            unit == "" and 1900 <= value < 2100 and value % 1 == 0 and names_year(int(value), quote)
            for value, unit in amount.readings
        ):
            return f"the amount {bare[amount.start : amount.end].strip()} is not in the quote for this"
    if day := find_missing_day(text, quote):
        return f"the day {day} is not in the quote"
    if not _says_same(bare, facts, sentences):
        return "its quotes are about something else"
    return _find_turned(text, sentences) or find_wrong_speaker(text, sentences)


def _says_same(bare: str, facts: Facts, sentences: Sequence[str]) -> bool:
    """Whether a quote has most of what a claim says of its names and amounts: with these alone it may say anything."""
    for amount in reversed(find_amounts(bare)):
        bare = f"{bare[: amount.start]} {bare[amount.end :]}"
    said = find_terms(_AUXILIARY.sub(" ", bare)) - find_terms(" ".join(facts.names))
    if not said:
        return bool(facts.quotations)  # a bare "Ankara" or "It was 12" says nothing that a quote could carry
    return share_of(said, frozenset().union(*map(find_terms, sentences))) >= _SAID


def _find_turned(text: str, sentences: Sequence[str]) -> str:
    """Whether a claim turns round what its quote says: a yes into a no, a plan into a deed, or who does it to whom."""
    if term := find_opposite(text, sentences):
        return f"the quote says the opposite ({term})"
    if verb := find_put_off(text, sentences):
        return f"the quote says only that it will or may be ({verb})"
    verb = find_swap(text, sentences)
    return f"the quote has it the other way round ({verb})" if verb else ""


def state_evidence(quoted: str, text: str) -> str:
    """What of a quoted sentence counts for a claim: of a question nothing, as that states nothing.

    What it says that somebody did not say counts only if the claim does so too.
    """
    if asks(quoted):
        return ""
    return _state(quoted) if _is_stated(text) else quoted


@lru_cache(maxsize=4096)
def _state(text: str) -> str:
    return what_is_stated(text) if _SILENCE.search(text) else text


@lru_cache(maxsize=256)
def _is_stated(text: str) -> bool:
    return " ".join(_state(text).split()) == " ".join(text.split())


@lru_cache(maxsize=256)
def _find_names(text: str) -> tuple[Facts, str]:
    """The names and quotations of a claim, and the claim without its days, which are looked up as days."""
    bare = blank_days(text)
    named = bare
    for amount in find_amounts(bare):  # the US of "US$3m" is no name, nor is what begins a sentence one behind a number
        named = f"{named[: amount.start]}{'0'.ljust(amount.end - amount.start)}{named[amount.end :]}"
    quotations = find_facts(text).quotations
    return replace(find_facts(named), numbers=frozenset(), quotations=quotations), bare


def _list_sentences(span: Span, text: str) -> list[str]:
    quoted = span.text
    return [state_evidence(quoted[start:end], text) for start, end in sentence_spans(quoted, span.article.language)]
