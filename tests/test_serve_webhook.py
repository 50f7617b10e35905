"""The real `newsbot serve` behind a webhook: its secret, its port, and two replicas that share all their work."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.conversation.basics import HELP
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.bot_api.delivery import post
from tests.served import TOKEN, Served, serve_environment, serving
from tests.soak import QUESTIONS
from tests.telegram_api import BOT_USERNAME, SentMessage, TelegramApi
from tests.test_chroma_server import find_free_port, run_server

pytest_plugins = ["tests.postgres"]

SECRET = "Qrstuvwxyz_0123456789-abc"  # noqa: S105 - made up
CHATS, EACH = 12, 5
NOTED = 1.0  # seconds in which what Telegram took is noted, on a slow machine
LEASE = 30  # seconds after which the work of a replica that died is taken over


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[str]:
    """The address of a Chroma server of this test's own."""
    (tmp_path / "server").mkdir()
    with run_server(tmp_path / "server") as url:
        yield url


def hook(port: int) -> str:
    """The address of a replica's webhook."""
    return f"http://127.0.0.1:{port}/hook"


def flags(port: int) -> list[str]:
    """The flags of a replica that listens on a port."""
    return ["--webhook-url", hook(port), "--webhook-listen", f"127.0.0.1:{port}", "--poll-minutes", "0"]


def ask(api: TelegramApi, chat: int, question: str) -> None:
    """Ask in a private chat, or in a group, whose id is negative."""
    if chat < 0:
        api.say(f"@{BOT_USERNAME} {question}", user_id=-chat, chat_id=chat, chat_type="supergroup")
    else:
        api.say(question, user_id=chat)


def wait_until_it_listens(api: TelegramApi, replicas: int) -> None:
    """Wait until so many replicas have set their webhook, which they do once they listen."""
    api.wait_for(lambda api: len([c for c in api.calls if c.method == "setWebhook" and c.status]) >= replicas, 60)


def without_repeated(api: TelegramApi, messages: list[SentMessage], killed: float) -> tuple[list[str], int]:
    """The texts of messages, of two copies one where the first was sent right before a kill; and how many those are."""
    sent: dict[tuple[int, str], list[float]] = {}
    for call in api.calls:
        if call.method == "sendMessage" and call.error is None:
            sent.setdefault((call.params["chat_id"], call.params["text"]), []).append(call.at)
    shown: list[str] = []
    repeated = 0
    for message in messages:
        times = sent.get((message.chat_id, message.html), [])
        if shown and shown[-1] == message.text and any(0 <= killed - at < NOTED for at in times):
            repeated += 1
        else:
            shown.append(message.text)
    return shown, repeated


