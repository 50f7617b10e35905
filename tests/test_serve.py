"""The real `newsbot serve` against a strict Bot API server: what people in Telegram see, and when Telegram falters."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from bot.compose import build_newsbot
from bot.conversation import HELP, NOT_ADMIN, START, TROUBLE
from bot.render import render_html, visible_text
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.model_server import ModelServer, Reply
from tests.served import TOKEN, Served, serve_environment, serving
from tests.telegram_api import BOT_USERNAME, SentMessage, TelegramApi, parse_html

QUESTION = "what did Turkey demand?"
MARKUP = "<b>bold</b> &nbsp; &amp; </blockquote> <a href='tg://user?id=1'>you</a> <script>1 < 2</script> 😀👩‍👩‍👧"
HOSTILE = [
    {
        "title": f"Zorblatt council {MARKUP} {'and so on 😀 ' * 400}",
        "url": 'https://quux.example/?a=1&b="2"\'<i>',
        "outlet": f"Quux {MARKUP}",
        "published": "2024-01-02",
        "text": f"The Zorblatt council demanded {MARKUP} from the mayor. It said [1] that it demanded 5 <i>coins.",
    },
    {
        "title": "Wozzle",
        "text": f"The Wozzle union demanded {', '.join(f'point {n} <b>& 😀' for n in range(140))} from the mayor.",
    },
    {"title": "Xyzzy", "text": f"The Xyzzy guild demanded that {'😀<b>' * 1500} be taken from the walls."},
]
new_user = count(5000).__next__  # every test speaks as somebody else, in a chat of its own


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Settings:
    """A data directory with the samples and with articles that are full of markup."""
    folder = tmp_path_factory.mktemp("served")
    settings = load_settings({"data": folder / "data"})
    (folder / "hostile.jsonl").write_text("\n".join(map(json.dumps, HOSTILE)), encoding="utf-8")
    SourceList(settings.data).add([samples_folder(), str(folder / "hostile.jsonl")])
    reindex(settings, embedder)
    return settings


@pytest.fixture(scope="module")
def bot(data: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One bot without admins, shared by all tests that change nothing."""
    with serving(data.data, tmp_path_factory.mktemp("bot")) as served:
        yield served


def follow_up(bot: Served, user_id: int) -> list[SentMessage]:
    """All messages of a chat, once one thing more has been said and replied to: what was to come has come."""
    bot.ask("/help", user_id)
    return bot.api.messages(user_id)


def test_start_help_and_what_it_does_not_know(bot: Served) -> None:
    """Commands get their one reply, as text."""
    user = new_user()
    for text, reply in (("/start", START), ("/help", HELP), ("/nonsense", f"I do not know /nonsense. {HELP}")):
        assert [message.text for message in bot.ask(text, user)] == [reply]
    menu = [call.params["commands"] for call in bot.api.calls if call.method == "setMyCommands"]
    names = ["start", "help", "forget", "status", "reindex"]
    assert [[item["command"] for item in commands] for commands in menu] == [names]


