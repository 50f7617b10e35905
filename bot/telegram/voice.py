"""Spoken questions: fetched from Telegram, and written down by an endpoint that speaks OpenAI's protocol."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import telegram
from telegram.error import TelegramError

from bot.conversation.limits import find_limit
from bot.conversation.messages import Reply
from bot.conversation.rights import has_right, refuse
from bot.telegram.calls import UndeliverableError, insist
from bot.telegram.readers import recognise
from bot.texts import Text
from config.settings import Settings

if TYPE_CHECKING:
    from bot.conversation.desk import Desk
    from bot.telegram.updates import Spoken

_DEAF = Text("I cannot listen to voice messages. Please write your question.")
_MUMBLED = Text("I could not understand that. Please write your question.")
_PATIENCE = 30.0  # seconds for the file, and for the words in it


async def hear(bot: telegram.Bot, desk: Desk, spoken: Spoken) -> str | Reply:
    """The words of a voice message, or the reply to one that cannot be understood."""
    role, language = await asyncio.to_thread(recognise, desk, spoken.message)
    if not has_right(role, "ask"):
        return Reply(refuse(spoken.message, role, "ask"), language=language)
    if not desk.settings.transcription_url:
        return Reply(_DEAF, language=language)
    if limit := await asyncio.to_thread(find_limit, desk, spoken.message, role):
        return Reply(limit, language=language)
    try:
        file = await insist(lambda: bot.get_file(spoken.voice_id), _PATIENCE)
        sound = bytes(await insist(file.download_as_bytearray, _PATIENCE))
        words = await asyncio.to_thread(_transcribe, desk.settings, sound)
    except (TelegramError, UndeliverableError, OSError) as error:
        return Reply(_trouble(desk, error), language=language)
    return words or Reply(_MUMBLED, language=language)


def _transcribe(settings: Settings, sound: bytes) -> str:
    """The words that are spoken in a file of Ogg Opus. Raises `OSError` when the endpoint fails."""
    from openai import OpenAI, OpenAIError

    key = settings.openai_api_key.get_secret_value() or "none"
    try:
        with OpenAI(api_key=key, base_url=settings.transcription_url, timeout=_PATIENCE, max_retries=1) as client:
            given = client.audio.transcriptions.create(
                model=settings.transcription_model, file=("voice.ogg", sound, "audio/ogg")
            )
    except OpenAIError as error:
        raise OSError(str(error)) from None
    return " ".join(given.text.split())


def _trouble(desk: Desk, error: Exception) -> Text:
    number = desk.incidents.note(error, Text("a voice message"))
    return Text("I could not listen to that. Please write your question. (In the log: {number})", number=number)
