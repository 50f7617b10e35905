"""Errors of the command line: the right exit status, one line that says what to do, no traceback and no secret."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.draft import FAILED
from config.settings import Settings
from index.embed import Vectors
from index.lock import hold_lock
from index.reindex import reindex
from index.sources import SourceList
from tests.conftest import RunHere, RunNewsbot
from tests.model_server import ModelServer, Reply
from tests.served import TOKEN

QUESTION = "what did Turkey demand?"
BATCH_LINE = json.dumps({"question": QUESTION})


class OtherEmbedder:
    """An embedder of another name and size."""

    name = "other/1"

    def embed_texts(self, texts: list[str]) -> Vectors:
        """The same vector for all."""
        return np.tile(np.array([1.0, 0.0], dtype=np.float32), (len(texts), 1))

    def embed_question(self, question: str) -> Vectors:
        """The same vector again."""
        vector: Vectors = self.embed_texts([question])[0]
        return vector


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("", "the following arguments are required: COMMAND: see `newsbot --help`"),
        ("ask --nonsense x", "unrecognized arguments: --nonsense: see `newsbot --help`"),
        (f"serve --telegram-token {TOKEN}", "unrecognized arguments: --telegram-token ***: see `newsbot --help`"),
        ("search -k 0 x", "argument -k: '0' is not a number above 0: see `newsbot search --help`"),
        ("search -k ten x", "argument -k: 'ten' is not a number above 0: see `newsbot search --help`"),
        ("ask", 'there is no question: write `newsbot ask "your question"`, or use --batch'),
        ("ask --batch nowhere", "cannot read nowhere ([Errno 2] No such file or directory: 'nowhere'): give a file of"),
        ("ask x --at soon", "'soon' is not a date: write a day as 2020-02-18, or a moment as 2020-02-18T09:30Z"),
        ("eval nowhere", "cannot read nowhere ([Errno 2] No such file or directory: 'nowhere'): each line is"),
        ("eval empty.jsonl", "there are no questions in these files: give a file of JSON lines"),
        ("eval list.jsonl", "cannot read list.jsonl (list indices must be integers or slices, not str): each line is"),
        ("eval x --report no/F.html", "cannot write no/F.html (there is no such folder): name another file"),
        ("sources add", "there is nothing to add: name a folder, file or address, or use --samples"),
        ("sources remove", "there is nothing to remove: name a folder, file or address, or use --samples"),
        ("sources remove x", "x is not a source: `newsbot sources list` shows those there are"),
        ("sources add x", "x does not exist: give an existing folder or file, or a whole address (https://…)"),
        ("sources add a.pdf", "a.pdf is not an article file: files end in .txt, .md, .html, .htm, .jsonl"),
        (
            "sources add http://127.1/feed",
            "http://127.1/feed cannot be a source, it leads to an inside address (127.0.0.1); name the host in"
            " NEWSBOT_ALLOW_HOSTS to allow it: give the address of a feed, page or sitemap",
        ),
        ("sources add file:///etc/passwd", "file:///etc/passwd cannot be a source, it is not a web address (http or h"),
        (
            "sources add feeds.OPML",
            "cannot read feeds.OPML ([Errno 2] No such file or directory: 'feeds.OPML'): give an existing file",
        ),
        ("chat --script nowhere", "cannot read the script nowhere ([Errno 2] No such file or directory: 'nowhere'):"),
        ("serve", "there is no Telegram token: get one from @BotFather and set TELEGRAM_TOKEN"),
        ("ask x --hits many", "setting hits is wrong, Input should be a valid integer, unable to parse string as an"),
        (
            "ask x --chroma-url localhost",
            "setting chroma_url is wrong, Value error, must begin with http:// or https://",
        ),
        ("ask x --admins me", "setting admins is wrong, Input should be a valid integer, unable to parse string as an"),
        ("ask x --config nowhere", "there is no settings file nowhere: give the path of an existing one"),
        ("ask x --config a.pdf", "cannot read a.pdf ("),
        ("ask x --config typing.toml", "unknown setting hit in typing.toml: did you mean hits?"),
        ("ask x --config odd.toml", "unknown setting colour in odd.toml: see `newsbot --help` for all settings"),
        (
            "ask x --embedder openai",
            "the openai embedder has no key: set OPENAI_API_KEY, or NEWSBOT_EMBEDDER=wordllama",
        ),
    ],
)
def test_wrong_use(run_here: RunHere, arguments: str, problem: str) -> None:
    """Wrong use is status 2 and one line that names the problem and the way out; nothing is done."""
    Path("a.pdf").write_bytes(b"%PDF\n")
    Path("empty.jsonl").write_text("\n", encoding="utf-8")
    Path("list.jsonl").write_text("[1]\n", encoding="utf-8")
    Path("typing.toml").write_text("hit = 5", encoding="utf-8")
    Path("odd.toml").write_text('colour = "red"', encoding="utf-8")
    done = run_here(*arguments.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"newsbot: {problem}")
    assert done.stderr.count("\n") == 1
    assert not Path("../data").exists()


def test_settings_file_of_the_working_directory(run_here: RunHere, monkeypatch: pytest.MonkeyPatch) -> None:
    """`newsbot.toml` counts where it is, flags win over it, and an empty NEWSBOT_CONFIG is none."""
    Path("newsbot.toml").write_text('data = "elsewhere"\nadmins = [1, 2]\n', encoding="utf-8")
    monkeypatch.setenv("NEWSBOT_CONFIG", "")
    run_here("sources", "add", "--samples")
    assert Path("elsewhere/sources.json").exists()
    run_here("sources", "add", "--samples", "--data", "flag")
    assert Path("flag/sources.json").exists()
    Path("newsbot.toml").unlink()
    assert run_here("sources", "list").returncode == 0


@pytest.mark.parametrize(
    "command", [["ask", QUESTION], ["search", "x"], ["status"], ["eval", "gold"], ["ask", "--batch"]]
)
def test_before_the_first_reindex(run_here: RunHere, command: list[str]) -> None:
    """Before anything is indexed, every command that needs an index says how to make one."""
    Path("gold").write_text(json.dumps({"question": QUESTION, "answers": []}), encoding="utf-8")
    done = run_here(*command, *(["gold"] if command[-1] == "--batch" else []))
    missing = "no articles are indexed yet: run `newsbot sources add FOLDER` (or --samples), then `newsbot reindex`"
    assert (done.returncode, done.stdout, done.stderr) == (3, "", f"newsbot: {missing}\n")


@pytest.mark.parametrize("command", [["ask", QUESTION], ["search", QUESTION]])
def test_index_of_another_embedder(run_here: RunHere, settings: Settings, tmp_path: Path, command: list[str]) -> None:
    """An index made by another embedder answers nothing and is not mixed; `reindex`, as the error says, mends it."""
    (tmp_path / "one.txt").write_text("Turkey demanded that Quux withdraw from the bridge.", encoding="utf-8")
    SourceList(settings.data).add([str(tmp_path / "one.txt")])
    reindex(settings, OtherEmbedder())
    done = run_here(*command)
    problem = "the index was made when passages were embedded by other/1, and now it is wordllama/l2_supercat_256"
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"newsbot: {problem}: run `newsbot reindex`, or set it back\n"
    assert run_here("reindex").returncode == 0
    assert run_here(*command).returncode == 0


def test_locked_index_names_its_holder(run_here: RunHere, settings: Settings) -> None:
    """While one process writes, another is refused and told which one it is."""
    with hold_lock(settings):
        done = run_here("reindex")
    holder = rf"newsbot: the index is being written by process {os.getpid()} since \d\d:\d\d:\d\d UTC: wait until it is"
    assert (done.returncode, done.stdout) == (3, "")
    assert re.match(holder, done.stderr)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["sources", "add", "--samples"], ["reindex"], ["ask", "x"], ["status"]])
def test_data_directory_under_a_file(run_here: RunHere, tmp_path: Path, command: list[str]) -> None:
    """A data directory that cannot be is one line, status 3."""
    (tmp_path / "data").write_text("I am a file", encoding="utf-8")
    done = run_here(*command, "--data", str(tmp_path / "data" / "below"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert "Not a directory" in done.stderr
    assert str(tmp_path / "data") in done.stderr


def test_data_directory_that_cannot_be_written(run_here: RunHere, settings: Settings) -> None:
    """A list of sources that cannot be written is one line, status 3, and the old list stays."""
    (settings.data / "sources.new").mkdir(parents=True)
    done = run_here("sources", "add", "--samples")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert done.stderr.endswith("make the data directory writable\n")
    assert run_here("sources", "list").stdout == "no sources yet\n"


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("sources.json", "newsbot: cannot read .*sources.json .*: mend or remove it, then add the sources again"),
        ("generations/g/articles.sqlite", r"newsbot: cannot go on \(file is not a database\): check the disk and"),
        ("current", r"newsbot: unexpected UnicodeDecodeError \(.*\): run it with --log-level debug and report it"),
    ],
)
def test_damaged_data(run_here: RunHere, settings: Settings, file: str, problem: str) -> None:
    """Damaged files give one line and status 3; the traceback stands only in the debug log."""
    (settings.data / "generations" / "g").mkdir(parents=True)
    (settings.data / "current").write_text("g", encoding="ascii")
    (settings.data / file).write_bytes(b"\xff" * 4096)
    command = ["sources", "list"] if file == "sources.json" else ["ask", QUESTION]
    done = run_here(*command)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert re.match(problem, done.stderr)
    if file == "current":
        assert "Traceback" in run_here(*command, "--log-level", "debug").stderr


def test_no_secret_is_shown(run_here: RunHere, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that stands in an error is blotted out."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("TELEGRAM_TOKEN", "12:short")
    done = run_here("sources", "add", f"folder-sk-very-secret-12:short-{TOKEN}")
    assert (
        done.stderr
        == "newsbot: folder-***-***-*** does not exist: give an existing folder or file, or a whole address (https://…)\n"
    )


def test_a_question_that_no_reader_can_work_on(
    run_here: RunHere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When the embedder breaks while a question is read, the answer says so, and the status is 3; in a batch 1."""
    (tmp_path / "one.txt").write_text("Turkey demanded that Quux withdraw from the bridge.", encoding="utf-8")
    Path("batch").write_text(BATCH_LINE, encoding="utf-8")
    broken = Reply("the key has expired", status=401, headers={"x-should-retry": "false"})
    with ModelServer() as server:
        monkeypatch.setenv("OPENAI_API_KEY", server.api_key)
        monkeypatch.setenv("NEWSBOT_OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("NEWSBOT_EMBEDDER", "openai")
        monkeypatch.setenv("NEWSBOT_READER", "extractive")
        run_here("sources", "add", str(tmp_path / "one.txt"))
        assert run_here("reindex").returncode == 0
        for command, status in ((["ask", QUESTION], 3), (["ask", "--batch", "batch"], 1)):
            server.enqueue_embedding_failures(Reply(), Reply(), broken)
            done = run_here(*command)
            assert FAILED in done.stdout
            assert "The extractive reader could not answer: the embedding model OpenAIEmbedding/" in done.stdout
            assert done.returncode == status
            assert server.api_key not in done.stdout + done.stderr


@pytest.mark.parametrize("command", [["ask", QUESTION], ["ask", QUESTION, "--json"], ["--help"], ["search", "Turkey"]])
def test_closed_pipe(program_environment: dict[str, str], sample_settings: Settings, command: list[str]) -> None:
    """When nobody reads the output any more, the program ends in silence."""
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**program_environment, "NEWSBOT_DATA": str(sample_settings.data), "PYTHONUNBUFFERED": ""}
    try:
        program = [sys.executable, "-m", "bot.cli", *command]
        done = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, env=environment, timeout=60, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_output_that_cannot_be_written(program_environment: dict[str, str], sample_settings: Settings) -> None:
    """When its output cannot be written (here: to a file opened for reading), the program says why."""
    environment = {**program_environment, "NEWSBOT_DATA": str(sample_settings.data), "PYTHONUNBUFFERED": ""}
    with Path(__file__).open("rb") as unwritable:
        program = [sys.executable, "-m", "bot.cli", "ask", QUESTION]
        done = subprocess.run(
            program, stdout=unwritable, stderr=subprocess.PIPE, env=environment, timeout=60, check=False
        )
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        b"newsbot: cannot go on ([Errno 9] Bad file descriptor): check the disk and `newsbot doctor`"
    ]


def test_interrupted_reindex(program_environment: dict[str, str], run_newsbot: RunNewsbot, tmp_path: Path) -> None:
    """Ctrl-C ends a re-index in silence with status 130, and the next run finishes it."""
    many = "".join(
        json.dumps({"id": str(n), "text": f"The council of Quux met {n} times."}) + "\n" for n in range(3000)
    )
    (tmp_path / "many.jsonl").write_text(many, encoding="utf-8")
    run_newsbot("sources", "add", str(tmp_path / "many.jsonl"))
    program = [sys.executable, "-m", "bot.cli", "reindex"]
    # Interrupted as it reads a module, Python's own importer leaves a file open, and would say so.
    environment = {**program_environment, "PYTHONWARNINGS": "ignore::ResourceWarning"}
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"Reading {tmp_path / 'many.jsonl'}: 0 %, 0 articles\n"
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert (process.returncode, rest) == (130, "")
    assert json.loads(run_newsbot("reindex", "--json").stdout)["articles"] == 3000
