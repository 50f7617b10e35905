"""What all tests share: clean surroundings, no network, a data directory of their own, and the samples indexed."""

from __future__ import annotations

import logging
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.cli import main
from bot.compose import build_newsbot
from config.settings import SECRETS, Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.report import Report
from index.sources import SourceList, samples_folder
from tests.newsroom import write_news

GUARD = Path(__file__).parent / "guard"
DEVELOPMENT_DATA = Path(__file__).parents[2] / "shared" / "data"

runpy.run_path(str(GUARD / "sitecustomize.py"))

RunNewsbot = Callable[..., "subprocess.CompletedProcess[str]"]
RunHere = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def clean_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of the machine, no newsbot.toml of the working directory, and the log as it was before."""
    for name in [n for n in os.environ if n.startswith("NEWSBOT_") or n in SECRETS.values()]:
        monkeypatch.delenv(name)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings, with an empty data directory of this test's own."""
    return load_settings({"data": tmp_path / "data"})


@pytest.fixture(scope="session")
def embedder() -> WordLlamaEmbedder:
    """The default embedder, loaded once."""
    return WordLlamaEmbedder()


@pytest.fixture(scope="session")
def sample_settings(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Settings:
    """Settings of a data directory in which the sample articles are indexed; tests only read it."""
    settings = load_settings({"data": tmp_path_factory.mktemp("samples") / "data"})
    SourceList(settings.data).add([samples_folder()])
    reindex(settings, embedder)
    return settings


@pytest.fixture
def sample_newsbot(sample_settings: Settings) -> Iterator[Newsbot]:
    """A newsbot with the extractive reader over the sample articles."""
    newsbot = build_newsbot(sample_settings)
    yield newsbot
    newsbot.index.close()


@pytest.fixture
def index_folder(settings: Settings, embedder: WordLlamaEmbedder) -> Callable[..., Report]:
    """Index a folder (the first time it becomes a source) into this test's data directory, and give the report."""

    def index(folder: Path, *, full: bool = False, allow_removal: bool = False) -> Report:
        SourceList(settings.data).add([str(folder)])
        return reindex(settings, embedder, full=full, allow_removal=allow_removal)

    return index


@pytest.fixture
def program_environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a real newsbot that this test starts: its own data directory, and no network."""
    return {**os.environ, "NEWSBOT_DATA": str(tmp_path / "data"), "PYTHONPATH": str(GUARD), "PYTHONWARNINGS": "default"}


@pytest.fixture
def run_newsbot(program_environment: dict[str, str]) -> RunNewsbot:
    """Run the real program to its end: `run_newsbot("ask", "…", NEWSBOT_HITS="3", stdin="…")`."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            input=stdin,
            env={**program_environment, **environment},
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def run_here(settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> RunHere:
    """Run the program in this process, with the environment of the test: as `run_newsbot`, and a second faster."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setenv("NEWSBOT_DATA", str(settings.data))
        capsys.readouterr()
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, said.out, said.err)

    return run


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder of four articles."""
    return write_news(tmp_path / "news")
