"""The bot in groups: it answers where it is spoken to, in reply, in the same topic, and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from bot.conversation.basics import ASK, HELP
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from tests.bot_api.records import Call, SentMessage
from tests.served import TOKEN, Served, serving
from tests.served_articles import QUESTION, UNANSWERABLE, make_data
from tests.telegram_api import BOT_USERNAME

NO_EVIDENCE = "I found nothing in these articles that answers this."
BOT_ID = int(TOKEN.split(":", maxsplit=1)[0])
ME = f"@{BOT_USERNAME}"
new_user = count(60_000).__next__  # every test speaks as somebody else
number = count(900_000).__next__


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Settings:
    """The data directory of the bot."""
    return make_data(tmp_path_factory.mktemp("groups"), embedder)


@pytest.fixture(scope="module")
def bot(data: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A bot that all may ask; at the end no call of it was wrong."""
    with serving(data.data, tmp_path_factory.mktemp("bot")) as served:
        yield served
        assert "ERROR" not in served.log.read_text(encoding="utf-8")
    assert served.api.judgements == []


@pytest.fixture
def group(bot: Served) -> int:
    """A new supergroup that the bot is in."""
    chat = -1_000_000_000_000 - new_user()
    bot.api.join(chat)
    return chat


def calls_to(bot: Served, chat_id: int) -> list[Call]:
    """All calls about a chat."""
    return [call for call in bot.api.calls if call.params.get("chat_id") == chat_id]


def replied(bot: Served, chat_id: int, messages: int = 1) -> list[SentMessage]:
    """The messages of the bot in a chat, once there are so many."""
    bot.api.wait_for(lambda api: len(api.messages(chat_id)) >= messages)
    found = bot.api.messages(chat_id)
    assert len(found) == messages
    return found


def write(bot: Served, chat_id: int, user_id: int, **content: Any) -> int:
    """Let somebody write a message of any kind; gives its id."""
    user = {"id": user_id, "is_bot": False, "first_name": f"User {user_id}"}
    chat = {"id": chat_id, "type": "supergroup", "title": "Group"}
    message = {"message_id": number(), "from": user, "chat": chat, "date": int(time.time()), **content}
    bot.api.tell("message", message)
    return int(message["message_id"])


def assert_silent(bot: Served, chat_id: int) -> None:
    """Nothing at all was called about a chat until now: what is asked in it now is the first thing replied to."""
    user = new_user()
    last = bot.api.say(f"{ME} {UNANSWERABLE}", user_id=user, chat_id=chat_id)
    (message,) = replied(bot, chat_id)
    assert (message.text, message.reply_to) == (NO_EVIDENCE, last)
    assert [call.method for call in calls_to(bot, chat_id)] == ["sendChatAction", "sendMessage"]


@pytest.mark.parametrize(
    "text",
    [
        QUESTION,
        f"what does {ME}s cousin say about Turkey?",
        f"mail me{ME}.example.com",
        "@another_bot what did Turkey demand?",
        "/ask@another_bot what did Turkey demand?",
        "/start@another_bot",
        "/nonsense",
        "/nonsense@another_bot",
        "well, /ask what did Turkey demand?",
        "fake_test_bot, what did Turkey demand?",
    ],
)
def test_silence_where_it_is_not_spoken_to(bot: Served, group: int, text: str) -> None:
    """Without a mention, a reply or a command of its own nothing is shown in a group, not even "typing…"."""
    bot.api.say(text, user_id=new_user(), chat_id=group)
    assert_silent(bot, group)


@pytest.mark.parametrize(
    "text",
    [
        f"{ME} {UNANSWERABLE}",
        f"{UNANSWERABLE} {ME}",
        f"how many moons {ME} does Saturn have?",
        f"{ME.upper()}, {UNANSWERABLE}",
        f"😀 {ME}: {UNANSWERABLE}",
        f"/ask {UNANSWERABLE}",
        f"/ask{ME} {UNANSWERABLE}",
        f"/ASK {UNANSWERABLE}",
        f"{ME} /ask {UNANSWERABLE}",
    ],
)
def test_answers_where_it_is_spoken_to(bot: Served, group: int, text: str) -> None:
    """A mention anywhere and a command are answered by one reply to the message."""
    message_id = bot.api.say(text, user_id=new_user(), chat_id=group)
    (message,) = replied(bot, group)
    assert (message.text, message.reply_to) == (NO_EVIDENCE, message_id)
    assert [(call.method, call.status) for call in calls_to(bot, group)] == [
        ("sendChatAction", 200),
        ("sendMessage", 200),
    ]


