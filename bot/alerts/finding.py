"""The new articles of the index that somebody watches for become alerts that wait; each article is looked at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.alerts.mark import Mark, make_mark, read_mark
from bot.alerts.matching import Lead, Matcher, read_topic
from bot.state.alerts import Alert, Alerts
from bot.state.leases import Leases
from bot.state.watches import Watch, Watches
from index.articles import Article
from index.embed import Embedder
from index.generations import Generation
from index.store import ArticleStore

NAME = "alerts"  # of the lease, whose text is the mark
_NEW = timedelta(3)  # after which an article is no news
_AHEAD = timedelta(1)  # what is dated later is dated wrongly: further no zone is ahead of UTC


def find_alerts(generation: Generation, embedder: Embedder, watches: Watches, alerts: Alerts, leases: Leases) -> bool:
    """Add the alerts for all articles that are new since the last look; whether that was possible.

    The alerts are kept before the mark is: killed in between, the next look finds the same ones, and adds none twice.
    """
    store = generation.store
    before, mark = read_mark(leases.read(NAME)), make_mark(store)
    if before == mark:
        return True
    watched = watches.watched()
    first = before.find_in(store) if before else min((watch.after for watch in watched), default=mark.number)
    if first is None:  # an index made anew: nothing in it is news
        first = mark.number
    if before and first != before.number:  # what has a lower number now is news to those who watched before
        watches.renumber(first)
        watched = watches.watched()
    found = _match_new(generation, embedder, watched, alerts, Window(first, before, mark, alerts.now()))
    if found and not alerts.add(found):
        return False
    return leases.write(NAME, mark.write())


class Window:
    """The articles that are new: those above a number that the mark before did not have, up to that of now."""

    def __init__(self, first: int, before: Mark | None, mark: Mark, now: float) -> None:
        moment = datetime.fromtimestamp(now, UTC)
        self.now = now
        self._first, self._last = first, mark.number
        self._seen = {article_id for _, article_id in before.last} if before else set()
        self._since, self._until = ((moment + by).isoformat(timespec="seconds") for by in (-_NEW, _AHEAD))

    def read(self, store: ArticleStore) -> Iterator[tuple[int, Article]]:
        """The articles with their numbers, in order."""
        number = self._first
        while page := store.articles_after(number, self._since[:10]):
            for number, article in page:  # the next page begins after the last
                if number <= self._last and article.id not in self._seen and (article.published or "") <= self._until:
                    yield number, article


def _match_new(
    generation: Generation, embedder: Embedder, watches: list[Watch], alerts: Alerts, window: Window
) -> list[Alert]:
    """The alerts for new articles: one for each chat and story, by the first of its watches that matches."""
    topics = {watch.topic: read_topic(watch.topic, generation.keywords) for watch in watches}
    matcher = Matcher(embedder)
    found: dict[tuple[int, str], Alert] = {}
    for number, article in window.read(generation.store):
        lead = Lead(article)
        copies: list[str] | None = None
        for watch in watches:
            key = (watch.chat_id, article.id)
            if number <= watch.after or key in found:
                continue
            if not matcher.match(topics[watch.topic], lead):
                continue
            if copies is None:
                copies = [copy.id for copy in generation.store.copies_of(article.id)]
            told = any((watch.chat_id, copy) in found for copy in copies)
            if not told and not alerts.known(watch.chat_id, [article.id, *copies]):
                found[key] = Alert(watch.chat_id, article.id, watch.thread_id, watch.topic, window.now)
    return list(found.values())
