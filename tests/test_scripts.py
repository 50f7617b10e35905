"""Scripted conversations: the same files, with the same result, in the terminal and in Telegram."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from config.settings import Settings
from tests.bot_api.scripts import replay
from tests.conftest import RunNewsbot
from tests.served import Served, serving

SCRIPTS = sorted((Path(__file__).parent / "conversations").glob("*.txt"))
ADMIN = 7
new_user = count(6000).__next__


@pytest.fixture(scope="module")
def data(sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the samples that the scripts may write to."""
    folder = tmp_path_factory.mktemp("scripts") / "data"
    shutil.copytree(sample_settings.data, folder, ignore=shutil.ignore_patterns("state.db*"))
    return folder


@pytest.fixture(scope="module")
def bot(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One bot for all scripts, with one admin."""
    folder = tmp_path_factory.mktemp("bot")
    kept = {"NEWSBOT_STATE_URL": f"sqlite:///{folder}/state.db"}
    with serving(data, folder, "--admins", str(ADMIN), "--poll-minutes", "0", env=kept) as served:
        yield served
    assert served.api.judgements == []


def speaker(script: Path) -> int:
    """Who says what stands in a script."""
    return ADMIN if script.stem == "admin" else new_user()


def test_what_is_scripted() -> None:
    """There is a script for each part of what people do."""
    names = ["admin", "alerts", "first-steps", "follow-ups", "languages", "news-commands", "passages-and-more"]
    assert [script.stem for script in SCRIPTS] == names


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_in_the_terminal(run_newsbot: RunNewsbot, data: Path, tmp_path: Path, script: Path) -> None:
    """`newsbot chat --script` replays it, and every check holds."""
    given = {"NEWSBOT_DATA": str(data), "NEWSBOT_STATE_URL": f"sqlite:///{tmp_path}/state.db"}
    done = run_newsbot(
        "chat", "--as", str(speaker(script)), "--script", str(script), NEWSBOT_ADMINS=str(ADMIN), **given
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_in_telegram(bot: Served, script: Path) -> None:
    """The same file holds for a bot that is served."""
    assert replay(bot.api, script, speaker(script)) == []
