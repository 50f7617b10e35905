"""The admin's commands, each driven as the table of commands calls it: on the samples, and with what people asked."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.answers import Answer
from bot.conversation import administration
from bot.conversation.conversation import Conversation
from bot.conversation.desk import Desk, Handler, Request, Role, open_desk
from bot.conversation.lists import write_list
from bot.conversation.messages import Message, Reply
from bot.conversation.sources import run_sources
from bot.render.terminal import render_content
from bot.state.people import Person
from bot.status import collect_status, describe_status
from bot.texts import Text
from config.errors import IndexLocked
from config.settings import Settings, load_settings
from index.articles import Article
from index.embed import WordLlamaEmbedder
from index.live import LiveIndex
from index.lock import hold_lock
from index.sources import Source, SourceList, samples_folder
from tests.newsfeed import write_feed, write_item
from tests.website import Website

NOW = 20_000 * 86_400.0 + 14 * 3600
ADMIN, ADA, BOB, GROUP = 7, 8, 9, -100
FEED = write_feed(write_item("https://news.example/a", "Short."))
HOW_TO_ADD = "Write /sources, /sources add ADDRESS or /sources remove ADDRESS."


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        """The moment, in seconds since 1970."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock()


@pytest.fixture
def sample_desk(sample_settings: Settings, sample_newsbot: Newsbot, tmp_path: Path, clock: Clock) -> Desk:
    """A desk over the samples; what is kept of people is this test's own."""
    given = {"data": sample_settings.data, "state_url": f"sqlite:///{tmp_path}/state.db", "admins": str(ADMIN)}
    return open_desk(load_settings(given), sample_newsbot, clock)


@pytest.fixture
def desk_with(settings: Settings, embedder: WordLlamaEmbedder, clock: Clock) -> Iterator[Callable[..., Desk]]:
    """A desk with the settings given, over a data directory in which nothing is indexed yet."""
    indexes = []

    def make(**given: str) -> Desk:
        own = load_settings({"data": settings.data, "admins": str(ADMIN), **given})
        indexes.append(LiveIndex(own))
        return open_desk(own, Newsbot(indexes[-1], embedder, []), clock)

    yield make
    for index in indexes:
        index.close()


@pytest.fixture
def desk(desk_with: Callable[..., Desk]) -> Desk:
    """Such a desk with one admin."""
    return desk_with()


@pytest.fixture
def site() -> Iterator[Website]:
    """A website of this test's own."""
    with Website() as website:
        yield website


def replies(
    desk: Desk, handler: Handler, argument: str = "", role: Role = "admin", user_id: int = ADMIN
) -> list[Reply]:
    """All replies of a handler in a private chat."""
    return replies_to(desk, handler, Request(Message(user_id), role, "en", argument))


def replies_to(desk: Desk, handler: Handler, request: Request) -> list[Reply]:
    """All replies of a handler."""

    async def collect() -> list[Reply]:
        return [reply async for reply in handler(desk, request)]

    return asyncio.run(collect())


def reply(desk: Desk, handler: Handler, argument: str = "", role: Role = "admin") -> str:
    """The text of the one reply of a handler."""
    (only,) = replies(desk, handler, argument, role)
    assert isinstance(only.content, str)
    assert only == Reply(only.content)
    return only.content


def shown(desk: Desk, message: Message) -> list[str]:
    """What is shown of the replies to a message, each in the language of whoever wrote it."""

    async def collect() -> list[str]:
        return [render_content(told.content, told.language) async for told in Conversation(desk).reply(message)]

    return asyncio.run(collect())


def ask(desk: Desk, question: str, user_id: int = ADA, *, answered: bool = False) -> int:
    """Note that a question was asked."""
    answer = Answer(question, "answered" if answered else "no_evidence", "Text.")
    return desk.answers.keep(Message(user_id), answer)


# /status


def test_status_for_a_reader(sample_desk: Desk) -> None:
    """A reader is told how many articles there are and how old the index is, and no path of the machine."""
    status = reply(sample_desk, administration.run_status, role="reader")
    first, second = status.splitlines()
    full = describe_status(collect_status(sample_desk.settings, sample_desk.newsbot.index)).splitlines()
    assert [first, second] == full[:2]
    assert first.startswith("16 articles in ")
    assert isinstance(status, Text)
    in_group = Request(Message(ADMIN, chat_id=GROUP, is_group=True), "admin", "en")
    assert replies_to(sample_desk, administration.run_status, in_group) == [Reply(status)]


