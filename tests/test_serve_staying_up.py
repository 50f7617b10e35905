"""The real `newsbot serve` under load and while Telegram falters: order, bounds, limits, faults, chats that go away."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from bot.conversation.asking import _NO_TOKENS
from bot.conversation.basics import HELP, START
from bot.state.watches import Watch, Watches
from bot.telegram.handling import BUSY
from config.settings import Settings, load_settings
from tests.model_server import Json, ModelServer, Reply
from tests.served import TOKEN, Served, serving
from tests.telegram_api import BOT_USERNAME, Call, TelegramApi
from tests.test_model_reader import DEMAND, POSTS, passage_with

DEMANDED, DISPLACED = "what did Turkey demand?", "how many people were displaced in Idlib?"
SUEZ = "how much compensation did the Suez Canal Authority claim?"
new_user = count(30_000).__next__


def copy_samples(sample_settings: Settings, folder: Path) -> Path:
    """A data directory of a bot's own, with the samples: two that poll must not share their state."""
    shutil.copytree(sample_settings.data, folder / "data")
    return folder / "data"


@pytest.fixture
def data(sample_settings: Settings, tmp_path: Path) -> Path:
    """A data directory of this test's own, with the samples."""
    return copy_samples(sample_settings, tmp_path)


@pytest.fixture(scope="module")
def bot(sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One bot for all tests that need no settings; at the end every call was right, and the log told of no error."""
    folder = tmp_path_factory.mktemp("bot")
    with serving(copy_samples(sample_settings, folder), folder) as served:
        yield served
    assert served.api.judgements == []
    assert "Traceback" not in served.log.read_text(encoding="utf-8")


class SlowModel:
    """A model that holds back its answers to questions with some word, until it is let go; all others it answers."""

    def __init__(self, server: ModelServer, word: str) -> None:
        self._server, self._word = server, word
        self._go = threading.Event()
        self.asked = 0
        server.always(self._reply)

    def let_go(self) -> None:
        """Let the answers go on."""
        self._go.set()

    def wait_for(self, number: int) -> None:
        """Wait until so many answers are held back."""
        deadline = time.monotonic() + 20
        while self.asked < number:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _reply(self, body: Json) -> Reply:
        if self._word not in body["messages"][-1]["content"].splitlines()[-1]:
            return Reply("NO ANSWER")
        self.asked += 1
        line, shown = (
            passage_with(body, "the line of Turkish observation posts"),
            passage_with(body, "Turkey built 12"),
        )
        return Reply(steps=(f"{DEMAND} [{line}] {POSTS[:6]}", self._go, f"{POSTS[6:]} [{shown}]"))


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A model server of this test's own."""
    with ModelServer() as server:
        yield server
    assert server.unexpected == []


def model_flags(model: ModelServer) -> list[str]:
    """The flags of a bot whose answers a model writes."""
    return ["--reader", "model", "--openai-base-url", model.url]


def texts(bot: Served, chat: int) -> list[str]:
    """What stands in a chat of what the bot sent."""
    return [message.text for message in bot.api.messages(chat)]


def settle(bot: Served, user: int) -> list[str]:
    """All that the bot sent to a user, once one thing more was said and replied to: what was to come has come."""
    (last,) = bot.ask("/start", user)
    assert last.text == START
    return texts(bot, user)[:-1]


def watches_of(bot: Served) -> Watches:
    """What is watched, by the state of a bot."""
    return Watches(load_settings({"data": bot.log.parent / "data"}))


def calls_about(bot: Served, chat: int, method: str) -> list[Call]:
    """The calls of a method that concern a chat."""
    return [call for call in bot.api.calls if call.method == method and call.params.get("chat_id") == chat]


def test_chats_are_answered_side_by_side_and_each_in_its_order(data: Path, model: ModelServer, tmp_path: Path) -> None:
    """While the model takes its time for one chat, another is answered; what follows in the first one waits."""
    slow, quick, model_takes_time = new_user(), new_user(), SlowModel(model, "Turkey")
    with serving(data, tmp_path, *model_flags(model), key=model.api_key) as bot:
        bot.api.say(DEMANDED, user_id=slow)
        bot.api.say("/help", user_id=slow)
        model_takes_time.wait_for(1)
        (other,) = bot.ask(SUEZ, quick)
        assert texts(bot, slow) == []
        model_takes_time.let_go()
        bot.api.wait_for(lambda api: len(api.messages(slow)) == 2)
        assert "I found nothing" in other.text
        assert [text[: len(HELP)] for text in texts(bot, slow)[1:]] == [HELP]
        assert DEMAND in texts(bot, slow)[0]


def test_past_its_bounds_the_bot_says_that_it_is_busy(data: Path, model: ModelServer, tmp_path: Path) -> None:
    """What has no room is refused once and plainly, in all and in one chat; what was accepted is answered once."""
    chatty, others = new_user(), [new_user() for _ in range(12)]
    group, slow = -new_user(), SlowModel(model, "Turkey")
    flags = [*model_flags(model), "--queue-limit", "26", "--questions-per-minute", "0"]
    with serving(data, tmp_path, *flags, key=model.api_key, env={"NEWSBOT_CONVERSATION_MINUTES": "0"}) as bot:
        for _ in range(22):
            bot.api.say(DEMANDED, user_id=chatty)
        bot.api.wait_for(lambda api: len(api.messages(chatty)) == 2)
        for user in others:
            bot.api.say(DEMANDED, user_id=user)
        bot.api.say(f"@{BOT_USERNAME} {DEMANDED}", user_id=others[0], chat_id=group)
        bot.api.wait_for(lambda api: len([user for user in others if api.messages(user)]) == 6 and api.messages(group))
        refused = [text for user in others for text in texts(bot, user)]
        assert texts(bot, chatty) == [BUSY, BUSY]
        slow.let_go()
        bot.api.wait_for(lambda api: all(api.messages(user) for user in others) and len(api.messages(chatty)) == 22)
        time.sleep(0.5)
        assert refused == [BUSY] * 6
        assert texts(bot, group) == [BUSY]
        assert sorted(DEMAND in text for user in others for text in texts(bot, user)) == [False] * 6 + [True] * 6
        assert [DEMAND in text for text in texts(bot, chatty)] == [False] * 2 + [True] * 20


@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        ("--questions-per-minute", "You have asked as much as you may in a minute. Ask again in "),
        ("--questions-per-day", "You have asked as much as you may in a day. Ask again after "),
    ],
)
def test_limits_of_users(data: Path, tmp_path: Path, limit: str, refusal: str) -> None:
    """Past a limit a user is told when to ask again, wherever he asks; others and admins are answered."""
    user, other, admin, group = new_user(), new_user(), new_user(), -new_user()
    with serving(data, tmp_path, limit, "2", "--admins", str(admin)) as bot:
        asked = [bot.ask(DEMANDED, user)[0].text for _ in range(3)]
        bot.api.say(f"@{BOT_USERNAME} {DISPLACED}", user_id=user, chat_id=group)
        bot.api.wait_for(lambda api: api.messages(group))
        free = [bot.ask(DEMANDED, admin)[0].text for _ in range(4)] + [bot.ask(DEMANDED, other)[0].text]
        assert [text.startswith(refusal) for text in asked] == [False, False, True]
        assert texts(bot, group)[0].startswith(refusal)
        assert [refusal in text for text in free] == [False] * 5


