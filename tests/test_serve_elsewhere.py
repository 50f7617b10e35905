"""Questions from elsewhere: inline queries, guest queries, voice messages, links to the bot, and other languages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.basics import HELP, START, write_link
from bot.render.telegram_html import render_answer
from bot.texts import Text, choose_language, translate
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.bot_api.records import Query
from tests.served import Served, serving
from tests.served_articles import QUESTION, UNANSWERABLE, answer_here, make_data
from tests.telegram_api import BOT_USERNAME, parse_html
from tests.transcription_server import KEY, TranscriptionServer

NO_EVIDENCE = "I found nothing in these articles that answers this."
DEAF = Text("I cannot listen to voice messages. Please write your question.")
MUMBLED = "I could not understand that. Please write your question."
new_user = count(40_000).__next__  # every test speaks as somebody else, in a chat of its own


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Settings:
    """The data directory of the bots."""
    return make_data(tmp_path_factory.mktemp("elsewhere"), embedder)


@pytest.fixture(scope="module")
def bot(data: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A bot that listens to nothing; at the end no call of it was wrong."""
    with serving(data.data, tmp_path_factory.mktemp("bot")) as served:
        yield served
    assert served.api.judgements == []


@pytest.fixture(scope="module")
def voices() -> Iterator[TranscriptionServer]:
    """Where the voice messages of the other bot are written down."""
    with TranscriptionServer() as server:
        yield server


@pytest.fixture(scope="module")
def hearing(
    tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder, voices: TranscriptionServer
) -> Iterator[Served]:
    """A bot that listens, to the users 1 and 2 only."""
    settings = make_data(tmp_path_factory.mktemp("hearing"), embedder)
    flags = ["--reader", "extractive", "--transcription-url", voices.url, "--access", "allowlist", "--admins", "1"]
    with serving(settings.data, tmp_path_factory.mktemp("bot"), *flags, key=KEY) as served:
        yield served
        log = served.log.read_text(encoding="utf-8")
    assert served.api.judgements == []
    assert KEY not in log


def answered(bot: Served, query_id: str) -> Query:
    """A query once it is answered."""
    bot.api.wait_for(lambda api: api.queries[query_id].answer is not None)
    return bot.api.queries[query_id]


def answer_of(query: Query) -> dict[str, Any]:
    """What a query was answered with."""
    assert query.answer is not None
    return query.answer


def test_inline_cards(bot: Served, data: Settings) -> None:
    """The first card is the whole answer, the others each one of its quotes; what is sent is as in a chat."""
    user, answer = new_user(), answer_here(data, QUESTION, suggest=False)
    query_id = bot.api.inline(QUESTION, user)
    query = answered(bot, query_id)
    given = answer_of(query)
    (whole,) = render_answer(answer, heading=QUESTION)
    titles = [result["title"] for result in given["results"]]
    assert titles == [QUESTION, *(citation.outlet for citation in answer.citations)]
    assert (given["is_personal"], given["cache_time"]) == (True, 60)
    assert all(
        result["input_message_content"]["link_preview_options"] == {"is_disabled": True} for result in given["results"]
    )
    assert query.messages[0].html == whole
    for citation, message in zip(answer.citations, query.messages[1:], strict=True):
        assert message.text.startswith(f"{QUESTION}\n\n{citation.quote} [1]")
        assert [entity.type for entity in message.entities].count("expandable_blockquote") == 1
    sent = bot.api.choose(query_id, 0)
    assert [message.text for message in bot.api.inline_messages() if message.inline_id == sent] == [
        parse_html(whole)[0]
    ]
    assert bot.api.messages(user) == []


def test_only_the_last_of_quick_queries_is_answered(bot: Served) -> None:
    """While somebody still writes nothing is answered; others are not kept from their answers."""
    user, other = new_user(), new_user()
    first, second = bot.api.inline("what did Tur", user), bot.api.inline("what did Turkey dem", user)
    theirs, last = bot.api.inline(QUESTION, other), bot.api.inline(QUESTION, user)
    assert answer_of(answered(bot, last))["results"]
    assert answer_of(answered(bot, theirs))["results"]
    time.sleep(0.5)  # what is not to come cannot be waited for
    assert [bot.api.queries[query].answer for query in (first, second)] == [None, None]


@pytest.mark.parametrize("text", ["", "what", "  who?   "])
def test_short_queries_have_no_cards(bot: Served, text: str) -> None:
    """Where hardly anything is written yet there is only the button that leads to the bot, and nothing is cached."""
    given = answer_of(answered(bot, bot.api.inline(text, new_user())))
    assert (given["results"], given["cache_time"]) == ([], 0)
    assert given["button"]["text"] == "Ask in a chat with me"


def test_the_button_of_an_inline_query_asks_in_private(bot: Served, data: Settings) -> None:
    """The link of the button, pressed, asks the same question in the private chat."""
    user = new_user()
    button = answer_of(answered(bot, bot.api.inline(QUESTION, user)))["button"]
    (message,) = bot.ask(f"/start {button['start_parameter']}", user)
    assert message.html == render_answer(answer_here(data, QUESTION))[0]


