"""The model reader: any llama-index LLM writes the answer from the same hits, under the same verification.

What the model is asked for is little: sentences that end in the numbers of the passages that carry them. Quotes,
offsets, numbering and the check that anything is true are code (`bot.verification`): what a model invents is left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from bot.answers import Question, Reading, Statement, Usage
from bot.model.completion import Completion, make_llm
from bot.model.failures import ModelFailure
from bot.model.prompt import count_rules, make_prompt
from bot.model.reply import ReplyReader
from bot.model.trim import trim_hits
from bot.verification.statements import check_statement
from config.settings import Settings
from index.articles import Article, Hit, Passage

_MOST_STATEMENTS = 12  # of one reply; a model that repeats itself without an end is stopped


class ModelReader:
    """Lets a model write the answer, in the time that its completion gives, from prompts of about `prompt_tokens`."""

    name = "model"

    def __init__(self, completion: Completion, prompt_tokens: int = 1500) -> None:
        self._completion, self._prompt_tokens = completion, prompt_tokens

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The sentences of the reply with the passages that they name, each as soon as it is complete.

        Taking them raises `ServiceError` for a model that fails, also after some have come.
        """
        reading = Reading(())
        reading.statements = self._ask(question, hits, reading)
        return reading

    def _ask(self, question: Question, hits: Sequence[Hit], reading: Reading) -> Iterator[Statement]:
        deadline = time.monotonic() + self._completion.timeout
        budget = self._prompt_tokens - count_rules(question)
        try:
            yield from self._ask_once(question, hits, budget, deadline, reading)
        except ModelFailure as failure:
            if failure.kind != "length":
                raise
            # More than the server takes, whatever we estimated: once more with half of the passages.
            fewer = hits[: (len(hits) + 1) // 2]
            yield from self._ask_once(question, fewer, budget // 2, deadline, reading)

    def _ask_once(
        self, question: Question, hits: Sequence[Hit], budget: int, deadline: float, reading: Reading
    ) -> Iterator[Statement]:
        shown = trim_hits(question, hits, budget)
        stream = self._completion.stream(make_prompt(question, shown), deadline=deadline)
        reply = ReplyReader([passage for passage, _ in shown])
        used: Usage = reading.usage
        given = 0
        try:
            for piece in stream:
                for statement in reply.feed(piece):
                    given += 1
                    if given > _MOST_STATEMENTS:
                        raise stream.fail("endless", "its reply did not end")
                    reading.usage = used + stream.usage
                    yield statement
            reading.usage = used + stream.usage
            yield from reply.finish()
        finally:
            reading.usage = used + stream.usage
        if reply.is_empty:
            raise stream.fail("empty", "it wrote nothing of the news" if reply.has_words else "its reply was empty")


def try_model(settings: Settings) -> Literal["cites", "answers", "refuses"]:
    """How the settings' model answers one small question, asked once and as the reader asks. Raises `ModelFailure`.

    One that writes nothing that the passage carries is as good as one that refuses.
    """
    text = "The council of Quux demanded five coins from everybody who crosses the bridge."
    passage = Passage(Article("trial", text, "A toll on the bridge"), 0, 0, len(text))
    question = Question("How many coins did the council demand?", "how many", {}, {}, np.zeros(1, dtype=np.float32))
    stream = Completion(make_llm(settings), settings.model_timeout, pauses=()).stream(
        make_prompt(question, [(passage, text)])
    )
    reply = ReplyReader([passage])
    statements = [statement for piece in stream for statement in reply.feed(piece)] + list(reply.finish())
    if reply.is_empty and not reply.has_words:
        raise stream.fail("empty", "its reply was empty")
    checks = [(each, check_statement(each, [Hit(passage, 1.0)], lambda _: passage.article)) for each in statements]
    carried = [each for each, checked in checks if checked.statement and not checked.repaired]
    if not carried:
        return "refuses"
    return "cites" if any(statement.passages for statement in carried) else "answers"
