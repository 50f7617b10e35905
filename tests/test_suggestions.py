"""Suggested questions: which sentences give one, which do not, and that the hits answer each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bot.answer import Newsbot
from bot.answers import Question, Span, Statement
from bot.questions import analyze_question
from bot.readers.extractive import ExtractiveReader
from bot.references.mentions import find_names
from bot.suggestions.facts import find_facts
from bot.suggestions.names import make_whole, stands_in
from bot.suggestions.news import find_event, find_subjects
from bot.suggestions.speech import find_speech, has_speech
from bot.suggestions.suggest import suggest_questions
from bot.suggestions.unknown import Unknown
from bot.suggestions.verbs import plain_forms
from index.articles import Article, Hit, Passage
from index.embed import WordLlamaEmbedder
from index.generations import Generation
from tests.bench_answers import _QUESTIONS as SAMPLE_QUESTIONS
from tests.newsroom import index_articles

INTRO = "Omer Lind, the mayor of Kell, and Maria Voss, a judge, met the rest of the Harbour Board."


def span_of(sentence: str, title: str = "") -> Span:
    """A sentence as the last one of an article that introduces some people."""
    article = Article("a", f"{INTRO}\n\n{sentence}", title)
    return Span(article, len(INTRO) + 2, len(article.text))


def hit_of(text: str, score: float = 1.0, language: str = "en", published: str | None = None) -> Hit:
    """A hit that is the whole of an article."""
    return Hit(Passage(Article(text, text, language=language, published=published), 0, 0, len(text)), score)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Maria Voss was arrested in Aldova on Friday.",
            ["When was Maria Voss arrested?", "Where was Maria Voss arrested?"],
        ),
        ("Former judge Maria Voss was released because of her age.", ["Why was Maria Voss released?"]),
        ("The Harbour Board has been closed since Monday.", ["When was the Harbour Board closed?"]),
        ("The Harbour Board will open a pier on Friday.", ["When will the Harbour Board open a pier?"]),
        ("On Monday, Maria Voss resigned.", ["When did Maria Voss resign?"]),
        ("Voss left the Harbour Board in 2021.", ["When did Maria Voss leave the Harbour Board?"]),
        ("Voss quit because of the strike.", ["Why did Maria Voss quit?"]),
        ("The flood killed 12 people in Latvia on Monday.", ["How many people were killed in Latvia?"]),
        ("At least 900 families have been displaced in Latvia.", ["How many families were displaced in Latvia?"]),
    ],
)
def test_sentences_of_some_forms_answer_a_question(sentence: str, expected: list[str]) -> None:
    """When, where, why and how many are asked in the words of the sentence, with names in full."""
    assert [idea.text for idea in find_facts(span_of(sentence), find_names(sentence))] == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The Harbour Board will open a pier.",
        "Voss announced the deal on Friday.",
        "Voss announced on Friday that she would go.",
        "Voss was elected the chair in May.",
        "He was arrested in Aldova on Friday.",
        "The brother of Maria Voss was arrested on Friday.",
        "Near Kell and in Brin, Voss was arrested on Friday.",
        "Some 40 people were injured in a lorry with Maria Voss.",
        "Some 40 people were injured in Omer Lind on Friday.",
        "Later that day the whole board of the harbour met Maria Voss, who resigned on Friday.",
        "Brin Solheim resigned on Friday.",
    ],
)
def test_sentences_that_leave_something_open_give_none(sentence: str) -> None:
    """Nothing is asked of what is vague, hangs on other words, or has nobody whose name is known."""
    assert list(find_facts(span_of(sentence), find_names(sentence))) == []


TITLE = "Gas prices and the lorries"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ('"We will not wait," said harbour captain Omer Lind.', ["harbour captain Omer Lind say"]),
        ("Kell mayor Omer Lind said that it was over.", ["Kell mayor Omer Lind say"]),
        ("Presidential spokesman Omer Lind said so on Friday.", ["presidential spokesman Omer Lind say"]),
        ("Prime Minister Omer Lind said so on Friday.", ["Prime Minister Omer Lind say"]),
        (
            "Historian Omer Lind told reporters that the gas prices were too high.",
            ["Omer Lind say about the gas prices", "historian Omer Lind say"],
        ),
        (
            "Lind told reporters on Friday that the lorries are dear.",
            ["Omer Lind say about the lorries", "Omer Lind say"],
        ),
        ("Lind added that nobody had asked for a delay.", ["Omer Lind say"]),
        ("Owner Omer Lind said that it was over.", ["Omer Lind say"]),
        ("Then-mayor Omer Lind said that it was over.", ["Omer Lind say"]),
        ("Lind told reporters on Friday that a prices board met.", ["Omer Lind say"]),
        (
            "Lind said in a long letter to the board that Maria Voss was wrong.",
            ["Omer Lind say about Maria Voss", "Omer Lind say"],
        ),
        ("Police said late on Friday that Maria Voss had left.", ["police say about Maria Voss"]),
        (
            "The Harbour Board said on Friday evening that Maria Voss had left.",
            ["the Harbour Board say about Maria Voss"],
        ),
        ("Latvian minister Omer Lind said on Friday that Latvia was warned.", ["Latvian minister Omer Lind say"]),
        ("Lind said on Friday that the prices in Latvia and for Maria Voss were low.", ["Omer Lind say"]),
        ("Lind said on Friday in the evening that Latvia’s roads were bad.", ["Omer Lind say"]),
        ("Lind said on Friday in the evening that the Harbour Post was wrong.", ["Omer Lind say"]),
        ("Lind, a friend of the judge Maria Voss, said on Friday that it was over.", ["Omer Lind say"]),
        ('"It is over," Omer Lind said in a letter that on Friday Maria Voss published.', ["Omer Lind say"]),
        (
            '"We know that Maria Voss will go in the end," Omer Lind said.',
            ["Omer Lind say about Maria Voss", "Omer Lind say"],
        ),
        ("Lind added a run in the third inning.", []),
        ("A spokesman for Omer Lind said that they were warned.", []),
        ("The Daily Post said that they were warned.", []),
        ("Wrong, said the brother of Omer Lind in a letter to the board of the town.", []),
        ("In Brin, where Maria Voss has lived for many years with a dog, Omer Lind said no.", []),
    ],
)
def test_who_speaks_and_of_what(sentence: str, expected: list[str]) -> None:
    """Speakers are asked about with what makes them known, and about what they speak of in the article's own words."""
    found = list(find_speech(span_of(sentence, TITLE), find_names(sentence), "What of Kell?"))
    assert [idea.text for idea in found] == [f"What did {words}?" for words in expected]
    assert not found or has_speech(sentence)


