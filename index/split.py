"""An article becomes passages: llama-index's splitter at sentence ends, under offsets that are checked here."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import sentencex

from index.articles import Article, Passage

# "J.D." and "George W.", but not the countries and places that often end a sentence.
_INITIALS = re.compile(r"(?:^|\s)(?!(?:U\.S|U\.K|U\.N|E\.U|D\.C|U\.S\.A|I)\.$)(?:[A-Z]\.){1,3}$")
_HOUR = re.compile(r"\b[ap]\.m\.$")
_ZONE = re.compile(
    r"\(?(?:ET|EST|EDT|CT|CST|CDT|MT|PT|PST|PDT|GMT|BST|CET|UTC|Eastern|Central|Pacific|Mountain|local)\b"
)


def split_sentences(text: str, language: str = "") -> list[str]:
    """The sentences of a text; joined they are the text again. Quoted speech of several sentences stays whole."""
    pieces: list[str] = []
    for line in text.split("\n"):
        pieces += [*sentencex.segment(language[:2] or "en", line), "\n"]
    return pieces[:-1]


def sentence_spans(text: str, language: str = "") -> list[tuple[int, int]]:
    """The spans `[start, end)` of the sentences in `text`, without the white space around them.

    What was split at the initials of a name, or between an hour and its time zone, is put together again.
    """
    spans: list[tuple[int, int]] = []
    position = 0
    for sentence in split_sentences(text, language):
        bare = sentence.strip()
        if bare:
            start = position + sentence.index(bare)
            end = start + len(bare)
            if spans and _goes_on(text[spans[-1][0] : spans[-1][1]], text[spans[-1][1] : start], bare):
                start = spans.pop()[0]
            spans.append((start, end))
        position += len(sentence)
    return spans


def _goes_on(before: str, between: str, after: str) -> bool:
    """Whether a sentence ends with the one that follows it on its line."""
    if "\n" in between or not before.endswith("."):
        return False
    return bool((_INITIALS.search(before) and after[0].isupper()) or (_HOUR.search(before) and _ZONE.match(after)))


def split_article(article: Article, words: int) -> list[Passage]:
    """The passages of an article, in order, without overlap, of about `words` words; together they hold every word.

    llama-index strips white space from its chunks and reports offsets that can be off, so each chunk is looked up in
    the text from where the last one ended.
    """
    passages: list[Passage] = []
    repeats: Counter[str] = Counter()
    position = 0
    for chunk in _splitter(words, article.language)(article.text):
        start = article.text.index(chunk, position)
        position = start + len(chunk)
        passages.append(Passage(article, len(passages), start, position, repeats[chunk]))
        repeats[chunk] += 1
    return passages


@lru_cache(maxsize=32)
def _splitter(words: int, language: str) -> Callable[[str], list[str]]:
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(
        chunk_size=words,
        chunk_overlap=0,
        tokenizer=str.split,
        paragraph_separator="\n\n",
        chunking_tokenizer_fn=lambda text: split_sentences(text, language),
    )
    # llama-index wraps the method to record each call, which costs half as much again.
    split = inspect.unwrap(SentenceSplitter.split_text)
    return lambda text: [chunk for chunk in split(splitter, text) if chunk]
