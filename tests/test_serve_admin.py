"""The admin's day over the real `newsbot serve`: what he looks after from a chat, and what reaches him by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest

from bot.conversation.basics import PAIRED, START
from bot.conversation.commands import COMMANDS
from bot.render.directions import RIGHT, find_direction
from bot.texts import LANGUAGES, translate
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.model_server import ModelServer, Reply
from tests.newsfeed import write_feed, write_item, write_page, write_story
from tests.served import TOKEN, Served, serving
from tests.telegram_api import BOT_USERNAME, Call, TelegramApi
from tests.website import Website

QUESTION = "what did Turkey demand?"
MOONS = "how many moons does Saturn have?"
TROUBLE = r"I cannot do that just now\. The operator finds the reason in the log, under (\w{6})\."
BETWEEN_EDITS = 1.2  # seconds
new_user = count(7000).__next__


@pytest.fixture
def samples(settings: Settings, embedder: WordLlamaEmbedder) -> Settings:
    """A data directory of this test's own with the samples."""
    SourceList(settings.data).add([samples_folder()])
    reindex(settings, embedder)
    return settings


@pytest.fixture
def site() -> Iterator[Website]:
    """A website of this test's own."""
    with Website() as website:
        yield website


def say(bot: Served, user_id: int, text: str) -> str:
    """What the bot replies to somebody in private, in one message."""
    (message,) = bot.ask(text, user_id)
    return message.text


def wait_for_notices(bot: Served, count: int) -> None:
    """Wait until so many notices have popped up."""
    bot.api.wait_for(lambda api: len(api.notices) >= count)


def wait_for_messages(bot: Served, chat_id: int, count: int) -> None:
    """Wait until so many messages stand in a chat."""
    bot.api.wait_for(lambda api: len(api.messages(chat_id)) == count)


def has_read(bot: Served, chat_id: int, text: str) -> bool:
    """Whether a text stands in a message of a chat."""
    return any(text in message.text for message in bot.api.messages(chat_id))


def test_a_reindex_is_told_live(settings: Settings, tmp_path: Path) -> None:
    """The progress of each source stands in one message, edited seldom enough, and then comes the report.

    Meanwhile the same chat and all others are answered from the old index, and nobody begins a second re-index. The
    embedder is a server that takes its time, so that there is something to tell; one edit fails in between.
    """
    admin, other, reader = new_user(), new_user(), new_user()
    files = [tmp_path / f"{name}.txt" for name in ("old", "new", "next", "last")]
    for number, file in enumerate(files):
        file.write_text(f"The {file.stem} union demanded {number} coins from the mayor.", encoding="utf-8")
    SourceList(settings.data).add([str(files[0])])
    with ModelServer() as model:
        flags = ["--embedder", "openai", "--openai-base-url", model.url, "--reader", "extractive"]
        flags += ["--poll-minutes", "0", "--admins", f"{other},{admin}"]
        with serving(settings.data, tmp_path, *flags, key=model.api_key) as bot:
            bot.ask("/reindex", admin, messages=2)
            SourceList(settings.data).add([str(file) for file in files])
            embedded = len(model.requests)
            model.enqueue_embedding_failures(Reply(delay_s=5))
            bot.api.fail_next("editMessageText", 502)
            bot.api.say("/reindex", user_id=admin)
            bot.api.wait_for(lambda _: len(model.requests) > embedded)
            (answer,) = bot.ask("what did the old union demand?", admin)
            assert re.fullmatch(TROUBLE, say(bot, reader, "what did the new union demand?")) is None
            locked = bot.ask("/reindex", other, messages=2)[-1]
            refused = say(bot, reader, "/reindex")
            model.enqueue_embedding_failures(Reply(delay_s=2), Reply(delay_s=2))
            bot.api.wait_for(lambda api: len(api.messages(admin)) == 5)
            later = say(bot, reader, "what did the last union demand?")
    progress, answered, report = bot.api.messages(admin)[2:]
    edited = [call for call in bot.api.calls if call.method == "editMessageText"]
    edits = [call for call in edited if call.params["message_id"] == progress.message_id]
    sent = [call.params["text"] for call in bot.api.calls if call.method == "sendMessage"]
    assert answered == answer
    assert "“The old union demanded 0 coins from the mayor.”" in answer.text
    assert "“The last union demanded 3 coins from the mayor.”" in later
    assert locked.text.startswith(f"the index is being written by process {bot.process.pid} since ")
    assert refused.startswith("Only an admin may do that.")
    assert sent.count("Re-indexing. Questions are answered meanwhile.") == 3
    assert {edits[0].status, edits[-1].status} == {502, 200}
    assert all(second.at - first.at >= BETWEEN_EDITS for first, second in pairwise(edits))
    told = progress.text.splitlines()
    assert len(told) >= 2
    assert all(re.fullmatch(r"Reading .*\.txt: \d+ %, \d articles", line) for line in told)
    assert report.text.splitlines()[:4] == [
        f"{files[0]}: 0 new, 0 changed, 1 unchanged, 0 removed, 0 failed",
        *(f"{file}: 1 new, 0 changed, 0 unchanged, 0 removed, 0 failed" for file in files[1:]),
    ]
    assert report.text.splitlines()[4].startswith("4 articles in 4 passages, done in ")
    assert not has_read(bot, admin, "a message failed")
    assert bot.api.judgements == []


