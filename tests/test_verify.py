"""The one promise: nothing leaves verification that its quotes do not carry, word for word."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import Citation, Span, Statement
from bot.verification.citations import cite_statements
from bot.verification.facts import find_facts, missing_facts
from bot.verification.statements import check_statement
from index.articles import Article, Hit, Passage
from tests.fakes import make_hits, make_passages

POSTS = "Omer Celik said that Syrian forces must withdraw behind the line of 12 observation posts."
MAP = "Ibrahim Kalin said on Tuesday: “We did not accept the paper and the map presented to us.”"
SILENT = "The Russian statement did not mention a demand by Turkey that 900 forces pull back, but praised the talks."


def check(*statements: Statement, hits: list[Hit], stored: dict[str, Article] | None = None) -> list[Statement]:
    """What verification lets through; by default the articles are stored as they were found."""
    articles = {hit.passage.article.id: hit.passage.article for hit in hits} if stored is None else stored
    checked = (check_statement(statement, hits, articles.get) for statement in statements)
    return [found.statement for found in checked if found.statement]


def quoted(statements: list[Statement]) -> list[tuple[str, list[str]]]:
    """Each statement with the words that are quoted for it."""
    return [(statement.text, [span.text for span in statement.spans]) for statement in statements]


@pytest.mark.parametrize(
    "text",
    [
        "Omer Celik said that Syrian forces must withdraw behind the line of 13 observation posts.",
        "Omer Celik said that Syrian forces must withdraw behind the line of two dozen observation posts.",
        "Omer Kaya said that Syrian forces must withdraw behind the line of observation posts.",
        "Omer Celik said on Friday that Syrian forces must withdraw behind the line of observation posts.",
        "Omer Celik said that Syrian forces “must withdraw at once” behind the observation posts.",
        'Omer Celik said that Syrian forces "must withdraw at once behind the observation posts.',
        "Omer Celik said that Syrian forces must withdraw behind the posts, see evil.example for more.",
        "Forces of the US must withdraw behind the line of observation posts, Omer Celik said.",
        "He congratulated everybody on a wonderful evening at the opera.",
        "It was so.",
    ],
)
def test_what_the_quotes_do_not_hold_never_leaves(text: str) -> None:
    """A number, name, date, quotation or subject that no passage has never leaves; a passage's own words may."""
    passages = make_passages(POSTS, MAP)
    span = Span(passages[0].article, 0, len(POSTS))
    about_posts = "orces" in text
    expected = [Statement(POSTS, spans=(span,))] if about_posts else []
    assert check(Statement(text, passages=tuple(passages)), hits=make_hits(passages)) == expected
    assert check(Statement(text), hits=make_hits(passages)) == expected
    assert check(Statement(text, spans=(span,)), hits=make_hits(passages)) == expected


def test_a_statement_gets_the_shortest_stretch_that_carries_it() -> None:
    """Of a passage only the sentences that are needed are quoted; of two passages the shorter quote."""
    passages = make_passages(f"Snow fell on the camps. {POSTS} Nobody came.", f"{POSTS[:-1]}, as he had said before.")
    statement = Statement("Celik: Syrian forces must withdraw behind 12 posts.", passages=tuple(reversed(passages)))
    span = Span(passages[0].article, 24, 24 + len(POSTS))
    assert check(statement, hits=make_hits(passages)) == [Statement(statement.text, spans=(span,))]
    assert span.text == POSTS


def test_of_sentences_that_carry_alike_the_nearest_is_quoted() -> None:
    """Of equally long stretches the one with most of the statement's words is quoted."""
    passages = make_passages("Forces must leave, Celik said. Syrian forces must leave the line, Celik said.")
    statement = Statement("Celik said that Syrian forces must leave the line.", passages=tuple(passages))
    assert quoted(check(statement, hits=make_hits(passages))) == [
        (statement.text, ["Syrian forces must leave the line, Celik said."])
    ]