@pytest.mark.parametrize("text", [ME, f"{ME}?!", "/help", f"/help{ME}"])
def test_a_bare_mention_is_helped(bot: Served, group: int, text: str) -> None:
    """A mention without a question, and the command, get the help, with the commands of a group's members."""
    bot.api.say(text.replace("?!", ","), user_id=new_user(), chat_id=group)
    (message,) = replied(bot, group)
    assert message.text.startswith(HELP)


def test_a_bare_command(bot: Served, group: int) -> None:
    """/ask without a question says how it is used."""
    bot.api.say("/ask", user_id=new_user(), chat_id=group)
    assert replied(bot, group)[0].text == ASK


def test_replies_to_the_bot_are_answered(bot: Served, group: int) -> None:
    """Whoever replies to a message of the bot speaks to it; to one of somebody else, not."""
    user, other = new_user(), new_user()
    first = bot.api.say(f"{ME} {QUESTION}", user_id=user, chat_id=group)
    (answer,) = replied(bot, group)
    bot.api.say("no, that is wrong", user_id=other, chat_id=group, reply_to=first)
    second = bot.api.say(UNANSWERABLE, user_id=other, chat_id=group, reply_to=answer.message_id)
    _, message = replied(bot, group, 2)
    assert (message.text, message.reply_to) == (NO_EVIDENCE, second)


@pytest.mark.parametrize("asked", [UNANSWERABLE, f"/forget {UNANSWERABLE}"])
def test_a_bare_mention_under_a_question_answers_that(bot: Served, group: int, asked: str) -> None:
    """Somebody else's message is a question then, also where it looks like a command, and the mention is replied to."""
    question = bot.api.say(asked, user_id=new_user(), chat_id=group)
    if asked.startswith("/"):
        replied(bot, group)
    here = len(bot.api.messages(group))
    mention = bot.api.say(f"{ME}?".replace("?", " "), user_id=new_user(), chat_id=group, reply_to=question)
    message = replied(bot, group, here + 1)[-1]
    assert (message.text, message.reply_to) == (NO_EVIDENCE, mention)


