"""The commands for what is sent unasked: watches on topics, quiet hours, and the daily digest."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from zoneinfo import ZoneInfo

from bot.alerts.digest import make_digest, write_moment
from bot.alerts.matching import read_topic
from bot.alerts.quiet import find_passed, read_hours, read_time, read_zone
from bot.answers import Answer
from bot.conversation.desk import Desk, Request
from bot.conversation.messages import Reply
from bot.state.watches import MOST, Watch
from bot.texts import Text, join_texts
from config.errors import IndexMissing
from config.patterns import compile_later
from index.clean import clean_line
from index.terms import content_terms, fold_words

_LONGEST = 100  # characters of a topic
_DAY = 86_400.0
_OFF = {"off", "all", "none", "stop"}
_QUIET = compile_later(
    r"(?:(?P<topic>.*)\s)?quiet\s+(?P<hours>off|\d[\d:.]*\s*(?:-|–|—|to)\s*\d[\d:.]*)", re.IGNORECASE
)
_ZONE = compile_later(r"zone\s+(\S+(?:/\S+)+|\S+)", re.IGNORECASE)
_DAILY = compile_later(r"(?:(?:daily|every day)\s+)?(?:at\s+)?(\d[\d:.]*)(?:\s+(\S.*))?", re.IGNORECASE)

EXAMPLE = Text("Write what to watch, for example: /watch earthquake in Turkey")
HOURS = Text("Write quiet hours like this: /watch quiet 22:00-07:00")
DIGEST = Text(
    "Write /digest for the stories of the last day, /digest daily 08:00 to get them every day, or /digest off."
)
NOT_KEPT = Text("I cannot note that just now. Please try again in a moment.")
NONE = Text("Nothing is watched here.")


async def run_watch(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """Watch a topic, set the quiet hours or the zone of the chat, or list what is watched."""
    yield Reply(await asyncio.to_thread(_watch, desk, request))


async def run_unwatch(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """End one watch, by its topic or its number in the list, or all."""
    yield Reply(await asyncio.to_thread(_unwatch, desk, request))


async def run_digest(desk: Desk, request: Request) -> AsyncIterator[Reply]:
    """The stories of the last day; or set when they come each day."""
    loop = asyncio.get_running_loop()
    if not request.argument or request.argument.casefold() == "now":
        yield Reply(await loop.run_in_executor(desk.threads, _tell_day, desk))
    else:
        yield Reply(await asyncio.to_thread(_set_digest, desk, request))


def _watch(desk: Desk, request: Request) -> str:
    chat, argument = request.message.chat, clean_line(request.argument)
    if not argument:
        return _list_watches(desk, chat)
    if argument.casefold() in _OFF:
        return _end_all(desk, chat)
    if (found := _ZONE.fullmatch(argument)) and (read_zone(found[1]) or "/" in found[1]):
        return _set_zone(desk, chat, found[1])
    said = []
    if found := _QUIET.fullmatch(argument):
        said.append(_set_quiet(desk, chat, found["hours"]))
        argument = (found["topic"] or "").strip()
        if not argument or said[0] in (HOURS, NOT_KEPT):
            return said[0]
    elif argument.casefold() == "quiet":
        return HOURS
    return join_texts(_add_watch(desk, request, argument), *said)


def _add_watch(desk: Desk, request: Request, topic: str) -> str:
    message = request.message
    if len(topic) > _LONGEST:
        return Text("A topic has at most {count} characters.", count=_LONGEST)
    after, words = _look_up(desk, topic)
    if not words:
        return EXAMPLE
    added = desk.watches.add(Watch(message.chat, message.thread_id, topic, after))
    if added == "failed":
        return NOT_KEPT
    if added == "full":
        return Text("{count} topics are watched here already. /unwatch ends one.", count=MOST)
    if added == "known":
        return Text("“{topic}” is watched here already.", topic=topic)
    most = desk.settings.alerts_per_day
    return Text("I watch “{topic}” and tell you what is new, at most {count} times a day.", topic=topic, count=most)


def _look_up(desk: Desk, topic: str) -> tuple[int, bool]:
    """The number of the newest article, and whether a topic has any word that can be watched for."""
    try:
        with desk.newsbot.index.use() as generation:
            last = generation.store.last_stored(1)
            return last[0][0] if last else 0, bool(read_topic(topic, generation.keywords).weights)
    except IndexMissing:
        return 0, bool(content_terms(topic))


def _set_quiet(desk: Desk, chat: int, written: str) -> str:
    if written.casefold() == "off":
        kept = desk.watches.set_times(chat, quiet="")
        return Text("There are no quiet hours any more.") if kept else NOT_KEPT
    hours = read_hours(written)
    if hours is None:
        return HOURS
    if not desk.watches.set_times(chat, quiet=str(hours)):
        return NOT_KEPT
    zone = desk.watches.times(chat).zone or desk.settings.timezone
    return Text(
        "From {start} to {end} ({zone}) I keep alerts back.",
        start=f"{hours.start:%H:%M}",
        end=f"{hours.end:%H:%M}",
        zone=zone,
    )


def _set_zone(desk: Desk, chat: int, written: str) -> str:
    zone = read_zone(written)
    if not zone:
        return _unknown_zone(written)
    if not desk.watches.set_times(chat, zone=zone):
        return NOT_KEPT
    return Text("The times of this chat are those of {zone} from now on.", zone=zone)


def _unknown_zone(written: str) -> str:
    return Text("I do not know the time zone {zone}. One is written like this: Europe/Istanbul", zone=written)


def _list_watches(desk: Desk, chat: int) -> str:
    watches, times = desk.watches.watched(chat), desk.watches.times(chat)
    zone = times.zone or desk.settings.timezone
    lines: list[str] = [NONE if not watches else Text("What is watched here:")]
    lines += [f"{number}. {watch.topic}" for number, watch in enumerate(watches, start=1)]
    if times.quiet:
        lines.append(Text("Quiet hours: {hours} ({zone})", hours=times.quiet, zone=zone))
    if times.at:
        lines.append(Text("Digest: every day at {time} ({zone})", time=times.at, zone=zone))
    lines.append(Text("/unwatch 1 ends the first.") if watches else EXAMPLE)
    return join_texts(*lines, sep="\n")


def _unwatch(desk: Desk, request: Request) -> str:
    chat, argument = request.message.chat, clean_line(request.argument)
    watches = desk.watches.watched(chat)
    if not watches:
        return NONE
    if argument.casefold() in _OFF:
        return _end_all(desk, chat)
    if not argument and len(watches) > 1:
        return _list_watches(desk, chat)
    watch = _find_watch(watches, argument) if argument else watches[0]
    if watch is None:
        return join_texts(Text("“{topic}” is not watched here.", topic=argument), _list_watches(desk, chat), sep="\n")
    if not desk.watches.remove(chat, watch.topic):
        return NOT_KEPT
    return Text("“{topic}” is no longer watched.", topic=watch.topic)


def _find_watch(watches: Sequence[Watch], written: str) -> Watch | None:
    words = fold_words(written)
    found = next((watch for watch in watches if fold_words(watch.topic) == words), None)
    if found is None and written.isdecimal() and 1 <= int(written) <= len(watches):
        return watches[int(written) - 1]
    return found


def _end_all(desk: Desk, chat: int) -> str:
    if not desk.watches.watched(chat):
        return NONE
    return Text("Nothing is watched here any more.") if desk.watches.remove(chat) else NOT_KEPT


def _tell_day(desk: Desk) -> Answer:
    now = desk.now()
    with desk.newsbot.index.use() as generation:
        return make_digest(generation, desk.newsbot.embedder, write_moment(now - _DAY), write_moment(now))


def _set_digest(desk: Desk, request: Request) -> str:
    message, argument = request.message, clean_line(request.argument)
    if argument.casefold() in _OFF:
        if not desk.watches.times(message.chat).at:
            return Text("No digest is sent here.")
        return Text("No digest is sent here any more.") if desk.watches.set_times(message.chat, at="") else NOT_KEPT
    found = _DAILY.fullmatch(argument)
    at = read_time(found[1]) if found else None
    if found is None or at is None:
        return DIGEST
    times = desk.watches.times(message.chat)
    zone = read_zone(found[2]) if found[2] else times.zone or desk.settings.timezone
    if not zone:
        return _unknown_zone(found[2])
    day = find_passed(at, ZoneInfo(zone), desk.now()).isoformat()
    values = {"at": f"{at:%H:%M}", "day": max(day, times.day), "thread_id": message.thread_id}
    if not desk.watches.set_times(message.chat, **values, **({"zone": zone} if found[2] else {})):
        return NOT_KEPT
    return Text(
        "You get the stories of the day every day at {time} ({zone}). /digest off ends it.",
        time=f"{at:%H:%M}",
        zone=zone,
    )
