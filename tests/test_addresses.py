"""Addresses: what identifies one, and that none leads inside under whatever spelling."""

from __future__ import annotations

import asyncio
import socket

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.web.addresses import InsideAddress, is_inside, make_resolver, normalise_address, why_refused

INSIDE = "leads to an inside address ({}); name the host in NEWSBOT_ALLOW_HOSTS to allow it"

# Pieces from which odd addresses are put together.
PIECES = st.sampled_from(
    "http: HTTPS: // / Host.Example :80 :443 : ? & = # utm_source fbclid a @ [ ] ::1 %20 %75tm_x \\ ü İ ． ;".split()
    + list(" \t\n\x1f\0")
)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("HTTP://News.Example", "http://news.example/"),
        ("https://news.example:443/A/b?C=d#part", "https://news.example/A/b?C=d"),
        ("http://news.example:443/", "http://news.example:443/"),
        ("https://news.example/a?z=1&utm_source=x&a=2&fbclid=y&z=0", "https://news.example/a?z=1&a=2&z=0"),
        ("https://news.example/a?gclid=1&UTM_Medium=m&%75tm_term=t&msclkid=4", "https://news.example/a"),
        ("https://news.example/a?_hsenc=1&mc_cid=2&_ga=3&igshid=4&b=%C3%BC&&c", "https://news.example/a?b=%C3%BC&c"),
        # words that a tracker uses too, and that choose the page on some sites
        ("https://news.example/?ref=2&source=wire&id=7&gid=1", "https://news.example/?ref=2&source=wire&id=7&gid=1"),
        (" https://news.example/a ", "https://news.example/a"),
        ("http://user@News.example:80/", "http://user@news.example/"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://münchen.example/ü", "http://münchen.example/ü"),
        # no web address: only stripped
        (" mailto:Desk@News.Example ", "mailto:Desk@News.Example"),
        ("http:///x", "http:///x"),
        ("http://[::1", "http://[::1"),
        ("http://h:99999/", "http://h:99999/"),
        ("Just Words", "Just Words"),
        ("", ""),
    ],
)
def test_normal_form(written: str, normal: str) -> None:
    """What does not select the page goes from an address; all that may select it stays as it is written."""
    assert normalise_address(written) == normal


@given(st.lists(PIECES, max_size=12).map("".join) | st.text())
@example("http://h/?\x1f")
@example("http://h/a #x")
@example("http://h/?utm_x \x1f")
def test_normal_form_is_final(written: str) -> None:
    """Whatever is given, nothing is raised, and the normal form of a normal form is itself."""
    normal = normalise_address(written)
    assert normalise_address(normal) == normal


@given(st.lists(PIECES, max_size=12).map("".join) | st.text())
def test_refusals_never_raise(written: str) -> None:
    """Whatever is given, there is a verdict of one line."""
    assert "\n" not in why_refused(written, ())


@pytest.mark.parametrize(
    "ip",
    "127.0.0.1 127.255.0.9 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.127.255.255 0.0.0.0 0.1.2.3 "
    "224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 "
    "fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 ::7f00:1 2002:7f00:1:: 2002:a00:1::5 "
    "2001:0:4136:e378:8000:63bf:3fff:fdd2 64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2001:db8::1 100::1 5f00::1 "
    "4000::1 name.example 127.1".split(),
)
def test_inside(ip: str) -> None:
    """This machine, private and special networks are inside, also wrapped in IPv6, and so is what is no IP."""
    assert is_inside(ip)


@pytest.mark.parametrize(
    "ip",
    "8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 223.255.255.255 2606:4700:4700::1111 "
    "2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1".split(),
)
def test_outside(ip: str) -> None:
    """Public addresses are outside, also those right beside a private network, and wrapped in IPv6."""
    assert not is_inside(ip)


