"""The first commands of everybody: start, help, ask, forget, language."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator

from bot.conversation.asking import answer_question
from bot.conversation.desk import Desk, Request
from bot.conversation.messages import Button, Reply
from bot.conversation.rights import has_right, pair, refuse
from bot.conversation.subscriptions import NOT_KEPT
from bot.texts import LANGUAGES, Text, join_texts

START = Text(
    "Ask me about the news, for example: what did Turkey demand?\n"
    "I answer from the articles that I was given, with a quote for every sentence."
    " What they do not say, I do not know."
)
HELP = Text("Send a question. The next one may build on it, until you send /forget.")
ASK = Text("Write a question after /ask, for example: /ask what did Turkey demand?")
FORGOTTEN = Text("I have forgotten what we talked about. Your next question stands alone.")
NOT_FORGOTTEN = Text("I cannot forget just now. Please try again in a moment.")
PAIRED = Text("You are the admin of this bot now. /help lists what you can do.")
_LINKED = "q"  # what the payload of a link to a question begins with


async def run_start(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Greet; or do what a link to the bot asks for: make the first admin, or answer a question."""
    payload = request.argument
    if payload and not request.message.is_group and await asyncio.to_thread(pair, desk, request.message, payload):
        yield Reply(PAIRED)
    elif (question := read_link(payload)) and has_right(request.role, "ask"):
        async for reply in answer_question(desk, request, question):
            yield reply
    elif not has_right(request.role, "ask"):
        yield Reply(refuse(request.message, request.role, "ask"))
    else:
        yield Reply(START)


def write_link(question: str) -> str:
    """The payload of a link `t.me/BOT?start=…` that asks a question; empty if it is too long for one."""
    payload = _LINKED + base64.urlsafe_b64encode(question.encode()).decode().rstrip("=")
    return payload if len(payload) <= 64 else ""


def read_link(payload: str) -> str:
    """The question of such a payload; empty if it is none."""
    if not payload.startswith(_LINKED):
        return ""
    try:
        coded = payload.removeprefix(_LINKED)
        return base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


async def run_help(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """How to ask, and the commands that this person may use here."""
    from bot.conversation.commands import list_commands

    del desk
    lines = [
        Text("{command} – {help}", command=f"/{command.name}", help=command.help) for command in list_commands(request)
    ]
    yield Reply(join_texts(HELP, *lines, sep="\n"))


async def run_ask(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Answer what stands after the command."""
    if not request.argument:
        yield Reply(ASK)
        return
    async for reply in answer_question(desk, request, request.argument):
        yield reply


async def run_forget(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Forget the conversation: what follow-ups refer to, and the words of its questions and answers."""
    conversation = request.message.conversation
    turns = await asyncio.to_thread(desk.turns.forget, conversation)
    words = await asyncio.to_thread(desk.answers.forget, conversation)
    yield Reply(FORGOTTEN if turns and words else NOT_FORGOTTEN)


async def choose_language(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Set the language of the interface, for the user or for the group; without a language, offer those there are."""
    wanted = request.argument.strip().lower()
    names = {name.lower(): code for code, name in LANGUAGES.items()}
    code = names.get(wanted, wanted)
    if code in LANGUAGES:
        of = request.message.chat if request.message.is_group else request.message.user_id
        kept = await asyncio.to_thread(desk.people.set_language, of, code)
        said = Reply(Text("I speak {language} from now on.", language=LANGUAGES[code]), language=code)
        yield said if kept else Reply(NOT_KEPT)
        return
    buttons = [Button(name, f"language:{code}") for code, name in LANGUAGES.items()]
    rows = (tuple(buttons[:3]), tuple(buttons[3:]))
    yield Reply(Text("Which language shall I speak? Quotes stay in the language of their article."), buttons=rows)
