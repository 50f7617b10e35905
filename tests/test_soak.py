"""A small soak: many chats ask at once while Telegram fails now and then; `python -m tests.soak` is the large one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import soak


def test_every_chat_has_its_answers_in_order(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With 5 % of calls failing, 24 chats get exactly their 240 answers, in order, and nothing is printed."""
    capfd.readouterr()
    done = soak(tmp_path, chats=24, questions=240)
    assert (done.asked, done.answered, done.wrong) == (240, 240, [])
    assert sum(done.faults.values()) > 10
    assert "Traceback" not in (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert capfd.readouterr().err == ""