def test_a_refusal_is_one_card(bot: Served) -> None:
    """What no article says is told by one card."""
    query = answered(bot, bot.api.inline(UNANSWERABLE, new_user()))
    assert [message.text for message in query.messages] == [f"{UNANSWERABLE}\n\n{NO_EVIDENCE}"]


@pytest.mark.parametrize("question", ["what did the Zorblatt council demand?", "what did the Xyzzy guild demand?"])
def test_cards_of_hostile_articles(bot: Served, question: str) -> None:
    """Cards are within all limits, and what an article holds is text in them."""
    query = answered(bot, bot.api.inline(question, new_user()))
    assert query.messages
    kinds = {entity.type for message in query.messages for entity in message.entities}
    assert kinds <= {"text_link", "bold", "italic", "code", "expandable_blockquote"}


def test_guests_get_one_answer(bot: Served, data: Settings) -> None:
    """Asked in a chat that it is not in, the bot gives the whole answer as one message."""
    query_id = bot.api.guest(f"@{BOT_USERNAME} {QUESTION}", new_user())
    query = answered(bot, query_id)
    (whole,) = render_answer(answer_here(data, QUESTION, suggest=False), heading=QUESTION)
    assert [message.html for message in query.messages] == [whole]
    calls = [call for call in bot.api.calls if call.params.get("guest_query_id") == query_id]
    assert [(call.method, call.status) for call in calls] == [("answerGuestQuery", 200)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"@{BOT_USERNAME} {UNANSWERABLE}", f"{UNANSWERABLE}\n\n{NO_EVIDENCE}"),
        (f"@{BOT_USERNAME.upper()}", HELP),
        (f"/ask@{BOT_USERNAME} {UNANSWERABLE}", f"{UNANSWERABLE}\n\n{NO_EVIDENCE}"),
    ],
)
def test_other_guest_queries(bot: Served, text: str, shown: str) -> None:
    """What cannot be answered, or asks nothing, is told plainly."""
    assert [message.text for message in answered(bot, bot.api.guest(text, new_user())).messages] == [shown]


def test_guest_query_that_telegram_cannot_read(bot: Served) -> None:
    """Where the markup of an answer is refused, the answer is given as plain text."""
    bot.api.fail_next("answerGuestQuery", 400)
    (message,) = answered(bot, bot.api.guest(QUESTION, new_user())).messages
    assert "[1]" in message.text
    assert message.entities == []


def test_strangers_elsewhere(hearing: Served) -> None:
    """Who may not ask gets no cards, and as a guest is told so."""
    user = new_user()
    assert answer_of(answered(hearing, hearing.api.inline(QUESTION, user)))["results"] == []
    (message,) = answered(hearing, hearing.api.guest(QUESTION, user)).messages
    assert "You may not ask here yet." in message.text
    assert f"/allow {user}" in message.text


def test_voice_messages_are_answered_under_their_words(hearing: Served, voices: TranscriptionServer) -> None:
    """The words that were heard stand above the answer."""
    voices.words = f" {QUESTION} \n"
    before, asked = len(hearing.api.messages(1)), len(voices.requests)
    hearing.api.voice(b"OggS of a question", user_id=1)
    hearing.api.wait_for(lambda api: len(api.messages(1)) > before)
    message = hearing.api.messages(1)[-1]
    (recording,) = voices.requests[asked:]
    assert (recording.sound, recording.fields) == (b"OggS of a question", {"model": "whisper-1"})
    assert message.text.startswith(f"{QUESTION}\n\n")
    assert message.entities[0].type == "bold"
    assert "[1]" in message.text
    assert "Passages" in [button["text"] for button in message.buttons()]


def test_voice_messages_without_words(hearing: Served, voices: TranscriptionServer) -> None:
    """Where nothing was heard that is told."""
    voices.words, before = "", len(hearing.api.messages(1))
    hearing.api.voice(b"OggS of silence", user_id=1)
    hearing.api.wait_for(lambda api: len(api.messages(1)) > before)
    assert hearing.api.messages(1)[-1].text == MUMBLED


def test_voice_messages_when_the_endpoint_fails(hearing: Served, voices: TranscriptionServer) -> None:
    """The user reads one plain sentence with a number that is in the log, without the key."""
    hearing.ask("/allow 2", 1)
    voices.status, before = 400, len(hearing.api.messages(2))
    try:
        hearing.api.voice(b"OggS", user_id=2)
        hearing.api.wait_for(lambda api: len(api.messages(2)) > before)
    finally:
        voices.status = 200
    told = re.fullmatch(
        r"I could not listen to that\. Please write your question\. \(In the log: (\w+)\)",
        hearing.api.messages(2)[-1].text,
    )
    assert told
    assert told[1] in hearing.log.read_text(encoding="utf-8")


