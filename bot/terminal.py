"""The conversation in a terminal: typed, or replayed from a script and checked.

A script is a text file. A line `> text` is said, each `< text` must stand in the replies to it, `! text` must not;
lines that begin with `#` and empty lines are for people.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.answers import Answer
from bot.conversation import Conversation, Message, Reply
from bot.render import render_text
from config.errors import UsageError


def chat(conversation: Conversation, user_id: int) -> None:
    """Reply to lines from standard input until it ends, or until Ctrl-C."""
    for line in _typed_lines():
        if line.strip():
            # One event loop for each reply: while one runs, the first Ctrl-C does not reach `input`.
            asyncio.run(_show_replies(conversation, Message(user_id, line)))


async def replay(conversation: Conversation, user_id: int, script: Path) -> int:
    """Say what a script says and check the replies; print both, and return how many checks failed."""
    failed, shown = 0, None
    for number, (sign, text) in read_script(script):
        if sign == ">":
            print(f"> {text}")
            replies = [reply async for reply in conversation.reply(Message(user_id, text)) if not reply.progress]
            shown = "\n\n".join(map(_write, replies))
            print(shown, end="\n\n")
        elif shown is None:
            raise UsageError(f"{script}:{number} checks a reply before anything is said", "begin with a line `> text`")
        elif (_flat(text) in _flat(shown)) != (sign == "<"):
            failed += 1
            wanted = "does not contain" if sign == "<" else "contains"
            print(f"newsbot: {script}:{number}: the reply {wanted} {text!r}", file=sys.stderr)
    return failed


def read_script(script: Path) -> list[tuple[int, tuple[str, str]]]:
    """The lines of a script with their numbers, each as its sign and its text. Raises `UsageError`."""
    try:
        lines = script.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the script {script} ({error})", "give a text file in UTF-8") from None
    steps = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] not in "><!":
            raise UsageError(f"{script}:{number} is no line of a script", "begin it with `> `, `< `, `! ` or `#`")
        steps.append((number, (line[0], line[1:].strip())))
    return steps


async def _show_replies(conversation: Conversation, message: Message) -> None:
    screen = Screen(grows=sys.stdout.isatty())
    async for reply in conversation.reply(message):
        screen.show(reply)


class Screen:
    """Prints the replies to one message; where it `grows`, an answer from its first words on, each word once."""

    def __init__(self, *, grows: bool) -> None:
        self._grows = grows
        self._shown = ""  # of an answer that is not finished

    def show(self, reply: Reply) -> None:
        """Print a reply, or what is new in it."""
        answer = reply.content
        if not reply.progress:
            print(self._rest(reply), end="\n\n", flush=True)
        elif not isinstance(answer, Answer):
            print(answer, flush=True)
        elif self._grows:
            text = render_text(replace(answer, citations=(), notes=(), caveat=""))
            if text.startswith(self._shown):
                print(text[len(self._shown) :], end="", flush=True)
                self._shown = text

    def _rest(self, reply: Reply) -> str:
        answer, shown, self._shown = reply.content, self._shown, ""
        if shown and isinstance(answer, Answer):
            # What would have to be read first comes too late for that: it is the first of the notes.
            notes = (*([answer.caveat] if answer.caveat else []), *answer.notes)
            text = render_text(replace(answer, caveat="", notes=notes))
            return text[len(shown) :] if text.startswith(shown) else f"\n\n{text}"
        return f"\n\n{_write(reply)}" if shown else _write(reply)


def _write(reply: Reply) -> str:
    return render_text(reply.content) if isinstance(reply.content, Answer) else reply.content


def _typed_lines() -> Iterator[str]:
    while True:
        try:
            yield input("you: " if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            return


def _flat(text: str) -> str:
    """A text without its line breaks, which belong to the terminal's width."""
    return " ".join(text.split())
