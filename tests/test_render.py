"""An answer as people see it in a terminal, and what else is written there in rows."""

from __future__ import annotations

from typing import Any

import pytest

from bot.answers import Answer, Citation
from bot.conversation.messages import Button, Excerpt
from bot.render.terminal import render_buttons, render_content, render_table, render_text
from bot.texts import Text

URL = "https://wire.example/1?a=1&b='2'\""
SOURCE = "Wire, 18 February 2020, “A <map> & more”"


def cite(quote: str = "They must leave.", number: int = 1, **changes: Any) -> Citation:
    """A citation of a quote."""
    about = {"title": "A <map> & more", "url": URL, "outlet": "Wire", "published": "2020-02-18T19:40:00+00:00"}
    return Citation(**{"number": number, "quote": quote, "article_id": "a", "start": 0, "end": 9, **about, **changes})


def answered(text: str, *citations: Citation, notes: tuple[str, ...] = (), caveat: str = "") -> Answer:
    """An answer."""
    return Answer("what?", "answered", text, citations, notes, caveat=caveat)


def test_a_source_names_its_correction_and_its_other_outlets() -> None:
    """What was corrected says when, and what several outlets carry names them all."""
    answer = answered("They must leave. [1]", cite(updated="2020-02-20", outlets=("Paper & Co", "Radio")))
    source = "Wire, 18 February 2020, updated 20 February 2020, “A <map> & more”, also in Paper & Co, Radio"
    assert source in render_text(answer)


def test_text_for_a_terminal() -> None:
    """Under the answer stand its quotes with their sources, indented, and its notes; long lines are wrapped."""
    long = "word " * 30
    answer = answered(
        "They must leave. [1] All of them. [12]",
        cite(),
        cite(long.strip(), 12, url="", outlet="", published=None, title=""),
        notes=("It is old.", Text("It was {heat}.", heat="hot")),
        caveat="It may change.",
    )
    shown = "\n".join(
        [
            "Note: It may change.",
            "",
            "They must leave. [1] All of them. [12]",
            "",
            "[1] “They must leave.”",
            f"    {SOURCE}",
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
    assert render_text(answer) == render_text(answer, "xx") == render_content(answer) == shown


def test_text_without_evidence() -> None:
    """An answer without citations is its text alone."""
    assert render_text(Answer("what?", "no_evidence", "I found nothing.")) == "I found nothing."


def test_lines_of_an_answer() -> None:
    """Each line of an answer is wrapped by itself."""
    assert render_text(answered("word " * 30 + "\n\nNext.")).split("\n") == [
        ("word " * 19).strip(),
        ("word " * 11).strip(),
        "Next.",
    ]


@pytest.mark.parametrize(("page", "pages", "counted"), [(2, 4, "\n\n2 of 4"), (1, 1, "")])
def test_an_excerpt_in_a_terminal(page: int, pages: int, counted: str) -> None:
    """A quote stands between stars in its text, under where it is from; which page it is stands under it."""
    excerpt = Excerpt(cite(), "It began.\n\nHe spoke. ", " So he said.", page, pages)
    assert render_content(excerpt) == (
        f"{SOURCE}\n{URL}\n\nIt began.\n\nHe spoke. **They must leave.** So he said.{counted}"
    )


def test_directions_end_where_a_quote_ends() -> None:
    """A sign in a quote or a title that turns the direction of its text does not turn what follows."""
    shown = render_text(answered("No. [1]", cite("Turn \u202ehere", title="And \u2067here", url="")))
    assert "“Turn \u202ehere\u202c”" in shown
    assert "“And \u2067here\u2069”" in shown


def test_plain_text_in_a_terminal() -> None:
    """Plain text is shown as it is."""
    assert render_content("a <b>\n\nc") == "a <b>\n\nc"


def test_buttons_in_a_terminal() -> None:
    """Buttons stand in their rows."""
    rows = ((Button(Text("Passages"), "p:1"), Button("👍", "u:1")), (Button("Who is <X>?", "q:1"),))
    assert render_buttons(rows) == "( Passages | 👍 )\n( Who is <X>? )"
    assert render_buttons(()) == ""


def test_a_table_is_as_wide_as_its_cells() -> None:
    """Columns line up, and no line ends in blanks."""
    assert render_table([("a", 1, ""), ("bbb", 22, "c")]) == "a    1\nbbb  22  c"
