"""What a question asks for: its kind, its terms, and the words by which news answers them."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from bot.answers import Kind, Question
from bot.forms import FormName
from config.patterns import compile_later
from index.embed import Embedder
from index.keywords import KeywordIndex
from index.search.address import leave_out_address
from index.search.asked import find_asked
from index.terms import analyze, content_terms, fold_words

_AUXILIARY = r"(is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)\b"
_QUANTITY = "(number|amount|length|height|width|depth|size|weight|speed|distance|duration)"

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("how many", r"how (many|much|long|old|far|tall|big|large|wide|heavy|often|fast|high|deep|few)"),
    ("how many", r"(what|which) (number|percentage|share|price|sum|amount)"),
    (
        "how many",
        rf"((what|which) ((is|are|was|were) )?)?((the|a) )?(total )?{_QUANTITY}( of|(?= {_AUXILIARY})|(?=\W*$))",
    ),
    ("when", r"when|(what|which|on what|on which|by what) (day|date|year|month|time)"),
    ("when", r"how soon|since when|until when"),
    (
        "where",
        rf"where|(what|which|in what|in which) ((?!{_AUXILIARY})\w+ )?(city|country|place|town|state|region|continent)",
    ),
    ("who", r"who|whom|whose"),
    ("why", r"why|what (caused|led to)|for what reason|how come"),
)
_KIND = tuple((kind, re.compile(rf"\b({pattern})\b", re.IGNORECASE)) for kind, pattern in _KINDS)

_YES_OR_NO = compile_later(_AUXILIARY, re.IGNORECASE)
# "When", "where" and "who" may begin a clause ("when she left, she held which office?"), "which" behind a comma too.
_BEFORE = "about|after|and|at|before|but|by|during|for|from|in|nearly|of|on|or|since|so|to|under|until|with"
_BEGINS = compile_later(rf"(?:(?:{_BEFORE})\s+)*(?:what|which|who|whom|whose|where|when|why|how)\b", re.IGNORECASE)
_ASKING = compile_later(r"(?<!,\s)\b(?:what|which|how)\b", re.IGNORECASE)
_TOLD = 0.25  # of the weight of what is asked
_LAST_SENTENCE = compile_later(r"(?:.*[.!?:;]\s+)?(.*)", re.DOTALL)

# Words that stand for one another between a question and the news that answers it. A news text seldom says
# "X demanded": it says what must happen.
_ALIKE = """
    demand insist urge must require request want call ultimatum deadline ask
    die dead death kill fatal casualty toll
    hurt injure injury wound
    buy bought buyer acquire purchase takeover sell sold sale
    win won victory beat defeat champion title
    lose lost defeat
    resign quit resignation step
    arrest detain custody
    begin began begun start open launch
    launch lift blast takeoff
    land splash touch
    end finish close conclude
    blame accuse allege fault
    agree agreement deal accord settlement
    reject refuse deny dismiss decline oppose
    appoint name succeed successor replace
    rise rose grow increase climb jump
    fall fell drop plunge slump decline lower
    flee fled displace escape
    cost price worth pay paid sum
    block obstruct stuck aground
    free refloat release
    cause reason because due blame
    lead led head chair
    happen occur take
    borrow loan liquidity lend
    delay postpone scrub cancel
    meet met talk hold held
    find found discover
    build built construct
    send sent dispatch deploy
    choose chose chosen pick select elect
    leave left depart quit
    strike struck hit
    shoot shot
    steal stole stolen theft
    give gave given
    break broke broken
    catch caught
    fight fought battle
    sink sank sunk
    bring brought
    spend spent
    write wrote written
    fly flew flown flight
    speak spoke spoken speech
    teach taught
    freeze froze frozen
    swear swore sworn
    become became
    grow grew grown
    go went gone
    see saw seen
    make made
    think thought believe