def test_status_for_an_admin(sample_desk: Desk, clock: Clock) -> None:
    """An admin is told all that `newsbot status` tells, and how many ask."""
    sample_desk.people.meet(ADA, "Ada")
    sample_desk.people.set_role(GROUP, "reader")
    clock.now -= 15 * 3600  # yesterday
    ask(sample_desk, "What?")
    clock.now += 15 * 3600
    ask(sample_desk, "Who?")
    full = describe_status(collect_status(sample_desk.settings, sample_desk.newsbot.index))
    assert samples_folder() in full
    assert reply(sample_desk, administration.run_status) == f"{full}\nQuestions today: 1\nPeople: 1"
    closed = replace(sample_desk, settings=load_settings({**vars(sample_desk.settings), "access": "allowlist"}))
    sample_desk.people.meet(ADMIN, "Admin")
    expected = f"{full}\nQuestions today: 1\nPeople: 2\nPeople who wait to be let in: 1"
    assert reply(closed, administration.run_status) == expected


def test_status_in_the_language_of_an_admin(sample_desk: Desk) -> None:
    """Whoever has chosen a language, or whose Telegram speaks it, is told the whole status in it."""
    status = collect_status(sample_desk.settings, sample_desk.newsbot.index)
    (source,) = status["reading"]
    read, following, folder = source["last_read"], source["next_read"], samples_folder()
    passages, size = status["passages"], f"{status['size_bytes'] / 1e6:.1f}"
    in_german = f"""\
Artikel: 16, Textstellen: {passages}, Quellen: 1, Größe: {size} MB
Letzter Aufbau des Index: {status["reindexed"]}
Embedding-Modell: {status["embedder"]}; Index-Generation: {status["generation"]}
folder {folder}: Artikel: 16, zuletzt gelesen: {read}, das nächste Mal: {following}
Fragen heute: 0
Personen: 1"""
    # In guillemets: what is kept to itself.
    in_arabic = f"""\
المقالات: 16، المقاطع: {passages}، المصادر: 1، الحجم: «{size}» م.ب
آخر إعادة فهرسة: «{status["reindexed"]}»
نموذج التضمين: «{status["embedder"]}»؛ إصدار الفهرس: «{status["generation"]}»
\u200f«folder» «{folder}»: المقالات: 16، آخر قراءة: «{read}»، القراءة التالية: «{following}»
أسئلة اليوم: 0
الأشخاص: 1""".translate({ord("«"): "\u2068", ord("»"): "\u2069"})
    for language, expected in (("de", in_german), ("ar", in_arabic)):
        assert shown(sample_desk, Message(ADMIN, "/status", language=language)) == [expected]
        sample_desk.people.set_language(ADMIN, language)
        assert shown(sample_desk, Message(ADMIN, "/status", language="en")) == [expected]
        sample_desk.people.set_language(ADMIN, "")


# /reindex


