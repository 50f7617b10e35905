"""Feeds of every kind: what is read of them, what is refused, and that nothing in them can do harm."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.web import entries, feeds, json_feeds
from index.web.entries import Entry, Listing
from index.web.fragments import entry_text
from index.web.listings import read_listing

URL = "https://post.example/news/feed.xml"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
STORY = " ".join(f"Sentence {number} of the report tells what the harbour master did that day." for number in range(14))
TEASER = "Ships left the port at dawn."
XML = '<?xml version="1.0" encoding="utf-8"?>\n'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB"><title>The Harbour Post</title>'


def read(body: str | bytes, **said: Any) -> Listing:
    """The listing of a body from the address of the tests."""
    return read_listing(body.encode() if isinstance(body, str) else body, URL, now=NOW, **said)


def rss(*items: str, channel: str = "<title>The Harbour Post</title>") -> str:
    """An RSS 2.0 feed of some items, with the namespaces that feeds use."""
    return (
        f'{XML}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
        ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">'
        f"<channel>{channel}{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    )


def read_one(item: str, **said: Any) -> Entry:
    """The only entry of an RSS feed with this item, which has nothing wrong with it."""
    listing = read(rss(item), **said)
    assert listing.problems == ()
    return listing.entries[0]


def harbour(key: str, link: str, **more: Any) -> Entry:
    """An entry of the feed of the tests."""
    return Entry(key, link, **{"outlet": "The Harbour Post", **more})


def test_rss_2() -> None:
    """An item gives its guid, link, text, date in UTC and outlet; relative links are resolved, titles become plain."""
    found = read(
        rss(
            "<title>Tugs &amp;amp; &lt;b&gt;ferries&lt;/b&gt;</title><link>/a b?x=1&amp;y=2</link>"
            '<guid isPermaLink="false">n-1</guid><pubDate>Tue, 18 Feb 2020 09:30:00 EST</pubDate>'
            f"<description>{TEASER}</description><dc:date>2020-02-19T08:00:00+01:00</dc:date>",
            channel="<title>The Harbour Post | Politics</title><language>EN_gb</language>",
        )
    )
    entry = harbour(
        "n-1",
        "https://post.example/a%20b?x=1&y=2",
        title="Tugs & ferries",
        content=TEASER,
        published="2020-02-18T14:30:00+00:00",
        updated="2020-02-19T07:00:00+00:00",
        language="en-gb",
    )
    assert found == Listing("feed", "The Harbour Post | Politics", "en-gb", (entry,))


def test_rss_1_and_0_91() -> None:
    """Older kinds of RSS are read as well; the only date of RSS 1.0 is that of publication."""
    rdf = (
        f'{XML}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://post.example/">'
        "<title>The Harbour Post</title></channel>"
        '<item rdf:about="https://post.example/1"><title>One</title><link>https://post.example/1</link>'
        "<dc:date>2020-02-18</dc:date></item></rdf:RDF>"
    )
    old = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://rss.example/rss-0.91.dtd">'
        '<rss version="0.91"><channel><title>The Harbour Post</title><language>en</language>'
        "<item><title>One</title><link>https://post.example/1</link></item></channel></rss>"
    )
    one = harbour("https://post.example/1", "https://post.example/1", title="One")
    dated = harbour("https://post.example/1", "https://post.example/1", title="One", published="2020-02-18")
    assert read(rdf) == Listing("feed", "The Harbour Post", entries=(dated,))
    assert read(old).entries == (Entry(**{**vars(one), "language": "en"}),)


def test_atom() -> None:
    """Of Atom's links the alternate one in HTML is taken; xhtml, html and text are each read as what they are."""
    body = f"""{XML}{ATOM}
        <entry><id>tag:post.example,2020:1</id><title type="html">Tugs &amp;amp; ferries</title>
          <link rel="alternate" type="application/json" href="/1.json"/><link rel="self" href="/self"/>
          <link href="/1"/><link rel="enclosure" href="/1.mp3" type="audio/mpeg"/>
          <published>2020-02-18T09:30:00+02:00</published><updated>2020-02-18T07:30:00Z</updated>
          <author><name>A. Writer</name><uri>https://writer.example/</uri></author>
          <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEASER}</p></div></content></entry>
        <entry xml:lang="fr"><id>2</id><title>Use of &lt;b&gt; in pages</title><link rel="alternate" href="2"/>
          <updated>2020-02-19T07:30:00Z</updated>
          <content type="text">The sign &lt;b&gt; &amp;amp; others.</content>
          <source><title>Coast Wire</title><id>x</id></source></entry></feed>"""
    first = harbour(
        "tag:post.example,2020:1",
        "https://post.example/1",
        title="Tugs & ferries",
        content=f"<p>{TEASER}</p>",
        published="2020-02-18T07:30:00+00:00",
        language="en-gb",
    )
    second = Entry(
        "2",
        "https://post.example/news/2",
        "Use of <b> in pages",
        "<p>The sign &lt;b&gt; &amp;amp; others.</p>",
        updated="2020-02-19T07:30:00+00:00",
        outlet="Coast Wire",
        language="fr",
    )
    assert read(body) == Listing("feed", "The Harbour Post", "en-gb", (first, second))
    assert entry_text(second.content) == "The sign <b> &amp; others."


