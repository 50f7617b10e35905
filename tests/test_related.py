"""More like this: which stories are near, in which order, and what each is shown by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Answer, Span, Statement
from bot.related import find_related
from bot.verification.citations import cite_statements
from bot.verification.statements import check_statement
from config.errors import IndexMismatch
from index.embed import WordLlamaEmbedder
from index.generations import Generation
from tests.newsroom import CountingEmbedder, index_articles

STRIKE = (
    "The harbour pilots of Aldova began a strike on Monday, and forty ships with grain and timber"
    " now wait outside the harbour."
)
TALKS = "Mediators met the harbour pilots of Aldova on Wednesday for talks about ending their strike."
END = "The harbour pilots of Aldova ended their strike on Friday, and the ships with grain and timber came in."
FAR = (
    "The orchestra of Kell plays three concerts in the old brewery.",
    "Bakers in the valley pay more for flour than last autumn.",
    "A museum of clocks was opened by the mayor of Brin.",
    "The chess champion lost two games against a pupil.",
)


def write(name: str, text: str, day: str | None, title: str = "", outlet: str = "Harbour Post") -> dict[str, Any]:
    """An article as a line of a file."""
    article = {"id": name, "text": text, "title": title, "outlet": outlet, "published": day}
    return {key: value for key, value in article.items() if value}


ARTICLES = [
    write("strike", STRIKE, "2024-05-06", "Pilots of Aldova strike"),
    write("copy", f"{STRIKE} A bus runs.", "2024-05-06", "Pilots of Aldova strike", "Lantern"),
    write("talks", f"It was the third attempt. {TALKS}", "2024-05-08T10:00Z", "Talks on the strike in Aldova"),
    write("end", END, "2024-05-10", "Pilots of Aldova end strike"),
    write("end again", f"{END} They had struck for five days.", "2024-05-11", "Aldova: pilots end strike", "Lantern"),
    write(
        "undated", "Of the strike of the harbour pilots of Aldova the owners of ships had been warned.", None, outlet=""
    ),
    write(
        "roundup",
        f"Flour is dear this week in the whole valley. The mayor opens a museum. Chess is played in Kell. "
        f"The weather will be fair, and warm.\n\n{'More of it stands on the next page. ' * 30}\n\n{TALKS}",
        "2024-05-09",
        "News of the week",
    ),
    *(write(f"far {number}", text, "2024-05-07") for number, text in enumerate(FAR)),
]


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Iterator[Generation]:
    """An index of some articles on a strike, and of some on other things."""
    with index_articles(tmp_path_factory.mktemp("related"), embedder, *ARTICLES) as generation:
        yield generation


def answer_of(generation: Generation, *names: str) -> Answer:
    """An answer that quotes the first sentences of some articles."""
    statements = []
    for name in names:
        article = generation.store.article(name)
        assert article is not None
        span = Span(article, 0, article.text.index(".") + 1)
        statements.append(Statement(span.text, (span,)))
    text, citations = cite_statements(statements)
    return Answer("strike?", "answered", text, citations)


def show(generation: Generation, embedder: WordLlamaEmbedder, answer: Answer, at: str | None = None) -> list[str]:
    """The related stories as they are shown, in the order of the alphabet."""
    return sorted(f"{one.lead}{one.text}" for one in find_related(generation, embedder, answer, at=at))


STRIKES = f"6 May 2024, Harbour Post: {STRIKE}"
TALKED = f"8 May 2024, Harbour Post: {TALKS}"
ENDED = f"11 May 2024, Lantern: {END}"
UNDATED = "–: Of the strike of the harbour pilots of Aldova the owners of ships had been warned."


def test_other_articles_on_the_story_are_found(generation: Generation, embedder: WordLlamaEmbedder) -> None:
    """They are shown by the sentence that tells of it, behind day and outlet; no copy and no roundup is among them."""
    shown = show(generation, embedder, answer_of(generation, "strike"))
    assert [line for line in shown if "ended" not in line] == sorted([TALKED, UNDATED])
    assert [line.split(": ")[1] for line in shown if "ended" in line] == [END]  # one of two copies


def test_every_story_can_be_verified(generation: Generation, embedder: WordLlamaEmbedder) -> None:
    """Each is a statement that verification keeps as it is."""
    related = find_related(generation, embedder, answer_of(generation, "strike"))
    checked = [check_statement(statement, (), generation.store.article) for statement in related]
    assert [one.statement for one in checked] == list(related)


def test_nothing_later_than_the_question_is_found(generation: Generation, embedder: WordLlamaEmbedder) -> None:
    """Asked at an earlier moment, only what was there then is found; what has no date always is."""
    assert show(generation, embedder, answer_of(generation, "strike"), "2024-05-07") == [UNDATED]
    assert show(generation, embedder, answer_of(generation, "talks", "end"), "2024-05-07") in (
        sorted([STRIKES, UNDATED]),
        sorted([STRIKES.replace("Harbour Post", "Lantern"), UNDATED]),
    )


def test_equally_near_stories_come_newest_first(tmp_path: Path, embedder: WordLlamaEmbedder) -> None:
    """Of articles that are about as near the newest comes first; five come at most, and a sentence once."""
    same = [
        write(str(day), f"The harbour pilots of Aldova are on strike. {fill} is dear.", f"2024-05-0{day}", "Strike")
        for day, fill in enumerate("Sugar Coal Copper Wool Paper".split(), start=2)
    ]
    other = [
        write(fill, f"The harbour pilots of Aldova are still on strike in {fill}.", "2024-05-01", "Strike")
        for fill in "January February March April May".split()
    ]
    asked = write("asked", STRIKE, "2024-05-01", "Strike")
    with index_articles(tmp_path, embedder, asked, *same, *other, *ARTICLES[-4:]) as generation:
        related = find_related(generation, embedder, answer_of(generation, "asked"))
    assert [one.lead for one in related if " still " not in one.text] == ["6 May 2024, Harbour Post: "]
    assert len(related) == len({one.text for one in related}) == 5


def test_an_answer_without_citations_has_none(generation: Generation, embedder: WordLlamaEmbedder) -> None:
    """Where nothing is cited nothing is like it, and nothing is embedded."""
    counting = CountingEmbedder(embedder)
    assert find_related(generation, counting, Answer("strike?", "no_evidence", "")) == ()
    assert counting.texts == []


def test_a_story_alone_has_none(generation: Generation, embedder: WordLlamaEmbedder) -> None:
    """To an article that no other is like nothing is added."""
    assert find_related(generation, embedder, answer_of(generation, "far 0")) == ()


def test_an_index_of_another_embedder_is_refused(generation: Generation, embedder: WordLlamaEmbedder) -> None:
    """Vectors of two embedders are not compared."""
    other = CountingEmbedder(embedder)
    other.name = "another"
    with pytest.raises(IndexMismatch):
        find_related(generation, other, answer_of(generation, "strike"))