def test_budget_of_the_model(data: Path, model: ModelServer, tmp_path: Path) -> None:
    """Once the tokens of the day are used up, answers come without the model and say so; an admin still gets it."""
    users, admin = [new_user(), new_user()], new_user()
    slow = SlowModel(model, "Turkey")
    slow.let_go()
    flags = [*model_flags(model), "--model-tokens-per-day", "1", "--admins", str(admin)]
    with serving(data, tmp_path, *flags, key=model.api_key) as bot:
        first, second = (bot.ask(DEMANDED, user)[0].text for user in users)
        third = bot.ask(DEMANDED, admin)[0].text
    assert [str(_NO_TOKENS) in text for text in (first, second, third)] == [False, True, False]
    assert [POSTS in text for text in (first, second, third)] == [True, False, True]
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    ("method", "status", "times", "retry_after"),
    [
        ("sendMessage", 429, 1, 2),
        ("sendMessage", 502, 2, None),
        ("sendMessage", 500, 1, None),
        ("sendMessage", "drop before", 1, None),
        ("sendMessage", "hang", 1, None),
        ("sendChatAction", 502, 1, None),
        ("sendChatAction", 429, 1, 5),
        ("sendChatAction", "hang", 1, None),
        ("getUpdates", 502, 1, None),
        ("getUpdates", 429, 1, 1),
        ("getUpdates", "drop before", 1, None),
        ("getUpdates", "drop after", 1, None),
    ],
)
def test_telegram_falters(bot: Served, method: str, status: int | str, times: int, retry_after: int | None) -> None:
    """After a flood or a fault of Telegram, exactly one answer arrives, and not before Telegram allows it."""
    user = new_user()
    bot.api.fail_next(method, status, retry_after=retry_after, times=times, seconds=8)
    if method == "getUpdates":
        bot.ask("/help", new_user())  # the poll under way is not concerned
    (message,) = bot.ask(DEMANDED, user)
    tries = [call.at for call in calls_about(bot, user, "sendMessage")]
    assert "expandable_blockquote" in [entity.type for entity in message.entities]
    assert settle(bot, user) == [message.text]
    assert bot.api._failures.get(method, []) == []
    assert len(tries) == (times + 1 if method == "sendMessage" else 1)
    if status == 429 and method == "sendMessage":
        assert tries[1] - tries[0] >= 2


