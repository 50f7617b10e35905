"""What a command loads: a question must not wait for libraries that it does not use, and never for a network."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.settings import Settings

# Runs the real program, tells of each call to the network, and at the end of all that was imported.
PROBE = """
import runpy, sys

def tell(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        print("network", event, arguments, file=sys.stderr)

sys.addaudithook(tell)
try:
    runpy.run_module("bot.cli", run_name="__main__", alter_sys=True)
finally:
    print(*("imported " + name for name in sys.modules), sep="\\n", file=sys.stderr)
"""
HEAVY = {"llama_index", "telegram", "trafilatura", "openai"}


@pytest.mark.parametrize(
    ("command", "unused"),
    [
        (["ask", "what did Turkey demand?"], HEAVY),
        (["ask", "what did Turkey demand?", "--json", "--at", "2020-02-20"], HEAVY),
        (["search", "Turkey"], HEAVY),
        (["status"], HEAVY),
        (["sources", "list"], HEAVY | {"chromadb", "wordllama"}),
        (["ask", "--help"], HEAVY | {"chromadb", "wordllama", "tantivy", "numpy"}),
    ],
    ids=["ask", "ask-json", "search", "status", "sources", "help"],
)
def test_what_is_not_needed_is_not_imported(
    program_environment: dict[str, str], sample_settings: Settings, command: list[str], unused: set[str]
) -> None:
    """A command on a built index imports no heavy library that it does not use, and touches no network."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *command],
        env={**program_environment, "NEWSBOT_DATA": str(sample_settings.data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = done.stderr.splitlines()
    imported = {line.removeprefix("imported ").split(".")[0] for line in told if line.startswith("imported ")}
    assert done.returncode == 0
    assert done.stdout != ""
    assert "bot" in imported
    assert imported & unused == set()
    assert [line for line in told if not line.startswith("imported ")] == []
