"""Who is said to speak in a sentence, and of what: "What did Omer Celik say about Idlib?"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.answers import Span
from bot.follow_ups.name_kinds import TITLES
from bot.references.mentions import SPEAKS, Name
from bot.references.people_words import ROLES
from bot.suggestions.idea import Idea
from bot.suggestions.names import STANDS, make_whole
from config.patterns import compile_later

_BESIDE = 25  # characters between a speaker and what is said beside the name: who that is, and not what is spoken of
_ALIKE = 4  # letters that a name has in common with its adjective: Russia, Russian
# "Arroyo added a run" is no speech: such verbs need words that are quoted, or "that".
_SAYS = compile_later(
    rf"(?:, [^,]{{3,60}},)? (?:also |has |had |later )?"
    rf"(?:(?:said|says|told|tells|tweeted)\b|{SPEAKS}(?= that|[^“\"]*[“\"]|[,:.]))"
)
_SAID_BY = compile_later(rf"[,”\"] {SPEAKS} (?P<role>(?:[\w.’'-]+ ){{0,5}})$")
_ENDS = compile_later(r"[,.;]|$| (?:on|in|during|at|after) ")
_ANY = compile_later(rf"\b{SPEAKS}\b")
_MANY = compile_later(
    r"\b(?P<who>(?i:police|prosecutors|investigators|authorities|officials|researchers|scientists|experts|doctors"
    r"|analysts|economists|lawyers|activists))(?: have)? (?:said|say|told|added|wrote|warned|warn|announced)\b"
)
MEDIA = compile_later(
    r"\b(?:CNN|Reuters|AP|AFP|BBC|NBC|ABC|CBS|NPR|Fox|Bloomberg|Associated|Press|Times|Post|Journal|Mail|Guardian|News"
    r"|Today|TODAY|Independent|Telegraph|Week|Magazine|Herald|Tribune)\b"
)
_AFTER_QUOTE = compile_later(r".*[”\"] ")
_MIDST = compile_later(r"[,;:“\"]|\b(?:and|of|in|that|than|for|to|by|from|at|with|after|as)\b|[’']s\b")
_NOT_SPOKEN_OF = compile_later(
    rf"(?:\b(?:told|tells|to|by|on|with|from|in|at|near|outside|{SPEAKS}) (?:\S+ )?"
    r"|[\w.] (?:of|for|and) )(?:the )?$"
)
# Without what they are of, such roles say little.
_OF_SOMETHING = frozenset(
    "owner director manager founder chairman chairwoman ceo spokesman spokeswoman leader coach".split()
)
_OPENERS = frozenset("the a an its but his then".split())
_STANDS = compile_later(STANDS)
_OWNS = compile_later(r"[’']")
_THING = compile_later(
    r"(?:^|[ “\"(])(?P<before>[Tt]he|[Aa]n?|[Tt]his|of|on|in|for|with|about|that|and|by|from|over|against|after|to) "
    r"(?P<words>[a-z][a-z-]+ [a-z][a-z-]*(?:[a-z]s|ion|ent|ness|ity|order|act|law|bill|deal|plan|relief|war|rate|crash"
    r"|trial|attack|fire|storm|vaccine|virus|ban)|[a-z][a-z-]{3,}s)"
    rf"(?={STANDS})"
)
_EMPTY = frozenset(
    """people years months days weeks hours minutes times things ways men women others officials news police states
    authorities experts members reports cases this week year month day last next first second new more most other his
    her its their our your my has was were is does says goes gets makes takes least such same many some all percent
    points thanks yes us results numbers parts comments questions dollars pounds cents million billion thousands
    hundreds millions billions""".split()
)


def has_speech(sentence: str) -> bool:
    """Whether anybody speaks in a sentence."""
    return _ANY.search(sentence) is not None or _MANY.search(sentence) is not None


def find_speech(span: Span, names: Sequence[Name], question: str) -> Iterator[Idea]:
    """What the speakers of a sentence with these names say: about names and things in it, and all that they say.

    `question` is what was asked: things that are in neither it nor the article's title are not what is spoken of.
    """
    sentence = span.text
    things = list(_find_things(sentence, f"{question}\n{span.article.title}".casefold()))
    for name in names:
        role = _find_role(span, name)
        whole = make_whole(span, name) if role is not None else None
        if role is None or whole is None or MEDIA.search(whole.text):
            continue
        # What stands beside a speaker says who that is, and behind quoted words and their speaker, when and where.
        says = None if _AFTER_QUOTE.match(sentence, 0, name.start) else _SAYS.match(sentence, name.end)
        others = [one for one in names if not name.start <= one.start < (says.end() if says else len(sentence))]
        for about in [*_find_topics(span, others, whole.text, name.start, question), *things]:
            yield Idea(f"What did {whole.text} say about {about}?", "said about", span, about)
        if whole.is_person:
            yield Idea(f"What did {role}{whole.text} say?", "said", span, whole.text)
    if many := _MANY.search(sentence):
        who = many["who"].lower()
        for about in [*_find_topics(span, names, who, many.start(), question), *things]:
            yield Idea(f"What did {who} say about {about}?", "said about", span, about)


def _find_role(span: Span, name: Name) -> str | None:
    """What stands before the name of who speaks and says who that is ("Beatles historian "); None: nobody speaks."""
    sentence = span.text
    if _SAYS.match(sentence, name.end):
        quoted = _AFTER_QUOTE.match(sentence, 0, name.start)
        role = sentence[quoted.end() if quoted else 0 : name.start]
    elif (said := _SAID_BY.search(sentence, max(0, name.start - 70), name.start)) and _ENDS.match(sentence, name.end):
        role = said["role"]
    else:
        return None
    if len(role) >= 2 * _BESIDE or _MIDST.search(role):
        return None  # "the brother of Omer Celik"
    words = role.split()
    plain = re.fullmatch(r"(?:[\w.’-]+ ){1,4}", role) and words[0].lower() not in _OPENERS
    if not plain or words[0].startswith("Then-") or words[-1].rstrip(".").lower() not in ROLES | TITLES:
        return ""
    if len(words) == 1 and words[0].lower() in _OF_SOMETHING:
        return ""
    first = words[0].lower()
    is_office = first in TITLES and not words[-1].islower()
    if sentence.startswith(role) and not words[0].isupper() and not is_office:  # any word has a capital there
        small = first in {"former", *ROLES, *TITLES} or re.search(
            rf"(?<!\w){re.escape(first)}(?!\w)", span.article.text
        )
        return f"{first if small else words[0]}{role[len(first) :]}"
    return role


def _find_topics(span: Span, names: Sequence[Name], speaker: str, start: int, question: str) -> Iterator[str]:
    """The names of a sentence that a speaker may speak of: not where or to whom, nor what stands beside the speaker."""
    sentence, outlet, last = span.text, span.article.outlet.casefold(), speaker.rsplit(maxsplit=1)[-1]
    for name in names:
        is_same = last in name.text or name.text.casefold() in outlet
        if is_same or abs(name.start - start) < _BESIDE or not _STANDS.match(sentence, name.end):
            continue
        if _NOT_SPOKEN_OF.search(sentence, max(0, name.start - 30), name.start) or MEDIA.search(name.text):
            continue
        # What the Russian minister says is mostly of Russia.
        before = max(start - 2 * _BESIDE, name.end if name.end <= start else 0)
        if name.text[:_ALIKE] in sentence[before:start]:
            continue
        whole = make_whole(span, name)
        if whole and (whole.is_person or not _OWNS.match(sentence, name.end) or whole.text in question):
            yield whole.text


def _find_things(sentence: str, topic: str) -> Iterator[str]:
    """The groups of small words in a sentence that are in the topic as well: "gas prices", "the migrants"."""
    for found in _THING.finditer(sentence):
        words, the = found["words"], found["before"].lower() in ("the", "a", "an", "this")
        empty = not _EMPTY.isdisjoint(words.split()) or words.startswith(("a ", "an "))
        if empty or (" " not in words and (not the or words.endswith(("ss", "us", "is")))):
            continue
        if re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])", topic):
            yield f"the {words}" if the else words
