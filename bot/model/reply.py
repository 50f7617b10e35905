"""A model's reply, taken apart while it comes: each sentence with the passages that its marks name.

A statement is given when the next one begins, as its marks may stand behind it; what was given is never taken back.
Held back are the last sentence, a quotation or bracket that is still open, and all that follows an open `<think>`.
The pieces in which a reply comes make no difference: it is read character by character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.answers import Statement
from config.patterns import compile_later
from index.articles import Passage
from index.clean import clean_text
from index.split import split_sentences

NOTHING = "NO ANSWER"
_THINK, _THOUGHT = "<think>", "</think>"
_MARKS = compile_later(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_OPEN_MARK = compile_later(r"\[[\d,;\s]*\Z")
# Whether a sentence ends in "p.m." is told by the whole word behind it, any other end by its first letter.
_BEHIND_ABBREVIATION = compile_later(r"(?:\w\.\w+|\b\w{1,4})\.[^\w\n]*\w+\Z")
_LIST_SIGN = compile_later(r"^\s*(?:[-*•#>]+|\d{1,2}[.)])\s+", re.MULTILINE)
# What stands before a statement, or in its place, and is about the prompt: "Answer: …", "According to passage 2, …".
_SAYS = r"(?:say|state|report|note|mention|show|explain)s?"
_LEAD = compile_later(
    rf"""^(?:the\s+)?(?:answer|passage\s+that\s+answers)(?:\s+(?:to\s+)?the\s+question)?(?:\s*:|\s+is(?:\s+that\b|\s*:))\s*
    |^(?:according\s+to\s+|as\s+|in\s+|from\s+)?(?:the\s+)?passages?\s+(?P<number>\d{{1,3}})
    (?:(?:\s+{_SAYS})?\s*[,:]|\s+{_SAYS}\s+that\b)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_TALK = compile_later(
    r"""^(?:(?:the|this|these)\s+)?(?:passages?\s+(?:\d|(?:is|are|says?|states?|mentions?|that\s+answers|do(?:es)?\s+not)\b)
    |answer\s+(?:to\s+the\s+question\s+)?is\b)""",
    re.IGNORECASE | re.VERBOSE,
)
# Quotations and brackets, in which no sentence ends: whole ones, and the sign that begins one.
_WHOLE = compile_later(
    r"""„[^“”]*[“”]|“[^”]*”|«[^»]*»|‹[^›]*›|‘[^’]*’|「[^」]*」|『[^』]*』|"[^"]*"|\([^)]*\)|\[[^]]*\]
    |(?<!\w)'(?=\w).*?'(?!\w)""",
    re.VERBOSE,
)
_OPENS = compile_later(r"""[„“«‹‘「『"(\[]|(?<!\w)'(?=\w)""")


