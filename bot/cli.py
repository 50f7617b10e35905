"""The command line: arguments in, exit status out. What each command does stands in the two `commands` modules.

Exit status: 0 done, 1 done with failures that are listed, 2 wrong use, 3 could not run.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from config.errors import NewsbotError, first_line
from config.logs import scrub, start_logging
from config.settings import SECRETS, Settings, load_settings, variable_of
from index.sources import WEB_KINDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; every error is one line on standard error."""
    secrets: tuple[str, ...] = ()
    try:
        try:
            given = make_parser().parse_args(arguments)
            settings = load_settings(_settings_given(given), given.config)
            secrets = settings.secrets
            start_logging(settings.log_level, secrets)
            return _command(given)(settings, given)
        finally:
            _flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0  # the reader of our output has gone (`newsbot … | head`); nothing more can be said there
    except NewsbotError as error:
        message, status = str(error), error.exit_status
    except (OSError, sqlite3.Error) as error:
        message, status = f"cannot go on ({first_line(error)}): check the disk and `newsbot doctor`", 3
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected error", exc_info=True)
        message = (
            f"unexpected {type(error).__name__} ({first_line(error)}): run it with --log-level debug and report it"
        )
        status = 3
    print(f"newsbot: {scrub(message, secrets)}", file=sys.stderr)
    return status


def _flush() -> None:
    """Write out what was printed, while it can still be told that nobody reads it or that the disk is full."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries once more as it exits
        raise


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as all other errors are said; the many flags stand in the help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"newsbot: {scrub(message, ())}: see `{self.prog} --help`\n")


def make_parser() -> argparse.ArgumentParser:
    """The commands with their arguments; each also takes every setting as a flag."""
    parser = _Parser(
        prog="newsbot", description="Answers questions about the news, with every quote verified against its article."
    )
    parser.add_argument("--version", action="version", version=f"newsbot {metadata.version('newsbot')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, help_text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_text, description=help_text)
        _add_settings(command)
        return command

    sources = add("sources", "list, add or remove the folders, files, feeds, pages and sitemaps to read articles from")
    sources.add_argument("action", choices=["add", "list", "remove", "export"], help="export: the feeds, as OPML")
    sources.add_argument("location", nargs="*", help="folder, file, address, or OPML list of feeds")
    sources.add_argument("--kind", choices=WEB_KINDS, help="add: what an address is, without looking at it now")
    sources.add_argument("--every", type=_positive, default=0, metavar="MINUTES", help="add: its own reading interval")
    sources.add_argument("--outlet", default="", help="add: who publishes its articles, whatever they say")
    sources.add_argument("--samples", action="store_true", help="add: the sample articles that come with newsbot")
    sources.add_argument("--json", action="store_true", help="list: print JSON")

    command = add("reindex", "bring the index up to date with the sources")
    command.add_argument("--full", action="store_true", help="read and embed everything anew")
    command.add_argument(
        "--allow-removal", action="store_true", help="remove articles even if most of a source is gone"
    )
    command.add_argument("--dry-run", action="store_true", help="print what would be done and why, and do nothing")
    command.add_argument("--json", action="store_true", help="print the report as JSON, and progress as JSON lines")

    for name, help_text in (("search", "print the best passages"), ("ask", "answer a question, with citations")):
        command = add(name, help_text)
        command.add_argument("question", nargs="?", help="the question, in quotes")
        command.add_argument("--at", metavar="DATE", help="the moment the question is asked (default: now)")
        command.add_argument("--json", action="store_true", help="print JSON")
        command.add_argument("--batch", metavar="FILE", help='answer JSON lines {"id", "question", "at"?}; - for stdin')
        if name == "search":
            command.add_argument("-k", type=_positive, default=10, help="how many passages (default: 10)")

    command = add("chat", "the Telegram conversation, in the terminal")
    command.add_argument("--as", dest="user", type=int, default=1, metavar="USER", help="Telegram user id to speak as")
    command.add_argument("--script", type=Path, metavar="FILE", help="replay a script and check the replies")

    command = add("eval", "measure search, answers and refusals on question files")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON lines of questions")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--report", type=Path, metavar="F.html", help="write an HTML page with plots and all failures")
    command.add_argument("--compare", type=Path, metavar="BEFORE.json", help="say what changed since an eval --json")
    command.add_argument("--floors", type=Path, metavar="FLOORS.json", help="check the measures against pinned floors")
    command.add_argument("--pin", action="store_true", help="write the floors' file from this run")
    command.add_argument("--lower", action="store_true", help="pin: also floors that are lower than before")

    command = add("model", "fetch a model for the onnx embedder by its name, or list those that were fetched")
    command.add_argument("action", choices=["fetch", "list"])
    command.add_argument("name", nargs="?", default="", help="fetch: owner/name")
    command.add_argument("--revision", default="", metavar="COMMIT", help="fetch: the whole hash of a commit")
    command.add_argument("--sha256", default="", metavar="HEX", help="fetch: what the file of the graph must have")
    command.add_argument(
        "--file", default="", help="fetch: the file of the graph (default: onnx/model.onnx, model.onnx)"
    )
    command.add_argument("--json", action="store_true", help="list: print JSON")

    command = add("status", "what the index holds, and what failed in the last re-index")
    command.add_argument("--json", action="store_true", help="print JSON")
    add("doctor", "check each part, and say what to do about each that fails")
    add("serve", "answer in Telegram")
    return parser


def _add_settings(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("settings", "each is also an environment variable or a line in newsbot.toml")
    group.add_argument(
        "--config", type=Path, metavar="FILE", help="settings file (default: newsbot.toml, if there is one)"
    )
    for name, field in Settings.model_fields.items():
        if name not in SECRETS:
            flag = f"--{name.replace('_', '-')}"
            help_text = f"{field.description} [{variable_of(name)}]".replace("%", "%%")
            group.add_argument(flag, dest=f"setting_{name}", default=None, metavar="VALUE", help=help_text)


def _settings_given(given: argparse.Namespace) -> dict[str, str]:
    return {
        name.removeprefix("setting_"): value
        for name, value in vars(given).items()
        if name.startswith("setting_") and value is not None
    }


def _command(given: argparse.Namespace) -> Callable[[Settings, argparse.Namespace], int]:
    from bot import commands, question_commands

    module = question_commands if given.command in ("search", "ask") else commands
    found: Callable[[Settings, argparse.Namespace], int] = getattr(module, f"run_{given.command}")
    return found


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def run() -> None:
    """The `newsbot` program."""
    # Imports make many objects and no garbage: to look for it less often makes the way to the first answer shorter.
    gc.set_threshold(100_000, 20, 20)
    sys.exit(main())


if __name__ == "__main__":
    run()
