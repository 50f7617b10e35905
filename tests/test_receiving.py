"""How updates come in, in process: the watchdog of the polls, failures told once, and what a webhook refuses."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import telegram
from telegram.request import HTTPXRequest

from bot.telegram.receiving import Receiver, check_webhook
from config.errors import NewsbotError, UsageError
from config.settings import Settings, load_settings
from tests.telegram_api import TelegramApi
from tests.test_chroma_server import find_free_port

SECRET = "Abcdefghijklmnop_0123456789"  # noqa: S105 - made up
Accept = Callable[[telegram.Update], Awaitable[None]]


def settings_for(api: TelegramApi, folder: Path, **more: Any) -> Settings:
    """The settings of a bot of the server."""
    return load_settings({"data": folder / "data", "telegram_base_url": api.url, "telegram_token": api.token, **more})


@asynccontextmanager
async def receiving(settings: Settings, accept: Accept, stalled: float = 60.0) -> AsyncIterator[asyncio.Task[None]]:
    """A receiver that runs meanwhile."""
    connection = HTTPXRequest(2)
    bot = telegram.Bot(
        settings.telegram_token.get_secret_value(),
        f"{settings.telegram_base_url}/bot",
        get_updates_request=connection,
    )
    async with bot:
        task = asyncio.create_task(Receiver(settings, bot, connection, accept, stalled=stalled).run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so, which must come soon."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for is in another thread
            await asyncio.sleep(0.01)


def polls(api: TelegramApi) -> int:
    """How many polls there were."""
    return len([call for call in api.calls if call.method == "getUpdates"])


def test_a_poll_that_is_never_answered_is_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After some seconds of silence a new connection polls, and what waits comes in; the log says so in one line."""
    came: list[str] = []

    async def accept(update: telegram.Update) -> None:
        assert update.message is not None
        came.append(update.message.text or "")

    async def run(api: TelegramApi) -> None:
        api.fail_next("getUpdates", "hang", seconds=60)
        async with receiving(settings_for(api, tmp_path), accept, stalled=0.5):
            await until(lambda: polls(api) == 1)
            api.say("Hello")
            await until(lambda: came)
            await until(lambda: polls(api) >= 3)

    with TelegramApi() as api:
        asyncio.run(run(api))
    assert came == ["Hello"]
    assert next(record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING).startswith(
        "Telegram has answered no poll for"
    )


def test_what_could_not_be_kept_comes_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An update counts only once it is kept: where that fails it is polled once more, and none is passed over."""
    came: list[int] = []

    async def accept(update: telegram.Update) -> None:
        came.append(update.update_id)
        if len(came) == 2:
            raise OSError("no space left")

    async def run(api: TelegramApi) -> None:
        for _ in range(3):
            api.say("Hello")
        async with receiving(settings_for(api, tmp_path), accept):
            await until(lambda: len(came) >= 4)

    with TelegramApi() as api:
        asyncio.run(run(api))
        first, second, third = (update["update_id"] for update in api.updates)
        last = [call.params for call in api.calls if call.method == "getUpdates"][-1]
    assert came == [first, second, second, third]
    assert last["offset"] == third + 1
    assert "no updates come in: no space left" in caplog.text


@pytest.mark.parametrize("status", [502, 409, 401, 500, "drop before"])
def test_failures_are_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int | str) -> None:
    """Polls that fail again and again are one line without the token; then updates come in as ever."""
    came: list[int] = []

    async def accept(update: telegram.Update) -> None:
        came.append(update.update_id)

    async def run(api: TelegramApi) -> None:
        api.fail_next("getUpdates", status, times=2)
        api.say("Hello")
        async with receiving(settings_for(api, tmp_path), accept):
            await until(lambda: came)

    with TelegramApi() as api:
        asyncio.run(run(api))
        token = api.token
    told = [record for record in caplog.records if record.name == "bot.telegram.receiving"]
    assert len(told) == 1
    assert "\n" not in told[0].getMessage()
    assert told[0].exc_info is None
    assert token not in told[0].getMessage()


def test_a_webhook_that_was_set_before_is_ended(tmp_path: Path) -> None:
    """A bot that polls ends the webhook of another time first, however often that fails."""
    came: list[int] = []

    async def accept(update: telegram.Update) -> None:
        came.append(update.update_id)

    async def run(api: TelegramApi) -> None:
        api._delivery._webhook = {"url": "http://127.0.0.1:1/"}
        api.fail_next("deleteWebhook", 502)
        api.say("Hello")
        async with receiving(settings_for(api, tmp_path), accept):
            await until(lambda: came)

    with TelegramApi() as api:
        asyncio.run(run(api))


async def post(url: str, content: Any, secret: str | None = SECRET) -> int:
    """Post something; the status."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with httpx.AsyncClient() as client:
        return (await client.post(url, content=body, headers=headers)).status_code


