"""Text of articles is only text: TDLib, which finds commands, mentions and links as Telegram does, finds none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import Answer
from bot.conversation.messages import Excerpt
from bot.render.literal import write_literally
from bot.render.pieces import Piece, write_html
from bot.render.telegram_html import render_answer, render_excerpt, render_plain
from bot.texts import Text, join_texts
from tests.bot_api.judges import find_entities, parse_html
from tests.test_render import answered, cite

TEMPTING = {
    "/forget": "/forget",
    "/reindex@fake_test_bot now": "/reindex@fake_test_bot",
    "said @mayor, “@deputy”": "@mayor @deputy",
    "(#MeToo) #1a #ünlü_söz": "#MeToo #1a #ünlü_söz",
    "it rose to $TSLA and $1INCH": "$TSLA $1INCH",
    "see example.com/a_(b)), or 'www.example.org'.": "example.com/a_(b)) www.example.org",
    "https://example.com/?a=1&b=2#c": "https://example.com/?a=1&b=2#c",
    "(tg://user?id=1)": "tg://user?id=1)",
    "write to first.last@example.com!": "first.last@example.com",
    "at 10.0.0.1:8080": "10.0.0.1:8080",
    "4242 4242 4242 4242 and 4111-1111-1111-1111": "4242 4242 4242 4242 4111-1111-1111-1111",
    "На www.пример.рф пишут": "www.пример.рф",
}
PLAIN = [
    "He and/or she paid $5 million, 24/7, for No. #1 (3.5bn) at 10:30.",
    "The U.S. said.The end...and so on, i.e. a @ b, 50% </b> x < y > z",
    "Call +90 212 555 12 34 in 2019-2020, or 1,000,000 times.",
    "",
]


def found(text: str) -> set[str]:
    """What Telegram makes of a text by itself: the types, without the moments of a film, which lead nowhere here."""
    return {entity.type for entity in find_entities(text)} - {"mediatimestamp"}


def loose(message: str) -> list[str]:
    """The words of a message that Telegram would make something of, though they are neither code nor a link of ours."""
    text, entities = parse_html(message)
    held = [entity for entity in entities if entity.type in ("code", "text_link")]
    raw = text.encode("utf-16-le")
    return [
        raw[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")
        for one in find_entities(text)
        if one.type != "mediatimestamp"
        and not any(it.offset <= one.offset and one.offset + one.length <= it.offset + it.length for it in held)
    ]


@pytest.mark.parametrize(("text", "literal"), TEMPTING.items())
def test_what_could_be_tapped_is_code(text: str, literal: str) -> None:
    """Just the word that Telegram would make something of is code; not a letter of the text is another one."""
    pieces = list(write_literally(Piece(text)))
    assert found(text)
    assert "".join(piece.text for piece in pieces) == text
    assert " ".join(piece.text for piece in pieces if piece.code) == literal
    assert loose(write_html(pieces)) == []


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_is_left_alone(text: str) -> None:
    """What nobody can tap stays one piece in its style."""
    assert found(text) == set()
    assert list(write_literally(Piece(text, bold=True))) == ([Piece(text, bold=True)] if text else [])


def test_code_has_no_other_style() -> None:
    """Within a quote in bold the word is code only, and stays in its blockquote; a link is a link."""
    piece = Piece("Go to example.com now", bold=True, quoted=True)
    parts = ["Go to ", "example.com", " now"]
    first, second, third = (replace(piece, text=part) for part in parts)
    assert list(write_literally(piece)) == [first, replace(second, bold=False, code=True), third]
    link = Piece("“example.com”", "https://wire.example/")
    assert list(write_literally(link)) == [link]


@pytest.mark.parametrize(
    "changes", [{}, {"url": ""}, {"title": "", "url": ""}, {"title": "", "outlet": "", "url": ""}], ids=str
)
@pytest.mark.parametrize("text", TEMPTING)
def test_nothing_of_an_article_can_be_tapped(text: str, changes: dict[str, Any]) -> None:
    """Sentences, quotes, titles, outlets, excerpts, what was asked, and notes that name outlets are only text."""
    citation = cite(text, **{"title": text, "outlet": text, "outlets": (text, "Wire"), **changes})
    notes = (Text("{outlets} disagree.", outlets=text),)
    (message,) = render_answer(answered(f"{text} [1]", citation, notes=notes), heading=text)
    excerpt = render_excerpt(Excerpt(citation, f"{text}\n", f" {text}", 1, 2))
    assert (loose(message), loose(excerpt)) == ([], [])


def test_texts_of_ours_can_be_tapped() -> None:
    """A command that newsbot itself names is one."""
    answer = answered("They left. [1]", cite(), notes=(Text("You watch “{topic}”. /unwatch ends it.", topic="x"),))
    (alert,) = render_answer(answer)
    (refusal,) = render_answer(Answer("q", "no_evidence", "You may not ask yet. /allow 5"))
    (told,) = render_plain(join_texts(Text("Nothing is watched."), Text("Write /watch and a topic.")))
    assert (loose(alert), loose(refusal), loose(told)) == (["/unwatch"], ["/allow"], ["/watch"])


@pytest.mark.parametrize("text", TEMPTING)
def test_lists_of_what_articles_name(text: str) -> None:
    """What a reply lists is only text, also where the reply has words of our own."""
    lines = [Text("{outlet}: articles: {count}", outlet=text, count=3), text]
    (message,) = render_plain(join_texts(*lines, sep="\n"))
    assert parse_html(message)[0] == f"{text}: articles: 3\n{text}"
    assert loose(message) == []


WORDS = st.sampled_from(
    [*" \n()[]<>'“”‘’.,;:!?…/-–—_·@#$=&é中。😀a1", *" ".join(TEMPTING.values()).split(), "x.museum"]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(WORDS, min_size=1, max_size=8).map("".join))
def test_no_text_can_be_tapped(text: str) -> None:
    """However such words are strung together: Telegram takes nothing that touches code for something else."""
    pieces = list(write_literally(Piece(text)))
    written = "".join(piece.text for piece in pieces)
    shown, entities = parse_html(write_html(pieces))
    assert (written, shown) == (text, text)
    for one in find_entities(shown):
        assert one.type == "mediatimestamp" or any(
            one.offset < code.offset + code.length and code.offset < one.offset + one.length for code in entities
        )