def test_atom_with_other_links() -> None:
    """Without an alternate in HTML another one is the link; content that is no text is left alone."""
    body = (
        f'{XML}{ATOM}<entry><id>1</id><title>One</title><link type="application/pdf" href="/1.pdf"/>'
        '<content type="image/png">aGVsbG8=</content></entry></feed>'
    )
    assert read(body).entries == (harbour("1", "https://post.example/1.pdf", title="One", language="en-gb"),)


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<link>http://clicks.example/1</link><feedburner:origLink>https://post.example/1</feedburner:origLink>", "1"),
        ("<guid>https://post.example/1</guid>", "1"),
        ("<guid> <![CDATA[https://post.example/1]]></guid>", "1"),
        ('<guid isPermaLink="true">number 17</guid><description>x</description>', None),
        ("<guid>17</guid><description>x</description>", None),
        ("<link>javascript:alert(1)</link><description>x</description>", None),
        ("<link>mailto:desk@post.example</link><description>x</description>", None),
        ("<link>file:///etc/passwd</link><description>x</description>", None),
        ("<link>https://</link><description>x</description>", None),
        ("<link>http://[::1</link><description>x</description>", None),
        ('<link>/1</link><enclosure url="https://post.example/1.mp3" type="audio/mpeg" length="1"/>', "1"),
        ('<link>/1</link><itunes:duration>12:00</itunes:duration><media:thumbnail url="/1.jpg"/>', "1"),
    ],
)
def test_links(item: str, link: str | None) -> None:
    """The link is the page's own web address; there is none where only other things are named."""
    assert read_one(item).link == (f"https://post.example/{link}" if link else "")


def test_what_an_entry_is_known_by() -> None:
    """An entry without guid is known by its link, and without link by what it says; its stamp changes with it."""
    linked, said, longer = read(
        rss(
            "<link>/1</link>",
            "<description>Ships left.</description>",
            "<description>Ships left again.</description>",
        )
    ).entries
    assert linked.key == "https://post.example/1"
    assert "" not in {said.key, longer.key}
    assert said.key != longer.key
    assert said.stamp != longer.stamp
    assert said.stamp == Entry(**vars(said)).stamp


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        (f"<content:encoded><![CDATA[<p>{STORY}</p>]]></content:encoded>", True),
        (f"<description>{TEASER}</description><content:encoded>{STORY}</content:encoded>", True),
        (f"<description>{STORY}</description>", True),
        (f"<description>{STORY[:600]}</description>", False),
        (f"<content:encoded>{STORY[:600]}</content:encoded>", True),
        (f"<content:encoded>{TEASER}</content:encoded>", False),
        (f"<content:encoded>{STORY} …</content:encoded>", False),
        (f"<content:encoded>{STORY} [...]</content:encoded>", False),
        (f"<content:encoded>{STORY} [&amp;#8230;]</content:encoded>", False),
        (f"<content:encoded>{STORY} [+2481 chars]</content:encoded>", False),
        (f"<content:encoded>{STORY} &lt;a href='/1'&gt;Read more&lt;/a&gt;</content:encoded>", False),
        (f"<content:encoded>{STORY} … Continue reading Harbour opens →</content:encoded>", False),
        (f"<content:encoded>&lt;p&gt;{STORY}&lt;/p&gt;Read the full story here »</content:encoded>", False),
        (f"<content:encoded>{STORY} They continue reading.</content:encoded>", True),
        (
            f"<content:encoded>&lt;p&gt;{STORY}&lt;/p&gt;&lt;p&gt;The post &lt;a&gt;Tugs&lt;/a&gt; appeared first on "
            "&lt;a&gt;The Harbour Post&lt;/a&gt;.&lt;/p&gt;</content:encoded>",
            True,
        ),
        (
            f"<content:encoded>&lt;p&gt;{STORY} […]&lt;/p&gt;&lt;p&gt;The post Tugs appeared first on "
            "The Harbour Post.&lt;/p&gt;</content:encoded>",
            False,
        ),
        (f"<description>{'港の船が朝に出た。' * 40}</description>", True),
        (f"<description>{'港の船が朝に出た。' * 10}</description>", False),
    ],
)
def test_whole_articles_and_teasers(written: str, whole: bool) -> None:
    """Content is the article when it is long enough and does not end as a teaser; a summary must be longer."""
    entry = read_one(f"<link>/1</link>{written}")
    assert entry.whole == whole
    assert entry.content != ""


