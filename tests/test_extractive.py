"""The extractive reader: which sentences answer, which do not, and when it says that it does not know."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Kind, Question
from bot.compose import build_newsbot
from bot.draft import NO_EVIDENCE
from bot.evaluation.gold import contains_gold
from bot.questions import analyze_question, ask_kind, what_is_stated
from bot.readers.candidates import collect_candidates
from bot.readers.extractive import ExtractiveReader
from bot.readers.kinds import fit_kind
from config.settings import Settings
from index.embed import LlamaIndexEmbedder, WordLlamaEmbedder
from index.report import Report
from tests.conftest import DEVELOPMENT_DATA
from tests.fakes import FakeEmbedding, make_hits, make_passages

LINE = "Syrian forces must withdraw behind the line of Turkish observation posts"
SEED = DEVELOPMENT_DATA / "seed-article.txt"

GOLD = [
    ("who led the Turkish delegation in Moscow?", "Sedat Onal"),
    ("how many observation posts did Turkey build?", "12"),
    ("how many people were displaced in Idlib?", "900,000"),
    ("how long is the Ever Given?", "400 metres"),
    ("how much compensation did the Suez Canal Authority claim?", "916 million dollars"),
    ("where was the ceremony for the settlement of the Ever Given held?", "Ismailia"),
    ("how many ships were waiting when the Ever Given was freed?", "422 ships"),
    ("how much did UBS pay for Credit Suisse?", "3 billion francs"),
    ("who is the president of the European Central Bank?", "Christine Lagarde"),
    ("who scored the goal in the World Cup final?", "Olga Carmona"),
    ("why was the first launch of Artemis I called off?", "right temperature"),
    ("where did Orion splash down?", "Pacific Ocean"),
    ("when did Apollo 17 arrive on the moon?", "11 December 1972"),
    ("who succeeded Jorge Vilda as coach?", "Montse Tome"),
    ("how tall is the Space Launch System?", "322 feet"),
]
UNANSWERED = [
    "who won the Nobel Prize in Literature?",
    "what is the capital of Australia?",
    "how do I bake sourdough bread?",
    "what did Google announce about quantum computing?",
    "when was the Eiffel Tower painted?",
    "who won the 2024 Olympic marathon?",
    "hello",
    "?!",
]


def nothing(question: str) -> Answer:
    """The answer that there is no answer."""
    return Answer(question, "no_evidence", NO_EVIDENCE, (), (), "extractive")


def test_what_turkey_demanded(sample_newsbot: Newsbot) -> None:
    """The demand is answered with the sentence that states it, not with the one that says it was not mentioned."""
    answer = sample_newsbot.answer("what did Turkey demand?")
    assert answer.status == "answered"
    carrying = [citation for citation in answer.citations if LINE in citation.quote]
    assert [(c.outlet, c.published) for c in carrying] == [("Bosphorus Wire", "2020-02-18T19:40:00+00:00")]
    assert f"{LINE} in Idlib. [{carrying[0].number}]" in answer.text
    assert "not mention" not in answer.text + " ".join(citation.quote for citation in answer.citations)


@pytest.mark.parametrize(("question", "gold"), GOLD)
def test_questions_of_every_kind_are_answered(sample_newsbot: Newsbot, question: str, gold: str) -> None:
    """The answer to a question on the sample articles holds what is known to be right, within three sentences."""
    answer = sample_newsbot.answer(question)
    assert answer.status == "answered"
    assert contains_gold(answer.text, [gold])
    quotes = {citation.number: citation.quote for citation in answer.citations}
    stated = re.findall(r"(.*?) \[(\d+)\](?:\[\d+\])*(?: |$)", answer.text)
    assert 1 <= len(stated) <= 3
    # Whom "he" means is put in brackets: without them each sentence is its quote, word for word.
    assert [re.sub(r" ?\[\D+?\]", "", text) for text, _ in stated] == [quotes[int(n)] for _, n in stated]


@pytest.mark.parametrize("question", UNANSWERED)
def test_what_the_articles_do_not_say_is_not_answered(sample_newsbot: Newsbot, question: str) -> None:
    """A question that no article answers is refused in plain words, and nothing is cited."""
    assert sample_newsbot.answer(question) == nothing(question)


def test_before_the_articles_there_is_no_evidence(sample_newsbot: Newsbot) -> None:
    """A question asked at a moment before all articles is answered from none of them."""
    assert sample_newsbot.answer("what did Turkey demand?", at="2020-02-16") == nothing("what did Turkey demand?")


@pytest.mark.skipif(not SEED.exists(), reason="the development data is not here: ../shared/data/seed-article.txt")
def test_the_seed_article(settings: Settings, index_folder: Callable[..., Report]) -> None:
    """From the article that it all began with, the demand is answered with the sentence of the party's spokesman."""
    assert index_folder(SEED).failures == []
    newsbot = build_newsbot(settings)
    answer = newsbot.answer("What did Turkey demand?")
    newsbot.index.close()
    lines = SEED.read_text(encoding="utf-8").splitlines()
    sentence = next(line for line in lines if line.startswith("Earlier, Spokesman for the ruling"))
    assert (answer.status, answer.text) == ("answered", f"{sentence} [1]")
    assert [citation.quote for citation in answer.citations] == [sentence]


