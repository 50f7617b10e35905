"""Whether an English question depends on the turn before it, and how.

A question that has names or content of its own and no word that points back stands alone. What depends is one of

- *bare*: only a question word, or what amounts to one ("why?", "when was that?");
- a *fragment*: only a part of a question ("and Russia?", "in Germany?", "what about the crew?");
- a question that *refers*: by a pronoun, by what it takes as known ("the ship"), or by saying nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.answers import Turn
from bot.follow_ups.names import Name, find_names, has_event
from bot.follow_ups.pointers import GENERIC, Pointer, find_pointers
from config.patterns import compile_later
from index.terms import analyze, content_terms

ENOUGH = 3  # words that carry meaning: a question with so many says what it is about
_WH = r"""(?:since\ when|until\ when|how\ (?:many|much|long|often|far|old|tall|big|large|fast|high|deep|soon|come)
    |(?:what|which)\ (?:day|date|year|month|time|one|ones)|why|when|where|who|whom|whose|what|which|how)"""
_THAT = r"(?:it|that|this|these|those)"
_BE = r"(?:is|was|were|are|did|does|do|has|have|had|will|would|can|could|should)(?:n['’]t)?"
_HAPPEN = r"(?:be|been|happen(?:ed|ing)?|take[ns]?\ place|taking\ place|occur(?:red)?|done|go(?:ing)?\ on|come\ about)"
_DAY = r"(?:(?:on|in)\ )?(?:what|which)\ (?:day|date|year|month|time)"
_BARE = compile_later(
    rf"""(?:(?:in|at|on|by|from|for|to|with|against)\ )?{_WH}
      (?:\ (?:exactly|precisely|so|not|then|really|else|for|from|to|ago))*
    | (?:when|where|why|how|how\ come|how\ long\ ago|{_DAY})\ (?:exactly\ )?{_BE}(?:\ not)?
      \ (?:(?:that|this)(?:\ all)?(?:\ {_HAPPEN})*|{_THAT}\ {_HAPPEN}
        |(?:it|they|he|she|you)\ (?:do|did)\ (?:so|it|that|this))
    | (?:when|why)\ (?:was|is)\ (?:it|this|that)(?:\ so)?
    | why\ (?:did|do|does|would|have|has)(?:n['’]t)?\ (?:it|they|he|she)(?:\ not)?(?:\ (?:do\ )?(?:so|it|that|this))?
    | (?:who|where|when|how\ many)
      \ (?:said|says|claimed|claims|reported|reports|did|does|confirmed|confirms|knows)\ (?:so|that|it|this)
    | (?:is|was)\ (?:that|this|it)\ (?:really\ )?(?:true|right|correct|so|confirmed|certain)|really|are\ you\ sure
    | (?:please\ )?
      (?:tell\ me\ more|more(?:\ details|\ information)?|go\ on|explain(?:\ {_THAT})?|anything\ else)(?:\ please)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HUH = compile_later(r"(?:what|which|how|who|whose|whom)", re.IGNORECASE)  # alone it may as well mean: pardon?
_CONNECTED = compile_later(r"(?:(?:and|but|or|so(?!\s+(?:far|many|much|called))|okay|ok)\b[\s,]*)+", re.IGNORECASE)
_WHAT_ABOUT = compile_later(r"(?:what|how)\s+about\s+(?P<rest>.+)", re.IGNORECASE)
_QUESTION = compile_later(
    rf"(?:(?:in|at|on|by|from|for|to|with|against|of)\s+)?(?:{_WH}|{_BE})\b", re.IGNORECASE | re.VERBOSE
)
_VERB_FIRST = compile_later(
    r"(?:tell|give|show|explain|list|find|summari[sz]e|describe|compare|name|write|say)\b", re.IGNORECASE
)
_PLACED = compile_later(
    r"(?:in|at|near|from|around|on|by|for|with|without|against|since|before|after|during|until)\s+\S", re.I
)
TIME = compile_later(
    r"""(?:(?:in|on|since|before|after|during|by|until|of)\s+)?(?:the\s+)?(?:
        yesterday|today|tonight|tomorrow|now|currently|recently|lately
        |(?:last|this|next|previous|past|same)\s+(?:\w+\s+)?(?:year|month|week|weekend|summer|winter|spring|autumn|fall|night|decade|century
         |monday|tuesday|wednesday|thursday|friday|saturday|sunday)
        |(?:(?:\d{1,2}\s+)?(?:january|february|march|april|may|june|july|august|september|october|november|december)\b
         (?:\s+\d{1,2}\b)?(?:,?\s+\d{4})?)
        |monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d{4}|\d{1,2}:\d\d|\d{4}-\d\d-\d\d)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NEWS = compile_later(r"\b(?:new|news|latest|going\s+on|world)\b", re.IGNORECASE)
# "Who won?", "What was decided?", "How many people watched?"
_ONLY_VERB = compile_later(
    r"(?:who|what|how\s+many(?:\s+(?:people|of\s+them))?|how\s+much|when|where|why|how)\s+(?:(?:was|were|got|has|had)\s+)?(?!is\b|was\b)"
    r"(?:\w+ed|won|lost|paid|fell|rose|met|left|ran|spoke|came|went|grew|knew|saw|watched|lied|led|did|quit)",
    re.IGNORECASE,
)
_NO_VERB = compile_later(r"(?:how\s+many|how\s+much|which|what)\s+\w+(?:\s+\w+)?", re.IGNORECASE)


@dataclass(frozen=True)
class FollowUp:
    """A question that depends on the turn before: its words without "and" and the final mark, and how it depends.

    `names` are those in `text`; `pointers` the words in it that point back.
    """

    text: str
    how: Literal["bare", "fragment", "refers"]
    names: tuple[Name, ...] = ()
    pointers: tuple[Pointer, ...] = ()


def read_follow_up(question: str, turn: Turn) -> FollowUp | None:
    """How a question depends on the turn before; None if it stands alone."""
    text = question.strip().rstrip("?!.… ").strip()
    begun = _CONNECTED.match(text)
    body = text[begun.end() :] if begun else text
    if _BARE.fullmatch(body) and (begun or not _HUH.fullmatch(body)):
        return FollowUp(body, "bare")
    asked = _WHAT_ABOUT.fullmatch(body)
    if asked or _is_fragment(body, connected=bool(begun), asks=question.rstrip().endswith("?")):
        return _read_fragment(asked["rest"] if asked else body, turn)
    names = tuple(find_names(body))
    if pointers := find_pointers(body, names):
        return FollowUp(body, "refers", names, pointers)
    if _says_too_little(body, names, turn, connected=bool(begun)):
        return FollowUp(body, "refers", names)
    return None


def held_terms(turn: Turn) -> frozenset[str]:
    """What was talked about in a turn, as terms."""
    return frozenset(analyze(f"{turn.question} {turn.answer}"))


def _is_fragment(body: str, *, connected: bool, asks: bool) -> bool:
    words = body.split()
    if not 1 <= len(words) <= 6 or _QUESTION.match(body) or _VERB_FIRST.match(body):
        return False
    return connected or (asks and len(words) <= 4 and bool(_PLACED.match(body) or TIME.fullmatch(body)))


def _read_fragment(rest: str, turn: Turn) -> FollowUp | None:
    """A part of a question; None if it names a topic of its own."""
    own = [term for term in content_terms(rest) if term not in held_terms(turn)]
    names = tuple(find_names(rest))
    if len(own) >= ENOUGH or (own and has_event(rest)):
        return None
    return FollowUp(rest, "fragment", names, find_pointers(rest, names))


def _says_too_little(body: str, names: tuple[Name, ...], turn: Turn, *, connected: bool) -> bool:
    """Whether a question without a word that points back still leaves open what it is about."""
    if TIME.search(body) and not connected:
        return False
    held = held_terms(turn)
    in_names = {term for name in names for term in analyze(name.text)}
    own = [term for term in content_terms(body) if term not in GENERIC | in_names]
    new = [term for term in own if term not in held]
    if connected:
        return not new if names else len(new) < 2 and not has_event(body)
    if names or not _QUESTION.match(body) or re.search(r"\b(?:about|on|over|regarding)\s+\w", body, re.IGNORECASE):
        return False
    if _NEWS.search(body):
        return False
    if not own or _ONLY_VERB.fullmatch(body) or (_NO_VERB.fullmatch(body) and not new):
        return bool(content_terms(body))
    asked = set(analyze(turn.question)) if len(content_terms(body)) >= ENOUGH else held
    known = [
        word
        for word in re.findall(r"\bthe\s+(?:\w+\s+)??(\w+)", body, re.IGNORECASE)
        if set(content_terms(word)) & asked
    ]
    return bool(known) and len(new) <= 1
