"""How far a sentence holds what a kind of question asks for: a number of the thing counted, a date, a reason."""

from __future__ import annotations

import re

from bot.answers import Question
from bot.questions import coverage, words_in
from config.patterns import compile_later
from index.terms import analyze, content_terms, fold_words

_NUMBER = compile_later(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|half|hundreds?|thousands?|millions?|billions?)\b",
    re.IGNORECASE,
)
_DATE = compile_later(
    r"""\b(\d{4}|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|january|february|march|april|may|june
        |july|august|september|october|november|december|yesterday|today|tomorrow|\d{1,2}:\d\d|[ap]\.?m\.?
        |(?:next|last|this)\ (?:week|month|year|spring|summer|autumn|fall|winter))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_REASON = compile_later(
    r"\b(because|due to|after|as a result|in order to|caus\w+|amid|following|so that|reasons?|blam\w+|over)\b",
    re.IGNORECASE,
)
_NAME = compile_later(r"(?<![.!?“\"]\s)(?<!^)\b[A-ZÀ-Þ][\w’'.-]+")
_COUNTED = compile_later(r"\b(?:how (?:many|much)|(?:number|amount) of)\s+(\w+)", re.IGNORECASE)
_ASKS_SUM = compile_later(r"\b(how much|price|cost|pay|paid|worth|sum)\b", re.IGNORECASE)
_SUM = compile_later(r"[$€£¥₺₽]|\b(dollar|euro|pound|franc|lira|rouble|ruble|yen|yuan|rupee)s?\b", re.IGNORECASE)
_NEAR = 4  # words from a number to the thing that it counts
_LENGTH = r"met(?:re|er)s?|feet|foot|ft|kilomet(?:re|er)s?|km|miles?|inch(?:es)?|centimet(?:re|er)s?|yards?"
_TIME = r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)"
_WEIGHT = r"tons?|tonnes?|kilogram(?:me)?s?|kilos?|kg|pounds?|lbs?|grams?|ounces?"
_AREA = r"(?:square )?(?:feet|met(?:re|er)s?|miles?|kilomet(?:re|er)s?)|hectares?|acres?"
_SPEED = r"mph|kph|km/h|knots?|(?:miles|kilomet(?:re|er)s) (?:an|per) hour"
# What is asked for with "how …", or with a noun, and its units.
_MEASURES = {
    asked: re.compile(rf"\d[\d.,]*[\s-]*(?:\w+\s)?(?:{units})\b", re.IGNORECASE)
    for asked, units in {
        "long": f"{_LENGTH}|{_TIME}",
        "length": _LENGTH,
        "far": _LENGTH,
        "distance": _LENGTH,
        "tall": _LENGTH,
        "high": _LENGTH,
        "height": _LENGTH,
        "deep": _LENGTH,
        "depth": _LENGTH,
        "wide": _LENGTH,
        "width": _LENGTH,
        "big": f"{_LENGTH}|{_AREA}|{_WEIGHT}",
        "large": f"{_LENGTH}|{_AREA}|{_WEIGHT}",
        "size": f"{_LENGTH}|{_AREA}|{_WEIGHT}",
        "heavy": _WEIGHT,
        "weight": _WEIGHT,
        "old": _TIME,
        "often": _TIME,
        "duration": _TIME,
        "fast": _SPEED,
        "speed": _SPEED,
    }.items()
}
_NAMES = "|".join(_MEASURES)
_ASKS_MEASURE = compile_later(
    rf"\bhow (?P<how>{_NAMES})\b|\b(?P<noun>{_NAMES})(?: of\b|(?= (?:is|are|did|does|do|has|have|had)\b)|(?=\W*$))",
    re.IGNORECASE,
)


def fit_kind(question: Question, sentence: str) -> float:
    """How far a sentence holds what the question asks for, between 0 and 1."""
    match question.kind:
        case "how many":
            return float(_NUMBER.search(sentence) is not None)
        case "when":
            return float(_DATE.search(sentence) is not None)
        case "why":
            return float(_REASON.search(sentence) is not None)
        case "yes/no":
            return coverage(question, words_in(sentence))
    names = [term for name in _NAME.findall(sentence) for term in analyze(name) if term not in question.terms]
    return min(1.0, len(names) / 2)


def counts_asked(question: Question, sentence: str) -> bool:
    """Whether a sentence counts what "how many" asks for ("12 posts"), or has the sum or measure that is asked for."""
    if question.kind != "how many":
        return False
    if _ASKS_SUM.search(question.text) and _SUM.search(sentence):
        return True
    if measure := _ASKS_MEASURE.search(question.text):
        return _MEASURES[(measure["how"] or measure["noun"]).lower()].search(sentence) is not None
    asked = _COUNTED.search(question.text)
    counted = content_terms(asked[1]) if asked else []
    words = fold_words(sentence) if counted else []
    numbers = [place for place, word in enumerate(words) if _NUMBER.search(word)]
    return any(counted[0] in analyze(" ".join(words[place + 1 : place + _NEAR])) for place in numbers)
