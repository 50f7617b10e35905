"""Adding, listing, exporting and removing sources of the web, recognised by looking at a website on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from index.sources import Source, SourceList
from tests.conftest import RunHere
from tests.newsfeed import write_feed, write_item, write_page, write_sitemap, write_story
from tests.website import Website

RSS = write_feed(write_item("https://news.example/a", "Short."))
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><id>a</id><title>A</title>'
    '<link href="https://news.example/a"/></entry></feed>'
)
JSON_FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": []})
INDEX = "<sitemapindex><sitemap><loc>https://news.example/map</loc></sitemap></sitemapindex>"
INSIDE = "leads to an inside address ({}); name the host in NEWSBOT_ALLOW_HOSTS to allow it"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Website]:
    """A website of this test's own, which may be read."""
    monkeypatch.setenv("NEWSBOT_ALLOW_HOSTS", "127.0.0.1")
    with Website() as website:
        yield website


def write_list(*addresses: str) -> str:
    """An OPML list of feeds."""
    outlines = "".join(f'<outline xmlUrl="{address}"/>' for address in addresses)
    return f"<opml><body>{outlines}</body></opml>"


@pytest.mark.parametrize(
    ("body", "media_type", "kind"),
    [
        (RSS, "application/rss+xml", "feed"),
        (RSS, "text/html", "feed"),
        (ATOM, "text/plain", "feed"),
        (JSON_FEED, "application/json", "feed"),
        (write_sitemap("https://news.example/a"), "text/xml", "sitemap"),
        (INDEX, "text/xml", "sitemap"),
        (write_page(write_story("Ansk")), "text/html", "page"),
    ],
    ids=["rss", "rss as html", "atom", "json", "sitemap", "index", "page"],
)
def test_what_an_address_is(
    site: Website, settings: Settings, run_here: RunHere, body: str, media_type: str, kind: str
) -> None:
    """What an address is, is seen by what is there, whatever its server calls it; it is added once."""
    site.page("/x", body, media_type=media_type)
    url = f"{site.url}/x"
    done = run_here("sources", "add", url)
    assert (done.returncode, done.stdout) == (0, f"added {kind} {url}; `newsbot reindex` reads it\n")
    assert [vars(source) for source in SourceList(settings.data).read()] == [
        {"kind": kind, "location": url, "every": 0, "outlet": ""}
    ]
    again = run_here("sources", "add", url)
    assert (again.returncode, again.stdout, len(SourceList(settings.data).read())) == (0, "", 1)


def test_the_list(site: Website, settings: Settings, run_here: RunHere, tmp_path: Path) -> None:
    """The list shows kind, interval and outlet, also as JSON; what is added anew with others of these is changed."""
    site.page("/x", RSS)
    url, folder = f"{site.url}/x", str(tmp_path)
    run_here("sources", "add", url)
    run_here("sources", "add", folder, "--outlet", "The Ansk Mirror")
    run_here("sources", "add", url, "--every", "5", "--outlet", "The Harbour Post")
    assert run_here("sources", "list").stdout.splitlines() == [
        f"feed  {url}  every 5 minutes  (The Harbour Post)",
        f"folder  {folder}  (The Ansk Mirror)",
    ]
    assert json.loads(run_here("sources", "list", "--json").stdout) == [
        {"kind": "feed", "location": url, "every": 5, "outlet": "The Harbour Post"},
        {"kind": "folder", "location": folder, "every": 0, "outlet": "The Ansk Mirror"},
    ]
    done = run_here("sources", "remove", url)
    assert done.stdout == f"removed {url}; its articles go at the next `newsbot reindex`\n"
    assert [source.location for source in SourceList(settings.data).read()] == [folder]


