"""Opening a generation to write to: the current one, a new one beside it, or one whose building was interrupted."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.errors import ServiceError
from config.settings import Settings
from index.database import Database, read_meta
from index.generations import (
    DATABASE,
    FORMAT,
    Generation,
    Signature,
    current_name,
    folder_of,
    folders_of,
    make_current,
    new_name,
    read_signature,
    sign,
)
from index.store import ArticleStore
from index.vectors import VectorIndex

_LOG = logging.getLogger(__name__)
_TRIAL = "import sys; from index.building import try_vectors; try_vectors(*sys.argv[1:])"


@contextmanager
def open_for_writing(settings: Settings, embedder_name: str, *, full: bool) -> Iterator[Generation]:
    """The generation that a re-index writes to; at the end, if nothing was raised, it is the one that answers.

    That is the current one, if there is one, all is to be read, and it was made as the settings say. Else it is a new
    one, or the one whose building was interrupted: with the articles of the current one, which are embedded anew; and
    for a `full` re-index without the account of what was read of each source.
    """
    signature = sign(settings, embedder_name)
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


def copy_for_planning(settings: Settings) -> Database:
    """What is stored now, articles and the account of all sources, as a copy in memory."""
    copy = Database(":memory:")
    name = current_name(settings)
    if name is not None and read_signature(settings, name).get("format") == FORMAT:
        database = Database(folder_of(settings, name) / DATABASE)
        database.copy_to(copy, without=("passages", "stale", "bands", "copies"))
        database.close()
    return copy


def _start_generation(settings: Settings, purpose: Signature) -> str:
    name, base = new_name(), purpose["base"]
    draft = folder_of(settings, name).with_suffix(".new")
    draft.mkdir(parents=True)
    database = Database(draft / DATABASE)
    if base and read_signature(settings, base).get("format") == FORMAT:
        before = Database(folder_of(settings, base) / DATABASE)
        account = ("items", "visits", "failures", "reads") if purpose["full"] == "True" else ()
        before.copy_to(database, without=("passages", "stale", "meta", *account))
        before.close()
    ArticleStore(database).write_meta(**purpose)
    database.close()
    draft.rename(folder_of(settings, name))  # whole, or not there
    return name


def _find_draft(settings: Settings, purpose: Signature) -> str | None:
    """The name of a generation that was begun for the same purpose and not finished."""
    for folder in folders_of(settings):
        named = not folder.suffix  # neither half made nor half removed
        if named and folder.name != current_name(settings) and purpose.items() <= read_meta(folder / DATABASE).items():
            return folder.name if _is_whole(settings, folder.name) else None
    return None


def _is_whole(settings: Settings, name: str) -> bool:
    """Whether the vectors of a generation can be used: a kill or a full disk may cut a file that Chroma is writing.

    It never gets over that by itself, and some cuts end the process that reads on: so another one tries. A server looks
    after its own files, and after a run that ended well all is well.
    """
    folder = folder_of(settings, name)
    if settings.chroma_url or read_meta(folder / DATABASE).get("running") != "yes":
        return True
    command = [sys.executable, "-c", _TRIAL, name, str(folder / "chroma")]
    whole = subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603 - our own
    if not whole:
        _LOG.info("the vectors in %s are damaged; all is embedded anew, in another generation", folder)
    return whole


def try_vectors(name: str, folder: str) -> None:
    """Read all vectors of a generation and write some again; raises, or ends the process, where a file is cut.

    What SQLite says (it gives a code) is about no file of vectors: the disk is full, as the run itself will find.
    """
    try:
        VectorIndex(f"newsbot-{name}", Path(folder)).try_out()
    except ServiceError as error:
        if "(code: " not in error.problem:
            raise


def remove_old_generations(settings: Settings, keep: str | None = None) -> None:
    """Remove all generations but the current one and `keep`: those that were replaced, and what nobody goes on with."""
    for folder in folders_of(settings):
        if folder.name not in (current_name(settings), keep):
            if settings.chroma_url and not (folder / "chroma").exists() and not folder.suffix:
                VectorIndex(f"newsbot-{folder.name}", folder / "chroma", settings.chroma_url).drop()
            with suppress(OSError):  # its name says that it is going: nobody may go on with half of it
                folder = folder.rename(folder.with_suffix(".gone"))  # noqa: PLW2901
            shutil.rmtree(folder, ignore_errors=True)
