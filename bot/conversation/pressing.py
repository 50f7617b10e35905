"""What the buttons do: each with the right that it needs, which is checked before it does anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from bot.conversation.asking import answer_question
from bot.conversation.basics import choose_language
from bot.conversation.desk import Desk, Request
from bot.conversation.limits import find_limit
from bot.conversation.messages import Button, Excerpt, Reply
from bot.conversation.rights import Right, has_right, refuse
from bot.excerpts import make_excerpt
from bot.state.answers import KeptAnswer
from bot.texts import LANGUAGES, Text

GONE = Text("I no longer have that answer. Please ask again.")
NO_MORE = Text("I found no other story like this in these articles.")
_CHANGED = Text("This article has changed since, or is gone: ask again for what it says now.")
_THANKS = Text("Thank you, that is noted.")


@dataclass(frozen=True)
class Action:
    """What a button does, and who may press it, in a group perhaps only others than in a private chat."""

    right: Right
    run: Callable[[Desk, Request, list[str]], AsyncIterator[Reply]]
    group_right: Right | None = None

    def needs(self, *, in_group: bool) -> Right:
        """The right that it needs there."""
        return self.group_right if in_group and self.group_right else self.right


async def press_button(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """What a pressed button leads to. Data that no button of ours has is told to be gone."""
    name, *values = request.message.press.split(":")
    action = ACTIONS.get(name)
    right = action.needs(in_group=request.message.is_group) if action else "anybody"
    if not has_right(request.role, right):
        yield Reply(refuse(request.message, request.role, right), notice=True)
    elif action is None:
        yield Reply(GONE, notice=True)
    else:
        async for reply in action.run(desk, request, values):
            yield reply


async def _show_passages(desk: Desk, request: Request, values: list[str]) -> AsyncIterator[Reply]:
    """A quote in its surrounding text; pressed under such a text, the next one takes its place."""
    kept = await _find(desk, request, values)
    page = int(values[1]) if len(values) > 1 and values[1].isdecimal() else 1
    if kept is None or not 1 <= page <= len(kept.answer.citations):
        yield Reply(GONE, notice=True)
        return
    shown = await asyncio.to_thread(_read_excerpt, desk, kept, page)
    pages = len(kept.answer.citations)
    around = [(page - 2) % pages + 1, page % pages + 1] if pages > 1 else []
    turns = tuple(Button(sign, f"passages:{kept.id}:{to}") for sign, to in zip("◀▶", around, strict=False))
    yield Reply(shown or _CHANGED, buttons=(turns,) if turns else (), in_place=len(values) > 1)


def _read_excerpt(desk: Desk, kept: KeptAnswer, page: int) -> Excerpt | None:
    citation = kept.answer.citations[page - 1]
    with desk.newsbot.index.use() as generation:
        article = generation.store.article(citation.article_id)
    return make_excerpt(citation, article, page, len(kept.answer.citations)) if article else None


async def _show_more(desk: Desk, request: Request, values: list[str]) -> AsyncIterator[Reply]:
    kept = await _find(desk, request, values)
    limit = await asyncio.to_thread(find_limit, desk, request.message, request.role)
    if kept is None or limit:
        yield Reply(limit or GONE, notice=True)
        return
    loop = asyncio.get_running_loop()
    more = await loop.run_in_executor(desk.threads, desk.newsbot.find_more, kept.answer)
    yield Reply(more if more.status == "answered" else NO_MORE)


async def _vote_up(desk: Desk, request: Request, values: list[str]) -> AsyncIterator[Reply]:
    yield await _vote(desk, request, values, 1)


async def _vote_down(desk: Desk, request: Request, values: list[str]) -> AsyncIterator[Reply]:
    yield await _vote(desk, request, values, -1)


async def _vote(desk: Desk, request: Request, values: list[str], vote: int) -> Reply:
    kept = await _find(desk, request, values)
    if kept is None:
        return Reply(GONE, notice=True)
    await asyncio.to_thread(desk.answers.vote, kept.id, request.message.user_id, vote)
    return Reply(_THANKS, notice=True)


async def _ask_next(desk: Desk, request: Request, values: list[str]) -> AsyncIterator[Reply]:
    kept = await _find(desk, request, values)
    place = int(values[1]) if len(values) > 1 and values[1].isdecimal() else -1
    if kept is None or not 0 <= place < len(kept.answer.follow_ups):
        yield Reply(GONE, notice=True)
        return
    question = kept.answer.follow_ups[place]
    async for reply in answer_question(desk, request, question):
        yield replace(reply, heading=question)


async def _set_language(desk: Desk, request: Request, values: list[str]) -> AsyncIterator[Reply]:
    if values[:1] and values[0] in LANGUAGES:
        async for reply in choose_language(desk, replace(request, argument=values[0])):
            yield replace(reply, in_place=True)
    else:
        yield Reply(GONE, notice=True)


async def _find(desk: Desk, request: Request, values: list[str]) -> KeptAnswer | None:
    """The answer that a button is about, if it was given in this chat: numbers can be guessed."""
    if not values or not values[0].isdecimal():
        return None
    kept = await asyncio.to_thread(desk.answers.find, int(values[0]))
    return kept if kept is not None and kept.chat_id == request.message.chat and kept.answer.text else None


ACTIONS = {
    "passages": Action("ask", _show_passages),
    "more": Action("ask", _show_more),
    "up": Action("ask", _vote_up),
    "down": Action("ask", _vote_down),
    "ask": Action("ask", _ask_next),
    "language": Action("anybody", _set_language, group_right="admin"),
}
