"""Sending a message once, although Telegram takes it and the connection breaks before it says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import count

import pytest
import telegram
from telegram.error import NetworkError, TelegramError

from bot.conversation.messages import Reply
from bot.telegram.calls import Place
from bot.telegram.delivery import Delivery
from bot.telegram.sending import Sender, SendOnce, may_have_arrived
from tests.bot_api.records import Call
from tests.telegram_api import TelegramApi
from tests.test_render import answered

new_id = count(70_000).__next__
LONG_AGO = 0.0


@pytest.fixture(scope="module")
def api() -> Iterator[TelegramApi]:
    """One server for all tests; at the end no call was wrong."""
    with TelegramApi() as server:
        yield server
    assert server.judgements == []


@pytest.fixture(params=["private", "group", "supergroup"])
def place(api: TelegramApi, request: pytest.FixtureRequest) -> Place:
    """A chat in which something was asked."""
    number = new_id()
    chat = {"private": number, "group": -number, "supergroup": -1_000_000_000_000 - number}[request.param]
    asked = api.say("who?", user_id=number, chat_id=chat)
    return Place(chat, chat > 0, reply_to=asked)


def run(api: TelegramApi, work: Callable[[Sender], Awaitable[None]], began: float = LONG_AGO) -> None:
    """Let something work with a bot of the server, which has seen all that people wrote since `began`."""

    async def begin() -> None:
        async with api.make_bot() as bot:
            sender = Sender(bot, began)
            see_all(api, sender)
            await work(sender)

    asyncio.run(begin())


def see_all(api: TelegramApi, sender: Sender) -> None:
    """Let a sender see what people wrote."""
    for update in api.updates:
        if message := telegram.Update.de_json(update, None).message:
            sender.see(message)


async def try_to_send(once: SendOnce, place: Place, text: str) -> int:
    """Send a message, as often as it takes."""
    while True:
        try:
            return await once.send(place, text, None)
        except TelegramError:
            await asyncio.sleep(0.01)


def texts(api: TelegramApi, place: Place) -> list[str]:
    """What the bot wrote in a chat."""
    return [message.text for message in api.messages(place.chat_id)]


def edits(api: TelegramApi, place: Place) -> list[Call]:
    """The edits that were tried in a chat."""
    return [call for call in api.calls if call.method == "editMessageText" and call.params["chat_id"] == place.chat_id]


@pytest.mark.parametrize("fault", ["drop after", "drop before", "hang", 502, 429])
def test_a_message_arrives_once(api: TelegramApi, place: Place, fault: str | int) -> None:
    """Whether Telegram took it before the connection broke or not; where it said that it did not, nothing is sought."""

    async def work(sender: Sender) -> None:
        api.fail_next("sendMessage", fault, seconds=0.1)
        ids.append(await try_to_send(SendOnce(sender), place, "They left."))

    ids: list[int] = []
    run(api, work)
    assert texts(api, place) == ["They left."]
    assert ids == [message.message_id for message in api.messages(place.chat_id)]
    assert bool(edits(api, place)) == (fault != 429)


def test_what_is_shown_last_counts(api: TelegramApi, place: Place) -> None:
    """A message that was taken unsaid shows what is to be sent now, with its buttons."""

    async def work(sender: Sender) -> None:
        once, keyboard = (
            SendOnce(sender),
            telegram.InlineKeyboardMarkup.from_button(telegram.InlineKeyboardButton("👍", callback_data="up:1")),
        )
        api.fail_next("sendMessage", "drop after")
        with pytest.raises(NetworkError):
            await once.send(place, "They", None)
        await once.send(place, "They left.", None, keyboard)

    run(api, work)
    (message,) = api.messages(place.chat_id)
    assert (message.text, [button["text"] for button in message.buttons()]) == ("They left.", ["👍"])


def test_what_others_write_is_left_alone(api: TelegramApi, place: Place) -> None:
    """Between the question and the lost message people write, here and elsewhere, and so does the bot."""

    async def work(sender: Sender) -> None:
        await sender.send(place, "An alert.", None)
        api.say("and why?", user_id=new_id(), chat_id=place.chat_id)
        once = SendOnce(sender)
        api.fail_next("sendMessage", "drop after")
        with pytest.raises(NetworkError):
            await once.send(place, "They left.", None)
        await sender.send(place, "Another alert.", None)
        api.say("hello?", user_id=new_id(), chat_id=place.chat_id)
        await once.send(place, "They left.", None)

    run(api, work)
    assert texts(api, place) == ["An alert.", "They left.", "Another alert."]


def test_several_lost_at_the_same_time(api: TelegramApi, place: Place) -> None:
    """Each arrives once, also where others are on their way to the same chat."""

    async def work(sender: Sender) -> None:
        api.fail_next("sendMessage", "drop after", times=3)
        api.fail_next("sendMessage", "drop before", times=2)
        await asyncio.gather(*(try_to_send(SendOnce(sender), place, f"Answer {number}.") for number in range(6)))

    run(api, work)
    assert sorted(texts(api, place)) == [f"Answer {number}." for number in range(6)]


def test_a_restart_while_a_message_is_on_its_way(api: TelegramApi, place: Place) -> None:
    """The newest id is noted before; after the restart the message is found by it, and shows the answer of now."""
    marked: list[int] = []

    async def mark(since: int) -> None:
        marked.append(since)

    async def work(sender: Sender) -> None:
        api.fail_next("sendMessage", "drop after")
        with pytest.raises(NetworkError):
            await SendOnce(sender, None, mark).send(place, "They left.", None)

    async def work_again(sender: Sender) -> None:
        assert sender.newest(place.chat_id) is None
        ids.append(await SendOnce(sender, marked[0], mark).send(place, "They left on Monday.", None))

    ids: list[int] = []
    run(api, work)
    run(api, work_again, began=2e10)
    assert marked == [place.reply_to]
    assert texts(api, place) == ["They left on Monday."]
    assert ids == [api.messages(place.chat_id)[0].message_id]


def test_what_cannot_be_known_is_sent_again(api: TelegramApi, place: Place) -> None:
    """Where the bot knows of no message that is newer than its start, a lost one comes twice, rather than never."""

    async def work(sender: Sender) -> None:
        api.fail_next("sendMessage", "drop after")
        await try_to_send(SendOnce(sender), place, "They left.")

    run(api, work, began=2e10)
    assert texts(api, place) == ["They left.", "They left."]
    assert edits(api, place) == []


def test_what_is_too_far_away_is_not_found(api: TelegramApi) -> None:
    """Only the next ids are tried: past many messages that the bot does not know of, a lost one comes twice."""
    user = new_id()
    place = Place(user, reply_to=api.say("who?", user_id=user))

    async def work(sender: Sender) -> None:
        other = new_id()
        for _ in range(8):
            api.say("hello", user_id=other)
        api.fail_next("sendMessage", "drop after")
        await try_to_send(SendOnce(sender), place, "They left.")

    run(api, work)
    assert texts(api, place) == ["They left.", "They left."]
    assert len(edits(api, place)) == 8


def test_nobody_listens() -> None:
    """Where Telegram cannot be reached, nothing can have arrived."""

    async def work() -> None:
        with TelegramApi() as server:
            bot = server.make_bot()
            await bot.initialize()
        with pytest.raises(NetworkError) as failure:
            await Sender(bot).send(Place(new_id()), "They left.", None)
        await bot.shutdown()
        assert not may_have_arrived(failure.value)

    asyncio.run(work())


@pytest.mark.parametrize("grows", [True, False])
def test_a_reply_is_one_message(api: TelegramApi, place: Place, *, grows: bool) -> None:
    """A reply whose first message was lost is found again, also one that had begun to grow in a group."""

    async def work(sender: Sender) -> None:
        delivery = Delivery(sender, place, new_id())
        api.fail_next("sendMessage", "drop after")
        if grows:
            await delivery.show(Reply(answered("They"), progress=True))
            await asyncio.sleep(0.3)
        await delivery.show(Reply("They left."))
        await delivery.end()

    run(api, work)
    assert texts(api, place) == ["They left."]
