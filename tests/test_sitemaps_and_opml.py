"""Sitemaps, lists of feeds and pages that name feeds: what is read of them, and that lists can be written and read."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.web import markup, opml, sitemaps
from index.web.entries import Entry, Listing
from index.web.listings import read_listing
from index.web.opml import write_opml

URL = "https://post.example/sitemap.xml"
AT = "https://post.example"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def read(body: str | bytes, media_type: str = "") -> Listing:
    """The listing of a body from the address of the tests."""
    return read_listing(body.encode() if isinstance(body, str) else body, URL, media_type=media_type, now=NOW)


def sitemap(*urls: str) -> str:
    """A sitemap with these contents of its `url` elements."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        f"{''.join(f'<url>{url}</url>' for url in urls)}</urlset>"
    )


def links_of(listing: Listing) -> list[str]:
    """The last parts of the links of all entries."""
    return [entry.link.removeprefix(AT) for entry in listing.entries]


def test_sitemap_with_news() -> None:
    """A news sitemap gives titles, outlets and dates, the newest first; its pictures are no articles."""
    body = sitemap(
        "<loc>/old</loc><lastmod>2020-02-18</lastmod>",
        f"<image:image><image:loc>{AT}/1.jpg</image:loc><image:title>A tug</image:title></image:image>"
        f"<loc> {AT}/new?a=1&amp;b=2 </loc><lastmod>2026-04-30T10:00:00+02:00</lastmod><news:news><news:publication>"
        "<news:name>The Harbour Post</news:name><news:language>EN</news:language></news:publication>"
        "<news:publication_date>2026-04-29</news:publication_date>"
        "<news:title>Tugs &amp; ferries</news:title></news:news>",
        "<loc>/undated</loc>",
    )
    new = Entry(
        f"{AT}/new?a=1&b=2",
        f"{AT}/new?a=1&b=2",
        "Tugs & ferries",
        published="2026-04-29",
        updated="2026-04-30T08:00:00+00:00",
        outlet="The Harbour Post",
        language="en",
    )
    old = Entry(f"{AT}/old", f"{AT}/old", updated="2020-02-18")
    assert read(body) == Listing("sitemap", entries=(new, old, Entry(f"{AT}/undated", f"{AT}/undated")))


def test_sitemap_with_faults() -> None:
    """What has no address is a problem, as is a date that cannot be right and an address that is said two ways."""
    found = read(
        sitemap(
            "<lastmod>2020-02-18</lastmod>",
            "<loc>ftp://post.example/1</loc>",
            "<loc>/1</loc><lastmod>3000-01-01</lastmod>",
            "<loc>/2</loc>",
            "<loc>/2</loc>",
            "<loc>/2</loc><lastmod>2020-02-18</lastmod>",
        )
    )
    assert links_of(found) == ["/1", "/2"]
    assert found.problems == (
        (f"{URL} item 1", "has no address that can be followed"),
        ("ftp://post.example/1", "has no address that can be followed"),
        (f"{AT}/1", "its date 3000-01-01 cannot be right; it is left unknown"),
        (f"{AT}/2", f"another entry has its key ({AT}/2); it is left out"),
    )


def test_sitemap_index() -> None:
    """An index gives the addresses of its sitemaps, each once, those that changed last first."""
    body = (
        "<sm:sitemapindex xmlns:sm='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        "<sm:sitemap><sm:loc>/a.xml</sm:loc></sm:sitemap><sm:sitemap><sm:loc>/b.xml.gz</sm:loc></sm:sitemap>"
        "<sm:sitemap><sm:loc>/c.xml</sm:loc><sm:lastmod>2020-02-18</sm:lastmod></sm:sitemap>"
        "<sm:sitemap><sm:loc>/a.xml</sm:loc></sm:sitemap></sm:sitemapindex>"
    )
    assert read(body) == Listing("sitemap index", links=(f"{AT}/c.xml", f"{AT}/a.xml", f"{AT}/b.xml.gz"))


