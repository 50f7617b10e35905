"""A text that is too long becomes several messages: nothing is lost or doubled, and each message is whole in itself."""

from __future__ import annotations

import html
import re
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.graphemes import is_boundary, shorten, shorten_start
from bot.render.pieces import MOST_BYTES, MOST_ENTITIES, TELEGRAM_LIMIT, Piece, count_units, fits, write_html
from bot.render.split import split_pieces
from bot.render.telegram_html import visible_length, visible_text

FAMILY = "👩‍👩‍👧"
CHARACTERS = [
    "e\u0301",
    "👍🏽",
    FAMILY,
    "🇩🇪",
    "❤️",
    "क्षि",
    "각",
    "\u1100\u1161\u11a8",
    "กำ",
    "நி",
    "ش\u0651",
    "\r\n",
    "🏴\U000e0067\U000e007f",
]
# What a character is, by others: the end of an extended grapheme cluster.
CLUSTER = import_module("regex").compile(r"\X")


def squeeze(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def split_text(text: str) -> list[str]:
    """The texts of the messages of a plain text."""
    return [write_html(message) for message in split_pieces([Piece(text)])]


@pytest.mark.parametrize("character", CHARACTERS)
def test_characters_of_several_code_points(character: str) -> None:
    """What people see as one character is held together, beside letters and beside itself."""
    for text in (character * 3, f"a{character}b"):
        ends = {match.end() for match in CLUSTER.finditer(text)}
        for place in range(1, len(text)):
            assert is_boundary(text, place) <= (place in ends)
    assert is_boundary(f"a{character}b", 1 + len(character))
    assert is_boundary(f"{character}{character}", len(character))


@given(
    st.lists(st.sampled_from(["a", "1", " ", ".", "\n", "\u200d", "\u0301", "\u094d", "क", "🇩", "\u0600", *CHARACTERS]))
)
def test_no_character_is_torn(characters: list[str]) -> None:
    """Wherever a text may be cut, a character ends after what Unicode says."""
    text = "".join(characters)
    ends = {0, *(match.end() for match in CLUSTER.finditer(text))}
    assert {place for place in range(len(text) + 1) if is_boundary(text, place)} <= ends


def test_flags_and_marks() -> None:
    """In a row of flags each two letters belong together; a mark alone ties nothing."""
    assert is_boundary("\u0301क", 1)
    assert [place for place in range(7) if is_boundary("🇩🇪🇫🇷🇹🇷", place)] == [0, 2, 4, 6]


@pytest.mark.parametrize(
    ("text", "length", "start", "end"),
    [
        ("short", 5, "short", "short"),
        ("shorter", 5, "shor…", "…rter"),
        ("e\u0301" * 3, 4, "e\u0301…", "…e\u0301"),
        (
            "one two three four five six seven eight nine ten",
            46,
            "one two three four five six seven eight nine…",
            "…two three four five six seven eight nine ten",
        ),
        ("any", 0, "", ""),
        ("\u0301" * 9, 3, "\u0301\u0301…", "…\u0301\u0301"),
    ],
)
def test_shortened(text: str, length: int, start: str, end: str) -> None:
    """A text is shortened between words or characters, and three dots tell it."""
    assert (shorten(text, length), shorten_start(text, length)) == (start, end)


def test_what_fits_is_one_message() -> None:
    """A text up to the limit stays as it is, with its white space."""
    text = " a\n" + "x" * (TELEGRAM_LIMIT - 4) + " "
    assert split_text(text) == [text]
    assert split_pieces([]) == [[]]
    assert len(split_text(f"{text}yyy")) == 2
    assert split_text(" " * 5000) == []


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        ("Word one. " * 250 + "Last one.\n\n", "Word two.\n" * 10 + "Word three. " * 200),
        ("Word one. " * 250 + "Last one.\n", "Word two. " * 300),
        ("Short.\n\n" + "Word one. " * 400 + "[12] [3]", " More words in this sentence" * 20 + "."),
        ("Ended here. " * 200 + "So it is [1].", " And " + "so on " * 500),
        ("Ended here. " * 330 + "He left. [1]", " And" + "so" * 200),
        ("Ended here. " + "[123456] " * 453, "[123456] " * 9),
        ("word " * 819, "word " * 300),
        ("word " * 9, "x" * 4090),
        ("x" * 4096, "x" * 4000),
        ("x" * 4094, "[12] and more"),
        ("😀" * 2048, "😀" * 100),
        (FAMILY * 500, FAMILY * 20),
        ("e\u0301" * 2048, "e\u0301" * 9),
    ],
    ids=[
        "paragraph",
        "line",
        "marks",
        "sentence",
        "near the end",
        "only marks",
        "words",
        "before a long word",
        "one word",
        "a mark",
        "emoji",
        "families",
        "accents",
    ],
)
def test_where_it_is_cut(first: str, rest: str) -> None:
    """After a paragraph, a line or a sentence with its marks if that keeps half a message, else after a word."""
    assert visible_text(split_text(first + rest)[0]) == first.strip()


