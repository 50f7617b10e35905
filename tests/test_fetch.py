"""Fetching, over real HTTP on loopback: what is asked, what comes back, and what no server can do to us."""

from __future__ import annotations

import asyncio
import gc
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import warnings
import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest

from index.web.fetch import Fetched, Fetcher, NotFetched, Validators
from index.web.responses import UnusableBodyError, read_retry_after, say_error, unpack_body
from index.web.robots import LONGEST_PAUSE, read_robots
from tests.website import Misbehaviour, Website, pack

HERE = ("127.0.0.1",)
INSIDE = "leads to an inside address ({}); name the host in NEWSBOT_ALLOW_HOSTS to allow it"
ETAG, MODIFIED = '"v1"', "Tue, 18 Feb 2020 10:00:00 GMT"


@pytest.fixture
def site() -> Iterator[Website]:
    """A website of this test's own."""
    with Website() as website:
        yield website


def fetch_all(
    urls: Sequence[str], allowed: Collection[str] = HERE, *, at_once: bool = False, **settings: Any
) -> list[Fetched | NotFetched]:
    """What one fetcher brings from some addresses, one after another or all at once."""

    async def fetch() -> list[Fetched | NotFetched]:
        async with Fetcher(allowed, **settings) as fetcher:
            if at_once:
                return list(await asyncio.gather(*map(fetcher.fetch, urls)))
            return [await fetcher.fetch(url) for url in urls]

    return asyncio.run(fetch())


def fetch_one(url: str, allowed: Collection[str] = HERE, **settings: Any) -> Fetched | NotFetched:
    """What a new fetcher brings from an address."""
    return fetch_all([url], allowed, **settings)[0]


def fetch_again(url: str, validators: Validators) -> Fetched | NotFetched:
    """What a new fetcher brings from an address that was fetched before."""

    async def fetch() -> Fetched | NotFetched:
        async with Fetcher(HERE) as fetcher:
            return await fetcher.fetch(url, validators)

    return asyncio.run(fetch())


def test_a_page(site: Website) -> None:
    """A page comes with its address, type, charset and validators, and the request says who asks, and for what."""
    site.page("/a?b=1", "Ships", media_type='Text/HTML; x=y; Charset="UTF-8"', etag=ETAG, modified=MODIFIED)
    found = fetch_one(f"{site.url}/a?b=1#part")
    assert found == Fetched(
        f"{site.url}/a?b=1", b"Ships", "text/html", "utf-8", Validators(ETAG, MODIFIED), not_modified=False
    )
    assert [request.path for request in site.requests] == ["/robots.txt", "/a?b=1"]
    assert dict(site.requests[1].headers) == {
        "host": f"127.0.0.1:{site.port}",
        "user-agent": f"newsbot/{metadata.version('newsbot')} (+https://newsbot.example/bot)",
        "accept": "*/*",
        "accept-encoding": "gzip",
    }


def test_a_page_that_says_nothing_of_itself(site: Website) -> None:
    """What the server does not say stays empty, and what could not be sent back is not kept."""
    site.page("/a", b"", media_type="", headers={"ETag": '"ü"'})
    assert fetch_one(f"{site.url}/a") == Fetched(f"{site.url}/a", b"", "", "", Validators(), not_modified=False)


@pytest.mark.parametrize("validators", [Validators(ETAG, MODIFIED), Validators(ETAG), Validators("", MODIFIED)])
def test_not_modified(site: Website, validators: Validators) -> None:
    """What has not changed since is not sent again, and is asked for in the same way the next time."""
    site.page("/a", "Ships", etag=ETAG, modified=MODIFIED)
    url = f"{site.url}/a"
    assert fetch_again(url, validators) == Fetched(url, b"", "", "", validators, not_modified=True)
    headers = site.requests[1].headers
    assert Validators(headers.get("if-none-match", ""), headers.get("if-modified-since", "")) == validators


def test_modified(site: Website) -> None:
    """What has changed comes with its new validators."""
    site.page("/a", "Ships", etag='"v2"')
    found = fetch_again(f"{site.url}/a", Validators(ETAG))
    assert found == Fetched(f"{site.url}/a", b"Ships", "text/html", "utf-8", Validators('"v2"'), not_modified=False)