def test_empty_words_are_no_topic() -> None:
    """What says nothing alone ("the results"), or ends as no plural does, is not spoken of."""
    sentence = "Lind told reporters that the results, the illness and the last day were bad."
    found = find_speech(span_of(sentence, "The results, the illness and the last day"), find_names(sentence), "")
    assert [idea.text for idea in found] == ["What did Omer Lind say?"]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Voss met mayor Omer Lind.", ["Maria Voss", "Omer Lind"]),
        (
            "Help came from Latvia, the EU, NATO and the United States.",
            ["Latvia", "the EU", "NATO", "the United States"],
        ),
        ("It is for the Senate of Brin, Congress and the Kremlin.", ["Congress", "the Kremlin"]),
        ("They saw the Harbour Board, the Russian, French and the EDT Tuesday.", ["the Harbour Board"]),
        ("Mr Solheim and De Haan met X7 and Po.", []),
        ("The news reached Harbour Board on Friday.", ["the Harbour Board"]),
    ],
)
def test_names_are_whole(sentence: str, expected: list[str]) -> None:
    """A name stands in a question with given name and article; what is known only in part does not."""
    span = span_of(sentence)
    found = [whole.text for name in find_names(sentence) if (whole := make_whole(span, name))]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Maria Voss left.", True),
        ("Mrs. Voss left.", True),
        ("Then Voss left.", True),
        ("voss left.", False),
        ("Her brother Tarik Voss left.", False),
        ("Vossberg is a town.", False),
    ],
)
def test_a_name_stands_in_a_text_by_its_last_word(text: str, expected: bool) -> None:
    """The last word is enough where it is nobody else's."""
    assert stands_in(text.replace("Then ", "then "), "Maria Voss") is expected


