"""The articles that the bots of the tests are asked about: the samples, and some full of markup and of long lists."""

from __future__ import annotations

import json
from pathlib import Path

from bot.answer import Newsbot
from bot.answers import Answer
from bot.compose import build_newsbot
from config.settings import Settings, load_settings
from index.embed import Embedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder

QUESTION = "what did Turkey demand?"
LONG_QUESTION = "what did the Frobozz board demand?"  # its answer is several messages
UNANSWERABLE = "how many moons does Saturn have?"
MARKUP = "<b>bold</b> &nbsp; &amp; </blockquote> <a href='tg://user?id=1'>you</a> <script>1 < 2</script> 😀👩‍👩‍👧"
LONG_SENTENCES = [
    f"The Grunthos senate demanded {', '.join(f'{word}{n}' for n in range(66))} from the mayor."
    for word in ("uncharacteristically", "unconstitutionally", "incomprehensibly", "disproportionately")
]
HOSTILE = [
    {
        "title": f"Zorblatt council {MARKUP} {'and so on 😀 ' * 400}",
        "url": 'https://quux.example/?a=1&b="2"\'<i>',
        "outlet": f"Quux {MARKUP}",
        "published": "2024-01-02",
        "text": f"The Zorblatt council demanded {MARKUP} from the mayor. It said [1] that it demanded 5 <i>coins.",
    },
    {
        "title": "Wozzle",
        "text": f"The Wozzle union demanded {', '.join(f'point {n} <b>& 😀' for n in range(140))} from the mayor.",
    },
    {"title": "Xyzzy", "text": f"The Xyzzy guild demanded that {'😀<b>' * 1500} be taken from the walls."},
    {
        "title": "Frobozz",
        "text": f"The Frobozz board demanded {', '.join(f'misunderstandings{n}' for n in range(130))} from the mayor.",
    },
    {"title": "Grunthos", "text": "\n\n".join(LONG_SENTENCES)},
    {
        "title": "Plugh @mayor /reindex",
        "outlet": "plugh.example.com",
        "text": "The Plugh club demanded that @mayor sends /forget to plugh.com, #Plugh to first@example.com, $TSLA.",
    },
]


def make_data(folder: Path, embedder: Embedder) -> Settings:
    """A data directory in a folder, with all these articles indexed."""
    settings = load_settings({"data": folder / "data"})
    (folder / "hostile.jsonl").write_text("\n".join(map(json.dumps, HOSTILE)), encoding="utf-8")
    SourceList(settings.data).add([samples_folder(), str(folder / "hostile.jsonl")])
    reindex(settings, embedder)
    return settings


def answer_here(settings: Settings, question: str, *, suggest: bool = True) -> Answer:
    """The answer that a bot without a model gives to a question."""
    newsbot: Newsbot = build_newsbot(settings)
    try:
        return newsbot.answer(question, suggest=suggest)
    finally:
        newsbot.index.close()
