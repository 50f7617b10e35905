"""Who may do what, in each way of access; and how a code in the terminal makes the first admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.answer import Newsbot
from bot.conversation.desk import Desk, Request, open_desk
from bot.conversation.messages import Message
from bot.conversation.rights import Right, begin_pairing, has_right, is_among_admins, pair, refuse, role_of
from bot.state.database import StateDatabase
from bot.state.tables import PAIRING_CODES
from bot.texts import Text
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.live import LiveIndex

ADMIN, ADA, BOB, GROUP = 7, 8, 9, -100


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        """The moment, in seconds since 1970."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock()


@pytest.fixture
def desk_with(settings: Settings, embedder: WordLlamaEmbedder, clock: Clock) -> Callable[..., Desk]:
    """A desk with the settings given; all share what is kept."""

    def make(**given: str) -> Desk:
        own = load_settings({"data": settings.data, **given})
        return open_desk(own, Newsbot(LiveIndex(own), embedder, []), clock)

    return make


def in_group(user_id: int, chat_id: int = GROUP) -> Message:
    """A message in a group."""
    return Message(user_id, chat_id=chat_id, is_group=True)


@pytest.mark.parametrize(("access", "role"), [("open", "reader"), ("allowlist", "stranger"), ("pairing", "stranger")])
def test_somebody_unknown(desk_with: Callable[..., Desk], access: str, role: str) -> None:
    """Anybody may ask where access is open, and nobody else else; an empty admin list means nobody, whatever the id."""
    desk = desk_with(access=access)
    for user_id in (0, 1, ADMIN, -1):
        assert role_of(desk, Message(user_id)) == role
        assert role_of(desk, in_group(user_id)) == role
    assert not desk.settings.data.exists()


@pytest.mark.parametrize("access", ["open", "allowlist", "pairing"])
def test_roles_that_were_given(desk_with: Callable[..., Desk], access: str) -> None:
    """An admin of the settings stays one, a banned person banned; whom an admin made a reader may ask anywhere."""
    desk = desk_with(access=access, admins=str(ADMIN))
    for user_id in (ADMIN, ADA):
        desk.people.set_role(user_id, "banned")
    desk.people.set_role(BOB, "admin")
    desk.people.set_role(GROUP - 1, "reader")
    for message, role in [
        (Message(ADMIN), "admin"),
        (in_group(ADMIN), "admin"),
        (Message(ADA), "banned"),
        (in_group(ADA, GROUP - 1), "banned"),
        (Message(BOB), "admin"),
    ]:
        assert role_of(desk, message) == role
        assert role_of(desk, message, desk.people.find(message.user_id)) == role
    desk.people.set_role(ADA, "reader")
    assert role_of(desk, Message(ADA)) == "reader"
    assert role_of(desk, in_group(ADA)) == "reader"


def test_an_allowed_group(desk_with: Callable[..., Desk]) -> None:
    """Where a group is allowed everybody in it may ask there, and nowhere else; nobody becomes an admin by a group."""
    desk = desk_with(access="allowlist")
    desk.people.set_role(GROUP, "reader")
    assert role_of(desk, in_group(ADA)) == "reader"
    assert role_of(desk, in_group(ADA, GROUP - 1)) == "stranger"
    assert role_of(desk, Message(ADA)) == "stranger"
    desk.people.set_role(GROUP, "admin")
    assert role_of(desk, in_group(ADA)) == "stranger"


def test_a_banned_group(desk_with: Callable[..., Desk]) -> None:
    """In a banned group nobody may ask but admins; elsewhere its people may."""
    desk = desk_with(admins=str(ADMIN))
    desk.people.set_role(GROUP, "banned")
    desk.people.set_role(BOB, "reader")
    assert role_of(desk, in_group(ADA)) == "banned"
    assert role_of(desk, in_group(BOB)) == "banned"
    assert role_of(desk, in_group(ADMIN)) == "admin"
    assert role_of(desk, Message(ADA)) == "reader"


def test_rights() -> None:
    """Each role has the rights of those below it; somebody banned has none, not even that of anybody."""
    rights: tuple[Right, ...] = ("anybody", "ask", "admin")
    assert [has_right("banned", right) for right in rights] == [False, False, False]
    assert [has_right("stranger", right) for right in rights] == [True, False, False]
    assert [has_right("reader", right) for right in rights] == [True, True, False]
    assert [has_right("admin", right) for right in rights] == [True, True, True]


