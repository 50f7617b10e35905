"""The timeline reader: which days, which sentences, and when there is nothing to list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.answer import Newsbot
from bot.answers import Question, Statement
from bot.compose import build_newsbot
from bot.draft import NO_EVIDENCE
from bot.questions import analyze_question
from bot.readers.stated_days import find_day
from bot.readers.timeline import TimelineReader
from bot.readers.topics import find_topic
from config.settings import Settings
from index.articles import Article, Hit, Passage
from index.embed import WordLlamaEmbedder
from index.report import Report
from index.terms import content_terms
from tests.newsroom import open_index, write_lines


def ask(topic: str) -> Question:
    """A question for a timeline all of whose terms weigh the same."""
    return Question(topic, "what", dict.fromkeys(content_terms(topic), 1.0), {}, np.zeros(1, np.float32), "timeline")


def write(day: str | None, text: str, title: str = "") -> Hit:
    """A hit that is the whole of an article of a day."""
    article = Article(f"{day} {text}", text, title, published=day)
    return Hit(Passage(article, 0, 0, len(text)), 1.0)


def read(topic: str, *hits: Hit) -> list[str]:
    """The lines of a timeline, with their days."""
    statements = list(TimelineReader().read(ask(topic), hits).statements)
    assert all(statement.spans[0].text == statement.text for statement in statements)
    return [f"{statement.lead}{statement.text}" for statement in statements]


START = write("2024-05-06", "The strike of the harbour pilots in Aldova began on Monday.", "Strike in Aldova begins")
TALKS = write("2024-05-08T10:00:00+00:00", "Mediators met the harbour pilots of Aldova for talks about their strike.")
END = write("2024-05-11", "ALDOVA, May 11 (Harbour Post) - The harbour pilots of Aldova ended their strike on Friday.")
LINES = [
    "6 May 2024: The strike of the harbour pilots in Aldova began on Monday.",
    "8 May 2024: Mediators met the harbour pilots of Aldova for talks about their strike.",
    "10 May 2024: The harbour pilots of Aldova ended their strike on Friday.",
]


def test_lines_stand_in_the_order_of_time() -> None:
    """Each line has its day, that of the article or one that its sentence states, and no dateline."""
    assert read("the strike of the Aldova pilots", END, START, TALKS) == LINES


def test_other_news_and_articles_without_a_date_give_no_line() -> None:
    """What is not about the topic is left out, and so is what has no day; with nothing left there is no line."""
    other = write("2024-05-07", "The parliament of Brenn passed its budget after a long debate.")
    undated = write(None, "The strike of the Aldova pilots was broken by the army at dawn.")
    assert read("the strike of the Aldova pilots", START, other, undated) == LINES[:1]
    assert read("the strike of the Aldova pilots", other, undated) == []
    assert read("the strike of the Aldova pilots") == []


def test_the_names_of_a_topic_count_for_themselves() -> None:
    """An article that has the plain words of a topic, and not its names, is about something else."""
    other = write("2024-05-07", "The strike of the harbour pilots in Brenn began with a march.")
    assert read("the long strike of harbour pilots in Aldova", START, other) == LINES[:1]


def test_one_event_of_a_day_is_one_line() -> None:
    """Two articles that tell the same of one day give one line; another event of the day has its own."""
    same = write("2024-05-06", "In Aldova the harbour pilots began their strike on Monday morning.")
    more = write("2024-05-06", "Two ferries collided off Aldova after pilots left their posts for the strike.")
    assert read("Aldova strike pilots", START, same, more) == [LINES[0], f"6 May 2024: {more.passage.text}"]


def test_the_same_sentence_of_two_days_is_one_line() -> None:
    """What an article repeats word for word on a later day is listed once."""
    again = write("2024-05-09", "Mediators met the harbour pilots of Aldova for talks about their strike.")
    assert read("the strike of the Aldova pilots", TALKS, again) == LINES[1:2]


def test_without_a_topic_each_story_has_a_line() -> None:
    """A question on a time alone lists what happened, whatever it is about."""
    budget = write("2024-05-07", "The parliament of Brenn passed its budget after a long debate.")
    assert read("last week", START, budget) == [LINES[0], f"7 May 2024: {budget.passage.text}"]


def test_sentences_that_lean_on_others_are_not_chosen() -> None:
    """The sentence that stands alone is taken before one that only refers, quotes or looks back."""
    text = (
        "It was a shock. “Nobody in Aldova saw that strike coming,” a pilot said of it. The strike in Aldova had been "
        "planned years ago by pilots. The pilots of Aldova voted for a strike by a large majority."
    )
    assert read("the strike of the Aldova pilots", write("2024-05-03", text)) == [
        "3 May 2024: The pilots of Aldova voted for a strike by a large majority."
    ]


def test_a_stated_day_in_the_midst_of_an_article_counts_where_no_article_leads() -> None:
    """A sentence that is itself about the topic adds a day that no article is of, and none that one leads with."""
    ends = " ".join(
        [
            END.passage.text,
            "Both sides spoke of a good day for everybody who works there.",
            "The mayor thanked all who had taken part in the long negotiations.",
            "Trains and buses ran as usual on all lines of the city.",
            "On 2 May the pilots of Aldova announced their strike.",
            "On 6 May the strike of the Aldova pilots stopped all ferries.",
            "On 4 May a storm sank a boat.",
        ]
    )
    lines = read("the strike of the Aldova pilots", write("2024-05-11", ends), START)
    assert lines == ["2 May 2024: On 2 May the pilots of Aldova announced their strike.", LINES[0], LINES[2]]
    since = read("the strike of the Aldova pilots since 5 May", write("2024-05-11", ends), START)
    assert since == [LINES[0], LINES[2]]


def test_an_article_of_many_things_gives_the_sentence_on_the_topic() -> None:
    """Where an article leads with something else, its sentence on the topic is taken."""
    text = (
        "A heat wave has closed all schools in the north of Brenn. Voters in Norda go to the polls again this weekend. "
        "The harbour pilots of Aldova went on strike over their pay."
    )
    assert read("the strike of the Aldova pilots", write("2024-05-06", text)) == [
        "6 May 2024: The harbour pilots of Aldova went on strike over their pay."
    ]


def test_there_are_eight_lines_at_most_and_three_for_a_day() -> None:
    """Of many days the best are kept, each with a line before any has two; "latest" keeps the newest."""
    verbs = "march picket vote rally meet sing protest gather speak wait".split()
    days = [
        write(f"2024-05-{day:02}", f"Pilots on strike in Aldova {verb} {verb}ing beside quay number {day}.")
        for day, verb in enumerate(verbs, start=1)
    ]
    assert len(read("strike of Aldova pilots", *days)) == 8
    newest = read("latest on the strike of Aldova pilots", *days, write("2023-01-05", TALKS.passage.text))
    assert [line.split(":")[0] for line in newest] == [f"{day} May 2024" for day in range(3, 11)]
    one_day = [
        write("2024-05-06", f"Pilots on strike in Aldova {verb} near {noun} with {noun}s and {verb}ers.")
        for verb, noun in zip(verbs, "bank church school museum stadium bridge tower market".split(), strict=False)
    ]
    lines = read("strike of Aldova pilots", END, *one_day)
    assert sum(line.startswith("6 May") for line in lines) == 3
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("Talks ended in Moscow on Tuesday without a deal.", "2024-05-07"),
        ("Talks ended in Moscow yesterday without a deal.", "2024-05-07"),
        ("Talks ended in Moscow on Wednesday.", "2024-05-08"),
        ("On 25 April the court ordered the seizure.", "2024-04-25"),
        ("The ship ran aground on 23 March and blocked the canal.", "2024-03-23"),
        ("The party was founded on 3 June 1921 in Brenn.", "1921-06-03"),
        ("Talks ended in Moscow without a deal.", None),
        ("Talks are to resume on Tuesday.", None),
        ("The council meets on Friday.", None),
        ("The council meets on Wednesday.", "2024-05-08"),
        ("The vote will be held on 3 May.", None),
        ("Talks on Friday failed.", "2024-05-03"),
        ("Talks on Thursday failed.", None),
        ("They stay until Tuesday.", None),
        ("It was worse than the one on Monday.", None),
        ("The shares regained what they had lost on Monday.", None),
        ("The events of 6 May changed much.", None),
        ("Tuesday's vote changed much.", None),
        ("It began on Monday and ended on Tuesday.", None),
        ("The fair on 9 May drew crowds.", None),
        ("A law on 9 November drew crowds.", None),
        ("May drew crowds.", None),
    ],
)
def test_the_day_that_a_sentence_states(sentence: str, day: str | None) -> None:
    """A day counts if it is that of what the sentence tells: not a bound, a plan, or part of a clause or a name."""
    assert find_day(sentence, date(2024, 5, 8)) == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("text", "terms", "names"),
    [
        ("Idlib this week", {"idlib"}, {"idlib": "idlib"}),
        ("the Idlib talks since 5 May", {"idlib", "talk"}, {"idlib": "idlib"}),
        ("latest developments in idlib", {"idlib"}, {}),
        ("last week", set(), {}),
        ("latest news", set(), {}),
    ],
)
def test_the_topic_of_a_question(text: str, terms: set[str], names: dict[str, str]) -> None:
    """Words of time and words such as "news" are no topic; a name at the beginning is one."""
    topic = find_topic(ask(text))
    assert (set(topic.terms), topic.names) == (terms, names)


def test_timelines_over_the_samples(sample_newsbot: Newsbot) -> None:
    """Asked for a timeline, the newsbot answers with cited lines, and with none on what it has no articles about."""
    answer = sample_newsbot.answer("how did the Credit Suisse crisis unfold?")
    assert (answer.status, answer.reader) == ("answered", "timeline")
    assert [line.split(":")[0] for line in answer.text.split("\n")] == [
        "14 March 2023",
        "15 March 2023",
        "16 March 2023",
        "19 March 2023",
    ]
    assert [citation.number for citation in answer.citations] == [1, 2, 3, 4]
    assert all(citation.quote in answer.text for citation in answer.citations)
    talks = sample_newsbot.answer("What happened this week on Idlib?", at="2020-02-20")
    assert [line.split(":")[0] for line in talks.text.split("\n")] == [f"{day} February 2020" for day in (17, 18, 19)]
    nothing = sample_newsbot.answer("timeline of the Eurovision Song Contest")
    assert (nothing.status, nothing.text, nothing.citations) == ("no_evidence", NO_EVIDENCE, ())


def test_copies_of_one_report_are_one_line(
    tmp_path: Path, settings: Settings, index_folder: Callable[..., Report], embedder: WordLlamaEmbedder
) -> None:
    """A wire story that three outlets print stands in the list once, with all of its outlets."""
    folder = tmp_path / "wire"
    text = "The strike of the harbour pilots in Aldova began on Monday. " * 2
    lines = [
        {"id": name, "title": "Strike begins", "outlet": name, "published": "2024-05-06", "text": text}
        for name in ("One", "Two", "Three")
    ]
    write_lines(folder / "wire.jsonl", *lines)
    index_folder(folder)
    newsbot = build_newsbot(settings)
    answer = newsbot.answer("timeline of the Aldova strike", at="2024-05-07")
    newsbot.index.close()
    assert len(answer.citations) == 1
    assert {answer.citations[0].outlet, *answer.citations[0].outlets} == {"One", "Two", "Three"}
    with open_index(settings) as generation:
        question = analyze_question("the Aldova strike", generation.keywords, embedder, "timeline")
    assert list(TimelineReader().read(question, []).statements) == list[Statement]()