def test_verbs_have_one_plain_form() -> None:
    """Past forms are made by the rules of spelling, or are listed."""
    forms = plain_forms()
    assert [
        forms[past] for past in ("died", "married", "visited", "won", "banned")
    ] == "die marry visit win ban".split()
    assert "baned" not in forms


def test_an_event_of_three_days_has_a_timeline() -> None:
    """The event that English articles of three days name alike is asked for; of fewer days none is."""
    texts = ["Talks at the Kell Summit began.", "Rain fell on the Kell Summit.", "So the Kell Summit ended."]
    hits = [hit_of(text, published=f"2024-05-0{day}") for day, text in enumerate(texts, start=1)]
    event = find_event([*hits, hit_of("They saw the Brin Festival.", published="2024-05-01")])
    assert event is not None
    assert (event.text, event.about, event.span.text) == (
        "Timeline of the Kell Summit",
        "Kell Summit",
        "the Kell Summit",
    )
    assert find_event(hits[:2]) is None
    assert find_event([*hits[:2], hit_of(texts[2]), hit_of(texts[2], language="de", published="2024-05-03")]) is None
    assert find_event([]) is None


STORY = [
    (
        "The harbour pilots of Aldova began a strike on Monday, called by Omer Lind and backed by Tolmar."
        " Omer Lind, the head of the pilots, wants more pay for the nights in winter."
        " Tolmar, an alliance of small unions, gave money for the strike of the pilots."
    ),
    'The strike stops forty ships. "Nobody will sail before Easter," said harbour captain Maria Voss on Tuesday.',
    "Ein Streik der Lotsen. Maria Voss said on Friday in Aldova that the harbour pilots are wrong.",
]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Iterator[Generation]:
    """An index of three articles on a strike, the last of which is said to be German, and of some on other things."""
    lines = [
        {"id": str(number), "text": text, "title": "Harbour pilots strike", "published": f"2024-05-0{number}"}
        for number, text in enumerate(STORY, start=1)
    ]
    lines[2]["language"] = "de"
    lines += [{"id": f"far {n}", "text": f"Tax number {n} was raised in town {n}.", "title": ""} for n in range(20)]
    with index_articles(tmp_path_factory.mktemp("story"), embedder, *lines) as generation:
        yield generation


def suggest(story: Generation, embedder: WordLlamaEmbedder, text: str, *scores: float) -> tuple[str, ...]:
    """What is suggested under an answer that quotes the first sentence of the first article."""
    question = analyze_question(text, story.keywords, embedder)
    articles = [article for number in "123" if (article := story.store.article(number))]
    hits = [
        Hit(Passage(article, 0, 0, len(article.text)), score)
        for article, score in zip(articles, scores or (1.0, 0.9, 0.9), strict=True)
    ]
    span = Span(articles[0], 0, STORY[0].index(".") + 1)
    return suggest_questions(question, [Statement(span.text, (span,))], hits, story.keywords)


def test_names_that_an_answer_leaves_unknown_are_asked_for(story: Generation, embedder: WordLlamaEmbedder) -> None:
    """Who somebody is, and what something is, comes before what anybody said."""
    assert set(suggest(story, embedder, "What did the harbour pilots begin?")) == {
        "Who is Omer Lind?",
        "What is Tolmar?",
    }


def test_what_was_asked_is_not_suggested(story: Generation, embedder: WordLlamaEmbedder) -> None:
    """A question that says no more than the one that was asked is left out, and what comes next takes its place."""
    assert suggest(story, embedder, "Who is Omer Lind, and what is Tolmar?") == (
        "Latest on harbour pilots",
        "What did harbour captain Maria Voss say?",
    )


def test_hits_that_are_far_off_give_none(story: Generation, embedder: WordLlamaEmbedder) -> None:
    """The sentences of articles that are neither cited nor among the best hits are not asked about."""
    asked = "Who is Omer Lind, and what is Tolmar?"
    assert suggest(story, embedder, asked, 1.0, 0.5, 0.5) == ("Latest on harbour pilots",)


def test_no_answer_has_no_suggestions(story: Generation, embedder: WordLlamaEmbedder) -> None:
    """Where nothing was found there is nothing to ask next."""
    question = analyze_question("What is new?", story.keywords, embedder)
    assert suggest_questions(question, [], [hit_of(STORY[0])], story.keywords) == ()