"""

# What a text says it does not say: from the negated verb to the end of the clause nothing is stated.
_NOT_SAID = compile_later(
    r"""\b(?:
        (?:did|does|do|has|have|had|was|were|is|are|would|could|will)(?:\s+not|n['’]t|\s+never)\s+(?:\w+ly\s+|yet\s+|been\s+)*
        (?:mention|address|refer|specif|disclos|elaborat|comment|respond|repl|say\b|said\b|saying\b|identif|explain|clarif|reveal|detail|discuss)\w*
        | (?:declin|refus)\w+\s+to\s+(?:comment|say|give|name|identify|elaborate|answer|discuss)
        | ma[dk]e\w*\s+no\s+(?:mention|reference)
        | (?:there\s+was\s+|with\s+)?no\s+(?:mention|word|details?|comment)\b
        | without\s+(?:mention|nam|giv|elaborat|say|specif)\w*
    )[^,;:—]*?(?=[,;:—]|\bbut\b|\balthough\b|\bthough\b|$)""",
    re.IGNORECASE | re.VERBOSE,
)


def analyze_question(text: str, keywords: KeywordIndex, embedder: Embedder, form: FormName = "sentences") -> Question:
    """The question with its kind, its weighted terms and its vector; `form` is that of its answer."""
    whole = leave_out_address(text)
    asked = find_asked(whole)
    weights = keywords.weigh_terms(content_terms(_without_kind(whole)) or content_terms(whole))
    told = frozenset(weights).difference(content_terms(_without_kind(asked)))
    told = told if len(told) < len(weights) else frozenset()
    return Question(text, ask_kind(asked), weights, _find_names(whole), embedder.embed_question(whole), form, told)


def ask_kind(text: str) -> Kind:
    """What kind of answer a question asks for; "what" where nothing more can be told."""
    asked = find_asked(text)
    if (last := _LAST_SENTENCE.fullmatch(asked)) and _YES_OR_NO.match(last[1]):
        return "yes/no"
    found = sorted((match.start(), match.end(), kind) for kind, pattern in _KIND for match in pattern.finditer(asked))
    begins = _BEGINS.match(asked)
    place = begins.end() - 1 if begins else max((match.start() for match in _ASKING.finditer(asked)), default=None)
    if place is None:
        return found[0][2] if found else "what"
    return next((kind for start, end, kind in found if start <= place < end), "what")


def _without_kind(text: str) -> str:
    """The question without the words that only ask: an answer to "in which year" need not have the word year."""
    for _, pattern in _KIND:
        text = pattern.sub(" ", text)
    return text


def what_is_stated(sentence: str) -> str:
    """The sentence without what it says that somebody did not say: that is no evidence of anything."""
    return " ".join(_NOT_SAID.sub(" ", sentence).split())


@cache
def _groups() -> dict[str, frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for line in _ALIKE.strip().splitlines():
        group = frozenset(analyze(line))
        for term in group:
            groups[term] = groups.get(term, frozenset()) | group
    return groups


def alike(term: str) -> frozenset[str]:
    """A term, and those that news puts in its place."""
    return _groups().get(term, frozenset()) | {term}


def words_in(text: str) -> frozenset[str]:
    """What a text holds for `coverage`: its terms, and its words with their endings behind a `=`."""
    return frozenset(analyze(text)) | {f"={word}" for word in fold_words(text)}


def coverage(question: Question, words: Collection[str], *, told: float = _TOLD) -> float:
    """The weighted share of the question's terms that `words` (by `words_in`) hold, between 0 and 1.

    What the question only tells before it asks counts `told` times as much as what it asks.
    """
    weights = {term: weight * (told if term in question.told else 1.0) for term, weight in question.terms.items()}
    held = sum(weight * _cover(question, term, words) for term, weight in weights.items())
    total = sum(weights.values())
    return held / total if total else 0.0


def _cover(question: Question, term: str, words: Collection[str]) -> float:
    """1 for the word itself, 0.8 for one that news puts in its place; a name counts only as written.

    Without its ending a name can become another word: France and francs have one stem.
    """
    if name := question.names.get(term):
        return float(f"={name}" in words)
    if term in words:
        return 1.0
    return 0.8 if not _groups().get(term, frozenset()).isdisjoint(words) else 0.0


def _find_names(text: str) -> dict[str, str]:
    """The capitalised words of a question by their terms; not its first word, as any word has a capital there.

    None where every word has one: of a title, or what is shouted, nothing tells a name.
    """
    words = re.findall(r"\b[^\W\d_]+", text)[1:]
    if not any(word[0].islower() for word in words):
        return {}
    names = [folded for word in words if word[0].isupper() for folded in fold_words(word)]
    return {term: name for name in names for term in analyze(name)}