@pytest.fixture(scope="module")
def slow_bot(
    sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, ModelServer]]:
    """One bot with a model, whose answers stream."""
    with ModelServer() as server:
        flags = [*model_flags(server), "--conversation-minutes", "0"]
        folder = tmp_path_factory.mktemp("slow")
        with serving(copy_samples(sample_settings, folder), folder, *flags, key=server.api_key) as served:
            yield served, server
    assert served.api.judgements == []
    assert server.unexpected == []
    assert "Traceback" not in served.log.read_text(encoding="utf-8")


def ask_in_group(bot: Served, server: ModelServer) -> tuple[int, SlowModel]:
    """Ask something in a new group, and wait until the answer has begun to show."""
    group, slow = -new_user(), SlowModel(server, "Turkey")
    bot.api.say(f"@{BOT_USERNAME} {DEMANDED}", user_id=new_user(), chat_id=group, chat_type="supergroup")
    bot.api.wait_for(lambda api: api.messages(group))
    return group, slow


@pytest.mark.parametrize("status", [429, 502, "drop before", "drop after", "hang"])
def test_telegram_falters_in_the_last_edit(slow_bot: tuple[Served, ModelServer], status: int | str) -> None:
    """An answer that grew in a group gets its last words once Telegram takes them; it stays one message."""
    bot, server = slow_bot
    group, slow = ask_in_group(bot, server)
    (growing,) = bot.api.messages(group)
    bot.api.fail_next("editMessageText", status, retry_after=2 if status == 429 else None, seconds=8)
    slow.let_go()
    bot.api.wait_for(lambda api: api.messages(group)[0].buttons())
    bot.api.wait_for(lambda _: len(calls_about(bot, group, "editMessageText")) == 2)
    (message,) = bot.api.messages(group)
    edits = [call.at for call in calls_about(bot, group, "editMessageText")]
    assert message.message_id == growing.message_id
    assert DEMAND in message.text
    assert POSTS in message.text
    assert [call.status for call in calls_about(bot, group, "sendMessage")] == [200]
    assert edits[1] - edits[0] >= (2 if status == 429 else 0)


@pytest.mark.parametrize("status", [429, 502, "hang"])
def test_telegram_falters_in_a_draft(slow_bot: tuple[Served, ModelServer], status: int | str) -> None:
    """A draft that Telegram does not take is left; the final message comes once, and not before Telegram allows it."""
    bot, server = slow_bot
    user, slow = new_user(), SlowModel(server, "Turkey")
    bot.api.fail_next("sendMessageDraft", status, retry_after=3 if status == 429 else None)
    bot.api.say(DEMANDED, user_id=user)
    bot.api.wait_for(lambda _: calls_about(bot, user, "sendMessageDraft"))
    slow.let_go()
    bot.api.wait_for(lambda api: api.messages(user))
    (draft, *_), (sent,) = calls_about(bot, user, "sendMessageDraft"), calls_about(bot, user, "sendMessage")
    assert sent.at - draft.at >= (3 if status == 429 else 0)
    assert POSTS in bot.api.messages(user)[0].text
    assert len(settle(bot, user)) == 1


