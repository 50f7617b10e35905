"""The first commands of everybody: start and its links, help, ask, forget, language."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Newsbot
from bot.answers import Answer
from bot.conversation.basics import ASK, FORGOTTEN, HELP, NOT_FORGOTTEN, START, read_link, write_link
from bot.conversation.conversation import Conversation
from bot.conversation.desk import Desk, open_desk
from bot.conversation.messages import Message, Reply
from bot.texts import LANGUAGES, Text, translate
from config.settings import Settings, load_settings

QUESTION = "what did Turkey demand?"
ADMIN, ADA, BOB, GROUP = 7, 8, 9, -100


@pytest.fixture
def desk_with(sample_settings: Settings, sample_newsbot: Newsbot, tmp_path: Path) -> Callable[..., Desk]:
    """A desk over the samples with one admin; what is kept is this test's own."""

    def make(**given_settings: str) -> Desk:
        own = {"state_url": f"sqlite:///{tmp_path}/state.db", "admins": str(ADMIN), **given_settings}
        return open_desk(load_settings({"data": sample_settings.data, **own}), sample_newsbot, lambda: 1e9)

    return make


@pytest.fixture
def desk(desk_with: Callable[..., Desk]) -> Desk:
    """Such a desk by default."""
    return desk_with()


def say(desk: Desk, text: str, user_id: int = ADA, *, in_group: bool = False, language: str = "") -> Reply:
    """The one reply that is not progress."""
    message = Message(user_id, text, GROUP if in_group else None, in_group, language=language)

    async def collect() -> list[Reply]:
        return [reply async for reply in Conversation(desk).reply(message) if not reply.progress]

    (reply,) = asyncio.run(collect())
    return reply


def listed(reply: Reply) -> list[str]:
    """The commands that a help lists."""
    return [line.split(" ")[0].removeprefix("/") for line in str(reply.content).splitlines()[1:]]


def test_start_with_a_link(desk_with: Callable[..., Desk]) -> None:
    """A link to the bot asks its question for those who may ask; anything else in it is as if nothing was there."""
    desk = desk_with()
    for in_group in (False, True):
        reply = say(desk, f"/start {write_link(QUESTION)}", in_group=in_group)
        assert isinstance(reply.content, Answer)
        assert (reply.content.question, reply.content.status) == (QUESTION, "answered")
    for payload in ("", "start", "q", "q*", "qnonsense", "q_w", "ACDEFGHJ", QUESTION):
        assert say(desk, f"/start {payload}").content == START
    closed = desk_with(access="allowlist")
    assert str(say(closed, f"/start {write_link(QUESTION)}").content).startswith("You may not ask yet.")


@given(st.text(max_size=70))
def test_links(question: str) -> None:
    """What is written into a link is read from it, in letters and a length that Telegram takes; or there is no link."""
    try:
        question.encode()
    except UnicodeEncodeError:
        return
    payload = write_link(question)
    assert (payload == "") == (len(question.encode()) > 47)
    if payload:
        assert len(payload) <= 64
        assert payload.replace("_", "").replace("-", "").isalnum()
        assert read_link(payload) == question


@given(st.text())
def test_any_payload_is_read(payload: str) -> None:
    """Whatever stands in a link, reading it raises nothing."""
    read_link(f"q{payload}").encode()


def test_help_by_role_and_place(desk_with: Callable[..., Desk]) -> None:
    """Everybody is told of what he may use where he is."""
    desk = desk_with()
    everybody = ["forget", "language", "help", "start"]
    readers = ["ask", "latest", "timeline", "watch", "unwatch", "digest", "sources", *everybody, "status"]
    admins = ["reindex", "questions", "feedback", "users", "allow", "ban"]
    own = {"watch", "unwatch", "digest", "language"}
    assert listed(say(desk, "/help")) == readers
    assert listed(say(desk, "/help", ADMIN)) == [*readers, *admins]
    assert listed(say(desk, "/help", in_group=True)) == [name for name in readers if name not in own]
    assert listed(say(desk, "/help", ADMIN, in_group=True)) == [*readers, *admins]
    assert listed(say(desk_with(access="allowlist"), "/help")) == everybody


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_by_language(desk: Desk, language: str) -> None:
    """Help is told in the language of somebody's Telegram, where there is no other."""
    reply = say(desk, "/help", language=f"{language}-xx")
    shown = translate(str.__str__(reply.content) if not isinstance(reply.content, Text) else reply.content, language)
    assert reply.language == language
    assert shown.startswith(translate(HELP, language))
    assert ("Send a question." in shown) == (language == "en")


