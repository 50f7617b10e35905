"""When a part breaks: the disk is full, an embedder or Chroma fails in mid-run, or files of the index are damaged."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.errors import ServiceError
from config.settings import Settings
from index.articles import Article
from index.building import open_for_writing
from index.embed import WordLlamaEmbedder
from index.generations import Generation, current_name
from index.live import LiveIndex
from index.reindex import reindex
from index.report import Report
from index.search.passages import search_passages
from index.sources import SourceList
from index.split import split_article
from tests.conftest import RunHere, RunNewsbot
from tests.newsroom import CountingEmbedder, FailingEmbedder, open_index, read_contents, read_texts, write_lines
from tests.test_chroma_server import find_free_port

IndexFolder = Callable[..., Report]


def write_versions(folder: Path, version: str, n: int = 1200) -> Path:
    """Write a folder of `n` articles of one passage each: more than are embedded in one call."""
    lines = ({"id": f"a{i}", "text": f"Token{i} is out in the {version} version."} for i in range(n))
    return write_lines(folder / "a.jsonl", *lines).parent


def versions_in(settings: Settings, n: int = 1200) -> set[str]:
    """The versions that are stored; asserts that every article is there."""
    texts = read_texts(settings)
    assert texts.keys() == {f"a{i}" for i in range(n)}
    return {text.split()[5] for text in texts.values()}


def read_undisturbed(settings: Settings, embedder: WordLlamaEmbedder) -> dict[str, object]:
    """What an index of the same sources holds that is built from nothing, with nothing in the way."""
    undisturbed = settings.model_copy(update={"data": settings.data.with_name("undisturbed"), "chroma_url": ""})
    SourceList(undisturbed.data).add(SourceList(settings.data).read())
    assert reindex(undisturbed, embedder).failures == []
    return read_contents(undisturbed)


def search_word(settings: Settings, embedder: WordLlamaEmbedder, word: str) -> str:
    """The text of the best passage for a word."""
    live = LiveIndex(settings)
    with live.use() as generation:
        (hit,) = search_passages(generation, embedder, word, k=1)
    live.close()
    return hit.passage.text


def test_a_full_disk_is_one_line_and_loses_nothing(
    settings: Settings, embedder: WordLlamaEmbedder, program_environment: dict[str, str], tmp_path: Path
) -> None:
    """Wherever the room ends: status 3 and one line; what was there answers, and with room the next run finishes."""
    news = write_versions(tmp_path / "news", "first", 400)
    SourceList(settings.data).add([str(news)])
    reindex(settings, embedder)
    write_versions(news, "second", 400)
    expected = read_undisturbed(settings, embedder)
    largest = max(path.stat().st_size for path in settings.data.glob("generations/**/*") if path.is_file())
    for flags, room in ((f, r) for f in ((), ("--full",)) for r in (64, 30_000, 110_000, 160_000, largest * 2 // 3)):
        before = read_texts(settings)
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "reindex", *flags],
            env={name: value for name, value in program_environment.items() if not name.startswith("COVERAGE")},
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),  # noqa: B023
        )
        told = [line for line in done.stderr.splitlines() if not line.startswith("Reading ")]
        assert (done.returncode, len(told), done.stdout) == (3, 1, ""), (flags, room, done.stderr)
        assert re.fullmatch(r"newsbot: (?!unexpected).+: (check the disk|see|run) .+", told[0])
        assert versions_in(settings, 400) <= {"first", "second"}
        assert read_texts(settings) == before or flags == ()
        assert search_word(settings, embedder, "Token7").startswith("Token7 is out")
    reindex(settings, embedder)
    assert read_contents(settings) == expected


@pytest.mark.parametrize(
    ("stored", "full", "changes"),
    [
        pytest.param(False, False, {}, id="first index"),
        pytest.param(True, False, {}, id="correction"),
        pytest.param(True, True, {}, id="full"),
        pytest.param(True, False, {"passage_words": 40}, id="other settings"),
    ],
)
def test_an_embedder_that_fails_in_mid_run_loses_nothing(
    settings: Settings,
    embedder: WordLlamaEmbedder,
    tmp_path: Path,
    stored: bool,
    full: bool,
    changes: dict[str, Any],
) -> None:
    """A first index keeps what it stored, others keep every article; the next run makes what an undisturbed does."""
    news = write_versions(tmp_path / "news", "first")
    SourceList(settings.data).add([str(news)])
    if stored:
        reindex(settings, embedder)
        write_versions(news, "second")
    wanted = settings.model_copy(update=changes)
    for calls in (1, 0):
        with pytest.raises(ServiceError, match=r"^the embedding model failed \(503\): try again$"):
            reindex(wanted, FailingEmbedder(embedder, calls), full=full)
        if stored:
            in_place = not full and not changes
            assert versions_in(settings) == ({"first", "second"} if in_place else {"first"})
            assert search_word(settings, embedder, "Token1199").startswith("Token1199 is out")
        else:
            assert len(read_texts(settings)) == 1000
    counting = CountingEmbedder(embedder)
    reindex(wanted, counting, full=full)
    assert len(counting.texts) == 200  # what was stored before the failure is not embedded again
    assert read_contents(settings) == read_undisturbed(wanted, embedder)


@contextmanager
def run_server(folder: Path, port: int) -> Iterator[str]:
    """A Chroma server on a port; its address."""
    import httpx

    url = f"http://127.0.0.1:{port}"
    program = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder), "--port", str(port)]
    with (folder / "log").open("ab") as log, subprocess.Popen(program, stdout=log, stderr=log, cwd=folder) as process:
        while process.poll() is None:
            try:
                httpx.get(f"{url}/api/v2/heartbeat")
                break
            except httpx.TransportError:
                time.sleep(0.02)
        yield url
        process.kill()


class EndingEmbedder(CountingEmbedder):
    """A real embedder that does something in its second call."""

    def __init__(self, real: WordLlamaEmbedder, end: Callable[[], None]) -> None:
        super().__init__(real)
        self._end = end

    def embed_texts(self, texts: list[str]) -> Any:
        """The vectors of the real one."""
        if self.texts:
            self._end()
        return super().embed_texts(texts)


@pytest.mark.parametrize("full", [False, True], ids=["correction", "full"])
def test_a_chroma_server_that_goes_in_mid_run_loses_nothing(
    settings: Settings, embedder: WordLlamaEmbedder, tmp_path: Path, full: bool
) -> None:
    """Without its server a re-index ends in one clear error; once that is back, the next run finishes."""
    (tmp_path / "server").mkdir()
    news = write_versions(tmp_path / "news", "first")
    port = find_free_port()
    with ExitStack() as running:
        on_server = settings.model_copy(
            update={"chroma_url": running.enter_context(run_server(tmp_path / "server", port))}
        )
        SourceList(on_server.data).add([str(news)])
        reindex(on_server, embedder)
        write_versions(news, "second")
        with pytest.raises(
            ServiceError, match=rf"^the Chroma server at {on_server.chroma_url} failed \(.+\): start it"
        ):
            reindex(on_server, EndingEmbedder(embedder, running.close), full=full)
    with run_server(tmp_path / "server", port):
        assert versions_in(on_server) <= {"first", "second"}
        assert search_word(on_server, embedder, "Token3").startswith("Token3 is out")
        reindex(on_server, embedder)
        assert read_contents(on_server) == read_undisturbed(on_server, embedder)


def folder_of(settings: Settings) -> Path:
    """The folder of the current generation."""
    name = current_name(settings)
    assert name is not None
    return settings.data / "generations" / name


def _truncate(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.write_bytes(path.read_bytes()[:9])


def _remove(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink()


DAMAGES: dict[str, Callable[[Path], None]] = {
    "gone": shutil.rmtree,
    "empty": lambda folder: _remove(folder, "*"),
    "list cut": lambda folder: _truncate(folder, "meta.json"),
    "terms cut": lambda folder: _truncate(folder, "*.term"),
    "texts gone": lambda folder: _remove(folder, "*.store"),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_damaged_keywords_are_said_and_mended(
    settings: Settings,
    embedder: WordLlamaEmbedder,
    index_folder: IndexFolder,
    run_here: RunHere,
    news: Path,
    damage: str,
) -> None:
    """A question meets one clear line; the next re-index makes them anew, without embedding, and all answers again."""
    index_folder(news)
    before = read_contents(settings)
    keywords = folder_of(settings) / "keywords"
    live = LiveIndex(settings)
    with live.use():
        DAMAGES[damage](keywords)
    asked = run_here("ask", "What fell?")
    assert (asked.returncode, asked.stdout) == (3, "")
    assert re.fullmatch(
        rf"newsbot: the keyword index in {keywords} failed \(.+\): run `newsbot reindex`, .+\n", asked.stderr
    )
    reindex(settings, FailingEmbedder(embedder))
    assert read_contents(settings) == before
    assert search_word(settings, embedder, "rates") == "The bank kept its rates."
    with live.use() as generation:
        assert len(generation.keywords.search("rates", 5)) == 1
    live.close()


def test_cut_vectors_are_said_and_mended(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, run_newsbot: RunNewsbot, tmp_path: Path
) -> None:
    """With a file of its vectors cut, as by a kill, an index answers by words and says so; a re-index mends it."""
    index_folder(write_versions(tmp_path / "news", "first"))
    before = read_contents(settings)
    cut = list((folder_of(settings) / "chroma").glob("*/*.pickle"))
    assert cut
    for path in cut:
        path.write_bytes(b"")
    found = run_newsbot("search", "Token77", "-k", "1")
    assert (found.returncode, "Token77 is out" in found.stdout) == (0, True)
    assert re.search(r"search goes by words only .+: the vector index in \S+ failed \(.+\)", found.stderr)
    assert "Traceback" not in found.stderr
    assert run_newsbot("reindex", "--full").returncode == 0
    assert read_contents(settings) == before
    with open_index(settings) as generation:
        assert len(generation.vectors.search(embedder.embed_question("token"), 9)) == 9


def test_deleted_vectors_are_mended(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, run_newsbot: RunNewsbot, news: Path
) -> None:
    """Without its folder of vectors an index answers by words, until all is embedded anew."""
    index_folder(news)
    before = read_contents(settings)
    shutil.rmtree(folder_of(settings) / "chroma")
    found = run_newsbot("search", "rates of the bank", "-k", "1")
    assert (found.returncode, found.stdout.split("\n")[1].strip()) == (0, "The bank kept its rates.")
    mended = run_newsbot("reindex")
    assert (mended.returncode, "4 passages were missing" in mended.stderr) == (0, True)
    assert read_contents(settings) == before
    with open_index(settings) as generation:
        assert len(generation.vectors.search(embedder.embed_question("rates"), 9)) == 4


@pytest.mark.parametrize("name", ["data_level0.bin", "link_lists.bin", "header.bin"])
@pytest.mark.parametrize("draft", [False, True], ids=["current", "draft"])
def test_vectors_that_a_kill_has_cut_are_made_anew(
    settings: Settings,
    embedder: WordLlamaEmbedder,
    run_newsbot: RunNewsbot,
    tmp_path: Path,
    name: str,
    draft: bool,
) -> None:
    """Chroma cannot go on with a file that it did not write to its end: the next run builds another generation."""
    SourceList(settings.data).add([str(write_versions(tmp_path / "news", "first"))])
    first = reindex(settings, embedder).generation
    before = read_contents(settings)
    if draft:
        with pytest.raises(ServiceError):
            reindex(settings, FailingEmbedder(embedder, calls=1), full=True)
    else:
        with open_index(settings) as generation:
            generation.store.write_meta(running="yes")
    ((damaged, file),) = (
        (path, file)
        for path in (settings.data / "generations").iterdir()
        if (path.name != first) == draft
        for file in path.glob(f"chroma/*/{name}")
    )
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    done = run_newsbot("reindex", *(("--full",) if draft else ()))
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert read_contents(settings) == before
    assert current_name(settings) not in (first, damaged.name)
    assert search_word(settings, embedder, "Token77") == "Token77 is out in the first version."


# What the database alone must hold together


@pytest.fixture
def generation(settings: Settings, embedder: WordLlamaEmbedder) -> Iterator[Generation]:
    """A new generation."""
    with open_for_writing(settings, embedder.name, full=False) as generation:
        yield generation


def test_an_article_is_never_there_without_its_source(generation: Generation) -> None:
    """Where an article was seen is noted in the transaction that stores it: no kill comes between."""
    article = Article("a1", "Ships left the port.")
    generation.store.put({article: split_article(article, 40)}, [("/news", "/news/a.txt", "a1", article.text_hash)])
    assert generation.ledger.elsewhere("/news") == {"a1": set()}


def test_an_item_whose_article_was_removed_is_not_noted_as_read(generation: Generation) -> None:
    """A run that is killed after a removal leaves nothing that keeps a file that comes back from being read."""
    articles = {a: split_article(a, 40) for a in (Article("a1", "Ships left."), Article("a2", "Rain fell."))}
    generation.store.put(articles)
    generation.ledger.note_item("/news", "/news/a.jsonl", "stamp", {"a1": "1", "a2": "2"})
    generation.ledger.note_item("/news", "/news/b.jsonl", "stamp", {"a2": "2"})
    generation.store.remove(["a1"])
    assert generation.ledger.stamps("/news") == {"/news/b.jsonl": "stamp"}
    assert generation.ledger.elsewhere("/news") == {"a2": set()}


def test_a_killed_run_leaves_nothing_of_a_source_that_is_then_removed(
    settings: Settings, embedder: WordLlamaEmbedder, program_environment: dict[str, str], tmp_path: Path
) -> None:
    """A file of many articles of which some were stored when the run was killed: once it is no source, all go."""
    news = write_versions(tmp_path / "news", "first", 5000)
    SourceList(settings.data).add([str(news)])
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "reindex"], env=program_environment, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and (current_name(settings) is None or not read_texts(settings)):
            time.sleep(0.02)
        process.kill()
    assert 0 < len(read_texts(settings)) < 5000
    SourceList(settings.data).remove([str(news)])
    report = reindex(settings, embedder)
    assert (report.articles, report.passages, read_texts(settings)) == (0, 0, {})
    assert read_contents(settings) == {"articles": {}, "passages": set(), "copies": set()}


def test_half_made_and_half_removed_generations_are_not_gone_on_with(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, news: Path
) -> None:
    """What a kill left of making or removing a generation goes, even if it was begun for the same purpose."""
    first = index_folder(news).generation
    for suffix in (".new", ".gone"):
        with pytest.raises(ServiceError):
            reindex(settings, FailingEmbedder(embedder), full=True)
        (draft,) = (path for path in (settings.data / "generations").iterdir() if path.name != first)
        draft.rename(draft.with_suffix(suffix))
        first = index_folder(news, full=True).generation
        assert "." not in first
        assert index_folder(news).failures == []
        assert [path.name for path in (settings.data / "generations").iterdir()] == [first]


def test_only_vectors_that_a_search_does_not_find_are_written_anew(
    generation: Generation, embedder: WordLlamaEmbedder
) -> None:
    """Of some vectors only the one is written again that is not near itself, as the empty vector is not."""
    vectors = embedder.embed_texts(["Ships left the port.", "Rain fell.", ""])
    generation.vectors.add(["ships", "rain"], vectors[:2])
    assert generation.vectors.relink() == 0
    generation.vectors.add(["nothing"], vectors[2:])
    assert generation.vectors.relink() == 1
    assert sorted(generation.vectors.ids()) == ["nothing", "rain", "ships"]
