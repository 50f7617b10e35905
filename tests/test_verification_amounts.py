"""Amounts and days: which writings are the same, and which only look alike."""

from __future__ import annotations

import pytest

from bot.verification.amounts import find_amounts, find_missing_amount
from bot.verification.days import find_days, find_missing_day, names_year

SAME = [
    ("$3 million", "3,000,000 dollars"),
    ("US$3m", "3 million US dollars"),
    ("€3.5bn", "3.5 billion euros"),
    ("EUR 5", "€5"),
    ("20 lira", "₺20"),
    ("20 Turkish lira", "TRY 20"),
    ("5 Swiss francs", "CHF 5"),
    ("A$7", "7 Australian dollars"),
    ("£9", "9 pounds"),
    ("9 lb", "nine pounds"),
    ("12 %", "12 percent"),
    ("12%", "twelve per cent"),
    ("5 km", "five kilometres"),
    ("80kg", "80 kilograms"),
    ("3 metres", "3 m"),
    ("5 degrees", "5 °C"),
    ("minus 5 degrees", "-5 degrees"),
    ("at 5pm", "at 5 p.m."),
    ("a 12-day siege", "12 days"),
    ("aged 34", "a 34-year-old"),
    ("10 percent", "10 to 12 percent"),
    ("$3 million", "$3-5 million"),
    ("$5 million", "$3-5 million"),
    ("3 million euros", "3 or 5 million euros"),
    ("$3", "$3 to €5"),
    ("1 ship", "the first ship"),
    ("12 people", "12 soldiers"),
]
DIFFERENT = [
    ("$3 million", "3 million euros"),
    ("$3 million", "3 million"),
    ("3 million people", "$3 million"),
    ("12", "12 %"),
    ("12 %", "12"),
    ("12 %", "12 percentage points"),
    ("5 km", "5 miles"),
    ("5 days", "5 weeks"),
    ("at 5pm", "at 5 a.m."),
    ("5 degrees", "minus 5 degrees"),
    ("A$7", "$7"),
    ("7 Canadian dollars", "7 Australian dollars"),
    ("5 francs", "5 CFA francs"),
    ("1 ship", "2 ships"),
]


@pytest.mark.parametrize(("claim", "quote"), SAME)
def test_amounts_that_are_the_same(claim: str, quote: str) -> None:
    """Signs, codes, words, scales and ranges make no difference."""
    claim, quote = f"Kalmar has {claim}", f"Kalmar has {quote}"
    assert find_missing_amount(find_amounts(claim), claim, [quote]) == ""


@pytest.mark.parametrize(("claim", "quote"), DIFFERENT)
def test_amounts_that_differ(claim: str, quote: str) -> None:
    """Another unit, none, or a sign makes another amount."""
    claim, quote = f"Kalmar has {claim}", f"Kalmar has {quote}"
    assert find_missing_amount(find_amounts(claim), claim, [quote]) != ""


@pytest.mark.parametrize(
    ("claim", "quote", "missing"),
    [
        ("The strike cost 12 jobs.", ["A cat is 12.", "The strike cost nobody a job."], "12"),
        ("Killed in Idlib were 12 men.", ["There was fighting in Idlib.", "Twelve were killed."], ""),
        ("There were 12 men in Idlib.", ["There was fighting in Idlib.", "Twelve fell."], ""),
        ("30 soldiers died.", ["12 soldiers and 30 civilians died."], "30"),
        ("30 of the dead were soldiers.", ["30 died and 12 soldiers fled."], ""),
        ("They wounded 12.", ["They killed 12 and wounded 30."], "12"),
        ("Rates rose by 5 percent.", ["Rates rose to about 5 percent from 4 percent."], "5 percent"),
        ("Rates rose to 5 percent.", ["Rates rose from 4 percent to 5 percent."], ""),
        ("12 ships sank at sea.", ["9 ships sank at sea.", "He saw 12 ships."], "12"),
    ],
)
def test_a_number_is_taken_from_where_it_counts_the_same(claim: str, quote: list[str], missing: str) -> None:
    """A number counts what it counts in its own sentence of the quote."""
    assert find_missing_amount(find_amounts(claim), claim, quote) == missing


