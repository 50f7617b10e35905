"""An answer as JSON from which the same answer is made again, its texts such that they can still be translated."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from bot.answers import Answer, Citation, Usage
from bot.texts import Text

_TEXT, _DAY = "$text", "$day"  # keys that no field has


def write_answer(answer: Answer) -> str:
    """An answer as JSON for `read_answer`."""
    return json.dumps(_pack(vars(answer)))


def read_answer(written: str) -> Answer | None:
    """The answer that was written; None where it was erased, or written by a version of other fields."""
    try:
        facts: dict[str, Any] = _unpack(json.loads(written))
        citations = [Citation(**{**cited, "outlets": tuple(cited["outlets"])}) for cited in facts["citations"]]
        facts |= {"citations": citations, "usage": Usage(**facts["usage"])}
        facts |= {name: tuple(fact) for name, fact in facts.items() if isinstance(fact, list)}
        return Answer(**facts)
    except (ValueError, TypeError, KeyError):
        return None


def _pack(value: Any) -> Any:
    if isinstance(value, Text):
        return {_TEXT: value.template, "values": _pack(value.values)}
    if isinstance(value, date):
        return {_DAY: value.isoformat()[:10]}
    if isinstance(value, Citation | Usage):
        return _pack(vars(value))
    if isinstance(value, dict):
        return {name: _pack(part) for name, part in value.items()}
    return [_pack(part) for part in value] if isinstance(value, list | tuple) else value


def _unpack(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpack(part) for part in value]
    if not isinstance(value, dict):
        return value
    if _TEXT in value:
        return Text(value[_TEXT], **_unpack(value["values"]))
    return date.fromisoformat(value[_DAY]) if _DAY in value else {name: _unpack(part) for name, part in value.items()}
