"""The real `newsbot serve` against a strict Bot API server: commands, articles full of markup, the log."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from bot.conversation.basics import HELP, START
from bot.render.fragments import link_to_quote
from bot.render.telegram_html import render_answer, visible_text
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.served import TOKEN, Served, serve_environment, serving
from tests.served_articles import QUESTION, answer_here, make_data
from tests.telegram_api import TelegramApi

NOT_ADMIN = "Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is {user_id}."
new_user = count(5000).__next__  # every test speaks as somebody else, in a chat of its own


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Settings:
    """A data directory with the samples and with articles that are full of markup."""
    return make_data(tmp_path_factory.mktemp("served"), embedder)


@pytest.fixture(scope="module")
def bot(data: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One bot without admins, shared by all tests that change nothing."""
    with serving(data.data, tmp_path_factory.mktemp("bot")) as served:
        yield served
    assert served.api.judgements == []


def follow_up(bot: Served, user_id: int) -> list[str]:
    """The messages of a chat, once one thing more has been said and replied to: what was to come has come."""
    bot.ask("/help", user_id)
    *before, last = bot.api.messages(user_id)
    assert last.text.startswith(HELP)
    return [message.text for message in before]


def test_start_help_and_what_it_does_not_know(bot: Served) -> None:
    """Commands get their one reply, as text; the help has a line for each command that may be used."""
    user = new_user()
    assert [message.text for message in bot.ask("/start", user)] == [START]
    assert [message.text for message in bot.ask("/nonsense", user)] == [f"I do not know /nonsense. {HELP}"]
    (message,) = bot.ask("/help", user)
    told, *lines = message.text.splitlines()
    assert told == HELP
    assert [line.split()[0] for line in lines] == [
        *("/ask", "/latest", "/timeline", "/watch", "/unwatch", "/digest", "/sources", "/forget", "/language"),
        *("/help", "/start", "/status"),
    ]


@pytest.mark.parametrize("who", ["Zorblatt council", "Wozzle union", "Xyzzy guild", "Plugh club"])
def test_markup_of_articles_is_only_text(bot: Served, data: Settings, who: str) -> None:
    """Markup, entities, emoji and very long sentences of an article arrive word for word, and format nothing."""
    answer = answer_here(data, f"what did the {who} demand?")
    expected = render_answer(answer)
    user = new_user()
    messages = bot.ask(f"what did the {who} demand?", user, messages=len(expected))
    shown = " ".join(message.text for message in messages)
    entities = [entity for message in messages for entity in message.entities]
    assert answer.status == "answered"
    assert who in answer.citations[0].quote
    assert [message.html for message in messages] == expected
    assert "".join(answer.citations[0].quote.split()) in "".join(shown.replace("[1] “", "").split())
    targets = {link_to_quote(citation.url, citation.quote) or None for citation in answer.citations}
    assert {entity.type for entity in entities} <= {"text_link", "italic", "code", "expandable_blockquote"}
    assert {entity.url for entity in entities} <= {None, *targets}
    assert {call.status for call in bot.api.calls if call.params.get("chat_id") == user} == {200}


def test_refusal_and_status(bot: Served) -> None:
    """What no article says is answered plainly, and `/status` tells what there is."""
    user = new_user()
    assert bot.ask("how many moons does Saturn have?", user)[0].text.startswith("I found nothing in these articles")
    lines = bot.ask("/status", user)[0].text.splitlines()
    assert re.fullmatch(r"22 articles in \d+ passages from 2 sources, [\d.]+ MB", lines[0])


def test_nobody_is_admin_without_a_list(bot: Served) -> None:
    """With NEWSBOT_ADMINS empty a re-index is refused to everybody, with the own id."""
    user = new_user()
    (reply,) = bot.ask("/reindex", user)
    assert reply.text == NOT_ADMIN.format(user_id=user)
    assert follow_up(bot, user) == [reply.text]


def test_refused_markup_is_sent_as_plain_text(bot: Served, data: Settings) -> None:
    """Markup that Telegram cannot read is sent once more, without any tag."""
    (expected,) = render_answer(answer_here(data, QUESTION))
    user = new_user()
    bot.api.fail_next("sendMessage", 400)
    (message,) = bot.ask(QUESTION, user)
    assert (message.text, message.entities) == (visible_text(expected), [])
    assert follow_up(bot, user) == [message.text]


@pytest.mark.parametrize(("status", "times"), [(403, 1), (400, 2)], ids=["blocked", "refused"])
def test_what_cannot_be_delivered_harms_nobody_else(bot: Served, status: int, times: int) -> None:
    """A reply that cannot be delivered at all is given up, and the bot goes on."""
    user = new_user()
    bot.api.fail_next("sendMessage", status, times=times)
    bot.api.say("/start", user_id=user)
    bot.api.wait_for(lambda api: api._failures.get("sendMessage") == [])
    assert follow_up(bot, user) == []


def test_only_what_is_wanted_is_asked_for(bot: Served) -> None:
    """No other update is asked for than those that are answered."""
    bot.ask("/start", new_user())
    asked = [call.params for call in bot.api.calls if call.method == "getUpdates" and "allowed_updates" in call.params]
    wanted = ("message", "edited_message", "callback_query", "inline_query", "guest_message", "my_chat_member")
    assert {tuple(params["allowed_updates"]) for params in asked} == {wanted}


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


def test_log_has_no_token(embedder: WordLlamaEmbedder, tmp_path: Path) -> None:
    """Even the debug log, with faults of Telegram in it, never holds the token."""
    user = new_user()
    with serving(make_data(tmp_path, embedder).data, tmp_path, "--log-level", "debug", failing="setMyCommands") as bot:
        bot.api.fail_next("getUpdates", 502)
        bot.api.fail_next("sendMessage", 502)
        bot.api.fail_next("sendMessage", 400, times=2)
        bot.api.say("/start", user_id=user)
        bot.api.wait_for(lambda api: api._failures.get("sendMessage") == [])
        bot.ask(QUESTION, user)
    log = bot.log.read_text(encoding="utf-8")
    assert "cannot be delivered" in log
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
