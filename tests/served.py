"""A real `newsbot serve`, as a process of its own, against the Bot API server of the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import GUARD
from tests.telegram_api import SentMessage, TelegramApi

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"  # noqa: S105 - made up
_LISTENS = ("getUpdates", "setWebhook")


@dataclass
class Served:
    """A running bot; `log` holds what it wrote to standard output and standard error."""

    api: TelegramApi
    process: subprocess.Popen[bytes]
    log: Path

    def ask(self, text: str, user_id: int, *, messages: int = 1) -> list[SentMessage]:
        """Say something in a private chat, and wait for this many messages more; gives the messages that came."""
        before = len(self.api.messages(user_id))
        self.api.say(text, user_id=user_id)
        self.api.wait_for(lambda api: len(api.messages(user_id)) >= before + messages)
        return self.api.messages(user_id)[before:]

    def edit(self, text: str, user_id: int) -> None:
        """Let a user edit a message of long ago: the update comes even where the bot asked for none of its kind."""
        user = {"id": user_id, "is_bot": False, "first_name": "Somebody"}
        chat = {"id": user_id, "type": "private", "first_name": "Somebody"}
        message = {"message_id": 1, "from": user, "chat": chat, "date": 1, "text": text, "edit_date": 2}
        self.api.tell("edited_message", message)

    def kill(self) -> None:
        """End the bot with SIGKILL, in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()


def serve_environment(api: TelegramApi, data: Path, token: str) -> dict[str, str]:
    """The environment of a `newsbot serve` that talks to `api` and nobody else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSBOT_", "OPENAI_"))}
    ours = {"NEWSBOT_DATA": str(data), "NEWSBOT_TELEGRAM_BASE_URL": api.url, "TELEGRAM_TOKEN": token}
    return {**kept, **ours, "PYTHONPATH": str(GUARD), "PYTHONWARNINGS": "default"}


@contextmanager
def serving(
    data: Path,
    folder: Path,
    *flags: str,
    failing: str = "",
    key: str = "",
    env: Mapping[str, str] | None = None,
    api: TelegramApi | None = None,
) -> Iterator[Served]:
    """Serve from a data directory; at the end SIGTERM must end it with status 0, unless it was killed.

    `failing` fails once. With the `api` of a bot that has ended this one takes its place; what it writes is added to
    the log.
    """
    log = folder / "serve.log"
    with TelegramApi(TOKEN) if api is None else nullcontext(api) as server, log.open("ab") as output:
        if failing:
            server.fail_next(failing, 502)
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve", *flags],
            env={**serve_environment(server, data, TOKEN), "OPENAI_API_KEY": key, **(env or {})},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            server.wait_for(lambda api: _listens(api, process, log, started), timeout=60)
            yield Served(server, process, log)
            if process.poll() != -signal.SIGKILL:
                process.send_signal(signal.SIGTERM)
                assert process.wait(timeout=60) == 0
        finally:
            process.kill()
            process.wait()


def _listens(api: TelegramApi, process: subprocess.Popen[bytes], log: Path, started: float) -> bool:
    """Whether the bot that was started then has asked for updates; a bot that has ended fails at once."""
    assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
    return any(call.method in _LISTENS and call.at >= started for call in api.calls)