def test_question_is_answered_with_links_and_quotes(bot: Served, data: Settings) -> None:
    """An answer has a link for each mark and an expandable blockquote for each quote, and shows no preview."""
    newsbot = build_newsbot(data)
    answer = newsbot.answer(QUESTION)
    newsbot.index.close()
    user = new_user()
    (message,) = bot.ask(QUESTION, user)
    (expected,) = render_html(answer)
    quotes = [entity for entity in message.entities if entity.type == "expandable_blockquote"]
    links = [entity.url for entity in message.entities if entity.type == "text_link"]
    assert answer.status == "answered"
    assert (message.html, message.text) == (expected, parse_html(expected)[0])
    assert len(quotes) == len(answer.citations)
    assert links == [citation.url for citation in answer.citations] * 2
    mine = [call for call in bot.api.calls if call.params.get("chat_id") == user]
    assert [(call.method, call.status) for call in mine] == [("sendChatAction", 200), ("sendMessage", 200)]
    assert mine[1].params["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize("who", ["Zorblatt council", "Wozzle union", "Xyzzy guild"])
def test_markup_of_articles_is_only_text(bot: Served, data: Settings, who: str) -> None:
    """Markup, entities, emoji and very long sentences of an article arrive word for word, and format nothing."""
    newsbot = build_newsbot(data)
    answer = newsbot.answer(f"what did the {who} demand?")
    newsbot.index.close()
    expected = render_html(answer)
    user = new_user()
    messages = bot.ask(f"what did the {who} demand?", user, messages=len(expected))
    shown = " ".join(message.text for message in messages)
    entities = [entity for message in messages for entity in message.entities]
    assert answer.status == "answered"
    assert who in answer.citations[0].quote
    assert [message.html for message in messages] == expected
    assert "".join(answer.citations[0].quote.split()) in "".join(shown.replace("[1] “", "").split())
    assert {entity.type for entity in entities} <= {"text_link", "italic", "expandable_blockquote"}
    assert {entity.url for entity in entities} <= {None, *(citation.url for citation in answer.citations)}
    assert {call.status for call in bot.api.calls if call.params.get("chat_id") == user} == {200}


def test_refusal_and_status(bot: Served) -> None:
    """What no article says is answered plainly, and `/status` tells what there is."""
    user = new_user()
    assert bot.ask("how many moons does Saturn have?", user)[0].text.startswith("I found nothing in these articles")
    lines = bot.ask("/status", user)[0].text.splitlines()
    assert re.fullmatch(r"19 articles in \d+ passages from 2 sources, [\d.]+ MB", lines[0])


def test_nobody_is_admin_without_a_list(bot: Served) -> None:
    """With NEWSBOT_ADMINS empty a re-index is refused to everybody, with the own id."""
    user = new_user()
    (reply,) = bot.ask("/reindex", user)
    assert reply.text == NOT_ADMIN.format(user_id=user)
    assert [message.text for message in follow_up(bot, user)] == [reply.text, HELP]


@pytest.mark.parametrize(
    ("method", "status", "times", "retry_after"),
    [
        ("sendMessage", 429, 1, 1),
        ("sendMessage", 502, 2, None),
        ("sendMessage", 500, 1, None),
        ("sendChatAction", 502, 1, None),
        ("sendChatAction", 429, 1, 5),
        ("getUpdates", 502, 1, None),
    ],
)
def test_telegram_falters(bot: Served, method: str, status: int, times: int, retry_after: int | None) -> None:
    """After a flood or a fault of Telegram, exactly one answer arrives, formatted as ever."""
    user = new_user()
    bot.api.fail_next(method, status, retry_after=retry_after, times=times)
    (message,) = bot.ask(QUESTION, user)
    assert "expandable_blockquote" in [entity.type for entity in message.entities]
    assert [sent.text for sent in follow_up(bot, user)] == [message.text, HELP]
    assert bot.api._failures.get(method, []) == []


def test_refused_markup_is_sent_as_plain_text(bot: Served, data: Settings) -> None:
    """Markup that Telegram cannot read is sent once more, without any tag."""
    newsbot = build_newsbot(data)
    (expected,) = render_html(newsbot.answer(QUESTION))
    newsbot.index.close()
    user = new_user()
    bot.api.fail_next("sendMessage", 400)
    (message,) = bot.ask(QUESTION, user)
    assert (message.text, message.entities) == (visible_text(expected), [])
    assert [sent.text for sent in follow_up(bot, user)] == [message.text, HELP]


@pytest.mark.parametrize(("status", "times"), [(403, 1), (400, 2), (429, 7)], ids=["blocked", "refused", "flooded"])
def test_what_cannot_be_delivered_harms_nobody_else(bot: Served, status: int, times: int) -> None:
    """A reply that cannot be delivered at all is given up, and the bot goes on."""
    user = new_user()
    bot.api.fail_next("sendMessage", status, times=times)
    bot.api.say("/start", user_id=user)
    bot.api.wait_for(lambda api: api._failures.get("sendMessage") == [])
    assert [message.text for message in follow_up(bot, user)] == [HELP]


def test_groups_and_edits_are_ignored(bot: Served) -> None:
    """Only new messages in private chats are replied to, and no other update is asked for."""
    user, group = new_user(), -new_user()
    bot.ask("/start", user)
    bot.api.say(f"/start@{BOT_USERNAME}", user_id=user, chat_id=group, chat_type="supergroup")
    bot.edit("/status", user)
    assert [message.text for message in follow_up(bot, user)] == [START, HELP]
    assert [call for call in bot.api.calls if call.params.get("chat_id") == group] == []
    asked = [call.params for call in bot.api.calls if call.method == "getUpdates" and "allowed_updates" in call.params]
    assert {tuple(params["allowed_updates"]) for params in asked} == {("message",)}


def test_reindex_by_an_admin(settings: Settings, tmp_path: Path) -> None:
    """An admin's re-index is told live in one message and ends in its report; meanwhile questions are answered.

    The embedder is a server that takes its time, so that there is something to tell; one edit fails in between.
    """
    admin, reader, stranger = new_user(), new_user(), new_user()
    files = [tmp_path / f"{name}.txt" for name in ("old", "new", "next", "last")]
    for number, file in enumerate(files):
        file.write_text(f"The {file.stem} union demanded {number} coins from the mayor.", encoding="utf-8")
    SourceList(settings.data).add([str(files[0])])
    with ModelServer() as model:
        flags = ["--embedder", "openai", "--openai-base-url", model.url, "--reader", "extractive"]
        flags += ["--poll-minutes", "0", "--admins", f"1,{admin}"]
        with serving(settings.data, tmp_path, *flags, key=model.api_key) as bot:
            assert [message.text for message in bot.ask("what did the old union demand?", reader)] == [TROUBLE]
            bot.ask("/reindex", admin, messages=2)
            SourceList(settings.data).add([str(file) for file in files])
            embedded = len(model.requests)
            model.enqueue_embedding_failures(Reply(delay_s=4))
            bot.api.fail_next("editMessageText", 502)
            bot.api.say("/reindex", user_id=admin)
            bot.api.wait_for(lambda _: len(model.requests) > embedded)
            (answer,) = bot.ask("what did the old union demand?", reader)
            (refusal,) = bot.ask("/reindex", stranger)
            model.enqueue_embedding_failures(Reply(delay_s=2), Reply(delay_s=1))
            bot.api.wait_for(lambda api: len(api.messages(admin)) == 4)
            (later,) = bot.ask("what did the last union demand?", reader)
    progress, report = bot.api.messages(admin)[2:]
    edits = [call for call in bot.api.calls if call.method == "editMessageText"]
    told = [call.params["text"] for call in bot.api.calls if call.method == "sendMessage" and call.status == 200]
    assert "[1] “The old union demanded 0 coins from the mayor.”" in answer.text
    assert "[1] “The last union demanded 3 coins from the mayor.”" in later.text
    assert refusal.text == NOT_ADMIN.format(user_id=stranger)
    assert progress.message_id < answer.message_id < report.message_id
    assert told.count("Re-indexing. Questions are answered meanwhile.") == 2
    assert [call.status for call in edits if call.params["message_id"] == progress.message_id] == [502, 200]
    assert re.fullmatch(rf"Reading {files[3]}: \d+ %, \d articles", progress.text)
    assert report.text.splitlines()[:4] == [
        f"{files[0]}: 0 new, 0 changed, 1 unchanged, 0 removed, 0 failed",
        *(f"{file}: 1 new, 0 changed, 0 unchanged, 0 removed, 0 failed" for file in files[1:]),
    ]
    assert report.text.splitlines()[4].startswith("4 articles in 4 passages, done in ")


def test_reindex_by_another_process_is_seen(settings: Settings, embedder: WordLlamaEmbedder, tmp_path: Path) -> None:
    """What another process has indexed, in place or anew, is there at the next question."""
    user = new_user()
    SourceList(settings.data).add([samples_folder()])
    reindex(settings, embedder)
    with serving(settings.data, tmp_path) as bot:
        assert "Wozzle" not in bot.ask("what did the Wozzle union demand?", user)[0].text
        for coins, full in (("five", False), ("nine", True)):
            (tmp_path / "new.txt").write_text(f"The Wozzle union demanded {coins} coins.", encoding="utf-8")
            SourceList(settings.data).add([str(tmp_path / "new.txt")])
            reindex(settings, embedder, full=full)
            (answer,) = bot.ask("what did the Wozzle union demand?", user)
            assert f"[1] “The Wozzle union demanded {coins} coins.”" in answer.text


def test_log_has_no_token(data: Settings, tmp_path: Path) -> None:
    """Even the debug log, with faults of Telegram in it, never holds the token."""
    user = new_user()
    with serving(data.data, tmp_path, "--log-level", "debug", failing="setMyCommands") as bot:
        bot.api.fail_next("getUpdates", 502)
        bot.api.fail_next("sendMessage", 502)
        bot.api.fail_next("sendMessage", 400, times=2)
        bot.api.say("/start", user_id=user)
        bot.api.wait_for(lambda api: api._failures.get("sendMessage") == [])
        bot.ask(QUESTION, user)
    log = bot.log.read_text(encoding="utf-8")
    assert "the command menu was not set" in log
    assert "an update failed" in log
    assert TOKEN not in log
    assert TOKEN.split(":")[1] not in log


@pytest.mark.parametrize("token", [TOKEN.replace("AAH", "BBH"), "not-a-token"])
def test_refused_token(data: Settings, token: str) -> None:
    """A token that Telegram refuses is one line and status 3, and is shown nowhere, not even in the debug log."""
    with TelegramApi(TOKEN) as api:
        for level in ("warning", "debug"):
            program = [sys.executable, "-m", "bot.cli", "serve", "--log-level", level]
            # python-telegram-bot leaves a connection open where it could not begin
            environment = {**serve_environment(api, data.data, token), "PYTHONWARNINGS": "ignore::ResourceWarning"}
            done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=False)
            lines = done.stderr.splitlines()
            refused = "newsbot: Telegram refused the token: copy it anew from @BotFather into TELEGRAM_TOKEN"
            assert (done.returncode, done.stdout) == (3, "")
            assert (lines if level == "warning" else lines[-1:]) == [refused]
            assert token not in done.stderr