def test_the_same_sentence_in_two_outlets_counts_once(
    tmp_path: Path, settings: Settings, index_folder: Callable[..., Report]
) -> None:
    """A wire story that two outlets print nearly word for word is one piece of evidence."""
    folder = tmp_path / "wire"
    folder.mkdir()
    story = "The port of Aldova will close on Friday because of a strike of {} crane drivers.\n"
    (folder / "one.md").write_text("---\ntitle: Port closes\noutlet: One\n---\n" + story.format("the"))
    (folder / "two.md").write_text("---\ntitle: Port closes\noutlet: Two\n---\n" + story.format("its"))
    index_folder(folder)
    newsbot = build_newsbot(settings)
    answer = newsbot.answer("why will the port of Aldova close?")
    newsbot.index.close()
    assert len(answer.citations) == 1
    assert answer.citations[0].quote in {story.format("the").strip(), story.format("its").strip()}


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("who won?", "who"),
        ("Whose ship is it?", "who"),
        ("when did it end?", "when"),
        ("on what day did it end?", "when"),
        ("since when is it closed?", "when"),
        ("where is it?", "where"),
        ("in which city do they meet?", "where"),
        ("how many died?", "how many"),
        ("how much does it cost?", "how many"),
        ("what percentage was lost?", "how many"),
        ("why did he resign?", "why"),
        ("what caused the blockage?", "why"),
        ("what did Turkey demand?", "what"),
        ("tell me who won and when", "who"),
        ("whoever did it", "what"),
        ("", "what"),
    ],
)
def test_the_kind_of_a_question(question: str, kind: Kind) -> None:
    """What is asked for is told from the words of the question; the first of two kinds counts."""
    assert ask_kind(question) == kind


@pytest.mark.parametrize(
    ("sentence", "stated"),
    [
        ("The statement did not mention Turkey's demand, but praised it.", "The statement , but praised it."),
        ("It didn’t say when it would end.", "It"),
        ("He declined to comment on the deal; she spoke.", "He ; she spoke."),
        ("They made no mention of a truce though asked.", "They though asked."),
        ("They left without giving a reason.", "They left"),
        ("We did not accept the map.", "We did not accept the map."),
    ],
)
def test_what_is_stated(sentence: str, stated: str) -> None:
    """What somebody did not say is cut out to the end of the clause; a plain denial stays."""
    assert what_is_stated(sentence) == stated


@pytest.mark.parametrize(
    ("question", "sentence", "fit"),
    [
        ("how many came?", "More than a dozen came.", 1.0),
        ("how many came?", "Some came.", 0.0),
        ("when did they come?", "They came on Monday.", 1.0),
        ("when did they come?", "They came late.", 0.0),
        ("why did they come?", "They came because of the rain.", 1.0),
        ("why did they come?", "They came.", 0.0),
        ("who came?", "Then Anna Kaya came.", 1.0),
        ("who came?", "Then Anna came.", 0.5),
        ("who came?", "Nobody came.", 0.0),
        ("when did Anna come?", "Then Anna came.", 0.0),
    ],
)
def test_how_a_sentence_fits_a_kind(sample_newsbot: Newsbot, question: str, sentence: str, fit: float) -> None:
    """A sentence fits by holding a number, a date, a reason, or names that the question does not have."""
    with sample_newsbot.index.use() as generation:
        assert fit_kind(analyze_question(question, generation.keywords, sample_newsbot.embedder), sentence) == fit


def test_without_a_sentence_there_is_no_answer(embedder: WordLlamaEmbedder) -> None:
    """Passages of fragments only, or of nothing said, give no statement, whatever the embedder."""
    passages = make_passages("Oil up. Gold down.", "He declined to comment on anything at all.")
    for some in (embedder, LlamaIndexEmbedder(FakeEmbedding())):
        question = Question("gold?", "what", {"gold": 1.0}, {}, some.embed_question("gold?"))
        assert collect_candidates(question, make_hits(passages)) == []
        assert ExtractiveReader(some).read(question, make_hits(passages)).statements == ()
        assert ExtractiveReader(some).read(question, []).statements == ()


def test_hits_that_nothing_speaks_for_are_read_too(sample_newsbot: Newsbot, embedder: WordLlamaEmbedder) -> None:
    """Where even the best hit scores nothing, its sentences are candidates like all others."""
    with sample_newsbot.index.use() as generation:
        question = analyze_question("what did Turkey demand?", generation.keywords, embedder)
    hits = [replace(hit, score=0.0) for hit in sample_newsbot.find_hits("what did Turkey demand?")]
    assert {candidate.place for candidate in collect_candidates(question, hits)} == {0.0}
    assert collect_candidates(question, []) == []
