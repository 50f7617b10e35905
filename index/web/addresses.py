"""Addresses of the web: what identifies one, and which may be fetched: none that leads inside, unless allowed."""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Awaitable, Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver, ResolveResult

# From a host name and a port to the IPs it has now; raises OSError where there are none.
Lookup = Callable[[str, int], Awaitable[list[str]]]

_PORTS = {"http": 80, "https": 443}
# Only what is known to say nothing of the page: `ref`, `source` or `id` select one on some sites.
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|piwik|hsa|oly|vero)_\w+|_{1,2}hs\w+|mc_[ce]id|mkt_tok|igsh(?:id)?|_g[al]|srsltid|[gw]braid"
    r"|(?:fbc|gc|dc|twc|yc|ysc|ttc)lid|msclkid",
    re.IGNORECASE,
)
_DOTS = str.maketrans("。．｡", "...")  # IDNA reads them as full stops
# Of IPv6, only this is handed out for the public network; what carries an IPv4 address is judged by that.
_PUBLIC_IPV6, _NAT64 = IPv6Network("2000::/3"), IPv6Network("64:ff9b::/96")


class InsideAddress(OSError):
    """A name that has none but inside addresses; `str()` is the reason, in words for a person."""


def normalise_address(url: str) -> str:
    """The address as an identity: small scheme and host, no default port, no fragment, no tracking parameters.

    The other parameters keep their order and spelling. What is no web address comes back stripped; never raises.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    if parts.scheme not in _PORTS or not host:
        return url
    user, at, _ = parts.netloc.rpartition("@")
    place = _bracket(host) + (f":{port}" if port not in (None, _PORTS[parts.scheme]) else "")
    query = "&".join(part for part in parts.query.split("&") if not _is_tracking(part)).strip()
    path = parts.path if query else parts.path.rstrip()
    return urlunsplit(SplitResult(parts.scheme, user + at + place, path or "/", query, ""))


def why_refused(url: str, allowed: Collection[str]) -> str:
    """Why an address is not fetched, in words that follow its name; "" if nothing in it speaks against that.

    `allowed` holds the hosts that may lead inside, each as `host` or `host:port`. A name is not looked up here: what
    it leads to is judged when the connection is made (`make_resolver`).
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is not an address that can be read"
    if parts.scheme not in _PORTS:
        return "is not a web address (http or https)"
    if not host:
        return "names no host"
    if "@" in parts.netloc:
        return "has a user name or a password in it"
    if _is_allowed(host, port or _PORTS[parts.scheme], allowed):
        return ""
    return _judge_host(host)


def is_inside(ip: str) -> bool:
    """Whether an IP leads anywhere but to the public network: this machine, its neighbours, many at once, nowhere.

    An IPv6 address that stands for an IPv4 address (mapped, 6to4, NAT64) is judged by that. What is no IP is inside.
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return True
    if isinstance(address, IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return is_inside(str(carried))
        if address not in _PUBLIC_IPV6:
            return True
    return not address.is_global or address.is_multicast or address.is_reserved


def make_resolver(allowed: Collection[str], lookup: Lookup | None = None) -> AbstractResolver:
    """A resolver for aiohttp that gives the outside addresses of a name only; all, if its host is allowed.

    aiohttp connects to what it is given here and does not look again, so a name that changes in between gains nothing.
    """
    from aiohttp.abc import AbstractResolver

    class OutsideResolver(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            del family  # a connector that was told nothing asks for every family
            found = await (lookup or _look_up)(host, port)
            kept = found if _is_allowed(host, port, allowed) else [ip for ip in found if not is_inside(ip)]
            if not kept:
                raise InsideAddress(_say_inside(found))
            return [_result(host, ip, port) for ip in kept]

        async def close(self) -> None:
            pass

    return OutsideResolver()


async def _look_up(host: str, port: int) -> list[str]:
    from aiohttp.resolver import ThreadedResolver

    return [found["host"] for found in await ThreadedResolver().resolve(host, port, socket.AF_UNSPEC)]


def _result(host: str, ip: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return {"hostname": host, "host": ip, "port": port, "family": family, "proto": 0, "flags": flags}


def _is_allowed(host: str, port: int, allowed: Collection[str]) -> bool:
    host = host.lower()
    names = {host, f"{host}:{port}", f"[{host}]", f"[{host}]:{port}"}
    return any(entry.strip().lower() in names for entry in allowed)


def _judge_host(host: str) -> str:
    read = unicodedata.normalize("NFKC", unquote(host)).translate(_DOTS).rstrip(".").lower()
    if ip := _read_ip(read):
        return _say_inside([ip]) if is_inside(ip) else ""
    return "" if re.fullmatch(r"[\w.-]+", read) else "names a host that cannot be one"


def _read_ip(host: str) -> str:
    """The IP that a host is, in its usual spelling, also where it is written as `127.1` or `0x7f000001`; else ""."""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, ValueError):
        return ""


def _say_inside(ips: list[str]) -> str:
    found = f" ({ips[0]})" if ips else ""
    return f"leads to an inside address{found}; name the host in NEWSBOT_ALLOW_HOSTS to allow it"


def _is_tracking(parameter: str) -> bool:
    return not parameter.strip() or _TRACKING.fullmatch(unquote(parameter.partition("=")[0]).strip()) is not None


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host
