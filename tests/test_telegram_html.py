"""An answer as Telegram shows it: each message is read by TDLib, which is what Telegram's servers read it with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tdjson
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import texts
from bot.answers import Citation
from bot.conversation.messages import Excerpt
from bot.render.fragments import link_to_quote
from bot.render.pieces import MOST_BYTES, MOST_ENTITIES, TELEGRAM_LIMIT
from bot.render.telegram_html import render_answer, render_excerpt, render_plain, visible_length, visible_text
from bot.texts import Text
from tests.test_render import SOURCE, answered, cite

LINK = "https://wire.example/1?a=1&b='2'%22#:~:text=They%20must%20leave"
ARABIC_TITLE = "عنوان الخبر"
ARABIC_QUOTE = "قال الوزير إن الطريق مغلق منذ يوم أمس"


@dataclass(frozen=True)
class Shown:
    """A message as Telegram shows it; each entity is its type, its words and its link."""

    text: str
    entities: list[tuple[str, str, str]]

    def take(self, kind: str) -> list[str]:
        """The words of the entities of one type."""
        return [words for name, words, _ in self.entities if name == kind]


def execute(request: dict[str, Any]) -> dict[str, Any]:
    """What TDLib answers."""
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"{}")
    return answer


def show(message: str) -> Shown:
    """A message as TDLib reads it. It must be one that Telegram takes whole."""
    execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
    mode = {"@type": "textParseModeHTML"}
    parsed = execute({"@type": "parseTextEntities", "text": message, "parse_mode": mode})
    assert parsed["@type"] == "formattedText", parsed
    raw = parsed["text"].encode("utf-16-le")
    assert len(raw) // 2 == visible_length(message) <= TELEGRAM_LIMIT
    assert parsed["text"] == visible_text(message)
    assert len(parsed["entities"]) <= MOST_ENTITIES
    assert len(message.encode()) <= MOST_BYTES
    entities = []
    for entity in parsed["entities"]:
        words = raw[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        entities.append((entity["type"]["@type"].removeprefix("textEntityType"), words, entity["type"].get("url", "")))
    return Shown(parsed["text"], entities)


def test_an_answer_is_one_message() -> None:
    """Marks and titles are links that open at the quote; all quotes stand in one blockquote; all text is escaped."""
    quote = 'He said "<b>x</b> & y" [2].'
    answer = answered(
        "<i>They</i> & all must leave. [1] So [2] and [3].",
        cite(),
        cite(quote, 2, url="", updated="2020-02-20", outlets=("Paper & Co", "Radio")),
        notes=("<old>", Text("It was {day}.", day=date(2020, 2, 1))),
        caveat="Perhaps & so",
    )
    (message,) = render_answer(answer, heading="Who <b>left?")
    quotes = f"[1] “They must leave.”\n{SOURCE}\n\n[2] “{quote}”\n" + SOURCE.replace(
        ", “", ", updated 20 February 2020, “"
    )
    quotes += ", also in Paper & Co, Radio"
    shown = show(message)
    assert shown.text == (
        "Who <b>left?\n\nPerhaps & so\n\n<i>They</i> & all must leave. [1] So [2] and [3].\n\n"
        f"<old>\nIt was 1 February 2020.\n{quotes}"
    )
    assert shown.entities == [
        ("Bold", "Who <b>left?", ""),
        ("Italic", "Perhaps & so", ""),
        ("TextUrl", "[1]", LINK),
        ("Italic", "<old>", ""),
        ("Italic", "It was 1 February 2020.", ""),
        ("ExpandableBlockQuote", quotes, ""),
        ("TextUrl", "“A <map> & more”", LINK),
    ]


@pytest.mark.parametrize(
    ("changes", "source", "linked"),
    [
        ({"title": ""}, "Wire, 18 February 2020", "Wire"),
        ({"title": "", "outlet": ""}, "18 February 2020", "18 February 2020"),
        ({"title": "", "outlet": "", "published": None}, "date unknown", "date unknown"),
        ({"title": "Wire"}, "Wire, 18 February 2020, “Wire”", "“Wire”"),
    ],
)
def test_something_of_a_source_is_its_link(changes: dict[str, Any], source: str, linked: str) -> None:
    """Where an article has no title, what is known of it links to it."""
    (message,) = render_answer(answered("No. [1]", cite(**changes)))
    shown = show(message)
    assert shown.text == f"No. [1]\n[1] “They must leave.”\n{source}"
    assert [(words, url) for kind, words, url in shown.entities if kind == "TextUrl"] == [("[1]", LINK), (linked, LINK)]


def test_an_answer_without_quotes() -> None:
    """What has no citations is its text alone, also where it is empty."""
    assert render_answer(answered("I found <nothing>.")) == ["I found &lt;nothing&gt;."]
    assert render_answer(answered("")) == [""]


HOSTILE = [
    "javascript:alert(1)",
    'https://wire.example/"><b>x</b>',
    "https://wire.example/a b'c",
    "https://wire.example/&amp;&#34;<i>",
    "tg://user?id=1",
    "https://wire.example/\u202egnp.exe",
]


@pytest.mark.parametrize("url", HOSTILE)
@pytest.mark.parametrize(
    "name", ['"><b>', "</blockquote></a>", "&lt;b&gt;", "a\u202eb", "\u2069\u2069x", "a\ud800b", "<a href='tg://x'>"]
)
def test_hostile_articles(url: str, name: str) -> None:
    """Nothing in an article is markup, and it makes no entity but those that are meant; links are of the web."""
    (message,) = render_answer(answered("They left. [1]", cite(name, title=name, outlet=name, url=url)))
    shown = show(message)
    href = link_to_quote(url, name)
    kinds = ["TextUrl", "ExpandableBlockQuote", "TextUrl"] if href else ["ExpandableBlockQuote"]
    # Code is what Telegram would make a link of: "tg://x".
    assert [kind for kind, _, _ in shown.entities if kind != "Code"] == kinds
    assert {link for kind, _, link in shown.entities if kind == "TextUrl"} == ({href} if href else set())
    assert shown.text.count(name.replace("\ud800", "\ufffd")) == 3


def test_a_hundred_citations() -> None:
    """No message has more entities than Telegram keeps, and each mark is a link to its own article."""
    numbers = range(1, 101)
    cited = [cite(f"Quote {number}.", number, url=f"https://wire.example/{number}") for number in numbers]
    messages = render_answer(answered(" ".join(f"They left. [{number}]" for number in numbers), *cited))
    shown = list(map(show, messages))
    links = [(words, url) for message in shown for kind, words, url in message.entities if kind == "TextUrl"]
    hrefs = [f"https://wire.example/{number}#:~:text=Quote%20{number}" for number in numbers]
    assert links[:100] == [(f"[{number}]", href) for number, href in zip(numbers, hrefs, strict=True)]
    assert [url for _, url in links[100:]] == hrefs
    quotes = "\n\n".join(words for message in shown for words in message.take("ExpandableBlockQuote"))
    assert quotes == "\n\n".join(f"[{one.number}] “{one.quote}”\n{SOURCE}" for one in cited)


def test_a_long_quote_goes_on_in_the_next_message() -> None:
    """A blockquote that is cut is closed and opened again, and its quote is cut at a sentence."""
    quote = " ".join(f"This is sentence number {number} of the quote." for number in range(150))
    assert len(quote) > 5000
    first, second = map(show, render_answer(answered("They left. [1]", cite(quote))))
    assert [kind for kind, _, _ in first.entities] == ["TextUrl", "ExpandableBlockQuote"]
    assert [kind for kind, _, _ in second.entities] == ["ExpandableBlockQuote", "TextUrl"]
    (head,), (tail,) = first.take("ExpandableBlockQuote"), second.take("ExpandableBlockQuote")
    assert f"{head} {tail}" == f"[1] “{quote}”\n{SOURCE}"
    assert head.endswith("of the quote.")
    assert second.text == tail


@pytest.mark.parametrize("text", ["", "short <b> & text", "a  b\n\nc", " x "])
def test_plain_text(text: str) -> None:
    """Plain text is sent as it is."""
    (message,) = render_plain(text)
    assert (show(message).text, show(message).entities) == (text, [])


def test_an_excerpt() -> None:
    """A quote is bold in its text, under where it is from, and under it stands which page it is."""
    excerpt = Excerpt(cite(), "It <began>.\n\nHe spoke. ", " So & so.\n", 2, 4)
    shown = show(render_excerpt(excerpt))
    assert shown.text == f"{SOURCE}\n\nIt <began>.\n\nHe spoke. They must leave. So & so.\n\n2 of 4"
    assert shown.entities == [("TextUrl", "“A <map> & more”", LINK), ("Bold", "They must leave.", "")]


@pytest.mark.parametrize("sign", ["x", "x ", "&", "😀 ", "e\u0301", "ж "])
@pytest.mark.parametrize(("around", "long"), [(2000, 50), (9000, 9), (300, 3500), (5000, 9000), (0, 9000)])
def test_an_excerpt_is_one_message(sign: str, around: int, long: int) -> None:
    """What is too long is shortened, the surroundings before the quote, and where words end."""
    side, quote = (sign * around)[:around], f"Quote: {(sign * long)[:long].strip()}"
    name = "&" * 500
    citation = cite(quote, title=name, outlet=name, outlets=(name,) * 9, url="https://wire.example/" + "&" * 280)
    shown = show(render_excerpt(Excerpt(citation, side, side, 1, 1)))
    (bold,) = shown.take("Bold")
    assert bold == quote or (bold.endswith("…") and quote.startswith(bold[:-1]))
    assert len(shown.text) > 1000
    before, _, after = shown.text.partition("\n\n")[2].partition(bold)
    assert side.endswith(before.removeprefix("…"))
    assert side.startswith(after.removesuffix("…"))


def test_text_from_right_to_left() -> None:
    """A quote from right to left has a line that runs so; in a line that runs the other way its title is isolated."""
    citation = cite(ARABIC_QUOTE, title=ARABIC_TITLE, outlet="الجزيرة")
    shown = show(render_answer(answered(f"They met {ARABIC_TITLE}. [1]", citation))[0])
    assert shown.text == (
        f"They met {ARABIC_TITLE}. \u200e[1]\n\u200f[1] “{ARABIC_QUOTE}”\n"
        f"\u200e\u2068الجزيرة\u2069, 18 February 2020, “\u2068{ARABIC_TITLE}\u2069”"
    )
    assert shown.take("TextUrl") == ["[1]", f"“\u2068{ARABIC_TITLE}\u2069”"]
    excerpt = show(render_excerpt(Excerpt(citation, "(1) ", "", 1, 1)))
    assert excerpt.text.endswith(f"\n\n\u200f(1) {ARABIC_QUOTE}")
    assert show(render_plain(f"1. {ARABIC_TITLE}")[0]).text == f"\u200f1. {ARABIC_TITLE}"


def test_hostile_directions() -> None:
    """A quote or a title that turns directions does not turn what follows."""
    citation = cite("Turn \u202ehere", title="And \u2067here", url="", outlet="\u2069Wire")
    shown = show(render_answer(answered("So \u202eit is. [1]", citation))[0])
    assert shown.text == (
        "So \u202eit is. \u202c[1]\n[1] “Turn \u202ehere\u202c”\n"
        "\u2068\u2068\u2069Wire\u2069, 18 February 2020, “\u2068And \u2067here\u2069\u2069”"
    )


@pytest.fixture
def arabic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Catalogues of which the Arabic one has the words of a source."""
    words = {
        "updated {day}": "حُدّث {day}",
        "also in {outlets}": "وكذلك في {outlets}",
        "{page} of {pages}": "{page} من {pages}",
    }
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    entries = "".join(f'\nmsgid "{english}"\nmsgstr "{words[english]}"\n' for english in words)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    (folder / "newsbot.po").write_text(head + entries, encoding="utf-8")
    monkeypatch.setattr(texts, "LOCALES", tmp_path)
    texts._catalogue.cache_clear()
    yield
    texts._catalogue.cache_clear()


