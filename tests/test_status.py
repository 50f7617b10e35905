"""What is told of the index, of a re-index and of the model's use: whole, in English, and in the admin's language."""

from __future__ import annotations

from typing import Any

import pytest

from bot.state.usage import describe_usage
from bot.status import describe_briefly, describe_plan, describe_progress, describe_report, describe_status
from bot.texts import translate
from index.articles import Failure
from index.report import PlannedStep, Progress, Report, SourceReport

RIGHT, ISOLATE, END = "\u200f", "\u2068", "\u2069"
READ, NEXT, SINCE = "2026-02-18T14:00:00+00:00", "2026-02-18T14:15:00+00:00", "2026-02-17T09:30:00+00:00"
FEED, PAGE = "https://news.example/feed", "https://news.example/a"
USED = {"prompt_tokens": 3000, "completion_tokens": 7, "calls": 1, "questions": 1, "cost": 0.001211}
USED_IN_ALL = {"prompt_tokens": 1_234_000, "completion_tokens": 157_000, "calls": 4, "questions": 3, "cost": 0.7448}
STATUS: dict[str, Any] = {
    "articles": 3,
    "passages": 9,
    "size_bytes": 1_234_567,
    "sources": [FEED, "/srv/news", "/srv/late"],
    "reading": [
        {"kind": "feed", "source": FEED, "articles": 2, "last_read": READ, "next_read": NEXT, "failed": 2},
        {"kind": "folder", "source": "/srv/news", "articles": 1, "last_read": READ, "next_read": None, "failed": 0},
        {"kind": "folder", "source": "/srv/late", "articles": 0, "last_read": None, "next_read": None, "failed": 0},
    ],
    "reindexed": READ,
    "failures": [
        {"source": FEED, "item": PAGE, "reason": "has no text", "since": SINCE, "last_tried": READ, "next_try": NEXT},
        {"source": FEED, "item": FEED, "reason": "ends early", "since": SINCE, "last_tried": READ, "next_try": None},
    ],
    "embedder": "openai/small",
    "generation": "g2",
    "usage": {"today": USED, "total": USED_IN_ALL},
}
IN_ENGLISH = f"""\
3 articles in 9 passages from 3 sources, 1.2 MB
last re-index: {READ}
embedder: openai/small; generation: g2
model: 1 calls, 3,000 prompt and 7 completion tokens today, 1,391,000 tokens in all,\
 cost $0.00 today and $0.74 in all
feed {FEED}: 2 articles, read {READ}, next {NEXT}, 2 failed
folder /srv/news: 1 articles, read {READ}
folder /srv/late: 0 articles, not read yet
failed: {PAGE}: has no text (since {SINCE}, tried again from {NEXT})
failed: {FEED}: ends early"""
IN_GERMAN = f"""\
Artikel: 3, Textstellen: 9, Quellen: 3, Größe: 1.2 MB
Letzter Aufbau des Index: {READ}
Embedding-Modell: openai/small; Index-Generation: g2
Sprachmodell heute: Aufrufe: 1, Eingabe-Tokens: 3000, Ausgabe-Tokens: 7; Tokens insgesamt: 1391000;\
 Kosten heute: $0.00, insgesamt: $0.74
feed {FEED}: Artikel: 2, zuletzt gelesen: {READ}, das nächste Mal: {NEXT}, fehlgeschlagen: 2
folder /srv/news: Artikel: 1, zuletzt gelesen: {READ}
folder /srv/late: Artikel: 0, noch nicht gelesen
Fehlgeschlagen: {PAGE}: has no text (seit {SINCE}, neuer Versuch ab {NEXT})
Fehlgeschlagen: {FEED}: ends early"""
# In guillemets: what is kept to itself.
IN_ARABIC = f"""\
المقالات: 3، المقاطع: 9، المصادر: 3، الحجم: «1.2» م.ب
آخر إعادة فهرسة: «{READ}»
نموذج التضمين: «openai/small»؛ إصدار الفهرس: «g2»
النموذج اليوم: الاستدعاءات: 1، رموز الإدخال: 3,000، رموز الإخراج: 7؛ مجموع الرموز حتى الآن: 1,391,000؛\
 التكلفة بالدولار اليوم: 0.00، وحتى الآن: 0.74
{RIGHT}«feed» «{FEED}»: المقالات: 2، آخر قراءة: «{READ}»، القراءة التالية: «{NEXT}»، فشل: 2
{RIGHT}«folder» «/srv/news»: المقالات: 1، آخر قراءة: «{READ}»
{RIGHT}«folder» «/srv/late»: المقالات: 0، لم تتم القراءة بعد
فشل: «{PAGE}»: «has no text» (منذ «{SINCE}»، وتُعاد المحاولة بدءاً من «{NEXT}»)
فشل: «{FEED}»: «ends early»""".translate({ord("«"): ISOLATE, ord("»"): END})

