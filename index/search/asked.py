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
    sentences = [question[start:end] for start, end in sentence_spans(question)]
    asking = [number for number, sentence in enumerate(sentences) if _ASKS.search(sentence)]
    if not asking:
        return sentences[-1] if sentences else question
    return " ".join(sentences[asking[0] : asking[-1] + 1])
