"""Pages as sites of many kinds make them become exactly their article, or a reason why there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article, Failure
from index.clean import clean_line, make_article
from index.dates import read_date
from index.files import Document
from index.web.pages import read_page

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
# What the pages below say can only be reached with rules that are not there; what the test expects of them instead.
KNOWN_GAPS: dict[str, tuple[str, dict[str, Any]]] = {
    "fair_declared_1252": ("its date is only written out, in Spanish, and stays unknown", {"published": None}),
}
_SENTENCE = re.compile(r"(?<=[.!?…。؟])[”’\"»“)]*\s+|\n+")


def keep_page(content: bytes) -> bytes:
    """A page as it is."""
    return content


def drop_names(content: bytes) -> bytes:
    """A page without the names of its parts, as sites have it that make them up anew with each release."""
    return re.sub(rb'\s(?:class|id|role|aria-label|data-[a-z]+)="[^"]*"', b"", content)


def read_pair(pair: Path, change: Callable[[bytes], bytes] = keep_page) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is expected of a golden page, and what is read from it: the whole article, or the failure."""
    expected = json.loads(pair.read_text(encoding="utf-8"))
    content = change(pair.with_suffix(".html").read_bytes())
    address, charset = expected.pop("address", ""), expected.pop("charset", "")
    try:
        found = read_page(content, address, charset)
    except ValueError as error:
        return expected, {"failure": str(error)}
    # an article takes its text as it is after the cleaning that files of all kinds get
    article = make_article("s", Document(pair.stem, ".jsonl", {"text": found["text"], "title": found["title"]}, 0))
    assert isinstance(article, Article)
    return expected, {
        "title": article.title,
        "outlet": clean_line(found["outlet"]),
        "published": read_date(found["published"]),
        "updated": read_date(found["updated"]),
        "language": found["language"],
        "url": found["url"],
        "text": article.text.split("\n\n"),
    }


def split_sentences(lines: list[str]) -> list[str]:
    """The sentences of some lines, without their quotation marks."""
    sentences = (part.strip("\"'“”„«»‘’ ") for line in lines for part in _SENTENCE.split(line))
    return [sentence for sentence in sentences if sentence]


@pytest.mark.parametrize("pair", GOLDEN, ids=[pair.stem for pair in GOLDEN])
def test_a_page_becomes_exactly_this_article(pair: Path) -> None:
    """Title, outlet, dates, language, address and text are those a careful editor would take from the page."""
    expected, found = read_pair(pair)
    assert found == expected | KNOWN_GAPS.get(pair.stem, ("", {}))[1]


def test_a_gap_is_one() -> None:
    """A known gap names a page that is there, and what is expected of it instead differs from what is right."""
    pages = {pair.stem: json.loads(pair.read_text(encoding="utf-8")) for pair in GOLDEN}
    assert [name for name, (_, weaker) in KNOWN_GAPS.items() if weaker.items() <= pages[name].items()] == []


# The floors are what is reached, rounded down: never lowered, raised when more is.
@pytest.mark.parametrize(("change", "recall", "precision"), [(keep_page, 1.0, 1.0), (drop_names, 0.99, 0.90)])
def test_sentences_of_all_pages(change: Callable[[bytes], bytes], recall: float, precision: float) -> None:
    """Over all pages, at least these shares of the expected sentences are found, and of the found ones expected."""
    wanted, got = [], []
    for pair in GOLDEN:
        expected, found = read_pair(pair, change)
        wanted += [(pair.stem, sentence) for sentence in split_sentences(expected.get("text", []))]
        got += [(pair.stem, sentence) for sentence in split_sentences(found.get("text", []))]
    found_sentences, expected_sentences = set(got), set(wanted)
    assert sum(sentence in found_sentences for sentence in wanted) / len(wanted) >= recall
    assert sum(sentence in expected_sentences for sentence in got) / len(got) >= precision


@pytest.mark.parametrize("name", ["strike_modern", "paywall_teaser"])
def test_a_file_is_read_as_a_page(name: str) -> None:
    """A page in a folder becomes the same article as from the web, or a failure with the same reason."""
    pair = Path(__file__).parent / "golden" / f"{name}.json"
    expected = json.loads(pair.read_text(encoding="utf-8"))
    made = make_article("s", Document(name, ".html", pair.with_suffix(".html").read_bytes(), 0))
    if "failure" in expected:
        assert made == Failure("s", name, f"is not an article: {expected['failure']}")
    else:
        assert isinstance(made, Article)
        assert made.text.split("\n\n") == expected["text"]


TEXT = "<p>The committee met on Monday, and it was decided to mend the bridge.</p>"


def read_made(head: str = "", body: str = TEXT, url: str = "") -> dict[str, Any]:
    """What is read from a page of these parts."""
    return read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), url)


def json_ld(value: object) -> str:
    """A script with an object for machines."""
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


