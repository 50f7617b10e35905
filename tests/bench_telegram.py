"""Benchmarks of the real `newsbot serve`: how soon the first words are there, and whether memory grows in a soak."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from tests.bench_measure import Row, make_articles
from tests.served import TOKEN, serving
from tests.soak import QUESTIONS, make_index, soak
from tests.telegram_api import TelegramApi

_A_SECOND, _SECONDS = 20, 20
_ARTICLES = 3000  # made up, beside the samples
_SHOWN = ("sendMessage", "sendMessageDraft", "editMessageText")


def measure_telegram(folder: Path) -> list[Row]:
    """The time from an update to the first visible text at 20 questions a second, and the soak."""
    times = sorted(measure_first_text(folder))
    p50, p95 = statistics.median(times), times[int(0.95 * len(times))]
    done = soak(folder / "soak", 200, 2000)
    first, *_, last = done.memory_mb[1:]
    ended = f"{done.answered} of {done.asked}"
    faults = f"{sum(done.faults.values())} of {done.calls} calls failed"
    return [
        (
            "update to first visible text, p95 at 20 a second",
            f"{1000 * p95:.0f} ms",
            f"p50 {1000 * p50:.0f} ms",
            "",
            "< 300 ms",
        ),
        ("questions of 200 chats with exactly one final message", ended, faults, "", "2000"),
        (
            "memory after all 2,000 / after the first 500",
            f"{last:.0f} MB",
            f"{first:.0f} MB",
            f"{last / first:.2f}",
            "≤ 1.1",
        ),
    ]


def measure_first_text(folder: Path) -> list[float]:
    """Seconds from each question, of somebody else each time, to the first text in its chat."""
    settings = make_index(folder, str(make_articles(folder / "articles", _ARTICLES)))
    asked: dict[int, float] = {}
    with TelegramApi(TOKEN, judge=False, keep=50_000) as api, serving(settings.data, folder, api=api):
        for number in range(_A_SECOND):  # the first questions load what all others have
            api.say(QUESTIONS[number % len(QUESTIONS)], user_id=700_000 + number)
        api.wait_for(lambda api: all(api.messages(700_000 + number) for number in range(_A_SECOND)))
        began = time.monotonic()
        for number in range(_A_SECOND * _SECONDS):
            time.sleep(max(0.0, began + number / _A_SECOND - time.monotonic()))
            asked[710_000 + number] = time.monotonic()
            api.say(QUESTIONS[number % len(QUESTIONS)], user_id=710_000 + number)
        api.wait_for(lambda api: all(api.messages(user_id) for user_id in asked), timeout=60)
        shown: dict[int, float] = {}
        for call in api.calls:
            if call.method in _SHOWN and call.status == 200:
                shown.setdefault(call.params["chat_id"], call.at)
    return [shown[user_id] - moment for user_id, moment in asked.items()]
