"""The texts of the interface: every one in every language, and none that people see outside of the catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot import texts
from bot.answers import Answer, Citation
from bot.conversation import messages
from bot.conversation.asking import make_buttons
from bot.conversation.commands import COMMANDS
from bot.conversation.desk import Role
from bot.conversation.pressing import GONE
from bot.conversation.rights import Right, refuse
from bot.render.directions import LEFT, RIGHT, find_direction
from bot.telegram.handling import BUSY
from bot.texts import LANGUAGES, LOCALES, Text, choose_language, join_texts, translate, write_day
from tests.bot_api.judges import find_entities

ROOT = Path(__file__).parents[1]
FOREIGN = sorted(LANGUAGES.keys() - {"en"})
DAY = date(2020, 2, 18)
ISOLATE, END = "\u2068", "\u2069"
SAMPLES: dict[str, Any] = {
    **dict.fromkeys(("articles", "count", "page", "pages", "passages", "percent", "seconds", "sources"), 21),
    **dict.fromkeys(("changed", "failed", "new", "removed", "unchanged", "waiting"), 21),
    **dict.fromkeys(("calls", "completion", "cost", "cost_today", "prompt", "tokens"), 21),
    **dict.fromkeys(("id", "user_id"), "7300123456"),
    "chat_id": "-1001234567890",
    "day": DAY,
    "outlet": Text("Outlet unknown"),
    "role": Text("may not ask yet"),
}
# English words that stand for one idea each, and what stands for it in the other languages (`|`: or, in an inflection).
WORDS = {
    "article": {"tr": "haber", "ru": "стат", "ar": "مقال", "de": "Artikel", "es": "artículo"},
    "outlet": {"tr": "yayın organı", "ru": "издание", "ar": "جهة النشر", "de": "Medium", "es": "medio"},
    "passages": {"tr": "bölüm", "ru": "фрагмент", "ar": "مقاطع", "de": "Textstelle", "es": "fragmento"},
    "quote": {"tr": "alıntı", "ru": "цит", "ar": "اقتباس|مقتبَس", "de": "Zitat|zitiert", "es": "cita"},
    "source": {"tr": "kayna", "ru": "источник", "ar": "مصدر|مصادر", "de": "Quelle", "es": "fuente"},
    "digest": {"tr": "özet", "ru": "дайджест", "ar": "موجز", "de": "Überblick", "es": "resumen"},
    "alert": {"tr": "bildirim", "ru": "уведомлени", "ar": "تنبيه", "de": "Benachrichtigung", "es": "alerta"},
    "stories": {"tr": "gelişme", "ru": "сюжет", "ar": "أخبار", "de": "Meldung", "es": "noticia"},
    "topic": {"tr": "konu", "ru": "тем", "ar": "موضوع", "de": "Thema|Themen", "es": "tema"},
}
# What is the same in all languages: texts in which nothing is to be translated, and plain strings that people see.
SAME_IN_ALL = {"{command} – {help}"}
UNTRANSLATED: set[str] = set()


@cache
def extracted() -> frozenset[str]:
    """The texts of the source."""
    found = extract_from_dir(str(ROOT / "bot"), [("**.py", "python")], keywords={"Text": None})
    return frozenset(str(message) for _, _, message, _, _ in found)


@cache
def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language, as it is in the repository."""
    with (LOCALES / language / "LC_MESSAGES" / "newsbot.po").open("rb") as file:
        return read_po(file, locale=language)


def entries(language: str) -> dict[str, Message]:
    """The entries of a catalogue by their English."""
    return {str(message.id): message for message in read_catalogue(language) if message.id}


def translations(language: str) -> dict[str, str]:
    """What a catalogue says for each text."""
    return {english: str(message.string) for english, message in entries(language).items()}


def fields(template: str) -> list[str]:
    """The names of the fields of a template."""
    return sorted(field for _, field, _, _ in Formatter().parse(template) if field is not None)


def fill(template: str) -> Text:
    """A text of the source with samples of what may stand in it."""
    return Text(template, **{field: SAMPLES.get(field, f"of {field}") for field in fields(template)})


