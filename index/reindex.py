"""Bringing the index up to date: every step of an article's way in, in order.

source → files → documents → articles (cleaned) → plan → passages → embedded and stored
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from config.settings import Settings
from index.articles import Article, Failure, Passage
from index.clean import make_article
from index.embed import Embedder
from index.files import ArticleFile, list_files, read_documents
from index.generations import (
    Generation,
    current_name,
    hold_lock,
    make_current,
    remove_old_generations,
    start_generation,
)
from index.plan import plan_article, plan_removals
from index.report import Progress, Report, SourceReport
from index.sources import Source, SourceList
from index.split import split_article
from index.writer import remove_articles, sweep_stale, write_articles

_BATCH = 1000  # passages that are embedded and stored together


def reindex(
    settings: Settings,
    embedder: Embedder,
    *,
    full: bool = False,
    allow_removal: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Read all sources and make the index hold what they hold. One process at a time; questions are answered meanwhile.

    `full` reads every file again and embeds everything anew, in a new generation that then takes the old one's place.
    Raises `IndexLocked`, `IndexMismatch` or `ServiceError`; whatever was indexed before is then still there.
    """
    began = time.monotonic()
    with hold_lock(settings):
        generation = _open_generation(settings, embedder, full=full)
        try:
            run = _Run(settings, generation, embedder, allow_removal, on_progress)
            sweep_stale(generation)
            for source in SourceList(settings.data).read():
                run.read_source(source)
            run.drop_unlisted_sources()
            run.embed_what_was_taken_over()
            report = run.finish()
            make_current(settings, generation.name)
        finally:
            generation.close()
    report.seconds = round(time.monotonic() - began, 3)
    return report


def _open_generation(settings: Settings, embedder: Embedder, *, full: bool) -> Generation:
    """The generation to write to: the current one, or a new one beside it."""
    remove_old_generations(settings)
    name = current_name(settings)
    if name is None:
        generation = start_generation(settings, embedder.name)
        make_current(settings, generation.name)  # so that a first run that is killed is gone on with
        return generation
    if full:
        return start_generation(settings, embedder.name, base=name)
    generation = Generation(settings, name)
    try:
        generation.check_embedder(embedder.name)
        generation.check(str(settings.passage_words), "passage_words", "the words of a passage were at most")
    except BaseException:
        generation.close()
        raise
    return generation