def test_reindex_tells_of_each_source(desk: Desk, tmp_path: Path) -> None:
    """The progress has a line for each source, and the last reply is the report, as on the command line."""
    (tmp_path / "one.txt").write_text("Quuxland demanded a treaty on Monday.\n", encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes(b"")
    SourceList(desk.settings.data).add([str(tmp_path / "one.txt"), samples_folder(), str(tmp_path / "bad.txt")])
    first, *between, last = replies(desk, administration.run_reindex)
    assert first == Reply("Re-indexing. Questions are answered meanwhile.", progress=True)
    assert between != []
    assert all(told.progress for told in between)
    assert not last.progress
    lines = str(between[-1].content).splitlines()
    assert [line.split(":")[0] for line in lines][:2] == [
        f"Reading {tmp_path / 'one.txt'}",
        f"Reading {samples_folder()}",
    ]
    report = str(last.content).splitlines()
    assert report[0] == f"{tmp_path / 'one.txt'}: 1 new, 0 changed, 0 unchanged, 0 removed, 0 failed"
    assert report[1] == f"{samples_folder()}: 16 new, 0 changed, 0 unchanged, 0 removed, 0 failed"
    assert report[-1] == f"failed: {tmp_path / 'bad.txt'}: is empty"


@pytest.mark.parametrize(
    ("language", "begun", "progress", "report"),
    [
        (
            "de",
            "Der Index wird neu aufgebaut. Fragen werden währenddessen beantwortet.",
            ["{one} wird gelesen: 100 %, Artikel: 1", "{bad} wird gelesen: 100 %, Artikel: 0"],
            [
                "{one}: neu: 1, geändert: 0, unverändert: 0, entfernt: 0, fehlgeschlagen: 0",
                "{bad}: neu: 0, geändert: 0, unverändert: 0, entfernt: 0, fehlgeschlagen: 1",
                "Artikel: 1, Textstellen: 1, Dauer: # s",
                "Fehlgeschlagen: {bad}: is empty",
            ],
        ),
        (
            "ar",
            "تجري إعادة الفهرسة، وتستمر الإجابة عن الأسئلة في أثنائها.",
            ["تجري قراءة {one}: 100%، المقالات: 1", "تجري قراءة {bad}: 100%، المقالات: 0"],
            [
                "{one}: جديدة: 1، معدَّلة: 0، دون تغيير: 0، محذوفة: 0، فشل: 0",
                "{bad}: جديدة: 0، معدَّلة: 0، دون تغيير: 0، محذوفة: 0، فشل: 1",
                "المقالات: 1، المقاطع: 1، المدة: # ث",
                "فشل: {bad}: is empty",
            ],
        ),
    ],
)
def test_reindex_in_the_language_of_an_admin(
    desk: Desk, tmp_path: Path, language: str, begun: str, progress: list[str], report: list[str]
) -> None:
    """The progress and the report are told in the admin's language; reasons are told as they come."""
    one, bad = tmp_path / "one.txt", tmp_path / "bad.txt"
    one.write_text("Quuxland demanded a treaty on Monday.\n", encoding="utf-8")
    bad.write_bytes(b"")
    SourceList(desk.settings.data).add([str(one), str(bad)])
    told = shown(desk, Message(ADMIN, "/reindex", language=language))
    first, *_, newest, last = [re.sub("[\u200f\u2068\u2069]", "", text).split("\n") for text in told]
    assert first == [begun]
    assert newest == [line.format(one=one, bad=bad) for line in progress]
    assert [re.sub(r"\d+\.\d", "#", line) for line in last] == [line.format(one=one, bad=bad) for line in report]


def test_reindex_while_another_process_writes(desk: Desk) -> None:
    """While another process writes, a re-index raises what says which one."""
    with hold_lock(desk.settings), pytest.raises(IndexLocked, match=f"process {os.getpid()} since "):
        replies(desk, administration.run_reindex)


# /sources


def test_outlets_for_a_reader(sample_desk: Desk) -> None:
    """A reader is told the outlets, those with most articles first; an admin in a group too, and nothing of paths."""
    told = reply(sample_desk, run_sources, role="reader")
    with sample_desk.newsbot.index.use() as generation:
        articles = [generation.store.article(article_id) for article_id in generation.store.article_ids()]
    outlets = {article.outlet for article in articles if article is not None}
    lines = told.splitlines()
    assert len(lines) == len(outlets)
    assert sum(int(line.split(": articles: ")[1].split(",")[0]) for line in lines) == 16
    assert "/" not in told
    assert isinstance(told, Text)
    assert reply(sample_desk, run_sources, "add https://x.example/", "reader") == told
    in_group = Request(Message(ADMIN, chat_id=GROUP, is_group=True), "admin", "en")
    assert replies_to(sample_desk, run_sources, in_group) == [Reply(told)]


def test_outlets_of_any_articles(desk: Desk) -> None:
    """Articles without an outlet or a day are told of as such; without articles that is said."""
    SourceList(desk.settings.data).add([])
    replies(desk, administration.run_reindex)
    assert reply(desk, run_sources, role="reader") == "There are no articles yet."
    with desk.newsbot.index.use() as generation:
        dated = [Article(f"a{day}", "Text.", outlet="Ansk", published=f"2020-02-0{day}") for day in (1, 3, 2)]
        moment = Article("b1", "Text.", published="2020-02-03T09:30:00+00:00")
        undated = Article("c1", "Text.", outlet="Zett")
        generation.store.put({article: [] for article in (*dated, moment, undated)})
    assert reply(desk, run_sources, role="reader").splitlines() == [
        "Ansk: articles: 3, the newest from 3 February 2020",
        "Outlet unknown: articles: 1, the newest from 3 February 2020",
        "Zett: articles: 1",
    ]


def test_sources_are_added_and_removed(desk_with: Callable[..., Desk], site: Website, tmp_path: Path) -> None:
    """An admin lists, adds and removes sources; whatever is listed can be removed, also a path with spaces."""
    desk = desk_with(allow_hosts="127.0.0.1")
    assert reply(desk, run_sources) == "There are no sources yet."
    site.page("/feed", FEED, media_type="application/rss+xml")
    site.page("/other", FEED, media_type="application/rss+xml")
    feed, other = f"{site.url}/feed", f"{site.url}/other"
    added = "Added feed {}; /reindex reads it."
    assert reply(desk, run_sources, f"add {feed}") == added.format(feed)
    assert reply(desk, run_sources, f"ADD {feed}") == "Nothing is new: that was a source already."
    assert reply(desk, run_sources, f"add {feed}  {other}") == added.format(other)
    folder = tmp_path / "my news"
    folder.mkdir()
    named = Source("feed", "https://me:sesame@news.example/x", 0, "Ansk")
    SourceList(desk.settings.data).add([str(folder), named])
    listed = f"feed {feed}\nfeed {other}\nfolder {folder}\nfeed https://***@news.example/x (Ansk)"
    assert reply(desk, run_sources) == listed
    gone = "Removed {}; its articles go at the next /reindex."
    assert reply(desk, run_sources, f"remove {folder}") == gone.format(folder)
    told = reply(desk, run_sources, f"remove {feed} https://***@news.example/x")
    assert told == f"{gone.format(feed)}\n{gone.format('https://***@news.example/x')}"
    assert SourceList(desk.settings.data).read() == [Source("feed", other)]
    told = reply(desk, run_sources, f"remove {other} {feed}")
    assert told == f"That cannot be done: {feed} is not a source."
    assert SourceList(desk.settings.data).read() == [Source("feed", other)]


@pytest.mark.parametrize(
    "location", ["/etc", "file:///etc", ".", "feeds.opml", "~", "ftp://x/y", "http:/x", "HTTPx://y"]
)
def test_a_chat_reads_no_files(desk: Desk, location: str) -> None:
    """Nothing but an address of the web is added from a chat, and nothing beside what is no address."""
    told = reply(desk, run_sources, f"add https://news.example/feed {location}")
    assert told == f"Only addresses that begin with http:// or https:// can be added here, not {location}."
    assert SourceList(desk.settings.data).read() == []


def test_a_list_of_feeds_is_added(desk_with: Callable[..., Desk], site: Website) -> None:
    """An OPML list at an address is all its feeds but those that lead inside, which are named with the reason."""
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in (f"{site.url}/a", "http://10.0.0.1/b", "file:///etc/c"))
    site.page("/list", f"<opml><body>{outlines}</body></opml>", media_type="text/x-opml")
    desk = desk_with(allow_hosts="127.0.0.1")
    first, *left_out = reply(desk, run_sources, f"add {site.url}/list").splitlines()
    assert first == f"Added feed {site.url}/a; /reindex reads it."
    assert [line.split(":")[0] for line in left_out] == ["Left out http", "Left out file"]
    assert SourceList(desk.settings.data).read() == [Source("feed", f"{site.url}/a")]


