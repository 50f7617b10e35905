"""The way of a question: the order of its steps, what an answer is made of, and what happens when a step fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Citation, Reader, Reading, Span, Statement
from bot.compose import build_newsbot
from bot.draft import FAILED, NO_EVIDENCE
from bot.texts import write_day
from config.errors import IndexMissing, ServiceError
from config.settings import Settings
from index.embed import Embedder, WordLlamaEmbedder
from index.generations import Generation
from index.live import LiveIndex
from index.reindex import reindex
from index.search.passages import search_passages
from index.sources import SourceList
from tests.fakes import FakeReader
from tests.newsroom import write_lines

QUESTION = "why will the port of Aldova close?"
PORT = "The port of Aldova will close on Friday because of a strike, the harbour master said."
KEY = "sk-very-secret"
BROKEN = ServiceError(f"the model broke at {KEY}", "mend it")
DOWN = ServiceError("it is down", "start it")

Make = Callable[..., Newsbot]


@pytest.fixture
def make(
    tmp_path: Path, settings: Settings, embedder: WordLlamaEmbedder, index_folder: Callable[..., Any]
) -> Iterator[Make]:
    """Make a newsbot over one article, published when the test says, with the readers that the test gives."""
    live = LiveIndex(settings)

    def make_one(*readers: Reader, published: str = "2020-02-18", **given: Any) -> Newsbot:
        folder = tmp_path / "articles"
        folder.mkdir()
        head = f"---\ntitle: Strike\noutlet: Wire\nurl: https://wire.example/1\npublished: {published}\n---\n"
        (folder / "port.md").write_text(head + PORT)
        index_folder(folder)
        return Newsbot(live, embedder, readers, **given)

    yield make_one
    live.close()


def whole(newsbot: Newsbot) -> Statement:
    """A statement that quotes the article."""
    article = newsbot.find_hits(QUESTION)[0].passage.article
    return Statement(PORT, spans=(Span(article, 0, len(PORT)),))


def add_reader(newsbot: Newsbot, *results: list[Statement] | ServiceError, name: str = "fake") -> FakeReader:
    """Let one more reader give these results."""
    reader = FakeReader(name, *results)
    newsbot.readers = [*newsbot.readers, reader]
    return reader


def test_the_whole_answer(make: Make) -> None:
    """An answer has its question with single spaces, status, marked text, every field of its citation, and a note."""
    newsbot = make()
    reader = add_reader(newsbot, [whole(newsbot)])
    answer = newsbot.answer(" why will\n the port  of Aldova close?\t", at="2021-01-01")
    hits = newsbot.find_hits(QUESTION, at="2021-01-01")
    citation = Citation(
        number=1,
        quote=PORT,
        article_id=hits[0].passage.article.id,
        title="Strike",
        url="https://wire.example/1",
        outlet="Wire",
        published="2020-02-18",
        start=0,
        end=len(PORT),
    )
    note = "The newest article on this is from 18 February 2020."
    assert answer == Answer(QUESTION, "answered", f"{PORT} [1]", (citation,), (note,), "fake")
    assert [(question.text, question.kind, found) for question, found in reader.asked] == [(QUESTION, "why", hits)]


def test_the_steps_are_timed_in_order(make: Make) -> None:
    """Each step is timed, in the order of the steps, in milliseconds, and all of it together."""
    newsbot = make()
    add_reader(newsbot, [whole(newsbot)])
    timings = newsbot.answer(QUESTION).timings_ms
    assert list(timings) == ["follow up", "search", "read", "verify", "compare", "total"]
    assert all(spent >= 0 for spent in timings.values())
    assert timings["total"] >= max(spent for step, spent in timings.items() if step != "total")


def test_the_json_is_a_contract(sample_newsbot: Newsbot) -> None:
    """The keys of an answer's JSON, and of its citations, are these and in this order; it can be printed."""
    answer = sample_newsbot.answer("what did Turkey demand?")
    found = json.loads(json.dumps(answer.as_json()))
    assert (
        list(found)
        == "question standalone_question status answer citations notes reader timings_ms usage checks".split()
    )
    assert [list(citation) for citation in found["citations"]] == [
        "number quote article_id title url outlet published start end updated outlets".split()
    ] * len(answer.citations)
    assert found == {
        "question": answer.question,
        "standalone_question": answer.question,
        "status": "answered",
        "answer": answer.text,
        "citations": [vars(citation) | {"outlets": []} for citation in answer.citations],
        "notes": list(answer.notes),
        "reader": "extractive",
        "timings_ms": answer.timings_ms,
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "calls": 0},
        "checks": {"kept": 3},
    }


