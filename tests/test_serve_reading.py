"""Reading an answer in Telegram: how it grows, its links and quotes, its buttons, long ones, and corrections."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count, pairwise
from threading import Event

import pytest

from bot.conversation.basics import HELP
from bot.conversation.pressing import GONE
from bot.render.fragments import link_to_quote
from bot.render.telegram_html import render_answer
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from tests.bot_api.records import Call, SentMessage, count_units
from tests.model_server import ModelServer, Reply
from tests.served import Served, serving
from tests.served_articles import LONG_QUESTION, LONG_SENTENCES, QUESTION, UNANSWERABLE, answer_here, make_data
from tests.telegram_api import parse_html

DEMAND = "Omer Celik said that Syrian forces must withdraw behind the line of Turkish observation posts in Idlib."
POSTS = "Turkey built 12 observation posts under a 2018 deal with Russia."
MAP = "Ibrahim Kalin said, “We did not accept the paper and the map presented to us.”"
THANKS = "Thank you, that is noted."
APART = 1.2  # seconds between edits in a group
new_user = count(20_000).__next__  # every test speaks as somebody else, in a chat of its own


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Settings:
    """The data directory of both bots."""
    return make_data(tmp_path_factory.mktemp("read"), embedder)


@pytest.fixture(scope="module")
def bot(data: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A bot with the extractive reader; at the end no call of it was wrong."""
    with serving(data.data, tmp_path_factory.mktemp("bot")) as served:
        yield served
    assert served.api.judgements == []


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    """The model of the other bot."""
    with ModelServer() as server:
        yield server
    assert server.unexpected == []


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder, model: ModelServer) -> Iterator[Served]:
    """A bot with a model, which writes as slowly as a test wants."""
    settings = make_data(tmp_path_factory.mktemp("slow"), embedder)
    flags = ["--reader", "model", "--openai-base-url", model.url, "--model-prompt-tokens", "9000"]
    with serving(settings.data, tmp_path_factory.mktemp("bot"), *flags, key=model.api_key) as served:
        yield served
    assert served.api.judgements == []


def calls_to(bot: Served, chat_id: int) -> list[Call]:
    """All calls about a chat."""
    return [call for call in bot.api.calls if call.params.get("chat_id") == chat_id]


def press(bot: Served, chat_id: int, message: SentMessage, button: str, user_id: int) -> str:
    """Press a button, wait until that was answered, and give the notice; it must have been answered once."""
    query_id = bot.api.press(chat_id, message.message_id, button, user_id)
    bot.api.wait_for(lambda api: api.queries[query_id].answer is not None)
    calm(bot, user_id)
    answered = [call for call in bot.api.calls if call.params.get("callback_query_id") == query_id]
    assert [call.status for call in answered] == [200]
    notice: str = answered[0].params.get("text", "")
    return notice


def calm(bot: Served, user_id: int) -> None:
    """Wait until all that a user has begun in private is done: what he says last is replied to last."""
    before = len(bot.api.messages(user_id)) - len(without_help(bot, user_id))
    bot.api.say("/help", user_id=user_id)
    bot.api.wait_for(lambda api: sum(m.text.startswith(HELP) for m in api.messages(user_id)) > before)


def labels(message: SentMessage) -> list[str]:
    """What stands on the buttons of a message."""
    return [button["text"] for button in message.buttons()]


def without_help(bot: Served, chat_id: int) -> list[SentMessage]:
    """The messages of a chat but for those that only show that all is done."""
    return [message for message in bot.api.messages(chat_id) if not message.text.startswith(HELP)]


def test_an_answer_grows_as_a_draft(slow: Served, model: ModelServer) -> None:
    """In private it is one draft that only grows, then one message; "typing…" is shown until the first words."""
    user, first, second = new_user(), Event(), Event()
    model.enqueue(Reply(delay_s=1, steps=(f"{DEMAND} Turkey ", first, f"{POSTS[7:]} Ibrahim ", second, MAP[8:])))
    slow.api.say(QUESTION, user_id=user)
    slow.api.wait_for(lambda api: len(api.drafts(user)) == 1)
    first.set()
    slow.api.wait_for(lambda api: len(api.drafts(user)) == 2)
    assert slow.api.messages(user) == []
    second.set()
    slow.api.wait_for(lambda api: api.messages(user))
    calm(slow, user)
    (message,) = without_help(slow, user)
    drafts = slow.api.drafts(user)
    assert drafts[:2] == [f"{DEMAND} [1]", f"{DEMAND} [1] {POSTS} [2]"]
    assert message.text.startswith(f"{DEMAND} [1] {POSTS} [2] {MAP} [3]")
    assert all(message.text.startswith(draft) and count_units(draft) <= 4096 for draft in drafts)
    assert all(len(one) < len(other) for one, other in pairwise(drafts))
    calls = calls_to(slow, user)
    methods = [call.method for call in calls]
    methods = methods[: methods.index("sendMessage") + 1]
    assert len({call.params["draft_id"] for call in calls if call.method == "sendMessageDraft"}) == 1
    typing = methods.index("sendMessageDraft")
    assert set(methods[:typing]) == {"sendChatAction"}
    assert set(methods[typing:-1]) == {"sendMessageDraft"}
    assert all(call.params["action"] == "typing" for call in calls if call.method == "sendChatAction")