def test_neighbouring_sentences_carry_a_statement_together() -> None:
    """A statement whose facts stand in two sentences is quoted with both and with what stands between."""
    text = "Omer Celik spoke on Tuesday. It was cold. He said that Syrian forces must withdraw."
    passages = make_passages(f"Before. {text} After that.")
    statement = Statement("Omer Celik said that Syrian forces must withdraw.", passages=tuple(passages))
    assert quoted(check(statement, hits=make_hits(passages))) == [(statement.text, [text])]


def test_another_hit_repairs_a_wrong_number() -> None:
    """A statement whose named passage does not carry it, or that names none, is quoted from the hit that does."""
    passages = make_passages(MAP, POSTS)
    text = "Syrian forces must withdraw behind 12 observation posts, Celik said."
    for named in ((passages[0],), ()):
        assert quoted(check(Statement(text, passages=named), hits=make_hits(passages))) == [(text, [POSTS])]


def test_two_passages_carry_a_statement_together() -> None:
    """A statement that names two passages is quoted with the best sentence of each, if these hold all of it."""
    passages = make_passages(f"It snowed. {POSTS}", f"{MAP} It rained.", "The weather was cold in Moscow.")
    text = "Celik said that forces must withdraw, and Kalin did not accept the map."
    assert quoted(check(Statement(text, passages=tuple(passages[:2])), hits=make_hits(passages))) == [
        (text, [POSTS, MAP])
    ]
    assert check(Statement(text, passages=(passages[0], passages[2])), hits=make_hits(passages)) == []


def test_two_passages_do_not_carry_what_is_about_something_else() -> None:
    """Two named passages that share a single word with a statement without names or numbers do not carry it."""
    passages = make_passages("The talks ended late.", "The talks began early.")
    statement = Statement("The talks were a wonderful triumph for peace and trade.", passages=tuple(passages))
    assert check(statement, hits=make_hits(passages)) == []


@pytest.mark.parametrize("names_both", [False, True])
def test_what_somebody_did_not_say_supports_nothing(names_both: bool) -> None:
    """A clause that says what was not mentioned carries no statement, but the statement that it was not mentioned."""
    passages = make_passages(SILENT, "Officials praised the talks with Russian forces.")
    named = tuple(passages) if names_both else (passages[0],)
    hits = make_hits(passages)
    assert check(Statement("Turkey made a demand that 900 forces pull back.", passages=named), hits=hits) == []
    text = "The statement did not mention a demand by Turkey that forces pull back."
    assert quoted(check(Statement(text, passages=named), hits=hits)) == [(text, [SILENT])]


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"a1": Article("a1", "Something else altogether.")},
        {"a1": Article("a1", "Update: " + POSTS)},
        {"a1": Article("a1", POSTS[:40])},
    ],
)
def test_an_article_that_changed_meanwhile_is_not_quoted(stored: dict[str, Article]) -> None:
    """A quote that no longer stands at its place in the stored article never leaves, whoever found it."""
    passages = make_passages(POSTS)
    span = Span(passages[0].article, 0, len(POSTS))
    found = [Statement(POSTS, spans=(span,)), Statement(POSTS, passages=(passages[0],)), Statement(POSTS)]
    assert check(*found, hits=make_hits(passages), stored=stored) == []
    longer = {"a1": Article("a1", POSTS + " More.")}
    assert len(check(*found, hits=make_hits(passages), stored=longer)) == 3


def test_a_span_of_nothing_is_no_quote() -> None:
    """A span without words, or beyond the end of its article, supports nothing."""
    article = Article("a1", POSTS)
    statements = [Statement(text, spans=(Span(article, 500, 600),)) for text in ("", "It was so.")]
    assert check(*statements, hits=make_hits(make_passages(POSTS))) == []


