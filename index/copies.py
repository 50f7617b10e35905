"""Copies: whether two texts are the same report, lightly edited, cut, or framed by another outlet's words.

Each text gets a few keys; two texts that share one are candidates, and `are_copies` decides. Nothing here knows of
other articles, so the order in which they arrive changes nothing. `python -m tests.measure_copies` counts the errors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from config.patterns import compile_later

_SHORT = 20  # words; a text that is shorter is a copy of equal words only
_ROWS = 3  # minhashes in a band, which must all agree
# The three parts of a signature: how many shingles from the text's beginning, and how many bands. A story cut to a
# third shares little with the whole of the original, and nearly all with its beginning.
_PARTS = ((None, 12), (120, 8), (240, 12))
BANDS = sum(bands for _, bands in _PARTS)
_SEED = 20
_FACTORS = (0x1D8E4E27C47D124F, 0x2545F4914F6CDD1D, 0x369DEA0F31A53F85, 0x5851F42D4C957F2D)

_MOST_IN_AN_EDIT = 8  # words in a row that an editor exchanges; a longer run is the text's own
_LEAST_SHARED = 0.6  # of the words outside such runs
_LEAST_NUMBERS = 0.6  # a weekly report keeps its words and changes its numbers
_LEAST_NAMES = 0.6  # a list of fixtures changes its names
_FEW = 1  # numbers or names that may be missing from any text
_MOST_DAYS = 30  # between two copies
_LEAST_LENGTH = 0.25  # of the longer text: a roundup is no copy of one of its items

_NUMBER_WORDS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen
    half""".split()
)
_DIGIT_SEPARATOR = compile_later(r"[.,](?<=\d.)(?=\d)")
# Accents, and the vowel points that Hebrew and Arabic may leave out; then letters that Unicode does not take apart.
_MARKS = compile_later("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c7\u0640\u064b-\u065f\u0670]+|[øØłŁđĐðÐħĦıŧŦ]")
_PLAIN = dict(zip("øØłŁđĐðÐħĦıŧŦ", "oOlLdDdDhHitT", strict=True))
# Writing without spaces: Thai, Lao, Burmese, Khmer; then Chinese and Japanese.
_THAI = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3"
_CHINESE = "\u3005-\u3007\u3041-\u3096\u3099-\u309a\u30a1-\u30fa\u30fc\u3400-\u9fff\U00020000-\U0003ffff"
_SPACELESS = compile_later(f"[{_THAI}]+|[{_CHINESE}]+")
_HAS_SPACELESS = compile_later(f"[{_THAI}{_CHINESE}]")
# The vowel signs of India's scripts, and of Thai and its kin, are no letters to Python.
_WORD = compile_later("[\\w\u0900-\u0963\u0970-\u0d7f\u0e31-\u0ece\u102b-\u103e\u17b4-\u17d3\u3099\u309a]+")
_ASCII_WORD = compile_later(r"\w+", re.ASCII)
_CURLY = compile_later("[_‘’“”–—…\u00a0]")


@dataclass(frozen=True)
class Overlap:
    """What the shorter of two texts has in common with the longer, as shares from 0 to 1.

    Its own are its words in long runs that share no three words in a row with the longer. Of the rest, `words` is the
    share in such threes, `numbers` and `names` that of what is anywhere in the longer. One of them may miss: it is 1.
    `figures` are those, also in English words, that stand in an edit and nowhere in the longer.
    """

    size: int
    length: float
    own: float
    words: float
    numbers: float
    names: float
    figures: frozenset[str] = frozenset()