def test_an_admin_is_told_in_his_language(settings: Settings, tmp_path: Path) -> None:
    """What `/reindex` and `/status` tell reaches an admin in the language of his Telegram, and reads from its side."""
    german, arab = new_user(), new_user()
    file = tmp_path / "news.txt"
    file.write_text("The old union demanded 3 coins from the mayor.", encoding="utf-8")
    SourceList(settings.data).add([str(file)])
    with serving(settings.data, tmp_path, "--admins", f"{german},{arab}", "--poll-minutes", "0") as bot:
        for admin, language in ((german, "de"), (arab, "ar")):
            for so_far, command in ((2, "/reindex"), (3, "/status")):
                bot.api.say(command, user_id=admin, language_code=language)
                wait_for_messages(bot, admin, so_far)
        told = [[message.text for message in bot.api.messages(admin)] for admin in (german, arab)]
    shown = [[re.sub("[\u200f\u2068\u2069]", "", text).split("\n") for text in texts] for texts in told]
    (_, report, status), (_, other_report, other_status) = shown
    assert report[0] == f"{file}: neu: 1, geändert: 0, unverändert: 0, entfernt: 0, fehlgeschlagen: 0"
    assert re.fullmatch(r"Artikel: 1, Textstellen: 1, Dauer: \d+\.\d s", report[1])
    assert re.fullmatch(rf"file {file}: Artikel: 1, zuletzt gelesen: \S+", status[3])
    assert status[4:] == ["Fragen heute: 0", "Personen: 1"]
    assert other_report[0] == f"{file}: جديدة: 0، معدَّلة: 0، دون تغيير: 1، محذوفة: 0، فشل: 0"
    assert re.fullmatch(r"المقالات: 1، المقاطع: 1، المدة: \d+\.\d ث", other_report[1])
    assert re.fullmatch(rf"file {file}: المقالات: 1، آخر قراءة: \S+", other_status[3])
    assert other_status[4:] == ["أسئلة اليوم: 0", "الأشخاص: 2"]
    assert all(find_direction(line) == RIGHT for text in told[1] for line in text.split("\n"))
    assert bot.api.judgements == []


