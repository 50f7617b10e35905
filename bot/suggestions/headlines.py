"""The title of an article as a question: an editor's words in quotation marks, short enough for a button."""

from __future__ import annotations

import re
from functools import cache

from bot.suggestions.verbs import plain_forms
from config.patterns import compile_later
from index.articles import Article

_FEWEST = 4  # words of a headline that says something
_WORD = compile_later(r"[^\W\d_]{2,}")
_CUT_OFF = compile_later(r"\s*(?:\.\.\.|…)$")  # a title that somebody has cut short in the midst
_SITE = compile_later(r"\s+\|\s.*$")
_LAST_PART = compile_later(r"\s+[–—-]\s+([^–—]{2,30})$")
# Where what stands before it may be a whole headline: a sentence ends, or something is added.
_ENDS = compile_later(
    r"(?<=[a-z]{4})(?P<stop>[.?!])\s+(?=[A-Z'‘])|\s+(?:[–—-]|--)\s+|;\s+|(?P<colon>:)\s+"
    r"|(?<!\d),\s+(?=(?:as|but|while|after|before|with|amid|despite|following|because|since|when|where|which|who|and|is"
    r"|are|was|were|has|have|will|may|says|\w+ing|(?P<verb>[a-z]{3,}s))\s)"
)
_LEADS_ON = compile_later(
    r"(?:.*: )?(?:as|after|before|with|while|when|if|despite|following|amid|in|at|on|from|for|since|because|this|these"
    r"|that|those|it|its|it['’]s|here|here['’]s|he|she|they|his|her|their|we|i|my|our)\s",
    re.IGNORECASE,
)
_LABEL = compile_later(r"[^:]{2,40}:\s+(?=[A-Z\d'‘])")
_NAMED = compile_later(r"\S.* [A-Z][^\W\d_]")  # a name, and not just the first word
_AUXILIARY = compile_later(r"\b(?:is|are|was|were|will|has|have|had|may|could|can|to|isn['’]t|won['’]t|do|does|did)\b")
_SPEECH = compile_later(r"['‘].*['’]$")  # somebody's words, and nothing of whose
# What kind of text it is, which must stay with it: an opinion is no news.
GENRE = compile_later(
    r"(?:opinion|analysis|review|fact[ -]check|comment(?:ary)?|editorial|perspective|satire|column|letters?|explainer"
    r"|interview|exclusive|q&a|faq|ask)\b",
    re.IGNORECASE,
)
NEWSLETTER = compile_later(r"\b(?:things|briefing|newsletter|podcast)\b", re.IGNORECASE)  # it has many stories
# It names what it hardly tells of, or shows it.
ROUNDUP = compile_later(
    r"^\d+ |\d\s*(?:\.\.\.|…)$|,\s.*,\s|;|\b(?:things|quiz|podcast|briefing|newsletter|horoscope|crossword|gallery"
    r"|photos?|pictures|videos?|watch|live|replay|recap|best|deals)\b",
    re.IGNORECASE,
)


def write_headline(article: Article, longest: int) -> str:
    """The title of an article in quotation marks, at most `longest` characters; empty where no whole one fits.

    What an outlet has put behind it is left out. A long one ends at a comma, colon or dash if it is whole there; or it
    begins behind the word for its topic if it still has a name.
    """
    title = _strip_outlet(" ".join(article.title.split()), article.outlet)
    if ROUNDUP.search(title):
        return ""
    found, label = _shorten(title, longest - 2), _LABEL.match(title)
    if not found and label and not GENRE.match(title) and _is_closed(label[0]):
        found = _shorten(title[label.end() :], longest - 2)
        found = found if _NAMED.match(found) else ""
    return f"“{found}”" if found else ""


def _strip_outlet(title: str, outlet: str) -> str:
    """A title without the name of its site behind it: "Rain stops the race - The Harbour Post"."""
    title = _SITE.sub("", title)
    last = _LAST_PART.search(title)
    site = "".join(_WORD.findall(outlet.casefold().removeprefix("www.").split(".")[0]))
    if last and site and "".join(_WORD.findall(last[1].casefold())).startswith(site):
        return title[: last.start()]
    return title


def _shorten(title: str, most: int) -> str:
    """A headline, or its first part that is whole, within so many characters; empty if there is none."""
    ends = [found.end("stop") if found["stop"] else found.start() for found in _ENDS.finditer(title) if _may_end(found)]
    for end in [*([] if _CUT_OFF.search(title) else [len(title)]), *reversed(ends)]:
        words = title[:end].rstrip(".")
        if len(words) <= most and _is_whole(words):
            return words
    return ""


def _may_end(found: re.Match[str]) -> bool:
    """Whether a headline may end here: before a colon it needs a verb, as much has only its topic there."""
    if found["colon"]:
        return has_verb(found.string[: found.start()])
    return not found["verb"] or found["verb"] in _verbs()


def has_verb(words: str) -> bool:
    """Whether words of a title are a sentence, as far as is known."""
    return _AUXILIARY.search(words) is not None or not _verbs().isdisjoint(words.lower().split())


@cache
def _verbs() -> frozenset[str]:
    """The forms of verbs that headlines have: "signs", and "signed"."""
    plain = plain_forms()
    third = {f"{verb}es" if verb.endswith(("s", "sh", "ch")) else f"{verb}s" for verb in plain.values()}
    return frozenset(third | plain.keys())


def _is_whole(words: str) -> bool:
    """Whether words can be a headline: they are enough, lean on nothing, and what is opened in them is closed."""
    if len(words.split()) < _FEWEST or any(mark in words for mark in '“”"«»|'):
        return False
    return not _LEADS_ON.match(words) and not _SPEECH.fullmatch(words) and _is_closed(words)


def _is_closed(words: str) -> bool:
    opened, closed = re.findall(r"(?<!\w)['‘]", words), re.findall(r"(?<=[\w.,?!])['’](?!\w)", words)
    return len(opened) <= len(closed) and words.count("(") == words.count(")")
