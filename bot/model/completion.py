"""Asking a model: one deadline for all tries, plain reasons for what fails, and the tokens that it took.

Tried again, after growing pauses, is what may pass (too many requests, a faulty or absent server), and only while
nothing of the reply has come. The pauses that a server asks for are kept, where the deadline allows.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from bot.answers import Usage
from bot.model.failures import ModelFailure, is_about_usage, judge_error
from bot.model.tokens import estimate_tokens
from config.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage, ChatResponse

_PAUSES = (0.5, 1.0, 2.0)  # seconds before the second try, the third, …
_LONGEST_REPLY = 16  # characters for each token that a reply may have; a model that does not stop is stopped


class Completion:
    """Has `llm` complete conversations, each within `timeout` seconds in all; safe to use from several threads."""

    def __init__(self, llm: LLM, timeout: float, pauses: Sequence[float] = _PAUSES) -> None:
        self.llm, self.timeout, self.pauses = llm, timeout, pauses
        # Only of this protocol is it known how to ask for the tokens; other models may tell them by themselves.
        kinds = {f"{kind.__module__}.{kind.__name__}" for kind in type(llm).__mro__}
        self.tells_usage = "llama_index.llms.openai.base.OpenAI" in kinds

    def stream(self, messages: Sequence[ChatMessage], *, deadline: float | None = None) -> Stream:
        """The reply as it comes; `deadline` (of `time.monotonic`) is that of a call before, which this one repeats."""
        return Stream(self, self.llm, messages, deadline or time.monotonic() + self.timeout)

    def complete(self, messages: Sequence[ChatMessage], *, max_tokens: int) -> tuple[str, Usage]:
        """A whole reply of at most so many tokens, and what it took. Raises `ModelFailure` for one that is cut off."""
        # A setting of the model wins over what a single call asks for.
        changes = {"max_tokens": max_tokens} if "max_tokens" in type(self.llm).model_fields else {}
        stream = Stream(self, self.llm.model_copy(update=changes), messages, time.monotonic() + self.timeout)
        text = "".join(stream).rpartition("</think>")[2].partition("<think>")[0].strip()
        if not text:
            raise stream.fail("empty", "its reply was empty")
        return text, stream.usage


@dataclass
class Stream:
    """One reply: its pieces when it is iterated over, once, and its `usage`, which grows with it.

    Iterating raises `ModelFailure`, also after pieces: what came before it stands.
    """

    completion: Completion
    llm: LLM
    messages: Sequence[ChatMessage]
    deadline: float
    usage: Usage = field(default_factory=Usage)
    _has_begun: bool = False

    def __iter__(self) -> Iterator[str]:
        pauses = iter(self.completion.pauses)
        while True:
            try:
                yield from self._try_once()
            except ModelFailure as failure:
                if self._has_begun:
                    raise
                if is_about_usage(failure) and self.completion.tells_usage:
                    self.completion.tells_usage = False  # tried again without that option
                    continue
                pause = next(pauses, None) if failure.may_pass else None
                if pause is not None and failure.pause is not None:
                    pause = failure.pause
                if pause is None or time.monotonic() + pause >= self.deadline:
                    raise
                time.sleep(pause)
            else:
                return

    def fail(self, kind: str, why: str) -> ModelFailure:
        """A failure of this model."""
        return ModelFailure(self.llm.metadata.model_name, kind, why)

    def _try_once(self) -> Iterator[str]:
        reply = _Reply(self.messages)
        before = self.usage
        arrived: Queue[ChatResponse | BaseException | None] = Queue()
        # The client's own time-out is per read: a model that drips would never be late. So a thread reads, and we wait.
        enough = Event()
        Thread(target=self._read, args=(arrived, enough), daemon=True).start()
        longest = _LONGEST_REPLY * (getattr(self.llm, "max_tokens", None) or 500)
        try:
            while len(reply.text) < longest:
                response = arrived.get(timeout=max(0.0, self.deadline - time.monotonic()))
                if isinstance(response, BaseException):
                    raise judge_error(response, self.llm.metadata.model_name) from response
                if response is None:
                    reply.check_end(self)
                    return
                piece = reply.take(response)
                self.usage = before + reply.usage
                if piece:
                    self._has_begun = True
                    yield piece
        except Empty:
            self.usage = before + reply.usage  # the model has worked on it
            raise self.fail("time", f"it took longer than {self.completion.timeout:g} s") from None
        finally:
            enough.set()
        raise self.fail("endless", "its reply did not end")

    def _read(self, arrived: Queue[ChatResponse | BaseException | None], enough: Event) -> None:
        options: dict[str, Any] = {}
        if self.completion.tells_usage:
            options["stream_options"] = {"include_usage": True}
        try:
            for response in self.llm.stream_chat(self.messages, **options):
                arrived.put(response)
                if enough.is_set():
                    break
            else:
                arrived.put(None)
                return
            # openai's streams refer to themselves: only the collector closes one that was not read to its end, and
            # until then the model would write on.
            gc.collect()
        except Exception as error:  # noqa: BLE001 - clients raise their own, httpx's and plain Python's errors alike
            arrived.put(error)


@dataclass
class _Reply:
    """What one try has brought so far."""

    messages: Sequence[ChatMessage]
    text: str = ""
    refusal: str = ""
    finish_reason: str = ""
    told: Usage | None = None

    def take(self, response: ChatResponse) -> str:
        """The piece of text in a response; beside it a server that speaks OpenAI's protocol tells how it goes."""
        for choice in getattr(response.raw, "choices", None) or ():
            self.finish_reason = getattr(choice, "finish_reason", None) or self.finish_reason
            self.refusal += getattr(getattr(choice, "delta", None), "refusal", None) or ""
        told = getattr(response.raw, "usage", None)
        if told is not None:
            self.told = Usage(told.prompt_tokens or 0, told.completion_tokens or 0, 1)
        self.text += response.delta or ""
        return response.delta or ""

    @property
    def usage(self) -> Usage:
        """What the server told, else an estimate."""
        if self.told is not None:
            return self.told
        prompt = sum(estimate_tokens(str(message.content)) for message in self.messages)
        return Usage(prompt, estimate_tokens(self.text), 1)

    def check_end(self, stream: Stream) -> None:
        """Raise if the reply has ended before its end."""
        if self.refusal:
            raise stream.fail("refusal", f"it refused: {' '.join(self.refusal.split())[:200]}")
        if self.finish_reason == "content_filter":
            raise stream.fail("refusal", "its reply was withheld by a content filter")
        if self.finish_reason == "length":
            raise stream.fail("cut", "its reply was cut off")


def make_llm(settings: Settings) -> LLM:
    """The model that the settings name, at OpenAI or any endpoint that speaks its protocol."""
    from llama_index.llms.openai_like import OpenAILike

    return OpenAILike(
        model=settings.model,
        api_base=endpoint_of(settings),
        api_key=settings.openai_api_key.get_secret_value() or "none",
        is_chat_model=True,
        temperature=0.0,
        max_tokens=settings.model_reply_tokens,
        timeout=settings.model_timeout,
        max_retries=0,
    )


def endpoint_of(settings: Settings) -> str:
    """The address of the model's server."""
    return settings.openai_base_url or "https://api.openai.com/v1"
