"""Generations of the index: the lock, what they were made with, and the live index that follows other processes."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.errors import IndexLocked, IndexMismatch, IndexMissing, ServiceError
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from index.generations import Generation, current_name, make_current
from index.live import LiveIndex
from index.lock import hold_lock
from index.reindex import plan_reindex, reindex
from index.report import Report, SourceReport
from tests.conftest import RunNewsbot
from tests.newsroom import (
    CountingEmbedder,
    FailingEmbedder,
    open_index,
    read_contents,
    report_of,
    write_lines,
    write_text,
)

IndexFolder = Callable[..., Report]


def test_another_process_holds_the_lock(settings: Settings, index_folder: IndexFolder, tmp_path: Path) -> None:
    """While another process writes, a re-index says which; once that was killed, nothing is in the way."""
    write_text(tmp_path / "news" / "a.txt", "Ships left the port.")
    program = (
        "import sys, pathlib; from config.settings import load_settings; from index.lock import hold_lock\n"
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
        ({"chroma_url": "http://localhost:9"}, "the vectors are kept in the data directory, and the settings say http"),
        ({}, "the index was made when passages were embedded by wordllama/l2_supercat_256, and now it is other/model"),
    ],
)
def test_questions_need_the_settings_that_the_index_was_made_with(
    settings: Settings, index_folder: IndexFolder, tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    """An index that does not fit the settings is a clear error that names `reindex`, and stays as it was."""
    write_text(tmp_path / "news" / "a.txt", "Ships left the port.")
    index_folder(tmp_path / "news")
    before = read_contents(settings)
    live = LiveIndex(settings.model_copy(update=change))
    with (
        pytest.raises(IndexMismatch, match=rf"^{problem}.*: run `newsbot reindex`, or set it back$"),
        live.use() as found,
    ):
        found.check_embedder("other/model")
    live.close()
    assert read_contents(settings) == before


def test_other_settings_build_a_generation_beside_the_old_one(
    settings: Settings, index_folder: IndexFolder, embedder: WordLlamaEmbedder, tmp_path: Path
) -> None:
    """With another embedder or passage length all is embedded anew, nothing is read anew, and one switch is made."""
    write_text(tmp_path / "news" / "a.txt", "The ship left the port. " * 20)
    first = index_folder(tmp_path / "news").generation
    other = CountingEmbedder(embedder)
    other.name = "other/model"
    changed = settings.model_copy(update={"passage_words": 20})
    live = LiveIndex(settings)
    with live.use() as old:
        report = reindex(changed, other)
        assert (old.name, old.store.count("passages")) == (first, 1)
    live.close()
    assert report_of(report) == [SourceReport("news", unchanged=1)]
    assert (report.passages, len(other.texts), report.generation == first) == (5, 5, False)
    again = reindex(changed, other)
    assert (again.generation, again.passages, len(other.texts)) == (report.generation, 5, 5)
    with (
        open_index(changed) as generation,
        pytest.raises(IndexMismatch, match="by other/model, and now it is wordllama"),
    ):
        generation.check_embedder(embedder.name)


@pytest.mark.parametrize("full", [False, True])
def test_a_generation_that_was_begun_is_gone_on_with(
    settings: Settings, index_folder: IndexFolder, embedder: WordLlamaEmbedder, tmp_path: Path, *, full: bool
) -> None:
    """A new generation that an outage interrupted keeps what it has; the next re-index of its kind embeds the rest."""
    lines = [{"id": f"a{n}", "text": f"Text number {n}."} for n in range(2500)]
    write_lines(tmp_path / "news" / "a.jsonl", *lines)
    first = index_folder(tmp_path / "news").generation
    name = embedder.name if full else "other/model"
    failing, counting = FailingEmbedder(embedder, calls=2), CountingEmbedder(embedder)
    failing.name = counting.name = name
    with pytest.raises(ServiceError):
        reindex(settings, failing, full=full)
    assert current_name(settings) == first
    (draft,) = {path.name for path in (settings.data / "generations").iterdir()} - {first}
    report = reindex(settings, counting, full=full)
    assert (report.generation, report.articles) == (draft, 2500)
    assert 500 <= len(counting.texts) <= 1500
    read_contents(settings)
    assert current_name(settings) == draft
    assert reindex(settings, counting).generation == draft
    assert [path.name for path in (settings.data / "generations").iterdir()] == [draft]


def test_what_nobody_goes_on_with_is_removed(
    settings: Settings, index_folder: IndexFolder, embedder: WordLlamaEmbedder, news: Path
) -> None:
    """A new generation that was begun for other settings than those in force does not stay."""
    first = index_folder(news).generation
    failing = FailingEmbedder(embedder)
    failing.name = "other/model"
    with pytest.raises(ServiceError):
        reindex(settings, failing)
    (settings.data / "generations" / "half.new").mkdir()
    assert len(list((settings.data / "generations").iterdir())) == 3
    assert index_folder(news).generation == first
    assert [path.name for path in (settings.data / "generations").iterdir()] == [first]


def test_an_index_of_another_version_is_built_anew(settings: Settings, index_folder: IndexFolder, news: Path) -> None:
    """An index whose form has another number answers nothing; the next re-index reads all sources into a new one."""
    folder = settings.data / "generations" / "old"
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "articles.sqlite") as db:
        db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        db.execute("CREATE TABLE passages (id TEXT PRIMARY KEY, article_id TEXT)")
        db.execute("INSERT INTO meta VALUES ('format', '1')")
    db.close()
    make_current(settings, "old")
    problem = r"^the index was made by another version of newsbot: run `newsbot reindex`, or set it back$"
    with pytest.raises(IndexMismatch, match=problem):
        Generation(settings, "old")
    assert plan_reindex(settings).plan == []
    assert index_folder(news).articles == 4
    read_contents(settings)


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