def test_any_text_is_whole_where_no_link_leads_on() -> None:
    """Without a link there is no page to read, so the shortest text is the article."""
    assert read_one(f"<description>{TEASER} …</description>").whole


def test_the_longer_of_content_and_summary_is_kept() -> None:
    """What a picture is described with does not stand for the article."""
    entry = read_one(
        f"<link>/1</link><description>{STORY}</description>"
        '<media:content url="/1.jpg"><media:title>A tug</media:title><media:description>A tug.</media:description>'
        "</media:content><title>Tugs</title>"
    )
    assert (entry.title, entry.content, entry.whole) == ("Tugs", STORY, True)


def test_dates_that_cannot_be_right() -> None:
    """A date long ago or ahead of now is unknown, and a problem names it; one two days ahead is only an early riser."""
    found = read(
        rss(
            "<link>/1</link><pubDate>Wed, 01 Jan 3000 00:00:00 GMT</pubDate>",
            "<link>/2</link><pubDate>1200-01-01</pubDate><dc:date>2020-01-01</dc:date>",
            "<link>/3</link><pubDate>Sun, 03 May 2026 11:00:00 GMT</pubDate>",
            "<link>/4</link><pubDate>soon</pubDate>",
            "<link>/5</link><pubDate>2020-02</pubDate>",
            "<link>/6</link><pubDate>Tue, 31 Dec 9999 23:59:60 -1200</pubDate>",
            "<link>/7</link><pubDate>0000-00-00T00:00:00</pubDate>",
        )
    )
    dates = [(entry.published, entry.updated) for entry in found.entries]
    assert dates == [
        (None, None),
        (None, "2020-01-01"),
        ("2026-05-03T11:00:00+00:00", None),
        (None, None),
        (None, None),
        (None, None),
        (None, None),
    ]
    assert found.problems[:2] == (
        ("https://post.example/1", "its date 3000-01-01T00:00:00+00:00 cannot be right; it is left unknown"),
        ("https://post.example/2", "its date 1200-01-01 cannot be right; it is left unknown"),
    )


def test_entries_that_share_a_key() -> None:
    """What is said twice is read once; of different entries the first stands, unless their links tell them apart."""
    found = read(
        rss(
            "<guid>same</guid><link>/1</link><title>One</title>",
            "<guid>same</guid><link>/1</link><title>One</title>",
            "<guid>other</guid><link>/2</link><title>Two</title>",
            "<guid>other</guid><link>/2</link><title>Two, corrected</title>",
            "<guid>broken</guid><link>/3</link>",
            "<guid>broken</guid><link>/4</link>",
            "<guid>broken</guid><description>No link.</description>",
        )
    )
    at = "https://post.example"
    assert [(entry.key, entry.title) for entry in found.entries] == [
        ("same", "One"),
        ("other", "Two"),
        (f"{at}/3", ""),
        (f"{at}/4", ""),
        ("broken", ""),
    ]
    assert found.problems == ((f"{at}/2", "another entry has its key (other); it is left out"),)


