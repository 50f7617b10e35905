"""Two processes on one data directory: one writes, and the others answer from what it wrote at their next question."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.live import LiveIndex
from index.lock import hold_lock
from index.reindex import reindex
from index.search.passages import search_passages
from index.sources import SourceList
from tests.conftest import RunNewsbot
from tests.newsroom import write_lines, write_text
from tests.served import Served, serving
from tests.test_chroma_server import run_server

QUESTION = "what did the Wozzle union demand?"
new_user = count(9000).__next__


@pytest.fixture
def demands(tmp_path: Path) -> Path:
    """A folder of one article."""
    return write_text(tmp_path / "news" / "a.txt", "The Xyzzy guild demanded four coins from the mayor.").parent


def check_follows(run_newsbot: RunNewsbot, folder: Path, bots: list[Served], **environment: str) -> None:
    """After each `newsbot reindex`, in place or anew, every bot answers its next question from the new version."""
    for coins, flags in (("five", ()), ("six", ()), ("seven", ("--full",)), ("eight", ())):
        write_text(folder / "b.txt", f"The Wozzle union demanded {coins} coins from the mayor.")
        done = run_newsbot("reindex", *flags, **environment)
        assert done.returncode == 0, done.stderr
        for bot in bots:
            (answer,) = bot.ask(QUESTION, new_user())
            assert f"[1] “The Wozzle union demanded {coins} coins from the mayor.”" in answer.text


def test_the_second_writer_says_who_is_the_first(run_newsbot: RunNewsbot, settings: Settings, demands: Path) -> None:
    """`newsbot reindex` beside a process that writes is one line that names it, and status 3; later it works."""
    SourceList(settings.data).add([str(demands)])
    with hold_lock(settings):
        refused = run_newsbot("reindex")
    expected = (
        rf"newsbot: the index is being written by process {os.getpid()} since \d\d:\d\d:\d\d UTC: wait until .*\n"
    )
    assert (refused.returncode, refused.stdout) == (3, "")
    assert re.fullmatch(expected, refused.stderr)
    assert run_newsbot("reindex").returncode == 0


def test_a_bot_answers_from_what_another_process_indexed(
    run_newsbot: RunNewsbot, settings: Settings, demands: Path, tmp_path: Path
) -> None:
    """What `newsbot reindex` stored beside a running `newsbot serve` is answered at the next question."""
    SourceList(settings.data).add([str(demands)])
    assert run_newsbot("reindex").returncode == 0
    with serving(settings.data, tmp_path, "--poll-minutes", "0") as bot:
        assert "Wozzle" not in bot.ask(QUESTION, new_user())[0].text
        check_follows(run_newsbot, demands, [bot])


def test_two_bots_on_a_chroma_server_answer_from_what_was_indexed(
    run_newsbot: RunNewsbot, settings: Settings, demands: Path, tmp_path: Path
) -> None:
    """Two bots that share a data directory and a Chroma server both follow a third process."""
    SourceList(settings.data).add([str(demands)])
    for name in ("server", "one", "two"):
        (tmp_path / name).mkdir()
    with run_server(tmp_path / "server") as url:
        assert run_newsbot("reindex", NEWSBOT_CHROMA_URL=url).returncode == 0
        flags = ("--poll-minutes", "0", "--chroma-url", url)
        with (
            serving(settings.data, tmp_path / "one", *flags, "--state-url", f"sqlite:///{tmp_path}/one.db") as one,
            serving(settings.data, tmp_path / "two", *flags, "--state-url", f"sqlite:///{tmp_path}/two.db") as two,
        ):
            check_follows(run_newsbot, demands, [one, two], NEWSBOT_CHROMA_URL=url)


def test_questions_are_answered_all_through_a_reindex(
    program_environment: dict[str, str], embedder: WordLlamaEmbedder, tmp_path: Path
) -> None:
    """While other processes correct, add and build anew, every question finds its article, old or new."""
    news, settings = tmp_path / "news", load_settings({"data": tmp_path / "data"})

    def write(version: int, n: int) -> None:
        write_lines(
            news / "a.jsonl", *({"id": f"a{i}", "text": f"Token{i} is out in version {version}."} for i in range(n))
        )

    write(0, 1200)
    SourceList(settings.data).add([str(news)])
    reindex(settings, embedder)
    live = LiveIndex(settings)
    asked = 0
    for version, flags in enumerate([(), (), ("--full",), ("--passage-words", "40")], start=1):
        write(version, 1200 + 100 * version)
        command = [sys.executable, "-m", "bot.cli", "reindex", *flags]
        with subprocess.Popen(
            command, env=program_environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            while process.poll() is None:
                asked += 1
                with live.use() as generation:
                    (hit,) = search_passages(generation, embedder, f"Token{asked % 1200}", k=1)
                    vectors = generation.vectors.search(embedder.embed_question("out in version"), 50)
                old_or_new = {f"Token{asked % 1200} is out in version {v}." for v in (version - 1, version)}
                assert hit.passage.text in old_or_new
                assert len(vectors) == 50
        assert process.returncode == 0
        with live.use() as generation:
            (hit,) = search_passages(generation, embedder, f"Token{1200 + 100 * version - 1}", k=1)
            assert hit.passage.text == f"Token{1200 + 100 * version - 1} is out in version {version}."
    live.close()
    assert asked > 20
