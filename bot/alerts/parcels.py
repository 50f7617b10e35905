"""What is sent to a chat unasked, in one message each: alerts, or a digest. Each is claimed before it is written.

Whoever claims one sends it. A process that is killed in between may lose it, and nobody is ever told the same twice;
where writing or sending fails and the process lives, it is given back, and tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bot.alerts.digest import BULLET, find_outlets, make_digest, quote_lead, write_moment
from bot.answer import Newsbot
from bot.answers import Answer
from bot.state.alerts import Alert, Alerts
from bot.state.watches import Times, Watches
from bot.texts import Text
from bot.verification.citations import cite_statements
from index.store import ArticleStore

MOST = 8  # alerts in one message
_DAY = 86_400.0


class Parcel(Protocol):
    """Something to be sent, to a chat and perhaps a topic in it."""

    @property
    def chat_id(self) -> int:
        """Whom it is for."""
        ...

    @property
    def thread_id(self) -> int | None:
        """The topic in a group."""
        ...

    def claim(self) -> bool:
        """Note that it is being sent; False if it no longer needs to be."""
        ...

    def write(self) -> Answer | None:
        """What is sent; None if there is nothing left of it. May raise `NewsbotError`."""
        ...

    def settle(self) -> None:
        """Note that it was sent."""
        ...

    def give_back(self) -> None:
        """Note that it was not sent."""
        ...


@dataclass
class AlertParcel:
    """Some alerts of one chat, in one message; `is_last` is the last one of a day."""

    alerts: Sequence[Alert]
    queue: Alerts
    newsbot: Newsbot
    is_last: bool = False
    _claimed: list[Alert] = field(default_factory=list)

    @property
    def chat_id(self) -> int:
        """Whom they are for."""
        return self.alerts[0].chat_id

    @property
    def thread_id(self) -> int | None:
        """Where their topics are watched."""
        return self.alerts[0].thread_id

    def claim(self) -> bool:
        """Take those that still wait."""
        self._claimed = self.queue.claim(self.alerts)
        return bool(self._claimed)

    def write(self) -> Answer | None:
        """A line for each article, the newest alerts first where there are more than eight."""
        with self.newsbot.index.use() as generation:
            answer = write_alerts(self._claimed[-MOST:], generation.store)
        if answer is None:
            return None
        more, notes = len(self._claimed[:-MOST]), list(answer.notes)
        if more:
            notes.append(Text("Further articles on what you watch: {count}.", count=more))
        if self.is_last:
            notes.append(Text("This was the last alert for today."))
        return Answer(answer.question, answer.status, answer.text, answer.citations, tuple(notes), answer.reader)

    def settle(self) -> None:
        """They were sent."""
        self.queue.settle(self._claimed)

    def give_back(self) -> None:
        """They wait again."""
        self.queue.put_back(self._claimed)


@dataclass(frozen=True)
class DigestParcel:
    """The digest of a day for a chat: what was published in the day before `now`, in seconds since 1970."""

    times: Times
    day: date
    now: float
    watches: Watches
    newsbot: Newsbot

    @property
    def chat_id(self) -> int:
        """Whom it is for."""
        return self.times.chat_id

    @property
    def thread_id(self) -> int | None:
        """Where it was asked for."""
        return self.times.thread_id

    def claim(self) -> bool:
        """Take the day, so that it has no other digest."""
        return self.watches.claim_digest(self.chat_id, self.day.isoformat())

    def write(self) -> Answer | None:
        """The digest, also where nothing happened: silence would look like a failure."""
        with self.newsbot.index.use() as generation:
            since, until = write_moment(self.now - _DAY), write_moment(self.now)
            return make_digest(generation, self.newsbot.embedder, since, until)

    def settle(self) -> None:
        """The day was noted when it was claimed."""

    def give_back(self) -> None:
        """The day still wants its digest."""
        self.watches.set_times(self.chat_id, day=self.times.day)


def write_alerts(alerts: Sequence[Alert], store: ArticleStore) -> Answer | None:
    """The alerts as an answer: the lead sentence of each article, verified and cited; None if there is none."""
    lead = BULLET if len(alerts) > 1 else ""
    articles = [(alert.topic, store.article(alert.article_id)) for alert in alerts]
    told = [(topic, line) for topic, one in articles if one and (line := quote_lead(one, store, lead))]
    if not told:
        return None
    outlets = {line.spans[0].article.id: find_outlets(store, line.spans[0]) for _, line in told}
    text, citations = cite_statements([line for _, line in told], outlets)
    topics = ", ".join(dict.fromkeys(topic for topic, _ in told))
    note = Text("You watch “{topic}”. /unwatch ends it.", topic=topics)
    return Answer(topics, "answered", text, citations, (note,), "alert")
