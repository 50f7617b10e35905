"""What is done, and what was only to be done: a claim that something happened, of a quote that says that it will."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from bot.verification.words import find_terms, is_past
from config.patterns import compile_later

# What puts a verb off: that is to come, or no more than possible.
_CUE = compile_later(
    r"""\b(?:[Ww]ill|[Ww]ould|shall|[Ss]hould|[Cc]ould|may|might|(?:is|are|was|were)\s+to
    |(?:about|going|due|set|likely|expected|scheduled|ready|able|willing)\s+to
    |(?:plan|hope|want|intend|expect|threaten|aim|vow|promise|agree|pledge|prepare)(?:s|d|ed|ned|ning|ing)?\s+to)\b""",
    re.VERBOSE,
)
_END = compile_later(
    r"[,;:.!?](?=\s|$)|[—()\"“”]|\b(?:but|although|though|while|because|when|where|as|since|which|who|that|after|before"
    r"|until|unless|if)\b"
)
_WORD = compile_later(r"[^\W_]+(?:['’-][^\W_]+)*")
_BE = frozenset("be been get".split())
_NO_VERB = frozenset("a an the his her its their our my this these those no some is are being".split())


def find_put_off(claim: str, sentences: Sequence[str]) -> str:
    """The verb of which a claim says that it is done, and its quote only that it will or may be; empty for none."""
    done = frozenset().union(*(find_terms(word) for word in _list_done(claim)))
    if not done:
        return ""
    put_off, stated = set[str](), set[str]()
    for sentence in sentences:
        later, rest = _split(sentence)
        put_off |= later
        stated |= find_terms(rest)
    return min(done & put_off - stated, default="")


def _list_done(claim: str) -> Iterator[str]:
    """The words of a claim in the past, but for those that are put off, and for "the wounded"."""
    words = _WORD.findall(_split(claim)[1])
    for before, word in zip(["", *words], words, strict=False):
        if word.islower() and is_past(word) and before.lower() not in _NO_VERB:
            yield word


@lru_cache(maxsize=2048)
def _split(text: str) -> tuple[frozenset[str], str]:
    """The terms of what a text puts off, and the rest of the text."""
    put_off: frozenset[str] = frozenset()
    rest, place = "", 0
    for cue in _CUE.finditer(text):
        if cue.start() < place:
            continue
        end = _END.search(text, cue.end())
        stop = end.start() if end else len(text)
        words = _WORD.findall(text[cue.end() : stop])
        for before, word in zip(["", *words], words, strict=False):
            if before in _BE or not is_past(word):  # "will be wounded" is put off, and "will bring the wounded" not
                put_off |= find_terms(word)
        rest, place = f"{rest}{text[place : cue.start()]} ", stop
    return put_off, rest + text[place:]
