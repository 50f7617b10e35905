"""What form of answer a question asks for, and what is left of it to search for."""

from __future__ import annotations

import json

import pytest

from bot.forms import Form, FormName, find_form
from tests.conftest import DEVELOPMENT_DATA

DATA = DEVELOPMENT_DATA / "realtimeqa"

TIMELINES = [
    ("timeline of the Idlib talks", "the Idlib talks"),
    ("Timeline: the Idlib talks", "the Idlib talks"),
    ("Give me a short timeline of events in Idlib this week, please!", "Idlib this week"),
    ("can you make a time line for the Suez blockage?", "the Suez blockage"),
    ("what is the timeline of the affair?", "the affair"),
    ("Ever Given timeline", "Ever Given"),
    ("Ever Given: chronology", "Ever Given"),
    ("chronology of the main events of the war", "the war"),
    ("What happened this week on Idlib?", "this week on Idlib"),
    ("what has happened since the summit?", "since the summit"),
    ("What's happened in Aldova since 3 May?", "in Aldova since 3 May"),
    ("what happened last week?", "last week"),
    ("What happened yesterday?", "yesterday"),
    ("what happened in 2021", "in 2021"),
    ("how did the Credit Suisse crisis unfold?", "the Credit Suisse crisis"),
    ("How has the strike played out since Monday?", "the strike since Monday"),
    ("what is happening in Idlib?", "latest in Idlib"),
    ("What's going on with Boeing?", "latest with Boeing"),
    ("latest on Idlib", "latest on Idlib"),
    ("What's the latest from Moscow?", "latest from Moscow"),
    ("What are the latest developments in Idlib?", "latest developments in Idlib"),
    ("any news on Gaza?", "latest news on Gaza"),
    ("what's new with Boeing?", "latest with Boeing"),
    ("what's the latest?", "latest"),
    ("what's new this week?", "latest this week"),
    ("latest news", "latest news"),
    ("what is the news?", "latest news"),
    ("What's in the news today?", "latest news today"),
    ("catch me up on Idlib", "latest on Idlib"),
    ("Give us an update on the talks", "latest on the talks"),
    ("headlines", "headlines"),
    ("today's headlines", "today's headlines"),
    ("news from Reuters", "news from Reuters"),
    ("Zeitleiste der Suez-Blockade", "Suez-Blockade"),
    ("cronología de la crisis", "crisis"),
    ("chronologie de l'affaire", "affaire"),
    ("İdlib görüşmeleri zaman çizelgesi", "İdlib görüşmeleri"),
    ("Хронология событий в Идлибе", "Идлибе"),
    ("Was ist diese Woche in Idlib passiert?", "diese Woche in Idlib"),
    ("¿Qué pasó esta semana en Idlib?", "esta semana en Idlib"),
    ("bu hafta İdlib'de ne oldu?", "bu hafta İdlib'de"),
    ("Что произошло на этой неделе?", "на этой неделе"),
]
SUMMARIES = [
    ("summarise the Ever Given story", "the Ever Given story"),
    ("Please summarize Brexit.", "Brexit"),
    ("sum up the talks", "the talks"),
    ("summary of the talks", "the talks"),
    ("Could you give me a quick overview of the strike?", "the strike"),
    ("tl;dr Credit Suisse", "Credit Suisse"),
    ("the Suez blockage, tldr", "the Suez blockage"),
    ("brief me on Artemis I", "Artemis I"),
    ("what is the Idlib deal about?", "the Idlib deal"),
    ("What's the row all about?", "the row"),
    ("tell me about the Idlib talks", "the Idlib talks"),
    ("Fasse die Gespräche bitte zusammen", "die Gespräche"),
    ("Zusammenfassung der Gespräche", "Gespräche"),
    ("resumen de la crisis", "crisis"),
    ("résumé de la crise", "crise"),
    ("Brexit'i özetle", "Brexit"),
    ("кратко о переговорах", "переговорах"),
]
PROFILES = [
    ("Who is Omer Celik?", "Omer Celik"),
    ("who's Recep Tayyip Erdoğan", "Recep Tayyip Erdoğan"),
    ("Who was Bashar al-Assad?", "Bashar al-Assad"),
    ("Who exactly is Mohammed bin Salman?", "Mohammed bin Salman"),
    ("Who is President Erdogan?", "President Erdogan"),
    ("Who are the Houthis?", "the Houthis"),
    ("tell me who Omer Celik is", "Omer Celik"),
    ("Tell me about Omer Celik", "Omer Celik"),
    ("What is the IAEA?", "the IAEA"),
    ("What is NATO?", "NATO"),
    ("What is the Bank of England?", "the Bank of England"),
    ("what does IAEA stand for?", "IAEA"),
    ("Wer ist Olaf Scholz?", "Olaf Scholz"),
    ("Was ist die NATO?", "NATO"),
    ("¿Quién es Pedro Sánchez?", "Pedro Sánchez"),
    ("Qui est Emmanuel Macron ?", "Emmanuel Macron"),
    ("Qu'est-ce que l'OTAN ?", "l'OTAN"),
    ("Ömer Çelik kimdir?", "Ömer Çelik"),
    ("NATO nedir?", "NATO"),
    ("Кто такой Сергей Лавров?", "Сергей Лавров"),
]
ORDINARY = """
    what did Turkey demand?|who led the Turkish delegation in Moscow?|how many people died?
    Who is the president of Turkey?|Who is Turkey's president?|Who is Prime Minister?|Who is the Prime Minister?
    who is winning?|WHO IS THE PRESIDENT?|Who is Turkish Foreign Minister?
    Who is Omer Celik and what did he say?|Who are the finalists?|Who told Kim?|who is it?|Who is to blame?
    What is the capital of Australia?|What is the GDP of Turkey?|What is Iran's demand?|what is inflation?
    What is the name of the storm?|What is the timeline for the withdrawal?|What happened?
    What happened to the ship?|What happened at the summit?|What happened in Idlib on Tuesday?
    What is happening to the theatre?|what's the latest number?|What was the latest in a series of attacks?
    What is the latest scam?|Which team was the latest to resign?|What's he angry about?|What is it about?
    What are they talking about?|What was the minister warned about?|timeline|summarise|summary
    Did the minister give a timeline?|Who gave a summary of the talks?|hello|?!|why did it unfold so fast?
    news conference in Bern|How did the ship run aground?|What did the summary say?|when was that?
    and what did Russia say?|Who wrote the chronology?|What does the law mean for Turkey?
    Who said what this week about Idlib?|Bunu yapan kim?|What time is the news?|Is there a timeline?
    What updates did the minister give?|what is 5G to them?|Was ist passiert?|¿Quién ganó?|Кто выиграл?
    Wer ist der Kanzler?|Qui a gagné ?|Kim kazandı?|من فاز؟|
"""


