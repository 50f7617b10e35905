"""The parameters of a call, out of its address and its body."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from tests.bot_api.records import bad

# These are texts even where they look like a number or like JSON; everything else in a form is JSON.
_TEXTS = {
    *("text", "parse_mode", "action", "language_code", "url", "secret_token", "ip_address", "next_offset", "file_id"),
    *("inline_message_id", "callback_query_id", "inline_query_id", "guest_query_id", "business_connection_id"),
    *("message_effect_id", "name", "description", "short_description"),
}


def read_parameters(query: str, content_type: str, body: bytes) -> dict[str, Any]:
    """The parameters with their types, from the query string and a JSON, form or multipart body."""
    params = _raw_parameters(query, content_type, body)
    return {name: value if name in _TEXTS else _decode(value) for name, value in params.items()}


def _decode(value: Any) -> Any:
    if isinstance(value, str):
        with suppress(ValueError):
            return json.loads(value)
    return value


def _raw_parameters(query: str, content_type: str, body: bytes) -> dict[str, Any]:
    params: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if not body:
        return params
    if kind == "application/json":
        with suppress(ValueError):
            if isinstance(decoded := json.loads(body), dict):
                return params | decoded
        raise bad("can't parse JSON object", judged=True)
    if kind == "application/x-www-form-urlencoded":
        return params | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if kind != "multipart/form-data" or not boundary:
        raise bad(f"unsupported content type {content_type!r}", judged=True)
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        if not (field := re.search(rb'[; ]name="([^"]*)"', head)):
            raise bad("can't parse multipart/form-data", judged=True)
        params[field[1].decode()] = data.decode(errors="replace")
    return params