def test_an_answer_grows_as_an_edited_message_in_a_group(slow: Served, model: ModelServer) -> None:
    """In a group it is one message, edited at least 1.2 s apart, which at last is the answer with its buttons."""
    user, first, second = new_user(), Event(), Event()
    group = -new_user()
    model.enqueue(Reply(steps=(f"{DEMAND} Turkey ", first, f"{POSTS[7:]} Ibrahim ", second, MAP[8:])))
    asked = slow.api.say(f"/ask {QUESTION}", user_id=user, chat_id=group)
    slow.api.wait_for(lambda api: api.messages(group))
    (growing,) = slow.api.messages(group)
    first.set()
    slow.api.wait_for(lambda api: api.messages(group)[0].edits == 1)
    second.set()
    slow.api.wait_for(lambda api: api.messages(group)[0].buttons())
    (message,) = slow.api.messages(group)
    assert growing.text == f"{DEMAND} [1]"
    assert (message.message_id, message.reply_to, message.edits) == (growing.message_id, asked, 2)
    assert message.text.startswith(f"{DEMAND} [1] {POSTS} [2] {MAP} [3]")
    shown = [call for call in calls_to(slow, group) if call.method in ("sendMessage", "editMessageText")]
    assert [call.method for call in shown] == ["sendMessage", "editMessageText", "editMessageText"]
    assert all(later.at - before.at >= APART for before, later in pairwise(shown))
    assert all(call.params["link_preview_options"] == {"is_disabled": True} for call in shown)
    assert slow.api.drafts(group) == []


def test_a_long_answer_never_shrinks_while_it_grows(slow: Served, model: ModelServer) -> None:
    """What does not fit into one message any more is not shown before the answer is whole."""
    user, first, second = new_user(), Event(), Event()
    one, two, three, four = LONG_SENTENCES
    model.enqueue(Reply(steps=(f"{one} {two} The ", first, f"{three[4:]} The ", second, four[4:])))
    slow.api.say("what did the Grunthos senate demand?", user_id=user)
    slow.api.wait_for(lambda api: api.drafts(user))
    first.set()
    time.sleep(1.5)  # what is not to be shown cannot be waited for
    second.set()
    slow.api.wait_for(lambda api: len(api.messages(user)) > 1)
    calm(slow, user)
    drafts = slow.api.drafts(user)
    assert drafts == [f"{one} [1] {two} [2]"]


def test_an_answer_has_links_and_quotes(bot: Served, data: Settings) -> None:
    """Each mark is a link that opens the page at the quote; the quotes stand in one expandable blockquote."""
    user = new_user()
    (message,) = bot.ask(QUESTION, user)
    answer = answer_here(data, QUESTION)
    (expected,) = render_answer(answer)
    links = [entity.url for entity in message.entities if entity.type == "text_link"]
    targets = [link_to_quote(citation.url, citation.quote) for citation in answer.citations]
    assert (message.html, message.text) == (expected, parse_html(expected)[0])
    assert [entity.type for entity in message.entities].count("expandable_blockquote") == 1
    assert links == targets * 2
    assert all("#:~:text=" in target for target in targets)
    assert labels(message) == ["Passages", "More like this", "👍", "👎", *answer.follow_ups]
    assert len(answer.follow_ups) == 2
    mine = [call for call in calls_to(bot, user) if call.method != "sendMessageDraft"]  # on a slow machine there is one
    assert [(call.method, call.status) for call in mine] == [("sendChatAction", 200), ("sendMessage", 200)]
    assert mine[1].params["link_preview_options"] == {"is_disabled": True}


def test_a_refusal_has_no_buttons(bot: Served) -> None:
    """What no article says is told plainly, and there is nothing to press."""
    (message,) = bot.ask(UNANSWERABLE, new_user())
    assert message.text.startswith("I found nothing in these articles")
    assert (message.buttons(), message.entities) == ([], [])


