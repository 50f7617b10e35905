"""Documents become articles: whole expected articles of pages and texts as sites write them, and bad ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article, Failure, digest
from index.clean import clean_line, clean_text, make_article
from index.files import Document

PORT_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Port workers end strike · Harbour Post</title>
<meta property="og:title" content="Port workers end strike after nine days">
<meta property="og:site_name" content="Harbour Post">
<meta property="article:published_time" content="2024-05-06T07:15:00+02:00">
<link rel="canonical" href="https://harbour-post.example/port-strike"></head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav></header>
<div class="cookie-banner">We use cookies to improve your experience.</div>
<main><article><h1>Port workers end strike after nine days</h1><p class="byline">By Anna Berg</p>
<p>Workers at the port of Rotterdam went back to work on Monday after a strike of nine days, the union said.
   Some 4,000 people had taken part.</p>
<div class="share"><p>Share this article</p></div>
<p>The employers agreed to raise pay by 6 percent over two years. “We are content with the <b>result</b>,”
said Pieter de Vries, who led the talks for <a href="/union">the union</a>.</p>
<h2>Ships waited at sea</h2>
<p>Up to 40 ships waited at sea last week, and shops in Germany ran short of bananas.</p></article>
<aside><h3>Most read</h3><ul><li><a href="/a">Ten ways to cook rice</a></li></ul></aside>
<section id="comments"><h3>Leave a comment</h3><p>Please enter your comment!</p></section></main>
<footer><p>© 2024 Harbour Post. All rights reserved.</p></footer></body></html>"""

BARE_PAGE = """<html lang=tr><head><meta charset="iso-8859-9"><title>Meclis bütçeyi kabul etti</title></head><body>
<div id="content"><h1>Meclis bütçeyi kabul etti</h1>
<p>Türkiye Büyük Millet Meclisi, uzun süren görüşmelerin ardından yeni bütçeyi salı gecesi kabul etti.</p>
<p>Bakan, görüşmelerin sonunda yaptığı konuşmada harcamaların yüzde 12 artacağını ve açığın azalacağını söyledi.</p>
<p>Advertisement</p>
<p>Muhalefet ise rakamların gerçekçi olmadığını savundu ve bütçeye karşı oy kullandı. Oylama dört saat sürdü.</p>
</div></body></html>"""

AGENCY_TEXT = """\ufeffRiver town cleans up after flood

PASSAU, June 4, 2024 (Danube Press) - The water of the Danube fell by a metre on Tuesday, and
people in the old town of Passau began to shovel mud out of their cellars, the mayor\u00a0said.

“It could have been worse,” he said.
Schools stay closed until Thursday.

Please enter your comment!
Please enter your name here
Share on Facebook
"""

HEADED_TEXT = """Title: Bank keeps rates
Date: 6 June 2024 14:15 CEST
Source: Alpine Ledger
Link: https://alpine-ledger.example/rates
Language: EN

The central bank kept its rate at 3.75 percent on Thursday.
"""

FRONT_MATTER = """---
headline: Rover finds clay
date: 2024-07-01 08:30:00+00:00
source: Capeside Dispatch
updated: 2024-07-02
text: not this
url:
---
# Rover finds clay

The rover found **clay** in an old [river bed](https://x.example/map), the agency said.

![A picture](https://x.example/p.png)

> "It is the __best__ find so far," said Ann Lee.
- It weighs 899 kg.
"""

PLAIN_MARKDOWN = """# Cup final ends 1-0

MADRID (Northern Herald) — The final ended 1-0 on Sunday.
"""

GOLDEN = [
    (
        Document("port.html", ".html", PORT_PAGE.encode(), 0),
        Article(
            id=digest("https://harbour-post.example/port-strike"),
            text="Workers at the port of Rotterdam went back to work on Monday after a strike of nine days, the union "
            "said. Some 4,000 people had taken part.\n\nThe employers agreed to raise pay by 6 percent over two years. "
            "“We are content with the result,” said Pieter de Vries, who led the talks for the union.\n\n"
            "Ships waited at sea\n\n"
            "Up to 40 ships waited at sea last week, and shops in Germany ran short of bananas.",
            title="Port workers end strike after nine days",
            url="https://harbour-post.example/port-strike",
            outlet="Harbour Post",
            published="2024-05-06T05:15:00+00:00",
            language="en",
        ),
    ),
    (
        Document("bare.html", ".html", BARE_PAGE.encode("iso-8859-9"), 0),
        Article(
            id=digest("bare.html"),
            text="Türkiye Büyük Millet Meclisi, uzun süren görüşmelerin ardından yeni bütçeyi salı gecesi kabul etti."
            "\n\nBakan, görüşmelerin sonunda yaptığı konuşmada harcamaların yüzde 12 artacağını ve açığın azalacağını "
            "söyledi.\n\nMuhalefet ise rakamların gerçekçi olmadığını savundu ve bütçeye karşı oy kullandı. Oylama "
            "dört saat sürdü.",
            title="Meclis bütçeyi kabul etti",
            language="tr",
        ),
    ),
    (
        Document("agency.txt", ".txt", AGENCY_TEXT, 0),
        Article(
            id=digest("agency.txt"),
            text="PASSAU, June 4, 2024 (Danube Press) - The water of the Danube fell by a metre on Tuesday, and people "
            "in the old town of Passau began to shovel mud out of their cellars, the mayor said.\n\n“It could have "
            "been worse,” he said.\nSchools stay closed until Thursday.",
            title="River town cleans up after flood",
            outlet="Danube Press",
            published="2024-06-04",
        ),
    ),
    (
        Document("headed.txt", ".txt", HEADED_TEXT, 0),
        Article(
            id=digest("https://alpine-ledger.example/rates"),
            text="The central bank kept its rate at 3.75 percent on Thursday.",
            title="Bank keeps rates",
            url="https://alpine-ledger.example/rates",
            outlet="Alpine Ledger",
            published="2024-06-06T12:15:00+00:00",
            language="en",
        ),
    ),
    (
        Document("front.md", ".md", FRONT_MATTER, 0),
        Article(
            id=digest("front.md"),
            text='The rover found clay in an old river bed, the agency said.\n\n"It is the best find so far," said Ann '
            "Lee.\nIt weighs 899 kg.",
            title="Rover finds clay",
            outlet="Capeside Dispatch",
            published="2024-07-01T08:30:00+00:00",
            updated="2024-07-02",
        ),
    ),
    (
        Document("plain.md", ".md", PLAIN_MARKDOWN, 0),
        Article(
            id=digest("plain.md"),
            text="MADRID (Northern Herald) — The final ended 1-0 on Sunday.",
            title="Cup final ends 1-0",
            outlet="Northern Herald",
        ),
    ),
    (
        Document(
            "a.jsonl:1", ".jsonl", {"id": 7, "text": "One.\r\nTwo.", "title": None, "url": "ftp://x", "more": 1}, 0
        ),
        Article(id="7", text="One.\nTwo."),
    ),
    (
        Document("a.jsonl:2", ".jsonl", {"text": "Known by its text.", "published": "last week"}, 0),
        Article(id=digest("Known by its text."), text="Known by its text."),
    ),
]