def test_addresses_that_cannot_be_sources(desk: Desk, site: Website) -> None:
    """What leads inside, or is no source, is refused with the reason, and is not added."""
    assert reply(desk, run_sources, f"add {site.url}/feed").startswith(
        f"That cannot be done: {site.url}/feed cannot be a source, it leads to an inside address (127.0.0.1)"
    )
    assert SourceList(desk.settings.data).read() == []
    assert site.requests == []


@pytest.mark.parametrize("argument", ["add", "remove ", "list", "https://news.example/feed", "remove-all x"])
def test_wrong_use_of_sources(desk: Desk, argument: str) -> None:
    """Whoever writes it wrongly reads how it is written."""
    assert reply(desk, run_sources, argument) == HOW_TO_ADD


# /questions, /feedback


def test_questions(desk: Desk) -> None:
    """What had no evidence is listed, most often first, each in one line; thirty lines at most."""
    assert reply(desk, administration.run_questions) == "Every question was answered, or none was asked."
    ask(desk, "Who won?", answered=True)
    ask(desk, "how tall is\nCelik?")
    ask(desk, "How tall is Çelik?")
    ask(desk, "x" * 500)
    assert reply(desk, administration.run_questions) == f"2 × How tall is Çelik?\n1 × {'x' * 200}…"
    for number in range(40):
        ask(desk, f"Where is number{number}?")
    lines = reply(desk, administration.run_questions).splitlines()
    assert len(lines) == 31
    assert lines[1] == "1 × Where is number39?"
    assert lines[-1] == "… and 12 more"