@pytest.mark.parametrize("asked", ["", "  \n\t "])
def test_an_empty_question_has_no_answer(make: Make, asked: str) -> None:
    """A question of nothing finds nothing, and no reader is asked."""
    newsbot = make(FakeReader("fake"))
    assert newsbot.answer(asked) == Answer("", "no_evidence", NO_EVIDENCE, reader="fake")


@pytest.mark.parametrize(
    ("published", "at", "notes"),
    [
        ("2020-02-18", "2020-03-19", ()),
        ("2020-02-18", "2020-03-20", ("The newest article on this is from 18 February 2020.",)),
        (
            "2020-02-18T23:59:00Z",
            "2020-03-20T01:00:00+00:00",
            ("The newest article on this is from 18 February 2020.",),
        ),
        ("", "2020-03-20", ()),
        (f"{datetime.now(UTC).date() - timedelta(days=3)}", None, ()),
    ],
)
def test_old_news_is_said_to_be_old(make: Make, published: str, at: str | None, notes: tuple[str, ...]) -> None:
    """More than thirty days after the newest cited article, a note tells its day; without a day there is no note."""
    newsbot = make(published=published)
    add_reader(newsbot, [whole(newsbot)])
    assert newsbot.answer(QUESTION, at=at).notes == notes


def test_the_next_reader_answers(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """Readers are tried in order; notes and the log say why one was passed over, and no secret is in them."""
    newsbot = make(published=str(datetime.now(UTC).date()), secrets=(KEY,))
    add_reader(newsbot, BROKEN, name="first")
    add_reader(newsbot, [Statement("The port of Brenmark will close.")], name="second")
    add_reader(newsbot, [whole(newsbot)], name="third")
    answer = newsbot.answer(QUESTION)
    assert (answer.status, answer.text, answer.reader) == ("answered", f"{PORT} [1]", "third")
    assert answer.notes == (
        "The first reader could not answer: the model broke at ***.",
        "Nothing that the second reader wrote is carried by these articles; it was left out.",
    )
    assert [record.getMessage() for record in caplog.records] == [
        "the first reader failed: the model broke at ***: mend it"
    ]
    assert KEY not in repr(newsbot)


def test_the_first_reader_that_finds_no_answer_ends_it(make: Make) -> None:
    """A reader that says that the hits do not answer is believed; the next one is not asked."""
    newsbot = make()
    add_reader(newsbot, DOWN, name="first")
    add_reader(newsbot, [], name="second")
    add_reader(newsbot, name="never")
    note = "The first reader could not answer: it is down."
    assert newsbot.answer(QUESTION) == Answer(QUESTION, "no_evidence", NO_EVIDENCE, (), (note,), "second")


def test_when_every_reader_fails_the_answer_has_failed(make: Make) -> None:
    """With no reader left the answer says that it failed, with the reasons; nothing is raised."""
    newsbot = make()
    add_reader(newsbot, DOWN, name="first")
    add_reader(newsbot, DOWN, name="second")
    notes = tuple(f"The {name} reader could not answer: it is down." for name in ("first", "second"))
    assert newsbot.answer(QUESTION) == Answer(QUESTION, "failed", FAILED, (), notes, "none")


def test_when_nothing_that_was_read_holds_there_is_no_evidence(make: Make) -> None:
    """When one reader fails and what the other wrote is not carried, there is no evidence, and both are noted."""
    newsbot = make()
    add_reader(newsbot, [Statement("Brenmark won 3 medals.")], name="first")
    add_reader(newsbot, DOWN, name="second")
    notes = (
        "Nothing that the first reader wrote is carried by these articles; it was left out.",
        "The second reader could not answer: it is down.",
    )
    assert newsbot.answer(QUESTION) == Answer(QUESTION, "no_evidence", NO_EVIDENCE, (), notes, "second")


def test_an_article_that_is_replaced_while_it_is_read_is_not_quoted(
    make: Make, tmp_path: Path, index_folder: Any
) -> None:
    """What a reader quotes from an article that was corrected meanwhile is left out, and the new article is asked."""

    class Slow(FakeReader):
        def read(self, question: Any, hits: Any) -> Reading:
            file = tmp_path / "articles" / "port.md"
            file.write_text(file.read_text().replace("\nThe port", "\nCorrection: The port"))
            index_folder(tmp_path / "articles")
            return super().read(question, hits)

    newsbot = make()
    statement = Statement(f"Correction: {PORT}", passages=())
    newsbot.readers = [Slow("slow", [whole(newsbot)], [statement])]
    assert newsbot.answer(QUESTION).text == f"Correction: {PORT} [1]"


def test_a_search_of_ones_own_does_not_make_articles_up(make: Make) -> None:
    """A plugged-in search is used for hits and answers, yet a stored article is quoted as it is stored."""

    def forge(generation: Generation, embedder: Embedder, question: str, *, k: int, at: str | None = None) -> Any:
        hit = search_passages(generation, embedder, question, k=k, at=at)[0]
        article = type(hit.passage.article)(**{**vars(hit.passage.article), "text": PORT.replace("Friday", "Monday")})
        return [type(hit)(type(hit.passage)(article, 0, 0, len(article.text)), 1.0)]

    newsbot = make()
    newsbot.search = forge
    article = newsbot.find_hits(QUESTION)[0].passage.article
    assert "Monday" in article.text
    add_reader(newsbot, [Statement(article.text, spans=(Span(article, 0, len(article.text)),))])
    assert newsbot.answer(QUESTION).status == "no_evidence"


def test_without_an_index_the_error_says_what_to_do(settings: Settings) -> None:
    """A question before anything is indexed is an error that names the command."""
    newsbot = build_newsbot(settings)
    with pytest.raises(IndexMissing, match="newsbot sources add"):
        newsbot.answer(QUESTION)
    newsbot.index.close()


@pytest.mark.parametrize("k", [1, 3])
def test_find_hits_gives_as_many_as_asked(sample_newsbot: Newsbot, k: int) -> None:
    """Hits come best first, as many as asked; without a number as many as a reader is given."""
    hits = sample_newsbot.find_hits("Turkey", k=k)
    assert len(hits) == k
    assert hits == sorted(hits, key=lambda hit: -hit.score)
    assert len(sample_newsbot.find_hits("Turkey")) == sample_newsbot.hits == 10


def test_a_day_is_written_as_people_read_it() -> None:
    """A day has no leading zero and its month in words."""
    assert write_day(date(2020, 2, 8)) == "8 February 2020"


WIRE = (
    "The port of Brenn was closed on Friday after a crane fell on the ferry Albatros at pier 7. Nobody was hurt."
    " The harbour master, Ida Holm, said that the pier had been inspected in March."
)


def test_one_report_in_five_outlets_is_one_citation_with_its_outlets(
    settings: Settings, embedder: WordLlamaEmbedder, tmp_path: Path
) -> None:
    """The same story in five outlets is one piece of evidence, shown with all five; a correction is shown as such."""
    outlets = ["Wire", "Paper", "Portal", "Herald", "Radio"]

    def write(text: str) -> None:
        lines = [{"id": outlet, "outlet": outlet, "published": "2024-05-03", "text": text} for outlet in outlets]
        write_lines(tmp_path / "news" / "a.jsonl", *lines)
        reindex(settings, embedder)

    SourceList(settings.data).add([str(write_lines(tmp_path / "news" / "a.jsonl").parent)])
    write(WIRE)
    newsbot = build_newsbot(settings)
    answer = newsbot.answer("Why was the port of Brenn closed?", at="2024-05-04")
    assert answer.text == f"{WIRE.partition(' Nobody')[0]} [1]"
    (citation,) = answer.citations
    assert sorted([citation.outlet, *citation.outlets]) == sorted(outlets)
    assert citation.updated is None
    write(WIRE.replace("pier 7", "pier 9"))
    answer = newsbot.answer("Why was the port of Brenn closed?", at="2024-05-04")
    assert "pier 9. [1]" in answer.text
    assert (answer.citations[0].published, (answer.citations[0].updated or "")[:2]) == ("2024-05-03", "20")
    newsbot.index.close()