THURSDAY = "2020-02-20"
AGREE = [
    ("on 18 February", "on Feb. 18", None),
    ("on 18 February 2020", "on 18.02.2020", None),
    ("on 2020-02-18", "on February 18, 2020", None),
    ("on 18 February 2020", "on the 18th of February", THURSDAY),
    ("on 18 February 2020", "on Tuesday", THURSDAY),
    ("on Tuesday", "on 18 February", THURSDAY),
    ("on 18 February", "last Tuesday", THURSDAY),
    ("on 11 February", "last Tuesday", THURSDAY),
    ("on 25 February", "next Tuesday", THURSDAY),
    ("on 25 February", "he will come on Tuesday", THURSDAY),
    ("on 19 February", "yesterday", THURSDAY),
    ("yesterday", "on 19 February", THURSDAY),
    ("today", "on Thursday", THURSDAY),
    ("tomorrow", "on 21 February", THURSDAY),
    ("in January", "last month", THURSDAY),
    ("last week", "on 12 February", THURSDAY),
    ("in January 2021", "in January next year", "2020-12-31"),
    ("last month", "in December 2019", "2020-01-05"),
    ("on 30 December 2019", "on 30 December", "2020-01-05"),
    ("on 30 December", "on 30 December 2017", "2020-01-05"),
    ("on 20 February", "from 18 to 20 February", None),
    ("on 18 February", "on February 18-20", None),
    ("in February", "on 18 February", None),
    ("on 18 February 2020", "In 2020 he left on 18 February.", None),
    ("on 3 February 2020", "02/03/2020", None),
    ("on Tuesday", "on Tuesday", None),
    ("on 19 February", "on Wednesday", "2020-02-18T22:00:00+00:00"),
    ("on 18 February", "today", "2020-02-17T22:00:00+00:00"),
]
DISAGREE = [
    ("on 18 March", "on 18 February and on 5 March", None),
    ("on 18 March", "in March he left on 18 February", None),
    ("on 18 February 2019", "on 18 February", THURSDAY),
    ("on 18 February 2020", "on 18 February", None),
    ("on 18 February 2020", "on Tuesday", None),
    ("on 25 February", "on Tuesday", THURSDAY),
    ("on Wednesday", "on Tuesday", THURSDAY),
    ("on 18 February", "next Tuesday", THURSDAY),
    ("on Tuesday", "on 11 February", THURSDAY),
    ("yesterday", "today", THURSDAY),
    ("on 18 February", "in February", THURSDAY),
    ("last week", "on 19 February", THURSDAY),
]


@pytest.mark.parametrize(("claim", "quote", "published"), AGREE)
def test_days_that_are_the_same(claim: str, quote: str, published: str | None) -> None:
    """Writings of a day, weekdays and words for days are worked out against the day of the article."""
    assert find_missing_day(claim, [(quote, published)]) == ""


@pytest.mark.parametrize(("claim", "quote", "published"), DISAGREE)
def test_days_that_differ(claim: str, quote: str, published: str | None) -> None:
    """Parts of several days make no day, and a day is not known more exactly than it was given."""
    assert find_missing_day(claim, [(quote, published)]) != ""


@pytest.mark.parametrize("text", ["He may come", "May he come", "a march", "44 February", "no 5.5.20"])
def test_what_names_no_day(text: str) -> None:
    """Words and numbers that only look like months and days are none."""
    assert find_days(text, THURSDAY) == ()


def test_a_year_may_come_from_a_word() -> None:
    """A year is named by a day in it, and by "last year"."""
    assert names_year(2019, [("last year", THURSDAY)])
    assert names_year(2020, [("on Tuesday", THURSDAY)])
    assert not names_year(2018, [("last year", THURSDAY)])
