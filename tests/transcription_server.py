"""A strict fake of an endpoint that writes spoken words down, over real HTTP on loopback."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

KEY = "sk-test-voice"


@dataclass(frozen=True)
class Recording:
    """A request: the fields of its form, and the file."""

    fields: dict[str, str]
    sound: bytes


class TranscriptionServer:
    """`with TranscriptionServer() as server:`; it answers with `words`, or with an error of `status`."""

    def __init__(self) -> None:
        self.words, self.status = "", 200
        self.requests: list[Recording] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Keep the tests' output clean."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = owner.answer(self.path, self.headers.get("Authorization", ""), self.headers, body)
                payload = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, key: str, headers: object, body: bytes) -> tuple[int, dict[str, object]]:
        """The answer to one request, which is kept."""
        kind = headers["Content-Type"]  # type: ignore[index]
        form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        parts = {str(part.get_param("name", header="content-disposition")): part for part in form.walk()}
        sound = parts["file"].get_payload(decode=True)
        assert isinstance(sound, bytes)
        fields = {name: str(part.get_payload()) for name, part in parts.items() if name not in ("file", "None")}
        self.requests.append(Recording(fields, sound))
        if (path, key) != ("/v1/audio/transcriptions", f"Bearer {KEY}"):
            return 401, {"error": {"message": f"Incorrect API key provided: {key}"}}
        if self.status != 200:
            return self.status, {"error": {"message": f"it failed with {key}"}}
        return 200, {"text": self.words}
