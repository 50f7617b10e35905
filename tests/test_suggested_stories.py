"""Suggested stories: headlines as questions, what editors call a story, and what else happened on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from bot.answers import Question, Span, Statement
from bot.forms import FormName
from bot.questions import analyze_question
from bot.references.mentions import find_names
from bot.suggestions.headlines import write_headline
from bot.suggestions.names import is_part, make_whole
from bot.suggestions.stories import find_stories
from bot.suggestions.suggest import suggest_questions
from bot.suggestions.topics import find_day, find_topics
from index.articles import Article, Hit, Passage
from index.embed import WordLlamaEmbedder
from index.generations import Generation
from tests.newsroom import index_articles


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Pilots of Kell go on strike", "Pilots of Kell go on strike"),
        ("Pilots of Kell go on strike | The Post", "Pilots of Kell go on strike"),
        ("Pilots of Kell go on strike - The Harbour Post", "Pilots of Kell go on strike - The Harbour Post"),
        ("Pilots of Kell go on strike - Daily Kell", "Pilots of Kell go on strike"),
        ("Ferry of Brin sinks in a storm off Kell, leaving forty people", "Ferry of Brin sinks in a storm off Kell"),
        ("Ferry of Brin sinks off Kell, leaves forty people with ...", "Ferry of Brin sinks off Kell"),
        ("Ferry of Brin sinks off the coast. What the harbour says of that", "Ferry of Brin sinks off the coast"),
        ("Can the pilots of Kell win again? What the harbour says of that", "Can the pilots of Kell win again?"),
        ("Pilots of Kell are on strike: what the harbour says of that night", "Pilots of Kell are on strike"),
        ("Pilots of Kell signed the deal -- but what of the others ...", "Pilots of Kell signed the deal"),
        ("Strike of the Kell pilots: Ada Voss asks all of them to go back", "Ada Voss asks all of them to go back"),
    ],
)
def test_titles_become_headlines(title: str, expected: str) -> None:
    """A title stands without its site, and a long one as far as it is whole, or behind the word for its topic."""
    assert write_headline(Article("a", "", title, outlet="dailykell.com"), 60) == f"“{expected}”"


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Kell in pictures",
        "Strike, storm, elections: what to know",
        "The Kell Briefing: pilots go on strike",
        "Pilots on strike",
        "Pilots of Kell go back after a storm and a long night of talks ...",
        "The pilots, lorries and trains of Kell and of all the towns around it",
        "After a long strike the pilots go back",
        "She will not go back to Kell",
        "'I will not go back to Kell'",
        "What “she” said to the pilots",
        "What the pilots of 'Kell said",
        "Strike of the Kell pilots and of all others: what they want now",
        "Opinion on the strike of all of us: Ada Voss asks them to go back",
        "A 'night of the Kell: Ada Voss asks all of them to go back' as they wait",
    ],
)
def test_what_is_no_whole_headline_is_left_out(title: str) -> None:
    """Lists, words of somebody, what leans on other words, and what is cut off in the midst give none."""
    assert write_headline(Article("a", "", title), 60) == ""


def hit_of(article: Article, score: float = 1.0) -> Hit:
    """A hit that is the whole of an article."""
    return Hit(Passage(article, 0, 0, len(article.text)), score)


CITED = Article(
    "cited",
    "The pilots of Kell began a strike on Monday. The harbour of Brin is shut. Voss said on Friday that it is over.",
    "Pilots strike at the harbour",
    published="2024-05-01",
)
SHOWN = Span(CITED, 0, CITED.text.index(".") + 1)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Iterator[Generation]:
    """An index of an article on a strike and of some on other things of its day."""
    lines = [
        {"id": str(n), "text": f"Tax number {n} was raised in town {n}.", "title": "", "published": "2024-05-01"}
        for n in range(20)
    ]
    lines.append({"id": CITED.id, "text": CITED.text, "title": CITED.title, "published": "2024-05-01"})
    with index_articles(tmp_path_factory.mktemp("days"), embedder, *lines) as generation:
        yield generation


def ask(text: str, form: FormName = "sentences") -> Question:
    """A question as far as stories need it."""
    return Question(text, "what", {}, {}, np.zeros(1, np.float32), form)


@pytest.mark.parametrize(
    ("title", "published", "expected"),
    [
        ("Strike of the Kell pilots costs millions", "2024-05-02", True),
        ("Strike of the Kell pilots costs millions", None, True),
        ("Pilots strike, and the harbour of Brin is shut", "2024-05-02", False),
        ("The pilots of Kell begin a strike", "2024-05-02", None),
        ("Tax in town is raised by millions", "2024-05-02", None),
        ("Strike of the Kell pilots ends on Friday", "2024-05-02", None),
    ],
)
def test_stories_tell_more_of_what_was_asked(
    days: Generation, title: str, published: str | None, expected: bool | None
) -> None:
    """A headline is on the story that was asked for, says more than the question, and names no time."""
    hits = [hit_of(CITED), hit_of(Article("b", "It is dear.", title, published=published))]
    shown = [SHOWN, Span(CITED, 45, 73)]
    stories = find_stories(ask("Did the pilots begin a strike?"), shown, hits, days.keywords, 60)
    found = [(story.idea.text, story.is_new) for story in stories if story.hit is hits[1]]
    assert found == ([] if expected is None else [(f"“{title}”", expected)])


def test_stories_are_in_the_language_of_what_is_cited(days: Generation) -> None:
    """A German headline is suggested under German quotes, and not under English ones."""
    german = Article("de", "Die Lotsen streiken in Kell.", "Streik der Lotsen von Kell beginnt", language="de")
    other = Article("de2", "Der Streik kostet viel.", "Streik der Lotsen kostet Kell Millionen", language="de")
    question = ask("Wer streikt in Kell?")
    found = [
        [story.idea.text for story in find_stories(question, [Span(one, 0, 20)], [hit_of(other)], days.keywords, 60)]
        for one in (german, CITED)
    ]
    assert found == [["“Streik der Lotsen kostet Kell Millionen”"], []]


@pytest.mark.parametrize(
    ("title", "published", "expected"),
    [
        ("Harbour strike: pilots go back", "2024-05-02", "Timeline: Harbour strike"),
        ("Harbour strike 2024: pilots go back", "2024-05-02", "Timeline: Harbour strike"),
        ("Harbour strike: pilots go back", "2024-05-01", "Summary: Harbour strike"),
        ("Harbour strike: pilots go back", None, "Summary: Harbour strike"),
        ("Harbour strike in Aldova: pilots go back", "2024-05-02", ""),
        ("Ferry strike: pilots go back", "2024-05-02", ""),
        ("Harbour money talks: pilots go back", "2024-05-02", ""),
        ("Harbour strike closes: pilots go back", "2024-05-02", ""),
        ("Harbour strike updates: pilots go back", "2024-05-02", ""),
        ("Harbour: pilots go back", "2024-05-02", ""),
        ("Pilots strike in May", "2024-05-02", ""),
    ],
)
def test_topics_are_what_editors_call_the_story(title: str, published: str | None, expected: str) -> None:
    """The words before the colon of a title on the story have a timeline if two days tell of it, else a summary."""
    other = Article("b", "The pilots are back.", title, published=published)
    found = find_topics(ask("Who is on strike?"), [SHOWN, Span(CITED, 45, 73)], [hit_of(CITED), hit_of(other)])
    assert [subject.idea.text for subject in found] == ([expected] if expected else [])


def test_what_else_happened_on_a_day_is_asked_where_there_is_more(days: Generation) -> None:
    """The day of the first quote is asked for if it has other articles, unless a dated list was asked for already."""
    question = ask("Who is on strike?")
    idea = find_day(question, [SHOWN], days.keywords)
    assert idea is not None
    assert idea.text == "What happened on 1 May 2024?"
    assert find_day(ask("1 May 2024", "timeline"), [SHOWN], days.keywords) is None
    for article in (
        replace(CITED, published="2024-05-03"),
        replace(CITED, published=None),
        replace(CITED, language="de"),
    ):
        assert find_day(question, [Span(article, 0, 44)], days.keywords) is None


def test_a_name_is_a_part_where_it_goes_on() -> None:
    """Whoever has a longer name, a nickname or a name behind a particle in the article is not asked for in part."""
    text = "Mayor Ada Brin Solheim left. Brin Solheim said no. Luis Maro “Lu” da Kell and Omer Lind came."
    assert [is_part(text, name) for name in ("Brin Solheim", "Luis Maro", "Omer Lind")] == [True, True, False]
    span = Span(Article("a", text), text.index("Brin Solheim said"), text.index(" Luis"))
    assert [make_whole(span, name) for name in find_names(span.text)] == [None]


FURTHER = """The pilots of Kell began a strike on Monday. It was called by the union.