def test_a_growing_answer_that_somebody_deletes(slow_bot: tuple[Served, ModelServer]) -> None:
    """Where the message that grows was deleted, the answer comes as a new one."""
    bot, server = slow_bot
    group, slow = ask_in_group(bot, server)
    (growing,) = bot.api.messages(group)
    bot.api.delete(group, growing.message_id)
    slow.let_go()
    bot.api.wait_for(lambda api: any(message.buttons() for message in api.messages(group)))
    (message,) = bot.api.messages(group)
    assert message.message_id > growing.message_id
    assert POSTS in message.text


@pytest.mark.parametrize("told", [True, False], ids=["told by an update", "found by writing"])
def test_a_user_who_blocks_the_bot(slow_bot: tuple[Served, ModelServer], *, told: bool) -> None:
    """To whom blocks the bot nothing more is tried, and his watches end; all others are answered."""
    bot, server = slow_bot
    user, other, slow = new_user(), new_user(), SlowModel(server, "Turkey")
    bot.ask("/watch Zorblatt", user)
    bot.ask("/watch Zorblatt", other)
    assert len(watches_of(bot).watched(user)) == 1
    bot.api.say(DEMANDED, user_id=user)
    slow.wait_for(1)
    with bot.api.held() as updates:
        bot.api.block(user)
    if told:
        bot.api.deliver(updates[0])
    slow.let_go()
    bot.api.wait_for(lambda _: len(calls_about(bot, user, "sendMessage")) == 2)
    bot.api.wait_for(lambda _: not watches_of(bot).watched(user))
    bot.ask("/help", other)
    assert [call.status for call in calls_about(bot, user, "sendMessage")] == [200, 403]
    assert len(watches_of(bot).watched(other)) == 1
    bot.api.unblock(user)
    assert len(bot.ask("/help", user)) == 1


def test_a_group_that_becomes_a_supergroup(bot: Served) -> None:
    """What is watched moves to the new id, and the group goes on."""
    user, group = new_user(), -new_user()
    watches_of(bot).add(Watch(group, None, "Zorblatt", 0))
    bot.api.say(f"@{BOT_USERNAME} {DISPLACED}", user_id=user, chat_id=group)
    bot.api.wait_for(lambda api: api.messages(group))
    moved = bot.api.migrate(group)
    bot.api.say(f"@{BOT_USERNAME} {DEMANDED}", user_id=user, chat_id=moved)
    bot.api.wait_for(lambda api: api.messages(moved))
    bot.api.wait_for(lambda _: not watches_of(bot).watched(group))
    assert [watch.topic for watch in watches_of(bot).watched(moved)] == ["Zorblatt"]
    assert DEMAND.split()[0] in texts(bot, moved)[0]


@pytest.mark.parametrize("told", [True, False], ids=["told by an update", "found by writing"])
def test_a_group_that_becomes_a_supergroup_in_the_middle(slow_bot: tuple[Served, ModelServer], *, told: bool) -> None:
    """An answer that was begun in a group arrives in the supergroup, once; what is watched moves there."""
    bot, server = slow_bot
    user, group, slow = new_user(), -new_user(), SlowModel(server, "Turkey")
    watches_of(bot).add(Watch(group, None, "Zorblatt", 0))
    bot.api.say(f"@{BOT_USERNAME} {DEMANDED}", user_id=user, chat_id=group)
    bot.api.wait_for(lambda api: api.messages(group))
    with bot.api.held() as updates:
        moved = bot.api.migrate(group)
    for update in updates if told else []:
        bot.api.deliver(update)
    slow.let_go()
    bot.api.wait_for(lambda api: any(message.buttons() for message in api.messages(moved)))
    assert [POSTS in text for text in texts(bot, moved)] == [True]
    bot.api.wait_for(lambda _: not watches_of(bot).watched(group))
    assert [watch.topic for watch in watches_of(bot).watched(moved)] == ["Zorblatt"]


def test_an_update_that_comes_twice(bot: Served) -> None:
    """The same update, delivered again at once or after it was answered, is answered once."""
    user = new_user()
    with bot.api.held() as updates:
        bot.api.say(DEMANDED, user_id=user)
    bot.api.deliver(updates[0])
    bot.api.deliver(updates[0])
    bot.api.wait_for(lambda api: api.messages(user))
    bot.api.deliver(updates[0])
    assert len(settle(bot, user)) == 1
    assert len(calls_about(bot, user, "sendMessage")) == 2


