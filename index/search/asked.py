"""What of a question asks, and what only tells beforehand what it is about.

"Queen Elizabeth II died on Thursday. When did she ascend to the throne?" is about her death, which many articles tell;
the answer is in a sentence on her accession.
"""

from __future__ import annotations

from config.patterns import compile_later
from index.split import sentence_spans

_ASKS = compile_later(r"[?？؟][\s\"“”’'»)\]]*$")


def find_asked(question: str) -> str:
    """The sentences of a question from the first that ends with a question mark to the last; without any, the last one.

    All of it where it is one sentence, or empty.
    """
    return split_asked(question)[1]


def split_asked(question: str) -> tuple[str, str]:
    """What a question tells before it asks, and `find_asked`."""
    sentences = split_sentences(question)
    asking = [number for number, sentence in enumerate(sentences) if asks(sentence)]
    if len(sentences) < 2:
        return "", question
    first, last = (asking[0], asking[-1]) if asking else (len(sentences) - 1, len(sentences) - 1)
    return " ".join(sentences[:first]), " ".join(sentences[first : last + 1])


def asks(sentence: str) -> bool:
    """Whether a sentence ends with a question mark."""
    return _ASKS.search(sentence) is not None


def split_sentences(question: str) -> list[str]:
    """The sentences of a question, without the white space around them."""
    return [question[start:end] for start, end in sentence_spans(question)]
