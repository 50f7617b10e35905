"""Short follow-ups in other languages than English: they are put before the last question as they are."""

from __future__ import annotations

import re

from bot.answers import Turn
from bot.follow_ups.names import find_names
from config.patterns import compile_later
from index.terms import content_terms

_MOST = 2  # words of a follow-up that may be new: with more it has a topic of its own

_CONNECTED = r"(?:und|aber|y|e|pero|et|mais|ve|peki(?:\s+ya)?|ya|ama|и|а|но)"
_ASKS = r"""
    warum|wieso|weshalb|wann(?:\s+genau)?|wo|wohin|woher|wer(?:\s+noch)?|wie\s+viele?|wie|seit\s+wann
    |por\s+qué|cuándo|dónde|quién(?:es)?|cuánt[oa]s?|cómo|desde\s+cuándo
    |pourquoi|quand|où|qui|combien|comment|depuis\s+quand
    |neden|niçin|niye|ne\s+zaman|nerede|kim|kaç(?:\s+kişi)?|ne\s+kadar|nasıl
    |почему|зачем|когда|где|куда|кто|сколько|как
    |لماذا|متى|أين|اين|من|كم|كيف"""
_THAT = r"""
    (?:\s+(?:war|ist|geschah|passierte|hat|haben|wurde)\s+(?:das|es|dies)(?:\s+(?:gesagt|passiert|geschehen))?
    |\s+(?:fue|es|era|pasó|ocurrió|sucedió)(?:\s+(?:eso|esto|así))?|\s+(?:c'était|était-ce|ça|cela)
    |\s*(?:ydi|ydı|oldu|bu|bu\s+oldu|dedi|bunu\s+(?:dedi|söyledi))|\s+(?:это|так)(?:\s+(?:было|произошло|случилось|сказал))?
    |\s+(?:كان|حدث|حصل)?\s*(?:ذلك|هذا))?"""
_BARE = compile_later(rf"(?:{_CONNECTED}\s+|و)?(?:bu\s+)?(?P<asks>(?:{_ASKS}){_THAT})", re.IGNORECASE | re.VERBOSE)
_ABOUT = compile_later(
    rf"""(?:{_CONNECTED}\s+|و)?(?:was\s+ist\s+mit|wie\s+steht\s+es\s+(?:mit|um)|qué\s+(?:pasa\s+con|hay\s+de|tal)|et\s+pour|qu['’]en\s+est-il\s+(?:de|du)
        |(?:а\s+)?(?:что|как)\s+(?:насч[её]т|с)|ماذا\s+عن)\s+(?P<rest>.+)
    |{_CONNECTED}\s+(?P<part>.+)""",
    re.IGNORECASE | re.VERBOSE,
)
# "and" is written as one with the word in Arabic: not so in words that begin with that letter.
_ARABIC_AND = compile_later(r"و(?!ا|ز|ي|ك|ل|ق|ف)(?P<rest>\w{3,}(?:\s+\w+){0,4})")
_ASKS_SOMETHING = compile_later(
    r"\b(?:was|wer|wann|wo|wie|warum|wen|welche\w*|qué|que|quién|cuándo|dónde|cómo|cuánt\w+|quoi|qui|quand|où|comment|ne|kim|nerede|kaç|neden"
    r"|что|кто|когда|где|как|почему|сколько|ماذا|من|متى|أين|كم)\b",
    re.IGNORECASE,
)


def write_foreign(question: str, turn: Turn) -> str:
    """A follow-up in another language than English with the question it follows; empty if it is none."""
    text = question.strip().strip("¿¡?؟!. \u200e\u200f").strip()
    last = turn.question.strip().strip("¿¡?؟!. ")
    core = last.split(": ", 1)[1] if _BARE.fullmatch(last.split(": ", 1)[0]) and ": " in last else last
    if bare := _BARE.fullmatch(text):
        return _ask(f"{bare['asks']}: {core}", turn)
    found = _ABOUT.fullmatch(text) or _ARABIC_AND.fullmatch(text)
    part = next((words for words in found.groupdict().values() if words), "") if found else ""
    if not part or (_ASKS_SOMETHING.search(part) and _is_new(part, last)):
        return ""
    names = [name for name in find_names(core) if name.start or not _ASKS_SOMETHING.match(core)]
    if len(part.split()) > 1 or len(names) != 1:
        return "" if _is_new(part, last) else _ask(f"{part}: {core}", turn)
    (name,) = names
    before = re.sub(r"\b(?:der|die|das|den|la|el|los|las|le|les)\s+$", "", core[: name.start], flags=re.IGNORECASE)
    return _ask(f"{before}{part}{core[name.end :]}", turn)


def _is_new(part: str, last: str) -> bool:
    """Whether it says so much that the last question does not that it has a topic of its own."""
    return len(set(content_terms(part)) - set(content_terms(last))) > _MOST


def _ask(text: str, turn: Turn) -> str:
    start = "¿" if turn.question.startswith("¿") else ""
    mark = "؟" if re.search(r"[\u0600-\u06ff]", turn.question) else "?"
    return f"{start}{text[0].upper()}{text[1:]}{mark}"
