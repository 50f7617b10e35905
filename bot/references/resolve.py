"""Sentences that can be read on their own: whom "He" or "The ministry" means, in brackets, from the text before.

What is not plain is left alone: a wrong name is far worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answers import Span
from bot.questions import what_is_stated
from bot.references.antecedents import find_person, find_speaker
from bot.references.context import Context
from bot.references.descriptions import find_company, find_office, find_role
from bot.references.full_names import Found, find_full_name, find_team, spell_out
from bot.references.mentions import SPEAKS, Gender, Name, find_names, is_thing
from bot.references.people_words import ROLES
from config.patterns import compile_later
from index.split import sentence_spans

_MOST = 2  # insertions in a sentence

_LINK = r"(?:But|And|Yet|So|Still|Then|Now|However|Meanwhile|Later|Earlier|Instead|Also|Since then|Afterwards?),? "
_CLAUSE = r"""(?:In|On|At|After|Before|As|Since|During|By|With|For|From|Following|Last|Until|When|While|If|Asked)\b
    [^,;:“"\x00]{1,70},[ ]"""
_PRONOUN = compile_later(
    rf"(?:{_LINK.replace(' ', '[ ]')}|(?P<clause>{_CLAUSE}))?(?P<word>He|She|His|Her|he|she|his|her)(?=[ ][a-z])",
    re.VERBOSE,
)
_AFTER_QUOTE = compile_later(rf"[“\"]\x00+[”\"] (?P<word>he|she)(?= {SPEAKS}\b)")
_SPEAKING = compile_later(rf"[ ,]*(?:also |later |has |had |then |further )?{SPEAKS}\b")
_IT = compile_later(rf"It(?= (?:also |later |has |had )*{SPEAKS}\b)")
_OFFICES = frozenset(
    """ministry agency department union committee commission council court bank university association institute
    federation foundation parliament hospital museum airport bureau authority league academy""".split()
)
_COMPANIES = frozenset("company firm airline carrier retailer automaker carmaker startup manufacturer".split())
# What follows a description that stands for a name, and for no more: "The ministry said", not "The ministry building".
_VERB = r"""(?=[’']s[ ]|[ ](?:also[ ]|has[ ]|had[ ]|then[ ]|later[ ]|already[ ])*(?:said|says|is|was|has|had|will|would
    |did|does|can|could|may|might|must|should|made|took|told|gave|wrote|began|held|found|won|lost|plans|expects|wants
    |hopes|set|put|kept|[a-z]+ed)\b)"""
_DESCRIPTION = compile_later(
    rf"(?:{_LINK.replace(' ', '[ ]')})?[Tt]he[ ](?P<head>{'|'.join(sorted(ROLES | _OFFICES | _COMPANIES))}){_VERB}",
    re.VERBOSE,
)
_POSSESSIVE = compile_later(r"[’'](?:s\b)?")
_TEAM = compile_later(r"\b[Tt]he $")


@dataclass(frozen=True)
class _Insertion:
    at: int  # in the sentence
    text: str
    span: Span  # the sentence that holds what is inserted


def resolve_references(span: Span, stated: str = "") -> tuple[str, tuple[Span, ...]]:
    """The sentence, with names in square brackets behind the words that need one, and the sentences that hold these.

    `stated` is the answer so far: what it names is not said again. Without the brackets the text is the quote.
    """
    context = Context(span)
    if context.is_within_quotation:
        return span.text, ()
    insertions: list[_Insertion] = []
    if span.article.language[:2] in ("", "en") and (first := _explain_subject(context, stated)):
        insertions.append(first)
    insertions += _explain_names(context, " ".join([stated, *(insertion.text for insertion in insertions)]))
    insertions = insertions[:_MOST]
    text = span.text
    for insertion in reversed(insertions):
        text = f"{text[: insertion.at]}{insertion.text}{text[insertion.at :]}"
    return text, tuple(dict.fromkeys(insertion.span for insertion in insertions))


def _explain_subject(context: Context, stated: str) -> _Insertion | None:
    """What the sentence begins with: a pronoun, a description, or somebody's words."""
    sentence = context.sentence
    found: Found | None
    if match := _PRONOUN.match(sentence) or _AFTER_QUOTE.match(sentence):
        if find_names(sentence, 0, match.start("word")):
            return None
        word = match["word"].lower()
        gender: Gender = "he" if word in ("he", "his") else "she"
        found = find_person(context, gender, speaks=_SPEAKING.match(sentence, match.end()) is not None)
        return _insert(context, match.end("word"), found, stated, "’s" if word in ("his", "her") else "")
    if match := _IT.match(sentence):
        return _insert(context, match.end(), find_company(context), stated, "")
    if match := _DESCRIPTION.match(sentence):
        head, possessive = match["head"], _POSSESSIVE.match(sentence, match.end())
        if head in _COMPANIES:
            found = find_company(context, by_name=True)
        else:
            found = find_role(context, head) if head in ROLES else find_office(context, head)
        end = possessive.end() if possessive else match.end()
        return _insert(context, end, found, stated, possessive[0] if possessive else "")
    if sentence[:1] in ("“", '"') and not any(char.isalpha() for char in sentence) and (found := find_speaker(context)):
        support = _support(context, found)
        return _Insertion(0, f"[{found.text}:] ", support) if support else None
    return None


def _insert(context: Context, at: int, found: Found | None, stated: str, ending: str) -> _Insertion | None:
    if found is None or re.search(rf"(?<!\w){re.escape(found.last)}(?!\w)", context.span.text):
        return None
    support = _support(context, found)
    words = found.last if found.is_person and found.text in stated else found.text
    return _Insertion(at, f" [{words}{ending}]", support) if support else None


def _support(context: Context, found: Found) -> Span | None:
    """The sentence that holds what was found, where it is one and states it."""
    text = context.article.text
    line, end = text.rfind("\n", 0, found.start) + 1, text.find("\n", found.start)
    sentences = sentence_spans(text[line : end if end >= 0 else len(text)], context.article.language)
    start, stop = next((start, stop) for start, stop in sentences if line + start <= found.start < line + stop)
    span = Span(context.article, line + start, line + stop)
    return span if span != context.span and found.text in what_is_stated(span.text) else None


def _explain_names(context: Context, stated: str) -> list[_Insertion]:
    """The full names of those whom the sentence names only in part."""
    insertions: list[_Insertion] = []
    sentence = context.sentence
    seen: set[str] = set()
    for name in find_names(sentence):
        known = name.text in seen or len(name.words) > 1
        seen |= {name.text, name.last}
        found = None if known or len(insertions) == _MOST else _full_form(context, name)
        if found is None or found.text in stated or found.text in context.span.text:
            continue
        match = _POSSESSIVE.match(sentence, name.end)
        possessive = match[0] if match else ""
        if (possessive and not found.text.endswith(name.text)) or not (support := _support(context, found)):
            continue
        insertions.append(_Insertion(name.end + len(possessive), f" [{found.text}{possessive}]", support))
    return insertions


def _full_form(context: Context, name: Name) -> Found | None:
    word, article, before = name.text, context.article, context.span.start
    if word.isupper():
        return spell_out(article, word, before)
    if len(word) < 3 or is_thing([word]):
        return None
    if _TEAM.search(context.sentence, max(0, name.start - 5), name.start):
        return find_team(article, word, before)
    found = find_full_name(article, word, before + name.start)
    return None if found and {found.gender, name.gender} == {"he", "she"} else found
