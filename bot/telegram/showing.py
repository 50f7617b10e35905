"""A reply as Telegram shows it: its messages as HTML, and its buttons as an inline keyboard."""

from __future__ import annotations

from dataclasses import replace

import telegram

from bot.answers import Answer
from bot.conversation.messages import Buttons, Excerpt, Reply
from bot.render.telegram_html import render_answer, render_excerpt, render_plain
from bot.texts import translate


def render_reply(reply: Reply) -> list[str]:
    """The messages of a reply, each within Telegram's limits."""
    content = reply.content
    if isinstance(content, Answer):
        return render_answer(content, reply.language, heading=reply.heading)
    if isinstance(content, Excerpt):
        return [render_excerpt(content, reply.language)]
    return render_plain(content, reply.language)


def render_growing(reply: Reply) -> list[str]:
    """The messages of an answer that grows: its words, without what could still change or come before them."""
    answer = reply.content
    words = replace(answer, citations=(), notes=(), caveat="") if isinstance(answer, Answer) else answer
    return render_reply(replace(reply, content=words))


def make_keyboard(buttons: Buttons, language: str) -> telegram.InlineKeyboardMarkup | None:
    """The keyboard for some buttons; None without any."""
    if not buttons:
        return None
    rows = [
        [telegram.InlineKeyboardButton(translate(b.label, language), callback_data=b.data) for b in row]
        for row in buttons
    ]
    return telegram.InlineKeyboardMarkup(rows)
