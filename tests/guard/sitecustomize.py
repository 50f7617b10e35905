"""Refuses every connection off loopback, in the tests and (on PYTHONPATH) in the programs that they start."""

import socket
from ipaddress import ip_address
from typing import Any

_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo


class OffLoopbackError(RuntimeError):
    """Something tried to reach the network."""


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _guarded_connect(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
        raise OffLoopbackError(f"tests may not connect to {address[0]}")
    _connect(self, address)


def _guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _is_loopback(host) and host not in ("0.0.0.0", "::"):  # noqa: S104 - a name to listen on
        raise OffLoopbackError(f"tests may not look up {host}")
    return _getaddrinfo(host, *args, **kwargs)


socket.socket.connect = _guarded_connect  # type: ignore[method-assign,assignment]
socket.getaddrinfo = _guarded_getaddrinfo
