"""Every command and every button, said by everybody everywhere: without the right nothing is done but to say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.conversation.basics import PAIRED, START
from bot.conversation.commands import COMMANDS, Command
from bot.conversation.conversation import IN_PRIVATE, Conversation
from bot.conversation.desk import Desk, Request, Role
from bot.conversation.messages import Message, Reply
from bot.conversation.pressing import ACTIONS, Action
from bot.conversation.rights import Right, begin_pairing
from bot.state.people import People
from bot.texts import Text
from config.settings import load_settings

BANNED, STRANGER, READER, ADMIN, GROUP = 1, 2, 3, 7, -100
USERS: dict[int, Role] = {BANNED: "banned", STRANGER: "stranger", READER: "reader", ADMIN: "admin"}
# Who may do what, once more and by hand: what is missing here was added without a thought for who may do it.
MAY: dict[Right, set[int]] = {
    "anybody": {STRANGER, READER, ADMIN},
    "ask": {READER, ADMIN},
    "admin": {ADMIN},
}
RIGHTS: dict[str, tuple[Right, Right]] = {  # in a private chat, in a group
    "ask": ("ask", "ask"),
    "latest": ("ask", "ask"),
    "timeline": ("ask", "ask"),
    "watch": ("ask", "admin"),
    "unwatch": ("ask", "admin"),
    "digest": ("ask", "admin"),
    "sources": ("ask", "ask"),
    "forget": ("anybody", "anybody"),
    "language": ("anybody", "admin"),
    "help": ("anybody", "anybody"),
    "start": ("anybody", "anybody"),
    "status": ("ask", "ask"),
    "reindex": ("admin", "admin"),
    "questions": ("admin", "admin"),
    "feedback": ("admin", "admin"),
    "users": ("admin", "admin"),
    "allow": ("admin", "admin"),
    "ban": ("admin", "admin"),
}
BUTTONS: dict[str, tuple[Right, Right]] = {
    "passages": ("ask", "ask"),
    "more": ("ask", "ask"),
    "up": ("ask", "ask"),
    "down": ("ask", "ask"),
    "ask": ("ask", "ask"),
    "language": ("anybody", "admin"),
}
FOR_ADMINS = {"reindex", "questions", "feedback", "users"}
REFUSALS: dict[Right, tuple[str, str]] = {
    "anybody": ("", ""),
    "ask": (
        "You may not ask yet. An admin can allow you with /allow {id}.",
        "You may not ask here yet. An admin can allow you with /allow {id}, or all of this group with /allow -100.",
    ),
    "admin": ("Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is {id}.",) * 2,
}


class Untouched:
    """A part of the desk that nobody may read or write."""

    def __getattr__(self, name: str) -> Any:
        """Fail: whoever asks for anything goes too far."""
        raise AssertionError(f"{name} was used")


@dataclass
class Recorder:
    """Takes the place of all handlers, and knows what was run."""

    ran: list[tuple[str, Role]] = field(default_factory=list)

    def handler(self, name: str) -> Callable[..., AsyncIterator[Reply]]:
        """A handler that notes that it was run."""

        async def run(desk: Desk, request: Request, *values: object) -> AsyncIterator[Reply]:
            assert desk is not None
            assert all(isinstance(value, list) for value in values)
            self.ran.append((name, request.role))
            yield Reply("Done.")

        return run


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """All commands and buttons with handlers that do nothing but note that they were run."""
    found = Recorder()
    for name, command in COMMANDS.items():
        monkeypatch.setitem(COMMANDS, name, replace(command, run=found.handler(name)))
    for name, action in ACTIONS.items():
        monkeypatch.setitem(ACTIONS, name, replace(action, run=found.handler(f"[{name}]")))
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of which nothing may be used but what tells who somebody is; whoever is unknown is a stranger."""
    settings = load_settings({"data": tmp_path / "data", "admins": str(ADMIN), "access": "allowlist"})
    people = People(settings)
    people.set_role(BANNED, "banned")
    people.set_role(READER, "reader")
    parts: Any = Untouched()
    return Desk(settings, parts, lambda: 1e9, parts, parts, people, parts, parts)