def test_passages_are_turned_in_place(bot: Served, data: Settings) -> None:
    """*Passages* sends the first quote in its text; ◀ and ▶ let that message show the others, round and round."""
    user, answer = new_user(), answer_here(data, QUESTION)
    pages = len(answer.citations)
    (asked,) = bot.ask(QUESTION, user)
    assert pages >= 2
    assert press(bot, user, asked, "Passages", user) == ""
    bot.api.wait_for(lambda _: len(without_help(bot, user)) == 2)
    _, first = without_help(bot, user)
    assert answer.citations[0].quote in first.text
    assert labels(first) == ["◀", "▶"]
    for sign, number in (("▶", 2), ("◀", 1), ("◀", pages)):
        assert press(bot, user, first, sign, user) == ""
        bot.api.wait_for(lambda _, end=f"{number} of {pages}": without_help(bot, user)[1].text.endswith(end))  # type: ignore[misc]
        _, shown = without_help(bot, user)
        (bold,) = [entity for entity in shown.entities if entity.type == "bold"]
        assert shown.message_id == first.message_id
        assert answer.citations[number - 1].quote in shown.text
        assert bold.length == count_units(answer.citations[number - 1].quote)
    edits = [call for call in calls_to(bot, user) if call.method == "editMessageText"]
    assert all(call.params["link_preview_options"] == {"is_disabled": True} for call in edits)


def test_more_like_this(bot: Served) -> None:
    """*More like this* sends other stories, each cited."""
    user = new_user()
    (asked,) = bot.ask("how much did UBS pay for Credit Suisse?", user)
    assert press(bot, user, asked, "More like this", user) == ""
    bot.api.wait_for(lambda _: len(without_help(bot, user)) == 2)
    _, more = without_help(bot, user)
    assert "[1]" in more.text
    assert [entity.type for entity in more.entities].count("expandable_blockquote") == 1
    assert more.buttons() == []


@pytest.mark.parametrize("thumb", ["👍", "👎"])
def test_votes_are_thanked_for_by_a_notice(bot: Served, thumb: str) -> None:
    """A vote pops up a word of thanks, each time, and nothing else is sent."""
    user = new_user()
    (asked,) = bot.ask(QUESTION, user)
    assert [press(bot, user, asked, thumb, user) for _ in range(2)] == [THANKS, THANKS]
    assert without_help(bot, user) == [asked]


def test_follow_up_questions_are_answered(bot: Served) -> None:
    """Both questions on the buttons are answered by a message that begins with the question."""
    user = new_user()
    (asked,) = bot.ask(QUESTION, user)
    questions = labels(asked)[4:]
    assert len(questions) == 2
    for question in questions:
        assert press(bot, user, asked, question, user) == ""
        answer = without_help(bot, user)[-1]
        assert answer.text.splitlines()[:2] == [question, ""]
        assert (answer.entities[0].type, answer.entities[0].length) == ("bold", count_units(question))
        assert "[1]" in answer.text
    assert len(without_help(bot, user)) == 3


@pytest.mark.parametrize("data_of", ["passages:{0}", "passages:{0}:2", "more:{0}", "up:{0}", "down:{0}", "ask:{0}:0"])
def test_buttons_of_another_chat(bot: Served, data_of: str) -> None:
    """A number that was guessed shows nothing of another chat's answer."""
    user, other = new_user(), new_user()
    (theirs,) = bot.ask(QUESTION, other)
    number = theirs.buttons()[0]["callback_data"].split(":")[1]
    mine = bot.api.say("/help", user_id=user)
    query = bot.api.press(user, mine, data_of.format(number), user)
    bot.api.wait_for(lambda api: api.queries[query].answer is not None)
    assert (bot.api.queries[query].answer or {}).get("text") == GONE
    calm(bot, user)
    assert without_help(bot, user) == []


@pytest.mark.parametrize(
    "pressed", ["nonsense", "passages", "passages:x", "ask:1:99999999999999999999", "up:-1", ":::"]
)
def test_unknown_buttons(bot: Served, pressed: str) -> None:
    """Data that no button of ours has pops up a notice, and nothing else."""
    user = new_user()
    mine = bot.api.say("/help", user_id=user)
    query = bot.api.press(user, mine, pressed, user)
    bot.api.wait_for(lambda api: api.queries[query].answer is not None)
    assert (bot.api.queries[query].answer or {}).get("text") == GONE
    calm(bot, user)
    assert without_help(bot, user) == []


@pytest.mark.parametrize("button", ["Passages", "More like this", "👍", "👎"])
def test_buttons_of_a_forgotten_answer(bot: Served, button: str) -> None:
    """After /forget the buttons of what was said before only tell that it is gone."""
    user = new_user()
    (asked,) = bot.ask(QUESTION, user)
    bot.ask("/forget", user)
    before = without_help(bot, user)
    assert press(bot, user, asked, button, user) == GONE
    assert without_help(bot, user) == before