def test_updates_out_of_order(bot: Served) -> None:
    """An update that comes after a younger one is answered too."""
    user = new_user()
    with bot.api.held() as updates:
        bot.api.say("/help", user_id=user)
        bot.api.say("/start", user_id=user)
    bot.api.deliver(updates[1])
    bot.api.wait_for(lambda api: api.messages(user))
    bot.api.deliver(updates[0])
    bot.api.wait_for(lambda api: len(api.messages(user)) == 2)
    assert [text[:20] for text in texts(bot, user)] == [START[:20], HELP[:20]]


def test_a_chat_that_is_not_there(bot: Served) -> None:
    """What cannot be delivered harms nobody else, and is tried once."""
    user, nobody = new_user(), new_user()
    known = {"id": nobody, "is_bot": False, "first_name": "Nobody"}
    chat = {"id": nobody, "type": "private", "first_name": "Nobody"}
    bot.api.tell("message", {"message_id": 1, "from": known, "chat": chat, "date": int(time.time()), "text": "/help"})
    bot.ask(DEMANDED, user)
    bot.api.wait_for(lambda _: calls_about(bot, nobody, "sendMessage"))
    assert len(settle(bot, user)) == 1
    assert [call.status for call in calls_about(bot, nobody, "sendMessage")] == [400]


def test_a_correction_of_what_waits(slow_bot: tuple[Served, ModelServer]) -> None:
    """A message that is corrected before its turn comes is answered once, as it stands then."""
    bot, server = slow_bot
    user, slow = new_user(), SlowModel(server, "Turkey")
    bot.api.say(DEMANDED, user_id=user)
    message_id = bot.api.say("/nonsense", user_id=user)
    bot.api.edit(user, message_id, "/help")
    bot.api.wait_for(lambda _: slow.asked)
    bot.ask("/start", new_user())  # by then the correction has come
    slow.let_go()
    bot.api.wait_for(lambda api: len(api.messages(user)) == 2)
    assert [text[: len(HELP)] for text in settle(bot, user)[1:]] == [HELP]
    assert calls_about(bot, user, "editMessageText") == []


def test_telegram_comes_later(data: Path, tmp_path: Path) -> None:
    """Without Telegram at the start the bot says so in one line, waits, and begins when Telegram comes."""
    with serving(data, tmp_path, failing="getMe") as bot:
        assert len(bot.ask(DEMANDED, new_user())) == 1
    (line,) = bot.log.read_text(encoding="utf-8").splitlines()
    assert "Telegram cannot be reached" in line


def test_menus_are_not_waited_for(data: Path, tmp_path: Path) -> None:
    """While Telegram takes its time for the menus, questions are answered; nothing is printed, nothing logged."""
    with TelegramApi(TOKEN) as api:
        api.fail_next("setMyCommands", "hang", seconds=6)
        with serving(data, tmp_path, api=api) as bot:
            assert len(bot.ask(DEMANDED, new_user())) == 1
            assert [call.status for call in api.calls if call.method == "setMyCommands"] == [0]
            api.wait_for(lambda api: len(api.menus()) > 10)
    assert bot.log.read_text(encoding="utf-8") == ""


def test_the_code_is_all_that_is_printed(data: Path, tmp_path: Path) -> None:
    """With pairing the terminal shows one line, which makes the admin."""
    with serving(data, tmp_path, "--access", "pairing") as bot:
        text = bot.log.read_text(encoding="utf-8")
        said = "There is no admin yet. Send the bot this message to become it: /start "
        assert text.startswith(said)
        assert text.count("\n") == 1
        (reply,) = bot.ask(text.removeprefix(said).strip() and f"/start {text.removeprefix(said).strip()}", new_user())
        assert "You are the admin of this bot now." in reply.text
    assert bot.log.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("status", "line"),
    [(502, "no updates come in: Bad Gateway"), (409, "another program polls with the same token: stop it")],
)
def test_failing_polls_are_one_line(data: Path, tmp_path: Path, status: int, line: str) -> None:
    """Polls that fail in the same way are told once, in one line without the token."""
    with serving(data, tmp_path, "--log-level", "info") as bot:
        bot.api.fail_next("getUpdates", status, times=3)
        bot.ask(DEMANDED, new_user())
    log = bot.log.read_text(encoding="utf-8")
    assert log.count(line) == 1
    assert "Traceback" not in log
    assert TOKEN.split(":")[1] not in log
