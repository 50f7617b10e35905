"""The list of sources, kept as `sources.json` in the data directory."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, get_args

from config.errors import NewsbotError, UsageError

Kind = Literal["folder", "file", "feed", "page", "sitemap"]
WEB_KINDS = ("feed", "page", "sitemap")
SUFFIXES = (".txt", ".md", ".html", ".htm", ".jsonl")


@dataclass(frozen=True)
class Source:
    """Where articles come from; `location` is an absolute path or an address, and names the source everywhere.

    `every` is its own interval between two readings by `newsbot serve`, in minutes (0: that of the settings), and
    `outlet` what its articles are said to be from, in place of what they say themselves.
    """

    kind: Kind
    location: str
    every: int = 0
    outlet: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it is read from this machine's files, and not over the web."""
        return self.kind not in WEB_KINDS


class SourceList:
    """The sources of one data directory. Every change is written whole and at once, or not at all."""

    def __init__(self, data: Path) -> None:
        self._path = data / "sources.json"

    def read(self) -> list[Source]:
        """All sources, in the order in which they were added."""
        try:
            return [_read_source(entry) for entry in json.loads(self._path.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise NewsbotError(
                f"cannot read {self._path} ({error})", "mend or remove it, then add the sources again"
            ) from error

    def add(self, sources: Sequence[Source | str]) -> list[Source]:
        """Add sources, those of this machine by their paths; return those that were not listed like that yet.

        One that is listed with another kind, interval or outlet is changed. Raises `UsageError`, and then adds none.
        """
        known = {source.location: source for source in self.read()}
        new = []
        for wanted in sources:
            source = recognise_path(wanted) if isinstance(wanted, str) else wanted
            if known.get(source.location) != source:
                known[source.location] = source
                new.append(source)
        self._write(list(known.values()))
        return new

    def remove(self, locations: Sequence[str]) -> list[Source]:
        """Remove sources by location; return them. Raises `UsageError` for one that is not listed, and removes none."""
        known = {source.location: source for source in self.read()}
        gone = []
        for location in locations:
            source = known.pop(location, None) or known.pop(_absolute(location), None)
            if source is None:
                raise UsageError(f"{location} is not a source", "`newsbot sources list` shows those there are")
            gone.append(source)
        self._write(list(known.values()))
        return gone

    def _write(self, sources: Sequence[Source]) -> None:
        draft = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps([asdict(source) for source in sources], indent=1), encoding="utf-8")
            draft.replace(self._path)
        except OSError as error:
            raise NewsbotError(f"cannot write {self._path} ({error})", "make the data directory writable") from error


def recognise_path(location: str) -> Source:
    """The folder or file at a path. Raises `UsageError` for what does not exist or cannot be read."""
    path = Path(_absolute(location))
    if str(path) != os.fsencode(path).decode("utf-8", "replace"):
        raise UsageError(f"the name {location} is not UTF-8", "rename it")
    if path.is_dir():
        return Source("folder", str(path))
    if not path.exists():
        raise UsageError(
            f"{location} does not exist", "give an existing folder or file, or a whole address (https://…)"
        )
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{location} is not an article file", f"files end in {', '.join(SUFFIXES)}")
    return Source("file", str(path))


def samples_folder() -> str:
    """The folder of the sample articles that come with newsbot."""
    return str(resources.files("index") / "samples")


def _read_source(entry: dict[str, str | int]) -> Source:
    source = Source(**entry)  # type: ignore[arg-type]
    if source.kind not in get_args(Kind) or not isinstance(source.location, str):
        raise ValueError(f"{entry} is no source")
    return source


def _absolute(location: str) -> str:
    return os.path.abspath(os.path.expanduser(location))  # noqa: PTH100, PTH111 - Path.resolve() would follow links
