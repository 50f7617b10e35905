"""What of a question asks, where it tells something before: told apart, searched for, and read for."""

from __future__ import annotations

import numpy as np
import pytest

from bot.answer import Newsbot
from bot.answers import Question, Turn
from bot.evaluation.gold import contains_gold
from bot.follow_ups.standalone import make_standalone
from bot.questions import analyze_question, ask_kind, coverage, words_in
from index.search.address import leave_out_address
from index.search.asked import find_asked
from index.search.query import Query

NOW = "2023-12-01"
TALKS = "Talks between Turkey and Russia on Idlib ended in Moscow without a deal. "
OPERATION = "Erdogan says that a military operation in Idlib is a matter of time. "
STUCK = "The Ever Given was stuck in the Suez Canal for six days in March 2021. "
AGROUND = "A huge container ship ran aground in the Suez Canal and blocked it. "
BOUGHT = "UBS agreed to buy Credit Suisse on a Sunday evening in March 2023. "
FELL = "The shares of Credit Suisse fell to a record low. "
FINAL = "Spain won the Women's World Cup final against England in Sydney. "
MOON = "NASA's Artemis I flew around the moon in 2022 and came back. "


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who won?", "Who won?"),
        ("Prices rose by 5% in May. Which item rose most?", "Which item rose most?"),
        ("She died on Thursday.  When did she\nascend to the throne?", "ascend to the throne?"),
        ("The talks ended. Nobody won! What now?", "What now?"),
        ("She was an aide of the mayor. She now works for:", "She now works for:"),
        ("Gov. J.D. Holm met Rep. Tess Vind on Jan. 6. Why?", "Why?"),
        ("Roe v. Wade fell. “Who wrote the opinion?”", "“Who wrote the opinion?”"),
        ("Who won? What did the loser say?", "Who won? What did the loser say?"),
        ("He resigned. Who is he? Where does he live?", "Who is he? Where does he live?"),
        ("Who is the new mayor? I read that the old one left.", "Who is the new mayor?"),
        ("Гонка закончилась. Кто победил?", "Кто победил?"),
        ("no end and no beginning", "no end and no beginning"),
        ("?!", "?!"),
        ("", ""),
    ],
)
def test_what_asks(question: str, asked: str) -> None:
    """It is from the first sentence with a question mark to the last, or the last sentence where none has one."""
    assert find_asked(question) == asked


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What did Turkey demand? Please answer in one sentence.", "What did Turkey demand?"),
        ("Hello there! What did Turkey demand? Thanks.", "What did Turkey demand?"),
        ("Talks ended. Who led them? In two words, with a source.", "Talks ended. Who led them?"),
        ("Who left? Quote your sources. Keep it short.", "Who left?"),
        ("Who won? Answer briefly. Who lost?", "Who won? Who lost?"),
        ("Please, who won?", "who won?"),
        ("Please explain the grain deal.", "explain the grain deal."),
        ("The deal ended. Please explain why.", "The deal ended. explain why."),
        ("Could you please tell me what Turkey demanded?", "what Turkey demanded?"),
        ("ok newsbot, do you know who won, please?", "who won?"),
        ("What did Turkey demand, thanks in advance!", "What did Turkey demand!"),
        ("I was wondering who won. I'm curious.", "who won."),
        ("Who won? I'm just curious.", "Who won?"),
        ("What I want to know is: who won?", "who won?"),
        ("According to the articles, who won?", "who won?"),
        ("Who won, according to the articles?", "Who won?"),
        (
            "According to the Articles of Association, who votes?",
            "According to the Articles of Association, who votes?",
        ),
        ("Tell me about Omer Celik", "Tell me about Omer Celik"),
        ("Can you tell me more about the talks?", "tell me more about the talks?"),
        ("Can you give me a timeline of the talks?", "a timeline of the talks?"),
        ("Can you eat raw eggs?", "Can you eat raw eggs?"),
        ("Hello Kitty turned fifty. Who drew her?", "Hello Kitty turned fifty. Who drew her?"),
        ("Hello newsbot! Who won?", "Who won?"),
        ("Reply All has ended. Who hosted it?", "Reply All has ended. Who hosted it?"),
        ("So Yun-ju won which medal?", "So Yun-ju won which medal?"),
        ("So, who won?", "who won?"),
        ("Well, well, who won?", "who won?"),
        ("please", "please"),
        ("Could you tell me, please?", "Could you tell me, please?"),
        ("Who won? I was there.", "Who won? I was there."),
        ("Hello!", "Hello!"),
        ("", ""),
    ],
)
def test_what_is_said_to_whoever_answers(question: str, left: str) -> None:
    """Greetings, thanks, instructions and ways of asking are no part of what is asked; alone they stay."""
    assert leave_out_address(question) == left


@pytest.mark.parametrize(
    ("text", "outlet", "asked"),
    [
        ("The port closed. Who built it?", (), "Who built it?"),
        ("The port closed. What did the Herald say of its builder?", ("herald",), "what did the of its builder"),
        ("The port closed. What is it?", (), ""),
        ("Who built the port?", (), ""),
    ],
)
def test_what_is_searched_for_once_more(text: str, outlet: tuple[str, ...], asked: str) -> None:
    """What is asked is searched for beside the whole, where it is not all of it and has words that carry meaning."""
    assert Query(text, NOW, outlet=outlet).asked == asked