@pytest.mark.parametrize(("document", "article"), GOLDEN, ids=[document.item for document, _ in GOLDEN])
def test_a_document_becomes_exactly_this_article(document: Document, article: Article) -> None:
    """Text, title, date, outlet and language of an article are those its document has, to the letter."""
    assert make_article("s", document) == article


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        (".jsonl", {"title": "x"}, 'is not an article: it has no "text"'),
        (".jsonl", {"text": ["x"]}, 'is not an article: it has no "text"'),
        (".jsonl", {"text": " ... "}, "has no article text"),
        (".txt", "Advertisement\n\nRead more", "has no article text"),
        (".md", "---\na: [\n---\nText.", "is not an article: its front matter is not YAML (while parsing a flow node"),
        (".md", "---\nno keys\n---\nText.", "is not an article: its front matter is not a list of `key: value` lines"),
        (".md", "---\ntitle: 0x" + "f" * 9000 + "\n---\nText.", "is not an article: Exceeds the limit"),
        (".md", "---\ntitle: " + "[" * 500 + "\n---\nText.", "is not an article: maximum recursion depth exceeded"),
        (".html", b"<html><body></body></html>", "is not an article: no article text was found in the page"),
        (".html", b"not a page at all", "is not an article: no article text was found in the page"),
    ],
)
def test_what_holds_no_article_is_a_failure(kind: str, content: str | bytes | dict[str, object], reason: str) -> None:
    """A document without an article is a failure of its own that says why."""
    found = make_article("s", Document("x", kind, content, 0))
    assert isinstance(found, Failure)
    assert (found.source, found.item, found.reason[: len(reason)]) == ("s", "x", reason)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
_MARKUP = st.lists(st.sampled_from(["---\n", "# ", "**", "[a](b)", "![", "Date: ", "\n", "news. ", "x: y\n", "\ud800"]))


@settings(deadline=None)
@given(st.text() | _MARKUP.map("".join), st.sampled_from([".txt", ".md"]))
def test_no_text_raises(text: str, kind: str) -> None:
    """Whatever a text file holds, it becomes an article or a failure."""
    assert isinstance(make_article("s", Document("x", kind, text, 0)), Article | Failure)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "url", "title", "published", "updated", "language", "text"]), _ANY))
def test_no_object_raises(content: dict[str, object]) -> None:
    """Whatever a line's object holds, it becomes an article or a failure, and an article has text and an id."""
    found = make_article("s", Document("x", ".jsonl", content, 0))
    assert isinstance(found, Failure) or (found.id and found.text)


@pytest.mark.parametrize(("piece", "n"), [("![ a", 50_000), ("[a](", 10_000), ("**a ", 10_000), ("__a ", 10_000)])
def test_markup_that_never_closes_stays_as_it_is(piece: str, n: int) -> None:
    """A page of opening signs is read as text, in seconds where a search without bounds takes hours."""
    found = make_article("s", Document("x", ".md", piece * n, 0))
    assert isinstance(found, Article)
    assert found.text == (piece * n).strip()


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("e\u0301\u200b\ufeff\u00ad\u202a", "é"),
        ("a\x00b\x1bc\td\u00a0\u2003e", "abc d e"),
        ("  one \r\n two\rthree\n\n ", "one\ntwo\nthree\n\n"),
    ],
)
def test_text_is_composed_and_free_of_what_cannot_be_seen(written: str, cleaned: str) -> None:
    """Text is in NFC without control or invisible characters, and keeps its lines."""
    assert clean_text(written) == cleaned


@pytest.mark.parametrize("levels", [50, 100_000])
def test_front_matter_that_nests_without_end_is_a_failure(levels: int) -> None:
    """However deep it opens lists, it ends in a failure with its reason, and not in the end of the process."""
    content = f"---\ntitle: {'[' * levels}\n---\nShips left the port."
    found = make_article("s", Document("a.md", ".md", content, 1))
    assert isinstance(found, Failure)
    assert found.reason.startswith("is not an article: ")


def test_text_has_to_be_a_string() -> None:
    """What is no string is no text; in metadata anything is written out, and nothing is empty."""
    with pytest.raises(TypeError, match="its text is not a string"):
        clean_text(3)
    assert (clean_line(3), clean_line(None), clean_line(" a\n b ")) == ("3", "", "a b")