def run_to_its_end(api: TelegramApi, data: Path, *more: str, secret: str = "") -> subprocess.CompletedProcess[str]:
    """A bot that cannot begin: its status, and what it says."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "serve", *more],
        env={**serve_environment(api, data, TOKEN), "WEBHOOK_SECRET": secret},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_webhook_without_a_secret(sample_settings: Settings) -> None:
    """It is wrong use, told in one line before anything is called."""
    with TelegramApi(TOKEN) as api:
        done = run_to_its_end(api, sample_settings.data, *flags(find_free_port()))
        assert api.calls == []
    said = "newsbot: a webhook needs a secret: set WEBHOOK_SECRET to 16 letters and digits or more\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_a_port_that_is_taken(sample_settings: Settings, tmp_path: Path) -> None:
    """It is one line and status 3, and Telegram is told of no webhook."""
    shutil.copytree(sample_settings.data, tmp_path / "data")
    with TelegramApi(TOKEN) as api:
        port = int(api.url.rpartition(":")[2])
        done = run_to_its_end(api, tmp_path / "data", *flags(port), secret=SECRET)
        assert [call for call in api.calls if call.method == "setWebhook"] == []
    said = f"newsbot: cannot listen on 127.0.0.1:{port} (Address already in use): set NEWSBOT_WEBHOOK_LISTEN\n"
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == said


def test_only_telegram_is_heard(sample_settings: Settings, tmp_path: Path) -> None:
    """Who does not know the secret is sent away with 403 and gets no answer; Telegram does, each update once."""
    shutil.copytree(sample_settings.data, tmp_path / "data")
    port = find_free_port()
    level = ("--log-level", "debug")
    with serving(tmp_path / "data", tmp_path, *flags(port), *level, env={"WEBHOOK_SECRET": SECRET}) as bot:
        wait_until_it_listens(bot.api, 1)
        with bot.api.held() as updates:
            bot.api.say("/help", user_id=7)
        for wrong in ("", SECRET[:-1], SECRET.lower()):
            assert post(hook(port), updates[0], wrong) == "Wrong response from the webhook: 403 Forbidden"
        bot.api.say("/start", user_id=8)
        bot.api.wait_for(lambda api: api.messages(8))
        assert bot.api.messages(7) == []
        bot.api.deliver(updates[0])
        bot.api.deliver(updates[0])
        bot.api.wait_for(lambda api: api.messages(7))
        bot.api.say("/start", user_id=7)
        bot.api.wait_for(lambda api: len(api.messages(7)) == 2)
        assert bot.api.messages(7)[0].text.startswith(HELP)
    log = bot.log.read_text(encoding="utf-8")
    assert SECRET not in log
    assert TOKEN.split(":")[1] not in log
    assert bot.api.judgements == []


def test_two_replicas_of_which_one_is_killed(
    embedder: WordLlamaEmbedder, postgres_url: str, chroma: str, tmp_path: Path
) -> None:
    """Each update reaches both, and is answered once and in order, also when one is killed in the middle."""
    chats = [90_000 + number if number % 3 else -(90_000 + number) for number in range(CHATS)]
    asked = {
        chat: [QUESTIONS[(place + place_of) % len(QUESTIONS)] for place in range(EACH)]
        for place_of, chat in enumerate(chats)
    }
    ports = [find_free_port(), find_free_port()]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    killed = 0.0
    with ExitStack() as stack:
        api = stack.enter_context(TelegramApi(TOKEN))
        settings = load_settings({"data": tmp_path / "data", "chroma_url": chroma})
        SourceList(settings.data).add([samples_folder()])
        reindex(settings, embedder)
        shared = ["--chroma-url", chroma, "--state-url", postgres_url, "--conversation-minutes", "0"]
        environment = {"WEBHOOK_SECRET": SECRET, "NEWSBOT_QUESTIONS_PER_MINUTE": "0"}
        api.webhook_urls, api.webhook_copies = [hook(port) for port in ports], 2
        replicas: list[Served] = [
            stack.enter_context(
                serving(settings.data, tmp_path / name, *flags(port), *shared, env=environment, api=api)
            )
            for name, port in zip(("one", "two"), ports, strict=True)
        ]
        wait_until_it_listens(api, 2)
        for place in range(EACH):
            for chat in chats:
                ask(api, chat, asked[chat][place])
            if place == EACH // 2:
                api.wait_for(lambda api: sum(len(api.messages(chat)) for chat in chats) >= CHATS)
                os.kill(replicas[0].process.pid, signal.SIGKILL)
                killed = time.monotonic()
                api.webhook_urls = [hook(ports[1])]
        api.wait_for(lambda api: all(len(api.messages(chat)) >= EACH for chat in chats), LEASE + 20)
        time.sleep(1)
        expected = {}
        for number, question in enumerate(QUESTIONS):
            expected[question] = replicas[1].ask(question, number + 1)[0].text
        repeated = 0  # see test_serve_restart.test_killed_at_random_moments
        for chat in chats:
            shown, again = without_repeated(api, api.messages(chat), killed)
            repeated += again
            assert shown == [expected[question] for question in asked[chat]]
        assert repeated <= CHATS // 3
        assert api.judgements == []
