"""A strict fake of an OpenAI-compatible server, over real HTTP on loopback, that answers what the test scripts."""

import base64
import functools
import hashlib
import json
import math
import re
import socket
import struct
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, TypeAlias

Json: TypeAlias = dict[str, Any]
CHAT, EMBEDDINGS, MODELS = "POST /v1/chat/completions", "POST /v1/embeddings", "GET /v1/models"
DIMENSIONS, MAX_INPUTS, DELTA_CHARS, CREATED = 64, 2048, 4, 1_700_000_000
# The documented parameters by their JSON types; null is let through for all but the required ones.
_CHAT_TYPES: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("model prompt_cache_key prompt_cache_retention reasoning_effort safety_identifier service_tier user", (str,)),
    ("verbosity", (str,)),
    ("messages functions modalities tools", (list,)),
    ("audio logit_bias metadata moderation prediction prompt_cache_options response_format stream_options", (dict,)),
    ("web_search_options", (dict,)),
    ("frequency_penalty presence_penalty temperature top_p", (int, float)),
    ("max_completion_tokens max_tokens n seed top_logprobs", (int,)),
    ("logprobs parallel_tool_calls store stream", (bool,)),
    ("function_call tool_choice", (str, dict)),
    ("stop", (str, list)),
)
CHAT_PARAMETERS = {name: types for names, types in _CHAT_TYPES for name in names.split()}
_STR, _INT = (str,), (int,)
EMBEDDING_PARAMETERS = {"model": _STR, "input": (str, list), "encoding_format": _STR, "dimensions": _INT, "user": _STR}


@dataclass(frozen=True)
class ModelRequest:
    """One request as it came in, refused ones too; `body` is empty where it was no JSON object."""

    path: str
    body: Json
    streamed: bool


@dataclass(frozen=True)
class Reply:
    """What the server does with one request; a status from 400 up is answered in OpenAI's error format."""

    text: str = ""  # of the answer; with an error status: the error's message, if not empty
    status: int = 200
    error_code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # added to the answer's own, or replacing them
    delay_s: float = 0.0  # before the first byte
    chunk_delay_s: float = 0.0  # between text deltas
    cut_after: int | None = None  # cut the stream after so many text deltas; an answer in one body is cut half-way
    finish_reason: str = "stop"
    raw_body: bytes | None = None  # sent exactly so, as application/json unless `headers` say otherwise
    refusal: str = ""  # streamed beside the text
    steps: tuple[str | threading.Event, ...] = ()  # streamed in place of `text`; an event is waited for
    tells_usage: bool = True  # when it is asked to
    stall: bool = False  # headers, then nothing until the client goes away or the server closes

    @property
    def written(self) -> str:
        """The whole text of the answer."""
        return "".join(step for step in self.steps if isinstance(step, str)) + self.text


class _RefusedError(Exception):
    """A request that breaks the API's rules: message, param, code and status of the error that says so."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.status, self.payload = status, _error(message, status, param, code)


def _error(message: str, status: int, param: str | None, code: str | None) -> bytes:
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        kind = "insufficient_quota" if code == "insufficient_quota" else "requests"
    return json.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}}).encode()


def _check_parameters(body: Json, table: Mapping[str, tuple[type, ...]], *required: str) -> None:
    for name, value in body.items():
        if name not in table:
            raise _RefusedError(f"Unrecognized request argument supplied: {name}")
        if value is not None and type(value) not in table[name]:
            raise _RefusedError(f"Invalid type for '{name}': got {type(value).__name__}.", name, "invalid_type")
    for name in required:
        if not body.get(name):
            raise _RefusedError(f"Missing or empty required parameter: '{name}'.", name, "missing_required_parameter")


def _check_chat(body: Json) -> None:
    _check_parameters(body, CHAT_PARAMETERS, "model", "messages")
    for index, message in enumerate(body["messages"]):
        role, content = (message.get("role"), message.get("content")) if isinstance(message, dict) else (None, None)
        if role not in ("system", "developer", "user", "assistant", "tool"):
            raise _RefusedError(f"Invalid value: {role!r}.", f"messages[{index}].role", "invalid_value")
        parts = content if isinstance(content, list) else []
        if not isinstance(content, str) and not (parts and all(isinstance(p, dict) and "type" in p for p in parts)):
            problem = "Invalid content: expected a string or a non-empty array of content parts."
            raise _RefusedError(problem, f"messages[{index}].content", "invalid_type")
    if body.get("stream_options") is not None and not body.get("stream"):
        raise _RefusedError("'stream_options' is only allowed when 'stream' is enabled.", "stream_options")


def _check_embeddings(body: Json) -> None:
    _check_parameters(body, EMBEDDING_PARAMETERS, "model", "input")
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    if len(texts) > MAX_INPUTS or not all(isinstance(text, str) and text for text in texts):
        raise _RefusedError(f"'$.input' is invalid: 1 to {MAX_INPUTS} non-empty strings are expected.", "input")
    if body.get("encoding_format") not in (None, "float", "base64"):
        raise _RefusedError("Invalid 'encoding_format': 'float' or 'base64' is expected.", "encoding_format")
    if body.get("dimensions") is not None and body["dimensions"] < 1:
        raise _RefusedError("Invalid 'dimensions': integer below minimum value.", "dimensions")


@functools.lru_cache(maxsize=50_000)
def _word_vector(word: str, dimensions: int) -> tuple[int, ...]:
    digest = int.from_bytes(hashlib.shake_128(word.encode()).digest((dimensions + 7) // 8))
    return tuple(1 if digest >> bit & 1 else -1 for bit in range(dimensions))


def embed(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """The unit vector of a text: the sum of its words' hashed +1/-1 vectors, so that texts sharing words are near."""
    words = re.findall(r"\w+", text.lower()) or [text]
    total = [sum(column) for column in zip(*(_word_vector(word, dimensions) for word in words), strict=True)]
    norm = math.hypot(*total)
    return [value / norm for value in total] if norm else [1.0] + [0.0] * (dimensions - 1)


