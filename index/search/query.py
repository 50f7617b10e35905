"""What a question asks search for: its parts, the period it names, and whose articles it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from config.patterns import compile_later
from index.dates import second_of
from index.generations import Generation
from index.search.asked import find_asked
from index.search.when import Period, find_period
from index.terms import analyze, content_terms, fold_words

_WITH_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]\w*"
_NAME = rf"(?:the\s+)?{_WITH_CAPITAL}(?:[\s-]{_WITH_CAPITAL}){{0,3}}"
# "What did Turkey and Russia each say?" asks of either what "What did Turkey say?" does.
_EACH = compile_later(
    rf"""^(?P<begin>.*\b(?:did|do|does|is|are|was|were|has|have|had|will|would)\s+)(?:both\s+)?(?P<one>{_NAME})\s+and\s+
         (?P<other>{_NAME})\s+(?:(?P<each>each|both)\s+|(?=(?:say|said|tell|want|demand|claim|deny|think|respond|react|reply|propose
         |offer|promise|announce|ask|agree|disagree|plan|call|argue|blame|accuse)\b))(?P<end>.*)$""",
    re.VERBOSE | re.DOTALL,
)
# "Who won, and what did the loser say?", "Who won? What did the loser say?"
_NEXT = compile_later(r"\?\s+(?=\S)|[,;]?\s+and\s+(?=(?:who|whom|what|when|where|why|how|which)\b)", re.IGNORECASE)
# Two things are asked for where the first word asks: not in "Nobody knows when and how it began."
_ASKS = compile_later(
    r"""(?:.*[.!?]\s+)?(?:(?:in|on|at|by|for|from|to|with|of)\s+)?(?:who|whom|whose|what|when|where|why|how|which)\b
    |.*\?\s+\S""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_MOST_PARTS = 3
# A part with one of these words, or with few words and no name, says the rest in the first part.
_REFERS = compile_later(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|then)\b", re.IGNORECASE
)
_ENOUGH = 3  # words that carry meaning
# The words before or after which an outlet stands that is asked about as a source and not as a subject.
_OUTLET = compile_later(
    r"""\b(?:according\s+to|reported\s+(?:by|in)|says?\s+in|(?:report|article|story)\s+(?:by|in|from|of)|(?:news|articles)\s+from
        |(?P<asks>did|does|has|have|do))\s+(?P<the>the\s+)?(?=(?P<name>[^\W_][^,;:?!()]{0,60}))""",
    re.IGNORECASE | re.VERBOSE,
)
_REPORTS = frozenset("say said report reported write written publish published".split())
_FOR_EVENT = 10  # passages among which the one on an event is looked for
_LONGEST_NAME = 5  # words of an outlet's name
# Words of questions that do not say what story they are about.
_PLAIN = _REPORTS | frozenset(
    "happen happened happening new news headline headlines latest story stories going world give".split()
)


@dataclass(frozen=True)
class Query:
    """What one question, or one part of it, asks search for. `since` and `until` are in seconds since 1970."""

    text: str
    moment: str
    period: Period | None = None
    outlet: tuple[str, ...] = ()  # words that the name of the outlet has
    broad: bool = False  # it asks for what happened, not for a story

    @cached_property
    def words(self) -> str:
        """What is looked for by words: without the outlet, whose name stands in what others write about it."""
        return self._without_outlet(self.text)

    @cached_property
    def asked(self) -> str:
        """Of its words those that ask, where it tells something before and asks with words of its own; else empty."""
        asked = find_asked(self.text)
        return self._without_outlet(asked) if asked != self.text and content_terms(asked) else ""

    @cached_property
    def last(self) -> int:
        """The moment of asking; of a day its last second."""
        return second_of(self.moment, last=True)

    @cached_property
    def since(self) -> int | None:
        """The beginning of the period, where it has one that is not still to come."""
        since = second_of(self.period.start) if self.period and self.period.start else None
        return since if since is None or since <= self.last else None

    @cached_property
    def until(self) -> int | None:
        """The end of the period, where it has one that was over when it was asked."""
        until = second_of(self.period.end, last=True) if self.period and self.period.end else None
        return until if until is None or until < self.last else None

    @cached_property
    def is_past(self) -> bool:
        """Whether it names a period that was over when it was asked."""
        return self.until is not None

    @cached_property
    def is_open(self) -> bool:
        """Whether it names only the beginning of a period: "since the summit"."""
        return self.since is not None and self.period is not None and self.period.end is None

    def is_asked(self, published: str | None, outlet: str, days_before: int = 0) -> bool:
        """Whether an article is of the period and by the outlet that are named, where they are.

        A period that lasts until now, or is still open, may be taken to begin some days earlier.
        """
        return self._is_during(published, days_before) and (not self.outlet or self.is_by(outlet))

    def _is_during(self, published: str | None, days_before: int) -> bool:
        if self.since is None and self.until is None:
            return True
        earlier = 0 if self.is_past else days_before * 86_400
        return (
            published is not None
            and (self.since is None or second_of(published, last=True) >= self.since - earlier)
            and (self.until is None or second_of(published) <= self.until)
        )

    def _without_outlet(self, text: str) -> str:
        if not self.outlet:
            return text
        return " ".join(word for word in fold_words(text) if word not in {*self.outlet, *_REPORTS})

    def is_by(self, outlet: str) -> bool:
        """Whether an outlet is the one that is asked for."""
        return bool(self.outlet) and set(self.outlet) <= set(fold_words(outlet))