Omer Lind, who runs the harbour, came home. He has a dog and a boat.

The night was cold, and nobody slept.

They met in the old town hall of the port.

Nobody knew of a deal then, or of any talks.

Omer Lind said on Friday that the pilots ask for far too much money."""


def test_cited_articles_are_read_on_where_too_little_is_found(days: Generation, embedder: WordLlamaEmbedder) -> None:
    """What nobody found in the hits may stand further down in the article; then the day is asked for.

    A speaker whose full name the reader would not find beside the words is not asked about.
    """
    question = analyze_question("Who began a strike?", days.keywords, embedder)
    found = []
    for text in (
        FURTHER,
        FURTHER.replace(", who runs the harbour, came home. He has a dog and a boat.", " came.").replace(
            "Omer Lind said", "Lind said"
        ),
    ):
        article = replace(CITED, id="long", text=text)
        hit = Hit(Passage(article, 0, 0, text.index("\n")), 1.0)
        span = Span(article, 0, text.index(".") + 1)
        found.append(suggest_questions(question, [Statement(span.text, (span,))], [hit], days.keywords))
    day = "What happened on 1 May 2024?"
    assert found == [("What did Omer Lind say?", day), (day,)]


@pytest.mark.parametrize(
    ("title", "expected"), [("Kell pilots ask for more money", True), ("The pilots ask her for more money", False)]
)
def test_headlines_stand_alone(days: Generation, embedder: WordLlamaEmbedder, title: str, expected: bool) -> None:
    """A headline that would be taken for a question on what was said before is not suggested."""
    other = Article(
        "b", "The money is for the nights. The pilots of Kell want it in May.", title, published="2024-05-01"
    )
    question = analyze_question("Did Ada Voss see the pilots of Kell strike?", days.keywords, embedder)
    found = suggest_questions(
        question, [Statement(SHOWN.text, (SHOWN,))], [hit_of(CITED), hit_of(other)], days.keywords
    )
    assert (f"“{title}”" in found) is expected
