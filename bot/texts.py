"""Texts of the interface, which can be shown in several languages.

A `Text` is a str: its English. `translate` gives it in another language, by the gettext catalogues in `bot/locales`,
which `make texts` brings up to date; what a catalogue lacks stays English.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.render.directions import LEFT, RIGHT, find_direction, isolate
from config.patterns import compile_later

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = {
    "en": "English",
    "tr": "Türkçe",
    "ru": "Русский",
    "ar": "العربية",
    "de": "Deutsch",
    "es": "Español",
}
DOMAIN = "newsbot"
_FROM_RIGHT = frozenset({"ar"})
_ISOLATED = "\u2068{}\u2069"  # its direction is its own, and does not reach beyond it
# What a catalogue cannot say by itself about its direction: commands and the beginnings of addresses run from the left.
_COMMAND = compile_later(r"(?<![\w/:])/(?=[a-z])")
_SCHEME = compile_later(r"(?<=[a-z]://)")
_DAYS = {"ru": "d MMMM y 'года'"}  # the usual abbreviation has a full stop, which may be one too many


class Text(str):
    """A text in English, with `{fields}` filled in; a field may be a day or a Text, which are translated with it."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Text:
        """The template is what the catalogues know, and must be written out where it is used."""
        text = super().__new__(cls, _fill(template, values, "en"))
        text.template, text.values = template, values
        return text


def translate(text: str, language: str) -> str:
    """A `Text` in a language ("de"; any other one is English); every other text as it is."""
    if not isinstance(text, Text):
        return text
    if not text or language == "en" or language not in LANGUAGES:
        return str(text)
    template = _catalogue(language).gettext(text.template)
    if language in _FROM_RIGHT and template != text.template:
        return _run_from_right(template, text.values, language)
    return _fill(template, text.values, language)


def join_texts(*texts: str, sep: str = " ") -> str:
    """Texts one after the other, each translated by itself; those that are empty leave nothing."""
    told = [text for text in texts if text]
    fields = {f"text{number}": text for number, text in enumerate(told)}
    return Text(sep.join(f"{{{name}}}" for name in fields), **fields) if told else ""


def choose_language(code: str) -> str:
    """The language of the interface for a language code of Telegram ("de", "pt-br"); English where there is none."""
    language = code.split("-", maxsplit=1)[0].lower()
    return language if language in LANGUAGES else "en"


def write_day(day: date, language: str = "en") -> str:
    """A day as people read it: 18 February 2020."""
    if language == "en":
        return f"{day.day} {day:%B %Y}"
    from babel.dates import format_date

    return format_date(day, _DAYS.get(language, "long"), locale=language)


def _fill(template: str, values: Mapping[str, Any], language: str) -> str:
    return (
        template.format_map({name: _write(value, language) for name, value in values.items()}) if values else template
    )


def _write(value: Any, language: str) -> Any:
    if isinstance(value, date):
        return write_day(value, language)
    return translate(value, language) if isinstance(value, str) else value


def _run_from_right(template: str, values: Mapping[str, Any], language: str) -> str:
    """Fill in a text that runs from right to left; what runs the other way within it, or has only digits, is isolated.

    It begins with a sign that says so where its own first letter does not.
    """
    template = _SCHEME.sub(LEFT, _COMMAND.sub(f"{LEFT}/", template))
    apart = {
        name: _isolate(value) if isinstance(value, str) and not isinstance(value, Text) else value
        for name, value in values.items()
    }
    text = _fill(template, apart, language)
    first = next((sign for sign in text if find_direction(sign)), "")
    return text if find_direction(first) == RIGHT else RIGHT + text


def _isolate(value: str) -> str:
    """A value for a text that runs from right to left; one of which parts are isolated already stays as it is."""
    if value.isascii():
        return _ISOLATED.format(value) if value else value
    return value if _ISOLATED[0] in value else isolate(value, RIGHT)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language. It is kept as text, which people can read and mend, and compiled here."""
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, domain=DOMAIN))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
