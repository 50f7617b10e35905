"""Writing an English follow-up so that it stands alone: with the names that its pronouns mean, and its topic."""

from __future__ import annotations

import re

from bot.answers import Turn
from bot.follow_ups.antecedents import find_antecedent
from bot.follow_ups.dependence import ENOUGH, TIME, FollowUp
from bot.follow_ups.names import Name, find_names
from bot.follow_ups.pointers import GENERIC, Pointer
from config.patterns import compile_later
from index.terms import analyze, content_terms

_LONGEST_TOPIC = 10  # words
_WH = r"""(?:on\ |in\ |at\ |by\ |for\ )?
    (?:since\ when|until\ when|how\ (?:many|much)\b(?P<counted>(?:\ [\w-]+){0,3}?)
    |(?:what|which)(?P<kind>(?:\ [a-z][\w-]*){1,3}?)
    |how\ (?P<adjective>long|often|far|old|tall|big|large|fast|high|deep|soon)
    |how\ come|why|when|where|who|whom|what|which|how)"""
_AUX = r"(?:did|does|do|has|have|had|will|would|can|could|should|is|are|was|were)"
_ASKED = compile_later(rf"(?:{_WH}\ )?(?P<aux>{_AUX})(?:n['’]t)?\ (?P<rest>.+)", re.IGNORECASE | re.VERBOSE)
_SUBJECT = compile_later(rf"\b{_AUX}(?:n['’]t)?\s+$", re.IGNORECASE)
_BEGIN = compile_later(rf"{_WH}\b", re.IGNORECASE | re.VERBOSE)
_ANEW = compile_later(
    r"(?:since when|until when|why not|why|when|where|how (?:long|often|come)|how(?! (?:many|much)))\b", re.IGNORECASE
)
_TALKS = compile_later(
    r"\b(?:say|said|think|know|comment|react|respond|reply|tell|told|answer|announce)(?:ed|s)?$", re.I
)
_EDGES = frozenset(
    "a an and as at but by did do does for from had has have in is it of on or that the to was were will with".split()
)


def write_standalone(follow_up: FollowUp, turn: Turn) -> str:
    """The question that a follow-up asks."""
    last = turn.question.strip().rstrip("?!. ")
    if follow_up.how == "bare":
        written = _ask_anew(follow_up.text, last)
    elif follow_up.how == "fragment" and not follow_up.pointers:
        written = _exchange(follow_up, last)
    else:
        written = _resolve(follow_up, last, turn)
    return written[0].upper() + written[1:] + "?"


def _ask_anew(asks: str, last: str) -> str:
    """The last question with another question word: "What did Turkey demand" and "why" are "Why did Turkey demand"."""
    core = _without_bare(last)
    word = _ANEW.match(asks)
    asked = _ASKED.fullmatch(core)
    if (
        word is None
        or asked is None
        or re.match(r"(?:who|where|when|how many)\s+(?:said|say|claim|report|confirm|know)", asks)
    ):
        return f"{asks}: {_in_small(core)}"
    named = (asked["counted"] or asked["kind"] or asked["adjective"] or "").strip()
    if asked["aux"].lower() in ("is", "are", "was", "were") and not asked["adjective"]:
        # The counted is the subject: "How many people were killed".
        rest = " ".join(part for part in (named, asked["rest"]) if part)
    else:
        rest = " ".join(part for part in (asked["rest"], named) if part)
    return f"{word[0]} {asked['aux'].lower()} {rest}"


def _in_small(question: str) -> str:
    """A question as it goes on a sentence: its first word in small letters where that is a question word."""
    return question[0].lower() + question[1:] if _BEGIN.match(question) or _ASKED.match(question) else question


def _without_bare(last: str) -> str:
    """The question behind what was already written as "When was that: who won the World Cup"."""
    head, mark, core = last.partition(": ")
    return core if mark and _BEGIN.match(core) else last if mark else head


