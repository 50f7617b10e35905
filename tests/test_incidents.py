"""What went wrong is logged under an id, and told to the admins: once, grouped, without any secret."""

from __future__ import annotations

import logging
import threading

import pytest

from bot.incidents import Incidents
from bot.texts import Text
from config.errors import ServiceError
from config.settings import Settings, load_settings
from tests.clock import Clock

NOW = 20_000 * 86_400.0 + 10 * 3600 + 2 * 60  # 10:02 UTC
TOKEN = "123456:" + "A" * 35


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock(NOW)


@pytest.fixture
def incidents(settings: Settings, clock: Clock) -> Incidents:
    """Nothing has gone wrong yet."""
    return Incidents(settings, clock)


def divide() -> ZeroDivisionError:
    """An error as it is caught, with its traceback."""
    try:
        return ZeroDivisionError(1 / 0)
    except ZeroDivisionError as error:
        return error


def test_nothing_went_wrong(incidents: Incidents) -> None:
    """Without incidents there is nothing to tell."""
    assert incidents.take_unsent() == []


def test_an_id_stands_in_the_log(incidents: Incidents, caplog: pytest.LogCaptureFixture) -> None:
    """Each incident has a short id of its own; what nobody foresaw is logged with its traceback, the rest in a line."""
    caplog.set_level(logging.DEBUG, "bot.incidents")
    first = incidents.note(divide(), "a message")
    second = incidents.note(ServiceError("the model failed", "try again"), "a message")
    third = incidents.note("no answer for 60 s", "polling")
    logged = [(record.levelname, record.getMessage(), record.exc_info is not None) for record in caplog.records]
    assert logged == [
        ("ERROR", f"{first}: a message failed: ZeroDivisionError: division by zero", True),
        ("ERROR", f"{second}: a message failed: the model failed: try again", False),
        ("DEBUG", f"{second}: how it came to that", True),
        ("ERROR", f"{third}: polling failed: no answer for 60 s", False),
    ]
    for number in (first, second, third):
        assert len(number) == 6
        assert not set(number) & set("0O1IL5S8B2Z")
    assert len({first, second, third}) == 3


def test_the_same_is_told_once_an_hour(incidents: Incidents, clock: Clock) -> None:
    """What is new is told at once, and what happens again as a count, at most once an hour."""
    number = incidents.note("no article “7” of 12 in http://x.org/1", "reading")
    (told,) = incidents.take_unsent()
    assert told == f"reading failed: no article “7” of 12 in http://x.org/1 (in the log under {number})"
    assert isinstance(told, Text)
    clock.now += 60
    for seconds in range(3):
        number = incidents.note(f"no article “{seconds}” of 4{seconds} in http://y.org/{seconds}", "reading")
    assert incidents.take_unsent() == []
    clock.now += 3539
    assert incidents.take_unsent() == []
    clock.now += 1
    assert incidents.take_unsent() == [
        "reading failed 3 times since 10:03 UTC: no article “2” of 42 in http://y.org/2"
        f" (the last one is in the log under {number})"
    ]
    clock.now += 4000
    assert incidents.take_unsent() == []
    number = incidents.note("no article “7” of 12 in http://x.org/1", "reading")
    assert incidents.take_unsent() == [
        f"reading failed: no article “7” of 12 in http://x.org/1 (in the log under {number})"
    ]


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        (ValueError("it's 5, don't"), ValueError("it's 77, don't"), True),
        (ValueError("file 'a b' is gone"), ValueError("file 'c' is gone"), True),
        (ValueError('key "a"'), ValueError('key "b c"'), True),
        (ValueError("object at 0x7f001 of a1b2-c3"), ValueError("object at 0x8 of d4"), True),
        (ValueError("no"), KeyError("no"), False),
        (ValueError("no"), ValueError("yes"), False),
        (ValueError(), ValueError(), True),
        (ValueError("no"), "ValueError: no", False),
    ],
)
def test_what_is_the_same(incidents: Incidents, one: Exception, other: Exception | str, are_same: bool) -> None:
    """Numbers, quoted parts and addresses make no difference; where it was, what kind it is, and the words do."""
    incidents.note(one, "a message")
    incidents.note(other, "a message")
    assert len(incidents.take_unsent()) == (1 if are_same else 2)
    incidents.note(one, "polling")
    assert len(incidents.take_unsent()) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://api.telegram.org/bot{TOKEN}/getMe failed",
        "key sesame-openai is wrong",
        "cannot reach postgresql://me:sesame@host/db",
        "login as me with sesame-state failed",
        "login as me with sesame state failed",
        "header Authorization: Bearer sesame-other was refused",
        "Bearer sesame-other was refused",
        "https://host/x?api_key=sesame-other&y=1",
        "{'token': 'sesame-other'}",
        "Incorrect API key provided: sk-sesame-0123456789abcdef.",
        "x" * 270 + f" {TOKEN} sesame-openai",
    ],
)
def test_no_secret_is_told(settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture, text: str) -> None:
    """Neither the admins nor the line in the log see a token, a key or a password of an address, nor half of one."""
    given = {
        "data": settings.data,
        "telegram_token": TOKEN,
        "openai_api_key": "sesame-openai",
        "state_url": "postgresql+psycopg://me:sesame%20state@host/db",
        "chroma_url": "http://me:sesame-state@host",
        "openai_base_url": "http://[broken",
    }
    incidents = Incidents(load_settings(given), clock)
    incidents.note(ValueError(text), "a message")
    (told,) = incidents.take_unsent()
    assert "***" in told
    for seen in (told, caplog.records[0].getMessage()):
        assert "sesame" not in seen
        assert "AAAA" not in seen


def test_a_flood_is_bounded(incidents: Incidents, clock: Clock) -> None:
    """Of a thousand kinds of errors the oldest are dropped, and twenty are told in an hour; the rest waits."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for number in range(1100):
        clock.now += 1
        words = "".join(letters[number // base % 26] for base in (1, 26, 676))
        incidents.note(words, "a message")
    told = incidents.take_unsent()
    assert len(told) == 20
    first = "".join(letters[100 // base % 26] for base in (1, 26, 676))
    assert told[0].startswith(f"a message failed: {first} ")
    assert incidents.take_unsent() == []
    clock.now += 3600
    assert len(incidents.take_unsent()) == 20


def test_many_threads(incidents: Incidents) -> None:
    """What eight threads note at once is counted whole."""

    def note() -> None:
        for number in range(50):
            incidents.note(f"error {number}", "a message")

    threads = [threading.Thread(target=note) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (told,) = incidents.take_unsent()
    assert told.startswith("a message failed 400 times since 10:02 UTC: error ")
