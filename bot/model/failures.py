"""What a model's server did wrong, in plain words, with what to do about it and whether it may pass."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from config.errors import ServiceError, first_line
from config.patterns import compile_later

_DOCTOR = "`newsbot doctor` tells what is wrong with it"
_REMEDIES = {
    "key": "check OPENAI_API_KEY, and that it is a key of this server",
    "model": "check NEWSBOT_MODEL, and that NEWSBOT_OPENAI_BASE_URL ends as the server's manual says (mostly in /v1)",
    "unreachable": "start the server, or check NEWSBOT_OPENAI_BASE_URL and the network",
    "time": "raise NEWSBOT_MODEL_TIMEOUT, or take a smaller model or a faster server",
    "limit": "wait, or ask the provider for a higher limit",
    "quota": "pay for more at the provider, or set another OPENAI_API_KEY",
    "server": "look into the server's log, and try again",
    "length": "give the server a larger context, or lower NEWSBOT_MODEL_PROMPT_TOKENS",
    "cut": "raise NEWSBOT_MODEL_REPLY_TOKENS: a model that thinks first needs more of them",
    "empty": "raise NEWSBOT_MODEL_REPLY_TOKENS, or take another model",
}
_TOO_LONG = compile_later(
    r"context.?(?:length|size|window)|max\w* context|exceeds? the (?:available )?context|prompt (?:is )?too long",
    re.IGNORECASE,
)
_USAGE_OPTION = compile_later("stream_options|include_usage")
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_REFUSED: dict[int, tuple[str, str]] = {
    HTTPStatus.UNAUTHORIZED: ("key", "its key is refused"),
    HTTPStatus.FORBIDDEN: ("key", "its key is refused"),
    HTTPStatus.NOT_FOUND: ("model", "its server knows no such model or address"),
}


class ModelFailure(ServiceError):
    """A model that did not do its work: what `kind` of failure (a key of the remedies, or another), and `why`.

    `may_pass`: it may be gone at the next try, at the earliest after `pause` seconds where the server said so.
    """

    def __init__(self, model: str, kind: str, why: str, *, may_pass: bool = False, pause: float | None = None) -> None:
        super().__init__(f"the model {model} failed ({why})", _DOCTOR)
        self.kind, self.why, self.may_pass, self.pause = kind, why, may_pass, pause

    @property
    def cure(self) -> str:
        """What to do about this kind of failure."""
        return _REMEDIES.get(self.kind, "try again, and take another model if it stays so")


def judge_error(error: BaseException, model: str) -> ModelFailure:
    """The failure that an exception of a model's client stands for."""
    import httpx
    import openai

    said = _message_of(error)
    status = getattr(error, "status_code", None) or _status_in(getattr(error, "body", None))
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return ModelFailure(model, "time", "it did not answer in time", may_pass=True)
    if isinstance(error, openai.APIConnectionError | httpx.TransportError | ConnectionError):
        return ModelFailure(model, "unreachable", f"no connection: {_cause_of(error)}", may_pass=True)
    return _judge_status(error, status if isinstance(status, int) else 0, said, model)


def _judge_status(error: BaseException, status: int, said: str, model: str) -> ModelFailure:
    """The failure that a server's status and words stand for; 0 is an error without a status."""
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    is_busy = status == HTTPStatus.TOO_MANY_REQUESTS
    why = f"its server answers {status}: {said}" if status else said
    if is_busy and "insufficient_quota" in f"{getattr(error, 'code', '')} {said}":
        return ModelFailure(model, "quota", "the quota of its key is used up")
    if not is_busy and _TOO_LONG.search(f"{getattr(error, 'code', '')} {said}"):  # some servers say so with 500
        return ModelFailure(model, "length", why)
    if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        may_pass = headers.get("x-should-retry") != "false"
        kind, why = ("limit", "too many requests") if is_busy else ("server", why)
        return ModelFailure(model, kind, why, may_pass=may_pass, pause=_pause_of(headers))
    kind, head = _REFUSED.get(status, ("other", f"its server answers {status}" if status else ""))
    return ModelFailure(model, kind, f"{head}: {said}" if head else said)


def is_about_usage(failure: ModelFailure) -> bool:
    """Whether a server refuses to be asked for the tokens that a reply took."""
    return failure.kind == "other" and _USAGE_OPTION.search(failure.why) is not None


def _message_of(error: BaseException) -> str:
    """What a server says in its error, without what the client wraps around it."""
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, Mapping) else None
    return first_line(ValueError(message)) if isinstance(message, str) and message.strip() else first_line(error)


def _status_in(body: object) -> object:
    """The status of an error that came in the midst of a stream, where the server gives one."""
    return body.get("code") if isinstance(body, Mapping) else None


def _cause_of(error: BaseException) -> str:
    """Why there is no connection; openai's own error only says that there is none."""
    return first_line(error.__cause__ or error)


def _pause_of(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait: in milliseconds, in seconds or until a moment."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return float(value) / unit
        if value:
            try:
                return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
            except ValueError:
                continue
    return None
