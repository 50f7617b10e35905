"""Who says what: the reported speech of a text, and whether a claim gives each word to the one who said it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.verification.words import find_terms
from config.patterns import compile_later

_VERB = compile_later(
    r"\b(?:(?P<to>according\s+to)|(?:said|says?|saying|told|tells?|telling|claim(?:s|ed|ing)?|alleg(?:e|es|ed|ing)"
    r"|insist(?:s|ed|ing)?|argu(?:e|es|ed|ing)|assert(?:s|ed|ing)?|accus(?:e|es|ed|ing)|believ(?:e|es|ed|ing)"
    r"|warn(?:s|ed|ing)?|vow(?:s|ed|ing)?|den(?:y|ies|ied|ying)"
    # "reported a profit" reports no words
    r"|(?:stated|wrote|tweeted|reported|declared|suggest(?:s|ed|ing)?|maintain(?:s|ed|ing)?|add(?:s|ed|ing)"
    r"|explain(?:s|ed|ing)?|acknowledg(?:e|es|ed|ing))(?=\s+that\b|\s*[,:.\"“”]|$))\b)",
    re.IGNORECASE,
)
# After these a verb is none: "the claims", "her reported income"; and "is said to" has no speaker.
_NO_VERB = compile_later(
    r"\b(?:the|a|an|his|her|its|their|these|those|such|of|any|all|no|is|are|was|were|been|be)\s*$", re.IGNORECASE
)
_PRONOUN = compile_later(r"\b(?:he|she|they|it|who|i|we)\b", re.IGNORECASE)
# What may follow a verb at the end of what it reports: when, where and to whom.
_TRAILER = compile_later(
    r"\s*(?:[.,;:!?\"”]|$|(?:on|in|at|during|late|early|earlier|later|to reporters|yesterday|today|(?-i:[A-Z]\w+day))\b"
    r"(?:\s[\w'’.-]+){0,6}\s*(?:[.,;:!?\"”]|$))",
    re.IGNORECASE,
)
_INVERTED = compile_later(
    r"\s*((?:(?:the|an?)\s+)?[\w'’-]+\.?(?:\s+[\w'’-]+\.?){0,7}?)\s*(?:[,.;:!?\"“”]|$|\bon\b|\bin\b)", re.IGNORECASE
)
_CLAUSE = compile_later(r"[,;:—\"“”]|\b(?:but|and|while|as|after|that)\b", re.IGNORECASE)
_CONTRAST = compile_later(r";|\b(?:but|while|although|though|whereas)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Report:
    """Who reports (`speaker`, empty for a pronoun), whether by a name, and the content terms of what."""

    speaker: frozenset[str]
    named: bool
    content: frozenset[str]


@lru_cache(maxsize=2048)
def find_reports(sentence: str) -> tuple[_Report, ...]:
    """What a sentence reports that somebody said."""
    reports = []
    begin = 0  # of the part that this verb is in
    for match in _VERB.finditer(sentence):
        before, after = sentence[begin : match.start()], sentence[match.end() :]
        if match["to"]:
            who = _INVERTED.match(after)
            speaker, content = (who[1], before + after[who.end() :]) if who else ("", before)
        elif _NO_VERB.search(before):
            continue
        elif _TRAILER.match(after):
            start = max((end.end() for end in _CLAUSE.finditer(before)), default=0)
            speaker, content = before[start:], before[:start] + _CONTRAST.split(after)[0]
        elif re.search(r"[,?!\"”]\s*$", before) and before.strip(' ,"“”') and (who := _INVERTED.match(after)):
            speaker, content = who[1], before + after[who.end() :]  # "…", said the minister
            if _looks_appositive(before):
                speaker, content = before, after
        else:
            speaker, content = _CONTRAST.split(before)[-1], after
            begin = match.end()
        named = (
            any(word[0].isupper() for word in re.findall(r"[^\W\d_]+", speaker)[1:]) or speaker.strip()[:1].isupper()
        )
        terms = find_terms(_PRONOUN.sub(" ", speaker))
        reports.append(_Report(terms, named and bool(terms), find_terms(content) - terms))
    return tuple(reports)


def _looks_appositive(before: str) -> bool:
    """Whether what stands before a verb is a subject with an addition between commas, not what was said."""
    return before.rstrip().endswith(",") and before.count(",") >= 2 and "”" not in before and '"' not in before


def find_wrong_speaker(claim: str, sentences: Sequence[str]) -> str:
    """What is wrong with how a claim attributes its content; empty if it gives it to whom its quote does."""
    ours = find_reports(claim)
    content = _join(report.content for report in ours) or find_terms(claim)
    best = max(range(len(sentences)), key=lambda place: len(content & find_terms(sentences[place])), default=None)
    if best is None or not content:
        return ""
    if ours and 2 * len(content & find_terms(" ".join(sentences))) < len(content):
        return "the quote does not say so"
    reports = [report for report in find_reports(sentences[best]) if 2 * len(report.content & content) > len(content)]
    if not ours:
        return _miss_speaker(find_terms(claim), reports, find_terms(sentences[best]))
    speaker = _join(report.speaker for report in ours)
    earlier = _join(find_terms(sentence) for sentence in sentences[:best])
    if not reports:
        return (
            "" if not speaker or speaker & (find_terms(sentences[best]) | earlier) else "nobody is quoted as saying so"
        )
    for report in reports:
        described = not report.named and (not report.speaker or speaker & earlier)  # "he said", "the spokesman said"
        if not speaker or speaker & report.speaker or described:
            return ""
    return "somebody else said so"


def _miss_speaker(words: frozenset[str], reports: Sequence[_Report], sentence: frozenset[str]) -> str:
    """What is wrong with a claim that reports nobody, if more of it is somebody's words than the author's."""
    said, speakers = _join(report.content for report in reports), _join(report.speaker for report in reports)
    bare = reports and not words & speakers and len(words & said) > len(words & (sentence - said - speakers))
    return "it does not say who said so" if bare else ""


def _join(terms: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*terms)