def test_a_character_that_is_longer_than_a_message() -> None:
    """Only a character that fills a message is cut, and nothing of it is lost."""
    text = "a" + "\u0301" * 5000
    assert [len(visible_text(part)) for part in split_text(text)] == [4096, 905]


def test_a_blank_with_an_accent_is_kept() -> None:
    """A blank at a cut goes, but not one that carries an accent."""
    first, second = split_text("x" * 4096 + "  \u0301" + "y")
    assert (first, second) == ("x" * 4096, " \u0301y")


def test_no_more_bytes_than_telegram_takes() -> None:
    """What is short as it is read and long as it is written is cut too."""
    assert [len(part.encode()) for part in split_text("&" * 2000)] == [MOST_BYTES, 1000]
    assert [len(part) for part in split_text("字" * 4000)] == [3000, 1000]


def test_half_of_a_pair_is_replaced() -> None:
    """Half of a surrogate pair cannot be sent: a sign stands for it."""
    assert split_text("a\ud83dж") == ["a\ufffdж"]


TEXTS = st.lists(
    st.sampled_from(
        [*'ab <>&"“é字شא', "word ", "One. ", "Two [1]. ", "\n", "\n\n", " [2]", "\u202e", "\u0301", *CHARACTERS]
    )
    | st.text(max_size=3),
    max_size=8,
).map("".join)
LONG = st.tuples(TEXTS, st.integers(1, 900)).map(lambda pair: (pair[0] * pair[1])[:7000])
PIECES = st.builds(
    Piece,
    TEXTS | LONG,
    href=st.sampled_from(["", "https://wire.example/?a=1&b=2", f"https://wire.example/{'x' * 1400}"]),
    bold=st.booleans(),
    italic=st.booleans(),
    quoted=st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(PIECES, max_size=6)
    | st.lists(PIECES.map(lambda piece: Piece("x ", piece.href)), min_size=99, max_size=250)
)
def test_nothing_is_lost_and_nothing_doubled(pieces: list[Piece]) -> None:
    """All words stand in the messages once, in order and in their styles; every message is balanced, within limits."""
    messages = split_pieces(pieces)
    styled = [
        (sign, piece.href, piece.bold, piece.italic, piece.quoted) for piece in pieces for sign in squeeze(piece.text)
    ]
    shown = [piece for message in messages for piece in message]
    assert styled == [(sign, p.href, p.bold, p.italic, p.quoted) for p in shown for sign in squeeze(p.text)]
    for message in messages:
        assert fits(message)
        written = write_html(message)
        assert visible_length(written) == sum(count_units(piece.text) for piece in message) <= TELEGRAM_LIMIT
        assert len(written.encode()) <= MOST_BYTES
        check_balance(written)
    if len(messages) > 1:
        assert all("".join(piece.text for piece in message).strip() for message in messages)


def check_balance(written: str) -> None:
    """Each tag is closed in its message, in the order in which they were opened; there are not too many."""
    stack: list[str] = []
    count = 0
    for end, name in re.findall(r"<(/?)(\w+)[^>]*>", written):
        if end:
            assert stack.pop() == name
        else:
            stack.append(name)
            count += 1
    assert stack == []
    assert count <= MOST_ENTITIES
    assert html.unescape(re.sub(r"<[^>]*>", "", written)).count("<") == written.count("&lt;")