def test_sources_from_a_chat(samples: Settings, site: Website, tmp_path: Path) -> None:
    """An admin adds a feed, re-indexes, and its articles answer; he removes it, and they are gone. Nobody else can."""
    admin, reader = new_user(), new_user()
    feed = f"{site.url}/feed"
    item = write_item(f"{site.url}/story", write_story("Quuxville"), "Quuxville votes on its bridge")
    site.page("/feed", write_feed(item), media_type="application/rss+xml")
    site.page("/story", write_page(write_story("Quuxville"), "Quuxville votes on its bridge"))
    question = "what would the bridge of Quuxville carry?"
    flags = ["--admins", str(admin), "--poll-minutes", "0", "--allow-hosts", "127.0.0.1"]
    with serving(samples.data, tmp_path, *flags) as bot:
        outlets = say(bot, reader, f"/sources add {feed}")
        assert outlets.startswith("Northern Herald: articles: 4")
        assert site.requests == []
        assert say(bot, admin, f"/sources add {tmp_path}").startswith("Only addresses that begin with http://")
        assert say(bot, admin, f"/sources add {feed}") == f"Added feed {feed}; /reindex reads it."
        assert say(bot, admin, "/sources").splitlines() == [f"folder {samples_folder()}", f"feed {feed}"]
        report = bot.ask("/reindex", admin, messages=2)[-1].text.splitlines()
        assert report[1] == f"{feed}: 1 new, 0 changed, 0 unchanged, 0 removed, 0 failed"
        assert "The Harbour Post" in say(bot, reader, question)
        status = say(bot, admin, "/status")
        assert status.startswith("17 articles in ")
        assert f"feed {feed}: 1 articles, read " in status
        assert say(bot, reader, "/status").startswith("17 articles in ")
        assert feed not in say(bot, reader, "/status")
        assert say(bot, reader, "/sources").endswith("The Harbour Post: articles: 1, the newest from 18 February 2020")
        gone = f"Removed {feed}; its articles go at the next /reindex."
        assert say(bot, admin, f"/sources remove {feed}") == gone
        bot.ask("/reindex", admin, messages=2)
        assert "Harbour Post, 18 February" not in say(bot, reader, question)
    assert bot.api.judgements == []


def test_who_may_ask(samples: Settings, tmp_path: Path) -> None:
    """Where only those ask who were allowed, /allow and /ban are in force at once, for people and for groups."""
    admin, ada, bob, group = new_user(), new_user(), new_user(), -new_user()
    with serving(samples.data, tmp_path, "--admins", str(admin), "--access", "allowlist") as bot:
        refusal = f"You may not ask yet. An admin can allow you with /allow {ada}."
        assert say(bot, ada, "/start") == refusal
        assert say(bot, ada, QUESTION) == refusal
        assert say(bot, admin, f"/allow {ada}") == f"{ada} may ask now."
        assert say(bot, ada, "/start") == START
        (answer,) = bot.ask(QUESTION, ada)
        assert "[1]" in answer.text
        assert say(bot, admin, f"/ban {ada}") == f"{ada} cannot use this bot any more. /allow {ada} takes that back."
        assert say(bot, ada, QUESTION) == "You cannot use this bot."
        bot.api.press(ada, answer.message_id, "Passages", ada)
        wait_for_notices(bot, 1)
        assert bot.api.notices == ["You cannot use this bot."]
        bot.api.say(f"/ask@{BOT_USERNAME} {QUESTION}", user_id=bob, chat_id=group)
        bot.api.wait_for(lambda api: len(api.messages(group)) == 1)
        assert f"or all of this group with /allow {group}." in bot.api.messages(group)[0].text
        bot.api.say(f"/allow@{BOT_USERNAME} {group}", user_id=admin, chat_id=group)
        bot.api.wait_for(lambda api: len(api.messages(group)) == 2)
        bot.api.say(f"/ask@{BOT_USERNAME} {QUESTION}", user_id=bob, chat_id=group)
        bot.api.wait_for(lambda api: len(api.messages(group)) == 3)
        assert "[1]" in bot.api.messages(group)[2].text
        bot.api.say(f"/users@{BOT_USERNAME}", user_id=admin, chat_id=group)
        bot.api.wait_for(lambda api: len(api.messages(group)) == 4)
        assert bot.api.messages(group)[3].text.startswith("I tell that only where nobody but admins reads it")
        users = say(bot, admin, "/users").splitlines()
    assert set(users) == {
        f"{admin} User {admin}: admin, questions: 0",
        f"{ada} User {ada}: banned, questions: 1",
        f"{bob} User {bob}: may not ask yet, questions: 1",
        f"{group} (group): may ask",
    }
    assert bot.api.judgements == []


