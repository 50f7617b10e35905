"""Generations of the index: each is complete in its own folder, and the file `current` names the one that answers.

    <data>/current                      the name of the generation that answers
    <data>/lock                         held, and signed, by the process that writes
    <data>/generations/<name>/          articles.sqlite, keywords/, and chroma/ where Chroma is embedded

A new generation is built beside the current one and takes its place by one rename; if building it is interrupted, the
next re-index that wants the same goes on with it. The one that it replaced is removed at the start of the next
re-index, so that a question that is being answered from it ends in peace.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from config.errors import IndexLocked, IndexMismatch, IndexMissing, ServiceError, first_line
from config.settings import Settings
from index.articles import Passage
from index.database import Database, read_meta
from index.keywords import KeywordIndex
from index.ledger import Ledger
from index.store import ArticleStore
from index.vectors import VectorIndex

_LOG = logging.getLogger(__name__)
_FORMAT = "2"  # of what is stored; another number asks for `reindex --full`


_DATABASE = "articles.sqlite"
_REMEDY = "run `newsbot reindex`, or set it back"
_DIFFERENCES = {
    "format": "the index was made by another version of newsbot",
    "embedder": "the index was made when passages were embedded by {made}, and now it is {wanted}",
    "passage_words": "the index was made when the words of a passage were at most {made}, and now it is {wanted}",
    "chroma": "the vectors are kept in {made}, and the settings say {wanted}",
}

Signature = dict[str, str]


class Generation:
    """One generation, open: the articles and the two indexes of their passages."""

    def __init__(self, settings: Settings, name: str, *, writing: bool = False) -> None:
        self._folder = folder = _folder(settings, name)
        self.name = name
        self._made_with = read_signature(settings, name)
        self.check(_sign(settings, self._made_with.get("embedder", "")), "format", "chroma")
        self._database = Database(folder / _DATABASE)
        self.store, self.ledger = ArticleStore(self._database), Ledger(self._database)
        self._refresh_lock = threading.Lock()
        self._revision = self.store.revision()
        try:
            self.keywords = _open_keywords(folder / "keywords", writing=writing)
            self.vectors = VectorIndex(f"newsbot-{name}", folder / "chroma", settings.chroma_url)
        except BaseException:
            self._database.close()
            raise

    def check(self, wanted: Signature, *keys: str) -> None:
        """Raise `IndexMismatch` if the index was made with something else than is wanted, for any of these keys."""
        for key in keys:
            made = self._made_with.get(key, wanted[key])
            if made != wanted[key]:
                raise IndexMismatch(_DIFFERENCES[key].format(made=made, wanted=wanted[key]), _REMEDY)

    def check_embedder(self, name: str) -> None:
        """Raise `IndexMismatch` if another embedder made the vectors than the one of this name."""
        self.check({"embedder": name}, "embedder")

    def refresh(self) -> int:
        """See what has been written since, by whichever process; gives the revision of the articles that is seen."""
        with self._refresh_lock:
            revision = self.store.revision()
            if revision != self._revision:
                with _explained(self._folder / "keywords"):
                    self.keywords.refresh()
                self.vectors.refresh()
                self._revision = revision
            return self._revision

    def update_keywords(self, add: Iterable[Passage] = (), delete: Iterable[str] = ()) -> None:
        """`KeywordIndex.update`. Raises `ServiceError` when it fails, as it does on a full disk."""
        with _explained(self._folder / "keywords"):
            self.keywords.update(add=add, delete=delete)

    def size(self) -> int:
        """The bytes that it takes in the data directory."""
        size = 0
        for path in self._folder.rglob("*"):
            with suppress(FileNotFoundError):  # whoever writes to it removes files all the time
                size += path.stat().st_size if path.is_file() else 0
        return size

    def close(self) -> None:
        """Give files and connections back."""
        self.vectors.close()
        self._database.close()


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


@contextmanager
def open_for_writing(settings: Settings, embedder_name: str, *, full: bool) -> Iterator[Generation]:
    """The generation that a re-index writes to; at the end, if nothing was raised, it is the one that answers.

    That is the current one, if there is one, all is to be read, and it was made as the settings say. Else it is a new
    one, or the one whose building was interrupted: with the articles of the current one, which are embedded anew; and
    for a `full` re-index without the account of what was read of each source.
    """
    signature = _sign(settings, embedder_name)
    base = current_name(settings)
    stays = base is not None and not full and read_signature(settings, base) == signature and _is_whole(settings, base)
    purpose = {**signature, "base": base or "", "full": str(full)}
    draft = None if stays else _find_draft(settings, purpose)
    remove_old_generations(settings, keep=draft)
    if stays and base is not None:
        generation = Generation(settings, base, writing=True)
    else:
        generation = Generation(settings, draft or _start_generation(settings, purpose), writing=True)
    try:
        if base is None:
            make_current(settings, generation.name)  # so that what a first run has stored answers at once
        yield generation
        make_current(settings, generation.name)
    finally:
        generation.close()


def read_signature(settings: Settings, name: str) -> Signature:
    """What a generation was made with: embedder, words of a passage, place of the vectors, and format."""
    meta = read_meta(_folder(settings, name) / _DATABASE)
    return {key: meta[key] for key in _DIFFERENCES if key in meta}


def copy_for_planning(settings: Settings) -> Database:
    """What is stored now, articles and the account of all sources, as a copy in memory."""
    copy = Database(":memory:")
    name = current_name(settings)
    if name is not None and read_signature(settings, name).get("format") == _FORMAT:
        database = Database(_folder(settings, name) / _DATABASE)
        database.copy_to(copy, without=("passages", "stale", "bands", "copies"))
        database.close()
    return copy


def _start_generation(settings: Settings, purpose: Signature) -> str:
    name, base = new_name(), purpose["base"]
    draft = _folder(settings, name).with_suffix(".new")
    draft.mkdir(parents=True)
    database = Database(draft / _DATABASE)
    if base and read_signature(settings, base).get("format") == _FORMAT:
        before = Database(_folder(settings, base) / _DATABASE)
        account = ("items", "visits", "failures", "reads") if purpose["full"] == "True" else ()
        before.copy_to(database, without=("passages", "stale", "meta", *account))
        before.close()
    ArticleStore(database).write_meta(**purpose)
    database.close()
    draft.rename(_folder(settings, name))  # whole, or not there
    return name


def _find_draft(settings: Settings, purpose: Signature) -> str | None:
    """The name of a generation that was begun for the same purpose and not finished."""
    for folder in _folders(settings):
        named = not folder.suffix  # neither half made nor half removed
        if named and folder.name != current_name(settings) and purpose.items() <= read_meta(folder / _DATABASE).items():
            return folder.name if _is_whole(settings, folder.name) else None
    return None


def _is_whole(settings: Settings, name: str) -> bool:
    """Whether the vectors of a generation can be used: a kill or a full disk may cut a file that Chroma is writing.

    It never gets over that by itself, and some cuts end the process that reads on: so another one tries. A server looks
    after its own files, and after a run that ended well all is well.
    """
    folder = _folder(settings, name)
    if settings.chroma_url or read_meta(folder / _DATABASE).get("running") != "yes":
        return True
    trial = multiprocessing.get_context("spawn").Process(target=_try_vectors, args=(name, folder / "chroma"))
    trial.start()
    trial.join()
    if trial.exitcode != 0:
        _LOG.info("the vectors in %s are damaged; all is embedded anew, in another generation", folder)
    return trial.exitcode == 0


def _try_vectors(name: str, folder: Path) -> None:
    """End this process, with a status other than 0 if the vectors cannot all be read and written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what is wrong is said in one line, by who asked
    try:
        VectorIndex(f"newsbot-{name}", folder).try_out()
    except ServiceError as error:
        if (
            "(code: " not in error.problem
        ):  # SQLite's, and no file of vectors: the disk is full, as the run itself will say
            raise


