"""The words of texts and questions as the keyword index has them: folded, and without the endings of their language."""

from __future__ import annotations

from functools import cache

import tantivy

# Snowball's stemmers by ISO 639-1. English is used for all other languages too, which have few of its endings.
ENGLISH = "en"
LANGUAGES = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
_STOP_WORDS = tuple(
    """
    a about after again all also am an and any are as at be because been before being but by can could did do does
    doing for from get had has have having he her here hers him his how i if in into is it its just many me more
    most much my no nor not now of off on once only or other our out over own s same she should so some such t than
    that the their them then there these they this those to too under until up us very was we were what when where
    which while who whom whose why will with would you your say said says tell told according
    exactly actually really precisely please
    """.split()
)


# Those of them whose stop words tantivy knows.
_WITH_STOP_WORDS = frozenset("da de es fi fr hu it nb nl nn no pt ru sv".split())


@cache
def make_analyzer(language: str, *, content: bool = False) -> tantivy.TextAnalyzer:
    """Words in lower case, without accents (Erdoğan, Erdogan) and, unless the language is "", without endings.

    With `content` without the stop words of the language too, where they are known; those of English never go here.
    """
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(60))
    # Folded before lowered: İ in lower case is an i and a combining dot, which no fold takes away.
    builder = builder.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.lowercase())
    if content and language in _WITH_STOP_WORDS:
        builder = builder.filter(tantivy.Filter.stopword(LANGUAGES[language]))
    return (builder.filter(tantivy.Filter.stemmer(LANGUAGES[language])) if language else builder).build()


def language_of(tag: str) -> str:
    """The language of `LANGUAGES` whose endings a text with this language tag ("pt-BR", "") has; English if unknown."""
    language = tag[:2].lower()
    return language if language in LANGUAGES and tag[2:3] in ("", "-", "_") else ENGLISH


def analyze(text: str, language: str = ENGLISH) -> list[str]:
    """The terms of a text, in order, as they are indexed."""
    return make_analyzer(language).analyze(text)


def fold_words(text: str) -> list[str]:
    """The words of a text, in order, in lower case and without accents, endings on."""
    return make_analyzer("").analyze(text)


@cache
def _stop_terms() -> frozenset[str]:
    return frozenset(analyze(" ".join(_STOP_WORDS)))


def content_terms(text: str) -> list[str]:
    """The terms of a text that carry meaning, each once, in order: no question words, articles or auxiliaries."""
    return list(dict.fromkeys(term for term in analyze(text) if term not in _stop_terms()))


def content_words(text: str) -> list[str]:
    """The words of a text that carry meaning, in order, folded, endings on."""
    return [word for word in fold_words(text) if content_terms(word)]
