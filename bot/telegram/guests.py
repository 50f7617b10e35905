"""Questions from chats in which the bot is not: inline queries (`@bot question`), and guest queries."""

from __future__ import annotations

import asyncio

import telegram
from telegram.error import BadRequest

from bot.answers import Answer
from bot.conversation.basics import HELP, write_link
from bot.conversation.conversation import apologise
from bot.conversation.desk import Desk
from bot.conversation.limits import find_limit
from bot.conversation.messages import Message
from bot.conversation.rights import has_right, refuse
from bot.telegram.calls import insist, offer
from bot.telegram.cards import make_cards
from bot.telegram.readers import recognise
from bot.telegram.updates import Spoken
from bot.texts import Text, translate

_SHORTEST = 8  # characters of a question; before that people are still writing
_QUIET = 0.3  # seconds without another letter
_REMEMBERED = 60  # seconds that Telegram may show the same cards to the same person
_OPEN = Text("Ask in a chat with me")


class InlineQueries:
    """Answers inline queries: of each person only the last, once he stops writing. None is kept, none is counted."""

    def __init__(self, bot: telegram.Bot, desk: Desk) -> None:
        self._bot, self._desk = bot, desk
        self._asked: dict[int, asyncio.Task[None]] = {}

    def take(self, query: telegram.InlineQuery) -> None:
        """Answer a query soon, unless another of the same person comes."""
        user_id = query.from_user.id
        if (before := self._asked.get(user_id)) is not None:
            before.cancel()
        task = self._asked[user_id] = asyncio.create_task(self._answer(query))
        task.add_done_callback(lambda done: self._forget(user_id, done))

    async def stop(self) -> None:
        """Leave what is not answered."""
        for task in list(self._asked.values()):
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    def _forget(self, user_id: int, task: asyncio.Task[None]) -> None:
        if self._asked.get(user_id) is task:
            del self._asked[user_id]

    async def _answer(self, query: telegram.InlineQuery) -> None:
        question, user = query.query.strip(), query.from_user
        await asyncio.sleep(_QUIET)
        cards = []
        said = Message(user.id, question, name=user.full_name, language=user.language_code or "")
        role, language = await asyncio.to_thread(recognise, self._desk, said)
        if len(question) >= _SHORTEST and has_right(role, "ask"):
            answer = await _answer_alone(self._desk, question)
            cards = make_cards(answer, language) if isinstance(answer, Answer) else []
        button = telegram.InlineQueryResultsButton(
            translate(_OPEN, language), start_parameter=write_link(question) or "start"
        )
        given = self._bot.answer_inline_query(
            query.id, cards, cache_time=_REMEMBERED if cards else 0, is_personal=True, button=button
        )
        await offer(given)


async def answer_guest(bot: telegram.Bot, desk: Desk, spoken: Spoken) -> None:
    """Answer a question from a chat in which the bot is not, with one message. Raises `UndeliverableError`."""
    message = spoken.message
    role, language = await asyncio.to_thread(recognise, desk, message)
    told: Answer | str
    if not has_right(role, "ask"):
        told = refuse(message, role, "ask")
    elif not message.text:
        told = HELP
    else:
        limit = await asyncio.to_thread(find_limit, desk, message, role)
        told = limit or await _answer_alone(desk, message.text)
        if isinstance(told, Answer):
            await asyncio.to_thread(desk.answers.keep, message, told)
    text = Answer(message.text, "no_evidence", told) if isinstance(told, str) else told
    card, *_ = make_cards(text, language)
    try:
        await insist(lambda: bot.answer_guest_query(spoken.guest_id, card))
    except BadRequest:  # its markup, or it is too old by now
        content = telegram.InputTextMessageContent(translate(text.text, language)[:4096], parse_mode=None)
        plain = telegram.InlineQueryResultArticle(card.id, card.title, content)
        await offer(bot.answer_guest_query(spoken.guest_id, plain))


async def _answer_alone(desk: Desk, question: str) -> Answer | str:
    """The answer to a question without a conversation, put together without the model: these are many, and in haste."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(desk.threads, desk.newsbot.without_model().answer, question)
    except Exception as error:  # noqa: BLE001 - never silence: whatever went wrong, people are told that it did
        return apologise(desk.incidents.note(error, Text("a question from elsewhere")))
