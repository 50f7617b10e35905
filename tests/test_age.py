"""How old the evidence is: what is said before an answer, what after it, and what is not worth a word."""

from __future__ import annotations

from datetime import date

import pytest

from bot.age import note_age
from bot.answers import Citation
from bot.texts import write_day

OLD = "The newest article on this is from 18 February 2020."


def cite(published: str | None = "2020-02-18T19:40:00+00:00", updated: str | None = None) -> Citation:
    """A citation of an article of that day."""
    return Citation(1, "They left.", "a1", "", "", "Wire", published, 0, 10, updated)


@pytest.mark.parametrize(
    ("question", "at", "said"),
    [
        ("what did Turkey demand?", "2020-02-20", ("", "")),
        ("what did Turkey demand?", "2020-03-19", ("", "")),
        ("what did Turkey demand?", "2020-03-20", ("", OLD)),
        ("what is the latest on Idlib?", "2020-02-21", ("", "")),
        ("what is the latest on Idlib?", "2020-02-22", (OLD, "")),
        ("who is now in Idlib?", "2020-03-01", (OLD, "")),
        ("who currently holds the M5?", "2020-03-01", (OLD, "")),
        ("is the highway still closed?", "2020-03-01", (OLD, "")),
        ("what happened today?", "2020-02-19", ("", "")),
        ("what happened today?", "2020-02-20", (OLD, "")),
        ("what happened this week in Idlib?", "2020-02-25", ("", "")),
        ("what happened this week in Idlib?", "2020-02-26", (OLD, "")),
        ("what is the latest this week?", "2020-02-25", ("", "")),
        ("what happened yesterday?", "2020-02-19", ("", "")),
        ("what happened yesterday?", "2020-02-20", (OLD, "")),
        ("what happened last week?", "2020-02-25", ("", "")),
        ("what happened last week?", "2020-03-10", (OLD, "")),
        ("what did Turkey demand in February 2020?", "2024-01-01", ("", "")),
        ("what did Turkey demand in 2020?", "2024-01-01", ("", "")),
        ("what did Turkey demand last year?", "2021-05-01", ("", "")),
        ("what did Turkey demand last year?", "2024-05-01", (OLD, "")),
        ("what did Turkey demand in 2018?", "2024-05-01", ("", OLD)),
        ("what has happened since 17 February 2020?", "2020-02-25", ("", "")),
        ("what will happen next week?", "2020-02-20", ("", "")),
        ("what has Turkey done so far?", "2020-03-01", (OLD, "")),
        # no word of time in these
        ("when must they leave at the latest?", "2020-03-01", ("", "")),
        ("what did USA Today say?", "2020-03-01", ("", "")),
        ("who directed “Apocalypse Now”?", "2020-03-01", ("", "")),
        ("now that they left, who stays?", "2020-03-01", ("", "")),
        # other languages
        ("Was ist heute passiert?", "2020-02-20", (OLD, "")),
        ("Was ist diese Woche passiert?", "2020-02-26", (OLD, "")),
        ("Was ist derzeit die Lage?", "2020-02-22", (OLD, "")),
        ("bugün ne oldu?", "2020-02-20", (OLD, "")),
        ("bu hafta ne oldu?", "2020-02-26", (OLD, "")),
        ("İdlib'de son durum ne?", "2020-02-22", (OLD, "")),
        ("¿qué pasó hoy?", "2020-02-20", (OLD, "")),
        ("¿qué pasó esta semana?", "2020-02-26", (OLD, "")),
        ("¿quién gobierna ahora?", "2020-02-22", (OLD, "")),
        ("Что случилось сегодня?", "2020-02-20", (OLD, "")),
        ("Что случилось на этой неделе?", "2020-02-26", (OLD, "")),
        ("Что сейчас в Идлибе?", "2020-02-22", (OLD, "")),
        ("ماذا حدث اليوم؟", "2020-02-20", (OLD, "")),
        ("ماذا حدث هذا الأسبوع؟", "2020-02-26", (OLD, "")),
        ("ماذا يحدث الآن؟", "2020-02-22", (OLD, "")),
    ],
)
def test_the_age_that_a_question_supposes(question: str, at: str, said: tuple[str, str]) -> None:
    """Articles older than a question supposes are named before the answer, old ones behind it, asked ones nowhere."""
    assert note_age(question, [cite("2020-02-14"), cite(), cite(None)], at) == said


def test_without_dates_nothing_is_said() -> None:
    """Of articles without a date, and of an answer without citations, no age is known."""
    assert note_age("what is the latest?", [cite(None)], "2024-01-01") == ("", "")
    assert note_age("what is the latest?", [], None) == ("", "")


def test_the_moment_of_asking_is_now_where_none_is_given() -> None:
    """Without a moment the age is that of today."""
    assert note_age("what is the latest?", [cite()], None) == (OLD, "")
    assert note_age("what did they demand?", [cite()], None) == ("", OLD)


def test_an_update_is_noted() -> None:
    """The latest update that came on a later day than its article is named, beside the age or alone."""
    note = "An article that is quoted was updated on 20 February 2020."
    updated = [cite(updated="2020-02-19"), cite(updated="2020-02-20T08:00:00+00:00")]
    assert note_age("what did they demand?", updated, "2020-02-21") == ("", note)
    assert note_age("what did they demand?", updated, "2020-04-21") == ("", f"{OLD} {note}")
    assert note_age("what is the latest?", updated, "2020-04-21") == (OLD, note)
    assert note_age("what did they demand in 2020?", updated, "2024-04-21") == ("", note)
    assert note_age("what did they demand?", [cite(None, "2020-02-20")], "2024-04-21") == ("", note)
    assert note_age("what did they demand?", [cite(updated="2020-02-18T23:00:00+00:00")], "2020-02-21") == ("", "")


def test_a_day_is_written_for_people() -> None:
    """The day without a leading zero, the month as a word, the year."""
    assert write_day(date(2020, 2, 5)) == "5 February 2020"
