"""What is said only to whoever answers ("Hello! Could you please tell me …, thanks"): it is no part of a question.

No article has these words, so that each would look like something that is asked for and cannot be found.
"""

from __future__ import annotations

import re

from config.patterns import compile_later
from index.search.asked import asks, split_sentences

_NO_NAME = r"(?!\s+(?!newsbot)(?-i:[A-ZÀ-Þ]))"  # "Hello Kitty"
_DOES = (
    "tell|remind|inform|explain|show|give|say|find|list|describe|summari[sz]e|sum|make|write|draw|create|provide|prepare"
    "|get|send|name|help|let|recap|brief|update|catch|bring|do|look"
)
# Whole sentences, beside one that asks.
_SENTENCE = compile_later(
    rf"""(?:please|pls|kindly|thanks|thank\s+you|thx|(?:hi|hello|hey){_NO_NAME}|good\s+(?:morning|day|afternoon|evening)
    |(?:answer|reply|respond|cite|quote)(?:\s+(?:in|with|me|only|just|using|your|the|as|each|every|exactly|\w+ly)\b|\W*$)
    |(?:just\s+)?(?:keep|make)\s+(?:it|your|the\s+answer)
    |explain\s+(?:it|this|that)|i(?:['’]m|\s+am|\s+was)\s+(?:just\s+|only\s+)?(?:curious|asking|wondering)
    |(?:just|only)\s+(?:curious|asking|wondering)
    |be\s+(?:brief|concise|short|specific|precise|quick)|use\s+(?:simple|plain|short|only|bullet)
    |(?:just\s+)?give\s+(?:me\s+)?(?:a|an|the|your|one|only|just)?\s*(?:short|brief|quick|answer|sources?|links?|quotes?)
    |(?:with|no)\s+(?:sources?|links?|quotes?|explanations?)
    |(?:just\s+)?in\s+(?:(?:one|two|three|a\s+few)\s+(?:words?|sentences?|lines?)|(?:simple|plain|short|your\s+own)))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NEWS = r"(?:articles?|news|reports?|sources?|press|media|index|database)"
# What stands before a question, once or several times.
_BEFORE = compile_later(
    rf"""[\s,:;!.–—-]*(?:
    (?:please|pls|kindly|ok(?:ay)?|(?:hi|hello|hey|so|well){_NO_NAME}|sorry|excuse\s+me|newsbot|btw|by\s+the\s+way|out\s+of\s+curiosity
      |(?:(?:quick|one|another|last|my)\s+)?question(?=\s*:)|just\s+(?:curious|wondering)|good\s+(?:morning|day|afternoon|evening)
      |bitte|por\s+favor|lütfen|пожалуйста|s['’]il\s+(?:te|vous)\s+plaît)
    |(?:can|could|would|will)\s+(?:you|anyone|anybody|someone|somebody)(?:\s+(?:please|kindly|maybe|possibly|quickly))*
      (?=[\s,]+(?:{_DOES})\b)(?:\s+(?:tell|remind|inform|give|show|get|send)\s+(?:me|us)(?!\s+(?:more\b|(?:something\s+)?about\b)))?
    |(?:tell|remind|give|show|get|send)\s+(?:me|us)(?!\s+(?:more\b|(?:something\s+)?about\b))|let\s+(?:me|us)\s+(?:know|ask)
    |(?:do|does|did)\s+(?:you|anyone|anybody|someone)\s+(?:happen\s+to\s+)?(?:know|remember)(?!\s+(?:(?:more|something)\s+)?(?:about|of)\b)
    |(?:what\s+)?i(?:['’]d|\s+would)\s+(?:really\s+)?(?:like|love)(?:\s+to\s+(?:know|ask|learn|hear|find\s+out))?(?:\s+is\b)?
    |(?:what\s+)?i\s+(?:just\s+)?(?:want|need|wanted)(?:\s+to\s+(?:know|ask|learn|find\s+out))?(?:\s+is\b)?
    |i(?:['’]m|\s+am|\s+was|\s+were|\s+have\s+been|['’]ve\s+been)\s+(?:just\s+)?(?:wondering|curious|asking\s+myself)(?:\s+about)?
    |i\s+(?:heard|read|saw)\s+something\s+about\s+(?:this|that|it)(?:,?\s+but)?
    |(?:can|could|may)\s+(?:i|we)\s+(?:have|get|see|ask)|(?:do\s+you\s+have\s+|have\s+you\s+(?:got\s+)?)?any\s+idea
    |(?:according\s+to|in|from|based\s+on|going\s+by)\s+(?:the|your|these|my|all)\s+{_NEWS}(?=\s*,)
    |kannst\s+du|können\s+sie|puedes|peux-tu|pouvez-vous
    )(?!\w)[\s,:;!.–—-]*""",
    re.IGNORECASE | re.VERBOSE,
)
# … and behind it.
_BEHIND = compile_later(
    rf"""(?<![\s,;])[\s,;]+(?:please|pls|thx|ty|tia|(?:many\s+)?thanks(?:\s+(?:a\s+lot|so\s+much|in\s+advance))?|thank\s+you(?:\s+(?:so|very)\s+much)?
    |btw|by\s+the\s+way|do\s+you\s+know|if\s+you\s+know|(?:according\s+to|in)\s+(?:the|your|these|my|all)\s+{_NEWS}
    |bitte|por\s+favor|lütfen|пожалуйста|s['’]il\s+(?:te|vous)\s+plaît)(?=[\s.!?…]*$)""",
    re.IGNORECASE | re.VERBOSE,
)


def leave_out_address(question: str) -> str:
    """A question without what is said only to whoever answers; as it is where nothing else is left."""
    sentences = split_sentences(question)
    if any(map(asks, sentences)):
        sentences = [sentence for sentence in sentences if asks(sentence) or not _SENTENCE.match(sentence)]
    kept = [part for part in map(_strip, sentences) if any(map(str.isalnum, part))]
    return " ".join(kept) or question


def _strip(sentence: str) -> str:
    while (found := _BEFORE.match(sentence)) and found.end():
        sentence = sentence[found.end() :]
    while found := _BEHIND.search(sentence):
        sentence = sentence[: found.start()] + sentence[found.end() :]
    return sentence