def test_what_a_webhook_takes(tmp_path: Path) -> None:
    """Only who knows the secret is heard, and only updates are taken; what cannot be kept is to come again."""
    came: list[int] = []

    async def accept(update: telegram.Update) -> None:
        came.append(update.update_id)
        if update.update_id == 9:
            raise OSError("no space left")

    async def run(api: TelegramApi) -> None:
        port = find_free_port()
        url = f"http://127.0.0.1:{port}/hook"
        more = {"webhook_url": url, "webhook_listen": f"127.0.0.1:{port}", "webhook_secret": SECRET}
        async with receiving(settings_for(api, tmp_path, **more), accept):
            await until(lambda: any(call.method == "setWebhook" and call.status for call in api.calls))
            sent = [
                await post(url, {"update_id": 1}, secret=None),
                await post(url, {"update_id": 2}, secret=SECRET[:-1]),
                await post(url, b"{", secret=""),
                await post(f"{url}/other", {"update_id": 3}),
                await post(url, b"{"),
                await post(url, [1]),
                await post(url, {"no": "update"}),
                await post(url, {"update_id": 9}),
                await post(url, {"update_id": 10}),
            ]
        assert sent == [403, 403, 403, 404, 400, 400, 200, 503, 200]
        with pytest.raises(httpx.ConnectError):
            await post(url, {"update_id": 11})
        (call,) = [call for call in api.calls if call.method == "setWebhook"]
        assert call.params["secret_token"] == SECRET

    with TelegramApi() as api:
        asyncio.run(run(api))
        assert api.judgements == []
    assert came == [9, 10]


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Where something else listens on the port the error says so, and Telegram is told of no webhook."""

    async def accept(_: telegram.Update) -> None:
        raise AssertionError

    async def run(api: TelegramApi) -> None:
        port = api.url.rpartition(":")[2]
        more = {"webhook_url": "https://news.example/hook", "webhook_secret": SECRET}
        settings = settings_for(api, tmp_path, webhook_listen=f"127.0.0.1:{port}", **more)
        async with receiving(settings, accept) as task:
            await asyncio.wait([task])
            with pytest.raises(
                NewsbotError, match=r"cannot listen on 127\.0\.0\.1:\d+ \(.+\): set NEWSBOT_WEBHOOK_LIS"
            ):
                task.result()
        assert [call for call in api.calls if call.method == "setWebhook"] == []

    with TelegramApi() as api:
        asyncio.run(run(api))


@pytest.mark.parametrize(
    ("secret", "listen", "why"),
    [
        ("", "127.0.0.1:8080", "a webhook needs a secret"),
        ("short", "127.0.0.1:8080", "a webhook needs a secret"),
        ("with spaces in between", "127.0.0.1:8080", "a webhook needs a secret"),
        (SECRET, "127.0.0.1", "webhook_listen is wrong"),
        (SECRET, "127.0.0.1:0", "webhook_listen is wrong"),
        (SECRET, "127.0.0.1:70000", "webhook_listen is wrong"),
    ],
)
def test_wrong_settings(secret: str, listen: str, why: str) -> None:
    """A webhook without a good secret, or with a wrong port, is wrong use; without a webhook neither matters."""
    given = {"webhook_secret": secret, "webhook_listen": listen}
    with pytest.raises(UsageError, match=why):
        check_webhook(load_settings({**given, "webhook_url": "https://news.example/hook"}))
    check_webhook(load_settings(given))