def read_queries(generation: Generation, question: str, moment: str) -> list[Query]:
    """The queries of a question asked at a moment: one, or one for each of its parts."""
    period = _find_period(generation, question, moment)
    of_all = _find_outlet(generation, question)
    queries = []
    for part in _split_parts(question):
        outlet = of_all if part == question else _find_outlet(generation, part) or of_all
        # "Today" may be half of the name of a newspaper.
        time = period if period and not set(fold_words(period.words)) <= set(outlet) else None
        queries.append(Query(part, moment, time, outlet, _is_broad(part, time, outlet)))
    return queries


def _find_period(generation: Generation, question: str, moment: str) -> Period | None:
    """The period that a question names; one that begins or ends with an event is dated by the article on it."""
    period = find_period(question, moment)
    if period is None or not period.since:
        return period
    found = dict(generation.keywords.search(period.since, _FOR_EVENT, until=second_of(moment, last=True)))
    passages = generation.store.load_passages(found)
    terms = set(content_terms(period.since))
    dated = [
        (found[passage.id], published[:10], passage.article.title)
        for passage in passages.values()
        if (published := passage.article.published) and terms <= set(analyze(passage.embedded_text))
    ]
    if not dated:
        return None
    _, day, title = max(dated)
    before = period.words.lower().startswith(("before", "until", "till", "prior"))
    return replace(
        period,
        start=None if before else day,
        end=day if before else None,
        reason=f'"{period.words}": "{title or period.since}" is of {day}',
    )


def _find_outlet(generation: Generation, question: str) -> tuple[str, ...]:
    for found in _OUTLET.finditer(question):
        words = fold_words(found["name"])
        for length in range(min(len(words), _LONGEST_NAME), 0, -1):
            # "Why did the Herald dismiss its editor?" is about an outlet and not from it.
            if found["asks"] and not _REPORTS.intersection(words[length : length + 1]):
                continue
            # Russia is not Russia Today, and "the Times" may be the Brenn Times.
            whole = bool(found["asks"]) or not found["the"]
            name = tuple(words[:length])
            if content_terms(" ".join(name)) and generation.keywords.knows_outlet(name, whole=whole):
                return name
    return ()


def _split_parts(question: str) -> list[str]:
    if found := _EACH.match(question):
        parts = [f"{found['begin']}{name} {found['end']}" for name in (found["one"], found["other"])]
        return parts if found["each"] else [question, *parts]  # Black and Decker may be one
    if not _ASKS.match(question):
        return [question]
    first, *others = [part for part in map(str.strip, _NEXT.split(question)) if content_terms(part)] or [question]
    if not 1 <= len(others) < _MOST_PARTS:
        return [question]
    # What the first asks is told before the others.
    return [first, *(part if _stands_alone(part) else f"{first}. {part}" for part in others)]


def _stands_alone(part: str) -> bool:
    named = any(word[0].isupper() for word in part.split()[1:])
    return not _REFERS.search(part) and (named or len(content_terms(part)) >= _ENOUGH)


def _is_broad(text: str, period: Period | None, outlet: tuple[str, ...]) -> bool:
    """Whether nothing but time, outlet and words such as "news" are asked for."""
    rest = text.replace(period.words, " ") if period else text
    return not any(content_terms(word) for word in fold_words(rest) if word not in {*_PLAIN, *outlet})
