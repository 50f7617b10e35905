"""The Bot API server of the tests: its judges refuse what they must; people, updates and faults are as in Telegram."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bot_api.judges import find_entities, judge_update
from tests.bot_api.scripts import replay
from tests.telegram_api import BOT_USERNAME, Entity, RandomFaults, TelegramApi, parse_html

USER, GROUP = 1001, -500
SECRET = "s3cret"  # noqa: S105 - made up
Ask = Callable[..., Any]
KEYBOARD = {
    "inline_keyboard": [[{"text": "Passages", "callback_data": "p:1"}, {"text": "Web", "url": "https://a.example"}]]
}


class Bot:
    """A bot that makes the calls of a test."""

    def __init__(self, api: TelegramApi) -> None:
        self.api = api
        self.http = httpx.Client(base_url=f"{api.url}/bot{api.token}", timeout=20)

    def __enter__(self) -> Bot:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Make a call in JSON, and give the whole answer."""
        answer: dict[str, Any] = self.http.post(f"/{method}", json=params).json()
        return answer

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a call, which must go well."""
        answer = self.call(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    def refusal(self, method: str, **params: Any) -> str:
        """Why a call is refused, which must not go well."""
        answer = self.call(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])

    def updates(self) -> list[dict[str, Any]]:
        """The updates that wait, which are confirmed, and which aiogram must understand."""
        updates: list[dict[str, Any]] = self.ask("getUpdates", timeout=0)
        if updates:
            self.ask("getUpdates", offset=max(update["update_id"] for update in updates) + 1)
        assert [why for why in map(judge_update, updates) if why] == []
        return updates


@pytest.fixture
def bot() -> Iterator[Bot]:
    """A bot that somebody has written to, in private and in a group."""
    with TelegramApi() as api, Bot(api) as bot:
        api.say("hello", user_id=USER)
        api.say("hello", user_id=USER, chat_id=GROUP)
        bot.updates()
        yield bot


@pytest.mark.parametrize(
    ("method", "params", "why"),
    [
        ("sendMessage", {"chat_id": USER, "text": "x", "colour": 1}, "unknown field colour of SendMessage"),
        ("sendMessage", {"chat_id": USER, "text": 5}, "text: Input should be a valid string"),
        ("sendMessage", {"text": "x"}, "chat_id: Field required"),
        ("sendMessage", {"chat_id": USER, "text": "x", "reply_to_message_id": 1}, "outdated field reply_to_message_id"),
        ("editMessageText", {"chat_id": USER, "message_id": "one", "text": "x"}, "message_id: Input should be a valid"),
        (
            "sendMessage",
            {"chat_id": USER, "text": "x", "link_preview_options": {"is_disabled": True, "hidden": 1}},
            "unknown field hidden of SendMessage.link_preview_options",
        ),
        (
            "sendMessage",
            {"chat_id": USER, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "data": "y"}]]}},
            "unknown field data of SendMessage.reply_markup.inline_keyboard",
        ),
        (
            "sendMessage",
            {"chat_id": USER, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}},
            "it must do exactly one thing",
        ),
        (
            "sendMessage",
            {
                "chat_id": USER,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "é" * 33}]]},
            },
            "BUTTON_DATA_INVALID",
        ),
        ("setMyCommands", {"commands": [{"command": "Ask", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "ask"}]}, "description: Field required"),
        ("setMyCommands", {"commands": [], "language_code": "english"}, "LANGUAGE_CODE_INVALID"),
        ("setMyCommands", {"commands": [], "scope": {"type": "everybody"}}, "scope"),
        ("setMyCommands", {"commands": [{"command": "ask", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [{"command": "ask", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        (
            "sendMessage",
            {
                "chat_id": USER,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "y"}]]},
            },
            "the text is empty",
        ),
        (
            "sendMessage",
            {
                "chat_id": USER,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]] * 101},
            },
            "reply markup is too long",
        ),
        ("sendMessage", {"chat_id": USER, "text": "*x*", "parse_mode": "MarkdownV2"}, "parse_mode MarkdownV2 is none"),
        ("editMessageText", {"text": "x"}, "chat_id is empty"),
        ("editMessageText", {"chat_id": USER, "text": "x"}, "message identifier is not specified"),
        ("sendChatAction", {"chat_id": USER, "action": "dancing"}, "wrong parameter action"),
        ("setWebhook", {"url": "ftp://127.0.0.1"}, "invalid webhook URL"),
        ("setWebhook", {"url": "http://127.0.0.1:1", "secret_token": "a b"}, "secret token contains unallowed"),
    ],
)
def test_form_of_a_call_is_judged(bot: Bot, method: str, params: dict[str, Any], why: str) -> None:
    """Unknown fields, wrong types and broken limits are refused at any depth, and noted."""
    assert why in bot.refusal(method, **params)
    (judgement,) = bot.api.judgements
    assert why in judgement
    assert judgement.startswith(method)


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<b>open", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("<p>text</p>", 'can\'t parse entities: Unsupported start tag "p" at byte offset 0'),
        ("1 < 2", "can't parse entities: Unsupported start tag"),
        ("<b> </b>", "message text is empty"),
        ("<i>" + "😀" * 2048 + "</i>x", "message is too long"),
        ("x" * 4097, "message is too long"),
    ],
)
def test_texts_are_judged(bot: Bot, html: str, why: str) -> None:
    """What Telegram cannot read or show is refused in a message, an edit, a draft, an inline and a guest answer."""
    text = {"text": html, "parse_mode": "HTML"}
    sent = bot.ask("sendMessage", chat_id=USER, text="x")["message_id"]
    inline, guest = bot.api.inline("hello", USER), bot.api.guest("hello", USER)
    content = {"message_text": html, "parse_mode": "HTML"}
    result = {"type": "article", "id": "1", "title": "A card", "input_message_content": content}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("sendMessage", {"chat_id": USER, **text}),
        ("editMessageText", {"chat_id": USER, "message_id": sent, **text}),
        ("answerInlineQuery", {"inline_query_id": inline, "results": [result]}),
        ("answerGuestQuery", {"guest_query_id": guest, "result": result}),
    ]
    if "empty" not in why:
        calls.append(("sendMessageDraft", {"chat_id": USER, "draft_id": 1, **text}))
    assert [bot.refusal(method, **params).startswith(f"Bad Request: {why}") for method, params in calls] == [
        True for _ in calls
    ]
    assert len(bot.api.judgements) == len(calls)
    assert [message.text for message in bot.api.messages(USER)] == ["x"]


def test_texts_are_read_as_telegram_does(bot: Bot) -> None:
    """4,096 units fit; entities count in UTF-16; what surrounds a text is cut off."""
    bot.ask("sendMessage", chat_id=USER, text="<i>" + "😀" * 2048 + "</i>", parse_mode="HTML")
    bot.ask(
        "sendMessage", chat_id=USER, text="\n 😀 <b>a &amp; b</b> <a href='tg://user?id=7'>x</a> ", parse_mode="HTML"
    )
    longest, short = bot.api.messages(USER)
    assert longest.entities == [Entity("italic", 0, 4096)]
    assert (short.text, short.entities) == (
        "😀 a & b x",
        [Entity("bold", 3, 5), Entity("text_mention", 9, 1, user_id=7)],
    )
    assert parse_html("<blockquote expandable>q</blockquote>") == ("q", [Entity("expandable_blockquote", 0, 1)])
    assert parse_html("<pre><code class='language-py'>1</code></pre>")[1] == [Entity("pre", 0, 1, language="py")]
    assert parse_html("<a href='https://a.example/b#:~:text=c'>d</a>")[1][0].url == "https://a.example/b#:~:text=c"
    assert [entity.type for entity in find_entities("/ask@some_bot of @somebody")] == ["bot_command", "mention"]
    assert bot.api.judgements == []


def test_forms_and_queries_are_read_too(bot: Bot) -> None:
    """A form, as python-telegram-bot sends it, and a query string mean what JSON does."""
    for sent in (
        bot.http.post("/sendMessage", data={"chat_id": str(USER), "text": "5", "disable_notification": "true"}),
        bot.http.get("/sendMessage", params={"chat_id": USER, "text": "5"}),
        bot.http.post("/sendMessage", data={"chat_id": str(USER)}, files={"text": (None, "5")}),
    ):
        assert (sent.status_code, sent.json()["result"]["text"]) == (200, "5")
    for kind in ("application/json", "text/plain"):
        assert bot.http.post("/sendMessage", content=b"[", headers={"Content-Type": kind}).status_code == 400
    assert len(bot.api.judgements) == 2


def test_without_judges_only_the_form_is_not_judged() -> None:
    """For benchmarks unknown fields pass, and texts are read all the same."""
    with TelegramApi(judge=False) as api, Bot(api) as bot:
        api.say("hello", user_id=USER)
        assert bot.ask("sendMessage", chat_id=USER, text="<b>x</b>", parse_mode="HTML", colour=1)["text"] == "x"


def test_state_of_chats_is_checked(bot: Bot) -> None:
    """What is not there cannot be edited, replied to or answered, and an edit must change something."""
    sent = bot.ask("sendMessage", chat_id=USER, text="x", reply_markup=KEYBOARD)["message_id"]
    edit = {"chat_id": USER, "message_id": sent, "text": "x"}
    assert "message is not modified" in bot.refusal("editMessageText", **edit, reply_markup=KEYBOARD)
    assert "reply_markup" not in bot.ask("editMessageText", **edit)
    bot.ask("editMessageReplyMarkup", chat_id=USER, message_id=sent, reply_markup=KEYBOARD)
    assert [(message.edits, message.reply_markup) for message in bot.api.messages(USER)] == [(2, KEYBOARD)]
    heard = bot.api.say("mine", user_id=USER)
    assert "can't be edited" in bot.refusal("editMessageText", **{**edit, "message_id": heard})
    replied = bot.ask("sendMessage", chat_id=USER, text="y", reply_parameters={"message_id": heard})
    assert replied["reply_to_message"]["text"] == "mine"
    assert "not found" in bot.refusal("sendMessage", chat_id=USER, text="y", reply_parameters={"message_id": 999})
    bot.api.delete(USER, sent)
    assert "message to edit not found" in bot.refusal("editMessageText", **{**edit, "text": "z"})
    assert bot.ask("deleteMessage", chat_id=USER, message_id=replied["message_id"])
    assert bot.api.messages(USER) == []
    assert bot.ask("sendChatAction", chat_id=USER, action="typing")
    assert "chat not found" in bot.refusal("sendMessage", chat_id=77, text="x")
    assert "query is too old" in bot.refusal("answerCallbackQuery", callback_query_id="callback-9")
    assert bot.call("sendPigeon")["error_code"] == 404
    paths = ("bot123:XYZ/getMe", "bot/getMe", "getMe")
    assert [httpx.get(f"{bot.api.url}/{path}").status_code for path in paths] == [401, 404, 404]
    assert bot.api.judgements == []


def test_drafts_are_for_private_chats(bot: Bot) -> None:
    """A draft is shown text by text; a group has none."""
    for text in ("", "The <b>first</b>", "The <b>first</b> words"):
        bot.ask("sendMessageDraft", chat_id=USER, draft_id=7, text=text, parse_mode="HTML")
    bot.ask("sendMessageDraft", chat_id=USER, draft_id=8)
    assert bot.api.drafts(USER) == ["", "The first", "The first words", ""]
    assert bot.api.drafts(USER, 7) == ["", "The first", "The first words"]
    assert "TEXTDRAFT_PEER_INVALID" in bot.refusal("sendMessageDraft", chat_id=GROUP, draft_id=7, text="x")
    assert "non-zero" in bot.refusal("sendMessageDraft", chat_id=USER, draft_id=0, text="x")


def test_menus_are_kept_by_scope_and_language(bot: Bot) -> None:
    """Each scope and language has a menu of its own, which can be taken away."""
    chat = {"type": "chat", "chat_id": USER}
    bot.ask("setMyCommands", commands=[{"command": "ask", "description": "ask something"}])
    bot.ask("setMyCommands", commands=[{"command": "ask", "description": "frag"}], scope=chat, language_code="de")
    menus = {("default", ""): {"ask": "ask something"}, (f"chat:{USER}", "de"): {"ask": "frag"}}
    assert bot.api.menus() == menus
    assert bot.ask("getMyCommands", scope=chat, language_code="de") == [{"command": "ask", "description": "frag"}]
    bot.ask("deleteMyCommands")
    assert bot.api.menus() == {(f"chat:{USER}", "de"): {"ask": "frag"}}
    assert "chat not found" in bot.refusal("setMyCommands", commands=[], scope={"type": "chat", "chat_id": 8})


def test_what_people_write(bot: Bot) -> None:
    """Messages have commands and mentions, topics, what they reply to, languages and dates; corrections come after."""
    first = bot.ask("sendMessage", chat_id=USER, text="x")["message_id"]
    asked = bot.api.say("/ask x", user_id=USER, reply_to=first, language_code="tr", first_name="Ayşe", date=99)
    bot.api.edit(USER, asked, "/ask y")
    topic = bot.api.say(f"@{BOT_USERNAME} x", user_id=2, chat_id=-1007, thread_id=5)
    message, edited, mention = (update[kind] for update in bot.updates() for kind in update if kind != "update_id")
    assert message["from"] == {"id": USER, "is_bot": False, "first_name": "Ayşe", "language_code": "tr"}
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 4}]
    assert (message["date"], message["reply_to_message"]["from"]["username"]) == (99, BOT_USERNAME)
    assert (edited["message_id"], edited["text"], edited["date"]) == (asked, "/ask y", 99)
    assert mention["chat"] == {"id": -1007, "type": "supergroup", "title": "Chat -1007", "is_forum": True}
    assert (mention["message_thread_id"], mention["entities"][0]["type"]) == (5, "mention")
    answer = bot.ask(
        "sendMessage", chat_id=-1007, text="y", message_thread_id=5, reply_parameters={"message_id": topic}
    )
    assert answer["message_thread_id"] == 5
    assert "message thread not found" in bot.refusal("sendMessage", chat_id=-1007, text="y", message_thread_id=6)
    with pytest.raises(ValueError, match="own chat_id"):
        bot.api.say("x", chat_type="group")


def test_buttons_are_pressed_by_label_or_data(bot: Bot) -> None:
    """A press gives the message and the data, is answered once, and works on a deleted message by its data."""
    sent = bot.ask("sendMessage", chat_id=USER, text="x", reply_markup=KEYBOARD)["message_id"]
    query = bot.api.press(USER, sent, "Passages", USER)
    bot.api.delete(USER, sent)
    bot.api.press(USER, sent, "p:2", USER)
    pressed, late = (update["callback_query"] for update in bot.updates())
    assert (pressed["id"], pressed["data"], pressed["message"]["text"]) == (query, "p:1", "x")
    assert (late["data"], late["message"]["date"]) == ("p:2", 0)
    assert bot.ask("answerCallbackQuery", callback_query_id=query, text="Here it is")
    assert "query is too old" in bot.refusal("answerCallbackQuery", callback_query_id=query)
    assert "MESSAGE_TOO_LONG" in bot.refusal("answerCallbackQuery", callback_query_id=late["id"], text="x" * 201)
    assert bot.ask("answerCallbackQuery", callback_query_id=late["id"])
    assert bot.api.notices == ["Here it is"]
    again = bot.ask("sendMessage", chat_id=USER, text="x", reply_markup=KEYBOARD)["message_id"]
    with pytest.raises(ValueError, match="there is no button 'Web'"):
        bot.api.press(USER, again, "Web", USER)


def test_inline_and_guest_queries_become_messages(bot: Bot) -> None:
    """Answers are cards; what is sent of them has an id by which the bot edits it and buttons are pressed."""
    content = {"message_text": "<b>x</b>", "parse_mode": "HTML"}
    card = {"type": "article", "id": "1", "title": "A card", "input_message_content": content, "reply_markup": KEYBOARD}
    query = bot.api.inline("hello", USER)
    assert "RESULT_ID_DUPLICATE" in bot.refusal("answerInlineQuery", inline_query_id=query, results=[card, card])
    button = {"text": "More", "start_parameter": "more words"}
    assert "START_PARAM_INVALID" in bot.refusal("answerInlineQuery", inline_query_id=query, results=[], button=button)
    bot.ask("answerInlineQuery", inline_query_id=query, results=[card, {**card, "id": "2"}], cache_time=0)
    assert [message.text for message in bot.api.queries[query].messages] == ["x", "x"]
    inline_id = bot.api.choose(query, 1)
    bot.api.press(0, inline_id, "Passages", USER)
    guest = bot.api.guest(f"@{BOT_USERNAME} hello", USER)
    asked, chosen, pressed, called = bot.updates()
    assert (asked["inline_query"]["query"], chosen["chosen_inline_result"]["result_id"]) == ("hello", "2")
    assert chosen["chosen_inline_result"]["query"] == "hello"
    assert pressed["callback_query"]["inline_message_id"] == inline_id
    assert called["guest_message"]["guest_query_id"] == guest
    sent = bot.ask("answerGuestQuery", guest_query_id=guest, result=card)
    assert "query is too old" in bot.refusal("answerGuestQuery", guest_query_id=guest, result=card)
    assert bot.ask("editMessageText", inline_message_id=inline_id, text="y") is True
    assert "MESSAGE_ID_INVALID" in bot.refusal("editMessageText", inline_message_id="none", text="y")
    messages = [(message.inline_id, message.text) for message in bot.api.inline_messages()]
    assert messages == [(inline_id, "y"), (sent["inline_message_id"], "x")]


def test_voice_messages_are_downloaded(bot: Bot) -> None:
    """The file of a voice message has a path, and at the path are its bytes."""
    bot.api.voice(b"OggS of a test", user_id=USER)
    (update,) = bot.updates()
    file = bot.ask("getFile", file_id=update["message"]["voice"]["file_id"])
    at = f"{bot.api.url}/file/bot{bot.api.token}"
    assert httpx.get(f"{at}/{file['file_path']}").content == b"OggS of a test"
    assert httpx.get(f"{at}/voice/other.oga").status_code == 404
    assert "wrong file_id" in bot.refusal("getFile", file_id="none")


def test_chats_change(bot: Bot) -> None:
    """The bot is let in, thrown out and blocked; a group becomes a supergroup; each call says so."""
    bot.api.join(-600, chat_type="group")
    bot.api.promote(-600, USER)
    bot.api.say("hello", user_id=3, chat_id=-600)
    members = bot.ask("getChatMember", chat_id=-600, user_id=USER), bot.ask("getChatMember", chat_id=-600, user_id=3)
    assert [member["status"] for member in members] == ["administrator", "member"]
    assert [member["user"]["id"] for member in bot.ask("getChatAdministrators", chat_id=-600)] == [USER]
    new = bot.api.migrate(-600)
    moved = bot.call("sendMessage", chat_id=-600, text="x")
    assert (moved["error_code"], moved["parameters"]) == (400, {"migrate_to_chat_id": new})
    assert bot.ask("getChat", chat_id=new)["type"] == "supergroup"
    bot.api.kick(new)
    assert bot.refusal("sendMessage", chat_id=new, text="x") == "Forbidden: bot was kicked from the supergroup chat"
    bot.ask("leaveChat", chat_id=GROUP)
    assert "bot is not a member of the group chat" in bot.refusal("sendChatAction", chat_id=GROUP, action="typing")
    bot.api.block(USER)
    assert bot.refusal("sendMessage", chat_id=USER, text="x") == "Forbidden: bot was blocked by the user"
    bot.api.unblock(USER)
    bot.ask("sendMessage", chat_id=USER, text="x")
    updates = bot.updates()
    statuses = [
        update["my_chat_member"]["new_chat_member"]["status"] for update in updates if "my_chat_member" in update
    ]
    assert statuses == ["member", "kicked", "kicked", "member"]
    assert [update["message"].get("migrate_to_chat_id") for update in updates if "message" in update] == [
        None,
        new,
        None,
    ]


def test_python_telegram_bot_understands_the_answers(bot: Bot) -> None:
    """What the server gives is what the library of the bot reads."""
    import telegram

    bot.api.promote(GROUP, USER)

    async def call() -> list[Any]:
        async with bot.api.make_bot() as client:
            sent = await client.send_message(GROUP, "x", reply_parameters=telegram.ReplyParameters(2))
            chat = await client.get_chat(GROUP)
            member = await client.get_chat_member(GROUP, USER)
            info = await client.get_webhook_info()
            await client.send_message_draft(USER, 3, "<b>x</b>", parse_mode="HTML")
            return [client.supports_inline_queries, sent.reply_to_message, chat.title, member.status, info.url]

    inline, replied, *others = asyncio.run(call())
    assert (inline, replied.text) == (True, "hello")
    assert others == [f"Chat {GROUP}", "administrator", ""]
    assert bot.api.judgements == []


def test_updates_come_again_and_out_of_order(bot: Bot) -> None:
    """A test can deliver what was delivered before, and hold updates back to deliver them as it likes."""
    bot.api.say("first", user_id=USER)
    (first,) = bot.updates()
    bot.api.deliver(first)
    with bot.api.held() as held:
        bot.api.say("second", user_id=USER)
        bot.api.say("third", user_id=USER)
    assert bot.updates() == [first]
    for update in reversed(held):
        bot.api.deliver(update)
    assert [update["message"]["text"] for update in bot.updates()] == ["third", "second"]
    assert bot.api.updates[-2:] == held


def test_only_what_was_asked_for_comes(bot: Bot) -> None:
    """Updates of other kinds than the bot named are not delivered, unless a test tells them by hand."""
    bot.ask("getUpdates", allowed_updates=["inline_query"])
    bot.api.say("x", user_id=USER)
    bot.api.inline("y", USER)
    bot.api.tell("message", bot.api.updates[-2]["message"])
    assert [sorted(update)[0] for update in bot.updates()] == ["inline_query", "message"]
    assert bot.refusal("getUpdates", limit=0) == "Bad Request: limit must be from 1 to 100"


def test_a_newer_poll_ends_the_one_before(bot: Bot) -> None:
    """Two bots that poll at once get in each other's way, as in Telegram."""
    answers: list[int] = []
    with httpx.Client(base_url=bot.http.base_url) as other:
        waiting = threading.Thread(target=lambda: answers.append(other.get("/getUpdates?timeout=9").status_code))
        waiting.start()
        bot.api.wait_for(lambda api: api._delivery.waiting)
        bot.ask("getUpdates", timeout=0)
        waiting.join()
    assert answers == [409]


