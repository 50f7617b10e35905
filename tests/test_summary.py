"""Summaries of a topic, and who or what somebody is: which sentences are taken, in which order, and when none is."""

from __future__ import annotations

import numpy as np
import pytest

from bot.answer import Newsbot
from bot.answers import Question
from bot.forms import find_form
from bot.questions import analyze_question
from bot.readers.summary import describe, summarise
from index.articles import Article, Hit, Passage
from index.terms import content_terms


def ask(topic: str) -> Question:
    """A question all of whose terms weigh the same."""
    return Question(topic, "what", dict.fromkeys(content_terms(topic), 1.0), {}, np.zeros(1, np.float32))


def write(day: str | None, text: str, title: str = "") -> Hit:
    """A hit that is the whole of an article of a day."""
    article = Article(f"{day} {text}", text, title, published=day)
    return Hit(Passage(article, 0, 0, len(text)), 1.0)


def sum_up(topic: str, *hits: Hit) -> list[str]:
    """The sentences of a summary."""
    statements = summarise(ask(topic), hits)
    assert [statement.spans[0].text for statement in statements] == [statement.text for statement in statements]
    return [statement.text for statement in statements]


def tell_of(name: str, *texts: str) -> list[str]:
    """The sentences of a description, from articles of days that follow each other."""
    hits = [write(f"2024-05-{day:02}", text) for day, text in enumerate(texts, start=1)]
    statements = describe(ask(name), hits)
    assert [statement.spans[0].text for statement in statements] == [statement.text for statement in statements]
    return [statement.text for statement in statements]


BEGAN = "The strike of the harbour pilots in Aldova began on Monday after talks about pay had failed."
ARMY = "The army sent boats to Aldova to guide tankers past the pilots who are on strike."
ENDED = "The harbour pilots of Aldova ended their strike with a deal that raises their pay by a tenth."
BUDGET = "The parliament of Brenn passed its budget for the next year after a long debate."


def test_a_summary_has_the_news_of_the_newest_stories() -> None:
    """One sentence of each story on the topic, the most central first and the others in the order of time."""
    hits = [
        write("2024-05-06", BEGAN),
        write("2024-05-08", ARMY),
        write("2024-05-11", ENDED),
        write("2024-05-09", BUDGET),
    ]
    assert sum_up("the strike of the Aldova pilots", *hits) == [ENDED, BEGAN, ARMY]
    old = write("2019-01-05", "Long ago a strike of pilots in Aldova had shut the old fishing harbour for a day.")
    assert sum_up("the strike of the Aldova pilots", old, *hits) == [ENDED, BEGAN, ARMY]


def test_one_story_is_summed_up_by_its_first_sentences() -> None:
    """With fewer than three stories more of each is told, but nothing twice."""
    more = "Ferries to the islands of Norda stay in the harbour until further notice, the port office announced."
    once = write("2024-05-06", f"{BEGAN} {BEGAN} {more}", "Strike of the pilots in Aldova")
    assert sum_up("the strike of the Aldova pilots", once) == [BEGAN, more]


def test_articles_without_a_date_count_too() -> None:
    """A summary needs no date."""
    assert sum_up("the strike of the Aldova pilots", write(None, BEGAN)) == [BEGAN]