def say(desk: Desk, message: Message) -> list[Reply]:
    """All replies to a message."""

    async def collect() -> list[Reply]:
        return [reply async for reply in Conversation(desk).reply(message)]

    return asyncio.run(collect())


def speak(user_id: int, *, in_group: bool, text: str = "", press: str = "") -> Message:
    """What somebody says or presses, in private or in the group."""
    return Message(user_id, text, GROUP if in_group else None, in_group, press=press)


def refusal(user_id: int, right: Right, *, in_group: bool) -> str:
    """What somebody without a right is told."""
    if user_id == BANNED:
        return "You cannot use this bot."
    return REFUSALS[right][in_group].format(id=user_id)


def test_each_command_and_each_button_has_the_right_that_is_meant() -> None:
    """No command and no button was added without somebody saying here who may use it, in private and in groups."""
    needed = {name: (c.needs(in_group=False), c.needs(in_group=True)) for name, c in COMMANDS.items()}
    pressed = {name: (a.needs(in_group=False), a.needs(in_group=True)) for name, a in ACTIONS.items()}
    assert needed == RIGHTS
    assert pressed == BUTTONS
    assert {name for name, command in COMMANDS.items() if command.for_admins} == FOR_ADMINS
    assert set(MAY) == set(get_args(Right))
    assert set(USERS.values()) == set(get_args(Role))
    assert all(name == command.name for name, command in COMMANDS.items())


def test_nothing_can_be_added_without_a_right() -> None:
    """A command or a button that does not say who may use it cannot even be written down."""
    with pytest.raises(TypeError, match="right"):
        Command(name="new", help=Text("Help."), run=Recorder().handler("new"))  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="right"):
        Action(run=Recorder().handler("new"))  # type: ignore[call-arg]


@pytest.mark.parametrize("in_group", [False, True], ids=["private", "group"])
@pytest.mark.parametrize("user_id", USERS, ids=USERS.values())
@pytest.mark.parametrize("name", COMMANDS)
def test_commands(desk: Desk, recorder: Recorder, name: str, user_id: int, in_group: bool) -> None:
    """A command is run for those who have its right where they are; all others get one plain reply, and no more."""
    before = {person.id: (person.role, person.language) for person in desk.people.list()}
    right = RIGHTS[name][in_group]
    texts = [f"/{name}", f" /{name.upper()}@fake_test_bot 1 \n"]
    if name == "ask":
        texts += ["what did Turkey demand?", "?"]
    for text in texts:
        recorder.ran.clear()
        replies = say(desk, speak(user_id, in_group=in_group, text=text))
        if user_id not in MAY[right]:
            assert replies == [Reply(refusal(user_id, right, in_group=in_group), language="en")]
            assert recorder.ran == []
        elif in_group and name in FOR_ADMINS:
            assert replies == [Reply(IN_PRIVATE, language="en")]
            assert recorder.ran == []
        else:
            assert replies == [Reply("Done.", language="en")]
            assert recorder.ran == [(name, USERS[user_id])]
    after = {person.id: (person.role, person.language) for person in desk.people.list()}
    assert after == {user_id: ("", ""), **before}


@pytest.mark.parametrize("in_group", [False, True], ids=["private", "group"])
@pytest.mark.parametrize("user_id", USERS, ids=USERS.values())
@pytest.mark.parametrize("name", ACTIONS)
def test_buttons(desk: Desk, recorder: Recorder, name: str, user_id: int, in_group: bool) -> None:
    """A button does something for those who have its right where they are; all others get one notice, and no more."""
    right = BUTTONS[name][in_group]
    for data in (name, f"{name}:1", f"{name}:1:2", f"{name}:"):
        recorder.ran.clear()
        replies = say(desk, speak(user_id, in_group=in_group, text="Passages", press=data))
        if user_id in MAY[right]:
            assert replies == [Reply("Done.", language="en")]
            assert recorder.ran == [(f"[{name}]", USERS[user_id])]
        else:
            assert replies == [Reply(refusal(user_id, right, in_group=in_group), notice=True, language="en")]
            assert recorder.ran == []