@pytest.mark.parametrize(
    ("title", "outlet"),
    [
        ("BBC News - World", "BBC News"),
        ("The Harbour Post | Politics", "The Harbour Post"),
        ("Politics | The Harbour Post", "The Harbour Post"),
        ("Coast Wire » Sea :: Tugs", "Coast Wire"),
        ("Coast Wire RSS Feed", "Coast Wire"),
        ("Stratford-upon-Avon Herald", "Stratford-upon-Avon Herald"),
        ("", ""),
    ],
)
def test_outlets(title: str, outlet: str) -> None:
    """The outlet is the listing's title without the section that it names."""
    assert entries.outlet_of(title) == outlet


def test_the_source_of_an_item_is_its_outlet() -> None:
    """Where an item says whom it is from, as those of collections do, that is the outlet."""
    entry = read_one('<link>/1</link><source url="https://wire.example/">Coast Wire</source>')
    assert entry.outlet == "Coast Wire"


def test_items_with_nothing_to_read() -> None:
    """An item with neither link nor text is a problem, told once for all that have no name."""
    found = read(rss("", "", "<title>Tugs</title>", "<title>Ferries</title><link>/2</link>"))
    assert [entry.title for entry in found.entries] == ["Ferries"]
    assert found.problems == ((URL, "has neither a link nor a text"), ("Tugs", "has neither a link nor a text"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (rss("<title>Tugs & ferries</title><link>/1</link>"), "not well-formed (invalid token), line 2"),
        (rss("<title>Tugs &eacute;</title><link>/1</link>"), "undefined entity, line 2"),
        (rss("<title>Tugs</title><link>/1</link>").removesuffix("</rss>"), "no element found, line 2"),
        (rss("<title>Tugs</title><link>/1</link>", "<description><![CDATA[Cut").replace("</item>", "", 1), ""),
        (rss("<title>Tugs</title><link>/1</link><nope:x>1</nope:x>"), "unbound prefix, line 2"),
    ],
)
def test_broken_xml(body: str, reason: str) -> None:
    """Of XML that is not well-formed the entries are saved that can be, and a problem says where it breaks."""
    found = read(body)
    assert found.entries[0].link == "https://post.example/1"
    assert found.entries[0].title.startswith("Tugs")
    item, problem = found.problems[0]
    assert item == URL
    assert problem.startswith("is not well-formed XML (" + reason)
    assert problem.endswith("); what could be read was read")


def test_text_before_the_feed() -> None:
    """What a server's program says before the feed does not hide it."""
    found = read("<br />Warning: too many ferries in <b>feed.php</b>\n" + rss("<link>/1</link>"))
    assert [entry.link for entry in found.entries] == ["https://post.example/1"]
    assert found.problems == ((URL, "has other text before its first element; what could be read was read"),)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary, not text"),
        (b"Just some words.", "is not a feed, a sitemap, an OPML list or a page"),
        (b"<svg></svg>", "is not a feed, a sitemap, an OPML list or a page (its first element is <svg>)"),
        (b"<rss><channel", "is not well-formed XML (unclosed token, line 2), and no entry of it can be read"),
        (b"<!DOCTYPE rss [<!ENTITY a 'b'><rss/>", "its document type declaration is broken"),
        (b"{}", "is JSON, but no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "is JSON, but no JSON Feed"),
        (b"{" * 10, "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"\x1f\x8b\x08 no gzip", "is not valid gzip"),
    ],
)
def test_what_cannot_be_read(body: bytes, reason: str) -> None:
    """What is no listing is refused with one line that says why."""
    with pytest.raises(ValueError, match=r".") as raised:
        read(body)
    assert str(raised.value) == reason


def test_entities_never_expand() -> None:
    """Entities that a document declares stay as they are written: no bomb grows, no file is read or fetched."""
    declared = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 20))
    body = (
        f'{XML}<!DOCTYPE rss [<!ENTITY e0 "ha]>">{declared}<!ENTITY file SYSTEM "file:///etc/passwd">'
        '<!-- ]> --><?p ]>?><!ENTITY % far SYSTEM "https://far.example/x.dtd"> %far;]>'
        + rss("<title>&e19; &file;</title><link>/1</link>").removeprefix(XML)
    )
    found = read(body)
    assert found.entries == (harbour("https://post.example/1", "https://post.example/1", title="&e19; &file;"),)
    assert found.problems == ((URL, "is not well-formed XML (undefined entity, line 2); what could be read was read"),)


