"""Reading sources in the background: the events of folders, what happens to the threads, and when what is due."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import NewsbotError
from config.settings import Settings, load_settings
from index.articles import Article, Failure, digest
from index.database import Database
from index.events import ArticleRead, Event, ItemRead, Listed, SourceRead
from index.folders import read_folder
from index.ledger import Ledger, RememberedFailure
from index.reading import read_sources
from index.schedule import delay, next_read, next_try, next_visit
from index.sources import Kind, Source
from tests.newsfeed import write_feed, write_item, write_page, write_story
from tests.newsroom import write_text
from tests.website import Website

DAY = 86_400.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that allow the site of the test."""
    return load_settings({"data": tmp_path / "data", "allow_hosts": "127.0.0.1"})


@pytest.fixture
def database() -> Iterator[Database]:
    """An empty database."""
    database = Database(":memory:")
    yield database
    database.close()


@pytest.fixture
def site() -> Iterator[Website]:
    """A website of this test's own."""
    with Website() as website:
        yield website


@pytest.fixture
def threads_end() -> Iterator[None]:
    """Asserts that no thread of reading is left when the test is done."""
    before = set(threading.enumerate())
    yield
    assert {thread.name for thread in set(threading.enumerate()) - before if "_carry" in thread.name} == set()


def wait_until(site: Website, path: str) -> None:
    """Wait until a path of the site was asked for."""
    deadline = time.monotonic() + 30
    while path not in site.paths():
        assert time.monotonic() < deadline, f"{path} was not asked for"
        time.sleep(0.01)


def write_files(folder: Path, count: int) -> Source:
    """A folder of text files."""
    for number in range(count):
        write_text(folder / f"{number:02}.txt", f"Ship {number} left the port.")
    return Source("folder", str(folder))


def note(ledger: Ledger, source: Source, *events: Event) -> None:
    """Note the items of some events as read."""
    for event in events:
        if isinstance(event, ItemRead):
            ledger.note_item(source.location, event.item, event.stamp, {digest(event.item): "hash"})


# Folders


def test_events_of_a_folder(database: Database, tmp_path: Path) -> None:
    """A folder gives its articles in order, then only those of files that have changed, and says what it has."""
    source, ledger = write_files(tmp_path / "news", 2), Ledger(database)
    one, two = (str(tmp_path / "news" / name) for name in ("00.txt", "01.txt"))
    events = list(read_folder(source, ledger, 1000))
    articles = [Article(digest(item), f"Ship {number} left the port.") for number, item in enumerate((one, two))]
    stamps = {event.item: event.stamp for event in events if isinstance(event, ItemRead)}
    assert events == [
        Listed(source.location, 42, set()),
        ArticleRead(source.location, one, articles[0], 21),
        ItemRead(source.location, one, stamps[one]),
        ArticleRead(source.location, two, articles[1], 21),
        ItemRead(source.location, two, stamps[two]),
        SourceRead(source.location, {one, two}, []),
    ]
    note(ledger, source, *events)
    assert list(read_folder(source, ledger, 1000)) == [
        Listed(source.location, 0, {one, two}),
        SourceRead(source.location, {one, two}, []),
    ]
    write_text(Path(one), "The ship came back.")
    Path(two).unlink()
    changed, article, item, end = read_folder(source, ledger, 1000)
    assert (changed, end) == (Listed(source.location, 19, set()), SourceRead(source.location, {one}, []))
    assert article == ArticleRead(source.location, one, Article(digest(one), "The ship came back."), 19)
    assert isinstance(item, ItemRead)
    assert item.stamp != stamps[one]


def test_a_file_that_is_too_large(database: Database, tmp_path: Path) -> None:
    """A file that cannot be read is a failure of its item, and the folder was read completely all the same."""
    source = write_files(tmp_path / "news", 1)
    item = str(tmp_path / "news" / "00.txt")
    failure = Failure(source.location, item, "is 0.0 MB, over the limit of 0.0 MB")
    events = list(read_folder(source, Ledger(database), 10))
    assert [type(event) for event in events] == [Listed, ArticleRead, ItemRead, SourceRead]
    assert events[1] == ArticleRead(source.location, item, failure, 0)
    assert events[3] == SourceRead(source.location, {item}, [])


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_folder_that_is_gone(database: Database, tmp_path: Path, kind: Kind) -> None:
    """A source that is not there was not read completely: it does not say that anything is gone."""
    source = Source(kind, str(tmp_path / "gone.txt"))
    listed, end = read_folder(source, Ledger(database), 1000)
    assert listed == Listed(source.location, 0, set())
    assert isinstance(end, SourceRead)
    assert (end.items, [failure.item for failure in end.failures]) == (None, [source.location])


# Reading in the background


@pytest.mark.usefixtures("threads_end")
def test_all_sources(database: Database, settings: Settings, site: Website, tmp_path: Path) -> None:
    """The events of folders and of the web come each in their order, and then it ends."""
    feed = Source("feed", f"{site.url}/feed")
    site.page("/feed", write_feed(write_item(f"{site.url}/a", "Short.")))
    site.page("/a", write_page(write_story("Ansk")))
    folders = [write_files(tmp_path / name, 1) for name in ("one", "two")]
    events = list(read_sources([folders[0], feed, folders[1]], Ledger(database), settings))
    kinds = [Listed, ArticleRead, ItemRead, SourceRead]
    assert [type(event) for event in events if event.source == feed.location] == kinds
    local = [(type(event), event.source) for event in events if event.source != feed.location]
    assert local == [(kind, folder.location) for folder in folders for kind in kinds]