def sign_text(text: str) -> tuple[int, ...]:
    """The keys of a text, as signed 64-bit integers: `BANDS` of them; copies share one, nearly always.

    A text under 20 words has one key, which only equal words share; a text without words has none.
    """
    import numpy as np
    from rensa import RMinHash

    words = _split_words(text)[0]
    if len(words) < _SHORT:
        return (_digest(" ".join(words).encode()),) if words else ()
    shingles = [" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)]
    keys: list[int] = []
    for first, bands in _PARTS:
        hashes = RMinHash(num_perm=bands * _ROWS, seed=_SEED)
        hashes.update(shingles[:first])
        rows = np.array(hashes.digest(), dtype=np.int64).reshape(bands, _ROWS)
        numbers = np.arange(len(keys), len(keys) + bands, dtype=np.int64)
        # A multilinear hash, modulo 2**64, of a band's number and minhashes (Lemire and Kaser 2014, section 3).
        keys += (numbers * _FACTORS[0] + (rows * _FACTORS[1:]).sum(axis=1)).tolist()
    return tuple(keys)


def are_copies(a: str, b: str) -> bool:
    """Whether two texts are one report: equal words, or most of the shorter is in the longer with its facts."""
    found = compare_texts(a, b)
    if found.size < _SHORT or found.length < _LEAST_LENGTH:
        return found.length == found.words == 1
    # A paragraph that an outlet adds is a larger share of a short text.
    return (
        found.own <= min(0.3, 0.15 + 20 / found.size)
        and found.words >= _LEAST_SHARED
        and found.numbers >= _LEAST_NUMBERS
        and found.names >= _LEAST_NAMES
    )


def have_same_figures(a: str, b: str) -> bool:
    """Whether no figure, nor an English number word, was put in the place of another where two texts are the same."""
    return a in b or not compare_texts(a, b).figures  # most copies have a passage word for word


def are_near(a: str | None, b: str | None) -> bool:
    """Whether articles of these dates can be copies: a report goes round within days, its like comes back in a year.

    Dates are ISO 8601; None is unknown, and near all.
    """
    return a is None or b is None or abs(date.fromisoformat(a[:10]) - date.fromisoformat(b[:10])).days <= _MOST_DAYS


def compare_texts(a: str, b: str) -> Overlap:
    """How much of the shorter text is in the longer; the same whichever is given first."""
    # Of two texts with equally many words, the first in the alphabet is taken as the shorter.
    (words, cased), (longer, _) = sorted((_split_words(a), _split_words(b)), key=lambda text: (len(text[0]), text))
    if words == longer:
        return Overlap(len(words), 1, 0, 1, 1, 1)
    if len(words) < _SHORT:
        return Overlap(len(words), len(words) / len(longer), 1, 0, 0, 0)
    in_longer = set(zip(longer, longer[1:], longer[2:], strict=False))
    threes = enumerate(zip(words, words[1:], words[2:], strict=False))
    starts = [start for start, three in threes if three in in_longer]
    own = edited = end = 0
    facts: list[str] = []  # the words that are not its own, as they stood
    for start in [*starts, len(words)]:
        if start - end > _MOST_IN_AN_EDIT:
            own += start - end
            end = start
        edited += max(0, start - end)
        facts += cased[end : start + 3]
        end = min(start + 3, len(words))
    known = set(longer)
    rest = len(words) - own
    return Overlap(
        size=len(words),
        length=len(words) / len(longer),
        own=own / len(words),
        words=1 - edited / rest if rest else 0,
        numbers=_share({word.casefold() for word in facts if word[0].isdecimal()}, known),
        names=_share({word.casefold() for word in facts if word[0].isupper()}, known),
        figures=frozenset(w for w in map(str.casefold, facts) if w[0].isdecimal() or w in _NUMBER_WORDS) - known,
    )


def _share(facts: set[str], known: set[str]) -> float:
    missing = len(facts - known)
    return 1 - missing / len(facts) if missing > _FEW else 1


def _split_words(text: str) -> tuple[list[str], list[str]]:
    """The words of a text folded (lower case, no accents), and as they stood; spaceless writing as overlapping pieces.

    A piece has two characters of Chinese or Japanese, four of Thai and its kin, where a character says less.
    """
    text = _CURLY.sub(" ", text)  # most news has no other character beyond ASCII
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFKC", _MARKS.sub(lambda mark: _PLAIN.get(mark[0], ""), text))
    cased = (_ASCII_WORD if text.isascii() else _WORD).findall(_DIGIT_SEPARATOR.sub("", text))
    if not text.isascii() and _HAS_SPACELESS.search(text):
        cased = [piece for word in cased for piece in _split_spaceless(word)]
    return " ".join(cased).casefold().split(), cased


def _split_spaceless(word: str) -> Iterator[str]:
    end = 0
    for run in _SPACELESS.finditer(word):
        if run.start() > end:
            yield word[end : run.start()]
        size = 2 if run[0] >= "\u3000" else 4
        for start in range(max(1, len(run[0]) - size + 1)):
            yield run[0][start : start + size]
        end = run.end()
    if end < len(word):
        yield word[end:]


def _digest(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little", signed=True)