@pytest.mark.parametrize("in_group", [False, True], ids=["private", "group"])
@pytest.mark.parametrize("user_id", USERS, ids=USERS.values())
@pytest.mark.usefixtures("recorder")
def test_what_is_no_command_and_no_button(desk: Desk, user_id: int, in_group: bool) -> None:
    """Whoever is banned is not even told that there is no such command; to say nothing at all is to ask for help."""
    (unknown,) = say(desk, speak(user_id, in_group=in_group, text="/nonsense"))
    (pressed,) = say(desk, speak(user_id, in_group=in_group, press="nonsense:1"))
    (nothing,) = say(desk, speak(user_id, in_group=in_group))
    if user_id == BANNED:
        assert {str(reply.content) for reply in (unknown, pressed, nothing)} == {"You cannot use this bot."}
    else:
        assert str(unknown.content).startswith("I do not know /nonsense. Send a question.")
        assert pressed.content == "I no longer have that answer. Please ask again."
    if user_id == STRANGER:
        assert nothing.content == refusal(user_id, "ask", in_group=in_group)
    assert pressed.notice


@pytest.mark.parametrize("name", sorted(FOR_ADMINS))
def test_what_only_admins_read(desk: Desk, recorder: Recorder, name: str) -> None:
    """What is for admins is told in the group that is theirs, as in private."""
    settings = load_settings({**vars(desk.settings), "admin_chat": str(GROUP)})
    theirs = replace(desk, settings=settings)
    assert say(theirs, speak(ADMIN, in_group=True, text=f"/{name}")) == [Reply("Done.", language="en")]
    assert recorder.ran == [(name, "admin")]
    (refused,) = say(theirs, speak(READER, in_group=True, text=f"/{name}"))
    assert str(refused.content).startswith("Only an admin may do that.")


def test_pairing_in_a_conversation(tmp_path: Path) -> None:
    """`/start CODE` makes the first admin, in private, once; a wrong code is as if nothing had been said."""
    settings = load_settings({"data": tmp_path / "data", "access": "pairing"})
    clock, parts = [1e9], Untouched()
    anything: Any = parts
    people = People(settings, lambda: clock[0])
    desk = Desk(settings, anything, lambda: clock[0], anything, anything, people, anything, anything)
    code = str(begin_pairing(desk))
    wrong = "AAAAAAAA" if code != "AAAAAAAA" else "CCCCCCCC"

    def told(user_id: int, text: str, *, in_group: bool = False) -> str:
        (reply,) = say(desk, speak(user_id, in_group=in_group, text=text))
        return str(reply.content)

    assert told(ADMIN, "/start") == refusal(ADMIN, "ask", in_group=False)
    assert told(ADMIN, f"/start {code}", in_group=True) == refusal(ADMIN, "ask", in_group=True)
    assert told(STRANGER, "/users") == refusal(STRANGER, "admin", in_group=False)
    for _ in range(5):
        assert told(STRANGER, f"/start {wrong}") == refusal(STRANGER, "ask", in_group=False)
    assert told(STRANGER, f"/start {code}") == refusal(STRANGER, "ask", in_group=False)
    assert desk.people.admins() == []
    assert told(ADMIN, f"/start {code.lower()}") == PAIRED
    assert desk.people.admins() == [ADMIN]
    clock[0] += 60
    assert told(STRANGER, f"/start {code}") == refusal(STRANGER, "ask", in_group=False)
    assert told(ADMIN, f"/start {code}") == START
    assert begin_pairing(desk) is None
    assert told(ADMIN, f"/allow {STRANGER}") == f"{STRANGER} may ask now."
    assert told(STRANGER, "/start") == START
    assert (
        told(ADMIN, f"/ban {STRANGER}")
        == f"{STRANGER} cannot use this bot any more. /allow {STRANGER} takes that back."
    )
    assert told(STRANGER, "/start") == "You cannot use this bot."
