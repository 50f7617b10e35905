"""What of a question asks, what only tells beforehand what it is about, and what is only said to whoever answers.

"Queen Elizabeth II died on Thursday. When did she ascend to the throne?" is about her death, which many articles tell;
the answer is in a sentence on her accession.
"""

from __future__ import annotations

import re

from config.patterns import compile_later
from index.split import sentence_spans

_ASKS = compile_later(r"[?？؟][\s\"“”’'»)\]]*$")
# What is said to whoever answers, and says nothing of what is asked.
_ADDRESS = compile_later(
    r"""(?:please|pls|kindly|thanks|thank\s+you|hi|hello|hey|good\s+(?:morning|day|afternoon|evening)
    |(?:answer|reply|respond|cite|quote)\b(?!.*\bof\b)|(?:just\s+)?(?:keep|make)\s+(?:it|your|the\s+answer)
    |be\s+(?:brief|concise|short|specific|precise|quick)|use\s+(?:simple|plain|short|only|bullet)
    |(?:just\s+)?give\s+(?:me\s+)?(?:a|an|the|your|one|only|just)?\s*(?:short|brief|quick|answer|sources?|links?|quotes?)
    |(?:with|no)\s+(?:sources?|links?|quotes?|explanations?)
    |(?:just\s+)?in\s+(?:(?:one|two|three|a\s+few)\s+(?:words?|sentences?|lines?)|(?:simple|plain|short|your\s+own)))\b""",
    re.IGNORECASE | re.VERBOSE,
)


def find_asked(question: str) -> str:
    """The sentences of a question from the first that ends with a question mark to the last; without any, the last one.

    All of it where it is one sentence, or empty.
    """
    return split_asked(question)[1]


def split_asked(question: str) -> tuple[str, str]:
    """What a question tells before it asks, and `find_asked`."""
    sentences = _split(question)
    asking = [number for number, sentence in enumerate(sentences) if _ASKS.search(sentence)]
    if len(sentences) < 2:
        return "", question
    first, last = (asking[0], asking[-1]) if asking else (len(sentences) - 1, len(sentences) - 1)
    return " ".join(sentences[:first]), " ".join(sentences[first : last + 1])


def leave_out_address(question: str) -> str:
    """The question without sentences such as "Hello!" and "Please answer in one sentence.", beside one that asks."""
    sentences = _split(question)
    if not any(map(_ASKS.search, sentences)):
        return question
    kept = [sentence for sentence in sentences if _ASKS.search(sentence) or not _ADDRESS.match(sentence)]
    return question if len(kept) == len(sentences) else " ".join(kept)


def _split(question: str) -> list[str]:
    return [question[start:end] for start, end in sentence_spans(question)]
