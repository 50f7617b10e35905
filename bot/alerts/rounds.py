"""The rounds: again and again it is looked for what is to be sent unasked, alerts and digests, and that is sent."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.alerts.finding import NAME, find_alerts
from bot.alerts.parcels import AlertParcel, DigestParcel, Parcel
from bot.alerts.quiet import begin_of, find_due, local_day, read_hours
from bot.answer import Newsbot
from bot.conversation.messages import Reply
from bot.state.alerts import Alert, Alerts
from bot.state.leases import Leases
from bot.state.watches import Times, Watches
from config.errors import IndexMismatch, IndexMissing, NewsbotError
from config.logs import scrub
from config.settings import Settings

Deliver = Callable[[int, int | None, Reply], Awaitable[bool]]  # chat, topic in it; False: it cannot be reached any more

PAUSE = 10.0  # seconds between two rounds
_LEASE = 60.0  # seconds
_STALE = 24 * 3600.0  # seconds after which an alert that could not be sent is no news
_AGAIN = 300.0  # seconds until a chat is tried again to which something could not be sent
_PATIENCE = 10.0  # seconds that a message under way has at the end
_LOG = logging.getLogger(__name__)


class Rounds:
    """Sends alerts and digests. `now` is the clock, in seconds since 1970, `pause` the seconds between two rounds.

    Of several replicas on one state database one at a time is at it.
    """

    def __init__(
        self, settings: Settings, newsbot: Newsbot, now: Callable[[], float] = time.time, pause: float = PAUSE
    ) -> None:
        self._settings, self._newsbot, self._now, self._pause = settings, newsbot, now, pause
        self._watches, self._alerts, self._leases = Watches(settings, now), Alerts(settings, now), Leases(settings, now)
        self._holder = secrets.token_hex(8)
        self._seen: tuple[str, int] | None = None  # generation and revision at the last look
        self._not_before: dict[int, float] = {}  # chats to which something could not be sent

    async def run(self, deliver: Deliver) -> None:
        """Make rounds until cancelled; a message that is under way is finished. Raises nothing else: what fails is
        logged, and tried again.
        """
        while True:
            await self.make_round(deliver)
            await asyncio.sleep(self._pause)

    async def make_round(self, deliver: Deliver) -> None:
        """Look once for what is to be sent, and send it."""
        try:
            parcels = await asyncio.to_thread(self._collect)
        except Exception as error:  # noqa: BLE001 - the bot goes on answering, and the next round tries again
            self._note(error)
            return
        for parcel in parcels:
            if not await asyncio.to_thread(self._hold):  # another replica is at it
                return
            sending = asyncio.create_task(self.send(parcel, deliver))
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                await asyncio.wait([sending], timeout=_PATIENCE)
                raise

    async def send(self, parcel: Parcel, deliver: Deliver) -> None:
        """Claim, write and deliver one parcel; where that fails, give it back, to be tried again later."""
        try:
            if not await asyncio.to_thread(parcel.claim):
                return
            try:
                answer = await asyncio.to_thread(parcel.write)
                reached = answer is None or await deliver(parcel.chat_id, parcel.thread_id, Reply(answer))
            except Exception:
                self._not_before[parcel.chat_id] = self._now() + _AGAIN
                await asyncio.to_thread(parcel.give_back)
                raise
            await asyncio.to_thread(parcel.settle)
            if not reached:
                _LOG.info("chat %s cannot be reached any more: its watches and its digest are ended", parcel.chat_id)
                await asyncio.to_thread(self._watches.stop, parcel.chat_id)
        except Exception as error:  # noqa: BLE001 - other chats are not to wait for this one
            self._note(error)

    def _hold(self) -> bool:
        return self._leases.hold(NAME, self._holder, _LEASE)

    def _note(self, error: Exception) -> None:
        if isinstance(error, NewsbotError):
            _LOG.error("alerts and digests failed: %s", scrub(str(error), self._settings.secrets))
        else:
            _LOG.error("alerts and digests failed", exc_info=error)

    def _collect(self) -> list[Parcel]:
        """Find the alerts for what is new, and pack what is due; while nothing is, that reads two small tables."""
        self._find()
        all_times, now = self._watches.all_times(), self._now()
        self._not_before = {chat: moment for chat, moment in self._not_before.items() if moment > now}
        parcels: list[Parcel] = [
            *self._pack_alerts(self._alerts.waiting(), all_times),
            *self._pack_digests(all_times.values()),
        ]
        return [parcel for parcel in parcels if parcel.chat_id not in self._not_before]

    def _find(self) -> None:
        try:
            with self._newsbot.index.use() as generation:
                seen = generation.name, generation.store.revision()
                watches = self._watches.watched() if seen != self._seen else []
                if watches and not (
                    self._hold()
                    and find_alerts(generation, self._newsbot.embedder, self._watches, self._alerts, self._leases)
                ):
                    return
                self._seen = seen
        except (IndexMissing, IndexMismatch):
            return

    def _pack_alerts(self, waiting: Sequence[Alert], all_times: dict[int, Times]) -> Iterator[AlertParcel]:
        """The alerts that may be sent now: those that quiet hours kept back in one message, others one by one."""
        now = self._now()
        self._alerts.drop([alert for alert in waiting if alert.found < now - _STALE])
        fresh = sorted((alert for alert in waiting if alert.found >= now - _STALE), key=lambda alert: alert.chat_id)
        for chat_id, group in groupby(fresh, key=lambda alert: alert.chat_id):
            times = all_times.get(chat_id, Times(chat_id))
            zone, quiet = self._zone(times), read_hours(times.quiet)
            if quiet and quiet.hold(now, zone):
                continue
            messages: dict[object, list[Alert]] = {}
            for alert in group:
                kept_back = quiet is not None and quiet.hold(alert.found, zone)
                messages.setdefault(alert.thread_id if kept_back else alert, []).append(alert)
            most = self._settings.alerts_per_day
            sent = self._alerts.count_sent(chat_id, begin_of(local_day(now, zone), zone))
            for place, alerts in enumerate(messages.values(), start=sent + 1):
                if place <= most:
                    yield AlertParcel(alerts, self._alerts, self._newsbot, is_last=place == most)
                else:
                    self._alerts.drop(alerts)

    def _pack_digests(self, all_times: Iterable[Times]) -> Iterator[DigestParcel]:
        now = self._now()
        for times in all_times:
            day = find_due(times.at, times.day, self._zone(times), now) if times.at else None
            if day is not None:
                yield DigestParcel(times, day, now, self._watches, self._newsbot)

    def _zone(self, times: Times) -> ZoneInfo:
        return ZoneInfo(times.zone or self._settings.timezone)