def test_names_that_everybody_knows_are_not_explained(
    tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder
) -> None:
    """Whose name stands in very many passages is known to who reads the news."""
    lines = [{"id": str(n), "text": f"Omer Lind spoke in town number {n} of tax number {n}."} for n in range(20)]
    with index_articles(tmp_path_factory.mktemp("known"), embedder, *lines) as generation:
        unknown = Unknown([span_of("The strike was called by Omer Lind.")], generation.keywords)
        assert unknown.is_known("Omer Lind")
        assert list(unknown.ask(span_of("Omer Lind, the head of the pilots, left."))) == []


def test_suggestions_on_the_samples_are_answered(sample_newsbot: Newsbot) -> None:
    """Each question that is suggested is short, new, different from the other, and answered with a new sentence."""
    found: list[str] = []
    for asked in SAMPLE_QUESTIONS:
        hits = sample_newsbot.find_hits(asked)
        with sample_newsbot.index.use() as generation:
            question = analyze_question(asked, generation.keywords, sample_newsbot.embedder)
            statements = list(ExtractiveReader(sample_newsbot.embedder).read(question, hits).statements)
            suggested = suggest_questions(question, statements, hits, generation.keywords)
        shown = {span.text for statement in statements for span in statement.spans}
        for text in suggested:
            answer = sample_newsbot.answer(text)
            assert answer.status == "answered", text
            assert {citation.quote for citation in answer.citations} - shown, text
            assert len(text) <= 60
        assert len(set(suggested)) == len(suggested) <= 2
        found += suggested
    assert len(found) >= len(SAMPLE_QUESTIONS)
    assert "What did presidential spokesman Ibrahim Kalin say?" in found


def test_timelines_are_suggested(story: Generation, embedder: WordLlamaEmbedder) -> None:
    """An event of several days that was asked for, or that the answer names, is suggested as a timeline."""
    texts = ["Talks at the Kell Summit began.", "Rain fell on the Kell Summit.", "So the Kell Summit ended."]
    hits = [hit_of(text, published=f"2024-05-0{day}") for day, text in enumerate(texts, start=1)]
    question: Question = analyze_question("What began?", story.keywords, embedder)
    article = hits[0].passage.article
    statement = Statement(article.text, (Span(article, 0, len(article.text)),))
    assert suggest_questions(question, [statement], hits, story.keywords) == ("Timeline of the Kell Summit",)


def news_of(question: str, told: str, *others: tuple[str, str, str]) -> list[tuple[str, bool]]:
    """The questions for the news on something under an answer that quotes all of an article of 1 May.

    `others` are the further hits, each with its day in May, title and text.
    """
    hits = [Hit(Passage(Article("told", told, "Strike at the port", published="2024-05-01"), 0, 0, len(told)), 1.0)]
    for number, (day, title, text) in enumerate(others):
        article = Article(str(number), text, title, published=day and f"2024-05-{day}")
        hits.append(Hit(Passage(article, 0, 0, len(text)), 0.9))
    asked = Question(question, "what", {}, {}, np.zeros(1, np.float32))
    found = find_subjects(asked, [Span(hits[0].passage.article, 0, len(told))], hits)
    return [(subject.idea.text, subject.central) for subject in found]


TOLD = "The strike was called by Omer Lind. It is the fault of Tolmar, he said."