def remove_old_generations(settings: Settings, keep: str | None = None) -> None:
    """Remove all generations but the current one and `keep`: those that were replaced, and what nobody goes on with."""
    for folder in _folders(settings):
        if folder.name not in (current_name(settings), keep):
            if settings.chroma_url and not (folder / "chroma").exists() and not folder.suffix:
                VectorIndex(f"newsbot-{folder.name}", folder / "chroma", settings.chroma_url).drop()
            with suppress(OSError):  # its name says that it is going: nobody may go on with half of it
                folder = folder.rename(folder.with_suffix(".gone"))  # noqa: PLW2901
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


def _open_keywords(folder: Path, *, writing: bool) -> KeywordIndex:
    """The keyword index in a folder. One that is damaged stops a reader; who writes gets an empty one, to be mended."""
    with _explained(folder):
        if not writing and not (folder / "meta.json").exists():
            raise ValueError("it is not there")
        try:
            return KeywordIndex(folder)
        except ValueError:
            if not writing:
                raise
        shutil.rmtree(folder)
        return KeywordIndex(folder)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """What tantivy raises (a bare `ValueError`, whatever it is) becomes a `ServiceError`."""
    try:
        yield
    except ValueError as error:
        remedy = "run `newsbot reindex`, which mends it, when there is room on the disk"
        raise ServiceError(f"the keyword index in {folder} failed ({first_line(error)})", remedy) from error


def _sign(settings: Settings, embedder_name: str) -> Signature:
    return {
        "format": _FORMAT,
        "embedder": embedder_name,
        "passage_words": str(settings.passage_words),
        "chroma": settings.chroma_url or "the data directory",
    }


def _folder(settings: Settings, name: str) -> Path:
    return settings.data / "generations" / name


def _folders(settings: Settings) -> list[Path]:
    return sorted((settings.data / "generations").glob("*"))
