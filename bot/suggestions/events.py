"""The event of which the hits tell on several days: it is worth a timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bot.answers import Span
from bot.follow_ups.name_kinds import EVENTS
from bot.suggestions.idea import Idea
from config.patterns import compile_later
from index.articles import Hit

_DAYS = 3  # on which it has to be told of
_NAMED = (*sorted(EVENTS), "shootings?", "invasion", "derailment", "spill", "hearings")
_EVENT = compile_later(rf"\bthe (?P<name>(?:[A-Z][\w’'-]*\w ){{1,4}}(?i:{'|'.join(_NAMED)})\b(?!['’-]))")


def find_event(hits: Sequence[Hit]) -> Idea | None:
    """A timeline of the event that English articles of three days, or of most, name alike: "the Idlib talks"."""
    days: dict[str, set[str]] = defaultdict(set)
    spans: dict[str, Span] = {}
    for hit in hits:
        passage, article = hit.passage, hit.passage.article
        if not article.published or article.language[:2] not in ("", "en"):
            continue
        for found in _EVENT.finditer(passage.text):
            days[found["name"]].add(article.published[:10])
            start, end = passage.start + found.start(), passage.start + found.end()
            spans.setdefault(found["name"], Span(article, start, end))
    name = max(days, key=lambda name: len(days[name]), default="")
    if len(days.get(name, ())) < _DAYS:
        return None
    return Idea(f"Timeline of the {name}", "timeline", spans[name], name)