@pytest.mark.parametrize(
    ("question", "other", "expected"),
    [
        ("Who leads Tolmar?", ("02", "Tolmar is sold", "They sold Tolmar."), [("Latest on Tolmar", True)]),
        ("Who leads Tolmar?", ("", "Tolmar is sold", "They sold Tolmar."), [("Tell me more about Tolmar", True)]),
        ("Who struck?", ("02", "Tolmar is sold", "They sold Tolmar."), [("Latest on Tolmar", False)]),
        ("Who struck?", ("02", "Lind", "Then Omer Lind left."), [("Latest on Omer Lind", False)]),
        ("Is Brin open?", ("02", "Brin", "Then Lind left it to Brin."), [("Latest on Brin", True)]),
        ("Is Brin open?", ("02", "Brin", "Rain fell in Brin."), []),
        ("Is Brin County open?", ("02", "Brin County", "They left it to Brin County."), []),
        ("Who is in Latvia?", ("02", "Latvia", "They left it to Latvia."), []),
        ("Is Kell fever back?", ("02", "Kell fever", "A kell of Kell fever and a case of Kell fever."), []),
        ("Who runs Shells & Co?", ("02", "Shells & Co", "They saw Shells & Co."), []),
        ("Who saw “The Brin is back”?", ("02", "Brin is back", "They saw Brin."), []),
        (
            "Who is in the Brin Open?",
            ("02", "Brin Open", "It is for Brin Open fans, and the Brin Open title."),
            [("Latest on the Brin Open", True)],
        ),
        ("Did Ana Silva go?", ("02", "Silva", "Some of da Silva and da Silva left to Silva."), []),
        (
            "Is Brin’s port open?",
            ("02", "Brin’s", "All in Brin’s port saw men of Brin’s."),
            [("Latest on Brin’s", True)],
        ),
        ("Is the Kell Fund open?", ("02", "Kell Fund", "It is the Kell Fund."), [("Latest on the Kell Fund", True)]),
        ("Did Queen Ada II go?", ("02", "Go", "Then Queen Ada II left."), [("Latest on Queen Ada II", True)]),
        ("Who pays for gas prices?", ("02", "Low gas prices", "Rain fell."), []),
        ("Is it like Omer?", ("02", "Omer", "They saw Omer."), []),
        (
            "Is it like Voss?",
            ("02", "Voss", "Maria Voss met Omer Lind. Then Voss left."),
            [("Latest on Omer Lind", False)],
        ),
        ("Is Kell It?", ("02", "Kell It", "They saw Kell It."), []),
        ("Is Kell open?", ("02", "Kell", "The Kell Fund and the Kell Bank."), []),
        ("Is Kell open?", ("02", "Kell", "Kell opens."), []),
        ("Is the Bank of Kell open?", ("02", "Kell", "They saw Kell."), []),
    ],
)
def test_news_is_asked_for_what_articles_are_about(
    question: str, other: tuple[str, str, str], expected: list[tuple[str, bool]]
) -> None:
    """The latest where a new article begins with a name that is known whole, else more; people come up in any case."""
    assert [one for one in news_of(question, TOLD, other) if one[0] != "Tell me more about Omer Lind"] == expected


def test_things_of_two_titles_have_news() -> None:
    """Small words that two titles share are a thing: in the plural, or behind a preposition, it has no "the"."""
    others = [("02", "Gas prices and a tax cut", "Rain fell."), ("03", "A tax cut, gas prices", "Rain fell.")]
    found = news_of("Who pays for gas prices and the tax cut?", "Rain fell.", *others)
    assert found == [("Latest on gas prices", True), ("Latest on the tax cut", True)]


def test_two_questions_for_news_are_on_different_things(
    tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder
) -> None:
    """Of a name and its longer form one is asked for; whoever asked for the latest is not sent to it again."""
    texts = {
        "Tolmar Group is sold": "Then Tolmar Group was sold to Brin in a deal on the port. They saw Tolmar there.",
        "Brin pays": "For the port of the town Brin has paid a lot of money. They saw Brin on the quay.",
    }
    lines = [
        {"id": title, "title": title, "text": text, "published": f"2024-05-0{day}"}
        for day, (title, text) in enumerate(texts.items(), start=1)
    ]
    with index_articles(tmp_path_factory.mktemp("news"), embedder, *lines) as generation:
        articles = [article for title in texts if (article := generation.store.article(title))]
        hits = [Hit(Passage(article, 0, 0, len(article.text)), 1.0) for article in articles]
        statement = Statement("", (Span(articles[0], 0, articles[0].text.index(".") + 1),))
        asked = analyze_question("Who bought Tolmar Group?", generation.keywords, embedder)
        latest = analyze_question("latest on Brin", generation.keywords, embedder, "timeline")
        found = [suggest_questions(one, [statement], hits, generation.keywords) for one in (asked, latest)]
    assert found == [("Latest on Brin",), ("“Tolmar Group is sold”",)]
