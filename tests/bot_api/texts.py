"""The texts and buttons of a call as Telegram would show them, or the refusal that they deserve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.bot_api.judges import parse_html
from tests.bot_api.records import Entity, bad, count_units

MAX_TEXT = 4096  # UTF-16 code units, after parsing
_MAX_BUTTONS = 100
_ACTIONS_OF_A_BUTTON = (
    *("url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat"),
    *("switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"),
)


def format_text(params: dict[str, Any], name: str = "text", *, may_be_empty: bool = False) -> tuple[str, list[Entity]]:
    """The visible text of a call and its entities, trimmed as Telegram does. Raises `RefusedError`."""
    mode, text = params.get("parse_mode"), params.get(name) or ""
    try:
        if mode == "HTML":
            text, entities = parse_html(text)
        elif mode:
            raise bad(f"parse_mode {mode} is none that the bot should use", judged=True)
        else:
            known = Entity.__dataclass_fields__
            entities = [Entity(**{k: v for k, v in e.items() if k in known}) for e in params.get("entities", [])]
        text, entities = _trim(text, entities)
        length = count_units(text)
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8", judged=True) from None
    except (ValueError, TypeError) as why:
        raise bad(f"can't parse entities: {why}", judged=True) from why
    if not length and not may_be_empty:
        raise bad("message text is empty", judged=True)
    if length > MAX_TEXT:
        raise bad("message is too long", judged=True)
    return text, entities


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Trim as Telegram does: all white space at the end, spaces and line feeds before the first entity."""
    text = text.rstrip()
    start = min([len(text) - len(text.lstrip(" \n")), *(entity.offset for entity in entities)])
    end = count_units(text)
    return text[start:], [
        replace(entity, offset=entity.offset - start, length=min(entity.length, end - entity.offset))
        for entity in entities
        if entity.offset < end
    ]


def inline_keyboard(params: dict[str, Any]) -> dict[str, Any] | None:
    """The inline keyboard of a call, if it has one. Raises `RefusedError`."""
    markup: dict[str, Any] | None = params.get("reply_markup")
    if not markup or "inline_keyboard" not in markup:
        return None
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    if len(buttons) > _MAX_BUTTONS:
        raise bad("reply markup is too long", judged=True)
    for button in buttons:
        if not button["text"].strip():
            raise bad("can't parse inline keyboard button: the text is empty", judged=True)
        if len([name for name in _ACTIONS_OF_A_BUTTON if name in button]) != 1:
            raise bad("can't parse inline keyboard button: it must do exactly one thing", judged=True)
        if not 1 <= len(button.get("callback_data", "x").encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID", judged=True)
    return markup if buttons else None
