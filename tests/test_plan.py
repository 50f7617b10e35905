"""What a re-index is to do is decided by pure functions: cases one by one, and what holds for all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article
from index.plan import Step, plan_article, plan_removals

STORED = Article("a1", "Ankara said no.", "Talks", "https://wire.example/a1", "Wire", "2020-02-18", None, "en")
NOW = "2020-03-01T12:00:00+00:00"


def test_a_new_article_is_added() -> None:
    """What is not stored is added as it was read, once."""
    assert plan_article(STORED, None, None, NOW) == Step("add", "a1", "it is new", STORED)
    assert plan_article(STORED, None, STORED.text_hash, NOW) == Step("keep", "a1", "it was read before")


@pytest.mark.parametrize("stored", [None, STORED])
def test_another_article_under_an_id_of_this_run_is_refused(stored: Article | None) -> None:
    """Of two different articles with one id in one run the first stands, whatever is stored."""
    reason = "another article of this run has the id a1, with other content"
    assert plan_article(STORED, stored, "other", NOW) == Step("refuse", "a1", reason)


@pytest.mark.parametrize(
    ("read", "stored"),
    [
        ({}, {}),
        ({"published": "2020-02-19"}, {}),
        ({"published": "2020-02-20T10:00:00+00:00", "updated": "2020-02-21"}, {}),
        ({"published": None, "updated": None}, {"updated": "2020-02-21"}),
        ({"title": "", "url": "", "outlet": "", "language": ""}, {}),
        ({"published": "2020-02-18"}, {"published": "2020-02-18T10:00:00+00:00"}),
    ],
    ids=["the same", "later date", "later dates", "fewer dates", "less said", "a day for a moment"],
)
def test_what_says_no_more_changes_nothing(read: dict[str, Any], stored: dict[str, Any]) -> None:
    """The same text with dates rewritten, or with less said of it, is no new version."""
    step = plan_article(replace(STORED, **read), replace(STORED, **stored), None, NOW)
    assert step == Step("keep", "a1", "it is the same")


@pytest.mark.parametrize(
    ("read", "stored", "kept", "reason"),
    [
        ({"published": "2020-02-17"}, {}, {"published": "2020-02-17"}, "published"),
        ({}, {"published": None}, {}, "published"),
        (
            {"published": "2020-02-18T10:00:00+00:00"},
            {},
            {"published": "2020-02-18T10:00:00+00:00"},
            "published",
        ),
        ({"outlet": "The Wire", "language": "tr"}, {}, {"outlet": "The Wire", "language": "tr"}, "outlet and language"),
        ({}, {"title": ""}, {}, "title"),
    ],
    ids=["earlier date", "date known", "moment for a day", "outlet and language", "title known"],
)
def test_what_says_more_is_stored_and_no_update(
    read: dict[str, Any], stored: dict[str, Any], kept: dict[str, Any], reason: str
) -> None:
    """Facts about an article that became known or changed replace what was stored, and the article is not updated."""
    step = plan_article(replace(STORED, **read), replace(STORED, **stored), None, NOW)
    expected = replace(STORED, **kept)
    assert step == Step("replace", "a1", f"its text is the same, but not its {reason}", expected)


@pytest.mark.parametrize(
    ("read", "stored", "updated"),
    [
        ({"text": "Ankara said yes."}, {}, NOW),
        ({"title": "Talks end"}, {}, NOW),
        ({"text": "Ankara said yes.", "updated": "2020-02-20"}, {}, "2020-02-20"),
        ({"text": "Ankara said yes.", "published": "2020-02-19"}, {}, "2020-02-19"),
        ({"text": "Ankara said yes.", "updated": "2020-02-20"}, {"updated": "2020-02-20"}, NOW),
        ({"text": "Ankara said yes.", "updated": "2020-02-18"}, {}, NOW),
    ],
    ids=["text", "title", "its own date", "a new date", "the date it had", "the date of publication"],
)
def test_a_correction_keeps_its_first_date_and_is_updated(
    read: dict[str, Any], stored: dict[str, Any], updated: str
) -> None:
    """A new title or text replaces the old; it is marked with its own later date, or the moment of reading."""
    step = plan_article(replace(STORED, **read), replace(STORED, **stored), None, NOW)
    part = "title" if "title" in read else "text"
    expected = replace(STORED, **{**read, "published": "2020-02-18", "updated": updated})
    assert step == Step("replace", "a1", f"its {part} has changed", expected)


DATES = st.none() | st.sampled_from(["2020-02-17", "2020-02-18", "2020-02-18T10:00:00+00:00", "2020-02-19"])
ARTICLES = st.builds(
    Article,
    id=st.just("a1"),
    text=st.sampled_from(["One.", "Two."]),
    title=st.sampled_from(["", "First", "Second"]),
    url=st.sampled_from(["", "https://wire.example/a1"]),
    outlet=st.sampled_from(["", "Wire", "Paper"]),
    published=DATES,
    updated=DATES,
    language=st.sampled_from(["", "en"]),
)


@given(ARTICLES, st.none() | ARTICLES)
def test_doing_what_was_planned_leaves_nothing_to_do(read: Article, stored: Article | None) -> None:
    """What a step stores has the words that were read, the earliest date, and read again is kept."""
    step = plan_article(read, stored, None, NOW)
    result = step.article or stored
    assert result is not None
    assert result.text == read.text
    assert plan_article(read, result, None, "2021-01-01") == Step("keep", "a1", "it is the same")
    if stored is not None:
        assert (step.action == "keep") is (result == stored)
        assert result.title == (read.title or stored.title)
        days = [date[:10] for date in (read.published, stored.published) if date]
        assert (result.published or "")[:10] == min(days, default="")
        corrected = result.text != stored.text or (stored.title not in ("", result.title))
        assert (result.updated != stored.updated) is corrected
        assert (result.updated or "") >= (stored.updated or "")


@pytest.mark.parametrize(
    ("stored", "present", "allow_many", "removed", "held"),
    [
        ({"a": (), "b": (), "c": ()}, {"a", "b"}, False, "c", ""),
        ({"a": (), "b": (), "c": ()}, {"a"}, False, "", "bc"),
        ({"a": (), "b": (), "c": ()}, {"a"}, True, "bc", ""),
        ({"a": (), "b": (), "c": (), "d": ()}, {"a", "b"}, False, "cd", ""),
        ({"a": ()}, (), False, "a", ""),
        ({"a": ["other"], "b": (), "c": ()}, {"c"}, False, "b", ""),
        ({"a": ["other"], "b": ["other"], "c": ()}, (), False, "c", ""),
        ({}, {"a"}, False, "", ""),
    ],
    ids=["one gone", "most gone", "allowed", "half gone", "the only one", "elsewhere", "most else", "new"],
)
def test_plan_of_removals(
    stored: dict[str, tuple[str, ...]], present: set[str], allow_many: bool, removed: str, held: str
) -> None:
    """Only what a completely read source lost, and nobody else has, goes; suspiciously many are held back."""
    steps = [Step("remove", i, "it is gone from its source") for i in removed]
    steps += [Step("hold", i, "more than half of its source is gone") for i in held]
    assert plan_removals(stored, present, complete=True, allow_many=allow_many) == steps
    assert plan_removals(stored, present, complete=False, allow_many=allow_many) == []


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.sampled_from(["other", "third"]))),
    st.sets(st.sampled_from("abcdefgh")),
    st.booleans(),
)
def test_no_article_is_removed_that_somebody_has(
    stored: dict[str, set[str]], present: set[str], allow_many: bool
) -> None:
    """Whatever is stored and read, what is removed or held back is gone from its source and from all others."""
    steps = plan_removals(stored, present, complete=True, allow_many=allow_many)
    gone = {i for i in stored if i not in present and not stored[i]}
    assert {step.article_id for step in steps} == gone
    assert len({step.action for step in steps}) <= 1
    if allow_many:
        assert all(step.action == "remove" for step in steps)