def test_feedback(desk: Desk) -> None:
    """The votes are counted, and the questions listed with theirs: those with votes against their answers first."""
    assert reply(desk, administration.run_feedback) == "Nobody has said yet what he thinks of an answer."
    first, second = ask(desk, "Who won?", answered=True), ask(desk, "Where?", answered=True)
    desk.answers.vote(first, ADA, 1)
    desk.answers.vote(second, ADA, 1)
    desk.answers.vote(second, BOB, -1)
    assert reply(desk, administration.run_feedback) == "👍 2 👎 1\n👍 1 👎 1 Where?\n👍 1 👎 0 Who won?"
    for user_id in (ADA, BOB):
        desk.answers.forget(str(user_id))
    assert reply(desk, administration.run_feedback) == "👍 2 👎 1"


# /users, /allow, /ban


def test_users(desk_with: Callable[..., Desk], clock: Clock) -> None:
    """Everybody who has written is listed with what he may and how much he asked, and groups that were allowed."""
    desk = desk_with()
    assert reply(desk, administration.run_users) == "Nobody has written yet."
    for user_id, name in ((ADMIN, "Root"), (ADA, "Ada\n7 x: admin"), (BOB, "")):
        clock.now -= 1
        desk.people.meet(user_id, name)
    desk.people.set_role(BOB, "banned")
    desk.people.set_role(GROUP, "reader")
    ask(desk, "Who?")
    ask(desk, "What?")
    expected = """\
7 Root: admin, questions: 0
8 Ada 7 x: admin: may ask, questions: 2
9 –: banned, questions: 0
-100 (group): may ask"""
    assert reply(desk, administration.run_users) == expected
    closed = reply(desk_with(access="allowlist"), administration.run_users)
    assert closed == expected.replace("x: admin: may ask", "x: admin: may not ask yet")


def test_allow_and_ban(desk: Desk) -> None:
    """An admin lets users and groups ask, and ask no more."""
    assert reply(desk, administration.run_allow, str(ADA)) == "8 may ask now."
    assert reply(desk, administration.run_allow, str(GROUP)) == "-100 may ask now."
    assert {person.id: person.role for person in desk.people.list()} == {ADA: "reader", GROUP: "reader"}
    told = "8 cannot use this bot any more. /allow 8 takes that back."
    assert reply(desk, administration.run_ban, str(ADA)) == told
    found = desk.people.find(ADA)
    assert found == Person(ADA, "", "banned", "", NOW, 0.0)
    assert reply(desk, administration.run_allow, str(ADA)) == "8 may ask now."


def test_admins_are_neither_allowed_nor_banned(desk: Desk) -> None:
    """No admin of the settings can be banned, nobody bans himself, and no admin becomes a mere reader."""
    desk.people.set_role(BOB, "admin")
    for user_id in (ADMIN, BOB):
        assert reply(desk, administration.run_allow, str(user_id)) == f"{user_id} is an admin."
    assert reply(desk, administration.run_ban, str(ADMIN)) == "You cannot ban yourself."
    (by_bob,) = replies(desk, administration.run_ban, str(ADMIN), user_id=BOB)
    assert by_bob == Reply("7 is an admin by NEWSBOT_ADMINS, and can be banned only after that is changed.")
    (by_himself,) = replies(desk, administration.run_ban, str(BOB), user_id=BOB)
    assert by_himself == Reply("You cannot ban yourself.")
    assert desk.people.admins() == [BOB]
    assert reply(desk, administration.run_ban, str(BOB)).startswith("9 cannot use this bot any more.")
    assert desk.people.admins() == []


@pytest.mark.parametrize("argument", ["", "Ada", "8 9", "0", "-", "1" * 16, "８", "8.0", "+8", "1_0"])
def test_wrong_ids(desk: Desk, argument: str) -> None:
    """What is no id of Telegram's is answered with how it is written, and does nothing."""
    for name, handler in (("allow", administration.run_allow), ("ban", administration.run_ban)):
        how = f"Write /{name} and the id of a user or a group, for example: /{name} 123456789"
        assert reply(desk, handler, argument) == how
    assert not desk.settings.data.exists()


def test_what_cannot_be_kept(desk_with: Callable[..., Desk]) -> None:
    """Where the database fails an admin is told that nothing was done."""
    desk = desk_with(state_url="sqlite:////nowhere/at/all/state.db")
    for handler in (administration.run_allow, administration.run_ban):
        told = reply(desk, handler, str(ADA))
        assert told == "That could not be kept just now. The operator finds the reason in the log."


def test_lists() -> None:
    """A list has as many lines as it may, and no count of a rest that is not there."""
    assert write_list([]) == ""
    assert write_list(["a"]) == "a"
    assert write_list(["a"] * 30) == "\n".join(["a"] * 30)
    assert write_list(["a"] * 31) == "\n".join(["a"] * 30) + "\n… and 1 more"