def test_what_a_feed_names_is_not_opened(tmp_path: Any) -> None:
    """A body that is a path or an address is no feed; nothing is opened."""
    path = tmp_path / "feed.xml"
    path.write_text(rss("<link>/1</link>"), encoding="utf-8")
    for body in (str(path), URL):
        with pytest.raises(ValueError, match=r"is not a feed"):
            read(body)


@pytest.mark.parametrize(
    ("encoding", "declared", "charset", "problems"),
    [
        ("utf-8", "utf-8", "", ()),
        ("utf-8-sig", "utf-8", "", ()),
        ("utf-8", "iso-8859-1", "iso-8859-1", ()),
        ("utf-16", "utf-16", "", ()),
        ("utf-16-le", "utf-16", "", ()),
        ("utf-16-be", "utf-16", "utf-8", ()),
        ("utf-32", "utf-32", "", ()),
        ("iso-8859-1", "iso-8859-1", "", ()),
        ("iso-8859-1", "utf-8", "iso-8859-1", ()),
        ("cp1252", "iso-8859-1", "", ()),
        ("cp1252", "utf-8", "utf-8", ((URL, "is not in the encoding that it names; it was read as windows-1252"),)),
        ("cp1252", "klingon", "hex", ((URL, "is not in the encoding that it names; it was read as windows-1252"),)),
        ("cp1252", "punycode", "a\0b", ((URL, "is not in the encoding that it names; it was read as windows-1252"),)),
        ("cp1252", "shift_jis", "cp1252", ()),
    ],
)
def test_encodings(encoding: str, declared: str, charset: str, problems: tuple[tuple[str, str], ...]) -> None:
    """The text is right whatever is said of its encoding, and where that took a guess, a problem says so."""
    title = "Ångström in the café" if encoding == "iso-8859-1" else "Ångström’s café – “où”"
    body = rss(f"<title>{title}</title><link>/1</link>").replace('encoding="utf-8"', f'encoding="{declared}"')
    found = read(body.encode(encoding), charset=charset)
    assert found.entries[0].title == title
    assert found.problems == problems


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("iso-2022-jp", "港の船"), ("shift_jis", "港の船"), ("windows-1251", "Порт"), ("gb2312", "港口")],
)
def test_encodings_of_other_scripts(encoding: str, text: str) -> None:
    """What a document declares holds where its bytes are not UTF-8."""
    body = rss(f"<title>{text}</title><link>/1</link>").replace('encoding="utf-8"', f'encoding="{encoding}"')
    assert read(body.encode(encoding)).entries[0].title == text


def test_some_broken_bytes() -> None:
    """A byte that is broken costs its character only, not the encoding of all the others."""
    body = rss("<title>Порт и суда</title><link>/1</link>").encode().replace("с".encode(), b"\xd1\xff", 1)
    found = read(body)
    assert found.entries[0].title == "Порт и \ufffd\ufffdуда"
    assert found.problems == ((URL, "has bytes that are not UTF-8; they were left out"),)


def test_numbers_that_are_no_characters() -> None:
    """References to characters that do not exist, and control characters, do not stop the feed."""
    found = read(rss("<title>A&#99999999999;&#xD800;&#0;\x08&#x41;&#66;</title><link>/1</link>"))
    assert found.entries[0].title == "A\ufffd\ufffd\ufffdAB"
    assert found.problems == ()


def test_nesting_without_end() -> None:
    """Elements within elements, however many, cost no more than their length."""
    depth = 20_000
    found = read(rss("<link>/1</link>" + "<a>" * depth + "</a>" * depth))
    assert [entry.link for entry in found.entries] == ["https://post.example/1"]


def test_too_many_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items over the limit are cut off before anything is parsed, with a problem; what is left is well-formed."""
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 3)
    monkeypatch.setattr(entries, "MAX_ENTRIES", 3)
    found = read(rss(*(f"<link>/{number}</link>" for number in range(50))))
    assert [entry.link[-2:] for entry in found.entries] == ["/0", "/1", "/2"]
    assert found.problems == ((URL, "has more entries than are read; the first 3 were read"),)


@pytest.mark.parametrize(("limit", "count"), [(600, 1), (1_400, 5)])
def test_too_much_text(limit: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed that is too long is cut at an item."""
    monkeypatch.setattr(feeds, "MAX_LENGTH", limit)
    found = read(rss(*(f"<link>/{number}</link><description>{'x' * 150}</description>" for number in range(50))))
    assert len(found.entries) == count
    assert found.problems == ((URL, f"has more entries than are read; the first {count} were read"),)


