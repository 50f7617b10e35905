"""The words of a question that point back to what was said before: pronouns, "there", "that"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.follow_ups.names import Name
from bot.name_words import DAYS_AND_MONTHS
from config.patterns import compile_later
from index.terms import analyze, content_terms

# Words that ask about whatever is being talked about, and are no topic.
GENERIC = frozenset(
    analyze(
        """
        happen happened do done go going come came take place think know mean react reaction respond response reply
        answer comment statement announce add explain people person anyone anybody someone something anything everyone
        thing part reason much many number exactly true really else other others first next later finally still already
        also involved die died dead killed kill injured injure wounded hurt victims casualties deaths cost long old big
        make made give gave get got call called said say tell told ask asked start started begin began begun end ended
        last
        """
    )
)
_PERSONAL = "he she they it him them his her their its hers theirs"
_PARTS_OF_TIME = """
    year month week weekend morning afternoon evening summer winter spring autumn fall time season century decade days
    """
_TIMES = "|".join(sorted({*_PARTS_OF_TIME.split(), *DAYS_AND_MONTHS}))
_POINTER = compile_later(
    rf"""\b(?:(?P<personal>{"|".join(_PERSONAL.split())})
    |(?P<there>there)
    |(?P<that>(?:this|(?<!which\ of\ )these)(?!\s+(?:\w+\s+)?(?:{_TIMES})\b)|that
        |(?<!of\ )those(?!\s+(?:who|that|which)\b))
    |(?P<then>(?:since|until|by|after|before|just)?\s*\bthen(?=\s*(?:$|[?!.,])))
    |(?P<same>the\ (?:same|former|latter|other\ (?:one|side|two)|(?:two|both)\ sides)|both\ sides))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_EXISTS = compile_later(
    r"(?:\b(?:is|are|was|were|be|been|has|have|had|will|would|any|how\s+many\s+\w+\s+\w+)\s*$)", re.IGNORECASE
)
_EXISTS_AFTER = compile_later(
    r"\s+(?:is|are|was|were|been|be|has|have|had|will|would|a|an|any|no|more|still|enough|really)\b", re.I
)
_NO_THING = compile_later(  # "it" that stands for nothing
    r"""it\s+(?:true|possible|likely|legal|safe|necessary|important|good|bad|worth|take|takes|took|rain\w*|snow\w*|time|means?\s+to|like\s+to
        |illegal|dangerous|ever)\b.*\b(?:that|to|for|in)\s+\w""",
    re.IGNORECASE | re.VERBOSE,
)
_THAT_POINTS = compile_later(
    r"\b(?:is|was|were|are|did|does|do|will|would|can|could|should|has|have|had|about|after|before|for|by|from|with|like|on|in|to|of"
    r"|than|all|at|during|mean|means|meant|since|done|caused|because|against)\s+$",
    re.IGNORECASE,
)
_OWNED = compile_later(r"\s+(?!(?:to|in|at|for|about|of|on)\b)\w")  # what follows "her" in "her plan"
_PREPOSITION = compile_later(
    r"\s+(?:about|after|against|at|before|by|during|for|from|in|into|of|on|over|to|with)\b", re.I
)
_AUXILIARY = compile_later(
    r"\b(?:is|was|were|are|did|does|do|has|have|had|will|would|can|could|should)(?:n['’]t)?\s+$", re.I
)
_NO_PERSON = ("country", "group", "place")
_LONG = 6  # words that carry meaning
_CLAUSE = compile_later(
    r"""[,;:?]|(?<=\s)(?:and|but|when|after|because|if|that|which|who|whom|while|before|as|than|say|says|said|saying|think|thinks|believe
        |believes|hope|hopes|claim|claims|warn|warns|deny|denies|announce|promise|admit|fear|expect|want|wants|until|since|where|how
        |why)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Pointer:
    """A word that points back: `pronoun` in small letters, and whether it is the owner of what follows (his plan)."""

    pronoun: str
    start: int
    end: int
    owns: bool = False


def find_pointers(body: str, names: tuple[Name, ...]) -> tuple[Pointer, ...]:
    """The words of a question that point back to what was said before it, in order; `names` are those in it.

    There are none in a long question: it says itself what they mean.
    """
    if len([term for term in content_terms(body) if term not in GENERIC]) >= _LONG:
        return ()
    found = []
    for match in _POINTER.finditer(body):
        word, before, after = match[0].strip().casefold(), body[: match.start()], body[match.end() :]
        owns = word in ("his", "its", "their") or (word == "her" and bool(_OWNED.match(after)))
        pointer = Pointer(word, match.start(), match.end(), owns)
        if any(name.start <= match.start() < name.end for name in names) or _has_sentence(before):
            continue
        if match["personal"]:
            points = not _has_own(pointer, before, after, names) and not _NO_THING.match(body, match.start())
        elif match["there"]:
            exists = _EXISTS_AFTER.match(after) or (_EXISTS.search(before) and not before.lower().startswith("who"))
            points = bool(before) and not exists
        elif match["that"]:
            is_pronoun = word != "that" or bool(_THAT_POINTS.search(before)) or not after.strip()
            points = is_pronoun and not (_CLAUSE.search(before) and len(content_terms(before)) >= 2)
        else:
            points = True
        if points:
            found.append(pointer)
    return tuple(found)


def _has_sentence(before: str) -> bool:
    """Whether a whole sentence stands before: what is pointed at is in that."""
    return re.search(r"[.?!:;]\s", before) is not None and len(content_terms(before)) >= 3


def _has_own(pointer: Pointer, before: str, after: str, names: tuple[Name, ...]) -> bool:
    """Whether what a pronoun stands for is in the same question, before it: "Why did Turkey move its troops?"."""
    person = pointer.pronoun in ("he", "she", "him", "his", "her", "hers")
    others = {term for name in names if person and name.kind in _NO_PERSON for term in analyze(name.text)}
    content = [term for term in content_terms(before) if term not in GENERIC | others]
    is_object = pointer.pronoun in ("him", "them") or not after.strip() or _PREPOSITION.match(after)
    if _AUXILIARY.search(before) or (is_object and not pointer.owns):
        # "Which party does he lead?", "Did Russia accept it?": named before, unless this is a second clause.
        return len(content) >= 2 and _CLAUSE.search(before) is not None
    return bool(content)
