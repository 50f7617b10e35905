"""What each command of `newsbot` does: `run_NAME(settings, arguments)` returns the exit status.

Those that take questions, one or a batch, are in `bot.question_commands`.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from bot.compose import build_newsbot
from config.errors import UsageError
from config.logs import scrub
from config.settings import Settings
from index.sources import Source


def run_sources(settings: Settings, given: argparse.Namespace) -> int:
    """List, add, remove or export sources; 1 if a list of feeds had some that cannot be added."""
    from index.sources import SourceList, samples_folder
    from index.web.opml import write_opml
    from index.web.probe import recognise_source

    sources = SourceList(settings.data)
    locations = [*given.location, *([samples_folder()] if given.samples else [])]
    if given.action in ("add", "remove") and not locations:
        raise UsageError(f"there is nothing to {given.action}", "name a folder, file or address, or use --samples")
    left_out: list[str] = []
    if given.action == "add":
        found: list[Source] = []
        for location in locations:
            recognised = recognise_source(settings, location, given.kind, every=given.every, outlet=given.outlet)
            found += recognised.sources
            left_out += recognised.left_out
        for source in sources.add(found):
            print(f"added {source.kind} {source.location}; `newsbot reindex` reads it")
    elif given.action == "remove":
        for source in sources.remove(locations):
            print(f"removed {source.location}; its articles go at the next `newsbot reindex`")
    elif given.action == "export":
        feeds = [(source.location, source.outlet) for source in sources.read() if source.kind == "feed"]
        print(write_opml(feeds, "newsbot's feeds"))
    elif given.json:
        print_json([vars(source) for source in sources.read()])
    else:
        print("\n".join(_write_source(source) for source in sources.read()) or "no sources yet")
    for reason in left_out:
        print(f"newsbot: left out {scrub(reason, settings.secrets)}", file=sys.stderr)
    return 1 if left_out else 0


def _write_source(source: Source) -> str:
    every = f"  every {source.every} minutes" if source.every else ""
    return f"{source.kind}  {source.location}{every}{f'  ({source.outlet})' if source.outlet else ''}"


def run_reindex(settings: Settings, given: argparse.Namespace) -> int:
    """Bring the index up to date and report; 1 if something failed."""
    from bot.progress import show_progress
    from bot.status import describe_plan, describe_report
    from index.embed import make_embedder
    from index.reindex import plan_reindex, reindex

    if given.dry_run:
        plan = plan_reindex(settings, allow_removal=given.allow_removal)
        if given.json:
            print_json(plan.as_json())
        else:
            print(describe_plan(plan))
        return 1 if plan.failures else 0
    with show_progress(as_json=given.json) as on_progress:
        report = reindex(
            settings,
            make_embedder(settings),
            full=given.full,
            allow_removal=given.allow_removal,
            on_progress=on_progress,
        )
    if given.json:
        print_json(report.as_json())
    else:
        print(describe_report(report))
    return 1 if report.failures else 0


def run_chat(settings: Settings, given: argparse.Namespace) -> int:
    """Talk in the terminal, or replay a script; 1 if a check of the script failed."""
    import asyncio

    from bot.conversation.conversation import Conversation
    from bot.conversation.desk import open_desk
    from bot.terminal import chat, replay

    conversation = Conversation(open_desk(settings, build_newsbot(settings)))
    if given.script is None:
        chat(conversation, given.user)
        return 0
    return 1 if asyncio.run(replay(conversation, given.user, given.script)) else 0


def run_eval(settings: Settings, given: argparse.Namespace) -> int:
    """Measure search, answers and refusals on question files; 1 if a question was not measured, or a floor missed."""
    from bot.evaluation.command import check_use, evaluate_files

    check_use(given)
    return evaluate_files(build_newsbot(settings), given)


def run_model(settings: Settings, given: argparse.Namespace) -> int:
    """Fetch a model for the onnx embedder, or list those that were fetched."""
    from index.models import fetch_model, list_models

    if given.action == "fetch":
        if not (given.name and given.revision and given.sha256):
            usage = "write `newsbot model fetch OWNER/NAME --revision COMMIT --sha256 HEX`"
            raise UsageError("a model is fetched by its name, commit and hash", usage)
        fetched = fetch_model(settings, given.name, given.revision, given.sha256, given.file)
        print(f"{'fetched' if fetched else 'already there:'} {given.name} at {given.revision}")
        print(f"NEWSBOT_EMBEDDER=onnx NEWSBOT_ONNX_MODEL={given.name} uses it, after `newsbot reindex`")
    elif given.json:
        print_json([vars(model) for model in list_models(settings)])
    else:
        models = [f"{model.name}  {model.revision}  {model.file}  {model.sha256}" for model in list_models(settings)]
        print("\n".join(models) or "no models yet")
    return 0


def run_status(settings: Settings, given: argparse.Namespace) -> int:
    """Print what the index holds; 1 if something failed in the last re-index."""
    from bot.status import collect_status, describe_status
    from index.live import LiveIndex

    status = collect_status(settings, LiveIndex(settings))
    if given.json:
        print_json(status)
    else:
        print(describe_status(status))
    return 1 if status["failures"] else 0


def run_doctor(settings: Settings, _: argparse.Namespace) -> int:
    """Check each part; 1 if one fails."""
    from bot.doctor import run_checks

    failed = 0
    for check in run_checks(settings):
        failed += not check.ok
        print(f"{'ok  ' if check.ok else 'FAIL'}  {check.part}: {check.found}")
        if not check.ok:
            print(f"      {check.remedy}")
    return 1 if failed else 0


def run_serve(settings: Settings, _: argparse.Namespace) -> int:
    """Answer in Telegram until stopped."""
    from bot.alerts.rounds import Rounds
    from bot.conversation.desk import open_desk
    from bot.polling import poll_sources
    from bot.telegram.service import Service

    newsbot = build_newsbot(settings)
    desk = open_desk(settings, newsbot)

    async def read_sources(_: Service) -> None:
        await poll_sources(settings, newsbot.index, newsbot.embedder)

    async def make_rounds(service: Service) -> None:
        await Rounds(settings, newsbot, desk.now).run(service.deliver)

    Service(settings, desk, [read_sources, make_rounds]).run()
    return 0


def print_json(value: Any, indent: int | None = 2) -> None:
    """Print a value as JSON: indented, or in one line with None."""
    print(json.dumps(value, ensure_ascii=False, indent=indent), flush=True)
