"""The README tells the truth: each setting, each command, and a transcript that is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import commands
from bot.answer import Newsbot
from bot.render.terminal import render_text
from config.settings import SECRETS, Settings, variable_of

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [name.removeprefix("run_") for name in vars(commands) if name.startswith("run_")]
ASK = '$ newsbot ask "'


def read_transcript() -> list[tuple[str, str]]:
    """The questions and the printed answers of the fenced block that begins with the sample question."""
    (block,) = re.findall(
        rf'^```\w*\n({re.escape(ASK)}what did Turkey demand\?"\n.*?)^```$', README, re.DOTALL | re.MULTILINE
    )
    turns = [turn.split('"\n', maxsplit=1) for turn in block.split(ASK)[1:]]
    return [(question, printed.strip("\n")) for question, printed in turns]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    """A row of the README's table names the setting's environment variable and says what it means."""
    rows = [row for row in README.splitlines() if row.startswith(f"| `{variable_of(name)}` |")]
    description = Settings.model_fields[name].description
    assert len(rows) == 1
    assert description is not None
    assert rows[0].endswith(f"| {description} |")


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - SECRETS.keys() - {"data"}))
def test_every_default_is_documented(name: str) -> None:
    """The row of a setting gives the default that is in force."""
    default = Settings.model_fields[name].default
    shown = f"`{default}`" if default not in ("", ()) else "–"
    assert f"| `{variable_of(name)}` | {shown} |" in README


def test_no_other_variable_is_documented() -> None:
    """The README names no environment variable of ours that does not exist."""
    known = {variable_of(name) for name in Settings.model_fields} | {"NEWSBOT_CONFIG"}
    assert set(re.findall(r"\bNEWSBOT_[A-Z_]+", README)) <= known


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """A row of the README's table of commands is about each command."""
    assert [row for row in README.splitlines() if row.startswith(f"| `newsbot {command}")] != []


def test_transcript_is_what_the_program_prints(sample_newsbot: Newsbot) -> None:
    """Each answer in the README's transcript is the answer of the sample articles, word for word."""
    transcript = read_transcript()
    assert transcript[0][0] == "what did Turkey demand?"
    assert transcript == [(question, render_text(sample_newsbot.answer(question))) for question, _ in transcript]


def test_constraints_name_no_registry() -> None:
    """The pinned versions come from whatever registry pip is set up with: no address, no option, only pins."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert "://" not in "\n".join(lines)
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", pin)] == []
    assert pins != []
