"""Names of which the news can be asked for, as articles have them: whole, with "the", and of no place."""

from __future__ import annotations

from collections.abc import Sequence

from bot.follow_ups.name_kinds import COUNTRIES, EVENTS, OPENERS
from bot.references.full_names import find_full_name, places_of
from bot.references.mentions import Name, is_given
from bot.suggestions.names import BODIES, PARTICLES, STANDS, is_part
from config.patterns import compile_later
from index.articles import Article

# Any word has a capital where a sentence begins.
_BEFORE = compile_later(r"(?<![\w’'])(?:(?P<small>[a-z]+|The),?|(?<![.?!:”\"\n] )(?P<name>[A-Z][\w.-]*)) $")
_AFTER = compile_later(r"(?!['’]s [A-Z\d])(?:['’]s(?!\w))?(?! [A-Z\d])")
_STANDS = compile_later(rf"{STANDS}| (?:said|says|told|tells|added|made|makes|gave|gives|plans?|wants?)\b")
_WITH_ARTICLE = EVENTS | {"open", "senate", "house", "court", "league"}
_STATES = frozenset(
    """
    alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois
    indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri
    montana nebraska nevada ohio oklahoma ontario oregon pennsylvania quebec tennessee texas utah vermont
    virginia wisconsin wyoming
    """.split()
)
_PLACES = frozenset("city county island islands province district region valley river".split())
_WITHIN = frozenset("in near across around outside throughout".split())
_ALONE = 0.4  # of the times that a word is within a sentence it must stand alone: "Lyme disease" is not on Lyme
_PLACED = 0.12  # of the times that a name stands alone, if so often behind one of these, it is a place


def write_subject(words: str, name: Name, asked: str, articles: Sequence[Article]) -> str:
    """The words of a name as a question for its news has them, with "the" where the articles on it have that.

    Empty for what is known only in part, or is no name of its own; and for a place: too much happens there.
    """
    if _is_none(words, name, articles):
        return ""
    text = "\n".join([asked, *(article.text for article in articles)])
    places = places_of(text, words)
    standing: list[str] = []  # the small words before it where it stands alone
    longer = owns = within = midst = 0
    for start in places:
        end = start + len(words)
        before, after = _BEFORE.search(text, max(0, start - 20), start), _AFTER.match(text, end)
        named = before["name"] if before and not name.is_person else None
        longer += after is None or (named is not None and named.casefold() not in OPENERS)
        longer += before is not None and before["small"] in PARTICLES
        owns += text.startswith(("'s", "’s"), end)
        midst += before is not None and bool(before["small"]) and after is not None
        if after and before and before["small"] and _STANDS.match(text, end):
            standing.append(before["small"].lower())
            within += before["small"] in _WITHIN and not text.startswith(("'", "’"), end)
    owned = owns == len(places) > 2  # McDonald's
    alone = " " in words or len(standing) >= max(1, _ALONE * midst)
    is_place = not name.is_person and words.casefold() not in BODIES and within > _PLACED * len(standing)
    if (2 * longer > len(places) and not owned) or not alone or is_place:
        return ""
    the = 2 * standing.count("the") >= max(1, len(standing))
    the = the or (name.last.casefold() in _WITH_ARTICLE and f"the {words}" in text)
    return f"{'the ' if the else ''}{words}{'’s' if owned else ''}"


def _is_none(words: str, name: Name, articles: Sequence[Article]) -> bool:
    """Whether words are a place, somebody's name only in part, or a word that begins a sentence."""
    if words.casefold() in COUNTRIES | _STATES or name.last.casefold() in _PLACES:
        return True
    if not OPENERS.isdisjoint(words.casefold().split()) or (name.is_person and is_part(articles[0].text, words)):
        return True
    if " " in words:
        return False
    return is_given(words) or any(find_full_name(article, words, len(article.text)) for article in articles)