class _Run:
    """One re-index under way: what was seen so far, and the articles that wait to be embedded together."""

    def __init__(
        self,
        settings: Settings,
        generation: Generation,
        embedder: Embedder,
        allow_removal: bool,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._settings, self._generation, self._embedder = settings, generation, embedder
        self._allow_removal, self._on_progress = allow_removal, on_progress
        self._store = generation.store
        self._stored = self._store.content_hashes()
        self._seen: dict[str, str] = {}
        self._waiting: dict[Article, list[Passage]] = {}
        self._after_write: list[Callable[[], None]] = []
        self._shrunk: list[tuple[ArticleFile, set[str]]] = []
        self._report = Report(generation.name)

    def read_source(self, source: Source) -> None:
        """Read what is new or changed in a source, and remove what is gone from it."""
        report = SourceReport(source.location)
        self._report.sources.append(report)
        files: list[ArticleFile] = []
        complete = True
        for found in list_files(source):
            if isinstance(found, Failure):
                complete = False
                self._fail(report, found)
            else:
                files.append(found)
        stamps, seen_in = self._store.stamps(source.location), self._store.seen_in(source.location)
        changed = [file for file in files if stamps.get(str(file.path)) != file.stamp]
        unread = {str(file.path) for file in files} - {str(file.path) for file in changed}
        present = {article_id for path in unread for article_id in seen_in.get(path, ())}
        report.unchanged = len(present)
        self._seen.update({i: self._stored[i] for i in present if i in self._stored})
        total, done = sum(file.size for file in changed), 0
        self._on_progress(Progress(source.location, 0, total, report.unchanged))
        for file in changed:
            present |= self._read_file(source, file, report, seen_in.get(str(file.path), []), done, total)
            done += file.size
        self._flush()
        held_back = self._remove_missing(source, report, present, complete=complete)
        if complete and not held_back:
            for file, held in self._shrunk:
                self._store.record_file(source.location, str(file.path), file.stamp, held)
            gone = seen_in.keys() | stamps.keys()
            self._store.forget_files(source.location, gone - {str(file.path) for file in files})
        self._shrunk = []

    def drop_unlisted_sources(self) -> None:
        """Remove the articles of sources that were removed from the list, unless another source has them too."""
        listed = {source.source for source in self._report.sources}
        for location in self._store.recorded_sources():
            if location not in listed:
                report = SourceReport(location)
                others = self._store.elsewhere(location)
                lost = [article_id for article_id, sources in others.items() if not sources & listed]
                remove_articles(self._generation, lost)
                self._store.forget_files(location, list(self._store.seen_in(location)))
                self._store.forget_files(location, list(self._store.stamps(location)))
                report.removed = len(lost)
                self._report.sources.append(report)

    def embed_what_was_taken_over(self) -> None:
        """In a new generation: split and embed the articles that no source gave again but that are kept."""
        for article_id in self._store.article_ids_without_passages():
            article = self._store.article(article_id)
            if article is not None:
                self._enqueue(article)
        self._flush()

    def finish(self) -> Report:
        """Note when and what failed, and give the report."""
        self._store.write_failures(self._report.failures)
        self._store.write_meta(reindexed=datetime.now(UTC).isoformat(timespec="seconds"))
        self._report.articles = self._store.count("articles")
        self._report.passages = self._store.count("passages")
        return self._report

    def _read_file(
        self, source: Source, file: ArticleFile, report: SourceReport, before: list[str], done: int, total: int
    ) -> set[str]:
        """Read one changed file; the ids of the articles that it holds, as far as anybody can know."""
        ids: set[str] = set()
        whole = True
        for article, size in self._read_articles(source, file):
            done += size
            if isinstance(article, Failure):
                whole = False
                self._fail(report, article)
                continue
            action = plan_article(article, self._stored.get(article.id), self._seen)
            if action == "refuse":
                whole = False
                reason = f"another article of this run has the id {article.id}, with other content"
                self._fail(report, Failure(source.location, str(file.path), reason))
                continue
            ids.add(article.id)
            self._seen[article.id] = article.content_hash
            if action == "keep":
                report.unchanged += 1
            else:
                report.new += action == "add"
                report.changed += action == "replace"
                self._enqueue(article)
            self._on_progress(
                Progress(source.location, min(done, total), total, report.new + report.changed + report.unchanged)
            )
        known = ids | set(before)
        # Noted only after the articles are stored: a run that is killed before reads the file again. What the file held
        # before stays noted, and the file is read again, until what is gone from it has been removed.
        stamp = file.stamp if whole and known == ids else None
        self._after_write.append(lambda: self._store.record_file(source.location, str(file.path), stamp, known))
        if whole and known != ids:
            self._shrunk.append((file, ids))
        return ids if whole else known

    def _read_articles(self, source: Source, file: ArticleFile) -> Iterator[tuple[Article | Failure, int]]:
        for document in read_documents(source, file, self._settings.max_file_mb * 1_000_000):
            if isinstance(document, Failure):
                yield document, 0
            else:
                yield make_article(source.location, document), document.size

    def _remove_missing(self, source: Source, report: SourceReport, present: set[str], *, complete: bool) -> bool:
        """Remove what is gone from a source; whether that was held back."""
        removals = plan_removals(
            self._store.elsewhere(source.location), present, complete=complete, allow_many=self._allow_removal
        )
        remove_articles(self._generation, removals.remove)
        report.removed = len(removals.remove)
        if removals.held_back:
            reason = (
                f"{len(removals.held_back)} articles are gone from it, more than half;"
                " to remove them, run `newsbot reindex --allow-removal`"
            )
            self._fail(report, Failure(source.location, source.location, reason))
        return bool(removals.held_back)

    def _enqueue(self, article: Article) -> None:
        self._waiting[article] = split_article(article, self._settings.passage_words)
        if sum(map(len, self._waiting.values())) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            write_articles(self._generation, self._embedder, self._waiting)
            self._stored.update({article.id: article.content_hash for article in self._waiting})
            self._waiting = {}
        for note in self._after_write:
            note()
        self._after_write = []

    def _fail(self, report: SourceReport, failure: Failure) -> None:
        report.failed += 1
        self._report.failures.append(failure)