@pytest.mark.parametrize(
    ("head", "published", "updated"),
    [
        (json_ld({"@type": "NewsArticle", "datePublished": "2024-05-06"}), "2024-05-06", ""),
        (json_ld([{"@graph": [{"@type": ["Thing", "BlogPosting"], "datePublished": "2024-05-06"}]}]), "2024-05-06", ""),
        (json_ld({"@type": "LiveBlogPosting", "datePublished": "2024-05-06T01:02Z"}), "2024-05-06T01:02Z", ""),
        (json_ld({"@type": "Person", "birthDate": "1994-05-06"}), "", ""),
        (json_ld({"@type": "NewsArticle", "datePublished": ["2024-05-06"]}), "", ""),
        ('<script type="application/ld+json">{broken</script>', "", ""),
        ('<script type="application/ld+json">' + "[" * 100_000 + "</script>", "", ""),
        (json_ld({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"@type": "Article"}}}}}}}}}), "", ""),
        ('<meta name=date content="soon"><meta name=pubdate content="2024-05-06">', "2024-05-06", ""),
        (
            '<meta name=date content="2024-05-06"><meta itemprop=dateModified content="2024-05-06T09:00Z">',
            "2024-05-06",
            "",
        ),
        (
            '<meta name=date content="2024-05-06"><meta itemprop=dateModified content="2024-05-07T09:00Z">',
            "2024-05-06",
            "2024-05-07T09:00Z",
        ),
        ('<meta property="article:modified_time" content="2024-05-07T09:00Z">', "", ""),
        (
            '<meta property="article:published_time" content="2024-05-06">'
            '<meta name=pubdate content="2024-05-05T10:00Z"><meta name=date content="2024-05-06T23:30+01:00">',
            "2024-05-06T23:30+01:00",
            "",
        ),
    ],
)
def test_dates_are_those_of_the_metadata(head: str, published: str, updated: str) -> None:
    """The fullest stated date counts, and a change only where it is known to be later."""
    found = read_made(head)
    assert (found["published"], found["updated"]) == (published, updated)


@pytest.mark.parametrize(
    ("body", "published"),
    [
        ("<h1>Bridge</h1><time datetime='2024-05-06T10:00+02:00'>Monday</time>", "2024-05-06T10:00+02:00"),
        (
            "<time pubdate datetime=2024-05-06>6 May</time><h1>Bridge</h1><time datetime=2024-05-07>7 May</time>",
            "2024-05-06",
        ),
        ("<h1>Bridge</h1><p>Written on May 6th, 2024 by Ada</p>", "May 6th, 2024"),
        ("<h1>Bridge</h1><p>Le 6 mai 2024, mis à jour le 2024-05-07</p>", "2024-05-07"),
    ],
)
def test_dates_are_found_on_the_page(body: str, published: str) -> None:
    """Where the metadata name no date, one that is marked up or written above the text is taken."""
    assert read_made("<title>Bridge</title>", body + TEXT * 1)["published"] == published


@pytest.mark.parametrize(
    ("link", "found_at", "url"),
    [
        ("https://a.example/x", "", "https://a.example/x"),
        ("/x", "https://a.example/x?from=feed", "https://a.example/x"),
        ("https://a.example/x", "https://m.a.example/amp/x", "https://a.example/x"),
        ("https://a.example/?p=7", "https://a.example/x", "https://a.example/?p=7"),
        ("https://a.example/", "https://a.example/x", "https://a.example/x"),
        ("https://b.example/x", "https://a.example/x", "https://a.example/x"),
        ("https://[a.example/x", "https://a.example/x", "https://a.example/x"),
        ("javascript:x", "https://a.example/x", "https://a.example/x"),
    ],
)
def test_a_page_names_its_address(link: str, found_at: str, url: str) -> None:
    """The canonical address is taken if it is another page of the same site than its home page."""
    assert read_made(f'<link rel="canonical" href="{link}">', url=found_at)["url"] == url


@pytest.mark.parametrize(
    ("head", "body", "title", "outlet"),
    [
        ("<title>Herald | Bridge mended</title>", "<h1>Herald</h1><h2>Bridge mended</h2>", "Bridge mended", "Herald"),
        ("<title>Bridge mended - News - Herald</title>", "<h1>Bridge mended</h1>", "Bridge mended", "Herald"),
        ("<title>Herald - Bridge mended</title>", "<h1>Bridge mended</h1>", "Bridge mended", "Herald"),
        ("<title>Bridge mended, says council</title>", "<h1>Bridge mended</h1>", "Bridge mended", ""),
        (f"<title>Bridge mended | {'x' * 61}</title>", "<h1>Bridge mended</h1>", "Bridge mended", ""),
        ("<title>Bridge – Herald</title><meta property=og:site_name content=Herald>", "", "Bridge", "Herald"),
        ("<title>Herald</title><meta name=application-name content=Herald>", "", "Herald", "Herald"),
        (json_ld({"@type": "Article", "headline": "A", "publisher": "Herald"}), "", "A", "Herald"),
        (json_ld({"@type": "Article", "headline": "A", "publisher": {"@id": "#h"}}), "", "A", ""),
        (
            json_ld([{"@type": "Article", "publisher": {"@id": "#h"}}, {"@id": "#h", "name": "Herald"}]),
            "",
            "",
            "Herald",
        ),
        ("", "", "", ""),
    ],
)
def test_a_page_names_its_title_and_outlet(head: str, body: str, title: str, outlet: str) -> None:
    """The title is the headline without the outlet's name, and the outlet's name is known from the title alone."""
    found = read_made(head, body + TEXT)
    assert (found["title"], found["outlet"]) == (title, outlet)


