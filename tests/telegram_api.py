"""A strict, hand-written fake of the Telegram Bot API, served over HTTP on loopback for tests of a real bot.

It follows the documented behaviour, and refuses what Telegram silently tolerates (unknown parameters, attributes
and named character references), so that a mistake in the bot fails a test.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_TEXT = 4096
MAX_POLL_SECONDS = 2.0
BOT_USERNAME = "fake_test_bot"

# Each method's parameters as "name:kind"; a "!" marks a required one (the fake has no inline messages to edit).
_COMMON = (
    "business_connection_id:str chat_id:chat! text:str! parse_mode:str entities:list link_preview_options:dict "
    "reply_markup:dict"
)
_METHODS = {
    "getMe": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:list",
    "deleteWebhook": "drop_pending_updates:bool",
    "sendMessage": f"{_COMMON} message_thread_id:int direct_messages_topic_id:int disable_notification:bool "
    "protect_content:bool allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:dict "
    "reply_parameters:dict",
    "editMessageText": f"{_COMMON} message_id:int! inline_message_id:str",
    "sendChatAction": "business_connection_id:str chat_id:chat! message_thread_id:int action:str!",
    "setMyCommands": "commands:list! scope:dict language_code:str",
    "deleteMessage": "chat_id:chat! message_id:int!",
    "answerCallbackQuery": "callback_query_id:str! text:str show_alert:bool url:str cache_time:int",
}
_PARAMETERS = {method: dict(item.split(":") for item in spec.split()) for method, spec in _METHODS.items()}
_KINDS: dict[str, Any] = {"int": int, "bool": bool, "str": str, "dict": dict, "list": list, "chat": int | str}
_KNOWN_KEYS = {
    "link_preview_options": "is_disabled url prefer_small_media prefer_large_media show_above_text",
    "reply_parameters": "message_id chat_id allow_sending_without_reply quote quote_parse_mode quote_entities "
    "quote_position checklist_task_id poll_option_id",
    "reply_markup": "inline_keyboard keyboard is_persistent resize_keyboard one_time_keyboard input_field_placeholder "
    "selective remove_keyboard force_reply",
    "scope": "type chat_id user_id",
    "commands": "command description",
    "entities": "type offset length url user language custom_emoji_id",
}
_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
)
_STYLES = {
    "bold": "b strong",
    "italic": "i em",
    "underline": "u ins",
    "strikethrough": "s strike del",
    "spoiler": "span tg-spoiler",
    "text_link": "a",
    "custom_emoji": "tg-emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TAGS = {tag: style for style, tags in _STYLES.items() for tag in tags.split()}
_TAG_ATTRIBUTE = {"a": "href", "span": "class", "tg-emoji": "emoji-id", "code": "class", "blockquote": "expandable"}
_ATTRIBUTE = re.compile(r"\s+([a-z-]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[a-z0-9.-]+))?", re.I)
_TAG = re.compile(rf"<(?P<end>/?)(?P<name>[a-z][a-z0-9-]*)(?P<attributes>(?:{_ATTRIBUTE.pattern})*)\s*>", re.I)
_PLAIN = re.compile(r"[^<]+")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]*))(;?)")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LINK = re.compile(r"(tg|ton|tonsite)://.+|((https?|ftp)://)?[^\s/:?#]+\.[^\s/:?#]+([/:?#].*)?", re.I | re.S)
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


@dataclass
class Call:
    """One call as received; status is 0 while a long poll is still waiting."""

    method: str
    params: dict[str, Any]
    status: int = 0
    error: str | None = None


@dataclass(frozen=True)
class Entity:
    """A MessageEntity; offset and length count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None


@dataclass(frozen=True)
class SentMessage:
    """A message of the bot as it stands now: the visible text, and the source (html) it was last sent as."""

    message_id: int
    chat_id: int
    text: str
    html: str
    edits: int
    entities: list[Entity]
    reply_markup: dict[str, Any] | None = None  # an inline keyboard only: other markup isn't part of a message
    date: int = 0