REPORT = Report(
    "g2",
    [SourceReport(FEED, 1, 2, 3, 4, 5, 6), SourceReport("/srv/news", unchanged=7)],
    [Failure(FEED, PAGE, "has no text")],
    articles=13,
    passages=40,
    seconds=1.25,
)


@pytest.mark.parametrize(("language", "expected"), [("en", IN_ENGLISH), ("de", IN_GERMAN), ("ar", IN_ARABIC)])
def test_a_status_in_a_language(language: str, expected: str) -> None:
    """All that a status says is told in the admin's language; addresses, moments and reasons stay as they are."""
    assert translate(describe_status(STATUS), language) == expected
    assert translate(describe_briefly(STATUS), language) == "\n".join(expected.split("\n")[:2])


def test_a_status_before_anything_is_read() -> None:
    """Without use of a model, sources and failures a status has three lines, also before a re-index is finished."""
    unused = {"today": {**USED, "calls": 0}, "total": {**USED_IN_ALL, "calls": 0}}
    empty = {**STATUS, "reading": [], "failures": [], "reindexed": None, "usage": unused}
    assert describe_status(empty) == (
        "3 articles in 9 passages from 3 sources, 1.2 MB\n"
        "last re-index: not finished yet\n"
        "embedder: openai/small; generation: g2"
    )


def test_use_without_a_price() -> None:
    """Where no price is set, the use is told without a cost; where a comma is a decimal one, 3,000 has none."""
    usage = {"today": {**USED, "cost": None}, "total": {**USED_IN_ALL, "cost": None}}
    told = describe_usage(usage)
    assert told == "model: 1 calls, 3,000 prompt and 7 completion tokens today, 1,391,000 tokens in all"
    assert translate(told, "de") == (
        "Sprachmodell heute: Aufrufe: 1, Eingabe-Tokens: 3000, Ausgabe-Tokens: 7; Tokens insgesamt: 1391000"
    )
    assert translate(told, "ar") == (
        "النموذج اليوم: الاستدعاءات: 1، رموز الإدخال: 3,000، رموز الإخراج: 7؛ مجموع الرموز حتى الآن: 1,391,000"
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", f"Reading {FEED}: 40 %, 3 articles"),
        ("de", f"{FEED} wird gelesen: 40 %, Artikel: 3"),
        ("tr", f"{FEED} okunuyor: %40, 3 haber"),
        ("ar", f"تجري قراءة {ISOLATE}{FEED}{END}: 40%، المقالات: 3"),
    ],
)
def test_progress_in_a_language(language: str, expected: str) -> None:
    """How far a source has been read is told in the admin's language."""
    assert translate(describe_progress(Progress(FEED, 2, 5, 3)), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            f"{FEED}: 1 new, 2 changed, 3 unchanged, 4 removed, 5 failed, 6 wait for the next read\n"
            "/srv/news: 0 new, 0 changed, 7 unchanged, 0 removed, 0 failed\n"
            "13 articles in 40 passages, done in 1.2 s\n"
            f"failed: {PAGE}: has no text",
        ),
        (
            "de",
            f"{FEED}: neu: 1, geändert: 2, unverändert: 3, entfernt: 4, fehlgeschlagen: 5,"
            " auf das nächste Mal verschoben: 6\n"
            "/srv/news: neu: 0, geändert: 0, unverändert: 7, entfernt: 0, fehlgeschlagen: 0\n"
            "Artikel: 13, Textstellen: 40, Dauer: 1.2 s\n"
            f"Fehlgeschlagen: {PAGE}: has no text",
        ),
        (
            "ar",
            f"{RIGHT}{ISOLATE}{FEED}{END}: جديدة: 1، معدَّلة: 2، دون تغيير: 3، محذوفة: 4، فشل: 5،"
            " في انتظار القراءة التالية: 6\n"
            f"{RIGHT}{ISOLATE}/srv/news{END}: جديدة: 0، معدَّلة: 0، دون تغيير: 7، محذوفة: 0، فشل: 0\n"
            "المقالات: 13، المقاطع: 40، المدة: 1.2 ث\n"
            f"فشل: {ISOLATE}{PAGE}{END}: {ISOLATE}has no text{END}",
        ),
    ],
)
def test_a_report_in_a_language(language: str, expected: str) -> None:
    """What a re-index did is told in the admin's language, source by source, and then what failed."""
    assert translate(describe_report(REPORT), language) == expected