def test_voice_messages_of_strangers(hearing: Served, voices: TranscriptionServer) -> None:
    """Who may not ask is told so, and what he says is neither fetched nor written down."""
    user, asked = new_user(), len(voices.requests)
    files = [call.method for call in hearing.api.calls].count("getFile")
    hearing.api.voice(b"OggS", user_id=user)
    hearing.api.wait_for(lambda api: api.messages(user))
    assert hearing.api.messages(user)[0].text.startswith("You may not ask yet.")
    assert len(voices.requests) == asked
    assert [call.method for call in hearing.api.calls].count("getFile") == files


def test_voice_messages_without_an_endpoint(bot: Served) -> None:
    """Without an endpoint a voice message is answered by a plain word."""
    user = new_user()
    bot.api.voice(b"OggS", user_id=user)
    bot.api.wait_for(lambda api: api.messages(user))
    assert [message.text for message in bot.api.messages(user)] == [str(DEAF)]


def test_limits_and_failures_elsewhere(settings: Settings, voices: TranscriptionServer, tmp_path: Path) -> None:
    """Without an index people elsewhere are told so plainly; past a limit neither is a voice written down."""
    user, asked = new_user(), len(voices.requests)
    flags = ["--transcription-url", voices.url, "--questions-per-minute", "1", "--reader", "extractive"]
    with serving(settings.data, tmp_path, *flags, key=KEY) as bot:
        (trouble,) = answered(bot, bot.api.guest(QUESTION, user)).messages
        assert answer_of(answered(bot, bot.api.inline(QUESTION, user)))["results"] == []
        SourceList(settings.data).add([samples_folder()])
        reindex(settings, WordLlamaEmbedder())
        for _ in range(2):
            (refusal,) = answered(bot, bot.api.guest(QUESTION, user)).messages[-1:]
        bot.api.voice(b"OggS", user_id=user)
        bot.api.wait_for(lambda api: api.messages(user))
        (unheard,) = bot.api.messages(user)
        assert bot.api.judgements == []
    limit = "You have asked as much as you may in a minute."
    assert trouble.text.startswith(f"{QUESTION}\n\nI cannot do that just now. The operator finds the reason in the log")
    assert refusal.text.startswith(f"{QUESTION}\n\n{limit}")
    assert unheard.text.startswith(limit)
    assert len(voices.requests) == asked


@pytest.mark.parametrize("payload", ["", " nonsense", " q", " q!!!", " q_w", " start"])
def test_links_that_ask_nothing(bot: Served, payload: str) -> None:
    """A link without a question that can be read greets."""
    (message,) = bot.ask(f"/start{payload}", new_user())
    assert message.text == START


def test_a_link_with_a_question(bot: Served) -> None:
    """A link may ask a question in any language."""
    (message,) = bot.ask(f"/start {write_link('kaç uydu var, ağabey?')}", new_user())
    assert message.text.startswith(NO_EVIDENCE)


@pytest.mark.parametrize("code", ["tr", "ru", "ar", "de", "es", "pt-br", "tr-TR"])
def test_the_language_of_ones_telegram(bot: Served, code: str) -> None:
    """Whoever has set Telegram to a language that newsbot speaks reads its texts in it; all others English."""
    user, language = new_user(), choose_language(code)
    bot.api.say("/start", user_id=user, language_code=code)
    bot.api.wait_for(lambda api: api.messages(user))
    (message,) = bot.api.messages(user)
    assert message.text.replace("\u200f", "") == translate(START, language)
    assert (message.text == START) == (language == "en")
    bot.api.voice(b"OggS", user_id=user)
    bot.api.wait_for(lambda api: len(api.messages(user)) == 2)
    assert bot.api.messages(user)[1].text.replace("\u200f", "") == translate(DEAF, language)


def test_language_buttons(bot: Served) -> None:
    """`/language` offers all languages; the pressed one is spoken from then on, everywhere, and the buttons go."""
    user = new_user()
    (offer,) = bot.ask("/language", user)
    assert [b["text"] for b in offer.buttons()] == ["English", "Türkçe", "Русский", "العربية", "Deutsch", "Español"]
    query = bot.api.press(user, offer.message_id, "Türkçe", user)
    assert answer_of(answered(bot, query)).get("text", "") == ""
    bot.api.wait_for(lambda api: not api.messages(user)[0].buttons())
    (chosen,) = bot.api.messages(user)
    assert chosen.text == translate(Text("I speak {language} from now on.", language="Türkçe"), "tr")
    (greeting,) = bot.ask("/start", user)
    assert greeting.text == translate(START, "tr") != START
    (answer,) = bot.ask(QUESTION, user)
    assert translate(Text("Passages"), "tr") in [button["text"] for button in answer.buttons()]
    assert "18 Şubat 2020" in answer.text
    button = answer_of(answered(bot, bot.api.inline("what", user)))["button"]
    assert button["text"] == translate(Text("Ask in a chat with me"), "tr")
    bot.api.voice(b"OggS", user_id=user)
    bot.api.wait_for(lambda api: len(api.messages(user)) == 4)
    assert bot.api.messages(user)[-1].text == translate(DEAF, "tr")
