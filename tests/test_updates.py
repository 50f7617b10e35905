"""What an update is to the bot: each as the JSON that Telegram sends, judged by aiogram's models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import telegram

from bot.conversation.messages import Message
from bot.telegram.calls import Place
from bot.telegram.updates import Moved, Spoken, read_update
from tests.bot_api.judges import judge_update

ME = telegram.User(123, "Fake", is_bot=True, username="news_bot")
MY_JSON = {"id": 123, "is_bot": True, "first_name": "Fake", "username": "news_bot"}
USER = {"id": 7, "is_bot": False, "first_name": "Ada", "last_name": "L", "language_code": "tr"}
OTHER = {"id": 8, "is_bot": False, "first_name": "Bo"}
BOT = {"id": 9, "is_bot": True, "first_name": "Robot"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ada"}
GROUP = {"id": -100, "type": "supergroup", "title": "Group"}
CHANNEL = {"id": -200, "type": "channel", "title": "Channel"}
BY_BOT: dict[str, Any] = {"from": BOT}
BY_NOBODY: dict[str, Any] = {"from": None}
VOICE = {"file_id": "file", "file_unique_id": "unique", "duration": 2}
DATE = 1_700_000_000
MENTION = {"type": "mention", "offset": 0, "length": 9}
SAID = Message(7, "who?", 7, name="Ada L", language="tr")
SAID_IN_GROUP = replace(SAID, chat_id=-100, is_group=True)
SPOKEN = Spoken("7", SAID, Place(7), 5)
SPOKEN_IN_GROUP = Spoken("-100", SAID_IN_GROUP, Place(-100, is_private=False, reply_to=5), 5)


def read(kind: str, content: dict[str, Any]) -> Spoken | Moved | None:
    """What an update is to the bot."""
    update = {"update_id": 1, kind: content}
    assert judge_update(update) == ""
    parsed = telegram.Update.de_json(update, None)
    spoken = read_update(parsed, ME)
    # The inbox keeps it as JSON, and it is read again from there.
    assert read_update(telegram.Update.de_json(parsed.to_dict(), None), ME) == spoken
    return spoken


def message(text: str | None = "who?", **changes: Any) -> dict[str, Any]:
    """A private message."""
    made = {"message_id": 5, "from": USER, "chat": PRIVATE, "date": DATE, "text": text, **changes}
    return {name: value for name, value in made.items() if value is not None}


def in_group(text: str | None = "@news_bot who?", **changes: Any) -> dict[str, Any]:
    """A message in a group, which mentions the bot first unless it is said otherwise."""
    entities = None if text is None or not text.startswith("@") else [MENTION]
    return message(text, **{"chat": GROUP, "entities": entities, **changes})


PRIVATE_ONES = {
    "a text": (message(), SPOKEN),
    "a command": (message("/latest rain"), replace(SPOKEN, message=replace(SAID, text="/latest rain"))),
    "a caption": (message(None, caption="who?"), SPOKEN),
    "a picture": (message(None), None),
    "a long command": (
        message("/reindex@news_bot"),
        replace(SPOKEN, lane="7/reindex/5", message=replace(SAID, text="/reindex@news_bot")),
    ),
    "a topic": (
        message(message_thread_id=3, is_topic_message=True),
        replace(SPOKEN, message=replace(SAID, thread_id=3), place=Place(7, thread_id=3)),
    ),
    "a thread that is no topic": (message(message_thread_id=3), SPOKEN),
    "a voice message": (message(None, voice=VOICE), replace(SPOKEN, message=replace(SAID, text=""), voice_id="file")),
    "another bot": (message(**BY_BOT), None),
    "nobody": (message(**BY_NOBODY), None),
    "a card of its own": (message(via_bot=MY_JSON), None),
    "a card of another bot": (message(via_bot=BOT), SPOKEN),
}


@pytest.mark.parametrize("name", PRIVATE_ONES)
def test_private_messages(name: str) -> None:
    """In private all that has words or a voice is said to the bot."""
    content, spoken = PRIVATE_ONES[name]
    assert read("message", content) == spoken


def text_mention(user: dict[str, Any], offset: int) -> list[dict[str, Any]]:
    """The mention of a user by a name of four letters."""
    return [{"type": "text_mention", "offset": offset, "length": 4, "user": user}]


def replying(user: dict[str, Any], **content: Any) -> dict[str, Any]:
    """The message that another one replies to."""
    return {"message_id": 4, "from": user, "chat": GROUP, "date": DATE, **content}


COMMAND = {"type": "bot_command", "offset": 0}
GROUP_ONES: dict[str, tuple[dict[str, Any], str | None]] = {
    "no mention": (in_group("who?"), None),
    "a mention": (in_group(), "who?"),
    "another's mention": (in_group("@newsybot who?"), None),
    "a mention at the end": (in_group("😀 who, @NEWS_BOT", entities=[{**MENTION, "offset": 8}]), "😀 who"),
    "a longer name that begins alike": (
        in_group("@news_bots @news_bot who?", entities=[{**MENTION, "length": 10}, {**MENTION, "offset": 11}]),
        "@news_bots who?",
    ),
    "two mentions": (in_group("@news_bot @news_bot who?", entities=[MENTION, {**MENTION, "offset": 10}]), "who?"),
    "a mention by name": (in_group("😀Fake news, Fake", entities=text_mention(MY_JSON, 13)), "😀Fake news"),
    "another by name": (in_group("Fake news", entities=text_mention(OTHER, 0)), None),
    "a caption": (in_group(None, caption="@news_bot who?", caption_entities=[MENTION]), "who?"),
    "a command": (in_group("/ask who?", entities=[{**COMMAND, "length": 4}]), "/ask who?"),
    "a command to it": (in_group("/ask@news_bot who?", entities=[{**COMMAND, "length": 13}]), "/ask@news_bot who?"),
    "a command to another": (in_group("/ask@x_bot who?", entities=[{**COMMAND, "length": 10}]), None),
    "a command that is none": (in_group("/xyz who?", entities=[{**COMMAND, "length": 4}]), None),
    "a command within": (in_group("so /ask who?", entities=[{**COMMAND, "offset": 3, "length": 4}]), None),
    "a command to another in reply": (
        in_group("/ask@x_bot", entities=[{**COMMAND, "length": 10}], reply_to_message=replying(MY_JSON, text="x")),
        None,
    ),
    "a reply to the bot": (in_group("who?", reply_to_message=replying(MY_JSON, text="x")), "who?"),
    "a reply to another": (in_group("who?", reply_to_message=replying(OTHER, text="x")), None),
    "a sticker in reply": (in_group(None, reply_to_message=replying(MY_JSON, text="x")), None),
    "a bare mention": (in_group("@news_bot"), ""),
    "a bare mention in reply": (in_group("@news_bot", reply_to_message=replying(OTHER, text="why?")), "why?"),
    "a bare mention under a caption": (in_group("@news_bot", reply_to_message=replying(OTHER, caption="why?")), "why?"),
    "a bare mention under a picture": (in_group("@news_bot", reply_to_message=replying(OTHER)), ""),
    "a bare mention in reply to a command": (
        in_group("@news_bot", reply_to_message=replying(OTHER, text="/ban 7")),
        "/ask /ban 7",
    ),
    "a bare mention in reply to the bot": (in_group("@news_bot", reply_to_message=replying(MY_JSON, text="x")), ""),
    "another bot": (in_group(**BY_BOT), None),
    "a post of the channel of the group": (in_group(sender_chat=CHANNEL, is_automatic_forward=True), None),
    "a new title": (in_group(None, new_chat_title="x"), None),
}


@pytest.mark.parametrize("name", GROUP_ONES)
def test_messages_in_groups(name: str) -> None:
    """In groups only what mentions the bot, replies to it, or is a command of it."""
    content, text = GROUP_ONES[name]
    expected = None if text is None else replace(SPOKEN_IN_GROUP, message=replace(SAID_IN_GROUP, text=text))
    assert read("message", content) == expected


def test_voice_messages_in_groups() -> None:
    """A voice message is said to the bot where it replies to it, whatever stands in others."""
    reply = in_group(None, voice=VOICE, reply_to_message=replying(MY_JSON, text="x"))
    spoken = replace(SPOKEN_IN_GROUP, message=replace(SAID_IN_GROUP, text=""), voice_id="file")
    assert read("message", reply) == spoken
    assert read("message", in_group(None, voice=VOICE)) is None
    mention = in_group(None, voice=VOICE, caption="@news_bot", caption_entities=[MENTION])
    assert read("message", {**mention, "reply_to_message": replying(OTHER, text="why?")}) == spoken


@pytest.mark.parametrize("behind", [GROUP, CHANNEL])
def test_who_speaks_in_the_name_of_a_chat(behind: dict[str, Any]) -> None:
    """He is that chat to the bot: the user that Telegram names is the same for all who do so anywhere."""
    said = Message(behind["id"], "who?", -100, is_group=True, name=behind["title"])
    assert read("message", in_group(sender_chat=behind, **BY_BOT)) == replace(SPOKEN_IN_GROUP, message=said)


def test_topics_of_groups() -> None:
    """A topic is kept; its messages stand in the lane of the group."""
    said = replace(SAID_IN_GROUP, thread_id=3)
    place = Place(-100, is_private=False, thread_id=3, reply_to=5)
    spoken = Spoken("-100", said, place, 5)
    assert read("message", in_group(message_thread_id=3, is_topic_message=True)) == spoken


@pytest.mark.parametrize(("seconds", "taken"), [(0, True), (120, True), (121, False), (None, False)])
def test_corrections(seconds: int | None, taken: bool) -> None:
    """A message may be corrected for two minutes."""
    content = message(edit_date=None if seconds is None else DATE + seconds)
    assert read("edited_message", content) == (replace(SPOKEN, is_correction=True) if taken else None)


def press(shown: dict[str, Any] | None, data: str | None = "up:1", **changes: Any) -> dict[str, Any]:
    """A pressed button."""
    made = {"id": "q", "from": USER, "chat_instance": "x", "message": shown, "data": data, **changes}
    return {name: value for name, value in made.items() if value is not None}


SHOWN = {"message_id": 5, "from": MY_JSON, "chat": PRIVATE, "date": DATE, "text": "x"}
SHOWN_IN_TOPIC = {**SHOWN, "chat": GROUP, "message_thread_id": 3, "is_topic_message": True}
PRESSED = Spoken("7/5", replace(SAID, text="", press="up:1"), Place(7), press_id="q", pressed_id=5)
PRESSES: dict[str, tuple[dict[str, Any], Spoken | None]] = {
    "in private": (press(SHOWN), PRESSED),
    "a question": (
        press(SHOWN, "ask:1:0"),
        replace(PRESSED, lane="7", message=replace(SAID, text="", press="ask:1:0")),
    ),
    "in a topic": (
        press(SHOWN_IN_TOPIC),
        replace(
            PRESSED,
            lane="-100/5",
            message=replace(SAID_IN_GROUP, text="", press="up:1", thread_id=3),
            place=Place(-100, is_private=False, thread_id=3, reply_to=5),
        ),
    ),
    "under a message that is gone": (press({"message_id": 5, "chat": PRIVATE, "date": 0}), PRESSED),
    "under a card": (press(None, inline_message_id="x"), None),
    "of a game": (press(SHOWN, None, game_short_name="x"), None),
}


@pytest.mark.parametrize("name", PRESSES)
def test_buttons(name: str) -> None:
    """A button is of the message under which it stands; one that asks waits for its turn in the chat."""
    content, spoken = PRESSES[name]
    assert read("callback_query", content) == spoken


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (in_group("@news_bot who?"), "who?"),
        (in_group("who?  or what"), "who? or what"),
        (in_group("@news_bot"), ""),
        (in_group("/ask@news_bot who?", entities=[{**COMMAND, "length": 13}]), "who?"),
        (in_group("@news_bot", reply_to_message=replying(OTHER, text="why?")), "why?"),
    ],
)
def test_guest_queries(content: dict[str, Any], text: str) -> None:
    """A question from a chat in which the bot is not has a lane of its own."""
    said = Message(7, text, -100, is_group=True, name="Ada L", language="tr")
    spoken = Spoken("guest/1", said, Place(-100), guest_id="g")
    assert read("guest_message", {**content, "guest_query_id": "g"}) == spoken


def test_guest_queries_of_nobody() -> None:
    """What cannot be answered is none."""
    assert read("guest_message", in_group()) is None


def test_chats_that_move_or_close() -> None:
    """A group that has another id, and a chat that the bot was thrown out of, are followed; joining one is nothing."""
    assert read("message", in_group(None, migrate_to_chat_id=-300)) == Moved("-100", -100, -300)
    member = {"user": MY_JSON, "status": "member"}
    left = {"user": MY_JSON, "status": "left"}
    change = {"chat": GROUP, "from": USER, "date": DATE}
    assert read("my_chat_member", {**change, "old_chat_member": member, "new_chat_member": left}) == Moved("-100", -100)
    assert read("my_chat_member", {**change, "old_chat_member": left, "new_chat_member": member}) is None


@pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post"])
def test_channels(kind: str) -> None:
    """What stands in a channel is not said to the bot."""
    assert read(kind, message("@news_bot who?", chat=CHANNEL, sender_chat=CHANNEL, **BY_NOBODY)) is None
