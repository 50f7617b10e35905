"""Lines that are boilerplate, and dates as sources write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.boilerplate import drop_boilerplate
from index.dates import is_after, read_date

BOILERPLATE = """
Please enter your comment!
Please enter your name here
Leave a Reply
12 Comments
0 comments
Share this article
Follow us on Twitter
Facebook | Twitter | WhatsApp
Tweet
Share on X
We use cookies to improve your experience.
By continuing to use this site you agree to our privacy policy.
Accept all cookies
Cookie policy
Sign up for our daily newsletter
Subscribe now
Get the news in your inbox every day
Advertisement
• Read more: Ten ways to cook rice
Related articles
Loading...
© 2024 Harbour Post
All rights reserved.
Save my name, email, and website in this browser
"""
SENTENCES = """
The minister said: please enter your name here and sign.
Turkey will share this article of the treaty.
Shares fell by 12 percent.
Facebook said on Monday that it would leave.
The site uses cookies, he said.
“Subscribe to our cause,” the party asked its members, and 400 of them did so at once.
"""


@pytest.mark.parametrize("line", BOILERPLATE.strip().splitlines())
def test_boilerplate_lines_go(line: str) -> None:
    """A line that is boilerplate as a whole goes, and the lines around it stay as they are."""
    assert drop_boilerplate(["Before it.", line, "", "After it."]) == ["Before it.", "", "After it."]


@pytest.mark.parametrize("line", SENTENCES.strip().splitlines())
def test_sentences_of_an_article_stay(line: str) -> None:
    """A sentence that only contains such words stays."""
    assert drop_boilerplate([line]) == [line]


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2020-02-18", "2020-02-18"),
        ("20200218", "2020-02-18"),
        ("Feb 18, 2020", "2020-02-18"),
        ("18 February 2020", "2020-02-18"),
        ("Tuesday 18 Feb. 2020", "2020-02-18"),
        ("2020-02-18T09:30:00Z", "2020-02-18T09:30:00+00:00"),
        ("2020-02-18T09:30:00.5+03:00", "2020-02-18T06:30:00+00:00"),
        ("2020-02-18 09:30", "2020-02-18T09:30:00+00:00"),
        ("Tue, 18 Feb 2020 09:30:00 GMT", "2020-02-18T09:30:00+00:00"),
        ("Tue, 18 Feb 2020 09:30:00 EST", "2020-02-18T14:30:00+00:00"),
        ("Tue, 18 Feb 2020 09:30:00 -0500", "2020-02-18T14:30:00+00:00"),
        ("18 February 2020 10:00 XYZ", "2020-02-18T10:00:00+00:00"),
        ("February 18, 2020, 4 p.m.", "2020-02-18T16:00:00+00:00"),
        (20200218, "2020-02-18"),
    ],
)
def test_a_written_date_is_read(written: object, date: str) -> None:
    """A day stays a day, and a moment becomes one in UTC."""
    assert read_date(written) == date


NO_DATES = (
    None,
    "",
    " ",
    "2020-02-30",
    "yesterday",
    "Monday",
    "February 2020",
    "18 February",
    "2020",
    "09:30",
    "02/03/2020",
    "03.02.2020",
    0,
)
IMPOSSIBLE = ("0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00", "9" * 30, "18 February 99999", "2020-02-18 25:00")


@pytest.mark.parametrize("written", NO_DATES + IMPOSSIBLE)
def test_a_date_that_is_not_plainly_there_stays_unknown(written: object) -> None:
    """What lacks its day, month or year, or cannot be, is no date."""
    assert read_date(written) is None


@settings(deadline=None)
@given(
    st.none()
    | st.integers()
    | st.floats()
    | st.text()
    | st.datetimes(timezones=st.timezones() | st.none()).map(str)
    | st.dates().map(str)
)
def test_no_date_raises_and_each_is_read_as_itself(written: object) -> None:
    """Whatever stands where a date should, reading it gives nothing or a date that reads as itself."""
    date = read_date(written)
    assert date is None or read_date(date) == date


@pytest.mark.parametrize(
    ("published", "moment", "after"),
    [
        (None, "2020-02-18", False),
        ("2020-02-18", "2020-02-18", False),
        ("2020-02-18T23:59:59+00:00", "2020-02-18", False),
        ("2020-02-19", "2020-02-18", True),
        ("2020-02-18", "2020-02-18T00:00:00+00:00", False),
        ("2020-02-18T09:30:00+00:00", "2020-02-18T09:30:00+00:00", False),
        ("2020-02-18T09:30:01+00:00", "2020-02-18T09:30:00+00:00", True),
    ],
)
def test_a_day_of_asking_ends_with_the_day(published: str | None, moment: str, after: bool) -> None:
    """An article of a later moment is after; a day of asking means its end, a day of publishing its beginning."""
    assert is_after(published, moment) is after