@pytest.mark.usefixtures("arabic")
def test_the_words_are_those_of_the_reader() -> None:
    """In Arabic a source's line runs from the right, and the names in it that do not are isolated."""
    citation = cite(updated="2020-02-20", outlets=("Radio", "الجزيرة"))
    shown = show(render_answer(answered("They left. [1]", citation), "ar")[0])
    assert shown.text == (
        "They left. [1]\n[1] “They must leave.”\n"
        "\u200f\u2068Wire\u2069, 18 فبراير 2020, حُدّث 20 فبراير 2020, “\u2068A <map> & more\u2069”, "
        "وكذلك في \u2068Radio\u2069, الجزيرة"
    )
    assert show(render_excerpt(Excerpt(cite(), "", "", 2, 3), "ar")).text.endswith("\n\n2 من 3")


ANYTHING = st.text(
    st.sampled_from("<>&\"'[]1/ab \n“😀\u202e\u2069ش") | st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))
)
TEXTS = ANYTHING.filter(str.strip) | st.tuples(ANYTHING.filter(str.strip), st.integers(1, 4000)).map(
    lambda pair: (pair[0] * pair[1])[:9000]
)
CITATIONS = st.builds(
    cite,
    TEXTS,
    number=st.integers(1, 3),
    title=TEXTS,
    outlet=TEXTS,
    url=st.just("") | TEXTS.map(lambda text: f"https://x.example/{text[:200]}"),
    published=st.sampled_from([None, "2020-02-18", "2020-02-18T00:00:00+00:00"]),
    outlets=st.lists(TEXTS, max_size=3).map(tuple),
)


@settings(deadline=None, max_examples=50)
@given(TEXTS, st.lists(CITATIONS, max_size=3), st.lists(ANYTHING.map(lambda text: text[:300]), max_size=2), TEXTS)
def test_any_article_makes_messages_that_telegram_takes(
    text: str, citations: list[Citation], notes: list[str], around: str
) -> None:
    """Whatever an article holds: nothing of it is markup, and no message is over a limit."""
    answer = answered(f"{text} [1]", *citations, notes=tuple(notes))
    excerpts = [render_excerpt(Excerpt(citation, around, around, 1, 2)) for citation in citations]
    for message in (*render_answer(answer), *excerpts, *render_plain(around)):
        shown = show(message)
        assert shown.text.strip() != ""
        assert {kind for kind, _, _ in shown.entities} <= {"TextUrl", "Italic", "Bold", "Code", "ExpandableBlockQuote"}
