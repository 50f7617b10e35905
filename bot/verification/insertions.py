"""Quotes with clarifications in square brackets, as in "He [Omer Celik] said": still word for word without them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers import Span
from bot.verification.days import blank_days, find_missing_day
from bot.verification.polarity import denies
from config.patterns import compile_later
from index.terms import fold_words

_INSERTION = compile_later(r"\[[^\[\]]*\]")
_MOST = 8  # brackets in a text: each more may double the time that it takes to find them
_LINKING = frozenset("a an and at by for from in of on s the to".split())


def find_insertions(text: str, quote: str) -> list[str] | None:
    """The bracketed insertions that a text has beside the words of a quote; None if they differ in anything else."""
    text, quote = " ".join(text.split()), " ".join(quote.split())
    if text == quote:
        return []
    brackets = _INSERTION.findall(text)
    if not 0 < len(brackets) <= _MOST:
        return None
    first, *others = _INSERTION.split(text)
    pattern = re.escape(first.rstrip())
    for bracket, other in zip(brackets, others, strict=True):
        # The brackets may be the article's own.
        gap = " " if other.startswith(" ") and pattern else " ?"
        pattern += rf"(?:(?: ?({re.escape(bracket)}))?{gap if other.strip() else ''}{re.escape(other.strip())})"
    match = re.fullmatch(pattern, quote)
    return None if match is None else [b for b, own in zip(brackets, match.groups(), strict=True) if own is None]


def drop_unsupported(text: str, insertions: Sequence[str], spans: Sequence[Span]) -> str:
    """The text without those insertions whose words stand neither in its quotes nor in their titles."""
    held = {word for span in spans for word in (*fold_words(span.text), *fold_words(span.article.title))} | _LINKING
    sentences = [(span.text, span.article.published) for span in spans]
    for insertion in insertions:
        bare = insertion.strip("[]")
        known = held.issuperset(fold_words(blank_days(bare))) and any(c.isalnum() for c in bare)
        dated = held.issuperset(fold_words(bare)) or not find_missing_day(bare, sentences)
        if not (known and dated) or denies(bare):
            before, after = text.split(insertion, 1)
            text = f"{before.rstrip()}{after}" if after[:1] not in ("", " ") or before.endswith(" ") else before + after
    return text.strip()