def test_sitemap_that_is_not_well_formed() -> None:
    """Bare ampersands are read as what is meant, and of XML that breaks off what came before; a problem says so."""
    assert links_of(found := read(sitemap("<loc>/1?a=1&b=2</loc>", "<loc>/2?a=1&amp;b=2</loc>"))) == [
        "/1?a=1&b=2",
        "/2?a=1&b=2",
    ]
    reason = "is not well-formed XML (not well-formed (invalid token), line 2); what could be read was read"
    assert found.problems == ((URL, reason),)
    cut = read(sitemap("<loc>/1</loc>", "<loc>/2</loc>").partition("/2")[0])
    assert links_of(cut) == ["/1"]
    assert cut.problems == ((URL, "is not well-formed XML (no element found, line 2); what could be read was read"),)
    with pytest.raises(ValueError, match=r"^is not well-formed XML .*, and no entry of it can be read$"):
        read("<urlset><url>")


def test_declarations_in_the_middle() -> None:
    """A document type that comes late declares nothing either."""
    with pytest.raises(ValueError, match=r"^is not well-formed XML"):
        read("<urlset><!DOCTYPE x [<!ENTITY a 'b'>]><url><loc>/&a;</loc></url></urlset>")


def test_packed_sitemap() -> None:
    """A sitemap packed by gzip is read, also one packed in parts or cut short."""
    body = sitemap(*(f"<loc>/{number}</loc>" for number in range(500))).encode()
    assert len(read(gzip.compress(body)).entries) == 500
    assert len(read(gzip.compress(body[:100]) + gzip.compress(body[100:])).entries) == 500
    cut = read(gzip.compress(body)[:-400])
    assert 0 < len(cut.entries) < 500
    assert cut.problems[0] == (URL, "its gzip data is cut short; what could be unpacked was read")
    broken = read(gzip.compress(body) + b"\x1f\x8b and no more")
    assert len(broken.entries) == 500


def test_too_much_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to more than the limit is refused before it fills the memory, as is what is larger unpacked."""
    monkeypatch.setattr(markup, "MAX_BYTES", 1_000_000)
    with pytest.raises(ValueError, match=r"^unpacks to more than 1 MB$"):
        read(gzip.compress(b" " * 1_000_001))
    with pytest.raises(ValueError, match=r"^is larger than 1 MB$"):
        read(b" " * 1_000_001)


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many pages the newest are kept, wherever they stand; those past the protocol's limit are not seen."""
    monkeypatch.setattr(sitemaps, "MAX_PAGES", 8)
    monkeypatch.setattr(sitemaps, "MAX_ENTRIES", 3)
    found = read(sitemap(*(f"<loc>/{day}</loc><lastmod>2020-02-0{day}</lastmod>" for day in range(1, 10))))
    assert links_of(found) == ["/8", "/7", "/6"]
    assert found.problems == (
        (URL, "has more than 8 entries; only these were looked at"),
        (URL, "has 8 entries; the newest 3 were read"),
    )


def test_long_texts_and_deep_nesting() -> None:
    """A text that no address could be is cut, and elements within elements cost no more than their length."""
    found = read(sitemap(f"<loc>/1</loc><news:news><news:title>{'<b/>x&amp;' * 9_000}</news:title></news:news>"))
    assert len(found.entries[0].title) <= 5_000
    assert read(sitemap("<a>" * 50_000 + "</a>" * 50_000 + "<loc>/1</loc>")).entries[0].link == f"{AT}/1"


def test_opml() -> None:
    """The feeds of a list are read in its order, each once, however deep and however the attribute is spelled."""
    body = """<?xml version="1.0"?><opml version="1.0"><head><title>My
        feeds</title></head><body><outline text="News"><outline text="Wire"><outline xmlUrl="https://wire.example/rss"/>
        </outline><outline xmlurl="feed://sea.example/feed?a=1&amp;b=2" type="rss"/></outline><outline text="Empty"/>
        <outline XMLURL="feed:https://tug.example/"/><outline xmlUrl=" https://wire.example/rss "/><other/>
        <outline xmlUrl="local.xml"/><outline xmlUrl="mailto:desk@post.example"/><outline xmlUrl="http://[::1"/></body></opml>"""
    links = ("https://wire.example/rss", "http://sea.example/feed?a=1&b=2", "https://tug.example/", f"{AT}/local.xml")
    problems = tuple((address, "is not a web address") for address in ("mailto:desk@post.example", "http://[::1"))
    assert read(body) == Listing("opml", "My feeds", links=links, problems=problems)