def test_a_mention_by_name(bot: Served, group: int) -> None:
    """A mention of the bot by its name is one too; the same words elsewhere in the question stay."""
    me = {"id": BOT_ID, "is_bot": True, "first_name": "Fake", "username": BOT_USERNAME}
    text = "what did the fake 😀 council demand, fake ?"
    entity = {"type": "text_mention", "offset": len(text.encode("utf-16-le")) // 2 - 6, "length": 4, "user": me}
    write(bot, group, new_user(), text=text, entities=[entity])
    (message,) = replied(bot, group)
    assert message.text.startswith(NO_EVIDENCE)


def test_a_mention_of_somebody_else_by_name(bot: Served, group: int) -> None:
    """A mention of another user by name is none of the bot."""
    entity = {"type": "text_mention", "offset": 0, "length": 4}
    entity |= {"user": {"id": 5, "is_bot": False, "first_name": "Fake"}}
    write(bot, group, new_user(), text=f"Fake {QUESTION}", entities=[entity])
    assert_silent(bot, group)


def test_a_mention_under_a_photograph(bot: Served, group: int) -> None:
    """The caption of a photograph counts as text."""
    photo = [{"file_id": "file", "file_unique_id": "unique", "width": 9, "height": 9}]
    entity = {"type": "mention", "offset": 0, "length": len(ME)}
    message_id = write(bot, group, new_user(), photo=photo, caption=f"{ME} {UNANSWERABLE}", caption_entities=[entity])
    (message,) = replied(bot, group)
    assert message.text == NO_EVIDENCE
    assert calls_to(bot, group)[-1].params["reply_parameters"]["message_id"] == message_id


def test_pictures_without_words(bot: Served, group: int) -> None:
    """A photograph in reply to the bot asks nothing, nor does one without any reply."""
    me = {"id": BOT_ID, "is_bot": True, "first_name": "Fake", "username": BOT_USERNAME}
    chat = {"id": group, "type": "supergroup", "title": "Group"}
    mine = {"message_id": 1, "from": me, "chat": chat, "date": 1, "text": "An answer."}
    photo = [{"file_id": "file", "file_unique_id": "unique", "width": 9, "height": 9}]
    write(bot, group, new_user(), photo=photo, reply_to_message=mine)
    write(bot, group, new_user(), photo=photo)
    write(bot, group, new_user(), new_chat_title="Another name")
    assert_silent(bot, group)


def test_other_bots_and_channels(bot: Served, group: int) -> None:
    """Another bot, a post of the channel of a group, and a card of this bot itself are not answered."""
    text = f"{ME} {QUESTION}"
    content: dict[str, Any] = {"text": text, "entities": [{"type": "mention", "offset": 0, "length": len(ME)}]}
    other = {"id": 77, "is_bot": True, "first_name": "Other", "username": "another_bot"}
    channel = {"id": -1_000_000_000_555, "type": "channel", "title": "Channel"}
    me = {"id": BOT_ID, "is_bot": True, "first_name": "Fake", "username": BOT_USERNAME}
    write(bot, group, 77, **content | {"from": other})
    write(bot, group, 777000, **content, sender_chat=channel, is_automatic_forward=True)
    write(bot, group, new_user(), **content, via_bot=me)
    bot.api.tell(
        "channel_post", {"message_id": number(), "chat": channel, "sender_chat": channel, "date": 1, **content}
    )
    assert_silent(bot, group)


def test_anonymous_admins_are_answered(bot: Served, group: int) -> None:
    """Who speaks in the name of the group is answered, as the group and not as all who hide behind one."""
    hidden = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    chat = {"id": group, "type": "supergroup", "title": "Group"}
    entity = {"type": "mention", "offset": 0, "length": len(ME)}
    for text in (f"{ME} {UNANSWERABLE}", f"{ME} /language"):
        write(bot, group, 1, text=text, entities=[entity], sender_chat=chat, **{"from": hidden})
    first, second = replied(bot, group, 2)
    assert first.text == NO_EVIDENCE
    assert f"your id is {group}" in second.text


def test_topics(bot: Served, group: int) -> None:
    """In a group with topics the answer stands in the topic of its question, and so does what its buttons send."""
    user = new_user()
    asked = bot.api.say(f"{ME} {QUESTION}", user_id=user, chat_id=group, thread_id=7)
    (answer,) = replied(bot, group)
    assert (answer.thread_id, answer.reply_to) == (7, asked)
    bot.api.press(group, answer.message_id, "Passages", user)
    _, passages = replied(bot, group, 2)
    assert (passages.thread_id, passages.reply_to) == (7, answer.message_id)
    bot.api.say(f"{ME} {UNANSWERABLE}", user_id=user, chat_id=group)
    assert replied(bot, group, 3)[2].thread_id is None
    typing = [call.params.get("message_thread_id") for call in calls_to(bot, group) if call.method == "sendChatAction"]
    assert typing == [7, None]


def test_conversations_of_two_users_are_apart(bot: Served, group: int) -> None:
    """A follow-up question is understood by what its author asked before, not by what others did."""
    one, other = new_user(), new_user()
    bot.api.say("/ask how much did UBS pay for Credit Suisse?", user_id=one, chat_id=group)
    bot.api.say("/ask what did Omer Celik say?", user_id=other, chat_id=group)
    replied(bot, group, 2)
    bot.api.say("/ask when did he say that?", user_id=other, chat_id=group)
    mine = replied(bot, group, 3)[2]
    bot.api.say("/ask when did he say that?", user_id=new_user(), chat_id=group)
    strangers = replied(bot, group, 4)[3]
    assert "I took this as: When did Omer Celik say that?" in mine.text
    assert "I took this as" not in strangers.text


def test_forgetting_is_of_ones_own(bot: Served, group: int) -> None:
    """/forget in a group lets the buttons of one's own answers go, not of those of others."""
    one, other = new_user(), new_user()
    for user in (one, other):
        bot.api.say(f"/ask {QUESTION}", user_id=user, chat_id=group)
    mine, theirs = replied(bot, group, 2)
    bot.api.say(f"/forget{ME}", user_id=one, chat_id=group)
    replied(bot, group, 3)
    queries = [bot.api.press(group, message.message_id, "👍", other) for message in (mine, theirs)]
    bot.api.wait_for(lambda api: all(api.queries[query].answer for query in queries))
    told = [(bot.api.queries[query].answer or {})["text"] for query in queries]
    assert told == ["I no longer have that answer. Please ask again.", "Thank you, that is noted."]


def test_groups_are_answered_in_order(bot: Served, group: int) -> None:
    """Questions of one group are answered in the order in which they came, each by a reply to its own."""
    asked = [bot.api.say(f"/ask {QUESTION}", user_id=new_user(), chat_id=group) for _ in range(5)]
    assert [message.reply_to for message in replied(bot, group, 5)] == asked


def test_a_deleted_question_is_answered_without_a_reply(bot: Served, group: int) -> None:
    """Where the question is gone when the answer comes, the answer is sent all the same."""
    with bot.api.held() as updates:
        asked = bot.api.say(f"/ask {UNANSWERABLE}", user_id=new_user(), chat_id=group)
    bot.api.delete(group, asked)
    bot.api.deliver(updates[0])
    (message,) = replied(bot, group)
    assert (message.text, message.reply_to) == (NO_EVIDENCE, None)
