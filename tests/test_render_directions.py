"""Text that runs from right to left, alone and in lines that run the other way."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.directions import LEFT, RIGHT, close_controls, find_direction, isolate, mark_start, steady

ARABIC, HEBREW = "قال الوزير", "אמר השר"
LRE, RLE, PDF, LRO, RLO = map(chr, range(0x202A, 0x202F))
LRI, RLI, FSI, PDI = map(chr, range(0x2066, 0x206A))


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("", ""),
        ("12, 13 – 14!", ""),
        ("१२ ١٢ \u202e", LEFT),
        ("They left.", LEFT),
        ("Ж", LEFT),
        (ARABIC, RIGHT),
        (f"2020 {HEBREW}", RIGHT),
        (f"Wire: {ARABIC} {ARABIC}", RIGHT),
        (f"{HEBREW} is what he said to all of them", LEFT),
        (f"{HEBREW} is what", RIGHT),
        ("\u202e 12", ""),
    ],
)
def test_direction(text: str, direction: str) -> None:
    """A text runs as its first letter does, if not twice as many run the other way."""
    assert find_direction(text) == direction


@pytest.mark.parametrize(
    ("line", "direction", "mark"),
    [
        ("They left.", LEFT, ""),
        (ARABIC, RIGHT, ""),
        (f"[1] {ARABIC}", RIGHT, RIGHT),
        (f"2020 {ARABIC}", RIGHT, RIGHT),
        (f"Wire: {ARABIC}", RIGHT, RIGHT),
        (f"“{ARABIC}” they said", LEFT, LEFT),
        (f"They said “{ARABIC}”", LEFT, ""),
        (f"{RIGHT}12", LEFT, LEFT),
        ("12", "", ""),
        ("", RIGHT, ""),
    ],
)
def test_how_a_line_begins(line: str, direction: str, mark: str) -> None:
    """A line is given a mark where its first sign does not say how it runs."""
    assert mark_start(line, direction) == mark


@pytest.mark.parametrize(
    ("text", "direction", "isolated"),
    [
        ("Wire", LEFT, "Wire"),
        ("Wire", RIGHT, f"{FSI}Wire{PDI}"),
        (ARABIC, RIGHT, ARABIC),
        (ARABIC, LEFT, f"{FSI}{ARABIC}{PDI}"),
        ("12", RIGHT, "12"),
        (f"a{RLO}b", LEFT, f"{FSI}a{RLO}b{PDF}{PDI}"),
        (f"a{PDI}b", LEFT, f"{FSI}{FSI}a{PDI}b{PDI}"),
        (f"{RLI}a{PDI}{PDI}b{PDI}{LRI}", LEFT, f"{FSI}{FSI}{FSI}{RLI}a{PDI}{PDI}b{PDI}{LRI}{PDI}{PDI}"),
    ],
)
def test_isolated(text: str, direction: str, isolated: str) -> None:
    """What runs the other way, or turns directions, is kept to itself; it cannot end what keeps it."""
    assert isolate(text, direction) == isolated


@pytest.mark.parametrize(
    ("text", "closers"),
    [
        ("They left.", ""),
        (f"a{RLO}b", PDF),
        (f"a{RLO}b{PDF}", ""),
        (f"{LRE}{RLE}{LRO}", PDF * 3),
        (f"{RLI}a{RLE}b", PDF + PDI),
        (f"{RLI}a{RLE}b{PDI}", ""),
        (f"{RLI}a{PDF}", PDI),
        (f"{PDF}{PDI}a", ""),
        (f"a{RLO}b\nc", ""),
        (f"a{RLO}b\nc{FSI}d", PDI),
    ],
)
def test_what_is_opened_is_closed(text: str, closers: str) -> None:
    """Signs that turn directions are closed at the end of their text; the end of a line closes them too."""
    assert close_controls(text) == text + closers


@pytest.mark.parametrize(
    ("line", "steadied"),
    [
        ("They left. [1]", "They left. [1]"),
        (f"{ARABIC}. [1] {ARABIC}. [2]", f"{ARABIC}. [1] {ARABIC}. [2]"),
        (f"[1] {ARABIC}", f"{RIGHT}[1] {ARABIC}"),
        (f"They met {HEBREW}. [1][2] They left. [3]", f"They met {HEBREW}. {LEFT}[1][2] They left. [3]"),
        (f"{ARABIC} Biden. [1]\nThey left. [2]", f"{ARABIC} Biden. {RIGHT}[1]\nThey left. [2]"),
        (f"They left {RLO}now. [1] So.", f"They left {RLO}now. {PDF}[1] So."),
        (f"12 {RLO}3 [1]", f"12 {RLO}3 {PDF}[1]"),
    ],
)
def test_steady_lines(line: str, steadied: str) -> None:
    """Each line runs as its letters do; a mark stays with the end of its sentence, whatever the sentence ends with."""
    assert steady(line) == steadied


@given(
    st.text(st.sampled_from(f"a1 [].“”\n{ARABIC}{HEBREW}{LRE}{RLE}{PDF}{LRO}{RLO}{LRI}{RLI}{FSI}{PDI}{LEFT}{RIGHT}"))
)
def test_nothing_is_lost_and_all_is_closed(text: str) -> None:
    """Only signs that nobody sees are put in, and what is closed once is closed."""
    unseen = dict.fromkeys(map(ord, f"{LEFT}{RIGHT}{PDF}{FSI}{PDI}"))
    assert steady(text).translate(unseen) == text.translate(unseen)
    assert close_controls(close_controls(text)) == close_controls(text)
    kept = isolate(text.replace("\n", ""), LEFT)
    kinds = [unicodedata.bidirectional(sign) for sign in kept]
    if kept.startswith(FSI):
        assert sum(kind in ("LRI", "RLI", "FSI") for kind in kinds) == kinds.count("PDI")
