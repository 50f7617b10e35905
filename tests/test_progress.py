"""The progress of a re-index: bars on a terminal, lines otherwise, JSON lines for a program."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.progress import show_progress
from index.report import Progress
from tests.newsroom import write_news

STEPS = [Progress("a", 0, 100, 0), Progress("a", 40, 100, 1), Progress("b", 0, 0, 3), Progress("a", 100, 100, 2)]


def test_lines_tell_where_a_source_begins_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no terminal is, each source has a line at its beginning and its end, and none for each article."""
    with show_progress(as_json=False) as show:
        for progress in [*STEPS, STEPS[-1]]:
            show(progress)
    assert capsys.readouterr().err.splitlines() == [
        "Reading a: 0 %, 0 articles",
        "Reading b: 100 %, 3 articles",
        "Reading a: 100 %, 2 articles",
    ]


def test_a_program_gets_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json` progress is told too, as one JSON object a line, on standard error."""
    with show_progress(as_json=True) as show:
        for progress in STEPS:
            show(progress)
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.err.splitlines()] == [vars(STEPS[i]) for i in (0, 2, 3)]
    assert said.out == ""


def test_a_terminal_gets_a_bar_with_rate_and_time_left(program_environment: dict[str, str], tmp_path: Path) -> None:
    """On a terminal each source has a bar with its articles, articles a second and the time that is left."""
    news = write_news(tmp_path / "news")
    environment = {**program_environment, "TERM": "xterm", "COLUMNS": "200"}
    program = [sys.executable, "-m", "bot.cli"]
    subprocess.run([*program, "sources", "add", str(news)], env=environment, check=True, capture_output=True)
    ours, theirs = pty.openpty()
    with subprocess.Popen([*program, "reindex"], env=environment, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the program has closed its end
                break
            shown += piece
    os.close(ours)
    assert process.returncode == 0
    text = shown.decode()
    assert str(news) in text
    assert "4 articles, " in text
    assert "/s" in text
    assert "0:00:00" in text
    assert "\x1b[" in text