class _RefusedError(Exception):
    """An answer other than 200, raised from anywhere below the dispatcher."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after


def _bad(why: str) -> _RefusedError:
    return _RefusedError(400, f"Bad Request: {why}")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _unescape(text: str) -> str:
    """Decode character references as Telegram does, but refuse a named one that Telegram doesn't know."""

    def decode(match: re.Match[str]) -> str:
        hexadecimal, decimal, name, semicolon = match.groups()
        if name:
            if semicolon and name not in _NAMED:
                raise ValueError(f"Unsupported character reference {match[0]}")
            return _NAMED.get(name, match[0])
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        if 0xD800 <= code <= 0xDFFF:
            raise ValueError("Text contains invalid Unicode characters after decoding HTML entities")
        return chr(code) if 0 < code < 0x10FFFF else match[0]

    return _REFERENCE.sub(decode, text)


def _open_tag(tag: re.Match[str], offset: int, parents: list[str], at: str) -> Entity:
    """Check a start tag's attribute and nesting, and make its entity, whose length is not known yet."""
    name = tag["name"].lower()
    value: str | None = None
    for attribute, quoted in _ATTRIBUTE.findall(tag["attributes"]):
        if attribute.lower() != _TAG_ATTRIBUTE.get(name) or value is not None:
            raise ValueError(f'Unexpected attribute "{attribute}" of the tag "{name}" {at}')
        value = _unescape(quoted[1:-1] if quoted[:1] in ("'", '"') else quoted)
    if name in ("a", "blockquote") and name in parents:
        raise ValueError(f'Tag "{name}" can\'t be nested {at}')
    entity = Entity(_TAGS[name], offset, 0)
    if name == "a":
        if not value:
            raise ValueError(f'Tag "a" must have a non-empty "href" {at}')
        return replace(entity, url=value)
    if name == "span" and value != "tg-spoiler":
        raise ValueError(f'Tag "span" must have class "tg-spoiler" {at}')
    if name == "tg-emoji":
        if not value or not value.isdecimal():
            raise ValueError("Invalid custom emoji identifier specified")
        return replace(entity, custom_emoji_id=value)
    if name == "code" and value is not None:
        if parents[-1:] != ["pre"] or not value.startswith("language-"):
            raise ValueError(f'Unexpected class "{value}" of the tag "code" {at}')
        return replace(entity, language=value.removeprefix("language-"))
    return replace(entity, type="expandable_blockquote") if name == "blockquote" and value is not None else entity


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Parse Telegram's HTML style into the visible text and its entities; raises ValueError with the reason."""
    text, position = "", 0
    entities: list[Entity] = []
    opened: list[tuple[str, Entity]] = []
    while position < len(source):
        if plain := _PLAIN.match(source, position):
            text += _unescape(plain[0])
            position = plain.end()
            continue
        at = f"at byte offset {len(source[:position].encode())}"
        tag = _TAG.match(source, position)
        name = tag["name"].lower() if tag else re.split(r"[\s>]", source[position + 1 :], maxsplit=1)[0]
        if not tag or name not in _TAGS:
            raise ValueError(f'Unsupported or malformed tag "{name}" {at}')
        offset = _units(text)
        if not tag["end"]:
            opened.append((name, _open_tag(tag, offset, [parent for parent, _ in opened], at)))
        elif not opened or tag["attributes"]:
            raise ValueError(f"Unexpected end tag {at}")
        else:
            expected, entity = opened.pop()
            if name != expected:
                raise ValueError(f'Unmatched end tag {at}, expected "</{expected}>", found "</{name}>"')
            entity = replace(entity, length=offset - entity.offset)
            if (
                name == "pre"
                and entities
                and replace(entity, type="code", language=entities[-1].language) == entities[-1]
            ):
                entity = replace(entity, language=entities.pop().language)  # <pre><code> is one entity
            if entity.length and (entity.url is None or _LINK.fullmatch(entity.url)):  # a bad link is silently dropped
                entities.append(entity)
        position = tag.end()
    if opened:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    entities = [replace(entity, language=None) if entity.type == "code" else entity for entity in entities]
    return text, sorted(entities, key=lambda entity: (entity.offset, -entity.length))


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Trim as Telegram does: all white space at the end, spaces and line feeds before the first entity."""
    text = text.rstrip()
    start = min([len(text) - len(text.lstrip(" \n")), *(entity.offset for entity in entities)])
    end = _units(text)
    return text[start:], [
        replace(entity, offset=entity.offset - start, length=min(entity.length, end - entity.offset))
        for entity in entities
        if entity.offset < end
    ]


def _formatted(params: dict[str, Any]) -> tuple[str, list[Entity]]:
    """The visible text and the entities of a sendMessage or editMessageText call, or the 400 it deserves."""
    mode, text = params.get("parse_mode"), params["text"]
    try:
        if mode == "HTML":
            text, entities = parse_html(text)
        elif mode in ("Markdown", "MarkdownV2"):
            raise _bad("this fake parses HTML only")
        elif mode:
            raise _bad("unsupported parse_mode")
        else:
            known = Entity.__dataclass_fields__
            entities = [Entity(**{k: v for k, v in e.items() if k in known}) for e in params.get("entities", [])]
        text, entities = _trim(text, entities)
        length = _units(text)
    except UnicodeEncodeError:
        raise _bad("strings must be encoded in UTF-8") from None
    except (ValueError, TypeError) as why:
        raise _bad(f"can't parse entities: {why}") from why
    if not length:
        raise _bad("message text is empty")
    if length > MAX_TEXT:
        raise _bad("message is too long")
    return text, entities


def _convert(name: str, kind: str, value: Any) -> Any:
    """Turn a parameter into its documented type; forms and query strings carry everything as strings."""
    with suppress(ValueError):
        if isinstance(value, str) and (kind in ("dict", "list") or re.fullmatch(r"-?\d+|true|false", value)):
            value = value if kind == "str" else json.loads(value)
    if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "bool"):
        raise _bad(f"can't parse {name}: expected {kind}")
    if known := _KNOWN_KEYS.get(name):
        for item in value if kind == "list" else [value]:
            if not isinstance(item, dict) or (unknown := sorted(set(item) - set(known.split()))):
                raise _bad(f"can't parse {name}: {f'unknown field {unknown[0]}' if isinstance(item, dict) else item}")
    return value


def _raw_parameters(query: str, content_type: str, body: bytes) -> dict[str, Any]:
    """The parameters as sent, from the query string and a JSON, form or multipart body."""
    params: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if not body:
        return params
    if kind == "application/json":
        with suppress(ValueError):
            if isinstance(decoded := json.loads(body), dict):
                return params | decoded
        raise _bad("can't parse JSON object")
    if kind == "application/x-www-form-urlencoded":
        return params | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if kind != "multipart/form-data" or not boundary:
        raise _bad(f"unsupported content type {content_type!r}")
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        if not (field := re.search(rb'[; ]name="([^"]*)"', head)):
            raise _bad("can't parse multipart/form-data")
        params[field[1].decode()] = data.decode(errors="replace")
    return params


class _Server(ThreadingHTTPServer):
    """Keeps its open connections, so that closing can end the idle ones and join every thread."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, api: TelegramApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api
        self.connections: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a bot that was killed is no error
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, content_type, answer = self.server.api._answer(self.path, self.headers.get("Content-Type", ""), body)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""