def test_validators_that_no_header_can_hold(site: Website) -> None:
    """Validators from a damaged index are a failure, not an exception, and send no header of their own."""
    found = fetch_again(f"{site.url}/a", Validators("x\r\nCookie: y"))
    assert isinstance(found, NotFetched)
    assert found.reason.startswith("cannot be asked for: ")
    assert site.paths() == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "is not there (404)"),
        (410, "is not there (410)"),
        (401, "is not open to us (401)"),
        (402, "is not open to us (402)"),
        (403, "is not open to us (403)"),
        (429, "asked us to wait (429)"),
        (503, "answered 503"),
        (500, "answered 500"),
        (204, "answered 204"),
        (304, "answered 304"),
    ],
)
def test_statuses(site: Website, status: int, reason: str) -> None:
    """Each status but 200 is a failure in plain words."""
    site.page("/a", "", status=status)
    assert fetch_one(f"{site.url}/a") == NotFetched(f"{site.url}/a", reason)


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_to_wait(site: Website, status: int) -> None:
    """Until the time is over that a host asks for, nothing more is asked of it, and others are."""
    site.page("/a", "", status=status, headers={"Retry-After": "100"})
    with Website() as other:
        other.page("/b", "Rain")
        first, second, third = fetch_all([f"{site.url}/a", f"{site.url}/b", f"{other.url}/b"])
    assert first == NotFetched(f"{site.url}/a", f"asked us to wait ({status})", 100.0)
    assert isinstance(second, NotFetched)
    assert second.reason.startswith("is not asked now, as its host asked us to wait another ")
    assert second.retry_after is not None
    assert 0 < second.retry_after <= 100
    assert isinstance(third, Fetched)
    assert site.paths() == ["/a"]