def test_one_item_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed that is too long in its head alone is refused or read as far as it goes, but not parsed whole."""
    monkeypatch.setattr(feeds, "MAX_LENGTH", 300)
    with pytest.raises(ValueError, match="no entry of it can be read"):
        read(f"<rss><channel><title>{'x' * 1000}</title>")


def test_elements_named_as_what_is_read() -> None:
    """Elements that are called as parts of an entry are by feedparser do not take their places."""
    names = "links content published_parsed summary_detail title_detail source language feedburner_origlink".split()
    for name in names:
        found = read(rss(f"<link>/1</link><title>Tugs</title><pubDate>2020-02-18</pubDate><{name} a='b'/>"))
        assert [entry.title for entry in found.entries] == ["Tugs"], name


def test_what_the_parser_chokes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever feedparser raises, the listing is refused with its reason."""
    import feedparser

    def fail(*_: object, **__: object) -> None:
        raise KeyError("tags")

    monkeypatch.setattr(feedparser, "parse", fail)
    with pytest.raises(ValueError, match=r"^cannot be read as a feed: 'tags'$"):
        read(rss())


def json_feed(*items: object, **more: object) -> str:
    """A JSON Feed of these items."""
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "The Harbour Post", "language": "EN", "items": items}
        | more
    )


def test_json_feed() -> None:
    """The parts of an item are read, a number is an id too, and what an author is named does not matter."""
    found = read(
        json_feed(
            {
                "id": 17,
                "url": "/1",
                "external_url": "https://far.example/",
                "title": "Tugs  & ferries",
                "content_html": f"<p>{STORY}</p>",
                "summary": TEASER,
                "date_published": "2020-02-18T09:30:00+02:00",
                "date_modified": "2020-02-19T09:30:00+02:00",
                "authors": [{"name": "A. Writer"}],
                "language": "fr",
            },
            {"id": "2", "external_url": "https://far.example/2", "content_text": "One < two.\n\nThree."},
            {"content_text": "The tag <b> is bold.\nSo it is.\n\nYes.", "title": "\ud800"},
        ),
        media_type="application/feed+json",
    )
    first = harbour(
        "17",
        "https://post.example/1",
        title="Tugs & ferries",
        content=f"<p>{STORY}</p>",
        whole=True,
        published="2020-02-18T07:30:00+00:00",
        updated="2020-02-19T07:30:00+00:00",
        language="fr",
    )
    second = harbour("2", "https://far.example/2", content="One < two.\n\nThree.", language="en")
    assert found.entries[:2] == (first, second)
    assert entry_text(found.entries[2].content) == "The tag <b> is bold.\nSo it is.\n\nYes."
    assert found.entries[2].title == "?"
    assert (found.kind, found.title, found.language, found.problems) == ("feed", "The Harbour Post", "en", ())


