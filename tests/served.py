"""A real `newsbot serve`, as a process of its own, against the Bot API server of the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import GUARD
from tests.telegram_api import SentMessage, TelegramApi

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"  # noqa: S105 - made up


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
        """Let a user edit a message: an update of another kind, that a server may still have waiting."""
        user = {"id": user_id, "is_bot": False, "first_name": "Somebody"}
        message = {"message_id": 1, "from": user, "chat": {"id": user_id, "type": "private"}, "date": 1, "text": text}
        with self.api._changed:
            self.api._last_update_id += 1
            update = {"update_id": self.api._last_update_id, "edited_message": {**message, "edit_date": 2}}
            self.api._updates.append(update)
            self.api._changed.notify_all()


def serve_environment(api: TelegramApi, data: Path, token: str) -> dict[str, str]:
    """The environment of a `newsbot serve` that talks to `api` and nobody else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSBOT_", "OPENAI_"))}
    ours = {"NEWSBOT_DATA": str(data), "NEWSBOT_TELEGRAM_BASE_URL": api.url, "TELEGRAM_TOKEN": token}
    return {**kept, **ours, "PYTHONPATH": str(GUARD), "PYTHONWARNINGS": "default"}


@contextmanager
def serving(data: Path, folder: Path, *flags: str, failing: str = "", key: str = "") -> Iterator[Served]:
    """Serve from a data directory; at the end SIGTERM must end it with status 0. `failing` fails once."""
    log = folder / "serve.log"
    with TelegramApi(TOKEN) as api, log.open("wb") as output:
        if failing:
            api.fail_next(failing, 502)
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve", *flags],
            env={**serve_environment(api, data, TOKEN), "OPENAI_API_KEY": key},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            api.wait_for(lambda api: any(call.method == "getUpdates" for call in api.calls), timeout=60)
            yield Served(api, process, log)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
            process.wait()
