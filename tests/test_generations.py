"""Generations of the index: the lock, what they were made with, and the live index that follows other processes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.errors import IndexLocked, IndexMismatch, IndexMissing
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from index.generations import Generation, LiveIndex, current_name, hold_lock, make_current, start_generation
from index.reindex import reindex
from index.report import Report
from tests.conftest import RunNewsbot
from tests.newsroom import CountingEmbedder, open_index, read_contents, write_text

IndexFolder = Callable[..., Report]


def test_another_process_holds_the_lock(settings: Settings, index_folder: IndexFolder, tmp_path: Path) -> None:
    """While another process writes, a re-index says which; once that was killed, nothing is in the way."""
    write_text(tmp_path / "news" / "a.txt", "Ships left the port.")
    program = (
        "import sys, pathlib; from config.settings import load_settings; from index.generations import hold_lock\n"
        "with hold_lock(load_settings({'data': sys.argv[1]})): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(settings.data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked) as caught:
            index_folder(tmp_path / "news")
        process.kill()
    expected = (
        rf"the index is being written by process {process.pid} since [\d:]{{8}} UTC: wait until it is done, then .*"
    )
    assert re.fullmatch(expected, str(caught.value))
    assert index_folder(tmp_path / "news").articles == 1
    assert not (settings.data / "lock.holder").exists()


def test_a_lock_without_a_name_is_a_lock(settings: Settings) -> None:
    """A process that has the lock and has not signed yet is another process."""
    with hold_lock(settings):
        (settings.data / "lock.holder").unlink()
        with pytest.raises(IndexLocked, match=r"^the index is being written by another process: "), hold_lock(settings):
            pass


def test_nothing_is_indexed_yet(settings: Settings) -> None:
    """A question before the first re-index says what to do."""
    live = LiveIndex(settings)
    with pytest.raises(IndexMissing, match=r"^no articles are indexed yet: run `newsbot sources add"), live.use():
        pass
    live.close()


def test_the_live_index_follows_another_process(
    settings: Settings, index_folder: IndexFolder, run_newsbot: RunNewsbot, embedder: WordLlamaEmbedder, tmp_path: Path
) -> None:
    """What another process adds and removes is found and gone, by words and by meaning, without being reopened."""
    old = write_text(tmp_path / "news" / "a.txt", "Ships left the port.")
    index_folder(tmp_path / "news")
    live = LiveIndex(settings)
    question = embedder.embed_question("bank rates")
    with live.use() as generation:
        assert len(generation.vectors.search(question, 5)) == 1
    old.unlink()
    write_text(tmp_path / "news" / "b.txt", "The bank kept its rates.")
    assert run_newsbot("reindex").returncode == 0
    with live.use() as same:
        assert same is generation
        (passage,) = same.store.load_passages(same.store.passage_ids()).values()
        assert passage.text == "The bank kept its rates."
        assert [i for i, _ in same.vectors.search(question, 5)] == [passage.id]
        assert [i for i, _ in same.keywords.search("bank", 5)] == [passage.id]
        assert same.keywords.search("ships", 5) == []
    live.close()


def test_a_generation_in_use_outlives_its_successor(
    settings: Settings, index_folder: IndexFolder, tmp_path: Path, embedder: WordLlamaEmbedder
) -> None:
    """Who asks during a full re-index goes on with the old generation; the next one asks the new; then the old goes."""
    write_text(tmp_path / "news" / "a.txt", "Ships left the port.")
    first = index_folder(tmp_path / "news").generation
    live = LiveIndex(settings)
    with live.use() as old:
        second = index_folder(tmp_path / "news", full=True).generation
        with live.use() as new:
            assert (old.name, new.name, first == second) == (first, second, False)
            assert [len(g.vectors.search(embedder.embed_question("ships"), 5)) for g in (old, new)] == [1, 1]
        assert (len(old.keywords.search("ships", 5)), old.store.count("articles")) == (1, 1)
        live.close()
        assert old.store.count("articles") == 1
    assert sorted(path.name for path in (settings.data / "generations").iterdir()) == sorted([first, second])
    index_folder(tmp_path / "news")
    assert [path.name for path in (settings.data / "generations").iterdir()] == [second]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"passage_words": 20}, "the index was made when the words of a passage were at most 150, and now it is 20"),
        ({"chroma_url": "http://localhost:9"}, "the vectors are kept in the data directory, and the settings say http"),
        ({}, "the index was made when passages were embedded by wordllama/l2_supercat_256, and now it is other/model"),
    ],
)
def test_other_settings_than_the_index_was_made_with(
    settings: Settings,
    index_folder: IndexFolder,
    embedder: WordLlamaEmbedder,
    tmp_path: Path,
    change: dict[str, Any],
    problem: str,
) -> None:
    """An index that does not fit the settings is a clear error that names `reindex --full`, and stays as it was."""
    write_text(tmp_path / "news" / "a.txt", "Ships left the port.")
    index_folder(tmp_path / "news")
    before = read_contents(settings)
    other = CountingEmbedder(embedder)
    other.name = embedder.name if change else "other/model"
    with pytest.raises(IndexMismatch, match=rf"^{problem}.*: run `newsbot reindex --full`, or set it back$"):
        reindex(settings.model_copy(update=change), other)
    assert read_contents(settings) == before


def test_a_full_reindex_takes_other_settings(
    settings: Settings, index_folder: IndexFolder, embedder: WordLlamaEmbedder, tmp_path: Path
) -> None:
    """What `reindex --full` makes, it makes with the settings that are now in force."""
    write_text(tmp_path / "news" / "a.txt", "The ship left the port. " * 20)
    index_folder(tmp_path / "news")
    other = CountingEmbedder(embedder)
    other.name = "other/model"
    changed = settings.model_copy(update={"passage_words": 20})
    assert reindex(changed, other, full=True).passages == 5
    assert reindex(changed, other).passages == 5
    with (
        open_index(changed) as generation,
        pytest.raises(IndexMismatch, match="by other/model, and now it is wordllama"),
    ):
        generation.check_embedder(embedder.name)


def test_an_index_of_another_version_is_refused(settings: Settings, embedder: WordLlamaEmbedder) -> None:
    """An index whose form has another number is not read."""
    generation = start_generation(settings, embedder.name)
    generation.store.write_meta(format="0")
    generation.close()
    make_current(settings, generation.name)
    assert current_name(settings) == generation.name
    with pytest.raises(
        IndexMismatch, match=r"^the index was made by another version of newsbot: run `newsbot reindex -"
    ):
        Generation(settings, generation.name)


def test_a_generation_that_was_deleted_is_made_anew(
    settings: Settings, index_folder: IndexFolder, tmp_path: Path
) -> None:
    """Without its folder the current generation is missing, not empty, and the next re-index builds another."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("The council of Quux met on Monday.", encoding="utf-8")
    index_folder(folder)
    shutil.rmtree(settings.data / "generations")
    with pytest.raises(IndexMissing), LiveIndex(settings).use():
        pytest.fail("an index that is not there was opened")
    assert index_folder(folder).articles == 1
