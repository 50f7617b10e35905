"""Links that open a page at a quote, read as browsers read them."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.fragments import MOST_BYTES, clean_url, link_to_quote, make_fragment

PAGE = "https://wire.example/a"


def find_marked(link: str, page: str) -> str | None:
    """What a browser marks on a page (its paragraphs parted by line breaks) that a link opens, as its draft says."""
    directive = link.partition(":~:text=")[2]
    assert re.fullmatch(r"(?:[A-Za-z0-9._~,]|%[0-9A-F]{2})+", directive)
    start, *end = map(unquote, directive.split(","))
    assert len(end) <= 1
    text = re.sub(r"[^\S\n]+", " ", page)
    if (first := find_words(text, start, 0)) is None:
        return None
    last = find_words(text, end[0], first[1]) if end else first
    return text[first[0] : last[1]] if last else None


def find_words(text: str, words: str, start: int) -> tuple[int, int] | None:
    """Where some words stand in one paragraph of a text, with no part of a word."""
    assert "\n" not in words
    found = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)").search(text, start)
    return found.span() if found else None


@pytest.mark.parametrize(
    ("quote", "fragment"),
    [
        ("They must leave.", "They%20must%20leave"),
        ("one two three four five six seven eight", "one%20two%20three%20four%20five%20six%20seven%20eight"),
        ("1 2 3 4 5 6 7 8 9", "1%202%203%204,6%207%208%209"),
        (
            "“We, too, pay 5% – A&B – of half-price,” he said.",
            "We%2C%20too%2C%20pay%205%25,of%20half%2Dprice%2C%E2%80%9D%20he%20said",
        ),
        ("half-price a&b, c", "half%2Dprice%20a%26b%2C%20c"),
        ("First  line here.\nSecond line there.", "First%20line%20here,Second%20line%20there"),
        ("a b c d e f\n\n—\n\nv w x y z", "a%20b%20c%20d,w%20x%20y%20z"),
        (
            "部长说，他们必须离开。",
            "%E9%83%A8%E9%95%BF%E8%AF%B4%EF%BC%8C%E4%BB%96%E4%BB%AC%E5%BF%85%E9%A1%BB%E7%A6%BB%E5%BC%80",
        ),
        ("50% - 60%", "50%25%20%2D%2060%25"),
        ("…", "%E2%80%A6"),
        ("half \ud800 pair", "half%20%3F%20pair"),
        (" \n ", ""),
        ("", ""),
    ],
)
def test_fragments(quote: str, fragment: str) -> None:
    """A short quote is whole in its link, a long one has its first and last words; the syntax's signs are encoded."""
    assert make_fragment(quote) == fragment
    assert link_to_quote(PAGE, quote) == (f"{PAGE}#:~:text={fragment}" if fragment else PAGE)


WORD = st.text(st.sampled_from("abcdeäж-,&%.'’é"), min_size=1, max_size=6).filter(lambda word: word[0].isalpha())


@given(st.lists(WORD, min_size=1, max_size=30), st.lists(st.sampled_from([" ", "\n"]), min_size=30, max_size=30))
def test_a_browser_finds_the_quote(words: list[str], gaps: list[str]) -> None:
    """What a browser marks begins and ends with the quote, whatever stands around it."""
    numbered = [f"{word}{number}z" for number, word in enumerate(words)]
    quote = "".join(word + gap for word, gap in zip(numbered, gaps, strict=False)).strip()
    marked = find_marked(link_to_quote(PAGE, quote), f"Before it. {quote} After it.")
    assert marked == quote


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (PAGE, f"{PAGE}#"),
        (f"{PAGE}?b=1&c=2", f"{PAGE}?b=1&c=2#"),
        (f"{PAGE}#part", f"{PAGE}#part"),
        (f"{PAGE}#:~:text=Other", f"{PAGE}#"),
        (f"{PAGE}#part:~:text=Other", f"{PAGE}#part"),
        ("HTTP://Wire.example", "HTTP://Wire.example#"),
        (f'{PAGE}/"><b> x\n', f"{PAGE}/%22%3E%3Cb%3E%20x%0A#"),
        ("https://пример.рф/а\u202eб", "https://пример.рф/а%E2%80%AEб#"),
        ("https://[::1]:80/x", "https://[::1]:80/x#"),
    ],
)
def test_addresses(url: str, page: str) -> None:
    """The quote is added to what the address has; signs that could end it, or are not seen, are encoded."""
    assert link_to_quote(url, "They left.") == f"{page}:~:text=They%20left"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "javascript:alert(1)",
            "tg://user?id=1",
            "wire.example/a",
            "https://",
            "https:///a",
            "ftp://wire.example",
        ),
        *("https://user:secret@wire.example/", " https://wire.example", "data:text/html,x", "https://a\\b", "http:a"),
        *("https://[", "https://[x]/", "https://a:b/", "https://?", "https://a b/"),
        f"https://wire.example/{'a' * MOST_BYTES}",
    ],
)
def test_what_is_no_address_of_the_web_is_no_link(url: str) -> None:
    """Only pages of the web are linked to, and only by addresses that can be sent."""
    assert (link_to_quote(url, "They left."), clean_url(url)) == ("", "")


@pytest.mark.parametrize(
    ("quote", "fragment"),
    [
        (f"{'a' * 300} {'b' * 300} {'c' * 300} {'d' * 300} " * 3, f"{'a' * 300} {'b' * 300},{'c' * 300} {'d' * 300}"),
        (f"{'a' * 400} {'b' * 400} {'c' * 400} {'d' * 400}", f"{'a' * 400},{'d' * 400}"),
        ("x" * 2000, ""),
        ("离开" * 200, ""),
        (f"{'离开' * 30}。{'部长' * 30}。{'他们' * 30}。", f"{'离开' * 30},{'他们' * 30}"),
    ],
    ids=["long words", "few long words", "one word", "no blanks", "sentences without blanks"],
)
def test_long_words(quote: str, fragment: str) -> None:
    """Where there is no room for four words at each end there are fewer, or none: the page is linked to in any case."""
    link = link_to_quote(PAGE, quote)
    assert unquote(link) == (f"{PAGE}#:~:text={fragment}" if fragment else PAGE)
    assert len(link) < MOST_BYTES


@given(st.text(), st.text(), st.text())
def test_any_address_and_any_quote(host: str, path: str, quote: str) -> None:
    """Whatever they hold: a link is one of the web, is of the length that it may have, and ends nothing around it."""
    link = link_to_quote(f"https://{host}/{path}", quote)
    assert len(link) < MOST_BYTES
    assert not link or urlsplit(link).scheme == "https"
    assert re.search(r"[\s\"<>\x00-\x20\x7f-\xa0]", link) is None
