"""A quote in its surrounding text: whole sentences, the article's own words, and nothing where it has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Citation
from bot.conversation.messages import Excerpt
from bot.excerpts import make_excerpt
from index.articles import Article

QUOTE = "The ferry to Aldova was cancelled on Monday."
SHORT = f"Storms hit the coast.\n\nWaves broke two piers. {QUOTE} Nobody was hurt.\n\nBuses run instead."
LONG = "A sentence about the storm and the harbour that has about sixty signs. " * 30


def cite(article: Article, quote: str) -> Citation:
    """A citation of the first place of some words in an article."""
    start = article.text.index(quote)
    return Citation(1, quote, article.id, "", "", "", None, start, start + len(quote))


def show(text: str, quote: str = QUOTE) -> Excerpt:
    """The excerpt of a quote in a text."""
    article = Article("a", text)
    excerpt = make_excerpt(cite(article, quote), article, 1, 1)
    assert excerpt is not None
    return excerpt


def test_short_article_is_shown_whole() -> None:
    """What is around the quote is the article's, with its paragraphs; page and citation are handed on."""
    article = Article("a", SHORT)
    citation = cite(article, QUOTE)
    assert make_excerpt(citation, article, 2, 3) == Excerpt(
        citation,
        "Storms hit the coast.\n\nWaves broke two piers. ",
        " Nobody was hurt.\n\nBuses run instead.",
        2,
        3,
    )


@pytest.mark.parametrize(
    ("before", "behind"), [(LONG, LONG), (f"{LONG}\n\n", f"\n\n{LONG}"), (LONG.replace(". ", ".\n"), f" {LONG}")]
)
def test_long_text_is_cut_at_sentence_ends(before: str, behind: str) -> None:
    """Of long surroundings at most 700 characters on each side are shown, in whole sentences."""
    shown = show(f"{before}{QUOTE}{behind}")
    assert shown.before.startswith("A sentence")
    assert shown.after.endswith("signs.")
    assert 600 < len(shown.before) <= 700
    assert 600 < len(shown.after) <= 700


def test_sentence_without_end_is_left_out() -> None:
    """A sentence of which a part would be missing is not shown, however long it is."""
    endless = "and on " * 400
    shown = show(f"It went {endless}\n{QUOTE} Then {endless}")
    assert (shown.before, shown.after) == ("", "")


@pytest.mark.parametrize("text", [SHORT.replace("Monday", "Sunday"), f"Updated. {SHORT}", ""])
def test_changed_article_has_no_excerpt(text: str) -> None:
    """Where the quote does not stand any more there is none, nor where the article is gone."""
    citation = cite(Article("a", SHORT), QUOTE)
    assert make_excerpt(citation, Article("a", text), 1, 1) is None
    assert make_excerpt(citation, None, 1, 1) is None
    assert make_excerpt(replace(citation, quote="", end=citation.start), Article("a", SHORT), 1, 1) is None


@given(st.text("ab.\n “”?", max_size=2000), st.text("ab.\n “”?", max_size=2000))
def test_excerpt_is_always_a_stretch_of_the_article(before: str, behind: str) -> None:
    """Whatever is around a quote, the excerpt stands so in the article, within its limits."""
    article = Article("a", f"{before}{QUOTE}{behind}")
    shown = make_excerpt(cite(article, QUOTE), article, 1, 1)
    assert shown is not None
    assert before.endswith(shown.before)
    assert behind.startswith(shown.after)
    assert max(len(shown.before), len(shown.after)) <= 700
