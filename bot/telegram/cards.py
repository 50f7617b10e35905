"""An answer as cards that people can send in any chat: for inline queries and for guests."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import telegram
from telegram.constants import ParseMode

from bot.answers import Answer, Citation
from bot.conversation.messages import Reply
from bot.telegram.showing import render_reply
from bot.texts import translate

_TITLE, _LINE = 80, 160  # characters


def make_cards(answer: Answer, language: str) -> list[telegram.InlineQueryResultArticle]:
    """The answer, and then each of its quotes by itself; a refusal is one card."""
    whole = _make_card(answer, answer.question, answer.text, language)
    quotes = answer.citations if answer.status == "answered" and len(answer.citations) > 1 else ()
    return [
        whole,
        *(_make_card(_quote_only(answer, one), one.outlet or one.title, one.quote, language) for one in quotes),
    ]


def _quote_only(answer: Answer, citation: Citation) -> Answer:
    """An answer that only quotes one passage."""
    first = replace(citation, number=1)
    return replace(answer, text=f"{citation.quote} [1]", citations=(first,), notes=(), caveat="")


def _make_card(answer: Answer, title: str, line: str, language: str) -> telegram.InlineQueryResultArticle:
    html = render_reply(Reply(answer, heading=answer.question, language=language))[0]
    content = telegram.InputTextMessageContent(
        html, parse_mode=ParseMode.HTML, link_preview_options=telegram.LinkPreviewOptions(is_disabled=True)
    )
    line = " ".join(translate(line, language).split())
    return telegram.InlineQueryResultArticle(uuid4().hex, title[:_TITLE] or "…", content, description=line[:_LINE])