def test_long_answers_are_several_messages(bot: Served, data: Settings) -> None:
    """Each is within the limits, and only the last has buttons."""
    user, answer = new_user(), answer_here(data, LONG_QUESTION)
    expected = render_answer(answer)
    messages = bot.ask(LONG_QUESTION, user, messages=len(expected))
    assert len(expected) > 1
    assert [message.html for message in messages] == expected
    assert [bool(message.buttons()) for message in messages] == [*[False] * (len(expected) - 1), True]
    assert labels(messages[-1])[:4] == ["Passages", "More like this", "👍", "👎"]


@pytest.mark.parametrize("in_group", [False, True])
def test_corrections_edit_the_answer(bot: Served, data: Settings, in_group: bool) -> None:
    """A correction is answered by editing: there are as many messages as the new answer has, and no other ones."""
    user = new_user()
    chat = -new_user() if in_group else user
    ask = "/ask " if in_group else ""
    short, long = (render_answer(answer_here(data, question)) for question in (QUESTION, LONG_QUESTION))
    message_id = bot.api.say(ask + UNANSWERABLE, user_id=user, chat_id=chat if in_group else None)
    bot.api.wait_for(lambda api: api.messages(chat))
    (refusal,) = bot.api.messages(chat)
    ids = [refusal.message_id]
    for question, expected in ((QUESTION, short), (LONG_QUESTION, long), (QUESTION, short), (LONG_QUESTION, long)):
        bot.api.edit(chat, message_id, ask + question)
        bot.api.wait_for(lambda api, expected=expected: [m.html for m in api.messages(chat)] == expected)  # type: ignore[misc]
        shown = bot.api.messages(chat)
        assert shown[0].message_id == ids[0]
        assert [bool(message.buttons()) for message in shown] == [*[False] * (len(expected) - 1), True]
        if in_group:
            assert {message.reply_to for message in shown} == {message_id}
    edits = [call for call in calls_to(bot, chat) if call.method == "editMessageText"]
    # Of a message that was deleted when the answer became shorter it is found out only by trying that it is gone.
    refused = {call.error for call in calls_to(bot, chat) if call.status != 200}
    assert refused == {"Bad Request: message to edit not found"}
    if in_group:
        assert all(later.at - before.at >= APART for before, later in pairwise(edits))


def test_a_correction_after_two_minutes_is_left(bot: Served) -> None:
    """What was written more than two minutes before is not answered again."""
    user = new_user()
    message_id = bot.api.say(QUESTION, user_id=user, date=int(time.time()) - 125)
    bot.api.wait_for(lambda api: api.messages(user))
    before = bot.api.messages(user)
    bot.api.edit(user, message_id, UNANSWERABLE)
    calm(bot, user)
    assert without_help(bot, user) == before


def test_a_correction_while_the_first_answer_grows(slow: Served, model: ModelServer) -> None:
    """It is answered after that, by editing the same message: one message stays, which answers the correction."""
    user, rest = new_user(), Event()
    model.enqueue(Reply(steps=(f"{DEMAND} Turkey ", rest, POSTS[7:])), Reply(MAP))
    message_id = slow.api.say(QUESTION, user_id=user)
    slow.api.wait_for(lambda api: api.drafts(user))
    slow.api.edit(user, message_id, "what did Ibrahim Kalin say?")
    rest.set()
    slow.api.wait_for(lambda api: [m.text.startswith(f"{MAP} [1]") for m in api.messages(user)] == [True])
    calm(slow, user)
    (message,) = without_help(slow, user)
    assert message.text.startswith(f"{MAP} [1]")
    assert message.edits == 1


def test_words_of_articles_cannot_be_tapped(bot: Served) -> None:
    """What looks like a command, a mention or an address in an article is code, in the answer and in its passages."""
    user = new_user()
    (answer,) = bot.ask("what did the Plugh club demand?", user)
    press(bot, user, answer, "Passages", user)
    bot.api.wait_for(lambda _: len(without_help(bot, user)) == 2)
    for message in (answer, without_help(bot, user)[1]):
        raw = message.text.encode("utf-16-le")
        code = {
            raw[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")
            for one in message.entities
            if one.type == "code"
        }
        assert {"@mayor", "/forget", "plugh.com", "#Plugh", "first@example.com", "$TSLA"} <= code


def test_a_log_without_errors(bot: Served, slow: Served) -> None:
    """Nothing of all this is an error to the bot."""
    for served in (bot, slow):
        assert "ERROR" not in served.log.read_text(encoding="utf-8")
