"""Hand-written fakes for what others would plug in. They are strict: what a test did not plan for fails."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import CustomLLM
from llama_index.core.schema import NodeWithScore, QueryBundle
from pydantic import PrivateAttr

from bot.answers import Question, Reading, Statement
from config.errors import ServiceError
from index.articles import Article, Hit, Passage


class FakeLLM(CustomLLM):
    """Writes the replies that it was told, in order, and keeps the prompts; without a reply left it raises."""

    _replies: deque[str | Exception] = PrivateAttr(default_factory=deque)
    _history: list[str] = PrivateAttr(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        """What llama-index wants to know of a model."""
        return LLMMetadata(model_name="fake-llm", is_chat_model=True)

    @property
    def history(self) -> list[str]:
        """Each prompt that was asked, as one text."""
        return self._history

    def enqueue(self, *replies: str | Exception) -> None:
        """Say what the next prompts are answered with; an exception is raised."""
        self._replies.extend(replies)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """The next reply, whole."""
        del formatted
        assert not kwargs
        self._history.append(prompt)
        assert self._replies, "the test forgot to enqueue a reply"
        reply = self._replies.popleft()
        if isinstance(reply, Exception):
            raise reply
        return CompletionResponse(text=reply)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """The next reply, word by word."""
        words = re.findall(r"\S*\s*", self.complete(prompt, formatted, **kwargs).text)
        return (CompletionResponse(text="", delta=word) for word in words)

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """The next reply to a conversation, word by word."""
        prompt = "\n".join(str(message.content) for message in messages)
        for part in self.stream_complete(prompt, **kwargs):
            yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT), delta=part.delta)


def embed_words(text: str, dimensions: int = 64) -> list[float]:
    """A vector made of the words of a text: texts that share words are near each other."""
    total = np.zeros(dimensions)
    for word in re.findall(r"\w+", text.lower()) or [text]:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest())
        total += np.random.default_rng(seed).standard_normal(dimensions)
    return [float(value) for value in total]


class FakeEmbedding(BaseEmbedding):
    """Somebody's own llama-index embedding, made of words; raises what it is told to."""

    model_name: str = "fake-embedding"
    _failure: Exception | None = PrivateAttr(default=None)
    _asked: list[str] = PrivateAttr(default_factory=list)

    @classmethod
    def class_name(cls) -> str:
        """The name that llama-index knows it by."""
        return "FakeEmbedding"

    @property
    def asked(self) -> list[str]:
        """Every text and question that was embedded."""
        return self._asked

    def fail_with(self, failure: Exception | None) -> None:
        """From now on raise this; None: work again."""
        self._failure = failure

    def _get_text_embedding(self, text: str) -> list[float]:
        if self._failure is not None:
            raise self._failure
        assert text.strip(), "an empty text was embedded"
        self._asked.append(text)
        return embed_words(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class FakeRetriever(BaseRetriever):
    """Somebody's own retriever that finds the nodes that it was told for each question, and no other question."""

    def __init__(self, found: dict[str, list[NodeWithScore] | Exception]) -> None:
        super().__init__()
        self._found = found

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        nodes = self._found[query_bundle.query_str]
        if isinstance(nodes, Exception):
            raise nodes
        return nodes


class FakeReader:
    """A reader that gives the statements that it was told once, or fails as it was told."""

    def __init__(self, name: str, *results: list[Statement] | ServiceError) -> None:
        self.name = name
        self._results = deque(results)
        self.asked: list[tuple[Question, list[Hit]]] = []

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The next result."""
        self.asked.append((question, list(hits)))
        result = self._results.popleft()
        if isinstance(result, ServiceError):
            raise result
        return Reading(result)


def make_passages(*texts: str, **about: Any) -> list[Passage]:
    """A passage that is the whole of an article of its own, for each text; the articles are called a1, a2, …"""
    return [
        Passage(Article(id=f"a{number}", text=text, **about), 0, 0, len(text))
        for number, text in enumerate(texts, start=1)
    ]


def make_hits(passages: Sequence[Passage]) -> list[Hit]:
    """Hits for passages, best first."""
    return [Hit(passage, 1.0 / rank) for rank, passage in enumerate(passages, start=1)]