def test_json_feed_with_wrong_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not of its type is left out, and a problem names it; the rest of the item stays."""
    monkeypatch.setattr(json_feeds, "MAX_ENTRIES", 3)
    monkeypatch.setattr(entries, "MAX_ENTRIES", 3)
    found = read(json_feed("x", {"id": True, "url": "/1", "title": ["Tugs"]}, {"id": "3"}, {"url": "/4"}, title=7))
    assert found.entries == (Entry("https://post.example/1", "https://post.example/1", language="en"),)
    assert found.problems == (
        (URL, "has more entries than are read; the first 3 were read"),
        (URL, 'its "title" is not a text; it is left out'),
        (f"{URL} item 1", "is not a JSON object"),
        (f"{URL} item 2", 'its "id" is not a text; it is left out'),
        (f"{URL} item 2", 'its "title" is not a text; it is left out'),
        ("3", "has neither a link nor a text"),
    )


def test_json_that_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON cannot be cut, so what is too long or too deep is refused."""
    with pytest.raises(ValueError, match=r"^is not JSON: maximum recursion depth"):
        read('{"items":' + "[" * 100_000)
    monkeypatch.setattr(json_feeds, "MAX_LENGTH", 2_000_000)
    with pytest.raises(ValueError, match=r"^is JSON of more than 2 million characters$"):
        read(json_feed({"content_text": "x" * 2_000_000}))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Plain text, 5 < 6 & more.\r\nA line.\r\rA paragraph. ", "Plain text, 5 < 6 & more.\nA line.\n\nA paragraph."),
        ("<p>One\n two&nbsp;&amp; three.</p><p>Four.<br/>Five.</p>", "One two & three.\n\nFour.\nFive."),
        ("AT&amp;T said so.\n\nThen more.", "AT&T said so.\n\nThen more."),
        ("A <b>bold</b> word.\nA line.", "A bold word.\nA line."),
        ("<ul><li>One</li>\n<li><p>Two</p></li></ul><p>Three</p>", "One\nTwo\n\nThree"),
        ("<ol><li>One<ul><li>Inner</li></ul></li><li>Two</ol>After", "One\nInner\nTwo\n\nAfter"),
        ("<div><h2>Head</h2><blockquote>Said</blockquote></div>End", "Head\n\nSaid\n\nEnd"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<script>if (a<b) { '</p>' }</script><style>p > a {}</style><p>Text</p>", "Text"),
        ("<p>A</p><script>document.write('<script>')</script><p>B</p>", "A\n\nB"),
        ("<p>A</p><iframe src='x'>no frames</iframe><iframe src='y'/><p>B</p>", "A\n\nB"),
        ("<figure><img src=x alt='A > b'><figcaption>A tug<p>x</figcaption></figure><p>Text</p>", "Text"),
        ("<figure><img><figcaption>A tug</figure><p>Text</p>", "Text"),
        ('<div class="wp-caption"><p class="wp-caption-text">A tug</p></div><p class="x">Text</p>', "Text"),
        ("<div>One<div>Two</div></div><svg><g><text>x</text></g></svg>", "One\n\nTwo"),
        ("<p>A<!-- b --> c <!-- never closed <p>d", "A c"),
        ("<p><![CDATA[Twice wrapped]]></p><!DOCTYPE x><?php echo ?>", "Twice wrapped"),
        ("<p title=it's>A</p><embed src=x>B", "A\n\nB"),
        ("Mail <jane@post.example> or 1<2 and 3>2.", "Mail <jane@post.example> or 1<2 and 3>2."),
        ("<p>A<script>never closed", "A"),
        ("", ""),
    ],
)
def test_content_as_text(content: str, text: str) -> None:
    """Paragraphs stand apart, items of lists on lines of their own, and what is not text is gone."""
    assert entry_text(content) == text


@given(
    st.lists(st.sampled_from(["<a ", "<p>", "</p>", "<script", ">", '"', "'", "<!--", "]]>", "&", "&amp", "x", "\n"]))
)
def test_any_content_has_a_text(pieces: list[str]) -> None:
    """No content stops the reader, and its text has neither spaces around it nor more than one empty line."""
    text = entry_text("".join(pieces))
    assert text == text.strip()


@given(
    st.lists(
        st.sampled_from(
            "<rss> <channel> <item> </item> <entry> <feed> <link> </link> /1 <title> </title> <guid> </guid> &#55555; "
            "& &amp; <![CDATA[ ]]> <description> <content> <author> </author> <source> </source> <category> "
            "</category> <image> <textinput> </image> <a:b c='d'> <pubDate> 2020-02-18T25:99 </pubDate> < > é".split()
        ),
        max_size=30,
    )
)
def test_any_feed_is_read_or_refused(pieces: list[str]) -> None:
    """Whatever stands in a feed, it gives entries with keys and web addresses, or one ValueError."""
    try:
        found = read("<rss version='2.0'>" + "".join(pieces))
    except ValueError as error:
        reason = str(error)
    else:
        reason = ""
        assert all(entry.key and (entry.link or entry.content) for entry in found.entries)
    assert "\n" not in reason


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "utf-16", "x\0", "base64"]))
def test_any_bytes_are_read_or_refused(body: bytes, charset: str) -> None:
    """No bytes bring down the reader."""
    reason = ""
    try:
        read(body, charset=charset)
    except ValueError as error:
        reason = str(error) or "none"
    assert reason.startswith(("is ", "has ", "its ", "cannot ", "unpacks "))
