"""The list of sources, kept as `sources.json` in the data directory.

A source is a folder or a file. Feeds, pages and OPML lists are recognised so that the refusal can say what they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from config.errors import NewsbotError, UsageError

SUFFIXES = (".txt", ".md", ".html", ".htm", ".jsonl")


@dataclass(frozen=True)
class Source:
    """Where articles come from; `location` is an absolute path and names the source everywhere."""

    kind: Literal["folder", "file"]
    location: str


class SourceList:
    """The sources of one data directory. Every change is written whole and at once, or not at all."""

    def __init__(self, data: Path) -> None:
        self._path = data / "sources.json"

    def read(self) -> list[Source]:
        """All sources, in the order in which they were added."""
        try:
            return [Source(**entry) for entry in json.loads(self._path.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise NewsbotError(
                f"cannot read {self._path} ({error})", "mend or remove it, then add the sources again"
            ) from error

    def add(self, locations: Sequence[str]) -> list[Source]:
        """Add folders and files; return those that were not listed yet. Raises `UsageError`, and then adds none."""
        known = self.read()
        wanted = [recognise_source(location) for location in locations]
        new = [source for source in dict.fromkeys(wanted) if source not in known]
        self._write(known + new)
        return new

    def remove(self, locations: Sequence[str]) -> list[Source]:
        """Remove sources by location; return them. Raises `UsageError` for one that is not listed, and removes none."""
        known = {source.location: source for source in self.read()}
        gone = []
        for location in locations:
            source = known.pop(_absolute(location), None)
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


def recognise_source(location: str) -> Source:
    """What kind of source a location is. Raises `UsageError` for what does not exist or cannot be read yet."""
    if "://" in location or location.lower().endswith(".opml"):
        raise UsageError(
            f"{location} is a feed, page or OPML list",
            "only folders and files can be read so far; save its articles there",
        )
    path = Path(_absolute(location))
    if str(path) != os.fsencode(path).decode("utf-8", "replace"):
        raise UsageError(f"the name {location} is not UTF-8", "rename it")
    if path.is_dir():
        return Source("folder", str(path))
    if not path.exists():
        raise UsageError(f"{location} does not exist", "give an existing folder or file")
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{location} is not an article file", f"files end in {', '.join(SUFFIXES)}")
    return Source("file", str(path))


def samples_folder() -> str:
    """The folder of the sample articles that come with newsbot."""
    return str(resources.files("index") / "samples")


def _absolute(location: str) -> str:
    return os.path.abspath(os.path.expanduser(location))  # noqa: PTH100, PTH111 - Path.resolve() would follow links
