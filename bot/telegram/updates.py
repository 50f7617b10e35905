"""What an update of Telegram is to the bot: who says what, and where; or nothing, where it is not spoken to.

In groups it is spoken to by a mention, by a reply to one of its messages, and by a command; never otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import telegram
from telegram.constants import ChatType, MessageEntityType

from bot.conversation.commands import COMMANDS
from bot.conversation.messages import Message
from bot.telegram.calls import Place

_CORRECTED = 120  # seconds in which the author of a message may correct it
_SIDE_BY_SIDE = {"reindex"}  # commands that take long, beside which the chat is answered


@dataclass(frozen=True)
class Spoken:
    """Something said to the bot.

    `lane` orders what is worked on: of one lane one after the other. `message_id` is the message that is answered;
    `press_id` that of a pressed button, under the message `pressed_id`; `voice_id` the file of a spoken message,
    `guest_id` that of a question from a chat in which the bot is not.
    """

    lane: str
    message: Message
    place: Place
    message_id: int | None = None
    is_correction: bool = False
    press_id: str = ""
    pressed_id: int | None = None
    voice_id: str = ""
    guest_id: str = ""


@dataclass(frozen=True)
class Moved:
    """A chat that the bot cannot write to any more (`new_id` None), or that has another id now."""

    lane: str
    old_id: int
    new_id: int | None = None
    message_id: None = field(default=None, init=False)


def read_update(update: telegram.Update, me: telegram.User) -> Spoken | Moved | None:
    """What an update says to the bot that is `me`; None for all that is none of its business."""
    if update.callback_query is not None:
        return _read_press(update.callback_query)
    if update.guest_message is not None:
        return _read_guest(update.update_id, update.guest_message, me)
    if (member := update.my_chat_member) is not None:
        gone = member.new_chat_member.status in ("kicked", "left")
        return Moved(str(member.chat.id), member.chat.id) if gone else None
    message, edited = update.message or update.edited_message, update.edited_message is not None
    if message is None:
        return None
    if message.migrate_to_chat_id is not None:
        return Moved(str(message.chat.id), message.chat.id, message.migrate_to_chat_id)
    return _read_message(message, me, edited=edited)


def _read_message(message: telegram.Message, me: telegram.User, *, edited: bool) -> Spoken | None:
    user, chat, on_behalf = message.from_user, message.chat, message.sender_chat
    if user is None or (user.is_bot and on_behalf is None) or chat.type == ChatType.CHANNEL:
        return None  # bots that answer each other never end; in the name of a group or a channel people speak
    if message.is_automatic_forward or (message.via_bot is not None and message.via_bot.id == me.id):
        return None  # a post of a channel in its group; a card that this bot made
    if edited and (message.edit_date is None or (message.edit_date - message.date).total_seconds() > _CORRECTED):
        return None
    is_group = chat.type != ChatType.PRIVATE
    text = _read_words(message, me) if is_group else (message.text or message.caption)
    voice = message.voice.file_id if message.voice is not None and (text is not None or not is_group) else ""
    if text is None and not voice:
        return None
    said = Message(
        user.id if on_behalf is None else on_behalf.id,  # all who hide behind a group have the same user
        text or "",
        chat.id,
        is_group,
        message.message_thread_id if message.is_topic_message else None,
        user.full_name if on_behalf is None else on_behalf.title or "",
        user.language_code or "",
    )
    place = Place(chat.id, not is_group, said.thread_id, message.message_id if is_group else None)
    word = (text or "").split("@")[0].split()[:1]
    beside = next((name for name in _SIDE_BY_SIDE if word == [f"/{name}"]), "")
    lane = f"{chat.id}/{beside}/{message.message_id}" if beside else str(chat.id)
    return Spoken(lane, said, place, message.message_id, is_correction=edited, voice_id=voice)


def _read_words(message: telegram.Message, me: telegram.User) -> str | None:
    """What is said to the bot in a group, without its name; None if it is not spoken to.

    A bare mention in reply to somebody's message asks what that says, which is a question, whatever it looks like.
    """
    text, replied = message.text or message.caption or "", message.reply_to_message
    if not text and message.voice is None:
        return None
    other = replied if replied is not None and replied.from_user is not None else None
    spoken_to = other is not None and other.from_user is not None and other.from_user.id == me.id
    raw = text.encode("utf-16-le", "surrogatepass")  # offsets count its units
    rest = raw
    for entity in sorted(message.entities or message.caption_entities, key=lambda entity: -entity.offset):
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        words = raw[start:end].decode("utf-16-le", "replace")
        if entity.type == MessageEntityType.BOT_COMMAND and start == 0:
            return _read_command(text, words, me)
        if _is_name(entity, words, me):
            spoken_to = True
            rest = rest[:start] + b" \0" + rest[end:]
    if not spoken_to:
        return None
    left = " ".join(rest.decode("utf-16-le", "replace").split()).strip(" ,:")
    if not left and message.voice is None and other is not None and other.from_user != me:
        asked = other.text or other.caption or ""
        return f"/ask {asked}" if asked.startswith("/") else asked
    return left


def _is_name(entity: telegram.MessageEntity, words: str, me: telegram.User) -> bool:
    if entity.type == MessageEntityType.MENTION:
        return words.lower() == f"@{me.username}".lower()
    return entity.type == MessageEntityType.TEXT_MENTION and entity.user == me


def _read_command(text: str, command: str, me: telegram.User) -> str | None:
    """A command in a group, if it is one of ours and is not said to another bot."""
    name, _, bot = command.partition("@")
    is_ours = bot.lower() == (me.username or "").lower() if bot else name[1:].lower() in COMMANDS
    return text if is_ours else None


def _read_press(query: telegram.CallbackQuery) -> Spoken | None:
    """A pressed button; one under a message that was sent in the name of a user has no chat, and is not ours."""
    shown, user = query.message, query.from_user
    if shown is None or not query.data:
        return None
    chat = shown.chat
    is_group = chat.type != ChatType.PRIVATE
    topic = isinstance(shown, telegram.Message) and shown.is_topic_message
    thread_id = shown.message_thread_id if isinstance(shown, telegram.Message) and topic else None
    language = user.language_code or ""
    said = Message(user.id, "", chat.id, is_group, thread_id, user.full_name, language, press=query.data)
    place = Place(chat.id, not is_group, thread_id, shown.message_id if is_group else None)
    # A question waits for its turn in the chat; what only shows something waits for what its own message shows.
    lane = str(chat.id) if query.data.startswith("ask:") else f"{chat.id}/{shown.message_id}"
    return Spoken(lane, said, place, press_id=query.id, pressed_id=shown.message_id)


def _read_guest(update_id: int, message: telegram.Message, me: telegram.User) -> Spoken | None:
    """A question from a chat in which the bot is not: what stands beside its name."""
    user = message.from_user
    if user is None or message.guest_query_id is None:
        return None
    words = _read_words(message, me)
    text = " ".join((message.text or message.caption or "").split()) if words is None else words
    if text.startswith("/"):  # there are no commands
        text = text.partition(" ")[2]
    said = Message(
        user.id, text, message.chat.id, is_group=True, name=user.full_name, language=user.language_code or ""
    )
    return Spoken(f"guest/{update_id}", said, Place(message.chat.id), guest_id=message.guest_query_id)