@pytest.mark.parametrize(
    ("url", "ip"),
    [
        ("http://127.0.0.1/", "127.0.0.1"),
        ("HTTP://127.0.0.1:8000/x?y", "127.0.0.1"),
        ("http://127.1/", "127.0.0.1"),
        ("http://0x7f000001/", "127.0.0.1"),
        ("http://0X7F.0.0.1/", "127.0.0.1"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://017700000001/", "127.0.0.1"),
        ("http://0177.0.0.1/", "127.0.0.1"),
        ("http://127.0.0.1./", "127.0.0.1"),
        ("http://127%2e0%2e0%2e1/", "127.0.0.1"),
        ("http://%31%32%37.0.0.1/", "127.0.0.1"),
        ("http://１２７.0.0.1/", "127.0.0.1"),
        ("http://①②⑦.0.0.1/", "127.0.0.1"),
        ("http://127。0．0｡1/", "127.0.0.1"),
        ("http://0/", "0.0.0.0"),  # noqa: S104 - an address that must be refused
        ("http://[::1]/", "::1"),
        ("http://[::1]:8080/", "::1"),
        ("http://[0:0:0:0:0:0:0:1]/", "::1"),
        ("http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"),
        ("http://[fe80::1%25eth0]/", "fe80::1%eth0"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
    ],
)
def test_literal_ips_that_lead_inside(url: str, ip: str) -> None:
    """An IP in an address is refused under every spelling that some program would read as that IP."""
    refused = why_refused(url, ())
    assert refused in (INSIDE.format(ip), INSIDE.format("::ffff:127.0.0.1" if ip == "::ffff:7f00:1" else ip))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://news.example/", "is not a web address (http or https)"),
        ("file:///etc/passwd", "is not a web address (http or https)"),
        ("news.example/a", "is not a web address (http or https)"),
        ("", "is not a web address (http or https)"),
        ("http://", "names no host"),
        ("https:///a", "names no host"),
        ("http://:80/", "names no host"),
        ("http://reader:secret@news.example/", "has a user name or a password in it"),
        ("http://news.example\\@127.0.0.1/", "has a user name or a password in it"),
        ("http://[::1", "is not an address that can be read"),
        ("http://news.example:port/", "is not an address that can be read"),
        ("http://news.example:99999/", "is not an address that can be read"),
        ("http://news example/", "names a host that cannot be one"),
        ("http://news.example%00/", "names a host that cannot be one"),
        ("http://news.example%2f@x/", "has a user name or a password in it"),
        ("http://./", "names a host that cannot be one"),
        ("http://news.example/", ""),
        ("https://News.Example:8443/a?b#c", ""),
        ("http://münchen.example/", ""),
        ("http://a_b.example./", ""),
        ("http://8.8.8.8/", ""),
        ("http://[2606:4700:4700::1111]/", ""),
        ("http://localhost/", ""),  # a name: judged by what it leads to
    ],
)
def test_why_refused(url: str, reason: str) -> None:
    """Only web addresses with a plain host are fetched, and the reason says what is wrong."""
    assert why_refused(url, ()) == reason


@pytest.mark.parametrize(
    ("url", "allowed", "refused"),
    [
        ("http://127.0.0.1:81/", ["127.0.0.1"], False),
        ("http://127.0.0.1:81/", ["127.0.0.1:81"], False),
        ("http://127.0.0.1:81/", ["127.0.0.1:82"], True),
        ("http://127.0.0.1/", ["127.0.0.1:80"], False),
        ("https://127.0.0.1/", ["127.0.0.1:80"], True),
        ("http://127.1/", ["127.0.0.1"], True),  # as it is written
        ("http://[::1]:81/", ["::1"], False),
        ("http://[::1]:81/", ["[::1]"], False),
        ("http://[::1]:81/", [" [::1]:81"], False),
        ("http://10.0.0.1/", ["intranet.example"], True),
        ("http://a:b@127.0.0.1/", ["127.0.0.1"], True),
        ("ftp://127.0.0.1/", ["127.0.0.1"], True),
    ],
)
def test_allowed_hosts(url: str, allowed: list[str], refused: bool) -> None:
    """A host that is allowed, with or without its port, may lead inside; nothing else is excused by it."""
    assert (why_refused(url, allowed) != "") is refused


def resolve(host: str, port: int, found: list[str], allowed: list[str]) -> list[tuple[str, socket.AddressFamily]]:
    """What the resolver gives for a name that leads to some IPs: each IP and its family."""

    async def look_up(name: str, of_port: int) -> list[str]:
        assert (name, of_port) == (host, port)
        return found

    async def ask() -> list[tuple[str, socket.AddressFamily]]:
        resolver = make_resolver(allowed, look_up)
        results = await resolver.resolve(host, port)
        await resolver.close()
        assert {(result["hostname"], result["port"]) for result in results} == {(host, port)}
        return [(result["host"], socket.AddressFamily(result["family"])) for result in results]

    return asyncio.run(ask())


def test_resolver_leaves_out_inside_addresses() -> None:
    """Of the IPs of a name only those outside are connected to, each in its family."""
    found = ["10.0.0.1", "8.8.8.8", "::1", "2606:4700:4700::1111"]
    kept = [("8.8.8.8", socket.AF_INET), ("2606:4700:4700::1111", socket.AF_INET6)]
    assert resolve("news.example", 80, found, []) == kept


def test_resolver_refuses_a_name_that_leads_inside_only() -> None:
    """A name without any outside address is refused with the words of the setting that would allow it."""
    with pytest.raises(InsideAddress) as refused:
        resolve("news.example", 80, ["10.0.0.1", "::1"], ["other.example", "news.example:81"])
    assert str(refused.value) == INSIDE.format("10.0.0.1")


def test_resolver_refuses_a_name_that_leads_nowhere() -> None:
    """A name with no address at all is refused too."""
    with pytest.raises(InsideAddress):
        resolve("news.example", 80, [], [])


@pytest.mark.parametrize("allowed", ["news.example", "News.Example:80"])
def test_resolver_lets_an_allowed_host_lead_inside(allowed: str) -> None:
    """A host that is allowed, with or without its port, keeps all its addresses."""
    assert resolve("news.example", 80, ["10.0.0.1"], [allowed]) == [("10.0.0.1", socket.AF_INET)]


def test_resolver_asks_the_system_by_itself() -> None:
    """Without a lookup of the caller's, names are looked up by the system."""

    async def ask() -> set[str]:
        return {result["host"] for result in await make_resolver(["localhost"]).resolve("localhost", 80)}

    assert asyncio.run(ask()) <= {"127.0.0.1", "::1"}