def forms(name: FormName, cases: list[tuple[str, str]]) -> list[tuple[str, Form]]:
    """The questions with the form that each has."""
    return [(question, Form(name, topic)) for question, topic in cases]


@pytest.mark.parametrize(
    ("question", "form"),
    [*forms("timeline", TIMELINES), *forms("summary", SUMMARIES), *forms("profile", PROFILES)],
)
def test_a_form_that_is_asked_for_is_found(question: str, form: Form) -> None:
    """The form is told from the words that ask for it, and these alone are left out of the topic."""
    assert find_form(question) == form


@pytest.mark.parametrize("question", [line.strip() for line in ORDINARY.replace("\n", "|").split("|")])
def test_an_ordinary_question_is_answered_in_sentences(question: str) -> None:
    """A question that asks for a fact, or that has no topic, stays as it is."""
    assert find_form(question) == Form("sentences", question)


@pytest.mark.skipif(not DATA.exists(), reason="the development data is not here: ../shared/data/realtimeqa")
def test_the_development_questions_are_ordinary() -> None:
    """No question of the development files is taken for a wish for another form."""
    lines = [
        line
        for name in ("questions.jsonl", "unanswerable.jsonl")
        for line in (DATA / name).read_text(encoding="utf-8").splitlines()
    ]
    questions = [json.loads(line)["question"] for line in lines]
    assert [question for question in questions if find_form(question) != Form("sentences", question)] == []


def test_a_long_question_is_ordinary() -> None:
    """Whatever is written, also at length, a form comes of it at once."""
    question = "what is " + "a " * 5000 + "about"
    assert find_form(question) == Form("sentences", question)
