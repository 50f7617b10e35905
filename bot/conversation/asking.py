"""A question in a conversation, every step in order:

limit → turns before it → answer (shown as it grows) → tokens counted → kept, for what follows and for its buttons
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from bot.answers import Answer
from bot.conversation.desk import Desk, Request
from bot.conversation.limits import find_limit, may_use_model
from bot.conversation.messages import Button, Buttons, Reply
from bot.conversation.work import work_and_tell
from bot.state.usage import record_usage
from bot.texts import Text

_NO_TOKENS = Text("The model has used up its tokens for today, so this answer is put together without it.")


async def answer_question(desk: Desk, request: Request, question: str) -> AsyncIterator[Reply]:
    """The answer to a question, shown as it grows, with its buttons; or why it cannot be asked just now."""
    message = request.message
    limit = await asyncio.to_thread(find_limit, desk, message, request.role)
    if limit:
        yield Reply(limit)
        return

    def work(tell: Callable[[Answer], None]) -> tuple[Answer, int]:
        turns = desk.turns.load(message.conversation)
        with_model = may_use_model(desk, request.role)
        newsbot = desk.newsbot if with_model else desk.newsbot.without_model()
        answer = newsbot.answer(question, turns=turns, watch=tell, suggest=True)
        if not with_model:
            answer = replace(answer, notes=(*answer.notes, _NO_TOKENS))
        record_usage(desk.settings, answer.usage, desk.now)
        desk.turns.keep(message.conversation, answer)
        return answer, desk.answers.keep(message, answer)

    def show(result: tuple[Answer, int]) -> Reply:
        answer, number = result
        return Reply(answer, buttons=make_buttons(answer, number))

    async for reply in work_and_tell(work, lambda answer: Reply(answer, progress=True), show, desk.threads):
        yield reply


def make_buttons(answer: Answer, number: int) -> Buttons:
    """The buttons under an answer that is kept under a number; none under a refusal, or where nothing can be kept."""
    if answer.status != "answered" or not number:
        return ()
    about = (Button(Text("Passages"), f"passages:{number}"), Button(Text("More like this"), f"more:{number}"))
    votes = (Button("👍", f"up:{number}"), Button("👎", f"down:{number}"))
    questions = [(Button(text, f"ask:{number}:{place}"),) for place, text in enumerate(answer.follow_ups)]
    return (about, votes, *questions)
