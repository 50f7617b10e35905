"""Logging to standard error, with every secret blotted out before a line is written."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

# Any Bot API token, also one that is not ours: digits (right after "bot" in an address), a colon, 30 or more letters.
_TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
_PASSWORD = re.compile(r"(?<=://)[^\s/@]+:[^\s/@]*(?=@)")


class ScrubbingFormatter(logging.Formatter):
    """Formats a record, traceback included, and replaces each secret by `***`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """One log entry without secrets."""
        return scrub(super().format(record), self._secrets)


def scrub(text: str, secrets: Iterable[str]) -> str:
    """`text` without the given secrets, and without what looks like a Bot API token or a password in an address."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return _PASSWORD.sub("***", _TOKEN.sub("***", text))


def start_logging(level: str, secrets: Iterable[str]) -> None:
    """Send the log to standard error at `level`; libraries that log addresses or chatter speak from warning on."""
    handler = logging.StreamHandler()
    handler.setFormatter(ScrubbingFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("httpx", "httpcore", "openai", "chromadb", "wordllama", "htmldate", "trafilatura", "llama_index"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