def commands_in(text: str) -> list[str]:
    """The commands in a text, as Telegram finds them."""
    signs = text.encode("utf-16-le")
    found = [entity for entity in find_entities(text) if entity.type == "bot_command"]
    return sorted(signs[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in found)


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for other catalogues, empty at first."""
    monkeypatch.setattr(texts, "LOCALES", tmp_path)
    texts._catalogue.cache_clear()
    yield tmp_path
    texts._catalogue.cache_clear()


def write_catalogue(locales: Path, language: str, *pairs: tuple[str, str]) -> None:
    """Write a catalogue that has a few texts."""
    path = locales / language / "LC_MESSAGES" / "newsbot.po"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(f'msgid "{english}"\nmsgstr "{other}"\n' for english, other in pairs), encoding="utf-8")


@pytest.mark.parametrize("language", FOREIGN)
def test_every_text_of_the_source_is_translated(language: str) -> None:
    """A catalogue has all texts of the source and no others, each with a translation that nobody has to look over.

    `make texts` brings the catalogues up to date; what is new then wants its translation.
    """
    assert len(extracted()) > 100
    catalogue = entries(language)
    assert catalogue.keys() == extracted()
    assert {english for english, entry in catalogue.items() if not entry.string or entry.fuzzy} == set()
    assert read_catalogue(language).obsolete == {}


def test_there_is_a_catalogue_for_each_language() -> None:
    """There are catalogues of the languages that can be chosen, and of no other."""
    assert sorted(path.name for path in LOCALES.iterdir()) == FOREIGN


@pytest.mark.parametrize("language", FOREIGN)
def test_translations_say_the_same(language: str) -> None:
    """A translation has the fields, the commands and the lines of the English, and other words."""
    for english, other in translations(language).items():
        assert fields(other) == fields(english)
        assert commands_in(translate(fill(english), language)) == commands_in(fill(english)), english
        assert [bool(line.strip()) for line in other.split("\n")] == [True] * len(english.split("\n"))
        assert other == other.strip()
    assert {english for english, other in translations(language).items() if english == other} <= SAME_IN_ALL


@pytest.mark.parametrize("language", FOREIGN)
def test_one_word_for_one_idea(language: str) -> None:
    """An article, an outlet, a passage, a quote, a source, a digest and an alert are called the same throughout."""
    for english, other in translations(language).items():
        told = re.sub(r"\{\w+\}|/\w+", "", english).lower()  # without fields and commands
        for word, words in WORDS.items():
            if re.search(rf"\b{word}", told):
                assert re.search(words[language], other, re.IGNORECASE), f"{word} is none of {words[language]}: {other}"


@pytest.mark.parametrize("language", FOREIGN)
def test_translations_can_be_filled_in(language: str) -> None:
    """With samples in its fields a translation has all of them, in its language, and no brace is left."""
    for english in extracted():
        text = fill(english)
        shown = translate(text, language)
        assert not set(shown) & set("{}")
        for value in text.values.values():
            told = write_day(value, language) if isinstance(value, date) else value
            assert (translate(told, language) if isinstance(told, Text) else str(told)) in shown


def test_arabic_runs_from_the_right() -> None:
    """An Arabic text runs from the right, and begins there: by its first letter, or by a sign that nobody sees."""
    for english in extracted():
        shown = translate(fill(english), "ar")
        assert find_direction(next(sign for sign in shown if find_direction(sign))) == RIGHT
        assert find_direction(shown) == RIGHT
        assert shown.count(ISOLATE) == shown.count(END)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (Text("I read this as: {question}", question="What?"), f"قرأت السؤال هكذا: {ISOLATE}What?{END}"),
        (Text("I read this as: {question}", question="Çeşme?"), f"قرأت السؤال هكذا: {ISOLATE}Çeşme?{END}"),
        (Text("I read this as: {question}", question="أين؟"), "قرأت السؤال هكذا: أين؟"),
        (Text("I read this as: {question}", question=""), "قرأت السؤال هكذا: "),
        (Text("also in {outlets}", outlets=f"{ISOLATE}Wire{END}, النهر"), f"وكذلك في {ISOLATE}Wire{END}, النهر"),
        (
            Text("{id} (group): {role}", id="-100123", role=Text("banned")),
            f"{ISOLATE}-100123{END} (مجموعة): محظور",
        ),
        (
            Text("{outlet}: articles: {count}", outlet="Wire", count=2),
            f"{RIGHT}{ISOLATE}Wire{END}: المقالات: 2",
        ),
        (Text("{page} of {pages}", page=1, pages=2), "1 من 2"),
        (Text("/unwatch 1 ends the first."), f"لإيقاف متابعة الأول: {LEFT}/unwatch 1"),
    ],
)
def test_what_runs_the_other_way_is_isolated(text: Text, shown: str) -> None:
    """In an Arabic text what is filled in keeps to itself, and the slash of a command stays before its name."""
    assert translate(text, "ar") == shown


def test_addresses_in_arabic() -> None:
    """The slashes at the end of a scheme stay at its end."""
    text = Text("Only addresses that begin with http:// or https:// can be added here, not {text}.", text="/x")
    shown = translate(text, "ar")
    assert f" http://{LEFT} " in shown
    assert f" https://{LEFT} " in shown
    assert f" {ISOLATE}/x{END}." in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_telegram_shows_in_little_room(language: str) -> None:
    """Descriptions of commands, buttons and notices are as short as Telegram takes them, and as people read them."""
    for command in COMMANDS.values():
        assert 1 <= len(translate(command.help, language)) <= 60  # Telegram takes 256
    citation = Citation(1, "Yes.", "a", "A", "", "Wire", None, 0, 4)
    rows = make_buttons(Answer("?", "answered", "Yes. [1]", (citation,)), 1)
    assert len(rows) == 2
    assert max(len(translate(button.label, language)) for row in rows for button in row) <= 30
    assert len(translate(Text("Ask in a chat with me"), language)) <= 30
    notices = [GONE, Text("Thank you, that is noted."), BUSY, *refusals()]
    assert max(len(translate(notice, language)) for notice in notices) <= 200


def refusals() -> Iterator[Text]:
    """All ways in which somebody is told that he may not, with ids as long as they come."""
    alone = messages.Message(9_007_199_254_740_991)
    group = messages.Message(9_007_199_254_740_991, chat_id=-1_009_007_199_254_740, is_group=True)
    asked: tuple[tuple[Role, Right], ...] = (("banned", "ask"), ("stranger", "ask"), ("reader", "admin"))
    for message in (alone, group):
        yield from (refuse(message, role, right) for role, right in asked)


def test_what_a_catalogue_lacks_is_english(locales: Path) -> None:
    """A text without a translation, or with an empty one, is shown in English; others are not."""
    write_catalogue(locales, "de", ("Note: {note}", "Hinweis: {note}"), ("Passages", ""))
    assert translate(Text("Passages"), "de") == "Passages"
    assert translate(Text("How much is {count}?", count=2), "de") == "How much is 2?"
    assert translate(Text("Note: {note}", note=Text("Passages")), "de") == "Hinweis: Passages"


@pytest.mark.usefixtures("locales")
@pytest.mark.parametrize("language", [*LANGUAGES, "fr", ""])
def test_without_a_catalogue_all_is_english(language: str) -> None:
    """A language that has no catalogue, or is none of ours, is English."""
    assert translate(Text("Note: {note}", note="so"), language) == "Note: so"


def test_what_is_no_text_stays() -> None:
    """A plain string is given back as it is, braces and all; an empty text stays empty."""
    assert translate("Passages {a}", "de") == "Passages {a}"
    assert translate(Text(""), "de") == ""
    assert translate(Text("Passages"), "de") == "Textstellen"


def test_a_text_is_its_english() -> None:
    """A text can be used as the string that it is in English, and keeps what it is made of."""
    text = Text("updated {day}", day=DAY)
    assert text == "updated 18 February 2020"
    assert (text.template, text.values) == ("updated {day}", {"day": DAY})
    assert Text("100 % {sure}") == "100 % {sure}"


def test_texts_in_texts_and_plain_values() -> None:
    """A text within a text is translated with it; what somebody wrote is not, even where it has braces."""
    text = Text("Note: {note}", note=Text("“{topic}” is no longer watched.", topic="{id} Passages"))
    assert translate(text, "de") == "Hinweis: „{id} Passages“ wird nicht mehr beobachtet."
    assert translate(text, "en") == text == "Note: “{id} Passages” is no longer watched."


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "18 February 2020"),
        ("tr", "18 Şubat 2020"),
        ("ru", "18 февраля 2020 года"),
        ("ar", "18 فبراير 2020"),
        ("de", "18. Februar 2020"),
        ("es", "18 de febrero de 2020"),
    ],
)
def test_days(language: str, day: str) -> None:
    """A day is written as people of a language write it, alone and within a text, and no full stop comes twice."""
    assert write_day(DAY, language) == day
    shown = translate(Text("The newest article on this is from {day}.", day=DAY), language)
    assert day in shown
    assert ".." not in shown


def test_texts_one_after_the_other() -> None:
    """Joined texts are translated each by itself; empty ones leave no gap, and what was joined can be joined again."""
    joined = join_texts(Text("Passages"), "", "{as it is}", Text("updated {day}", day=DAY))
    assert joined == "Passages {as it is} updated 18 February 2020"
    assert translate(joined, "de") == "Textstellen {as it is} aktualisiert am 18. Februar 2020"
    assert translate(join_texts(joined, Text("admin"), sep="\n"), "tr") == (
        "Bölümler {as it is} güncelleme: 18 Şubat 2020\nyönetici"
    )
    assert translate(join_texts("1. so", Text("banned"), sep="\n"), "ar") == "1. so\nمحظور"
    assert join_texts() == join_texts("", Text("")) == ""


@pytest.mark.parametrize(
    ("code", "language"),
    [("de", "de"), ("DE", "de"), ("es-419", "es"), ("en-GB", "en"), ("ar", "ar"), ("fr", "en"), ("", "en")],
)
def test_the_language_of_a_telegram(code: str, language: str) -> None:
    """The language of the interface is that of somebody's Telegram, where there is one, else English."""
    assert choose_language(code) == language


def plain_words(tree: ast.AST) -> Iterator[str]:
    """What a source shows to people without a `Text`: words in what is replied, joined or written on a button."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            shown = [keyword.value for keyword in node.keywords if keyword.arg in ("content", "label", "heading")]
            if node.func.id in ("Reply", "Button"):
                shown += node.args[:1]
            elif node.func.id in ("join_texts", "write_list"):
                shown += node.args
            for value in shown:
                yield from words_of(value)


def words_of(value: ast.expr) -> Iterator[str]:
    """The plain strings with letters that a value may be; what other functions are given is their own concern."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and any(map(str.isalpha, value.value)):
        yield value.value
    elif not isinstance(value, ast.Call | ast.Subscript | ast.Compare | ast.FormattedValue):
        for part in ast.iter_child_nodes(value):
            if isinstance(part, ast.expr):
                yield from words_of(part)


def test_what_counts_as_plain_words() -> None:
    """Words are found alone, in parts of an f-string, beside a condition and in a list; signs and keys are none."""
    source = """
Reply("one"), Reply(f"{a('x')['y']} two {b:%H}"), Reply(content="three" if a == "x" else Text("x"))
Reply(a or "four"), Button("five", "x:1"), join_texts("six", *["seven"], sep="x"), write_list([f"eight {a}", *b])
Reply("👍 1"), Button("◀", f"x:{a}"), Reply(Text("x")), Reply(x, language="en"), print("x"), x.Reply("x")
Reply(answer, heading="nine")
"""
    found = sorted(word.strip() for word in plain_words(ast.parse(source)))
    assert found == sorted("one two three four five six seven eight nine".split())


def test_everything_that_people_see_is_a_text() -> None:
    """No reply, button or line of a list has words that are in no catalogue."""
    packages = ("conversation", "alerts", "telegram")
    modules = [path for package in packages for path in (ROOT / "bot" / package).rglob("*.py")]
    modules.append(ROOT / "bot" / "status.py")
    assert len(modules) > 30
    found = {word for path in modules for word in plain_words(ast.parse(path.read_text(encoding="utf-8")))}
    assert found == UNTRANSLATED


def test_texts_are_written_out() -> None:
    """A template stands where it is used, or `make texts` would not find it; two modules make texts from others."""
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                template = node.args[0]
                if not (isinstance(template, ast.Constant) and template.value in extracted()):
                    found.add(path.relative_to(ROOT).as_posix())
    assert found == {"bot/texts.py", "bot/state/answer_json.py"}
