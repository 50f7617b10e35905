"""What comes back from a web server: bodies unpacked within a limit, waits read, and failures in words."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from config.errors import first_line
from index.web.addresses import InsideAddress

if TYPE_CHECKING:
    from aiohttp import ClientResponse

_LONGEST_WAIT = 86_400.0  # seconds; no server shuts us out for longer by one answer


class UnusableBodyError(Exception):
    """A body that is too large or cannot be decoded; `str()` is the reason."""


def read_retry_after(written: str, now: datetime) -> float | None:
    """The seconds of a Retry-After header (a number of seconds, or a date), at most a day; None if it is neither."""
    if re.fullmatch(r"\s*[0-9]{1,300}\s*", written):
        return min(float(written), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(written)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return min(max((moment - now).total_seconds(), 0.0), _LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None


def unpack_body(packed: bytes, encoding: str, max_bytes: int, *, cut: bool = False) -> bytes:
    """A body decoded from its Content-Encoding; never more than a byte over `max_bytes` of it is held.

    With `cut` what is over the limit or missing at the end is left out. Raises `UnusableBodyError` with the reason.
    """
    if encoding in ("", "identity") or not packed:
        return packed
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UnusableBodyError(f"is packed in a way that we did not ask for ({first_line(ValueError(encoding))})")
    body = b""
    for _ in range(100):  # a gzip file may be many, one after another; from there on it is an attack
        # zlib's number for gzip and zlib alike, or for bare deflate, which some servers send under that name
        unpacker = zlib.decompressobj(-15 if encoding == "deflate" and packed[0] & 15 != 8 else 47)
        try:
            body += unpacker.decompress(packed, max_bytes + 1 - len(body))
        except zlib.error:
            raise UnusableBodyError("cannot be unpacked: it is not what its Content-Encoding says") from None
        if len(body) > max_bytes:
            if cut:
                return body[:max_bytes]
            raise UnusableBodyError(_say_too_large(max_bytes))
        if not unpacker.eof and not cut:
            raise UnusableBodyError("broke off in the middle")
        packed = unpacker.unused_data
        if not packed.startswith(b"\x1f\x8b"):  # what follows is no other gzip; browsers leave it out too
            return body
    raise UnusableBodyError("cannot be unpacked: it is in more than 100 parts")


async def read_body(response: ClientResponse, max_bytes: int, *, cut: bool) -> bytes:
    """The body of a response, unpacked; over `max_bytes` it is cut or refused, and not read on."""
    if not cut and (response.content_length or 0) > max_bytes:
        raise UnusableBodyError(_say_too_large(max_bytes))
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            if not cut:
                raise UnusableBodyError(_say_too_large(max_bytes))
            del body[max_bytes:]
            break
    return unpack_body(bytes(body), response.headers.get("Content-Encoding", "").strip().lower(), max_bytes, cut=cut)


def say_status(status: int, retry_after: float | None) -> str:
    """What a status that is no page means, in words that follow the page's name."""
    if status in (404, 410):
        return f"is not there ({status})"
    if status in (401, 402, 403):
        return f"is not open to us ({status})"
    if status == 429 or retry_after is not None:
        return f"asked us to wait ({status})"
    return f"answered {status}"


def say_error(error: Exception) -> str:
    """What went wrong with a request, in words of one line that follow the page's name."""
    import aiohttp

    said: list[tuple[type[Exception], Callable[[Any], str]]] = [
        (UnusableBodyError, str),
        (aiohttp.ClientConnectorDNSError, _say_name_error),
        (aiohttp.ClientConnectorCertificateError, _say_certificate_error),
        (aiohttp.ClientSSLError, lambda _: "does not speak TLS that can be understood"),
        (aiohttp.ClientConnectorError, _say_connection_error),
        (aiohttp.ServerDisconnectedError, lambda _: "closed the connection without an answer"),
        (ConnectionError, lambda _: "closed the connection without an answer"),
        (aiohttp.ClientPayloadError, lambda _: "broke off in the middle"),
        (aiohttp.ClientResponseError, lambda _: "does not answer in HTTP that can be understood"),
        (Exception, lambda _: f"cannot be asked for: {first_line(error)}"),
    ]
    return next(say(error) for kind, say in said if isinstance(error, kind))


def _say_name_error(error: Any) -> str:
    return str(error.os_error) if isinstance(error.os_error, InsideAddress) else "names a host that is not found"


def _say_certificate_error(error: Any) -> str:
    cause = error.certificate_error
    return f"has a certificate that is not to be trusted: {getattr(cause, 'verify_message', '') or first_line(cause)}"


def _say_connection_error(error: Any) -> str:
    number = error.os_error.errno
    return f"cannot be reached: {os.strerror(number) if number else first_line(error.os_error)}"


def _say_too_large(max_bytes: int) -> str:
    return f"is larger than {max_bytes / 1_000_000:g} MB"
