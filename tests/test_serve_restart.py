"""The real `newsbot serve` when it is stopped or killed in the middle: what was accepted is answered, and once."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.telegram.handling import _BROKEN
from config.settings import Settings
from tests.model_server import Json, ModelServer, Reply
from tests.served import TOKEN, serve_environment, serving
from tests.soak import QUESTIONS
from tests.telegram_api import BOT_USERNAME, SentMessage, TelegramApi
from tests.test_serve_staying_up import DEMANDED, SUEZ, SlowModel, copy_samples, model_flags

KILLS, CHATS = 20, 8
NOTED = 2.0  # seconds in which what is on its way arrives and is noted, on a slow machine


@pytest.fixture
def data(sample_settings: Settings, tmp_path: Path) -> Path:
    """A data directory of this test's own, with the samples."""
    return copy_samples(sample_settings, tmp_path)


@contextmanager
def running(
    api: TelegramApi, data: Path, folder: Path, *flags: str, key: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """A bot that may be killed at any moment, also before it listens."""
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve", *flags],
            env={**serve_environment(api, data, TOKEN), "OPENAI_API_KEY": key, "NEWSBOT_CONVERSATION_MINUTES": "0"},
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def ask(api: TelegramApi, chat: int, question: str) -> None:
    """Ask in a private chat, or in a group, whose id is negative."""
    if chat < 0:
        api.say(f"@{BOT_USERNAME} {question}", user_id=-chat, chat_id=chat, chat_type="supergroup")
    else:
        api.say(question, user_id=chat)


def test_killed_in_the_middle_of_an_answer(data: Path, tmp_path: Path) -> None:
    """What was begun, and what waits behind it, is answered after the restart; in a group by the message that grew."""
    user, group = 40_001, -40_002
    with ModelServer() as model, TelegramApi(TOKEN) as api:
        flags, slow = model_flags(model), SlowModel(model, "Turkey")
        with running(api, data, tmp_path, *flags, key=model.api_key) as process:
            for chat in (user, group):
                ask(api, chat, DEMANDED)
                ask(api, chat, SUEZ)
            api.wait_for(lambda api: api.messages(group) and api.drafts(user), timeout=40)
            (growing,) = api.messages(group)
            time.sleep(NOTED)
            process.kill()
        slow.let_go()
        with serving(data, tmp_path, *flags, key=model.api_key, api=api):
            api.wait_for(lambda api: all(len(api.messages(chat)) == 2 for chat in (user, group)))
            api.wait_for(lambda api: api.messages(group)[0].buttons())
            for chat in (user, group):
                first, second = api.messages(chat)
                assert first.text.startswith("Omer Celik")
                assert first.buttons()
                assert second.text.startswith("I found nothing")
            assert api.messages(group)[0].message_id == growing.message_id
    assert api.judgements == model.unexpected == []


def test_killed_at_random_moments(data: Path, tmp_path: Path) -> None:
    """However often the bot is killed, each question has exactly one final message, in its chat's order.

    A message that Telegram took, and that the bot could not note before it was killed, is found again by its id. That
    is not possible where the bot was killed before it knew of any new message: such a message comes twice; this allows
    it where neither the message nor that it was on its way is noted in the state database, and nowhere else. A question
    that was begun three times and never finished is answered by saying so, as it may be what ends the process; that is
    a final message too.
    """
    chance = random.Random(6)  # noqa: S311 - the same moments every time
    chats = [50_000 + number if number % 3 else -(50_000 + number) for number in range(CHATS)]
    asked: dict[int, list[str]] = {chat: [] for chat in chats}
    unnoted: set[int] = set()  # messages that a bot had sent when it was killed, and had not noted
    done = threading.Event()
    with TelegramApi(TOKEN) as api:

        def go_on_asking() -> None:
            moments = random.Random(7)  # noqa: S311
            while not done.wait(moments.uniform(0.0, 0.8)):
                chat = moments.choice(chats)
                if len(asked[chat]) - len(api.messages(chat)) < 6:
                    asked[chat].append(QUESTIONS[len(asked[chat]) % len(QUESTIONS)])
                    ask(api, chat, asked[chat][-1])

        asking = threading.Thread(target=go_on_asking)
        asking.start()
        try:
            for _ in range(KILLS):
                started = time.monotonic()
                with running(api, data, tmp_path, "--questions-per-minute", "0") as process:
                    api.wait_for(partial(_begins_to_answer, since=started), timeout=40)
                    time.sleep(chance.uniform(0.0, 1.5))
                    process.kill()
                    process.wait()
                time.sleep(NOTED)  # what was on its way arrives
                unnoted |= find_unnoted(api, chats, data)
        finally:
            done.set()
            asking.join()
        with serving(data, tmp_path, "--questions-per-minute", "0", api=api):
            api.wait_for(lambda api: all(len(api.messages(chat)) >= len(asked[chat]) for chat in chats), timeout=60)
            time.sleep(1)
            expected = {question: _answer_to(api, question) for question in QUESTIONS}
    repeated = given_up = 0
    for chat in chats:
        shown, again = without_repeated(api.messages(chat), unnoted)
        repeated += again
        given_up += shown.count(str(_BROKEN))
        wanted = [expected[question] for question in asked[chat]]
        assert [one if text != _BROKEN else text for one, text in zip(wanted, shown, strict=True)] == shown
    assert sum(map(len, asked.values())) > 2 * KILLS
    assert repeated <= KILLS // 2
    assert given_up <= KILLS // 3
    assert api.judgements == []


def _was_called(api: TelegramApi, method: str) -> bool:
    return any(call.method == method for call in api.calls)


def _begins_to_answer(api: TelegramApi, since: float) -> bool:
    return any(call.method in ("sendChatAction", "sendMessage") and call.at > since for call in api.calls)


def _answer_to(api: TelegramApi, question: str) -> str:
    """The answer to a question, asked once more by somebody else."""
    user = 60_000 + QUESTIONS.index(question)
    api.say(question, user_id=user)
    api.wait_for(lambda api: api.messages(user))
    return api.messages(user)[0].text


def find_unnoted(api: TelegramApi, chats: list[int], data: Path) -> set[int]:
    """The messages that were sent, of which the state database of a bot that was killed does not know."""
    with closing(sqlite3.connect(data / "state.db")) as database:
        rows = database.execute("SELECT chat_id, sent FROM inbox").fetchall()
    noted = {(chat, number) for chat, ids in rows for number in ids.split(",") if number}
    marked = {chat for chat, ids in rows if re.search(r"-\d+,$", ids)}
    sent = [message for chat in chats if chat not in marked for message in api.messages(chat)]
    return {m.message_id for m in sent if (m.chat_id, str(m.message_id)) not in noted}


def without_repeated(messages: list[SentMessage], unnoted: set[int]) -> tuple[list[str], int]:
    """The texts of messages, of two copies one where the first was not noted before a kill; and how many those are."""
    shown: list[str] = []
    repeated, last = 0, 0
    for message in messages:
        if shown and shown[-1] == message.text and last in unnoted:
            repeated += 1
        else:
            shown.append(message.text)
        last = message.message_id
    return shown, repeated


def test_a_question_that_ends_the_process_each_time(data: Path, tmp_path: Path) -> None:
    """A question at which the bot dies is tried three times; then it is said so, and the chat goes on."""
    user = 70_001
    running_now: list[subprocess.Popen[bytes]] = []
    with ModelServer() as model, TelegramApi(TOKEN) as api:

        def kill(body: Json) -> Reply:
            if "Turkey" in body["messages"][-1]["content"].splitlines()[-1]:
                os.kill(running_now[-1].pid, signal.SIGKILL)
            return Reply("NO ANSWER")

        model.always(kill)
        ask(api, user, DEMANDED)
        ask(api, user, SUEZ)
        for _ in range(3):
            with running(api, data, tmp_path, *model_flags(model), key=model.api_key) as process:
                running_now.append(process)
                assert process.wait(timeout=40) == -signal.SIGKILL
        with serving(data, tmp_path, *model_flags(model), key=model.api_key, api=api) as bot:
            api.wait_for(lambda api: len(api.messages(user)) == 2)
            texts = [message.text for message in api.messages(user)]
            assert texts[0] == _BROKEN
            assert texts[1].startswith("I found nothing")
        assert "was tried 3 times and never finished" in bot.log.read_text(encoding="utf-8")
        assert len([request for request in model.requests if request.streamed]) == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_what_was_begun(data: Path, tmp_path: Path, number: signal.Signals) -> None:
    """What is under way arrives, however often the signal comes; what waits is answered after the next start."""
    user = 80_001
    with ModelServer() as model, TelegramApi(TOKEN) as api:
        slow = SlowModel(model, "Turkey")
        with running(api, data, tmp_path, *model_flags(model), key=model.api_key) as process:
            ask(api, user, DEMANDED)
            ask(api, user, SUEZ)
            slow.wait_for(1)
            api.wait_for(lambda api: len([update for update in api.updates if "message" in update]) == 2)
            time.sleep(0.5)
            process.send_signal(number)
            time.sleep(0.5)
            process.send_signal(number)
            assert process.poll() is None
            slow.let_go()
            assert process.wait(timeout=30) == 0
        assert [message.text[:10] for message in api.messages(user)] == ["Omer Celik"]
        with serving(data, tmp_path, *model_flags(model), key=model.api_key, api=api) as bot:
            api.wait_for(lambda api: len(api.messages(user)) == 2)
        assert api.messages(user)[1].text.startswith("I found nothing")
        assert bot.log.read_text(encoding="utf-8") == ""
    assert api.judgements == model.unexpected == []


def test_a_signal_while_telegram_is_away(data: Path, tmp_path: Path) -> None:
    """A bot that waits for Telegram ends at once, at its start and while it listens."""
    for method in ("getMe", "deleteWebhook", "getUpdates"):
        with TelegramApi(TOKEN) as api, running(api, data, tmp_path) as process:
            api.fail_next(method, 502, times=100)
            api.wait_for(partial(_was_called, method=method), timeout=40)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
    assert "Traceback" not in (tmp_path / "serve.log").read_text(encoding="utf-8")
