"""Reading folders and files: bytes into documents, one at a time, and a named failure for each that cannot be read."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.errors import first_line
from index.articles import Failure
from index.sources import SUFFIXES, Source


@dataclass(frozen=True)
class Document:
    """One article as a file holds it: `kind` is the suffix, `content` the text, the page's bytes or the JSON object.

    `size` is what it takes in its file, in bytes; by it a progress bar moves.
    """

    item: str
    kind: str
    content: str | bytes | dict[str, object]
    size: int


@dataclass(frozen=True)
class ArticleFile:
    """A file of a source, with a stamp that changes when the file does (its size and time of change)."""

    path: Path
    stamp: str
    size: int


def list_files(source: Source) -> Iterator[ArticleFile | Failure]:
    """The article files of a source, sorted, hidden ones left out; a `Failure` for what cannot be listed.

    A source that has vanished is one failure that names the source itself.
    """
    root = Path(source.location)
    if source.kind == "file":
        yield _stamp(source, source.location)
        return
    if not root.is_dir():
        yield Failure(source.location, source.location, "the folder is not there (its articles are kept)")
        return
    failures: list[OSError] = []
    for folder, subfolders, names in os.walk(root, onerror=failures.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield _stamp(source, os.path.join(folder, name))  # noqa: PTH118 - three times as fast
    for error in failures:
        yield Failure(source.location, _printable(error.filename), f"cannot be listed: {error.strerror}")


def read_documents(source: Source, file: ArticleFile, max_bytes: int) -> Iterator[Document | Failure]:
    """The documents of a file: one, or one for each line of a `.jsonl`; a `Failure` for each that cannot be read."""
    suffix = file.path.suffix.lower()
    kind = ".html" if suffix == ".htm" else suffix
    try:
        if kind == ".jsonl":
            yield from _read_lines(source, file.path, max_bytes)
            return
        size = file.path.stat().st_size
        if size > max_bytes:
            yield Failure(
                source.location, str(file.path), f"is {_megabytes(size)}, over the limit of {_megabytes(max_bytes)}"
            )
            return
        data = file.path.read_bytes()
    except OSError as error:
        yield Failure(source.location, str(file.path), f"cannot be read: {error.strerror or first_line(error)}")
        return
    reason = _why_unreadable(data, html=kind == ".html")
    if reason:
        yield Failure(source.location, str(file.path), reason)
    else:
        yield Document(str(file.path), kind, data if kind == ".html" else data.decode("utf-8-sig"), len(data))


def _stamp(source: Source, name: str) -> ArticleFile | Failure:
    try:
        name.encode()
    except UnicodeEncodeError:
        return Failure(source.location, _printable(name), "its name is not UTF-8; rename it")
    try:
        found = os.stat(name)  # noqa: PTH116 - as above: a folder may have very many
    except OSError as error:
        return Failure(source.location, name, f"cannot be read: {error.strerror}")
    if not stat.S_ISREG(found.st_mode):  # reading a pipe or device might never end
        return Failure(source.location, name, "is not a regular file")
    return ArticleFile(Path(name), f"{found.st_size}-{found.st_mtime_ns}", found.st_size)


def _read_lines(source: Source, path: Path, max_bytes: int) -> Iterator[Document | Failure]:
    number = 0
    with path.open("rb") as stream:
        # readline with a limit: a 100 MB line is never held in memory whole
        while line := stream.readline(max_bytes + 1):
            number += 1
            item = f"{path}:{number}"
            if len(line) > max_bytes:
                while line and not line.endswith(b"\n"):
                    line = stream.readline(max_bytes)
                yield Failure(source.location, item, f"the line is over the limit of {_megabytes(max_bytes)}")
            elif line.strip():
                yield _read_line(source, item, line)
    if number == 0:
        yield Failure(source.location, str(path), "is empty")


def _read_line(source: Source, item: str, line: bytes) -> Document | Failure:
    reason = _why_unreadable(line, html=False)
    if reason:
        return Failure(source.location, item, reason)
    try:
        content = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Failure(source.location, item, f"is not JSON: {first_line(error)}")
    if not isinstance(content, dict):
        return Failure(source.location, item, "is not a JSON object")
    return Document(item, ".jsonl", content, len(line))


def _why_unreadable(data: bytes, *, html: bool) -> str:
    if not data.strip():
        return "is empty"
    if b"\0" in data[:65536]:
        return "is binary, not text"
    if not html:  # a page may name its own encoding, which the extractor reads
        try:
            data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return f"is not UTF-8 (byte {error.start}); save it as UTF-8"
    return ""


def _printable(path: str | Path) -> str:
    r"""A path in UTF-8, with `\xe9` for each byte that is not."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
