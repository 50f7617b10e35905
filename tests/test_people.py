"""Who has written, what he may and which language he chose: kept on SQLite and on PostgreSQL."""

from __future__ import annotations

import logging
import threading

import pytest

from bot.state.people import People, Person
from config.settings import Settings
from tests.clock import Clock

pytest_plugins = ["tests.postgres"]

NOW = 1_700_000_000.0
BIG, GROUP, SUPERGROUP = 7_000_000_000, -200, -1_001_234_567_890


@pytest.fixture
def clock() -> Clock:
    """A clock of this test's own."""
    return Clock(NOW)


@pytest.fixture
def people(state_settings: Settings, clock: Clock) -> People:
    """Nobody yet."""
    return People(state_settings, clock)


def test_reading_makes_no_file(settings: Settings) -> None:
    """As long as nobody is met nothing is written, and nobody is known."""
    people = People(settings)
    assert people.find(BIG) is None
    assert people.list() == []
    assert people.admins() == []
    assert people.codes_to_try(BIG) == []
    people.move(GROUP, SUPERGROUP)
    assert not settings.data.exists()


def test_somebody_is_met(people: People, state_settings: Settings, clock: Clock) -> None:
    """Whoever is met is added, as another process reads too; later it is noted that he was here, and his new name."""
    met = Person(BIG, "Ada", first=NOW, last=NOW)
    assert people.meet(BIG, " Ada\n") == met
    assert People(state_settings).find(BIG) == met
    clock.now += 3599
    assert people.meet(BIG, "Ada") == met
    assert people.meet(BIG, "") == met
    assert people.find(BIG) == met
    clock.now += 1
    assert people.meet(BIG, "") == people.find(BIG) == Person(BIG, "Ada", first=NOW, last=NOW + 3600)
    clock.now += 1
    assert people.meet(BIG, "Ada L.") == people.find(BIG) == Person(BIG, "Ada L.", first=NOW, last=NOW + 3601)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a\0b", "a b"),
        ("half \ud83d of it", "half of it"),
        ("x\n9 admin: \u202eyes", "x 9 admin: yes"),
        ("y" * 500, "y" * 100),
    ],
)
def test_any_name_is_kept_as_one_line(people: People, name: str, kept: str) -> None:
    """No name breaks the database, forges a line of a list, or turns what stands beside it."""
    assert people.meet(BIG, name).name == kept
    assert people.find(BIG) == Person(BIG, kept, first=NOW, last=NOW)


def test_roles_and_languages(people: People, clock: Clock) -> None:
    """A role and a language are set for whoever is known, for who has not written yet, and for groups."""
    people.meet(BIG, "Ada")
    assert people.set_role(BIG, "reader")
    assert people.set_language(BIG, "tr")
    assert people.set_role(BIG, "admin")
    assert people.set_role(8, "banned")
    assert people.set_language(GROUP, "de")
    ada = Person(BIG, "Ada", "admin", "tr", NOW, NOW)
    assert people.find(BIG) == ada
    assert people.find(8) == Person(8, "", "banned", "", NOW, 0.0)
    assert people.find(GROUP) == Person(GROUP, "", "", "de", NOW, 0.0)
    assert people.admins() == [BIG]
    clock.now += 5
    bob = people.meet(8, "Bob")
    assert bob == Person(8, "Bob", "banned", "", NOW, NOW + 5)
    assert people.list() == [bob, ada, Person(GROUP, "", "", "de", NOW, 0.0)]


def test_a_group_becomes_a_supergroup(people: People) -> None:
    """What is known of a group goes with it; what was already said of its new id stays."""
    people.set_language(GROUP, "de")
    people.set_role(GROUP, "reader")
    people.move(GROUP, SUPERGROUP)
    assert people.list() == [Person(SUPERGROUP, "", "reader", "de", NOW, 0.0)]
    people.set_role(GROUP, "banned")
    people.set_language(GROUP, "tr")
    people.set_role(SUPERGROUP, "")
    people.move(GROUP, SUPERGROUP)
    assert people.list() == [Person(SUPERGROUP, "", "banned", "de", NOW, 0.0)]
    people.move(GROUP, SUPERGROUP)
    assert people.list() == [Person(SUPERGROUP, "", "banned", "de", NOW, 0.0)]


def test_codes_are_spent_once(people: People) -> None:
    """A code makes one admin; then no code is left, also not that of another replica."""
    assert people.add_code("one")
    assert people.add_code("two")
    assert sorted(people.codes_to_try(BIG)) == ["one", "two"]
    assert not people.spend_code("three", BIG, "Ada")
    assert people.spend_code("two", BIG, "Ada")
    assert people.find(BIG) == Person(BIG, "Ada", "admin", "", NOW, 0.0)
    assert not people.spend_code("one", 8, "Bob")
    assert people.codes_to_try(8) == []
    assert people.admins() == [BIG]


def test_the_last_codes_are_kept(people: People, clock: Clock) -> None:
    """A newsbot that is started again and again leaves no more than a handful of codes."""
    for number in range(7):
        clock.now += 1
        people.add_code(str(number))
    assert sorted(people.codes_to_try(BIG)) == ["2", "3", "4", "5", "6"]


def test_five_tries_a_minute(people: People, clock: Clock) -> None:
    """Of one user five tries are looked at in a minute, whatever others try."""
    people.add_code("one")
    assert [people.codes_to_try(BIG) for _ in range(7)] == [["one"]] * 5 + [[]] * 2
    assert people.codes_to_try(8) == ["one"]
    clock.now += 60
    assert people.codes_to_try(BIG) == ["one"]


def test_many_meet_at_once(people: People) -> None:
    """Eight threads that meet the same users at the same time lose nobody and fail in nothing."""
    met: list[str] = []

    def meet() -> None:
        met.extend(people.meet(number, f"User {number}").name for number in range(1, 11))

    threads = [threading.Thread(target=meet) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(met) == sorted([f"User {number}" for number in range(1, 11)] * 8)
    assert sorted(person.id for person in people.list()) == list(range(1, 11))


def test_a_damaged_file_stops_nothing(settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """With a damaged file everybody is met as new, nobody has a role, and what sets one says that it could not."""
    settings.data.mkdir()
    (settings.data / "state.db").write_bytes(b"no database" * 100)
    people = People(settings, clock)
    assert people.meet(BIG, "Ada") == Person(BIG, "Ada", first=NOW, last=NOW)
    assert people.find(BIG) is None
    assert not people.set_role(BIG, "admin")
    assert not people.set_language(BIG, "tr")
    assert not people.add_code("one")
    assert people.codes_to_try(BIG) == []
    assert not people.spend_code("one", BIG, "Ada")
    people.move(GROUP, SUPERGROUP)
    assert people.list() == []
    assert people.admins() == []
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1