def test_citations_are_numbered_by_first_use() -> None:
    """Numbers are consecutive in the order of first use; the same span has the same number; all fields are filled."""
    about: dict[str, Any] = {
        "title": "A map",
        "url": "https://example.org/1",
        "outlet": "Wire",
        "published": "2020-02-18",
    }
    passages = make_passages(POSTS, MAP, **about)
    first, second = (Span(passage.article, 0, len(passage.text)) for passage in passages)
    part = Span(passages[0].article, 0, 10)
    text, citations = cite_statements(
        [
            Statement("Kalin spoke.", (second,)),
            Statement("Both spoke.", (first, second)),
            Statement("Celik  spoke.", (part,)),
        ]
    )
    assert text == "Kalin spoke. [1] Both spoke. [2][1] Celik spoke. [3]"
    assert citations == (
        Citation(number=1, quote=MAP, article_id="a2", start=0, end=len(MAP), **about),
        Citation(number=2, quote=POSTS, article_id="a1", start=0, end=len(POSTS), **about),
        Citation(number=3, quote="Omer Celik", article_id="a1", start=0, end=10, **about),
    )


@pytest.mark.parametrize(
    "foreign", ["[7]", "[ 7 ]", "[1, 2]", "[3-4]", "[5][6]", "[[1]7]", "[[[8]9]1]", "[7\n]", "[٣]"]
)
def test_a_mark_of_the_article_is_not_ours(foreign: str) -> None:
    """Numbers in brackets that an article brings along are not in the text of an answer, but stay in the quote."""
    text = f"Syrian forces {foreign} must withdraw."
    passages = make_passages(text)
    verified = check(Statement(text, spans=(Span(passages[0].article, 0, len(text)),)), hits=make_hits(passages))
    written, citations = cite_statements(verified)
    assert written == "Syrian forces must withdraw. [1]"
    assert [citation.quote for citation in citations] == [text]


PIECES = (
    "Turkey Syria 12 900,000 million “we go” 'no' [7] [[1]2] did not mention said forces must . ? \n US us May".split()
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=25).map(" ".join)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[Passage], dict[str, Article], list[Statement]]:
    """Passages that were found, articles as they are stored by now, and statements with any support."""
    texts = draw(st.lists(TEXTS, min_size=1, max_size=4))
    articles = [Article(f"a{number}", text) for number, text in enumerate(texts)]
    bounds = [sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2))) for text in texts]
    passages = [Passage(article, 0, *bound) for article, bound in zip(articles, bounds, strict=True)]
    stored = {article.id: draw(st.just(article) | TEXTS.map(lambda text: Article("new", text))) for article in articles}
    spans = st.builds(Span, st.sampled_from(articles), st.integers(0, 60), st.integers(0, 80))
    statements = st.builds(
        Statement,
        TEXTS | st.sampled_from([passage.text for passage in passages]),
        st.lists(spans, max_size=2).map(tuple),
        st.lists(st.sampled_from(passages), max_size=3).map(tuple),
    )
    return passages, stored, draw(st.lists(statements, max_size=5))


@settings(deadline=None)
@given(scenes())
def test_whatever_comes_in_what_goes_out_is_verbatim(
    scene: tuple[list[Passage], dict[str, Article], list[Statement]],
) -> None:
    """Each citation stands word for word in the stored article, and holds all facts of its statement."""
    passages, stored, statements = scene
    verified = check(*statements, hits=make_hits(passages), stored=stored)
    text, citations = cite_statements(verified)
    for citation in citations:
        assert citation.quote
        assert stored[citation.article_id].text[citation.start : citation.end] == citation.quote
    assert [citation.number for citation in citations] == list(range(1, len(citations) + 1))
    for statement in verified:
        assert missing_facts(find_facts(statement.text), " ".join(span.text for span in statement.spans)) == []
    marks = [int(number) for number in re.findall(r"\[\s*(\d+)\s*\]", text)]
    assert list(dict.fromkeys(marks)) == [citation.number for citation in citations]
