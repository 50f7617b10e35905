"""The same index with its vectors on a real Chroma server, started for these tests on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from config.errors import ServiceError
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.live import LiveIndex
from index.reindex import reindex
from index.search.passages import search_passages
from index.sources import SourceList
from tests.conftest import RunNewsbot
from tests.newsroom import read_contents, write_text


def find_free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def run_server(folder: Path) -> Iterator[str]:
    """A Chroma server that keeps its collections in a folder; its address."""
    port = find_free_port()
    program = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder), "--port", str(port)]
    with (folder / "log").open("wb") as log, subprocess.Popen(program, stdout=log, stderr=log, cwd=folder) as process:
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        assert process.poll() is None, (folder / "log").read_text()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server for all tests of this file."""
    with run_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder of two articles."""
    write_text(tmp_path / "news" / "a.txt", "Ships left the port.")
    return write_text(tmp_path / "news" / "b.txt", "The bank kept its rates.").parent


@pytest.fixture
def on_server(server: str, tmp_path: Path, news: Path) -> Settings:
    """Settings with the server, and one source of two articles."""
    settings = load_settings({"data": tmp_path / "data", "chroma_url": server})
    SourceList(settings.data).add([str(news)])
    return settings


def collections(settings: Settings) -> set[str]:
    """The names of all collections on the server."""
    found = httpx.get(f"{settings.chroma_url}/api/v2/tenants/default_tenant/databases/default_database/collections")
    return {collection["name"] for collection in found.json()}


def test_an_index_on_a_server_is_searched_and_updated(
    on_server: Settings, embedder: WordLlamaEmbedder, tmp_path: Path
) -> None:
    """Indexing, searching, replacing and removing do on a server what they do in the data directory."""
    assert reindex(on_server, embedder).passages == 2
    live = LiveIndex(on_server)
    with live.use() as generation:
        (hit,) = search_passages(generation, embedder, "What did the bank do with its rates?", k=1)
        assert hit.passage.text == "The bank kept its rates."
    write_text(tmp_path / "news" / "a.txt", "Ships came back to the port.")
    (tmp_path / "news" / "b.txt").unlink()
    reindex(on_server, embedder)
    with live.use() as generation:
        hits = search_passages(generation, embedder, "ships", k=5)
        assert [hit.passage.text for hit in hits] == ["Ships came back to the port."]
    live.close()
    read_contents(on_server)
    assert not list(on_server.data.glob("generations/*/chroma"))


def test_the_program_takes_the_server_from_its_environment(
    run_newsbot: RunNewsbot, server: str, on_server: Settings
) -> None:
    """NEWSBOT_CHROMA_URL is all that it takes; without it the index is a clear error that names `reindex`."""
    assert run_newsbot("reindex", NEWSBOT_CHROMA_URL=server).returncode == 0
    found = run_newsbot("search", "ships in the port", "-k", "1", NEWSBOT_CHROMA_URL=server)
    assert (found.returncode, found.stdout.split("\n")[1].strip()) == (0, "Ships left the port.")
    refused = run_newsbot("search", "ships")
    assert (refused.returncode, refused.stderr) == (
        3,
        f"newsbot: the vectors are kept in {server}, and the settings say the data directory: run `newsbot reindex`,"
        " or set it back\n",
    )
    assert on_server.chroma_url == server


def test_a_replaced_generation_is_dropped_from_the_server(on_server: Settings, embedder: WordLlamaEmbedder) -> None:
    """After a full re-index the old collection stays for who is using it, until the next re-index."""
    before = collections(on_server)
    first = reindex(on_server, embedder).generation
    second = reindex(on_server, embedder, full=True).generation
    assert collections(on_server) - before == {f"newsbot-{first}", f"newsbot-{second}"}
    reindex(on_server, embedder)
    assert collections(on_server) - before == {f"newsbot-{second}"}
    read_contents(on_server)


def test_an_index_moves_to_a_server(on_server: Settings, embedder: WordLlamaEmbedder) -> None:
    """A full re-index with another place takes the articles there, and the old place is cleared afterwards."""
    here = on_server.model_copy(update={"chroma_url": ""})
    reindex(here, embedder)
    before = read_contents(here)
    moved = reindex(on_server, embedder, full=True)
    assert read_contents(on_server) == before
    reindex(on_server, embedder)
    assert [path.name for path in (on_server.data / "generations").iterdir()] == [moved.generation]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_is_not_there_is_one_clear_error(
    settings: Settings, embedder: WordLlamaEmbedder, scheme: str
) -> None:
    """The error names the server and the setting; nothing was indexed and nothing is broken."""
    url = f"{scheme}://127.0.0.1:{find_free_port()}"
    with pytest.raises(ServiceError) as caught:
        reindex(settings.model_copy(update={"chroma_url": url}), embedder)
    assert str(caught.value).startswith(f"the Chroma server at {url} failed (")
    assert str(caught.value).endswith("): start it or correct NEWSBOT_CHROMA_URL")
    assert reindex(settings, embedder).failures == []


def test_a_server_that_goes_away_is_one_clear_error(embedder: WordLlamaEmbedder, tmp_path: Path, news: Path) -> None:
    """When the server of an open index goes, a search says so."""
    (tmp_path / "server").mkdir()
    with run_server(tmp_path / "server") as url:
        settings = load_settings({"data": tmp_path / "data", "chroma_url": url})
        SourceList(settings.data).add([str(news)])
        reindex(settings, embedder)
        live = LiveIndex(settings)
        with live.use() as generation:
            assert len(search_passages(generation, embedder, "ships", k=5)) == 2
    expected = rf"^the Chroma server at {url} failed \(.+\): start it or correct NEWSBOT_CHROMA_URL$"
    with live.use() as generation, pytest.raises(ServiceError, match=expected):
        search_passages(generation, embedder, "ships", k=5)
    live.close()
