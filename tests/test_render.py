"""An answer as people see it: whatever stands in an article, the markup holds and every message is within the limit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import Answer, Citation
from bot.render import TELEGRAM_LIMIT, escape_text, render_html, render_table, render_text, visible_length
from tests.telegram_api import Entity, parse_html

URL = "https://wire.example/1?a=1&b='2'\""


def cite(quote: str = "They must leave.", number: int = 1, **changes: Any) -> Citation:
    """A citation of a quote."""
    about = {"title": "A <map> & more", "url": URL, "outlet": "Wire", "published": "2020-02-18T19:40:00+00:00"}
    return Citation(**{"number": number, "quote": quote, "article_id": "a", "start": 0, "end": 9, **about, **changes})


def answered(text: str, *citations: Citation, notes: tuple[str, ...] = ()) -> Answer:
    """An answer."""
    return Answer("what?", "answered", text, citations, notes)


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def test_a_source_names_its_correction_and_its_other_outlets() -> None:
    """What was corrected says when, and what several outlets carry names them all, in the terminal and in Telegram."""
    answer = answered("They must leave. [1]", cite(updated="2020-02-20", outlets=("Paper & Co", "Radio")))
    source = "Wire, 18 February 2020, updated 20 February 2020, “A <map> & more”, also in Paper & Co, Radio"
    assert source in render_text(answer)
    assert source in "\n".join(blockquotes(render_html(answer)[0]))


def squeeze(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def blockquotes(message: str) -> list[str]:
    """The visible texts of the blockquotes in a message."""
    text, entities = parse_html(message)
    raw = text.encode("utf-16-le")
    quotes = [entity for entity in entities if entity.type == "expandable_blockquote"]
    return [raw[2 * quote.offset : 2 * (quote.offset + quote.length)].decode("utf-16-le") for quote in quotes]


def test_text_for_a_terminal() -> None:
    """Under the answer stand its quotes with their sources, indented, and its notes; long lines are wrapped."""
    long = "word " * 30
    answer = answered(
        "They must leave. [1] All of them. [12]",
        cite(),
        cite(long.strip(), 12, url="", outlet="", published=None, title=""),
        notes=("It is old.", "It was hot."),
    )
    assert render_text(answer) == "\n".join(
        [
            "They must leave. [1] All of them. [12]",
            "",
            "[1] “They must leave.”",
            "    Wire, 18 February 2020, “A <map> & more”",
            f"    {URL}",
            "",
            "[12] “" + ("word " * 18).strip(),
            "     " + ("word " * 12).strip() + "”",
            "     date unknown",
            "",
            "Note: It is old.",
            "",
            "Note: It was hot.",
        ]
    )


def test_text_without_evidence() -> None:
    """An answer without citations is its text alone."""
    assert render_text(Answer("what?", "no_evidence", "I found nothing.")) == "I found nothing."


def test_html_for_telegram() -> None:
    """Marks are links to the articles, quotes stand in expandable blockquotes, and all text is escaped."""
    quote = 'He said "<b>x</b> & y" [2].'
    answer = answered(
        "<i>They</i> & all must leave. [1] So [2] and [3].", cite(quote), cite(number=2, url=""), notes=("<old>",)
    )
    (message,) = render_html(answer)
    text, entities = parse_html(message)
    assert text == "\n".join(
        [
            "<i>They</i> & all must leave. [1] So [2] and [3].",
            "<old>",
            f"[1] “{quote}”",
            "Wire, 18 February 2020, “A <map> & more”",
            "[2] “They must leave.”",
            "Wire, 18 February 2020, “A <map> & more”",
        ]
    )
    shown = [(entity.type, text[entity.offset : entity.offset + entity.length], entity.url) for entity in entities]
    source = "Wire, 18 February 2020, “A <map> & more”"
    assert shown == [
        ("text_link", "[1]", URL),
        ("italic", "<old>", None),
        ("expandable_blockquote", f"[1] “{quote}”\n{source}", None),
        ("text_link", source, URL),
        ("expandable_blockquote", f"[2] “They must leave.”\n{source}", None),
    ]


@pytest.mark.parametrize(
    "long",
    ["word " * 4000, "x" * 20_000, "😀" * 20_000, "&<>\"' " * 4000, "a\n\nb " * 5000, "😀 " * 10_000, "ü" * 1801],
    ids=["words", "one word", "emoji", "signs", "lines", "spaced emoji", "just over"],
)
def test_no_message_is_too_long(long: str) -> None:
    """A text, quote, title or outlet of 20,000 characters is sent in several messages, each whole in its markup."""
    answer = answered(f"{long} [1]", cite(long.strip(), title=long, outlet=long), notes=("It is old.",))
    messages = render_html(answer)
    texts = [parse_html(message)[0] for message in messages]
    assert len(texts) >= len(long) // 1500
    assert max(map(units, texts)) <= TELEGRAM_LIMIT
    assert [visible_length(message) for message in messages] == [units(text) for text in texts]
    body = "\n".join(texts).split("\nIt is old.\n")[0]
    assert squeeze(body) == squeeze(f"{long} [1]")
    source = f"{long}, 18 February 2020, “{long}”"[:499] + "…"
    parts = [quoted.removeprefix("[1] “").removesuffix(f"”\n{source}") for m in messages for quoted in blockquotes(m)]
    assert squeeze("".join(parts)) == squeeze(long)


@pytest.mark.parametrize("text", ["", "short <b> & text", "word " * 3000, "line\n" * 2000])
def test_plain_text_is_escaped_and_cut(text: str) -> None:
    """Plain text is sent as it is, cut into messages at white space."""
    messages = [parse_html(message) for message in escape_text(text)]
    assert all(entities == [] and units(shown) <= TELEGRAM_LIMIT for shown, entities in messages)
    assert " ".join(shown for shown, _ in messages).split() == text.split()


ANYTHING = st.text(
    st.sampled_from("<>&\"'[]1/ab \n“😀") | st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))
)
TEXTS = ANYTHING.filter(str.strip) | st.tuples(ANYTHING.filter(str.strip), st.integers(1, 4000)).map(
    lambda pair: (pair[0] * pair[1])[:9000]
)
CITATIONS = st.builds(
    cite,
    TEXTS,
    number=st.integers(1, 3),
    title=TEXTS,
    outlet=TEXTS,
    url=st.just("") | TEXTS.map(lambda text: f"https://x.example/{text[:200]}"),
    published=st.sampled_from([None, "2020-02-18", "2020-02-18T00:00:00+00:00"]),
)


@settings(deadline=None)
@given(TEXTS, st.lists(CITATIONS, max_size=3), st.lists(ANYTHING.map(lambda text: text[:300]), max_size=2))
def test_any_article_makes_messages_that_telegram_takes(text: str, citations: list[Citation], notes: list[str]) -> None:
    """Whatever an article holds: tags are balanced, nothing of it is markup, no message is over the limit."""
    answer = answered(f"{text} [1]", *citations, notes=tuple(notes))
    for message in render_html(answer):
        shown, entities = parse_html(message)
        assert 0 < units(shown) <= TELEGRAM_LIMIT
        assert {entity.type for entity in entities} <= {"text_link", "italic", "expandable_blockquote"}
    assert render_text(answer)
    assert [entity for message in escape_text(text) for entity in parse_html(message)[1]] == list[Entity]()


def test_a_table_is_as_wide_as_its_cells() -> None:
    """Columns line up, and no line ends in blanks."""
    assert render_table([("a", 1, ""), ("bbb", 22, "c")]) == "a    1\nbbb  22  c"
