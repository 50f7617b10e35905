"""A document becomes an article: text without boilerplate, and title, date and outlet where the document has them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from config.errors import first_line
from config.patterns import compile_later
from index.articles import Article, Failure, digest
from index.boilerplate import drop_boilerplate, is_boilerplate
from index.dates import read_date
from index.files import Document
from index.web.addresses import normalise_address

# "MOSCOW, Feb 18, 2020 (Reuters) - The ministry said …"
_DATELINE = compile_later(
    r"""^(?P<place>[A-ZÀ-Þ][\w.'’ -]{1,40}(?:,\s[A-Z][\w. ]{1,30})?),?\s
        (?P<date>(?:[A-Z][a-z]{2,8}\.?\s\d{1,2},?\s\d{4})|(?:\d{1,2}\s[A-Z][a-z]{2,8}\.?\s\d{4}))\s*
        (?:\((?P<outlet>[^)]{2,40})\))?\s*[-–—:]\s""",
    re.VERBOSE,
)
_BARE_OUTLET = compile_later(r"^[A-ZÀ-Þ][\w.'’, -]{1,40}\((?P<outlet>[A-ZÀ-Þ][^)]{1,39})\)\s*[-–—]\s")
_HEADER = compile_later(
    r"^(?P<key>title|headline|date|published|outlet|source|url|link|language)\s*:\s*(?P<value>\S.*)$", re.IGNORECASE
)
_KEYS = {"headline": "title", "date": "published", "source": "outlet", "link": "url"}
_SPACES = compile_later(r"\s+")
# Fillers, joiners and variation selectors: letters and marks by their category, and seen as nothing.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_FILLER = compile_later(f"[{_FILLERS}]")
_MOST_MARKS = 8  # on one letter: no writing has more, and a flood of them covers the lines around it
_FLOOD = compile_later(rf"[^\w\s!-~]{{{_MOST_MARKS + 1},}}")  # of signs, marks among them
_DEEP = 200  # signs in YAML, of which each level of nesting takes one


def make_article(source: str, document: Document) -> Article | Failure:
    """The article in a document, or why there is none. Never raises for what a document holds."""
    try:
        return _build_article(source, document)
    except (ValueError, TypeError, RecursionError) as error:
        return Failure(source, document.item, f"is not an article: {first_line(error)}")


def _build_article(source: str, document: Document) -> Article | Failure:
    found = _READERS[document.kind](document.content)
    title = clean_line(found.get("title"))
    lines = drop_boilerplate(clean_text(found.pop("text", "")).split("\n"))
    if lines and title and lines[0].strip().casefold() == title.casefold():
        lines = lines[1:]
    text = re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip()
    if not any(character.isalnum() for character in text):
        return Failure(source, document.item, "has no article text")
    url = normalise_address(clean_line(found.get("url")))
    return Article(
        id=clean_line(found.get("id"))[:200] or digest(url or _stable_name(document, text)),
        text=text,
        title=title,
        url=url if url.startswith(("http://", "https://")) else "",
        outlet=clean_line(found.get("outlet")),
        published=read_date(found.get("published")),
        updated=read_date(found.get("updated")),
        language=clean_line(found.get("language")).lower()[:35],
    )


def clean_text(written: object) -> str:
    """Text in Unicode's composed form (NFC), with no control or invisible characters, and few marks on a letter.

    Paragraphs stay.
    """
    if not isinstance(written, str):
        raise TypeError("its text is not a string")
    text = unicodedata.normalize("NFC", written).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(map(_clean_line_of_text, text.split("\n")))


def _clean_line_of_text(line: str) -> str:
    # Most lines have none of what has to go. Of all white space only the usual one counts as printable.
    if not line.isprintable() or (not line.isascii() and (_FILLER.search(line) or _FLOOD.search(line))):
        line = _drop_unseen(line)
    elif "  " not in line:
        return line.strip(" ")
    return _SPACES.sub(" ", line).strip()


def _drop_unseen(line: str) -> str:
    """A line without what is seen as nothing, and with no more than a few marks on a letter."""
    seen = "".join(c for c in line if c == "\t" or unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFC", _FLOOD.sub(_thin_marks, _FILLER.sub("", seen)))


def _thin_marks(flood: re.Match[str]) -> str:
    """Some signs in a row, with the first few only of marks that stand on one letter."""
    kept, marks = [], 0
    for character in flood[0]:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        kept += [character] if marks <= _MOST_MARKS else []
    return "".join(kept)


def clean_line(written: object) -> str:
    """One line of metadata, cleaned; "" for what is absent."""
    if written is None:
        return ""
    return " ".join(clean_text(str(written)).split())


def _stable_name(document: Document, text: str) -> str:
    """What an article without an address is known by: its file, or its text where a file holds many."""
    return text if document.kind == ".jsonl" else document.item


def _read_text(content: str) -> dict[str, Any]:
    """Plain text: header lines (`Published: …`) or a headline first, then perhaps a dateline."""
    lines = _unwrap(clean_text(content)).split("\n")
    found: dict[str, Any] = {}
    while lines and (not lines[0] or _HEADER.match(lines[0])):
        if header := _HEADER.match(lines.pop(0)):
            found[_KEYS.get(key := header["key"].lower(), key)] = header["value"]
    if "title" not in found and len(lines) > 1 and _is_headline(lines):
        found["title"] = lines.pop(0)
    first = next((line for line in lines if line), "")
    if dateline := _DATELINE.match(first):
        found.setdefault("published", dateline["date"])
        found.setdefault("outlet", dateline["outlet"])
    elif dateline := _BARE_OUTLET.match(first):
        found.setdefault("outlet", dateline["outlet"])
    return found | {"text": "\n".join(lines)}


def _is_headline(lines: list[str]) -> bool:
    first, second = lines[0], lines[1]
    return (
        not second
        and len(first) <= 200
        and not first.endswith((".", "!", ":", ",", "”", '"'))
        and not is_boilerplate(first)
    )


def _unwrap(text: str) -> str:
    """Join the lines of a paragraph that was wrapped at a column; lines that end a sentence stay apart."""
    return re.sub(r"(?m)(?<=^)(.{50,100}[^\s.!?:;”\"])\n(?=[^\W\d_])", r"\1 ", text)


def _read_markdown(content: str) -> dict[str, Any]:
    """Markdown with optional front matter (`---` lines around YAML) and an optional `# headline`."""
    found: dict[str, Any] = {}
    if matter := re.match(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", content, re.DOTALL):
        import yaml

        # libyaml is ten times faster, but ends the process for what is nested some thousand levels deep.
        shallow = sum(map(matter[1].count, "[{-?:")) < _DEEP
        loader = yaml.CSafeLoader if shallow and yaml.__with_libyaml__ else yaml.SafeLoader
        try:
            loaded = yaml.load(matter[1], Loader=loader)  # noqa: S506 - both are safe
        except yaml.YAMLError as error:
            raise ValueError(f"its front matter is not YAML ({first_line(error)})") from None
        if not isinstance(loaded, dict):
            raise ValueError("its front matter is not a list of `key: value` lines")
        found = {_KEYS.get(key := str(name).lower(), key): value for name, value in loaded.items()}
        content = content[matter.end() :]
    rest = _read_text(_strip_markup(content)) if not found.get("title") else {"text": _unwrap(_strip_markup(content))}
    return rest | {key: value for key, value in found.items() if value is not None and key != "text"}


def _strip_markup(text: str) -> str:
    """Markdown's own signs go, so that a quote reads as the article does; words stay."""
    # No part of a pattern runs on without a bound: a page of opening brackets would take hours.
    text = re.sub(r"!\[[^\[\]]*\]\([^)]{0,2000}\)", "", text)
    text = re.sub(r"\[([^\[\]]+)\]\([^)]{0,2000}\)", r"\1", text)
    text = re.sub(r"(?m)^(#{1,6}|>|[-*+])\s+", "", text)
    return re.sub(r"(\*\*|__)(?=\S)(.{1,1000}?)(?<=\S)\1", r"\2", text)


def _read_object(content: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(content.get("text"), str):
        raise ValueError('it has no "text"')
    return {
        key: content.get(key) for key in ("id", "url", "title", "outlet", "published", "updated", "language", "text")
    }


def _read_html(content: bytes) -> dict[str, Any]:
    from index.web.pages import read_page  # what knows pages is loaded for pages: questions need none of it

    return read_page(content)


_READERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".html": _read_html,
    ".jsonl": _read_object,
}
