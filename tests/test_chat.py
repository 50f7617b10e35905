"""The conversation in the terminal: typed or piped in, and replayed from a script that is checked."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Citation
from bot.conversation.basics import FORGOTTEN, HELP, START
from bot.conversation.conversation import apologise
from bot.conversation.messages import Reply
from bot.render.terminal import render_content, render_text
from bot.terminal import Screen
from config.settings import Settings
from tests.conftest import RunHere, RunNewsbot

QUESTION = "what did Turkey demand?"
NOT_ADMIN = "Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is {}."
TROUBLE = r"I cannot do that just now\. The operator finds the reason in the log, under \w{6}\."
# Runs the real program, and interrupts it just as it asks for the second line.
INTERRUPTED = """
import runpy, signal, sys

asked = []

def interrupt(event, arguments):
    if event == "builtins.input":
        asked.append(arguments)
        if len(asked) == 2:
            signal.raise_signal(signal.SIGINT)

sys.addaudithook(interrupt)
runpy.run_module("bot.cli", run_name="__main__", alter_sys=True)
"""


def shown(newsbot: Newsbot, question: str) -> str:
    """What a terminal shows of the answer to a question: under it, in the last lines, its buttons."""
    answer = newsbot.answer(question, suggest=True)
    rows = ["Passages | More like this", "👍 | 👎", *answer.follow_ups]
    return "\n\n".join([render_text(answer), "\n".join(f"( {row} )" for row in rows)])


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of a conversation is each test's own, also over the samples, which all tests share."""
    monkeypatch.setenv("NEWSBOT_STATE_URL", f"sqlite:///{tmp_path}/state.db")


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with one article."""
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.txt").write_text("The council of Quux demanded five coins from the bridge.", encoding="utf-8")
    return folder


def test_chat_from_standard_input(run_newsbot: RunNewsbot, sample_settings: Settings, sample_newsbot: Newsbot) -> None:
    """Each line that is not empty gets its reply, in order, and the end of the input ends the chat."""
    stdin = f"/start\n\n  \n{QUESTION}\n/nonsense at all\n/forget"
    done = run_newsbot("chat", stdin=stdin, NEWSBOT_DATA=str(sample_settings.data))
    replies = [START, shown(sample_newsbot, QUESTION), f"I do not know /nonsense. {HELP}", FORGOTTEN]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "".join(f"{reply}\n\n" for reply in replies)


def test_chat_as_an_admin(run_newsbot: RunNewsbot, news: Path) -> None:
    """`--as` names who speaks: an admin re-indexes with progress, anybody else is told the own id."""
    run_newsbot("sources", "add", str(news))
    refused = run_newsbot("chat", "--as", "8", stdin="/reindex\nwho demanded coins?\n", NEWSBOT_ADMINS="6 7")
    assert re.fullmatch(f"{re.escape(NOT_ADMIN.format(8))}\n\n{TROUBLE}\n\n", refused.stdout)
    done = run_newsbot("chat", "--as", "7", stdin="/reindex\n/status\n", NEWSBOT_ADMINS="6 7")
    lines = done.stdout.splitlines()
    report = lines.index(f"{news}: 1 new, 0 changed, 0 unchanged, 0 removed, 0 failed")
    assert done.returncode == 0
    assert lines[0] == "Re-indexing. Questions are answered meanwhile."
    assert all(line.startswith(f"Reading {news}: ") for line in lines[1:report])
    assert lines[report + 1].startswith("1 articles in 1 passages, done in ")
    assert lines[report + 3].startswith("1 articles in 1 passages from 1 sources, ")


def test_chat_on_a_terminal(program_environment: dict[str, str], sample_settings: Settings) -> None:
    """On a terminal there is a prompt before each line, and Ctrl-D ends the chat."""
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    environment = {**program_environment, "NEWSBOT_DATA": str(sample_settings.data)}
    program = [sys.executable, "-m", "bot.cli", "chat"]
    with subprocess.Popen(program, stdin=theirs, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.read(len("you: ")) == "you: "
        os.write(ours, b"/start\n")
        assert process.stdout.read(len(START)) == START
        assert process.stdout.read(len("\n\nyou: ")) == "\n\nyou: "
        os.write(ours, b"\x04")  # Ctrl-D
        assert (process.wait(timeout=60), process.stdout.read()) == (0, "")
    os.close(ours)
    os.close(theirs)


def test_an_answer_on_a_terminal(
    program_environment: dict[str, str], sample_settings: Settings, sample_newsbot: Newsbot
) -> None:
    """On a terminal an answer that was printed as it grew is, in the end, the same as elsewhere."""
    ours, theirs = pty.openpty()
    environment = {**program_environment, "NEWSBOT_DATA": str(sample_settings.data)}
    program = [sys.executable, "-m", "bot.cli", "chat"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=theirs, env=environment) as process:
        os.close(theirs)
        process.communicate(f"{QUESTION}\n".encode(), timeout=60)
    written = b""
    with suppress(OSError):  # the end of a terminal that nobody writes to
        while more := os.read(ours, 65536):
            written += more
    os.close(ours)
    assert process.returncode == 0
    assert written.decode().replace("\r\n", "\n") == f"{shown(sample_newsbot, QUESTION)}\n\n"


def test_one_interrupt_ends_the_chat(program_environment: dict[str, str], sample_settings: Settings) -> None:
    """The first Ctrl-C at the prompt ends the chat as the end of the input does; what is typed after is not read."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "chat"],
        env={**program_environment, "NEWSBOT_DATA": str(sample_settings.data)},
        input="/start\n/forget\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{START}\n\n", "")