def test_many_failures_are_counted() -> None:
    """Twenty failures are listed, and the others counted, in the admin's language too."""
    failures = [Failure("/srv/news", f"/srv/news/{number}.txt", "is empty") for number in range(25)]
    lines = [f"/srv/news/{number}.txt: is empty" for number in range(20)]
    report = describe_report(Report("g2", failures=failures))
    assert report.split("\n") == [
        "0 articles in 0 passages, done in 0.0 s",
        *(f"failed: {line}" for line in lines),
        "… and 5 more (`newsbot status --json` has all)",
    ]
    assert translate(report, "de").split("\n") == [
        "Artikel: 0, Textstellen: 0, Dauer: 0.0 s",
        *(f"Fehlgeschlagen: {line}" for line in lines),
        "… und noch 5 (alle: `newsbot status --json`)",
    ]
    listed = describe_report(Report("g2", failures=failures[:20])).split("\n")
    assert listed[1:] == [f"failed: {line}" for line in lines]


def test_a_plan() -> None:
    """What a re-index would do is told line by line, what it would keep is counted, and then comes what failed."""
    steps = [
        PlannedStep("/srv/news", "keep", "a1", "Old", "is unchanged"),
        PlannedStep("/srv/news", "add", "a2", "New", "is new"),
        PlannedStep("/srv/news", "remove", "a3", "", "its file is gone"),
    ]
    report = Report("g2", [SourceReport("/srv/news", unchanged=1)], [Failure("x", "x/b.txt", "is empty")], plan=steps)
    assert describe_plan(report).split("\n") == [
        "add  a2 “New”: is new",
        "remove  a3: its file is gone",
        "1 articles stay as they are; nothing was written",
        "failed: x/b.txt: is empty",
    ]


def test_no_password_is_shown() -> None:
    """What stands in an address for its server alone is told nobody: not of sources, and not of what failed."""
    address = "https://me:sesame@news.example/feed"
    source = {"kind": "feed", "source": address, "articles": 2, "last_read": READ, "next_read": None, "failed": 1}
    failure = {"item": address, "reason": f"{address} ends early", "since": SINCE, "next_try": None}
    failed = [Failure(address, address, f"{address} ends early")]
    told = [
        describe_status({**STATUS, "reading": [source], "failures": [failure]}),
        describe_progress(Progress(address, 1, 2, 3)),
        describe_report(Report("g2", [SourceReport(address)], failed)),
    ]
    assert [text for text in told if "sesame" in text] == []
    assert [text.count("https://***@news.example/feed") for text in told] == [3, 1, 3]