class ReplyReader:
    """Reads one reply to a prompt with these passages, piece by piece."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._text = ""  # all but finished thoughts
        self._given = 0  # letters and digits of it that stand in statements that were given
        self._due = False  # a sign has come at which a sentence may have ended
        self._ended = False
        self.is_empty = True  # neither a statement has come yet nor that there is no answer
        self.has_words = False  # it may still be empty: of its passages or its answer it may write, and not of the news

    def feed(self, piece: str) -> Iterator[Statement]:
        """The statements that are complete now that this piece has come."""
        for character in piece:
            if self._ended:
                return
            self._text += character
            if not (character.isalnum() or character.isspace() or character in ",'’-"):
                self._due = True
            if character == ">" and self._text.endswith(_THOUGHT):
                self._forget_thought()
            elif self._text.endswith(NOTHING) and not self._is_thinking():
                # Whoever says so in the end has not answered in the sentence before it either.
                self._ended, self.is_empty = True, False
            elif self._due and character.isalnum() and self._may_begin_sentence():
                self._due = False
                yield from self._give(self._find_complete())

    def finish(self) -> Iterator[Statement]:
        """The rest, when the reply has ended by itself."""
        text = self._text.partition(_THINK)[0]
        if self._ended:
            before, _, _ = text.rpartition(NOTHING)
            yield from self._give(self._parse(before)[:-1])
        elif clean_text(text).strip(" .!*\n").upper() == NOTHING:
            self.is_empty = False
        else:
            self.has_words = self.has_words or any(map(str.isalnum, _MARKS.sub("", clean_text(text))))
            yield from self._give(self._parse(text))

    def _forget_thought(self) -> None:
        """Drop a thought that has ended; some servers leave its beginning out, then it is all that came before."""
        before, opened, _ = self._text.partition(_THINK)
        if not opened:
            before, self._given = "", 0
        self._text = before

    def _is_thinking(self) -> bool:
        return _THINK in self._text

    def _may_begin_sentence(self) -> bool:
        """Whether the character that has just come is one of a word, and not of a mark, a tag or "NO ANSWER"."""
        begun = (_THINK, _THOUGHT, NOTHING)
        return not (
            self._is_thinking()
            or _OPEN_MARK.search(self._text)
            or _BEHIND_ABBREVIATION.search(self._text[-100:])
            or any(self._text.endswith(sign[:length]) for sign in begun for length in range(1, len(sign)))
            or _is_inside_quote(self._text)
        )

    def _find_complete(self) -> list[Statement]:
        """The statements behind which another has begun, whether or not the text after it will close a quotation."""
        text = self._text
        line = text[text.rfind("\n") + 1 :]
        start = _find_open_sign(line)
        if start < 0:
            return self._parse(text)[:-1]
        # A sign alone would end the sentence before it; and it may begin what is no sentence: at 5 p.m. “sharp”.
        without = self._parse(text[: len(text) - len(line) + start] + text[-1])
        return without[: min(len(without), len(self._parse(text))) - 1]

    def _parse(self, text: str) -> list[Statement]:
        statements = []
        for sentence, marks in _split_marks(_LIST_SIGN.sub("", clean_text(text))):
            numbers = [number for number in dict.fromkeys(marks) if 1 <= number <= len(self._passages)]
            statements.append(Statement(sentence, passages=tuple(self._passages[n - 1] for n in numbers)))
        return statements

    def _give(self, statements: Sequence[Statement]) -> Iterator[Statement]:
        """Those that were not given yet; of one whose beginning was given, the rest."""
        seen = 0
        for statement in statements:
            before, seen = seen, seen + sum(map(str.isalnum, statement.text))
            if seen > self._given:
                rest = _drop_words(statement.text, self._given - before)
                self._given = seen
                self.has_words = True
                if not _TALK.match(rest):
                    self.is_empty = False
                    yield replace(statement, text=rest)


def parse_reply(reply: str, passages: Sequence[Passage]) -> list[Statement]:
    """The sentences of a whole reply with the passages that they name; numbers that were not given are dropped.

    A mark belongs to the sentence before it. One without a mark is kept: verification finds its passage or drops it.
    "NO ANSWER" takes the sentence before it along; statements before that one stay.
    """
    reader = ReplyReader(passages)
    return [*reader.feed(reply), *reader.finish()]


def _drop_words(text: str, letters: int) -> str:
    """A text from behind its first so many letters and digits."""
    return re.sub(rf"\A(?:[\W_]*[^\W_]){{{letters}}}[\W_]*", "", text) if letters > 0 else text


def _find_open_sign(line: str) -> int:
    """Where in a line a quotation or bracket begins that has no end yet; -1 for none."""
    found = _OPENS.search(_WHOLE.sub(lambda whole: "x" * len(whole[0]), line))
    return found.start() if found else -1


def _is_inside_quote(text: str) -> bool:
    """Whether a text stands within a quotation or bracket, and not right at its first word: that may end there."""
    line = text[text.rfind("\n") + 1 :]
    start = _find_open_sign(line)
    return start >= 0 and any(map(str.isalnum, line[start:-1]))


def _split_marks(reply: str) -> Iterator[tuple[str, list[int]]]:
    """Sentences, without marks and list signs, with the numbers of the marks that stand in or right behind them.

    What leads to a sentence ("Passage 2 says that …") goes, and its number with the sentence.
    """
    pending: tuple[str, list[int]] | None = None
    leads, ahead = False, list[int]()  # whether we wait for the sentence of a lead, and the numbers of it
    # A mark before the full stop and one behind it mean the same.
    reply = re.sub(r"\s*((?:\[[\d,; ]+\]\s*)+)([.!?])(?=\s|$)", r"\2 \1", reply)
    for sentence in split_sentences(reply):
        for piece in re.split(r"(?<=\])\s+(?=[^\s\[])", sentence.strip()):
            numbers = [int(n) for marks in _MARKS.findall(piece) for n in re.findall(r"\d+", marks)]
            text = _MARKS.sub("", piece).replace("**", "").strip()
            while lead := _LEAD.match(text):
                leads = True
                ahead += [int(lead["number"])] if lead["number"] else []
                text = text[lead.end() :]
                text = text[:1].upper() + text[1:]
            if any(c.isalnum() for c in text):
                if pending:
                    yield pending
                pending, ahead, leads = (" ".join(text.split()), [*ahead, *numbers]), [], False
            elif pending and not leads:  # the sentence before a lead has been given when the lead begins
                pending[1].extend(numbers)
    if pending:
        yield pending