def test_what_people_ask_and_think(samples: Settings, tmp_path: Path) -> None:
    """The admin reads what could not be answered, grouped, and how people voted; nobody else does."""
    admin, ada, bob = new_user(), new_user(), new_user()
    with serving(samples.data, tmp_path, "--admins", str(admin)) as bot:
        assert say(bot, admin, "/questions") == "Every question was answered, or none was asked."
        assert say(bot, admin, "/feedback") == "Nobody has said yet what he thinks of an answer."
        for user, question in ((ada, MOONS), (bob, MOONS.upper()), (bob, "who is the king of Zorblatt?")):
            assert "[1]" not in say(bot, user, question)
        for user, sign in ((ada, "👎"), (bob, "👍")):
            (answer,) = bot.ask(QUESTION, user)
            told = len(bot.api.notices)
            bot.api.press(user, answer.message_id, sign, user)
            wait_for_notices(bot, told + 1)
        assert say(bot, admin, "/questions").splitlines() == [
            f"2 × {MOONS.upper()}",
            "1 × who is the king of Zorblatt?",
        ]
        assert say(bot, admin, "/feedback").splitlines() == [
            "👍 1 👎 1",
            f"👍 0 👎 1 {QUESTION}",
            f"👍 1 👎 0 {QUESTION}",
        ]
        for command in ("/questions", "/feedback", "/users", "/allow 5", "/ban 5"):
            assert say(bot, ada, command).startswith("Only an admin may do that.")
        assert say(bot, admin, "/status").splitlines()[-2:] == ["Questions today: 5", "People: 3"]
    assert bot.api.judgements == []


def test_what_goes_wrong_reaches_the_admin_chat_once(settings: Settings, tmp_path: Path) -> None:
    """What fails for many is told to the admins once, without token or key; people read one sentence and a number."""
    admin, group, people = new_user(), -new_user(), [new_user() for _ in range(3)]
    (tmp_path / "old.txt").write_text("The old union demanded 3 coins from the mayor.", encoding="utf-8")
    SourceList(settings.data).add([str(tmp_path / "old.txt")])
    with ModelServer() as model:
        flags = ["--embedder", "openai", "--openai-base-url", model.url, "--reader", "extractive"]
        flags += ["--poll-minutes", "0", "--admins", str(admin), "--admin-chat", str(group)]
        with serving(settings.data, tmp_path, *flags, key=model.api_key) as bot:
            bot.api.say("hello", user_id=admin, chat_id=group)  # so that Telegram knows the group
            bot.ask("/reindex", admin, messages=2)
            why = f"key {model.api_key} and bot {TOKEN} are not welcome"
            model.enqueue_embedding_failures(*[Reply(why, status=403)] * 20)
            told = [say(bot, user, f"what did union number {user} demand?") for user in people]
            bot.api.wait_for(lambda api: api.messages(group))
            model.forget_embedding_failures()
            assert "3 coins" in say(bot, people[0], "what did the old union demand?")
            told_admins = [message.text for message in bot.api.messages(group)]
    log = bot.log.read_text(encoding="utf-8")
    numbers = [found[1] for text in told if (found := re.fullmatch(TROUBLE, text))]
    assert len(numbers) == len(people)
    for number in numbers:
        assert f"{number}: a message failed: " in log
    assert len(told_admins) == 1
    assert any(number in told_admins[0] for number in numbers)
    assert "key *** and bot *** are not welcome" in told_admins[0]
    assert not has_read(bot, admin, "failed: ")
    for text in (log, *told_admins, *told):
        assert model.api_key not in text
        assert TOKEN.split(":")[1] not in text
    assert bot.api.judgements == []