def test_script_that_holds(run_here: RunHere, sample_settings: Settings, sample_newsbot: Newsbot) -> None:
    """A script whose every check holds is replayed with what was said and replied, and gives status 0."""
    lines = [
        "# a comment",
        "> /start",
        "< I answer from   the articles",
        "",
        f"> {QUESTION}",
        "< [1]",
        "! did not mention",
    ]
    Path("script").write_text("\n".join(lines), encoding="utf-8")
    done = run_here("chat", "--script", "script", "--data", str(sample_settings.data))
    answer = shown(sample_newsbot, QUESTION)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"> /start\n{START}\n\n> {QUESTION}\n{answer}\n\n"


def test_script_that_fails(run_here: RunHere, sample_settings: Settings) -> None:
    """Each check that does not hold is named with its line, all others are still made, and the status is 1."""
    Path("script").write_text(
        "> /forget\n< the moon\n< I have forgotten\n! what we talked\n> /start\n< Ask me", "utf-8"
    )
    done = run_here("chat", "--script", "script", "--data", str(sample_settings.data))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "newsbot: script:2: the reply does not contain 'the moon'",
        "newsbot: script:4: the reply contains 'what we talked'",
    ]
    assert done.stdout == f"> /forget\n{FORGOTTEN}\n\n> /start\n{START}\n\n"


def test_script_of_a_reindex(
    run_here: RunHere, monkeypatch: pytest.MonkeyPatch, news: Path, sample_settings: Settings
) -> None:
    """In a script the report of a re-index is the reply, without its progress."""
    monkeypatch.setenv("NEWSBOT_ADMINS", "7")
    run_here("sources", "add", str(news))
    Path("script").write_text(f"> /reindex\n< {news}: 1 new\n! Re-indexing.\n! Reading\n", encoding="utf-8")
    assert run_here("chat", "--script", "script", "--as", "7").returncode == 0
    Path("script").write_text("> /reindex\n< Only an admin\n! failed", encoding="utf-8")
    assert run_here("chat", "--script", "script", "--data", str(sample_settings.data)).returncode == 0


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"> /help\nwhat?\n", "script:2 is no line of a script: begin it with `> `, `< `, `! ` or `#`"),
        (b"# first\n\n< Send\n", "script:3 checks a reply before anything is said: begin with a line `> text`"),
        (
            b"> \xff\n",
            "cannot read the script script ('utf-8' codec can't decode byte 0xff in position 2: invalid start",
        ),
    ],
    ids=["sign", "order", "encoding"],
)
def test_malformed_script(run_here: RunHere, sample_settings: Settings, content: bytes, problem: str) -> None:
    """A script that cannot be read is wrong use, and the line is named."""
    Path("script").write_bytes(content)
    done = run_here("chat", "--script", "script", "--data", str(sample_settings.data))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"newsbot: {problem}")


FIRST = """
# Before the restart.
> What did Turkey demand?
< observation posts in Idlib. [1]
> And what did Russia say?
< [1]
"""
SECOND = """
# After it: the conversation goes on.
> when was that?
< [1]
> How long is the Ever Given?
< [1]
> Who owns it?
< Ever Given
! Turkey
> /forget
< I have forgotten
> Who owns it?
! Ever Given
"""