@pytest.mark.parametrize(
    ("page", "language"),
    [
        ("<html lang=de-AT><body>", "de"),
        ("<html><body><article lang=tr>", "tr"),
        ("<html lang='{{ lang }}'><meta http-equiv=content-language content='FR, en'><body>", "fr"),
        ("<html><meta property=og:locale content=pt_BR><body>", "pt"),
        ("<html><body>", ""),
    ],
)
def test_a_page_names_its_language(page: str, language: str) -> None:
    """The language is the first part of what the page, its article or its metadata name."""
    assert read_page((page + TEXT).encode())["language"] == language


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "<form id=page><h1>Bridge</h1>" + TEXT + "</form>",
            ["The committee met on Monday, and it was decided to mend the bridge."],
        ),
        (
            "<h1>Bridge</h1>"
            + TEXT
            + "<h2><button>Who pays?</button></h2><p>The county pays for all of it, this year.</p>",
            [
                "The committee met on Monday, and it was decided to mend the bridge.",
                "Who pays?",
                "The county pays for all of it, this year.",
            ],
        ),
        (
            "<h1>Bridge</h1>" + TEXT + "<p>No.</p><p>Why?</p><p>No.</p>",
            ["The committee met on Monday, and it was decided to mend the bridge.", "No.", "Why?", "No."],
        ),
        (
            "<h1>Bridge</h1>" + TEXT + "<table><tr><td>a</td><td></td><td>b <b>c</b></td></tr></table>",
            ["The committee met on Monday, and it was decided to mend the bridge.", "a | b c"],
        ),
        ("<h1>Bridge</h1><p>สะพานเปิดแล้ว" + "คนมาก" * 30 + "</p>", ["สะพานเปิดแล้ว" + "คนมาก" * 30]),
    ],
)
def test_what_looks_like_furniture_may_be_text(body: str, text: list[str]) -> None:
    """A form around the whole page, a heading that is a button, answers of a word and texts without stops are kept."""
    assert read_made("<title>Bridge</title>", body)["text"].split("\n\n") == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Only words.", "no article text was found in the page"),
        (b"<!doctype html>", "no article text was found in the page"),
        (b"<html><frameset><frame src=a></frameset></html>", "no article text was found in the page"),
        (b"<html><body><p>No sentence</p>", "no article text was found in the page"),
        (b"<html><title>404</title><body><p>There is nothing here at all, sorry.</p>", "it is an error page"),
        (
            b"<html><title>Wire</title><body><noscript><h1>Wire</h1>Please enable JavaScript.</noscript>",
            "it needs JavaScript and shows no article",
        ),
        (b"<html><body><p>Only for you.</p><p>This is for subscribers only.</p>", "it is behind a paywall"),
    ],
)
def test_a_page_without_an_article_says_what_it_is(content: bytes, reason: str) -> None:
    """What has no article is refused in one line that names the cause."""
    with pytest.raises(ValueError, match=f"^{reason}$"):
        read_page(content)


_TAGS = "html body div p h1 h2 ul li table tr td a article section aside form figure blockquote span br sup".split()
_TAGS += ["title", "noscript"]
_WORDS = ["A sentence that is long enough to be one.", "Comments (2)", "By Ada", " ", "&shy;", "\x00", "ü"]
_SOUP = st.lists(
    st.sampled_from(_WORDS)
    | st.builds("<{}>".format, st.sampled_from(_TAGS))
    | st.builds("</{}>".format, st.sampled_from(_TAGS))
    | st.builds(
        '<{} class="{}" href="{}">'.format,
        st.sampled_from(_TAGS),
        st.sampled_from(["comments", "x", "fact-box"]),
        st.sampled_from(["#", "/x"]),
    )
)


@settings(deadline=None)
@given(_SOUP)
def test_any_page_is_read_or_refused(soup: list[str]) -> None:
    """Whatever a page holds, it becomes lines of text that are not empty, or is refused."""
    try:
        lines = read_page(("<html>" + "".join(soup)).encode())["text"].split("\n\n")
    except ValueError:
        return
    assert [line for line in lines if not line.strip() or "\n" in line] == []
