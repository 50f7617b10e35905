"""Sentences that a question can be made of by their form: when, where, why and how many.

"Omer Celik was arrested in Ankara on Friday" answers when and where he was. Of an active sentence the plain form of its
verb is known (`bot.suggestions.verbs`); whatever else stands in the question stands so in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.answers import Span
from bot.readers.sentences import stands_alone
from bot.references.mentions import Name
from bot.suggestions.idea import Idea
from bot.suggestions.names import make_whole
from bot.suggestions.verbs import DONE, INTRANSITIVE, plain_forms
from config.patterns import compile_later

_NEAR = 45  # characters of a sentence in which its subject begins
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)"
)
_DAY = rf"(?:{_WEEKDAY}|{_MONTH}(?: \d+)?|(?:19|20)\d\d)(?!\w)"
_STOPS = (
    "on|in|at|after|because|when|as|while|by|for|from|to|with|late|early|last|this|next|that|during|amid|over|following"
    "|due|but|who|which|it|them|him|he|she|they"
)
_ARTICLES = "the|a|an|his|her|its|their|of|and"
_PASSIVE = compile_later(
    rf" (?P<be>was|were|has been|have been) (?:\w+ly )?(?P<done>{'|'.join(DONE)})\b(?P<rest>(?! (?:the|an?|as) )[^;]*)"
)
_WILL = compile_later(
    r" will (?P<does>(?!(?:not|be|have|also|likely|never|then)\b)[a-z]+(?: (?!(?:on|in|at|next|this)\b)[\w’'-]+){0,5}?)"
    r"(?P<rest> (?:on|in|next|this) .*)"
)
_ACTIVE = compile_later(
    r"(?:, [^,]{3,60},)? (?P<verb>[a-z]+)"
    rf"(?P<object>(?: (?!(?:{_STOPS}|{_ARTICLES})\b|{_WEEKDAY})[\w’'&$€£.-]*[\w%]| (?:{_ARTICLES})(?= )){{0,7}}?)"
    rf"(?P<rest>[.,]? (?:{_STOPS})\b.*| {_WEEKDAY}\b.*|[,.;].*)"
)
# An object that says too little alone, or is none: "the deal", "legislation", "over the truck".
_VAGUE = compile_later(
    rf"^ the(?!.*[A-Z])|^ [a-z]+$|^ (?:and|of|into|over|through|against|toward|up|down|off|out|back|away)\b"
    rf"| (?:{_ARTICLES}|\w+ly)$"
)
_WHEN = compile_later(rf"[.,]? (?:on |in |last |late |early |this )?{_DAY}")
_WHEN_WITHIN = compile_later(rf"^.{{0,50}}? (?:on |in |last |late |early |this )?{_DAY}")
_WHERE = compile_later(rf" (?:in|at|near|outside) (?:the )?(?!{_MONTH})[A-Z][a-z]{{2,}}")
_WHY = compile_later(r"[^,;]{0,40}\b(?:because|due to|on suspicion|on charges|for allegedly|amid)\b")
_DATED = compile_later(rf"(?:On|In|Last|Late|Early) (?:\w+ ){{0,2}}{_DAY}(?: \d+)?,? ")
_TITLES = compile_later(r"(?:(?:[Tt]he|[A-Z][\w.’-]+|[a-z]+) ){0,5}$")
_JOINS = compile_later(r"\b(?:and|of|in|that|than|for|to|by|from|at|with|after|as)\b")
_PEOPLE = r"(?P<who>(?:[a-z]+ )?(?!others)[a-z]*(?:people|children|families|men|ers|ors|ents|ans|ists|ians))"
_COUNTED = (
    compile_later(
        rf"(?:\d|million|thousand|two|three|four|five|six|seven|eight|nine|ten) {_PEOPLE} (?:were|have been|had been)"
        rf" (?:\w+ly )?(?P<done>{'|'.join(DONE)}|displaced|found dead)\b"
    ),
    compile_later(rf"\b(?P<done>killed|injured|wounded|displaced) (?:at least |more than |about )?[\d,]+ {_PEOPLE}\b"),
)
# What stands in every sentence that gives a question.
_TELLS = compile_later(
    rf"{_DAY}|\b(?:because|due to|on suspicion|on charges|allegedly|amid|killed|injured|wounded|displaced|found dead)\b"
    rf"|\b(?:was|were|been) (?:\w+ly )?(?:{'|'.join(DONE)})\b"
)
_IN = compile_later(r"\b(?:in|at|near) (?:the )?$")


def has_fact(sentence: str) -> bool:
    """Whether a sentence may answer when, where, why or how many: the rest is not looked at, for time."""
    return _TELLS.search(sentence) is not None


def find_facts(span: Span, names: Sequence[Name]) -> Iterator[Idea]:
    """The questions for one fact that a sentence with these names answers by its form."""
    for name in names:
        if name.start > _NEAR:
            break
        for asked, about in _ask(span, name):
            yield Idea(f"{asked}?", "fact", span, about)
    for pattern in _COUNTED:
        if counted := pattern.search(span.text):
            yield from _count(span, names, counted)


def _ask(span: Span, name: Name) -> Iterator[tuple[str, str]]:
    """The questions of which a name is the subject."""
    sentence = span.text
    passive, will = _PASSIVE.match(sentence, name.end), _WILL.match(sentence, name.end)
    active = _ACTIVE.match(sentence, name.end)
    verb = plain_forms().get(active["verb"]) if active else None
    if not (passive or will or verb) or not _is_subject(sentence, name) or not (whole := make_whole(span, name)):
        return
    if passive:
        asked = f"{'were' if passive['be'] in ('were', 'have been') else 'was'} {whole.text} {passive['done']}"
        for word, pattern in (("Why", _WHY), ("When", _WHEN_WITHIN), ("Where", _WHERE)):
            if pattern.match(passive["rest"]):
                yield f"{word} {asked}", whole.text
    if will and _WHEN.match(will["rest"]):
        yield f"When will {whole.text} {will['does']}", whole.text
    if active and verb and (not _VAGUE.search(active["object"]) if active["object"] else verb in INTRANSITIVE):
        asked = f"did {whole.text} {verb}{active['object']}"
        if _WHEN.match(active["rest"]) or _DATED.match(sentence, 0, name.start):
            yield f"When {asked}", whole.text
        if _WHY.match(active["rest"]):
            yield f"Why {asked}", whole.text


def _is_subject(sentence: str, name: Name) -> bool:
    """Whether a sentence that stands alone begins with a name; a day, and titles, may stand before it."""
    dated = _DATED.match(sentence, 0, name.start)
    before = sentence[dated.end() if dated else 0 : name.start]
    return stands_alone(sentence) >= 0.4 and _TITLES.match(before) is not None and not _JOINS.search(before)


def _count(span: Span, names: Sequence[Name], counted: re.Match[str]) -> Iterator[Idea]:
    """The question for a number, as in "How many people were displaced in Idlib?", of the first place behind it."""
    for name in names:
        placed = name.start > counted.end() and _IN.search(span.text, max(0, name.start - 12), name.start)
        if placed and (whole := make_whole(span, name)) and not whole.is_person:
            where = f"{placed[0].split()[0]} {whole.text}"
            yield Idea(f"How many {counted['who']} were {counted['done']} {where}?", "fact", span, whole.text)
            return
