"""The conversation in a terminal: typed, or replayed from a script and checked.

A script is a text file. A line `> text` is said, each `< text` must stand in the replies to it, `! text` must not;
lines that begin with `#` and empty lines are for people. What stands on a button presses it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.answers import Answer
from bot.conversation.conversation import Conversation
from bot.conversation.messages import Message, Reply
from bot.conversation.pressing import GONE
from bot.render.terminal import render_buttons, render_content
from bot.texts import translate
from config.errors import UsageError


class Keys:
    """The buttons of the replies, of equal ones the last: in a terminal one is pressed by writing what stands on it.

    Those that lead nowhere any more are left, so that what stands on them can be said.
    """

    def __init__(self, user_id: int) -> None:
        self._user_id = user_id
        self._data: dict[str, str] = {}

    def read(self, line: str) -> Message:
        """What a line says, or presses."""
        text = line.strip()
        return Message(self._user_id, text, press=self._data.get(text, ""))

    def note(self, message: Message, reply: Reply) -> None:
        """Remember the buttons of a reply to a message."""
        if reply.content == GONE:
            self._data.pop(message.text, None)
        self._data |= {translate(b.label, reply.language): b.data for row in reply.buttons for b in row}


def chat(conversation: Conversation, user_id: int) -> None:
    """Reply to lines from standard input until it ends, or until Ctrl-C."""
    keys = Keys(user_id)
    for line in _typed_lines():
        if line.strip():
            # One event loop for each reply: while one runs, the first Ctrl-C does not reach `input`.
            asyncio.run(_show_replies(conversation, line, keys))


async def replay(conversation: Conversation, user_id: int, script: Path) -> int:
    """Say what a script says and check the replies; print both, and return how many checks failed."""
    failed, shown, keys = 0, None, Keys(user_id)
    for number, (sign, text) in read_script(script):
        if sign == ">":
            print(f"> {text}")
            message = keys.read(text)
            replies = [reply async for reply in conversation.reply(message) if not reply.progress]
            for reply in replies:
                keys.note(message, reply)
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


async def _show_replies(conversation: Conversation, line: str, keys: Keys) -> None:
    screen, message = Screen(grows=sys.stdout.isatty()), keys.read(line)
    async for reply in conversation.reply(message):
        screen.show(reply)
        keys.note(message, reply)


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
            print(_write(reply), flush=True)
        elif self._grows and not reply.heading:
            text = _write(replace(reply, content=replace(answer, citations=(), notes=(), caveat="")))
            if text.startswith(self._shown):
                print(text[len(self._shown) :], end="", flush=True)
                self._shown = text

    def _rest(self, reply: Reply) -> str:
        answer, shown, self._shown = reply.content, self._shown, ""
        if shown and isinstance(answer, Answer):
            # What would have to be read first comes too late for that: it is the first of the notes.
            notes = (*([answer.caveat] if answer.caveat else []), *answer.notes)
            text = _write(replace(reply, content=replace(answer, caveat="", notes=notes)))
            return text[len(shown) :] if text.startswith(shown) else f"\n\n{text}"
        return f"\n\n{_write(reply)}" if shown else _write(reply)


def _write(reply: Reply) -> str:
    """A reply as text, with what was asked above it and its buttons under it."""
    heading = [f"{reply.heading}"] if reply.heading else []
    buttons = [render_buttons(reply.buttons, reply.language)] if reply.buttons else []
    return "\n\n".join([*heading, render_content(reply.content, reply.language), *buttons])


def _typed_lines() -> Iterator[str]:
    while True:
        try:
            yield input("you: " if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            return


def _flat(text: str) -> str:
    """A text without its line breaks, which belong to the terminal's width."""
    return " ".join(text.split())