def test_refusals() -> None:
    """Somebody without the right reads his id and what can be done; somebody banned reads neither."""
    rights: tuple[Right, ...] = ("anybody", "ask", "admin")
    for right in rights:
        assert refuse(Message(ADA), "banned", right) == "You cannot use this bot."
    assert refuse(in_group(ADA), "reader", "admin") == (
        "Only an admin may do that. Admins are set by NEWSBOT_ADMINS; your id is 8."
    )
    private, group = refuse(Message(ADA), "stranger", "ask"), refuse(in_group(ADA), "stranger", "ask")
    assert private == "You may not ask yet. An admin can allow you with /allow 8."
    assert (
        group
        == "You may not ask here yet. An admin can allow you with /allow 8, or all of this group with /allow -100."
    )
    assert isinstance(private, Text)
    assert isinstance(group, Text)


def test_where_only_admins_read(desk_with: Callable[..., Desk]) -> None:
    """Only admins read what an admin is told in private, or in the chat that is told of errors."""
    desk = desk_with(admin_chat=str(GROUP))
    assert is_among_admins(desk, Request(Message(ADMIN), "admin", "en"))
    assert is_among_admins(desk, Request(in_group(ADMIN), "admin", "en"))
    assert not is_among_admins(desk, Request(in_group(ADMIN, GROUP - 1), "admin", "en"))
    assert not is_among_admins(desk, Request(Message(ADA), "reader", "en"))


def test_a_code_makes_the_first_admin(desk_with: Callable[..., Desk]) -> None:
    """The code from the terminal, as people type it, makes its sender the admin, once; then no code is needed."""
    desk = desk_with(access="pairing")
    code = begin_pairing(desk)
    assert code is not None
    assert len(code) == 8
    assert not set(code) & set("0O1IL5S8B2Z")
    stored = StateDatabase(desk.settings).run(lambda db: str(db.execute(PAIRING_CODES.select()).all()), "")
    assert stored.startswith("[('")
    assert code not in stored
    wrong = code[::-1] if code != code[::-1] else "ACDEFGHJ"
    assert not pair(desk, Message(ADA), wrong)
    assert pair(desk, Message(ADA, name="Ada"), f" {code[:4].lower()}-{code[4:].lower()} ")
    assert role_of(desk, Message(ADA)) == "admin"
    assert not pair(desk, Message(BOB), code)
    assert role_of(desk, Message(BOB)) == "stranger"
    assert begin_pairing(desk) is None


def test_each_replica_has_a_code(desk_with: Callable[..., Desk]) -> None:
    """Replicas that share what is kept know each other's codes; when one is spent none of them makes an admin."""
    one, other = desk_with(access="pairing"), desk_with(access="pairing")
    codes = begin_pairing(one), begin_pairing(other)
    assert None not in codes
    assert codes[0] != codes[1]
    assert pair(one, Message(ADA), str(codes[1]))
    assert not pair(one, Message(BOB), str(codes[0]))


def test_guessing_is_slow(desk_with: Callable[..., Desk], clock: Clock) -> None:
    """After five wrong codes in a minute the right one is wrong too; what is no code is no try."""
    desk = desk_with(access="pairing")
    code = str(begin_pairing(desk))
    for guess in ("", "q" * 30, "AAAA", "00000000", "é" * 8):
        assert not pair(desk, Message(ADA), guess)
    for _ in range(5):
        assert not pair(desk, Message(ADA), "AAAAAAAA")
    assert not pair(desk, Message(ADA), code)
    clock.now += 60
    assert pair(desk, Message(ADA), code)


def test_pairing_only_where_it_is_set(desk_with: Callable[..., Desk]) -> None:
    """There is no code where access is another, where the settings name an admin, or where none can be kept."""
    code = str(begin_pairing(desk_with(access="pairing")))
    for given in ({"access": "open"}, {"access": "allowlist"}, {"access": "pairing", "admins": str(ADMIN)}):
        desk = desk_with(**given)
        assert begin_pairing(desk) is None
        assert not pair(desk, Message(ADA), code)
    broken = desk_with(access="pairing", state_url="sqlite:////nowhere/at/all/state.db")
    assert begin_pairing(broken) is None
    assert not pair(broken, Message(ADA), code)
    assert role_of(broken, Message(ADA)) == "stranger"
