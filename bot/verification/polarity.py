"""What a text denies: the words in the scope of a negation, and whether a claim says the opposite of its quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.verification.words import find_terms
from config.patterns import compile_later

# What negates the next verb, and what negates a noun and all that is said of it.
_VERB_CUE = (
    r"not(?!\s+(?:only|just|merely|least|an?\b|one\b|any\b|all\b|every\b|many\b))|\w+n['’]t|cannot|never|nor|no\s+longer"
    r"|fail(?:s|ed|ing|ure)?\s+to|refus(?:e|es|ed|ing|al)\s+to|declin(?:e|es|ed|ing)\s+to|unable\s+to|unwilling\s+to"
    r"|yet\s+to|stopp?(?:ed|s)?\s+short\s+of|unlikely\s+to|far\s+from"
)
_NOUN_CUE = (
    r"not\s+(?:a\s+single|an?|one|any|all|every|many)|no(?!\s+(?:later|longer|more|fewer|less|sooner|doubt|matter|one))"
    r"|no\s+one|nobody|none(?:\s+of)?|neither|without|den(?:y|ies|ied|ying|ials?)(?:\s+that|\s+of)?|rul(?:e|es|ed|ing)\s+out"
    r"|(?:reject|dismiss|refut)(?:s|es|ed|ing)?\s+(?:the\s+|any\s+)?(?:claims?|reports?|allegations?|accusations?|rumou?rs?"
    r"|suggestions?)(?:\s+that|\s+of)?"
)
_CUE = compile_later(rf"(?<![\w-])(?:(?P<noun>{_NOUN_CUE})|(?P<verb>{_VERB_CUE}))(?![\w-])", re.IGNORECASE)
_END = compile_later(
    r"[,;:—()\"“”]|[.!?](?=\s|$)|\b(?:but|although|though|while|whereas|because|when|where|as|since|which|who|after|before"
    r"|until|unless)\b",
    re.IGNORECASE,
)
_UNTIL = compile_later(r"until|unless", re.IGNORECASE)
_WORD = compile_later(r"[^\W_]+(?:['’-][^\W_]+)*")
_AND = compile_later(r"\band\b", re.IGNORECASE)
# Between a negation and what it denies; and verbs that take another one along: who did not plan to leave did not leave.
_BETWEEN = frozenset(
    "yet even ever still also already any a an the its their his her been be being have had to".split()
)
_LEADING = frozenset(
    "want plan intend agree allow expect appear seem manage need able try attempt start begin ready willing going mean"
    " wish hope decide".split()
)
_OPPOSITES = """
    rise raise increase grow climb jump soar gain | fall lower drop decrease decline reduce cut shrink plunge slump
    profit | loss
    win | lose
    accept approve agree back support endorse | reject refuse oppose decline dismiss
    open reopen | close shut
    arrive enter | leave withdraw
    begin start resume continue | end halt stop suspend
    buy | sell
    arrest detain jail | release free
    confirm admit | deny
    succeed | fail
    guilty convict | innocent acquit
    legal | illegal
    survive | die kill
    die kill | injure hurt wound
"""


@dataclass(frozen=True)
class _Denied:
    """A denied term with the terms of the next word, with all of its scope, and whether nouns can be denied so."""

    term: str
    object: frozenset[str]
    scope: frozenset[str]
    noun: bool


@dataclass(frozen=True)
class _Denials:
    """The denied terms of a text: `heads`, what first comes behind a negation, and all in any scope."""

    heads: tuple[_Denied, ...]
    scopes: frozenset[str]
    stated: frozenset[str]  # content terms outside of the scopes, or after the head of a verb
    outside: frozenset[str]  # only those outside


def denies(text: str) -> bool:
    """Whether a text holds a negation."""
    return _CUE.search(text) is not None


def find_opposite(claim: str, sentences: Sequence[str]) -> str:
    """What a claim states that its quote denies, or the other way round; empty if they agree."""
    ours = _find_denials(claim)
    theirs = [_find_denials(sentence) for sentence in sentences]
    stated = frozenset().union(*(denials.stated for denials in theirs))
    scopes = frozenset().union(*(denials.scopes for denials in theirs))
    outside = frozenset().union(*(denials.outside for denials in theirs))
    for denied in (denied for denials in theirs for denied in denials.heads):
        about = denied.scope & (ours.stated | ours.scopes)
        enough = not denied.noun or len(denied.scope) == 1 or len(about) > 1
        # "never lost data" denies that data was lost also where something else was.
        of_this = denied.object & ours.stated and not denied.object & outside
        if denied.term in ours.stated - ours.scopes and enough and (denied.term not in stated or of_this):
            return denied.term
    quoted = frozenset().union(*(find_terms(sentence) for sentence in sentences))
    for denied in ours.heads:
        of_this = denied.object & stated and not denied.object & scopes
        if denied.term in stated and (denied.term not in scopes or of_this):
            return denied.term
        # Denied in other words there: "did not accept" for "rejected".
        if denied.term not in stated and not (scopes or _opposed(denied.term) & quoted):
            return denied.term
    for term in ours.stated - quoted:
        other = _opposed(term) & stated
        if other and not other & ours.stated and not _alike(term) & stated:
            return term
    return ""


@lru_cache(maxsize=2048)
def _find_denials(text: str) -> _Denials:
    heads: list[_Denied] = []
    scopes: set[str] = set()
    stated = outside = text
    for cue in reversed(list(_CUE.finditer(text))):
        end = _END.search(text, cue.end())
        if end and _UNTIL.fullmatch(end[0]):
            continue  # what did not happen until Tuesday happened then
        stop = end.start() if end else len(text)
        is_noun = cue["noun"] is not None
        if not is_noun and (other := _AND.search(text, cue.end(), stop)):
            stop = other.start()
        found = _denied_words(text[cue.end() : stop])
        scope = frozenset(term for _, terms in found for term in terms)
        scopes |= scope
        outside = f"{outside[: cue.start()]} {outside[stop:]}"
        first = next((place for place, (word, _) in enumerate(found) if word[0].islower()), None)
        if first is None:
            continue
        last = first
        while found[last][1] & _LEADING and last + 1 < len(found):
            last += 1
        following = found[last + 1][1] if last + 1 < len(found) else frozenset()
        heads += [_Denied(term, following, scope, is_noun) for _, terms in found[first : last + 1] for term in terms]
        stated = (
            stated[: cue.start()] + " " + ("" if is_noun else " ".join(w for w, _ in found[last + 1 :])) + stated[stop:]
        )
    return _Denials(tuple(heads), frozenset(scopes), find_terms(stated), find_terms(outside))


def _denied_words(scope: str) -> list[tuple[str, frozenset[str]]]:
    """The words of a scope that carry meaning with their terms; adverbs before the first do not."""
    found: list[tuple[str, frozenset[str]]] = []
    for word in _WORD.findall(scope):
        terms = find_terms(word)
        if terms and word.lower() not in _BETWEEN and (found or not word.endswith("ly")):
            found.append((word, terms))
    return found


@cache
def _pairs() -> list[tuple[frozenset[str], frozenset[str]]]:
    sides: Iterable[list[str]] = (line.split("|") for line in _OPPOSITES.strip().splitlines())
    return [(find_terms(one), find_terms(other)) for one, other in sides]


@cache
def _opposed(term: str) -> frozenset[str]:
    found = [side for one, other in _pairs() for mine, side in ((one, other), (other, one)) if term in mine]
    return frozenset().union(*found)


@cache
def _alike(term: str) -> frozenset[str]:
    return frozenset().union(*(side for pair in _pairs() for side in pair if term in side))