def test_opml_that_is_not_well_formed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list with a bare ampersand is read, with a problem; one that breaks at once is refused; a long one is cut."""
    found = read('<opml><body><outline text="Sea & coast" xmlUrl="https://sea.example/?a=1&b=2"/></body></opml>')
    assert found.links == ("https://sea.example/?a=1&b=2",)
    reason = "is not well-formed XML (not well-formed (invalid token), line 1); what could be read was read"
    assert found.problems == ((URL, reason),)
    with pytest.raises(ValueError, match=r"^is not well-formed XML .*, and no feed of it can be read$"):
        read("<opml><body><outline")
    monkeypatch.setattr(opml, "MAX_ENTRIES", 2)
    long = read(write_opml([(f"https://sea.example/{number}", "") for number in range(3)], "Sea"))
    assert long.links == ("https://sea.example/0", "https://sea.example/1")
    assert long.problems == ((URL, "names more feeds than are read; the first 2 were read"),)


def test_written_opml() -> None:
    """What is written is an OPML list that says its encoding, with all that XML would misread escaped."""
    assert write_opml(
        [('https://sea.example/?a="1"&b=<2>', "Sea & \0Coast"), ("https://é.example/", "")], "<Mine>"
    ) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<opml version="2.0">\n'
        "  <head><title>&lt;Mine&gt;</title></head>\n"
        "  <body>\n"
        '    <outline type="rss" text="Sea &amp; Coast" title="Sea &amp; Coast"'
        " xmlUrl='https://sea.example/?a=\"1\"&amp;b=&lt;2&gt;'/>\n"
        '    <outline type="rss" text="https://é.example/" title="https://é.example/" xmlUrl="https://é.example/"/>\n'
        "  </body>\n"
        "</opml>\n"
    )


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), max_size=20).map(
                lambda path: f"https://sea.example/{path}"
            ),
            st.text(max_size=20),
        )
    ),
    st.text(max_size=20),
)
def test_what_is_written_can_be_read(feeds: list[tuple[str, str]], title: str) -> None:
    """Reading a list that was written gives the same addresses in the same order, whatever the names are."""
    found = read(write_opml(feeds, title))
    assert found.links == tuple(dict.fromkeys(address for address, _ in feeds))
    assert found.problems == ()


def test_page() -> None:
    """A page gives its title, language and the feeds that it names, resolved against its base."""
    body = """<!DOCTYPE html>
        <html lang="en-GB" class='a'><head><title>The Harbour &amp; Post</title><title>Other</title>
        <base href="/news/"><!-- <link rel="alternate" type="application/rss+xml" href="/hidden"> -->
        <link rel="alternate" type="application/rss+xml" title="All > this" href="feed.xml?a=1&amp;b=2">
        <link rel='ALTERNATE home' type='application/atom+xml; charset=utf-8' href=/atom>
        <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
        <link rel="alternate" hreflang="fr" href="/fr"><link rel="stylesheet" type="text/css" href="/x.css">
        <link rel="alternate" type="application/feed+json" href="https://far.example/feed.json"/>
        </head><body></body></html>"""
    links = (f"{AT}/news/feed.xml?a=1&b=2", f"{AT}/atom", "https://far.example/feed.json")
    assert read(body, "text/html") == Listing("page", "The Harbour & Post", "en-gb", links=links)


def test_page_without_a_root() -> None:
    """What the server calls HTML is a page though it has no `html` element; a feed called so is a feed all the same."""
    assert read("<p>Words</p>", "text/html; charset=utf-8") == Listing("page")
    assert read(sitemap("<loc>/1</loc>"), "text/html").kind == "sitemap"