def test_what_is_told_counts_less() -> None:
    """A text covers a question the more the more it has of what is asked."""
    terms = {"port": 2.0, "close": 2.0, "built": 4.0}
    vector = np.zeros(1, dtype=np.float32)
    question = Question("", "who", terms, {}, vector, told=frozenset({"port", "close"}))
    assert coverage(question, words_in("the port closes")) == 0.25 * 4 / (0.25 * 4 + 4)
    assert coverage(question, words_in("built as a port")) == (0.25 * 2 + 4) / (0.25 * 4 + 4)
    assert coverage(question, words_in("the port closes"), told=0) == 0
    assert coverage(question, words_in("the port closes"), told=1) == 0.5


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("The port of Brenn closed. Who built the port?", {"brenn", "close"}),
        ("The port of Brenn closed. In which year was that?", set()),
        ("The port of Brenn closed. What?", set()),
        ("Who built the port?", set()),
    ],
)
def test_which_terms_are_only_told(sample_newsbot: Newsbot, question: str, told: set[str]) -> None:
    """A term that is asked with too is not only told; where nothing else is asked with, all that is told is asked."""
    with sample_newsbot.index.use() as generation:
        assert analyze_question(question, generation.keywords, sample_newsbot.embedder).told == told


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("She died on Thursday. When did she ascend to the throne?", "when"),
        ("Nobody knows who hit the man who fell. Where was it?", "where"),
        ("When she left she held which office?", "when"),
        ("She made history when she was given what post?", "what"),
        ("He was taken from which African country when he was eight?", "where"),
        ("Nora Vind, who died this week, was best known for which song?", "what"),
        ("Independence Day, which marks what date?", "when"),
        ("It closed in May, which helped whom?", "who"),
        ("What happened when he left?", "what"),
        ("Which brand closed when the Queen died?", "what"),
        ("By what year is it to end?", "when"),
        ("The strike, it says, will last how long?", "how many"),
        ("What had state officials used?", "what"),
        ("Which major city is without water?", "where"),
    ],
)
def test_the_kind_is_that_of_the_word_that_asks(question: str, kind: str) -> None:
    """What only begins a clause, as "when she left", does not say what kind of answer is asked for."""
    assert ask_kind(question) == kind


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        (f"{TALKS}How many observation posts did Turkey build?", "12"),
        (f"{TALKS}Who led the delegation?", "Sedat Onal"),
        (f"{OPERATION}What did Turkey demand?", "must withdraw behind the line of Turkish observation posts"),
        (f"{OPERATION}How many people were displaced?", "900,000"),
        (f"{STUCK}How much compensation did the Suez Canal Authority claim?", "916 million dollars"),
        (f"{AGROUND}How many ships were waiting when it was freed?", "422 ships"),
        (f"{AGROUND}Where was the ceremony for the settlement held?", "Ismailia"),
        (f"{BOUGHT}Who is the president of the European Central Bank?", "Christine Lagarde"),
        (f"{FELL}How much did UBS pay?", "3 billion francs"),
        (f"{FINAL}Who succeeded Jorge Vilda as coach?", "Montse Tome"),
        (f"{MOON}How tall is the rocket?", "322 feet"),
        ("Hi! What did Turkey demand? Please answer in one sentence.", "must withdraw behind the line"),
        ("Could you please tell me what exactly Turkey demanded?", "must withdraw behind the line"),
        ("I was wondering how long the Ever Given is, thanks!", "400 metres"),
        ("WHO SCORED THE GOAL IN THE WORLD CUP FINAL?", "Olga Carmona"),
        ("How Much Did UBS Pay For Credit Suisse?", "3 billion francs"),
        (f"{MOON}When did Apollo 17 arrive on the moon?", "11 December 1972"),
    ],
)
def test_what_is_asked_is_answered(sample_newsbot: Newsbot, question: str, gold: str) -> None:
    """What is told first does not take the place of the answer."""
    answer = sample_newsbot.answer(question)
    assert answer.status == "answered"
    assert contains_gold(" ".join([answer.text, *(citation.quote for citation in answer.citations)]), [gold])


def test_the_passage_with_what_is_asked_comes_first(sample_newsbot: Newsbot) -> None:
    """What is told finds its story; in it the passage with what is asked is the best hit."""
    hit = sample_newsbot.find_hits(f"{BOUGHT}Who is the president of the European Central Bank?")[0]
    assert "Christine Lagarde" in hit.passage.text


SOLD = "UBS agreed to buy Credit Suisse in March."
PAID = Turn(f"{SOLD} How much did UBS pay?", "UBS agreed on Sunday to buy its rival for 3 billion francs.")


@pytest.mark.parametrize(
    ("before", "question", "standalone"),
    [
        (PAID, "And when was that?", f"{SOLD} When did UBS pay?"),
        (PAID, "Thanks! And why? Please be brief.", f"{SOLD} Why did UBS pay?"),
        (PAID, "I see. And what did the government pay?", f"{SOLD} What did the government pay: UBS?"),
        (PAID, "und wann?", f"{SOLD} Wann: How much did UBS pay?"),
        (
            Turn("The ship was stuck in the canal. Why?", ""),
            "For how long?",
            "For how long: The ship was stuck in the canal?",
        ),
        (Turn(f"{TALKS}What did Turkey demand?", ""), "And Russia?", f"{TALKS}What did Russia demand?"),
        (Turn("Hi! What did Turkey demand? Be brief.", ""), "And Russia?", "What did Russia demand?"),
        (Turn("What did Turkey demand?", ""), "That is odd. Why?", "Why did Turkey demand?"),
        (PAID, "The ship left the canal. When was that?", "The ship left the canal. When was that?"),
        (PAID, "I heard that Celik spoke. When was it?", "I heard that Celik spoke. When was it?"),
    ],
)
def test_follow_ups_and_what_is_told(before: Turn, question: str, standalone: str) -> None:
    """What the last question told is told again; a question that tells its own story stands alone."""
    assert make_standalone(question, [before]).text == standalone