def _exchange(part: FollowUp, last: str) -> str:
    """The last question with another name, place or time in it; where none has that place, with the part behind it."""
    last = _without_bare(last)
    if TIME.fullmatch(part.text):
        times = [found for found in TIME.finditer(last) if found[0].strip()]
        found = times[-1] if times else None
        return f"{last[: found.start()]}{part.text}{last[found.end() :]}" if found else f"{last} {part.text}"
    names = find_names(last)
    placed = re.match(r"(in|at|near|from|on|by|for|with|against|to)\s+(?=\S)", part.text, re.IGNORECASE)
    if placed:
        for name in names:
            before = last[: name.start].rstrip()
            if before.lower().endswith(f" {placed[1].lower()}"):
                return f"{last[: name.start]}{part.text[placed.end() :]}{last[name.end :]}"
        return f"{last} {part.text}"
    if len(part.names) == 1 and len(part.text.split()) <= len(part.names[0].text.split()) + 1:
        new = part.names[0]
        alike = [name for name in names if name.kind == new.kind]
        subjects = [name for name in names if _SUBJECT.search(last[: name.start])]
        for name in (*alike, *subjects, *names[: len(names) == 1]):
            if name.kind != "event":
                return f"{last[: name.start]}{new.text}{last[name.end :]}"
    head = part.text.split()[-1]
    pair = re.search(rf"\b(?:the\s+)?[\w-]+\s+{re.escape(head)}\b", last, re.IGNORECASE)
    if pair and len(part.text.split()) > 1:  # "the Turkish delegation" and "the Russian delegation"
        return f"{last[: pair.start()]}{part.text}{last[pair.end() :]}"
    return f"{last}: {part.text}"


def _resolve(follow_up: FollowUp, last: str, turn: Turn) -> str:
    """The question with names for its pronouns; and with the topic of the last one, where it does not say enough."""
    meant: list[Name | None] = []
    for pointer in follow_up.pointers:
        name = find_antecedent(pointer, follow_up, last, turn)
        # "What did he tell him": of two who do something with one another, one is not known.
        meant.append(name if pointer.owns or name not in meant else None)
    written, resolved = follow_up.text, None not in meant
    for pointer, name in reversed(list(zip(follow_up.pointers, meant, strict=True))):
        if name is not None:
            written = f"{written[: pointer.start]}{_put(name, pointer)}{written[pointer.end :]}"
    if not follow_up.pointers and (same := _write_in_frame(follow_up, last)):
        return same
    if resolved and follow_up.pointers and len([t for t in content_terms(written) if t not in GENERIC]) >= ENOUGH:
        return written
    if resolved and follow_up.pointers and re.fullmatch(rf"who\s+{_AUX}\s+.+", follow_up.text, re.IGNORECASE):
        return written
    short = re.sub(r"\s+about\s+(?:it|this|that)$", "", written, flags=re.IGNORECASE)
    topic = _find_topic(last, short, follow_up)
    if not topic:
        return written
    begins_with_verb = _BEGIN.match(last) and not _ASKED.match(last)
    return f"{short} about {topic}" if _TALKS.search(short) and not begins_with_verb else f"{short}: {topic}"


def _put(name: Name, pointer: Pointer) -> str:
    if pointer.pronoun == "there":
        return f"in {name.text}"
    owner = pointer.owns or pointer.pronoun in ("hers", "theirs")
    return name.text + (("'" if name.text.endswith("s") else "'s") if owner else "")


def _write_in_frame(follow_up: FollowUp, last: str) -> str:
    """The last question with another name, where both have the same words: "what did Russia demand" as Turkey did."""
    if len(follow_up.names) != 1:
        return ""
    (new,) = follow_up.names
    for name in find_names(last):
        frame = f"{follow_up.text[: new.start]}{name.text}{follow_up.text[new.end :]}"
        if name.text != new.text and re.match(rf"{re.escape(frame)}\b", last, re.IGNORECASE):
            return f"{follow_up.text}{last[len(frame) :]}"
    return ""


def _find_topic(last: str, written: str, follow_up: FollowUp) -> str:
    """What the last question is about, in its own words, less what the follow-up has already."""
    about = re.search(r"(?:\sabout|:)\s+(?=\S)", last)
    told = last[about.end() :] if about else ""
    source = _BEGIN.sub(_keep_counted, told if content_terms(told) else last, count=1)
    known = set(analyze(written))
    contrasts = (
        not _TALKS.search(written)
        and not follow_up.pointers
        and any(name.kind == "country" for name in follow_up.names)
    )
    drop = {name.start for name in find_names(source) if contrasts and name.kind == "country"}
    kept = []
    for match in re.finditer(r"\S+", source):
        terms = content_terms(match[0])
        if match.start() in drop or (terms and set(terms) <= known):
            continue
        if not terms and re.fullmatch(_AUX, match[0], re.IGNORECASE):
            continue
        kept.append(match[0].strip(",:;"))
    while kept and kept[0].lower() in _EDGES:
        kept.pop(0)
    while kept and kept[-1].lower() in _EDGES:
        kept.pop()
    words = kept[:_LONGEST_TOPIC]
    return " ".join(words) if content_terms(" ".join(words)) else ""


def _keep_counted(begin: re.Match[str]) -> str:
    return f"{begin['counted'] or begin['kind'] or ''} "
