"""The command about where the articles are from: outlets for those who read, sources for those who look after them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date

from bot.conversation.desk import Desk, Request
from bot.conversation.lists import write_list
from bot.conversation.messages import Reply
from bot.conversation.rights import is_among_admins
from bot.texts import Text
from config.errors import UsageError
from config.logs import scrub
from index.sources import Source, SourceList


async def run_sources(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """The outlets with their articles; for an admin the sources, which he may add and remove."""
    if request.role != "admin" or not (request.argument or is_among_admins(desk, request)):
        yield Reply(await asyncio.to_thread(_list_outlets, desk))
        return
    action, _, rest = request.argument.partition(" ")
    known = {"": _list_sources, "add": _add_sources, "remove": _remove_sources}.get(action.lower())
    if known is None or (action and not rest.strip()):
        yield Reply(Text("Write /sources, /sources add ADDRESS or /sources remove ADDRESS."))
        return
    try:
        yield Reply(await asyncio.to_thread(known, desk, rest.strip()))
    except UsageError as error:  # its remedy is a command line
        yield Reply(Text("That cannot be done: {problem}.", problem=scrub(error.problem, desk.settings.secrets)))


def _list_outlets(desk: Desk) -> str:
    with desk.newsbot.index.use() as generation:
        outlets = generation.store.outlets()
    return write_list([_describe_outlet(*outlet) for outlet in outlets]) or Text("There are no articles yet.")


def _describe_outlet(outlet: str, count: int, newest: str | None) -> Text:
    name = outlet or Text("Outlet unknown")
    if newest is None:
        return Text("{outlet}: articles: {count}", outlet=name, count=count)
    day = date.fromisoformat(newest[:10])
    return Text("{outlet}: articles: {count}, the newest from {day}", outlet=name, count=count, day=day)


def _list_sources(desk: Desk, _: str) -> str:
    lines = [
        f"{source.kind} {_name(desk, source)}{f' ({source.outlet})' if source.outlet else ''}"
        for source in SourceList(desk.settings.data).read()
    ]
    return write_list(lines) or Text("There are no sources yet.")


def _add_sources(desk: Desk, argument: str) -> str:
    """Add what addresses stand for. Files of this machine are not added from a chat, whoever writes there."""
    from index.web.probe import recognise_source

    locations = argument.split()
    for location in locations:
        if not location.lower().startswith(("http://", "https://")):
            return Text(
                "Only addresses that begin with http:// or https:// can be added here, not {text}.", text=location
            )
    found = [recognise_source(desk.settings, location) for location in locations]
    added = SourceList(desk.settings.data).add([source for recognised in found for source in recognised.sources])
    lines = [
        Text("Added {kind} {source}; /reindex reads it.", kind=source.kind, source=_name(desk, source))
        for source in added
    ]
    reasons = [scrub(reason, desk.settings.secrets) for recognised in found for reason in recognised.left_out]
    left_out = [Text("Left out {reason}", reason=reason) for reason in reasons]
    return write_list([*lines, *left_out]) or Text("Nothing is new: that was a source already.")


def _remove_sources(desk: Desk, argument: str) -> str:
    sources = SourceList(desk.settings.data)
    listed = {_name(desk, source): source.location for source in sources.read()}
    named = [argument] if argument in listed else argument.split()  # a path may have spaces
    removed = sources.remove([listed.get(name, name) for name in named])
    return write_list(
        [Text("Removed {source}; its articles go at the next /reindex.", source=_name(desk, it)) for it in removed]
    )


def _name(desk: Desk, source: Source) -> str:
    """A source as it is listed, and can be named: without the password that its address may have."""
    return scrub(source.location, desk.settings.secrets)
