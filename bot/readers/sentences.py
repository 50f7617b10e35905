"""The sentences of an article that can be quoted in a list or a summary, and how well each one stands there alone."""

from __future__ import annotations

import re

from bot.answers import Span
from bot.readers.datelines import skip_dateline
from config.patterns import compile_later
from index.articles import Article
from index.split import sentence_spans

LEAD = 700  # characters of an article in which its news stands

_LOOKS_BACK = compile_later(
    r"""\b(?:(?:earlier|previously|formerly|originally)\b|(?:last|past|recent|previous)\ (?:few\ |several\ )?
    (?:years?|months?|decades?)|(?:years?|months?|decades?)\ (?:ago|earlier|before)|for\ (?:years|months|decades)
    |has\ long|have\ long|had\ (?!to\b)\w+|in\ (?:19|20)\d\d\b|would\ have)""",
    re.IGNORECASE | re.VERBOSE,
)
# Speech, questions and what leans on the sentence before it cannot stand alone in a list.
_LEANS = compile_later(
    r"(?:he|she|it|they|we|i|you|this|that|these|those|his|her|its|their|there|here|but|and|also|such|both"
    r"|another|others|one(?! of)|the (?:first|second|third|latter|former|two|statement|decision|move|announcement)"
    r"|sign up|subscribe|editor['’]s note|click|read more|get (?=['‘“]))(?!\w)",
    re.IGNORECASE,
)
# What an outlet says of itself: it is no news.
PROMOTES = compile_later(
    r"(?:sign up|subscribe|click (?:here|on)|read more|turn to|tune in|follow us|download|explore the|editor['’]s note"
    r"|here['’]s what you need to know|hide caption)\b|(?:related|more):|[►▶•]",
    re.IGNORECASE,
)
_SAYS = compile_later(r"[^,]*\b(?:he|she|they) (?:said|says|told|added)\b", re.IGNORECASE)
_ENDS = compile_later(r"[.!…][\"”’')\]]*$")


def lead_sentences(article: Article) -> list[Span]:
    """The sentences with which an article begins, without an agency's dateline, that can be quoted."""
    end = article.text.find("\n", LEAD)
    return read_sentences(article, 0, len(article.text) if end < 0 else end)


def read_sentences(article: Article, start: int, end: int) -> list[Span]:
    """The whole sentences in a stretch of an article that can be quoted, without a dateline; none that promotes."""
    spans = []
    for first, last in sentence_spans(article.text[start:end], article.language):
        dateline = skip_dateline(article.text[start + first : start + last], start + first)
        spans.append(Span(article, start + first + dateline, start + last))
    whole = (span for span in spans if len(span.text.split()) >= 6 and _ENDS.search(span.text))
    return [span for span in whole if not PROMOTES.match(span.text)]


def stands_alone(text: str) -> float:
    """How far a sentence tells news and is understood without those before it: 1, less for each thing that it lacks."""
    words = len(text.split())
    return (
        1.0
        - 0.6 * bool(_LEANS.match(text))
        - 0.6 * (text[0] in "\"“«‘'")
        - 0.3 * bool(_SAYS.match(text))
        - 0.2 * bool(_LOOKS_BACK.search(text))
        - 0.2 * (words > 45)
        - 0.2 * (words < 9)
    )


def tells_same(one: frozenset[str], other: frozenset[str], share: float = 0.5) -> bool:
    """Whether two sentences have so many of their terms in common that they tell the same."""
    return len(one & other) >= share * max(1, min(len(one), len(other)))