class TelegramApi:
    """A context manager: `with TelegramApi(token="123:ABC") as api:` serves on a free port of 127.0.0.1."""

    def __init__(self, token: str = "123:ABC") -> None:
        self.token = token
        self.calls: list[Call] = []
        self._changed = threading.Condition()  # guards everything below, and tells of each change
        self._closed = False
        self._chats: dict[int, dict[str, Any]] = {}
        self._sent: dict[tuple[int, int], SentMessage] = {}
        self._heard: set[tuple[int, int]] = set()
        self._updates: list[dict[str, Any]] = []
        self._allowed: list[str] = []
        self._failures: dict[str, list[tuple[HTTPStatus, int | None]]] = {}
        self._last_message_id, self._last_update_id = 0, 1000
        self._me = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": "Fake",
            "username": BOT_USERNAME,
        }
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> TelegramApi:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        for connection in tuple(self._server.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)  # ends an idle connection, lets an answer under way go out
        self._server.server_close()
        self._thread.join()

    def say(self, text: str, *, user_id: int = 1001, chat_id: int | None = None, chat_type: str = "private") -> int:
        """Queue a message of a user for getUpdates (it also makes the chat known) and return its id."""
        if chat_id is None and chat_type != "private":
            raise ValueError("a chat that isn't private needs its own chat_id")
        user = {"id": user_id, "is_bot": False, "first_name": f"User {user_id}"}
        chat: dict[str, Any] = {"id": user_id if chat_id is None else chat_id, "type": chat_type}
        chat |= {"first_name": user["first_name"]} if chat_type == "private" else {"title": f"Chat {chat_id}"}
        with self._changed:
            self._chats[chat["id"]] = chat
            message = {"message_id": self._next_message_id(), "from": user, "chat": chat, "date": int(time.time())}
            message["text"] = text
            if command := re.match(r"/\w{1,32}(@\w+)?", text, re.ASCII):
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
            self._heard.add((chat["id"], self._last_message_id))
            self._last_update_id += 1
            if not self._allowed or "message" in self._allowed:
                self._updates.append({"update_id": self._last_update_id, "message": message})
            self._changed.notify_all()
            return self._last_message_id

    def messages(self, chat_id: int) -> list[SentMessage]:
        """The messages the bot sent to the chat and didn't delete, in order, as they stand now."""
        with self._changed:
            return [message for (chat, _), message in self._sent.items() if chat == chat_id]

    def wait_for(self, condition: Callable[[TelegramApi], bool], timeout: float = 20.0) -> None:
        """Wait until the condition holds; on time-out raise AssertionError that lists the last calls."""
        deadline = time.monotonic() + timeout
        while not condition(self):
            if time.monotonic() >= deadline:
                calls = [call for call in self.calls if call.method != "getUpdates" or call.error]
                lines = [f"  {call.method} {call.status} {call.error or ''}".rstrip() for call in calls[-20:]]
                polls = f"{len(self.calls) - len(calls)} getUpdates without an error"
                raise AssertionError("\n".join([f"not so within {timeout} s; {polls}, and the last calls:", *lines]))
            with self._changed:
                self._changed.wait(0.05)

    def fail_next(self, method: str, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        """Answer the next valid calls of the method with this status instead of carrying them out."""
        if method not in _PARAMETERS:
            raise ValueError(f"unknown method {method}")
        with self._changed:
            self._failures.setdefault(method, []).extend([(HTTPStatus(status), retry_after)] * times)

    def _next_message_id(self) -> int:
        self._last_message_id += 1
        return self._last_message_id

    def _answer(self, target: str, content_type: str, body: bytes) -> tuple[int, str, bytes]:
        """Record and carry out one call; the lock is held all through, except while a long poll waits."""
        url = urlsplit(target)
        route = re.fullmatch(r"/bot([^/]*)/([^/]+)", unquote(url.path))
        with self._changed:
            call = Call(route[2] if route else url.path, {})
            self.calls.append(call)
            answer: dict[str, Any]
            try:
                call.params = _raw_parameters(url.query, content_type, body)
                answer = {"ok": True, "result": self._carry_out(call, route[1] if route else "")}
                call.status = 200
            except _RefusedError as refused:
                call.status, call.error = refused.status, refused.description
                answer = {"ok": False, "error_code": refused.status, "description": refused.description}
                if refused.retry_after is not None:
                    answer["parameters"] = {"retry_after": refused.retry_after}
            self._changed.notify_all()
            if call.status == 502:
                return 502, "text/html", b"<html>Bad Gateway</html>"
            return call.status, "application/json", json.dumps(answer).encode()

    def _carry_out(self, call: Call, token: str) -> Any:
        if not re.fullmatch(r"[1-9]\d*:[\w-]+", token, re.ASCII):
            raise _RefusedError(404, "Not Found")
        if token != self.token:
            raise _RefusedError(401, "Unauthorized")
        if (kinds := _PARAMETERS.get(call.method)) is None:
            raise _RefusedError(404, "Not Found: method not found")
        for name, value in call.params.items():
            if name not in kinds:
                raise _bad(f"unknown parameter {name}")
            call.params[name] = _convert(name, kinds[name].rstrip("!"), value)
        for name, kind in kinds.items():
            if kind.endswith("!") and call.params.get(name, "") == "":
                raise _bad("message text is empty" if name == "text" else f"{name} is empty")
        if planned := self._failures.get(call.method):
            status, retry_after = planned.pop(0)
            if status == 429:
                seconds = 1 if retry_after is None else retry_after
                raise _RefusedError(429, f"Too Many Requests: retry after {seconds}", seconds)
            raise _RefusedError(status, status.phrase, retry_after)
        if "chat_id" in call.params and call.params["chat_id"] not in self._chats:
            raise _bad("chat not found")
        handler: Callable[[dict[str, Any]], Any] = getattr(self, f"_on_{call.method}")
        return handler(call.params)

    def _on_getMe(self, params: dict[str, Any]) -> dict[str, Any]:
        abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        return {**self._me, **dict.fromkeys(abilities, False)}

    def _on_getUpdates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        offset, limit = params.get("offset", 0), params.get("limit", 100)
        if not 1 <= limit <= 100:
            raise _bad("limit must be from 1 to 100")
        self._allowed = params.get("allowed_updates", self._allowed)
        kept = [update for update in self._updates if update["update_id"] >= offset]
        self._updates = self._updates[offset:] if offset < 0 else kept
        wait = min(params.get("timeout", 0), MAX_POLL_SECONDS)
        self._changed.wait_for(lambda: self._updates or self._closed, wait)
        return self._updates[:limit]

    def _on_deleteWebhook(self, params: dict[str, Any]) -> bool:
        if params.get("drop_pending_updates"):
            self._updates = []
        return True

    def _on_sendMessage(self, params: dict[str, Any]) -> dict[str, Any]:
        text, entities = _formatted(params)
        chat_id, reply = params["chat_id"], params.get("reply_parameters", {})
        replied = (reply.get("chat_id", chat_id), reply.get("message_id"))
        if reply and replied not in self._heard | set(self._sent) and not reply.get("allow_sending_without_reply"):
            raise _bad("message to be replied not found")
        markup = params.get("reply_markup")
        inline = markup if markup and "inline_keyboard" in markup else None
        message_id, now = self._next_message_id(), int(time.time())
        return self._store(SentMessage(message_id, chat_id, text, params["text"], 0, entities, inline, now))

    def _on_editMessageText(self, params: dict[str, Any]) -> dict[str, Any]:
        key, markup = (params["chat_id"], params["message_id"]), params.get("reply_markup")
        if key not in self._sent:
            raise _bad("message can't be edited" if key in self._heard else "message to edit not found")
        if markup is not None and list(markup) != ["inline_keyboard"]:
            raise _bad("inline keyboard expected")
        (text, entities), old = _formatted(params), self._sent[key]
        if (text, entities, markup) == (old.text, old.entities, old.reply_markup):
            raise _bad(_NOT_MODIFIED)
        new = replace(old, text=text, html=params["text"], entities=entities, reply_markup=markup, edits=old.edits + 1)
        return {**self._store(new), "edit_date": int(time.time())}

    def _store(self, sent: SentMessage) -> dict[str, Any]:
        """Keep the message as it stands now, and describe it as a Message object."""
        self._sent[sent.chat_id, sent.message_id] = sent
        message = {"message_id": sent.message_id, "from": self._me, "chat": self._chats[sent.chat_id]}
        message |= {"date": sent.date, "text": sent.text}
        if sent.entities:
            message["entities"] = [{k: v for k, v in asdict(e).items() if v is not None} for e in sent.entities]
        if sent.reply_markup:
            message["reply_markup"] = sent.reply_markup
        return message

    def _on_sendChatAction(self, params: dict[str, Any]) -> bool:
        if params["action"] not in _ACTIONS.split():
            raise _bad("wrong parameter action in request")
        return True

    def _on_setMyCommands(self, params: dict[str, Any]) -> bool:
        for item in params["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", str(item.get("command", ""))):
                raise _bad("BOT_COMMAND_INVALID")
            if not 1 <= len(str(item.get("description", ""))) <= 256:
                raise _bad("BOT_COMMAND_DESCRIPTION_INVALID")
        if len(params["commands"]) > 100:
            raise _bad("BOT_COMMANDS_TOO_MUCH")
        return True

    def _on_deleteMessage(self, params: dict[str, Any]) -> bool:
        key = (params["chat_id"], params["message_id"])
        if key not in self._sent and key not in self._heard:
            raise _bad("message to delete not found")
        self._sent.pop(key, None)
        self._heard.discard(key)
        return True

    def _on_answerCallbackQuery(self, params: dict[str, Any]) -> bool:
        raise _bad("query is too old and response timeout expired or query ID is invalid")  # say() makes no queries