def test_follow_ups_across_a_restart(run_newsbot: RunNewsbot, sample_settings: Settings, tmp_path: Path) -> None:
    """Two runs of the real program over one data directory are one conversation, until it is forgotten."""
    runs = []
    for name, script in (("first", FIRST), ("second", SECOND)):
        (tmp_path / name).write_text(script, encoding="utf-8")
        runs.append(run_newsbot("chat", "--script", str(tmp_path / name), NEWSBOT_DATA=str(sample_settings.data)))
    assert [(done.returncode, done.stderr) for done in runs] == [(0, "")] * 2
    assert f"> /forget\n{FORGOTTEN}\n" in runs[1].stdout


def grown(*texts: str, caveat: str = "") -> list[Reply]:
    """The replies of an answer that grows through these texts, the last of them as the final one, with a citation."""
    citation = Citation(1, "Quote.", "a1", "Title", "", "Outlet", None, 0, 6)
    answers = [Answer("q?", "answered", text, (citation,)) for text in texts]
    final = Answer("q?", "answered", texts[-1], (citation,), ("A note.",), caveat=caveat)
    return [*(Reply(answer, progress=True) for answer in answers), Reply(final)]


@pytest.mark.parametrize(
    "texts", [["One two. [1]"], ["One.", "One. Two " + "and so on " * 30, "One. Two " + "and so on " * 60]]
)
def test_a_terminal_shows_each_word_once(capsys: pytest.CaptureFixture[str], texts: list[str]) -> None:
    """An answer that grows on a terminal is printed piece by piece, and is at the end what it is elsewhere."""
    screen, replies, shown = Screen(grows=True), grown(*texts), []
    for reply in replies:
        screen.show(reply)
        shown.append(capsys.readouterr().out)
    final = replies[-1].content
    assert isinstance(final, Answer)
    assert "".join(shown) == f"{render_text(final)}\n\n"
    assert all(shown)
    for reply in replies:
        Screen(grows=False).show(reply)
    assert capsys.readouterr().out == f"{render_text(final)}\n\n"


def test_what_has_to_be_read_first_comes_late_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A caveat that is known only in the end is the first note; what stands on the screen is not printed again."""
    screen = Screen(grows=True)
    for reply in grown("One two. [1]", caveat="This is old."):
        screen.show(reply)
    out = capsys.readouterr().out
    assert out.startswith("One two. [1]\n\n[1] “Quote.”")
    assert out.endswith("\n\nNote: This is old.\n\nNote: A note.\n\n")
    assert out.count("One two.") == 1


@pytest.mark.parametrize("last", [Reply(apologise("A1")), grown("Another text.")[-1]], ids=["trouble", "another"])
def test_what_goes_wrong_while_an_answer_grows(capsys: pytest.CaptureFixture[str], last: Reply) -> None:
    """When something else comes in the end it stands in a paragraph of its own; the next reply begins anew."""
    screen, first = Screen(grows=True), grown("One two. [1]")[0]
    for reply in (first, grown("No more.")[0], last, Reply(HELP), Reply("Reading.", progress=True)):
        screen.show(reply)
    text = render_content(last.content)
    assert capsys.readouterr().out == f"One two. [1]\n\n{text}\n\n{HELP}\n\nReading.\n"


def test_what_stands_on_a_button_presses_it(run_here: RunHere, sample_settings: Settings) -> None:
    """In a terminal a button is pressed by writing what stands on it, that of the last answer first.

    A question on a button of an answer that was forgotten can be asked all the same, once that has been said.
    """
    lines = [
        f"> {QUESTION}",
        "< ( Passages | More like this ) ( 👍 | 👎 ) (",
        "> who won the World Cup?",
        "> Passages",
        "< Capeside Dispatch",
        "< **Spain won the Women’s World Cup",
        "< 1 of 4",
        "< ( ◀ | ▶ )",
        "> ▶",
        "< 2 of 4",
        "> 👎",
        "< Thank you, that is noted.",
        "> What did Aitana Bonmati say?",
        "< What did Aitana Bonmati say?",
        "< [1] “",
        "> Türkçe",
        "! bundan sonra",
        "> /language",
        "< ( English | Türkçe | Русский ) ( العربية | Deutsch | Español )",
        "> Türkçe",
        "< Türkçe",
        "! ( English",
        "> /forget",
        "> What did Aitana Bonmati say?",
        "! [1]",
        "> What did Aitana Bonmati say?",
        "< [1] “",
    ]
    Path("script").write_text("\n".join(lines), encoding="utf-8")
    done = run_here("chat", "--script", "script", "--data", str(sample_settings.data))
    assert (done.returncode, done.stderr) == (0, "")
