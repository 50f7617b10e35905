"""Two judges that others wrote: aiogram knows methods, fields and types, TDLib parses text exactly as Telegram does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from tests.bot_api.records import Entity

_ENTITY_TYPES = {
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "EmailAddress": "email",
    "PhoneNumber": "phone_number",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
    "BotCommand": "bot_command",
}
_ENTITY_FIELDS = ("url", "language", "custom_emoji_id", "user_id")


def judge_call(method: str, params: dict[str, Any]) -> str:
    """Why aiogram has no such method, or none with such parameters; an empty text where it has."""
    name = method[:1].upper() + method[1:]
    model = getattr(_load("aiogram.methods"), name, None)
    return f"aiogram knows no method {method}" if model is None else _judge_value(model, params, strict=True)


def judge_update(update: dict[str, Any]) -> str:
    """Why aiogram would not understand an update; an empty text where it would."""
    return _judge_value(_load("aiogram.types").Update, update, strict=False)  # a date is a number only then


def _judge_value(model: Any, value: dict[str, Any], *, strict: bool) -> str:
    try:
        # In JSON, unlike in Python objects, pydantic's strict mode takes a dictionary for a model.
        read = model.model_validate_json(json.dumps(value), strict=strict)
    except ValueError as error:
        return _tell_error(error)
    return "; ".join(_unknown_fields(read, model.__name__))


def _tell_error(error: ValueError) -> str:
    """The errors deepest within the value: in a union of models those of the likeliest one."""
    errors = error.errors() if hasattr(error, "errors") else []
    deepest = max((len(item["loc"]) for item in errors), default=0)
    told = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in errors if len(item["loc"]) == deepest]
    return "; ".join(told[:3]) or str(error)


def _unknown_fields(model: Any, path: str) -> Iterator[str]:
    """Fields that aiogram lets through without knowing them, and those that Telegram has replaced, at any depth."""
    yield from (f"unknown field {name} of {path}" for name in model.model_extra or {})
    known = type(model).model_fields
    for name in model.model_fields_set & known.keys():
        if (known[name].json_schema_extra or {}).get("deprecated"):
            yield f"outdated field {name} of {path}"
        yield from _unknown_within(getattr(model, name), f"{path}.{name}")


def _unknown_within(value: Any, path: str) -> Iterator[str]:
    if hasattr(value, "model_extra"):
        yield from _unknown_fields(value, path)
    elif isinstance(value, list):
        for item in value:
            yield from _unknown_within(item, path)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """What Telegram reads in its HTML style: the visible text and its entities. Raises ValueError with the reason."""
    text, entities = _parse_html(source)
    return text, list(entities)


@lru_cache(maxsize=512)
def _parse_html(source: str) -> tuple[str, tuple[Entity, ...]]:
    mode = {"@type": "textParseModeHTML"}
    parsed = _execute({"@type": "parseTextEntities", "text": source, "parse_mode": mode})
    if parsed["@type"] == "error":
        raise ValueError(str(parsed["message"]).removeprefix("Can't parse entities: "))
    return parsed["text"], tuple(map(_read_entity, parsed["entities"]))


@lru_cache(maxsize=512)
def find_entities(text: str) -> tuple[Entity, ...]:
    """The commands, mentions, links … that Telegram finds in what somebody writes."""
    return tuple(map(_read_entity, _execute({"@type": "getTextEntities", "text": text})["entities"]))


def _read_entity(entity: dict[str, Any]) -> Entity:
    kind = entity["type"]["@type"].removeprefix("textEntityType")
    name = _ENTITY_TYPES.get(kind, "pre" if kind.startswith("Pre") else kind.lower())
    fields = {field: entity["type"][field] for field in _ENTITY_FIELDS if field in entity["type"]}
    return Entity(name, entity["offset"], entity["length"], **fields)


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_tdlib().td_execute(json.dumps(request).encode()))
    return answer


@cache
def _tdlib() -> Any:
    library = _load("tdjson")
    library.td_execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')
    return library


@cache
def _load(module: str) -> Any:
    """A module that takes long to load: loaded once, and only where something is judged."""
    return import_module(module)