def test_off_the_topic_there_is_no_summary() -> None:
    """Articles on other things give nothing."""
    assert sum_up("the strike of the Aldova pilots", write("2024-05-09", BUDGET)) == []
    assert sum_up("the strike of the Aldova pilots") == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Mira Sand", "Mira Sand, the chairwoman of the pilots' union, spoke to the crowd for an hour."),
        ("Mira Sand", "The crowd listened to Mira Sand, who leads the union of the pilots."),
        ("Mira Sand", "Mira Sand is the first woman who has led the union of pilots."),
        ("Mira Sand", "The crowd listened to the union leader Mira Sand for an hour."),
        ("Mira Sand", "Its chairwoman, Mira Sand, spoke to the crowd for an hour."),
        ("Mira Sand", "The crowd listened to Mira Sand, long a spokeswoman of the union."),
        ("Mira Sand", "Mira Sand became head of the union after a close vote in March."),
        ("Sand", "The crowd listened to union leader Mira Sand for an hour."),
        ("President Sand", "President Mira Sand, the founder of the union, spoke for an hour."),
        ("Mıra Sánd", "Mira Sand, the chairwoman of the pilots' union, spoke to the crowd for an hour."),
        ("the APU", "The Aldova Pilots' Union (APU) called all of its members to the harbour."),
        ("Mira Sand", "Mira B. Sand, the chairwoman of the union, spoke to the crowd."),
    ],
)
def test_what_says_who_somebody_is_comes_first(name: str, sentence: str) -> None:
    """Appositions, offices before a name, "is the" and the like tell who somebody is, more than what is done later."""
    act = "On Sunday {} met the mediators from Brenn behind closed doors.".format(name.removeprefix("the "))
    passing = "Nobody had expected that the mediators would wait for Mira Sand and for APU all night."
    assert tell_of(name, sentence, passing, act) in ([sentence, act], [sentence])


def test_what_was_last_told_follows() -> None:
    """After the sentence that says who it is, what was done lately comes before what was done earlier."""
    who = "Mira Sand, the chairwoman of the pilots' union, called a strike for Monday."
    early = "Mira Sand refused an offer of the port office on Wednesday evening."
    late = "On Saturday Mira Sand signed the deal that ended the dispute over pay."
    assert tell_of("Mira Sand", who, early, late) == [who, late, early]


def test_a_name_that_is_only_mentioned_is_told_as_it_is() -> None:
    """Without a sentence that says who it is, those with the name are all there is; headlines are none."""
    passing = "Nobody had expected that the mediators would wait so long for Mira Sand."
    assert tell_of("Mira Sand", f"Waiting long for Mira Sand in vain\n\n{passing}") == [passing]


def test_who_does_not_occur_is_not_described() -> None:
    """Another person of the same surname, a part of a word, or no name at all describe nobody."""
    assert tell_of("Mira Sand", "Jon Sand, the mayor of Aldova, thanked the nurses of the town.") == []
    assert tell_of("Mira Sand", "Mira Sanderson, the mayor of Aldova, thanked the nurses.") == []
    assert tell_of("the president", "The president of Norda thanked the nurses of the town.") == []
    assert tell_of("Mira Sand") == []


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who is Omer Celik?", "Omer Celik, the spokesman of the ruling AK Party (AKP), said"),
        ("Ömer Çelik kimdir?", "Omer Celik, the spokesman of the ruling AK Party (AKP), said"),
        ("Who is Christine Lagarde?", "Its president, Christine Lagarde, said"),
        ("Who is Osama Rabie?", "Osama Rabie, the chairman of the Suez Canal Authority, said"),
        ("What is FINMA?", "The market supervisor FINMA said"),
        ("Who is Donald Trump?", ""),
        ("summarise the Ever Given story", "The container ship Ever Given weighed anchor"),
        ("tl;dr Credit Suisse", "UBS agreed on Sunday to buy its rival Credit Suisse"),
        ("summary of Brexit", ""),
    ],
)
def test_the_samples_are_summed_up_and_described(sample_newsbot: Newsbot, question: str, told: str) -> None:
    """Over the samples a summary begins with the newest news, a profile with who it is; of others there is nothing."""
    form = find_form(question)
    hits = sample_newsbot.find_hits(form.topic)
    with sample_newsbot.index.use() as generation:
        asked = analyze_question(form.topic, generation.keywords, sample_newsbot.embedder, form.name)
    statements = (summarise if form.name == "summary" else describe)(asked, hits)
    assert [statement.text.startswith(told) for statement in statements[:1]] == [True] * bool(told)
    assert len(statements) <= 3