@pytest.mark.parametrize("status", ["drop before", "drop after", "hang"])
def test_connections_break(bot: Bot, status: str) -> None:
    """A call without an answer was carried out or not, as told; the next one goes well."""
    bot.api.fail_next("sendMessage", status, seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        bot.call("sendMessage", chat_id=USER, text="x")
    bot.ask("sendMessage", chat_id=USER, text="y")
    assert [message.text for message in bot.api.messages(USER)] == ["x", "y"][status != "drop after" :]
    assert [(call.status, call.fault) for call in bot.api.calls if call.method == "sendMessage"] == [
        (0, status),
        (200, ""),
    ]


def test_a_call_that_is_cut_off_is_none(bot: Bot) -> None:
    """What a bot that is killed had begun to write is neither judged nor counted, and gets no answer."""
    address = httpx.URL(bot.api.url)
    with socket.create_connection((address.host, address.port or 80), timeout=20) as connection:
        head = f"POST /bot{bot.api.token}/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        connection.sendall(f'{head}Content-Length: 40\r\n\r\n{{"chat_id": '.encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert (bot.api.counts["sendMessage", 200], bot.api.counts["sendMessage", 400], bot.api.judgements) == (0, 0, [])


def test_telegram_fails_as_told(bot: Bot) -> None:
    """The next calls get the status; afterwards all is well."""
    bot.api.fail_next("sendMessage", 429, retry_after=3)
    bot.api.fail_next("sendMessage", 502, times=2)
    said = [bot.http.post("/sendMessage", json={"chat_id": USER, "text": "x"}) for _ in range(4)]
    assert [answer.status_code for answer in said] == [429, 502, 502, 200]
    assert said[0].json()["parameters"] == {"retry_after": 3}
    assert bot.api.counts["sendMessage", 502] == 2
    for method, status in (("sendPigeon", 502), ("sendMessage", "drop it")):
        with pytest.raises(ValueError, match=r"unknown method sendPigeon|'drop it' is no way to fail"):
            bot.api.fail_next(method, status)


def test_waiting_in_vain_tells_of_the_last_calls(bot: Bot) -> None:
    """A test that waits for what does not come is told which calls there were."""
    bot.refusal("sendMessage", chat_id=77, text="x")
    with pytest.raises(AssertionError, match=r"(?s)2 getUpdates without an error.*sendMessage 400 .*chat not found"):
        bot.api.wait_for(lambda _: False, timeout=0)


def test_faults_by_chance_come_again_with_their_seed() -> None:
    """The same seed gives the same faults, about as many as its share, and only to the methods that are named."""
    chosen = []
    for _ in range(2):
        faults = RandomFaults(5, share=0.2, methods=("sendMessage",))
        chosen.append([faults.choose("sendMessage") for _ in range(500)])
        assert 70 <= faults.made.total() == sum(fault is not None for fault in chosen[-1]) <= 130
        assert set(faults.made) == {429, 502, "drop before", "hang"}
        assert faults.choose("getUpdates") is None
    assert chosen[0] == chosen[1]
    with TelegramApi() as api:
        api.faults = RandomFaults(1, share=1, kinds=(502,))
        assert [httpx.get(f"{api.url}/bot{api.token}/{name}").status_code for name in ("getMe", "getMyCommands")] == [
            200,
            502,
        ]


class Hook:
    """A webhook that notes what is posted to it; it takes nothing before `refusals` have been given."""

    def __init__(self, refusals: int = 0) -> None:
        self.got: list[tuple[str | None, int]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                nonlocal refusals
                update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.got.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], update["update_id"]))
                refusals -= 1
                self.send_response(503 if refusals >= 0 else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Hook:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def test_webhook_gets_updates_with_its_secret(bot: Bot) -> None:
    """Updates are posted with the secret until they are taken; polling is refused until the webhook is gone."""
    with Hook(refusals=2) as hook:
        bot.ask("setWebhook", url=hook.url, secret_token=SECRET, allowed_updates=["message"])
        bot.api.say("first", user_id=USER)
        bot.api.say("second", user_id=USER)
        bot.api.wait_for(lambda _: len(hook.got) == 4)
        bot.api.wait_for(lambda _: bot.ask("getWebhookInfo")["pending_update_count"] == 0)
        ids = [update["update_id"] for update in bot.api.updates[-2:]]
        info = bot.ask("getWebhookInfo")
        assert hook.got == [(SECRET, ids[0])] * 3 + [(SECRET, ids[1])]
        assert (info["url"], info["allowed_updates"]) == (hook.url, ["message"])
        assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
        assert bot.call("getUpdates")["error_code"] == 409
        bot.ask("setWebhook", url="")
        bot.api.say("dropped", user_id=USER)
        bot.ask("deleteWebhook", drop_pending_updates=True)
    bot.api.say("third", user_id=USER)
    assert [update["message"]["text"] for update in bot.updates()] == ["third"]


def test_several_replicas_get_updates_in_turn_or_all_of_them(bot: Bot) -> None:
    """With several addresses each update goes to one of them, or as often as told; a dead one is passed over."""
    with Hook() as one, Hook() as two:
        bot.api.webhook_urls = [one.url, two.url]
        bot.ask("setWebhook", url=one.url, secret_token=SECRET)
        for _ in range(4):
            bot.api.say("x", user_id=USER)
        bot.api.wait_for(lambda _: (len(one.got), len(two.got)) == (2, 2))
        bot.api.webhook_copies = 2
        bot.api.say("y", user_id=USER)
        bot.api.wait_for(lambda _: (len(one.got), len(two.got)) == (3, 3))
        assert one.got[-1] == two.got[-1]
    bot.api.say("nobody is there", user_id=USER)
    bot.api.wait_for(lambda _: "last_error_message" in bot.ask("getWebhookInfo"))


def test_memory_does_not_grow() -> None:
    """Of calls only the last are kept."""
    with TelegramApi(keep=8) as api, Bot(api) as bot:
        for _ in range(40):
            bot.ask("getMe")
    assert len(api.calls) <= 10
    assert api.counts["getMe", 200] == 40


SCRIPT = """# a talk
> hello
< hello to
< you
! bye
> Passages
< the passage
< It pops up
! hello
> bye
< good day
! bye too
"""


def test_scripts_are_replayed(bot: Bot, tmp_path: Path) -> None:
    """A script presses the buttons that its lines name, and its failed checks are told."""
    script = tmp_path / "talk.txt"
    script.write_text(SCRIPT, encoding="utf-8")
    done = threading.Event()

    def reply() -> None:
        offset = 0
        with httpx.Client(base_url=bot.http.base_url) as http:
            while not done.is_set():
                updates = http.post("/getUpdates", json={"offset": offset, "timeout": 1}).json()["result"]
                for update in updates:
                    offset = update["update_id"] + 1
                    if query := update.get("callback_query"):
                        edit = {"chat_id": USER, "message_id": query["message"]["message_id"], "text": "the passage"}
                        http.post("/answerCallbackQuery", json={"callback_query_id": query["id"], "text": "It pops up"})
                        http.post("/editMessageText", json=edit)
                    else:
                        text = f"<b>{update['message']['text']}</b> to\n you"
                        said = {"chat_id": USER, "text": text, "parse_mode": "HTML", "reply_markup": KEYBOARD}
                        http.post("/sendMessage", json=said)
                        http.post("/sendMessage", json={"chat_id": USER, "text": "bye too"}) if "bye" in text else None

    replying = threading.Thread(target=reply)
    replying.start()
    try:
        failed = replay(bot.api, script, USER, patience=2)
    finally:
        done.set()
        replying.join()
    assert failed == [
        "talk.txt:11: the replies do not contain 'good day': 'bye to you bye too'",
        "talk.txt:12: the replies contain 'bye too': 'bye to you bye too'",
    ]
    assert bot.api.judgements == []