def test_a_wait_that_is_over(site: Website) -> None:
    """After its wait a host is asked again, also for the robots.txt that it did not give."""
    site.page("/robots.txt", "", status=503, headers={"Retry-After": "0"})
    url = f"{site.url}/a"
    first, second = fetch_all([url, url])
    assert first == second == NotFetched(url, "asked us to wait (503) (asked for its robots.txt)", 0.0)
    assert [request.path for request in site.requests] == ["/robots.txt", "/robots.txt"]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999", 86_400.0),
        ("Tue, 18 Feb 2020 10:01:00 GMT", 60.0),
        ("Tue, 18 Feb 2020 10:01:00 -0000", 60.0),
        ("Tue, 18 Feb 2020 09:00:00 GMT", 0.0),
        ("Tue, 18 Feb 2099 09:00:00 GMT", 86_400.0),
        ("-5", None),
        ("1.5", None),
        ("9" * 301, None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(written: str, seconds: float | None) -> None:
    """A wait is read from seconds or a date, is never below nothing, and ends within a day."""
    assert read_retry_after(written, datetime(2020, 2, 18, 10, 0, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(site: Website, status: int) -> None:
    """A redirect is followed, also a relative one, and the page has the address where it was found."""
    site.redirect("/a", "b/c?d", status)
    site.page("/b/c?d", "Ships", media_type="text/plain")
    found = fetch_one(f"{site.url}/a")
    assert found == Fetched(f"{site.url}/b/c?d", b"Ships", "text/plain", "", Validators(), not_modified=False)


def test_five_redirects_and_no_more(site: Website) -> None:
    """Five redirects are followed, and a sixth is not."""
    for number in range(6):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.page("/6", "Ships")
    assert isinstance(fetch_one(f"{site.url}/1"), Fetched)
    reason = "redirects to 127.0.0.1, which is one of too many redirects (more than 5)"
    assert fetch_one(f"{site.url}/0") == NotFetched(f"{site.url}/0", reason)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/a#part", "redirects to 127.0.0.1, which redirects in a circle"),
        ("", "redirects to 127.0.0.1, which redirects in a circle"),
        ("http://[::1", "redirects to a place, which is not an address that can be read"),
        ("mailto:me@news.example", "redirects to no host, which is not a web address (http or https)"),
        ("ftp://files.example/", "redirects to files.example, which is not a web address (http or https)"),
        ("//me:secret@news.example/", "redirects to news.example, which has a user name or a password in it"),
        ("http://10.0.0.1/", f"redirects to 10.0.0.1, which {INSIDE.format('10.0.0.1')}"),
        ("http://localhost/", f"redirects to localhost, which {INSIDE.format('127.0.0.1')} (asked for its robots.txt)"),
    ],
)
def test_redirects_that_are_not_followed(site: Website, target: str, reason: str) -> None:
    """Where a redirect leads is judged as the first address is, and a circle is seen at once."""

    async def look_up(name: str, port: int) -> list[str]:
        del name, port
        return ["127.0.0.1"]

    site.redirect("/a", target)
    assert fetch_one(f"{site.url}/a", lookup=look_up) == NotFetched(f"{site.url}/a", reason)
    assert site.paths() == ["/a"]


@pytest.mark.parametrize(
    "url", ["http://[::1", "news", "", "http://a:b@news.example/", "http://127.0.0.2/", "http://2130706433/"]
)
def test_addresses_that_are_refused(url: str) -> None:
    """An address that may not be fetched is a failure under its own name."""
    found = fetch_one(url)
    assert isinstance(found, NotFetched)
    assert found.url == url


def test_robots_are_obeyed(site: Website) -> None:
    """A page that robots.txt closes to us is not asked for, and robots.txt is asked for once."""
    site.page("/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: NewsBot\nDisallow: /private/\n")
    site.page("/open", "Ships")
    site.redirect("/moved", "/private/b")
    urls = [f"{site.url}/{path}" for path in ("private/a", "open", "moved")]
    first, second, third = fetch_all(urls)
    assert first == NotFetched(urls[0], "is closed to us by its robots.txt")
    assert isinstance(second, Fetched)
    assert third == NotFetched(urls[2], "redirects to 127.0.0.1, which is closed to us by its robots.txt")
    assert [request.path for request in site.requests] == ["/robots.txt", "/open", "/moved"]


@pytest.mark.parametrize("status", [401, 404, 429])
def test_robots_that_are_not_there(site: Website, status: int) -> None:
    """Without a robots.txt (4xx) all is open."""
    site.page("/robots.txt", "User-agent: *\nDisallow: /", status=status)
    site.page("/a", "Ships")
    assert isinstance(fetch_one(f"{site.url}/a"), Fetched)


@pytest.mark.parametrize("status", [500, 503, 304])
def test_robots_that_cannot_be_had(site: Website, status: int) -> None:
    """While robots.txt fails, nothing is fetched, and it is not asked for again."""
    site.page("/robots.txt", "", status=status)
    url = f"{site.url}/a"
    failed = NotFetched(url, f"answered {status} (asked for its robots.txt)")
    assert fetch_all([url, url]) == [failed, failed]
    assert [request.path for request in site.requests] == ["/robots.txt"]


def test_robots_that_moved(site: Website) -> None:
    """A robots.txt is followed where it moved to, and holds for the site that was asked."""
    site.redirect("/robots.txt", "/rules")
    site.page("/rules", "User-agent: *\nDisallow: /a")
    assert fetch_one(f"{site.url}/a") == NotFetched(f"{site.url}/a", "is closed to us by its robots.txt")


@pytest.mark.parametrize("packed", [False, True])
def test_robots_that_are_too_long(site: Website, packed: bool) -> None:
    """Of a robots.txt the first 500 KiB count."""
    rules = b"User-agent: *\nDisallow: /a\n" + b"#" * 512_000 + b"\nDisallow: /b\n"
    headers = {"Content-Encoding": "gzip"} if packed else {}
    site.page("/robots.txt", pack(rules) if packed else rules, headers=headers)
    site.page("/b", "Ships")
    first, second = fetch_all([f"{site.url}/a", f"{site.url}/b"])
    assert first == NotFetched(f"{site.url}/a", "is closed to us by its robots.txt")
    assert isinstance(second, Fetched)


def test_robots_of_many_robots() -> None:
    """Rules for thousands of robots are read as those for us alone: not each for each, which would take minutes."""
    others = "".join(f"User-agent: robot{number}\n" for number in range(10_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(10_000))
    robots = read_robots(f"\ufeffUser-Agent : newsbot/2.0 # us\nDisallow: /ours\n\n{others}{rules}".encode())
    found = [robots.permits(f"http://news.example/{path}") for path in ("ours", "1", "")]
    assert found == [False, True, True]


@pytest.mark.parametrize(
    ("rules", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 1.5", 1.5),
        ("User-agent: *\nCrawl-delay: 86400", LONGEST_PAUSE),
        ("User-agent: other\nCrawl-delay: 5", 0.0),
        ("", 0.0),
    ],
)
def test_pauses(rules: str, seconds: float) -> None:
    """The pause between requests is what robots.txt asks of us, within reason."""
    assert read_robots(rules.encode()).pause == seconds


def test_pauses_are_kept(site: Website) -> None:
    """Between two requests lies at least the pause that robots.txt asks for."""
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 0.2")
    fetch_all([f"{site.url}/a", f"{site.url}/b"])
    assert site.requests[2].began - site.requests[1].ended >= 0.2


def test_one_request_at_a_time_from_a_host(site: Website) -> None:
    """However many pages of a host are wanted at once, each is asked for when the one before has come."""
    for number in range(5):
        site.page(f"/{number}", "Ships", before=lambda: time.sleep(0.02))
    found = fetch_all([f"{site.url}/{number}" for number in range(5)], at_once=True)
    assert [type(one) for one in found] == [Fetched] * 5
    assert site.paths() == ["/0", "/1", "/2", "/3", "/4"]
    assert all(one.ended <= after.began for one, after in pairwise(site.requests))


def test_hosts_side_by_side(site: Website) -> None:
    """Two hosts are asked at the same time: each page here is sent only when both have been asked for."""
    both = threading.Barrier(2, timeout=30)
    with Website() as other:
        site.page("/a", "Ships", before=both.wait)
        other.page("/b", "Rain", before=both.wait)
        found = fetch_all([f"{site.url}/a", f"{other.url}/b"], at_once=True)
    assert [one.body for one in found if isinstance(one, Fetched)] == [b"Ships", b"Rain"]


def test_a_name_that_changes_where_it_leads(site: Website) -> None:
    """The connection goes to the address that was judged, though the name leads inside a moment later."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])

    async def look_up(name: str, port: int) -> list[str]:
        assert (name, port) == ("news.example", site.port)
        return next(answers)

    async def fetch() -> Fetched | NotFetched:
        async with Fetcher(lookup=look_up) as fetcher:
            # the guard of the tests tells where the connection would have gone
            with pytest.raises(RuntimeError, match=r"may not connect to 8\.8\.8\.8"):
                await fetcher.fetch(f"http://news.example:{site.port}/a")
            return await fetcher.fetch(f"http://news.example:{site.port}/a")

    reason = f"{INSIDE.format('127.0.0.1')} (asked for its robots.txt)"
    assert asyncio.run(fetch()) == NotFetched(f"http://news.example:{site.port}/a", reason)
    assert site.requests == []


def test_an_allowed_name_that_leads_inside(site: Website) -> None:
    """A host that is allowed by name is fetched from wherever it leads to."""

    async def look_up(name: str, port: int) -> list[str]:
        del name, port
        return ["127.0.0.1"]

    site.page("/a", "Ships")
    host = f"news.example:{site.port}"
    assert isinstance(fetch_one(f"http://{host}/a", [host], lookup=look_up), Fetched)
    assert {request.headers["host"] for request in site.requests} == {host}


def test_a_name_that_is_not_found() -> None:
    """A host that no name server knows is a failure in plain words."""

    async def look_up(name: str, port: int) -> list[str]:
        del name, port
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    found = fetch_one("http://news.example/", lookup=look_up)
    assert found == NotFetched("http://news.example/", "names a host that is not found (asked for its robots.txt)")


def test_surroundings_do_not_count(site: Website, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Proxies and passwords of the machine are not used, and cookies are not kept."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site.page("/a", "Ships", headers={"Set-Cookie": "who=you; Path=/"})
    first, second = fetch_all([f"{site.url}/a", f"{site.url}/a"])
    assert isinstance(first, Fetched)
    assert first == second
    assert {"cookie", "authorization"} & {name for request in site.requests for name in request.headers} == set()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (pack(b"Ships"), "gzip"),
        (pack(b"Sh") + pack(b"ips") + b"\0\0", "x-gzip"),
        (zlib.compress(b"Ships"), "Deflate"),
        (zlib.compress(b"Ships", wbits=-15), "deflate"),
        (b"Ships", "identity"),
    ],
)
def test_packed_bodies(site: Website, body: bytes, encoding: str) -> None:
    """A packed page comes unpacked, in every way that servers pack it."""
    site.page("/a", body, headers={"Content-Encoding": encoding})
    found = fetch_one(f"{site.url}/a")
    assert isinstance(found, Fetched)
    assert found.body == b"Ships"


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (b"Ships", "br", "is packed in a way that we did not ask for (br)"),
        (b"Ships", "gzip", "cannot be unpacked: it is not what its Content-Encoding says"),
        (pack(b"Ships")[:-9], "gzip", "broke off in the middle"),
        (pack(b"Ships" * 1000), "gzip", "is larger than 0.001 MB"),
        (pack(b"") * 101, "gzip", "cannot be unpacked: it is in more than 100 parts"),
    ],
)
def test_bodies_that_cannot_be_unpacked(body: bytes, encoding: str, reason: str) -> None:
    """What cannot be unpacked, or is too large then, is refused with the reason."""
    with pytest.raises(UnusableBodyError) as refused:
        unpack_body(body, encoding, 1000)
    assert str(refused.value) == reason


def test_largest_body(site: Website) -> None:
    """A page of the limit comes, and one of a byte more does not, with or without its length told in advance."""
    site.page("/a", b"x" * 1_000_000)
    site.page("/b", b"x" * 1_000_001)
    site.misbehave("/c", "endless")
    urls = [f"{site.url}/{path}" for path in "abc"]
    first, *rest = fetch_all(urls, max_bytes=1_000_000)
    assert isinstance(first, Fetched)
    assert rest == [NotFetched(url, "is larger than 1 MB") for url in urls[1:]]


def test_a_bomb_takes_little_memory(site: Website) -> None:
    """Of a gigabyte in a megabyte no more is unpacked than the limit."""
    site.misbehave("/a", "gzip bomb")
    tracemalloc.start()
    try:
        found = fetch_one(f"{site.url}/a", max_bytes=3_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == NotFetched(f"{site.url}/a", "is larger than 3 MB")
    assert peak < 30_000_000


@pytest.mark.filterwarnings("error::ResourceWarning")
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("drip headers", "took longer than 0.3 s"),
        ("drip body", "took longer than 0.3 s"),
        ("close early", "closed the connection without an answer"),
        ("not http", "does not answer in HTTP that can be understood"),
        ("truncated", "broke off in the middle"),
    ],
)
def test_servers_that_misbehave(site: Website, how: Misbehaviour, reason: str) -> None:
    """What a server does wrong is a failure in plain words, also for robots.txt, and leaves no connection behind."""
    with warnings.catch_warnings(action="ignore"):
        gc.collect()  # what the tests before left behind is not meant here
    site.misbehave("/a", how)
    with Website() as other:
        other.misbehave("/robots.txt", how)
        urls = [f"{site.url}/a", f"{other.url}/a"]
        found = fetch_all(urls, timeout=0.3)
    gc.collect()
    assert found == [NotFetched(urls[0], reason), NotFetched(urls[1], f"{reason} (asked for its robots.txt)")]
    assert other.paths() == []


def test_every_misbehaviour_is_tried() -> None:
    """The site can misbehave in no way that these tests leave out."""
    text = Path(__file__).read_text(encoding="utf-8")
    assert [how for how in get_args(Misbehaviour) if f'"{how}"' not in text] == []


def test_nobody_listens() -> None:
    """A port where nobody listens is a failure in plain words."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        reason = "cannot be reached: Connection refused (asked for its robots.txt)"
        assert fetch_one(url) == NotFetched(url, reason)


def fetch_over_tls(context: ssl.SSLContext | None) -> str:
    """The reason why nothing is fetched over TLS from a server that greets in clear, or encrypted with a context."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ready\r\n")
        writer.close()

    async def fetch() -> str:
        server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context)
        async with server, Fetcher(HERE) as fetcher:
            url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            found = await fetcher.fetch(url)
            assert isinstance(found, NotFetched)
            assert found.url == url
            return found.reason

    return asyncio.run(fetch())


def test_tls_that_is_none() -> None:
    """A server that does not speak TLS where it should is a failure in plain words."""
    assert fetch_over_tls(None) == "does not speak TLS that can be understood (asked for its robots.txt)"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program makes the certificate")
def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    """TLS is verified: a certificate that a server made for itself is not trusted."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            "openssl",
            *"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=me".split(),
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    assert fetch_over_tls(context).startswith("has a certificate that is not to be trusted: self")


def test_an_error_that_nobody_knows() -> None:
    """Any other error is told in one line."""
    assert say_error(OSError("first\nsecond")) == "cannot be asked for: first second"


def test_a_fetcher_that_was_never_opened() -> None:
    """Leaving a fetcher that was not entered does nothing."""
    asyncio.run(Fetcher().__aexit__(None, None, None))
