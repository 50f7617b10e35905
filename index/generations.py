"""Generations of the index: each is complete in its own folder, and the file `current` names the one that answers.

    <data>/current                      the name of the generation that answers
    <data>/lock                         held, and signed, by the process that writes
    <data>/generations/<name>/          articles.sqlite, keywords/, and chroma/ where Chroma is embedded

A new generation is built beside the current one and takes its place by one rename. The one that it replaced is removed
at the start of the next re-index, so that a question that is being answered from it ends in peace.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from config.errors import IndexLocked, IndexMismatch, IndexMissing
from config.settings import Settings
from index.keywords import KeywordIndex
from index.store import ArticleStore
from index.vectors import VectorIndex

_FORMAT = "1"  # of what is stored; another number asks for `reindex --full`


class Generation:
    """One generation, open: the articles and the two indexes of their passages."""

    def __init__(self, settings: Settings, name: str) -> None:
        folder = _folder(settings, name)
        self.name = name
        self.store = ArticleStore(folder / "articles.sqlite")
        self._made_with = self.store.read_meta()
        self._refresh_lock = threading.Lock()
        self._revision = self.store.revision()
        try:
            self.check(_place_of(settings), "chroma", "the vectors are kept")
            self.vectors = VectorIndex(f"newsbot-{name}", folder / "chroma", settings.chroma_url)
        except BaseException:
            self.store.close()
            raise
        self.keywords = KeywordIndex(folder / "keywords")

    def check(self, wanted: str, key: str, what: str) -> None:
        """Raise `IndexMismatch` if the index was made with another value of a setting than `wanted`."""
        made = self._made_with.get(key, wanted)
        if self._made_with.get("format", _FORMAT) != _FORMAT:
            raise IndexMismatch("the index was made by another version of newsbot", "run `newsbot reindex --full`")
        if made != wanted:
            raise IndexMismatch(
                f"the index was made when {what} {made}, and now it is {wanted}"
                if key != "chroma"
                else f"{what} in {made}, and the settings say {wanted}",
                "run `newsbot reindex --full`, or set it back",
            )

    def check_embedder(self, name: str) -> None:
        """Raise `IndexMismatch` if another embedder made the vectors than the one of this name."""
        self.check(name, "embedder", "passages were embedded by")

    def sign(self, settings: Settings, embedder_name: str) -> None:
        """Note what this generation is made with."""
        made_with = {
            "embedder": embedder_name,
            "passage_words": str(settings.passage_words),
            "chroma": _place_of(settings),
            "format": _FORMAT,
        }
        self.store.write_meta(**made_with)
        self._made_with = self.store.read_meta()

    def refresh(self) -> None:
        """See what another process has written since."""
        with self._refresh_lock:
            revision = self.store.revision()
            if revision != self._revision:
                self.keywords.refresh()
                self.vectors.refresh()
                self._revision = revision

    def close(self) -> None:
        """Give files and connections back."""
        self.vectors.close()
        self.store.close()


class LiveIndex:
    """The generation that answers, as it is at each question: reopened when another takes its place or it grows."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._users: dict[Generation, int] = {}
        self._current: Generation | None = None

    @contextmanager
    def use(self) -> Iterator[Generation]:
        """The current generation; it stays open as long as somebody uses it. Raises `IndexMissing`."""
        with self._lock:
            generation = self._follow()
            self._users[generation] = self._users.get(generation, 0) + 1
        try:
            generation.refresh()
            yield generation
        finally:
            with self._lock:
                self._users[generation] -= 1
                self._close_unused()

    def close(self) -> None:
        """Close what nobody uses; the rest closes after its last use."""
        with self._lock:
            self._current = None
            self._close_unused()

    def _follow(self) -> Generation:
        name = current_name(self._settings)
        if name is None:
            raise IndexMissing(
                "no articles are indexed yet", "run `newsbot sources add FOLDER` (or --samples), then `newsbot reindex`"
            )
        if self._current is None or self._current.name != name:
            self._current = Generation(self._settings, name)
            self._users.setdefault(self._current, 0)
            self._close_unused()
        return self._current

    def _close_unused(self) -> None:
        for generation in [g for g, users in self._users.items() if users == 0 and g is not self._current]:
            del self._users[generation]
            generation.close()


def current_name(settings: Settings) -> str | None:
    """The name of the generation that answers; None before the first re-index, or when somebody has deleted it."""
    try:
        name = (settings.data / "current").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    return name if name and _folder(settings, name).is_dir() else None


def make_current(settings: Settings, name: str) -> None:
    """Let a generation answer from now on."""
    draft = settings.data / "current.new"
    draft.write_text(name, encoding="ascii")
    draft.replace(settings.data / "current")


def new_name() -> str:
    """A name that says when, and that no other data directory on the same Chroma server will choose."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def start_generation(settings: Settings, embedder_name: str, base: str | None = None) -> Generation:
    """An empty generation, or one that holds the articles of the generation `base` without their passages."""
    name = new_name()
    if base is not None:
        store = ArticleStore(_folder(settings, base) / "articles.sqlite")
        store.copy_articles_to(_folder(settings, name) / "articles.sqlite")
        store.close()
    generation = Generation(settings, name)
    generation.sign(settings, embedder_name)
    return generation


def remove_old_generations(settings: Settings) -> None:
    """Remove all generations but the current one: those that were replaced, and one whose building was killed."""
    for folder in (settings.data / "generations").glob("*"):
        if folder.name != current_name(settings):
            if settings.chroma_url and not (folder / "chroma").exists():
                VectorIndex(f"newsbot-{folder.name}", folder / "chroma", settings.chroma_url).drop()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def hold_lock(settings: Settings) -> Iterator[None]:
    """Be the one process that writes. Raises `IndexLocked`, which names the one that is; a killed one holds nothing."""
    from filelock import FileLock, Timeout

    settings.data.mkdir(parents=True, exist_ok=True)
    holder = settings.data / "lock.holder"
    lock = FileLock(settings.data / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise IndexLocked(f"the index is being written by {who}", "wait until it is done, then try again") from None
    try:
        holder.write_text(f"process {os.getpid()} since {datetime.now(UTC):%H:%M:%S} UTC", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _folder(settings: Settings, name: str) -> Path:
    return settings.data / "generations" / name


def _place_of(settings: Settings) -> str:
    return settings.chroma_url or "the data directory"