def test_ask(desk: Desk) -> None:
    """What stands after `/ask` is asked; without anything it is told how that is written."""
    reply = say(desk, f"/ask@news_bot   {QUESTION}", in_group=True)
    assert isinstance(reply.content, Answer)
    assert reply.content.question == QUESTION
    assert say(desk, "/ask ") == Reply(ASK, language="en")


def test_forget(desk: Desk) -> None:
    """What was talked about is forgotten, and its words are erased, for whoever says so and only there."""
    for user_id, in_group in ((ADA, False), (ADA, True), (BOB, True)):
        say(desk, QUESTION, user_id, in_group=in_group)
    assert say(desk, "/forget", in_group=True) == Reply(FORGOTTEN, language="en")
    kept = [desk.answers.find(number) for number in (1, 2, 3)]
    assert [answer.conversation for answer in kept if answer] == ["8", "-100/9"]
    assert [bool(desk.turns.load(name)) for name in ("8", "-100/8", "-100/9")] == [True, False, True]
    assert desk.answers.count_by_user() == {ADA: 2, BOB: 1}


def test_what_cannot_be_kept_or_forgotten(desk_with: Callable[..., Desk]) -> None:
    """Where the database fails nobody is told that something was forgotten or chosen."""
    desk = desk_with(state_url="sqlite:////nowhere/at/all/state.db")
    assert say(desk, "/forget") == Reply(NOT_FORGOTTEN, language="en")
    unkept = Reply("I cannot note that just now. Please try again in a moment.", language="en")
    assert say(desk, "/language tr") == unkept


@pytest.mark.parametrize("wanted", ["de", "DE", "Deutsch", " deutsch "])
def test_language_in_private(desk: Desk, wanted: str) -> None:
    """A user's choice holds for him, in groups too where none was chosen, whatever his Telegram speaks."""
    told = say(desk, f"/language {wanted}", language="tr")
    assert (told.content, told.language, told.buttons) == ("I speak Deutsch from now on.", "de", ())
    assert say(desk, "/start", language="tr").language == "de"
    assert say(desk, "/start", language="tr", in_group=True).language == "de"
    assert say(desk, "/start", BOB, language="tr").language == "tr"
    desk.people.set_role(GROUP, "reader")
    assert say(desk, "/start", language="tr", in_group=True).language == "de"


def test_language_in_a_group(desk: Desk) -> None:
    """An admin's choice in a group holds for everybody in it, and there only."""
    assert say(desk, "/language es", in_group=True).content == (
        "Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is 8."
    )
    assert say(desk, "/language es", ADMIN, in_group=True).language == "es"
    say(desk, "/language de")
    assert say(desk, "/start", in_group=True).language == "es"
    assert say(desk, "/start").language == "de"
    assert say(desk, "/start", ADMIN).language == "en"


@pytest.mark.parametrize("wanted", ["", "klingon", "de tr"])
def test_languages_are_offered(desk: Desk, wanted: str) -> None:
    """Without a language that there is all of them are offered, each by its own name."""
    reply = say(desk, f"/language {wanted}")
    buttons = [(button.label, button.data) for row in reply.buttons for button in row]
    assert reply.content == "Which language shall I speak? Quotes stay in the language of their article."
    assert buttons == [(name, f"language:{code}") for code, name in LANGUAGES.items()]
    assert desk.people.find(ADA) is not None
    assert say(desk, "/start").language == "en"