def _embeddings(body: Json) -> Json:
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    vectors: list[Any] = [embed(text, body.get("dimensions") or DIMENSIONS) for text in texts]
    if body.get("encoding_format") == "base64":
        vectors = [base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode() for vector in vectors]
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    words = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": words, "total_tokens": words}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


def _chat_usage(body: Json, reply: Reply) -> Json:
    contents = [message["content"] for message in body["messages"]]
    texts = [c if isinstance(c, str) else " ".join(str(part.get("text", "")) for part in c) for c in contents]
    prompt, completion = sum(len(text.split()) for text in texts), len(reply.written.split())
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that closing ends them all and can join their threads."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, owner: "ModelServer") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.owner = owner
        self.connections: set[Any] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # the client went away, or the server is closing
            self.owner.unexpected.append(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        route = f"{self.command} {self.path.partition('?')[0]}"
        try:
            body, reply = self.server.owner.accept(route, self.headers.get("Authorization"), raw)
        except _RefusedError as refused:
            self._send(Reply(status=refused.status), refused.payload)
            return
        self._wait(reply.delay_s)
        if reply.stall:
            self._start(reply, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
            self.connection.recv(1)  # empty when the client hangs up or the server closes the connection
            self.close_connection = True
        elif reply.raw_body is None and reply.status < HTTPStatus.BAD_REQUEST and route == CHAT and body.get("stream"):
            self._stream(reply, body)
        else:
            self._send(reply, self._payload(route, body, reply))

    do_GET = do_POST = _answer

    def _payload(self, route: str, body: Json, reply: Reply) -> bytes:
        if reply.raw_body is not None:
            return reply.raw_body
        if reply.status >= HTTPStatus.BAD_REQUEST:
            message = reply.text or f"Scripted by the test: {reply.error_code or reply.status}."
            param = "messages" if reply.error_code == "context_length_exceeded" else None
            return _error(message, reply.status, param, reply.error_code)
        if route == EMBEDDINGS:
            return json.dumps(_embeddings(body)).encode()
        if route == MODELS:
            model = {"id": "test-model", "object": "model", "created": CREATED, "owned_by": "test"}
            return json.dumps({"object": "list", "data": [model]}).encode()
        answer = {"role": "assistant", "content": reply.text, "refusal": None}
        choice = {"index": 0, "message": answer, "logprobs": None, "finish_reason": reply.finish_reason}
        head = {"id": "chatcmpl-test", "object": "chat.completion", "created": CREATED, "model": body["model"]}
        return json.dumps({**head, "choices": [choice], "usage": _chat_usage(body, reply)}).encode()

    def _wait(self, seconds: float) -> None:
        if seconds and self.server.owner.closing.wait(seconds):
            raise ConnectionAbortedError("the server is closing")

    def _wait_for(self, step: threading.Event) -> None:
        while not step.wait(0.01):
            if self.server.owner.closing.is_set():
                raise ConnectionAbortedError("the server is closing")

    def _start(self, reply: Reply, headers: Mapping[str, str]) -> None:
        self.send_response(reply.status)
        # Clients in llama-index cannot be closed: a connection that they kept would be left to the garbage collector.
        for name, value in {**headers, "Connection": "close", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, reply: Reply, payload: bytes) -> None:
        self._start(reply, {"Content-Type": "application/json", "Content-Length": str(len(payload))})
        self.close_connection = self.close_connection or reply.cut_after is not None
        self.wfile.write(payload if reply.cut_after is None else payload[: len(payload) // 2])

    def _stream(self, reply: Reply, body: Json) -> None:
        self._start(reply, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
        with_usage = bool((body.get("stream_options") or {}).get("include_usage")) and reply.tells_usage
        head = {"id": "chatcmpl-test", "object": "chat.completion.chunk", "created": CREATED, "model": body["model"]}

        def event(delta: Json, finish_reason: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
            self._event(json.dumps({**head, "choices": [choice], **({"usage": None} if with_usage else {})}))

        event({"role": "assistant", "content": ""})
        if reply.refusal:
            event({"refusal": reply.refusal})
        for step in reply.steps:
            if isinstance(step, str):
                event({"content": step})
            else:
                self._wait_for(step)
        deltas = [reply.text[start : start + DELTA_CHARS] for start in range(0, len(reply.text), DELTA_CHARS)]
        for index, delta in enumerate(deltas[: reply.cut_after]):
            self._wait(reply.chunk_delay_s if index else 0)
            event({"content": delta})
        if reply.cut_after is not None:
            self.close_connection = True
            return
        event({}, reply.finish_reason)
        if with_usage:
            self._event(json.dumps({**head, "choices": [], "usage": _chat_usage(body, reply)}))
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, data: str) -> None:
        line = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))


class ModelServer:
    """`with ModelServer() as server:` serves on 127.0.0.1 at a free port; `server.url` ends in /v1.

    `unexpected` collects what the test did not plan for: chat requests without a reply, errors inside the server.
    """

    url: str

    def __init__(self) -> None:
        self.api_key = "sk-test-key"
        self.refused_parameters: set[str] = set()  # of chat requests, as an older server does not know them
        self.requests: list[ModelRequest] = []
        self.unexpected: list[str] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._replies: deque[Reply] = deque()
        self._embedding_failures: deque[Reply] = deque()
        self._always: Reply | Callable[[Json], Reply] | None = None

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self.closing.set()
        self._server.shutdown()
        for connection in list(self._server.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()

    def enqueue(self, *replies: Reply) -> None:
        """Script the answers to the next chat requests, in order; refused requests use none up."""
        self._replies.extend(replies)

    def enqueue_embedding_failures(self, *replies: Reply) -> None:
        """Script the next embedding requests; a reply that is no failure (a mere delay) is followed by the vectors."""
        self._embedding_failures.extend(replies)

    def forget_embedding_failures(self) -> None:
        """Answer embedding requests with vectors again, whatever was scripted."""
        self._embedding_failures.clear()

    def always(self, reply: Reply | Callable[[Json], Reply]) -> None:
        """Answer chat requests so when the queue is empty; a callable gets the request's body."""
        self._always = reply

    def wait_for_hang_up(self, timeout: float = 20.0) -> None:
        """Wait until a request has come and no client is connected any more; raises TimeoutError when one stays."""
        deadline = time.monotonic() + timeout
        while self._server.connections or not self.requests:
            if time.monotonic() > deadline:
                raise TimeoutError(f"a client is still connected after {timeout} s")
            time.sleep(0.01)

    def accept(self, route: str, authorization: str | None, raw: bytes) -> tuple[Json, Reply]:
        """Record and check one request (the handler calls this), and choose the reply to it."""
        parsed: Any = None
        with suppress(ValueError):
            parsed = json.loads(raw or b"{}")
        body: Json = parsed if isinstance(parsed, dict) else {}
        with self._lock:
            self.requests.append(ModelRequest(route.partition(" ")[2], body, body.get("stream") is True))
            if authorization != f"Bearer {self.api_key}":
                raise _RefusedError("Incorrect API key provided.", code="invalid_api_key", status=401)
            if route not in (CHAT, EMBEDDINGS, MODELS):
                raise _RefusedError(f"Invalid URL ({route})", code="unknown_url", status=404)
            if parsed is not body:
                raise _RefusedError("We could not parse the JSON body of your request.")
            if route == EMBEDDINGS:
                _check_embeddings(body)
                return body, self._embedding_failures.popleft() if self._embedding_failures else Reply()
            if route == MODELS:
                return body, Reply()
            _check_chat(body)
            if refused := sorted(self.refused_parameters & body.keys()):
                raise _RefusedError(f"Unrecognized request argument supplied: {refused[0]}")
            scripted = self._replies.popleft() if self._replies else self._always
        return body, self._resolve(scripted, body)

    def _resolve(self, scripted: Reply | Callable[[Json], Reply] | None, body: Json) -> Reply:
        try:
            if scripted is not None:
                return scripted if isinstance(scripted, Reply) else scripted(body)
            problem = "The test forgot to enqueue a reply for a chat request."
        except Exception as error:  # the test's own callable: say so, rather than hang up on the client
            problem = f"The test's always() callable failed: {error!r}"
        self.unexpected.append(problem)
        return Reply(problem, status=500, headers={"x-should-retry": "false"})  # the openai client obeys this header
