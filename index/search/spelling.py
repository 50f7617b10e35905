"""Words of a question that no article has, put right where a name that articles have differs by one letter."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from index.generations import Generation
from index.keywords import KeywordIndex
from index.terms import content_terms, fold_words

_SHORTEST = 4  # letters; of shorter words too many are alike
_ANY_WORD = 9  # letters of a word that may be a slip of any word; of a shorter one letters may be swapped
# Of short words many are alike: what one with fewer letters is read as stands in so many passages at least.
_LONG, _OFTEN = 6, 20
_FEW = 3  # unknown words; where there are more, and more than known ones, they are of another language
_MOST = 10  # words that are looked at
_TRIED = 3  # words that are like one, and passages that have each, which are looked at
_WORD = re.compile(r"[^\W\d_]+")
_INSIDE = re.compile(r"(?<=[\w,] )[^\W\d_]+")  # a word that does not begin a sentence
# Words that every index knows: by them a question names a time, or asks for news.
_KNOWN = frozenset(
    """
    last past next coming latest newest recent recently currently today yesterday tomorrow tonight morning afternoon
    evening night midnight noon hour hours week weeks weekend fortnight month months quarter year years decade decades
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december sept spring summer autumn fall winter early late start beginning middle since following
    prior news headline headlines happen happened happening story stories world going give report reported write
    written publish published
    """.split()
)


def correct_spelling(question: str, generation: Generation) -> str:
    """The question with each word that the index does not know replaced by the most frequent one that is like it.

    Like it is what one letter more, less, exchanged or swapped with the next makes of it (Norvig, "How to write a
    spelling corrector"), but not at its beginning; the other spelling of a word ("legalise") before all. Short words
    are put right to names, and to other words only where letters are swapped: a small index lacks many words that are
    no slips. What has no like stays, as do words in other letters than a to z, abbreviations, and all where many are
    unknown.
    """
    keywords = generation.keywords
    words = [word for word in dict.fromkeys(_WORD.findall(question)) if _is_plain(word) and content_terms(word)]
    unknown = [word for word in words if not _is_known(word, keywords)]
    if len(unknown) > max(_FEW, len(words) / 2):
        return question
    for word in unknown[:_MOST]:
        if like := next(_find_likes(word, generation), None):
            question = re.sub(rf"\b{re.escape(word)}\b", like, question)
    return question


def _find_likes(word: str, generation: Generation) -> Iterator[str]:
    """The words that are like one and may be meant by it, as articles write them, the most frequent first."""
    folded = "".join(fold_words(word))
    counts = {like: generation.keywords.count_word(like) for like in set(_alter(folded)) if content_terms(like)}
    least = 1 if len(folded) >= _LONG else _OFTEN
    spelt = _spell_american(folded)
    likes = sorted(counts, key=lambda like: (_spell_american(like) != spelt, -counts[like], len(like), like))[:_TRIED]
    for like in (like for like in likes if counts[like] >= least):
        found = [passage_id for passage_id, _ in generation.keywords.search(like, _TRIED)]
        slip = len(folded) >= _ANY_WORD or sorted(like) == sorted(folded) or _spell_american(like) == spelt
        for passage in generation.store.load_passages(found).values():
            inside = (one for one in _INSIDE.findall(passage.text) if one[0].isupper() or (slip and word.islower()))
            yield from (one for one in inside if "".join(fold_words(one)) == like)


def _spell_american(word: str) -> str:
    return re.sub(r"(?<=[iy])s(?=(?:e|es|ed|ing|ation|ations|er|ers)$)", "z", word)


def _is_plain(word: str) -> bool:
    """Whether it is long enough, and no abbreviation: of these (LVIII, OpenAI) each letter counts."""
    return len(word) >= _SHORTEST and word[1:].islower()


def _is_known(word: str, keywords: KeywordIndex) -> bool:
    folded = "".join(fold_words(word))
    known = not folded.isascii() or folded in _KNOWN
    return known or keywords.count_word(word) > 0 or keywords.knows_outlet([folded])


def _alter(word: str) -> Iterator[str]:
    for i in range(1, len(word) + 1):
        head, tail = word[:i], word[i:]
        for letter in string.ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
