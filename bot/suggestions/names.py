"""Names as a question that stands alone can use them: of people whole, of bodies with their "the"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.answers import Span
from bot.follow_ups.name_kinds import COUNTRIES, EVENTS, GROUPS, ROLES, TITLES
from bot.name_words import DAYS_AND_MONTHS
from bot.references.full_names import find_full_name, name_ending, places_of
from bot.references.mentions import Name, find_names, is_thing
from config.patterns import compile_later

_THE = compile_later(r"\b[Tt]he $")
_DEMONYM = compile_later(r"(?:ian|ean|ish|ese|ans|ians|crat|crats|ist|ists|can|cans)$")
_PART = compile_later(r" (?:of|for) (?:the )?[A-Z]| and [A-Z]|[-/&]| [A-Z]")
# What comes behind a name, or a thing, that is no part of something else: not of "the White House spokesman".
STANDS = (
    r"(?:[’']s?(?!\w)|[.,;:!?”\")]|$| (?:is|are|was|were|has|have|had|will|would|could|should|can|may|might|must|does"
    r"|did|do|and|or|but|who|that|to|in|on|at|for|with|by|of|from|as|after|before|when|while|during|over|against|not|also"
    r"|because|if|\w+ed|\w+ing)\b)"
)
BODIES = frozenset("congress parliament senate kremlin pentagon".split())  # names of a single word
_WITH_ARTICLE = EVENTS | GROUPS | {"house", "court"}
_NO_NAMES = frozenset(
    """american british chinese french german greek dutch swiss thai afghan iraqi israeli pakistani saudi white black
    native asian european arab jewish muslim christian catholic democrat democratic republican gop covid god tv pm mr
    mrs ms dr northern southern eastern western inc co ceo coo cfo suv suvs dna""".split()
)
_NO_PARTS = DAYS_AND_MONTHS - {"may", "june", "april"} | frozenset(
    "edt est pdt pst gmt bst utc jan feb aug sept oct nov dec halloween christmas easter thanksgiving".split()
)
PARTICLES = frozenset("al bin da de del der di dos el la le van von".split())
# A name that goes on behind this: with a nickname, or a particle.
_GOES_ON = compile_later(
    r" (?:[“\"‘'(][A-Z]\w+[”\"’')] )?(?:(?:d[aeiou]s?|van|von|del|bin|al) )?(?!(?:Jr|Sr|I+)\b)[A-Z]\w"
)
_CAPITAL_BEFORE = compile_later(r"(?<!\w)([A-Z][\w’'.-]*) $")
_SHORTEST = 3  # letters


@dataclass(frozen=True)
class Whole:
    """A name that stands at `[start, end)` of a sentence, and as a question has it."""

    text: str
    start: int
    end: int
    is_person: bool


@lru_cache(maxsize=64)
def names_in(text: str) -> tuple[Name, ...]:
    """The names of a sentence that was shown: it is looked at for more than one thing."""
    return tuple(find_names(text))


def make_whole(span: Span, name: Name) -> Whole | None:
    """A name of a sentence as a question can use it; None for one that is known only in part, or is none."""
    text, sentence, folded = name.text, span.text, name.text.casefold()
    the = _THE.search(sentence, max(0, name.start - 5), name.start) is not None
    if folded in COUNTRIES:
        return Whole(f"the {text}" if the else text, name.start, name.end, False)
    if not _is_plain(name):
        return None
    if name.is_person and len(name.words) > 1:
        whole = name.words[0].casefold() not in PARTICLES and not is_part(span.article.text, text)
        return Whole(text, name.start, name.end, True) if whole else None
    if len(name.words) == 1:
        full = find_full_name(span.article, text, span.start + name.start)
        if full is not None or name.title:
            return Whole(full.text, name.start, name.end, True) if full else None
    if not is_own(name) or _PART.match(sentence, name.end):
        return None
    if len(name.words) == 1 and folded not in BODIES:
        is_body = text.isupper() or (the and not is_thing([text]))
    else:
        is_body = is_thing(name.words) or not GROUPS.isdisjoint(folded.split()) or the
        if not the and name.last.casefold() in _WITH_ARTICLE:
            the = re.search(rf"(?<!\w)the {re.escape(text)}{STANDS}", span.article.text) is not None
    return Whole(f"the {text}" if the else text, name.start, name.end, False) if is_body else None


def is_part(text: str, name: str) -> bool:
    """Whether a text has somebody's name as a part of a longer one: "Brin Solheim" of "Ada Brin Solheim"."""
    ends = [start + len(name) for start in places_of(text, name)]
    longer = [found for end in ends if (found := name_ending(text, end)) and len(found.words) > len(name.split())]
    return bool(longer) or 2 * sum(_GOES_ON.match(text, end) is not None for end in ends) > len(ends)


def is_own(name: Name) -> bool:
    """Whether a name can be one's own: it is no day, and nobody's for being of a people or a party."""
    return _is_plain(name) and (
        name.is_person or (name.last.casefold() not in _NO_NAMES and not _DEMONYM.search(name.text))
    )


def _is_plain(name: Name) -> bool:
    text = name.text
    if text.endswith(".") or len(text) < _SHORTEST or any(char.isdigit() for char in text):
        return False
    return _NO_PARTS.isdisjoint(text.casefold().split())


def stands_in(text: str, name: str) -> bool:
    """Whether a text has a name, or its last word and not as that of somebody else."""
    last = name.rsplit(maxsplit=1)[-1]
    if places_of(text.casefold(), name.casefold()):
        return True
    befores = [_CAPITAL_BEFORE.search(text, max(0, start - 30), start) for start in places_of(text, last)]
    return any(one is None or one[1] in name.split() or one[1].rstrip(".").lower() in TITLES | ROLES for one in befores)