def test_every_admin_is_told_where_there_is_no_admin_chat(settings: Settings, tmp_path: Path) -> None:
    """Without a chat for errors each admin is told in private, and whoever meets the error himself reads the reason."""
    admins, reader = [new_user(), new_user()], new_user()
    with serving(settings.data, tmp_path, "--admins", ",".join(map(str, admins))) as bot:
        for admin in admins:
            assert say(bot, admin, "/start") == START
        found = re.fullmatch(TROUBLE, say(bot, reader, QUESTION))
        assert found is not None
        reason = "no articles are indexed yet: run `newsbot sources add FOLDER` (or --samples), then `newsbot reindex`"
        bot.api.wait_for(lambda api: all(len(api.messages(admin)) == 2 for admin in admins))
        for admin in admins:
            assert bot.api.messages(admin)[1].text == f"a message failed: {reason} (in the log under {found[1]})"
        assert say(bot, admins[0], QUESTION) == reason
        assert len(bot.api.messages(reader)) == 1
    assert bot.api.judgements == []


def test_menus(samples: Settings, tmp_path: Path) -> None:
    """Each scope has its menu in each language: everybody's in private, a short one in groups, all for admins."""
    admin, stranger = new_user(), new_user()
    with serving(samples.data, tmp_path, "--admins", str(admin)) as bot:
        bot.api.say("/start", user_id=admin)
        bot.api.wait_for(lambda api: ("all_group_chats", "es") in api.menus())
        say(bot, stranger, "/start")
        menus = bot.api.menus()
    everybody = [name for name, command in COMMANDS.items() if command.right != "admin"]
    for language in LANGUAGES:
        code = "" if language == "en" else language
        private, groups = menus["all_private_chats", code], menus["all_group_chats", code]
        assert private == {name: translate(COMMANDS[name].help, language) for name in everybody}
        assert list(groups) == ["ask", "latest", "timeline", "sources", "help"]
    assert {scope for scope, _ in menus} <= {"all_private_chats", "all_group_chats", f"chat:{admin}"}
    assert bot.api.judgements == []


def menus_of(api: TelegramApi, user_id: int) -> list[Call]:
    """The calls that set the menu of a private chat."""
    scope = {"type": "chat", "chat_id": user_id}
    return [call for call in api.calls if call.method == "setMyCommands" and call.params.get("scope") == scope]


def wait_for_menus(api: TelegramApi, user_id: int, number: int) -> None:
    """Wait until so many menus of a private chat were set."""
    api.wait_for(lambda api: len(menus_of(api, user_id)) == number)


def test_the_menu_of_an_admin(samples: Settings, tmp_path: Path) -> None:
    """An admin has all commands in his menu as soon as he has written to the bot, and after its next start."""
    admin = new_user()
    with TelegramApi(TOKEN) as api:
        for begin in (True, False):
            with serving(samples.data, tmp_path, "--admins", str(admin), api=api) as bot:
                if begin:
                    say(bot, admin, "/start")
                wait_for_menus(api, admin, 6 if begin else 12)  # one for each language
                assert list(api.menus()[f"chat:{admin}", "es"]) == list(COMMANDS)
        assert api.judgements == []


def test_pairing(samples: Settings, tmp_path: Path) -> None:
    """The code that stands on standard output makes whoever sends it the admin; no second code is needed."""
    admin, other = new_user(), new_user()
    with TelegramApi(TOKEN) as api:
        with serving(samples.data, tmp_path, "--access", "pairing", api=api) as bot:
            printed = re.search(r"There is no admin yet\. .*: /start (\w{8})\n", bot.log.read_text(encoding="utf-8"))
            assert printed is not None
            assert say(bot, other, "/start ACDEFGHJ").startswith("You may not ask yet.")
            assert say(bot, admin, f"/start {printed[1]}") == PAIRED
            api.wait_for(lambda api: (f"chat:{admin}", "de") in api.menus())
            assert say(bot, other, f"/start {printed[1]}").startswith("You may not ask yet.")
            assert say(bot, admin, f"/allow {other}") == f"{other} may ask now."
            assert "[1]" in say(bot, other, QUESTION)
        with serving(samples.data, tmp_path, "--access", "pairing", api=api) as bot:
            assert bot.log.read_text(encoding="utf-8").count("There is no admin yet") == 1
            assert say(bot, admin, "/status").startswith("16 articles in ")
        assert api.judgements == []