@pytest.mark.usefixtures("threads_end")
def test_no_sources(database: Database, settings: Settings) -> None:
    """Nothing comes out of no sources."""
    assert list(read_sources([], Ledger(database), settings)) == []


@pytest.mark.usefixtures("threads_end")
def test_reading_goes_on_meanwhile(database: Database, settings: Settings, site: Website) -> None:
    """While one event is worked on, the next pages are read."""
    pages = [f"/{number}" for number in range(3)]
    site.page("/feed", write_feed(*(write_item(site.url + page, "Short.") for page in pages)))
    for page in pages:
        site.page(page, write_page(write_story(page)))
    events = read_sources([Source("feed", f"{site.url}/feed")], Ledger(database), settings)
    assert isinstance(next(events), Listed)
    wait_until(site, "/2")
    assert len(list(events)) == 7


@pytest.mark.usefixtures("threads_end")
def test_reading_does_not_run_ahead(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so many events wait to be taken: what comes later is read later, as it is then."""
    monkeypatch.setattr("index.reading._AHEAD", 2)
    source = write_files(tmp_path / "news", 9)
    events = read_sources([source], Ledger(database), settings)
    next(events)
    write_text(tmp_path / "news" / "08.txt", "It came back.")
    texts = [
        event.result.text for event in events if isinstance(event, ArticleRead) and isinstance(event.result, Article)
    ]
    assert texts[-2:] == ["Ship 7 left the port.", "It came back."]


@pytest.mark.usefixtures("threads_end")
@pytest.mark.parametrize("ahead", [1, 500])
def test_closing_early(
    database: Database,
    settings: Settings,
    site: Website,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ahead: int,
) -> None:
    """When nobody takes events any more both threads end, whether they wait to give one, or for a server."""
    monkeypatch.setattr("index.reading._AHEAD", ahead)
    stories = [write_item(f"{site.url}/{number}", write_story(str(number)) * 2) for number in range(9)]
    site.page("/feed", write_feed(*stories))
    site.misbehave("/slow", "drip body")
    sources = [write_files(tmp_path / "news", 9), *(Source("feed", f"{site.url}/{path}") for path in ("slow", "feed"))]
    events = read_sources(sources, Ledger(database), settings)
    next(events)
    wait_until(site, "/slow")
    assert hasattr(events, "close")
    events.close()


@pytest.mark.usefixtures("threads_end")
@pytest.mark.parametrize("kind", ["folder", "feed"])
def test_an_error_in_a_thread(settings: Settings, tmp_path: Path, kind: Kind) -> None:
    """What goes wrong in a thread, such as a disk that fails, is raised where the events are taken."""
    database = Database(":memory:")
    database.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        list(read_sources([Source(kind, str(tmp_path))], Ledger(database), settings))


@pytest.mark.usefixtures("threads_end")
def test_waiting_can_be_ended(database: Database, settings: Settings, site: Website) -> None:
    """While a server lets us wait, whoever takes the events is asked whether to go on."""

    def refuse() -> None:
        if site.paths():
            raise NewsbotError("enough", "stop")

    site.misbehave("/feed", "drip headers")
    with pytest.raises(NewsbotError, match="enough"):
        list(read_sources([Source("feed", f"{site.url}/feed")], Ledger(database), settings, while_waiting=refuse))


# When what is due


@pytest.mark.parametrize(
    ("every", "usual", "last", "expected"),
    [
        (0, 15, None, 0.0),
        (0, 15, 1000.0, 1900.0),
        (5, 15, 1000.0, 1300.0),
        (5, 0, 1000.0, 1300.0),
        (0, 0, 1000.0, math.inf),
        (0, 0, None, math.inf),
    ],
)
def test_next_read(tmp_path: Path, every: int, usual: int, last: float | None, expected: float) -> None:
    """A source is due after its own interval, else after the usual one, at once if it was never read, or never."""
    settings = load_settings({"data": tmp_path, "poll_minutes": usual})
    assert next_read(Source("feed", "https://news.example/", every), settings, last) == expected


def test_a_page_is_visited_ever_less_often() -> None:
    """A page is visited again when it is twice as old: about fifteen times in its first week."""
    first, now, visits = 1000.0, 1000.0 + 60, 0
    while now - first <= 7 * DAY:
        now = next_visit(first, now)
        visits += 1
    assert (next_visit(first, first), visits) == (first, 14)


@pytest.mark.parametrize(
    ("first", "last", "not_before", "expected"),
    [
        (1000.0, 1000.0, 0.0, 1000.0),
        (1000.0, 1600.0, 0.0, 2200.0),
        (1000.0, 1000.0 + 9 * DAY, 0.0, 1000.0 + 10 * DAY),
        (1000.0, 1600.0, 9000.0, 9000.0),
        (1000.0, 1600.0, 2000.0, 2200.0),
    ],
)
def test_next_try(first: float, last: float, not_before: float, expected: float) -> None:
    """A failure is tried again after as long as it is known, at most a day, and not before its server wants it."""
    failure = RememberedFailure(Failure("s", "i", "is not there (404)", not_before), first, last)
    assert next_try(failure) == expected
    assert delay(first, last) <= DAY
