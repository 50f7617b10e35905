"""What form an answer to a question has: sentences, a dated list, a summary, or a description of somebody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from bot.form_patterns import ABOUT, FOREIGN_PROFILES, PROFILES, SUMMARIES, TIMELINES
from config.patterns import compile_later
from index.search.address import leave_out_address
from index.search.when import find_period
from index.terms import content_terms

ANY_DAY = "2020-06-17"  # where only the words of a period count, and not when it is

FormName = Literal["sentences", "timeline", "summary", "profile"]


@dataclass(frozen=True)
class Form:
    """The form of an answer, and what to search for: the question without the words that only ask for that form."""

    name: FormName
    topic: str


def find_form(question: str) -> Form:
    """The form that a question asks for ("timeline of the Idlib talks": a timeline of "the Idlib talks").

    The topic keeps its words of time, by which the search finds its period. Whoever asks for the newest has a topic
    that begins with "latest". A question that has no topic, or that asks for one fact, is answered in sentences.
    """
    asked = leave_out_address(question[:500]).strip(" \t\n.?!¿¡؟…")
    if _OPENS_QUESTION.match(asked) and not _HINTS.search(asked):
        return Form("sentences", question)
    for name, patterns in _FORMS:
        for pattern in patterns:
            if (found := _compile(pattern).fullmatch(asked)) and (topic := _find_topic(name, found)):
                return Form(name, topic)
    return Form("sentences", question)


def _find_topic(name: FormName, found: re.Match[str]) -> str:
    """The topic of a form that was found; empty where the question only looks like it."""
    groups = {key: (words or "").strip(" ,;:–—-\"“”'«»") for key, words in found.groupdict().items()}
    topic = groups["topic"]
    if name == "profile":
        topic = _SUFFIX.sub("", topic) if "turkish" in groups else topic
        who = groups.get("who", "who").lower() not in _ASKS_WHAT
        return topic if _is_name(topic, somebody=who) else ""
    if "turkish" in groups:
        topic = _SUFFIX.sub("", topic)
    if "when" in groups and not _names_period(topic):
        return ""
    if "rest" in groups:
        topic = f"{topic} {groups['rest']}".strip()
    if "about" in groups and _ADJECTIVE.search(topic):
        return ""
    return f"latest {groups['newest']}{' ' if groups['newest'] else ''}{topic}".strip() if "newest" in groups else topic


def _names_period(words: str) -> bool:
    """Whether words name a time about which there may be much to tell: several days, or all that happened on one.

    The period is worked out when the question is asked.
    """
    period = find_period(words, ANY_DAY)
    if period is None:
        return False
    one_day = period.start is not None and period.start == period.end
    return not (one_day and content_terms(words.replace(period.words, " ")))


def _is_name(words: str, *, somebody: bool) -> bool:
    """Whether some words are a name of somebody or something, and no office ("the president of Turkey") or fact."""
    the, parts = words.lower().startswith("the "), words.split()
    parts = parts[1:] if the else parts
    if not parts or len(parts) > 7 or (words.isupper() and (len(parts) > 2 or the)):
        return False
    if any(part[-2:] in {"'s", "’s"} for part in parts):
        return False
    small = _PARTICLES if somebody else _PARTICLES | _SMALL_WORDS
    if not all(part[0].isupper() or part[0].isdigit() or part.lower() in small or _AL.match(part) for part in parts):
        return False
    if not (parts[0][0].isupper() or _AL.match(parts[0])) or parts[-1].lower() in small:
        return False
    if parts[0].isupper() and len(parts) > 1 and parts[1] == "of":  # "the GDP of Turkey"
        return False
    # "Who is the Prime Minister?" asks for a name; "Who are the Houthis?" does not.
    return not (somebody and (parts[-1].lower() in _OFFICES or (the and not parts[-1].lower().endswith(_MANY))))


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL)


# Of an English question the patterns are tried only where one of their words stands: most ask for a fact.
_OPENS_QUESTION = compile_later(
    r"(?:what|when|where|why|how|which|whose|whom|did|does|do|is|are|has|have|had|can|could|will|would|should)\b",
    re.IGNORECASE,
)
_HINTS = compile_later(
    r"line|chrono|list|sequence|unfold|play|happen|g(?:oing|one) on|occurred|place|latest|new|recent|develop|update"
    r"|headline|stor|event|date|speed|catch|sum|recap|overview|gist|outline|digest|brief|synopsis|tl|short|nutshell|about|exactly"
    r"|mean|stand for|tell|know|\b(?:is|are|was|were)\b|['’]s\b",
    re.IGNORECASE,
)
_SUFFIX = compile_later(r"['’]\w{1,5}$")  # of a Turkish name: Erdoğan'ı
_AL = compile_later(r"(?:al|el|an|as|ad|ash|d|l)[-’'][A-ZÀ-Þ]")
_PARTICLES = frozenset(
    "al el bin ibn bint ben abu de del della der den di da do dos das la le du van von ten ter zu y".split()
)
_SMALL_WORDS = frozenset("of for and the on in to des et и für und".split())
_ASKS_WHAT = frozenset("what was qué que nedir что".split())
_OFFICES = frozenset(
    """president premier minister chancellor king queen pope emperor governor mayor chairman chairwoman chair chief head
    leader secretary speaker ceo cfo boss director coach captain champion winner ambassador envoy spokesman spokeswoman
    spokesperson senator general commander owner founder editor judge author pm mp""".split()
)
_MANY = ("s", "i", "ban", "men", "people")  # the Houthis, the Sámi, the Taliban
# "What is he angry about?", "What is the minister complaining about?"
_ADJECTIVE = compile_later(
    r"^(?:it|this|that|he|she|they|we|you|i|there)$|\b(?:\w+ing|\w+ed|angry|upset|un?happy|happy|sorry|serious"
    r"|right|wrong|(?:un)?usual|special|unique|different|new|good|bad|great|interesting|important|known|famous"
    r"|controversial|optimistic|pessimistic|nervous|anxious|furious|sure|clear|wary|sceptical|skeptical|so \w+)$",
    re.IGNORECASE,
)

# The first pattern that fits counts.
_FORMS: tuple[tuple[FormName, tuple[str, ...]], ...] = (
    ("timeline", TIMELINES),
    ("summary", SUMMARIES),
    ("profile", PROFILES),
    ("summary", ABOUT),
    ("profile", FOREIGN_PROFILES),
)