@pytest.mark.parametrize("kind", ["feed", "page", "sitemap"])
def test_a_kind_that_is_given(site: Website, settings: Settings, run_here: RunHere, kind: str) -> None:
    """With its kind an address is added without asking for it."""
    url = f"{site.url}/not-there-yet"
    assert run_here("sources", "add", url, "--kind", kind).returncode == 0
    assert ([source.kind for source in SourceList(settings.data).read()], site.requests) == ([kind], [])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone", "cannot be read, it is not there (404)"),
        ("/inside", f"cannot be read, it redirects to 10.0.0.1, which {INSIDE.format('10.0.0.1')}"),
        ("/closed", "cannot be read, it is closed to us by its robots.txt"),
        ("/empty", "is no source (is empty)"),
        ("/json", "is no source (is JSON, but no JSON Feed)"),
        ("/bare", "names no feeds"),
    ],
)
def test_what_is_no_source(site: Website, settings: Settings, run_here: RunHere, path: str, reason: str) -> None:
    """What cannot be read, or is nothing to read from, is one line and status 2, and nothing is added."""
    site.page("/robots.txt", "User-agent: *\nDisallow: /closed", media_type="text/plain")
    site.redirect("/inside", "http://10.0.0.1/feed")
    site.page("/empty", " ")
    site.page("/json", "{}")
    site.page("/bare", write_list())
    site.page("/good", RSS)
    done = run_here("sources", "add", f"{site.url}/good", site.url + path)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line.startswith(f"newsbot: {site.url}{path} {reason}")
    assert SourceList(settings.data).read() == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://127.0.0.1:1/feed", INSIDE.format("127.0.0.1")),
        ("http://192.168.1.1/", INSIDE.format("192.168.1.1")),
        ("http://100.64.0.1/", INSIDE.format("100.64.0.1")),
        ("http://[::ffff:10.0.0.1]/", INSIDE.format("::ffff:a00:1")),
        ("file:///etc/passwd", "is not a web address (http or https)"),
        ("https://me:secret@news.example/", "has a user name or a password in it"),
    ],
)
@pytest.mark.parametrize("kind", [(), ("--kind", "feed")], ids=["looked at", "told"])
def test_addresses_that_lead_inside(run_here: RunHere, address: str, reason: str, kind: tuple[str, ...]) -> None:
    """An address that leads inside is refused, also where it is not looked at."""
    done = run_here("sources", "add", address, *kind)
    assert done.returncode == 2
    assert done.stderr.startswith("newsbot: ")
    assert f"cannot be a source, it {reason}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "secret" not in done.stderr


def test_a_host_that_does_not_answer(run_here: RunHere, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where nobody answers is one line that says how to add it all the same."""
    monkeypatch.setenv("NEWSBOT_ALLOW_HOSTS", "127.0.0.1")
    with Website() as site:
        url = f"{site.url}/feed"
    done = run_here("sources", "add", url)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"newsbot: {url} cannot be read, it cannot be reached: Connection refused (asked for its robots.txt):"
        " correct it, or say what it is with --kind to add it untried\n"
    )


@pytest.mark.parametrize("way", ["file", "address"])
def test_a_list_of_feeds(site: Website, settings: Settings, run_here: RunHere, tmp_path: Path, way: str) -> None:
    """The feeds of an OPML list are added unseen; those that may not be read are named, with status 1."""
    feeds = ["https://news.example/feed", f"{site.url}/feed"]
    body = write_list(feeds[0], "http://10.0.0.1/feed", feeds[1], "file:///etc/passwd", feeds[0])
    path = tmp_path / "Feeds.OPML"
    path.write_text(body, encoding="utf-8")
    site.page("/list", body, media_type="text/x-opml")
    given = str(path) if way == "file" else f"{site.url}/list"
    done = run_here("sources", "add", given, "--every", "30")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [f"added feed {feed}; `newsbot reindex` reads it" for feed in feeds]
    assert done.stderr.splitlines() == [
        f"newsbot: left out http://10.0.0.1/feed: it {INSIDE.format('10.0.0.1')}",
        "newsbot: left out file:///etc/passwd: it is not a web address",
    ]
    assert SourceList(settings.data).read() == [Source("feed", feed, 30) for feed in feeds]


def test_relative_addresses_of_a_list(site: Website, settings: Settings, run_here: RunHere) -> None:
    """A list on the web may name the feeds beside it by their paths."""
    site.page("/news/list", write_list("feed.xml"))
    assert run_here("sources", "add", f"{site.url}/news/list").returncode == 0
    assert [source.location for source in SourceList(settings.data).read()] == [f"{site.url}/news/feed.xml"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "cannot read {path}"),
        ("", "{path} is no OPML list (is empty)"),
        ("<opml><body>", "{path} is no OPML list (is not well-formed XML"),
        (RSS, "{path} names no feeds"),
    ],
    ids=["missing", "empty", "broken", "a feed"],
)
def test_a_list_that_is_none(run_here: RunHere, tmp_path: Path, body: str | None, reason: str) -> None:
    """A file that is no list of feeds is one line, with status 2."""
    path = tmp_path / "feeds.opml"
    if body is not None:
        path.write_text(body, encoding="utf-8")
    done = run_here("sources", "add", str(path))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith("newsbot: " + reason.format(path=path))


def test_export(run_here: RunHere, settings: Settings, tmp_path: Path) -> None:
    """What is exported is a list of the feeds alone, which adds the same feeds elsewhere."""
    feeds = ["https://news.example/feed?a=1&b=2", "https://post.example/feed"]
    SourceList(settings.data).add(
        [
            Source("feed", feeds[0], 5, 'The "Harbour" <Post>'),
            Source("page", "https://news.example/p"),
            Source("feed", feeds[1]),
        ]
    )
    exported = run_here("sources", "export")
    path = tmp_path / "mine.opml"
    path.write_text(exported.stdout, encoding="utf-8")
    run_here("sources", "remove", *feeds)
    assert run_here("sources", "add", str(path)).returncode == 0
    assert [source.location for source in SourceList(settings.data).read()] == ["https://news.example/p", *feeds]
