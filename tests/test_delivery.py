"""How replies are shown: one final message each, whatever stood there before, with python-telegram-bot's own calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, pairwise

import pytest
import telegram

from bot.answers import Answer
from bot.conversation.messages import Button, Reply
from bot.render.telegram_html import render_answer
from bot.telegram.calls import Place, UndeliverableError
from bot.telegram.delivery import Delivery
from bot.telegram.sending import Sender
from tests.bot_api.records import Call, SentMessage
from tests.telegram_api import TelegramApi
from tests.test_render import answered, cite

APART = 1.2  # seconds between edits in a group
new_id = count(80_000).__next__
LONG = answered(" ".join(f"This is sentence number {number} of the answer." for number in range(150)))
LONG_HTML = render_answer(LONG)
SHORT = answered("They left. [1]", cite())
(SHORT_HTML,) = render_answer(SHORT)
BUTTONS = ((Button("👍", "up:1"),),)


@pytest.fixture(scope="module")
def api() -> Iterator[TelegramApi]:
    """One server for all tests; at the end no call was wrong."""
    with TelegramApi() as server:
        yield server
    assert server.judgements == []


@pytest.fixture
def place(api: TelegramApi) -> Place:
    """A private chat."""
    user = new_id()
    api.say("who?", user_id=user)
    return Place(user)


@pytest.fixture
def group(api: TelegramApi) -> Place:
    """A group in which something was asked."""
    chat = -1_000_000_000_000 - new_id()
    return Place(chat, is_private=False, reply_to=api.say("who?", chat_id=chat))


def run(api: TelegramApi, work: Callable[[telegram.Bot], Awaitable[None]]) -> None:
    """Let something work with a bot of the server."""

    async def begin() -> None:
        async with api.make_bot() as bot:
            await work(bot)

    asyncio.run(begin())


def show(api: TelegramApi, place: Place, *replies: Reply, sent: Sequence[int] = ()) -> list[int]:
    """Show replies, each half a second after the one before; gives the ids that were noted."""
    noted: list[int] = []

    async def note(message_ids: Sequence[int]) -> None:
        noted.extend(message_ids)

    async def work(bot: telegram.Bot) -> None:
        delivery = Delivery(Sender(bot), place, 9, sent=sent, note=note)
        delivery.begin()
        for number, reply in enumerate(replies):
            await asyncio.sleep(0.5 if number else 0)
            await delivery.show(reply)
        await delivery.end()

    run(api, work)
    return noted


def grow(*texts: str) -> list[Reply]:
    """An answer as it grows."""
    return [Reply(answered(text), progress=True) for text in texts]


def htmls(api: TelegramApi, place: Place) -> list[str]:
    """What stands in a chat, as it was written."""
    return [message.html for message in api.messages(place.chat_id)]


def calls(api: TelegramApi, place: Place, *methods: str) -> list[Call]:
    """The calls of some methods about a chat."""
    return [call for call in api.calls if call.params.get("chat_id") == place.chat_id and call.method in methods]


def last(api: TelegramApi, place: Place) -> SentMessage:
    """The last message of a chat."""
    return api.messages(place.chat_id)[-1]


def test_a_final_reply_is_one_message(api: TelegramApi, place: Place) -> None:
    """Its id is noted, its buttons stand under it, and no link of it is previewed."""
    noted = show(api, place, Reply(SHORT, buttons=BUTTONS))
    message = last(api, place)
    assert (htmls(api, place), noted) == ([SHORT_HTML], [message.message_id])
    assert message.buttons() == [{"text": "👍", "callback_data": "up:1"}]
    (call,) = calls(api, place, "sendMessage")
    assert call.params["link_preview_options"] == {"is_disabled": True}


def test_long_replies_have_their_buttons_last(api: TelegramApi, place: Place) -> None:
    """Each message is noted once."""
    noted = show(api, place, Reply(LONG, buttons=BUTTONS))
    messages = api.messages(place.chat_id)
    assert [message.html for message in messages] == LONG_HTML
    assert [bool(message.buttons()) for message in messages] == [False, True]
    assert noted == [message.message_id for message in messages]


def test_an_answer_grows_in_private(api: TelegramApi, place: Place) -> None:
    """Drafts of one number, then the message; after the first words "typing…" is not shown."""
    show(api, place, *grow("One.", "One. Two."), Reply(SHORT))
    drafts = calls(api, place, "sendMessageDraft")
    assert api.drafts(place.chat_id)[0] == "One."
    assert {call.params["draft_id"] for call in drafts} == {9}
    assert htmls(api, place) == [SHORT_HTML]
    assert len(calls(api, place, "sendChatAction")) <= 1


def test_an_answer_grows_in_a_group(api: TelegramApi, group: Place) -> None:
    """One message in reply to the question, edited 1.2 s apart at the least, and noted once."""
    noted = show(api, group, *grow("One.", "One. Two.", "One. Two. Three.", "One. Two. Three. Four."), Reply(SHORT))
    message = last(api, group)
    shown = calls(api, group, "sendMessage", "editMessageText")
    assert (htmls(api, group), message.reply_to, noted) == ([SHORT_HTML], group.reply_to, [message.message_id])
    assert [call.method for call in shown] == ["sendMessage", *["editMessageText"] * (len(shown) - 1)]
    assert all(later.at - before.at >= APART for before, later in pairwise(shown))
    assert all(call.params["link_preview_options"] == {"is_disabled": True} for call in shown)


def test_an_answer_that_is_finished_at_once_does_not_grow(api: TelegramApi, group: Place) -> None:
    """What grows is kept back for a moment: most answers are whole by then."""

    async def work(bot: telegram.Bot) -> None:
        delivery = Delivery(Sender(bot), group, 9)
        for reply in (*grow("One."), Reply(SHORT)):
            await delivery.show(reply)

    run(api, work)
    assert [call.method for call in calls(api, group, "sendMessage", "editMessageText")] == ["sendMessage"]


def test_a_growing_answer_never_shrinks(api: TelegramApi, place: Place) -> None:
    """What takes several messages is not shown before it is whole, if something was shown; else its beginning is."""
    show(api, place, *grow("This is", LONG.text), Reply(LONG))
    assert api.drafts(place.chat_id) == ["This is"]
    show(api, place, *grow(LONG.text), Reply(LONG))
    assert api.drafts(place.chat_id) == ["This is", api.messages(place.chat_id)[0].text]


@pytest.mark.parametrize("is_private", [True, False])
@pytest.mark.parametrize(
    ("first", "second"), [(SHORT, LONG), (LONG, SHORT), (LONG, replace(LONG, text="No.")), (SHORT, SHORT)]
)
def test_what_was_sent_before_is_edited(
    api: TelegramApi, place: Place, group: Place, first: Answer, second: Answer, is_private: bool
) -> None:
    """Messages of before become those of now: one more is sent, one less is left; what is the same is no fault."""
    where = place if is_private else group
    sent = show(api, where, Reply(first, buttons=BUTTONS))
    noted = show(api, where, Reply(second, buttons=BUTTONS), sent=sent)
    messages = api.messages(where.chat_id)
    assert [message.html for message in messages] == render_answer(second)
    assert [bool(message.buttons()) for message in messages] == [*[False] * (len(messages) - 1), True]
    ids = [message.message_id for message in messages]
    assert (ids[: len(sent)], noted) == (sent[: len(ids)], ids[len(sent) :])


def test_what_was_sent_before_may_be_gone(api: TelegramApi, place: Place) -> None:
    """In the place of a message that was deleted another one is sent."""
    first, second = show(api, place, Reply(LONG))
    api.delete(place.chat_id, first)
    (noted,) = show(api, place, Reply(SHORT), sent=[first, second])
    assert htmls(api, place) == [SHORT_HTML]
    assert noted in (second, last(api, place).message_id)


def test_markup_that_is_refused(api: TelegramApi, place: Place) -> None:
    """What Telegram cannot read as HTML is sent as plain text, once."""
    api.fail_next("sendMessage", 400)
    show(api, place, Reply(SHORT))
    (message,) = api.messages(place.chat_id)
    assert message.entities == []
    assert message.text.startswith("They left. [1]")


def test_a_topic_that_is_gone(api: TelegramApi, group: Place) -> None:
    """The reply goes to the group then, with its markup."""
    show(api, replace(group, thread_id=99), Reply(SHORT))
    message = last(api, group)
    assert (message.html, message.thread_id, bool(message.entities)) == (SHORT_HTML, None, True)


def test_a_group_that_moves(api: TelegramApi) -> None:
    """The reply follows a group to its new id, which is told."""
    chat = -new_id()
    place = Place(chat, is_private=False, reply_to=api.say("who?", chat_id=chat))
    new, moves = api.migrate(chat), []

    async def moved(old: int, to: int) -> None:
        moves.append((old, to))

    run(api, lambda bot: Delivery(Sender(bot), place, 9, moved=moved).show(Reply(SHORT)))
    assert moves == [(chat, new)]
    assert [message.html for message in api.messages(new)] == [SHORT_HTML]


@pytest.mark.parametrize("why", ["blocked", "unknown", "refused"])
def test_what_cannot_arrive(api: TelegramApi, place: Place, why: str) -> None:
    """It is told whether the chat is closed to the bot."""
    if why == "blocked":
        api.block(place.chat_id)
    elif why == "refused":
        api.fail_next("sendMessage", 400, times=2)
    where = Place(new_id()) if why == "unknown" else place
    with pytest.raises(UndeliverableError) as error:
        run(api, lambda bot: Delivery(Sender(bot), where, 9).show(Reply(SHORT)))
    assert error.value.is_final == (why != "refused")


@pytest.mark.parametrize("method", ["sendChatAction", "sendMessageDraft"])
def test_nothing_waits_for_what_only_passes_the_time(api: TelegramApi, place: Place, method: str) -> None:
    """Where Telegram does not answer a "typing…" or a draft, the final message does not wait until it does."""
    api.fail_next(method, "hang", seconds=4)
    began = len(api.calls)
    show(api, place, *grow("One."), Reply(SHORT))
    hung, sent = (next(c for c in api.calls[began:] if c.method == name) for name in (method, "sendMessage"))
    assert htmls(api, place) == [SHORT_HTML]
    assert sent.at - hung.at < 4


def test_what_fails_beside_harms_nothing(api: TelegramApi, group: Place, caplog: pytest.LogCaptureFixture) -> None:
    """Where what was sent cannot be noted, that is logged, and the final message comes all the same."""
    noted: list[Sequence[int]] = []

    async def note(message_ids: Sequence[int]) -> None:
        if not noted:
            noted.append(message_ids)
            raise OSError("the disk is full")

    async def work(bot: telegram.Bot) -> None:
        delivery = Delivery(Sender(bot), group, 9, note=note)
        await delivery.show(*grow("One."))
        await asyncio.sleep(0.5)
        await delivery.show(Reply(SHORT))

    run(api, work)
    assert htmls(api, group) == [SHORT_HTML]
    assert "what goes on beside a reply failed" in caplog.text


def test_silence_that_telegram_asks_for(api: TelegramApi, place: Place) -> None:
    """Where a draft may not be shown, the final message waits as long as Telegram asks, and is sent once."""
    api.fail_next("sendMessageDraft", 429, retry_after=2)
    show(api, place, *grow("One."), Reply(SHORT))
    (draft, sent) = calls(api, place, "sendMessageDraft", "sendMessage")
    assert sent.at - draft.at >= 2
    assert htmls(api, place) == [SHORT_HTML]


def test_progress_is_one_message(api: TelegramApi, place: Place) -> None:
    """What tells how far something is, is edited seldom; the final reply is a message of its own."""
    steps = [Reply(f"{percent} %", progress=True) for percent in range(0, 100, 20)]
    show(api, place, *steps, Reply("Done."))
    progress, done = api.messages(place.chat_id)
    edits = calls(api, place, "sendMessage", "editMessageText")[:-1]
    assert done.text == "Done."
    assert progress.text != "0 %"
    assert [call.method for call in edits][:2] == ["sendMessage", "editMessageText"]
    assert all(later.at - before.at >= APART for before, later in pairwise(edits))
