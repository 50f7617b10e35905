"""Clarifications in brackets, repairs, and the numbers of citations, whatever a reader writes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Span, Statement
from bot.verification.citations import cite_statements
from bot.verification.insertions import find_insertions
from bot.verification.statements import Checked, check_statement
from index.articles import Article, Hit, Passage
from tests.fakes import make_hits, make_passages

BEFORE = "Presidential spokesman Ibrahim Kalin met reporters."
SAID = "He said on Tuesday that the paper was not enough."
ARTICLE = Article("a1", f"{BEFORE} {SAID}", title="Kalin: Ankara wants more", published="2020-02-20")
FIRST = Span(ARTICLE, 0, len(BEFORE))
SECOND = Span(ARTICLE, len(BEFORE) + 1, len(ARTICLE.text))
DEAD = "The rebels said 12 soldiers died in the ambush near Qorum."


def check(statement: Statement, hits: list[Hit]) -> Checked:
    """What comes of a statement if all articles are stored as they were found."""
    articles = {hit.passage.article.id: hit.passage.article for hit in hits}
    return check_statement(statement, hits, {"a1": ARTICLE, **articles}.get)


@pytest.mark.parametrize(
    ("text", "quote", "insertions"),
    [
        ("He [Kalin] said so.", "He said so.", ["[Kalin]"]),
        ("[Kalin:] It is so.", "It is so.", ["[Kalin:]"]),
        ("His [Kalin's] plan, he [Kalin] said.", "His plan, he said.", ["[Kalin's]", "[Kalin]"]),
        ("He [Kalin], it seems, left.", "He, it seems, left.", ["[Kalin]"]),
        ("It was so [Kalin]", "It was so", ["[Kalin]"]),
        ("He [the minister] and we [Turkey] left.", "He [the minister] and we left.", ["[Turkey]"]),
        ("He [the minister] left.", "He [the minister] left.", []),
        ("He  left.", "He\nleft.", []),
        ("He [Kalin] ran.", "He left.", None),
        ("[a]" * 40 + "b", "[a]" * 20 + "c", None),
        ("He ran.", "He left.", None),
        ("He [Kalin] left", "Hex left", None),
    ],
)
def test_insertions_are_told_from_the_quote(text: str, quote: str, insertions: list[str] | None) -> None:
    """Brackets that the quote does not have are insertions; any other difference makes it no quote."""
    assert find_insertions(text, quote) == insertions


@pytest.mark.parametrize(
    ("text", "spans", "left"),
    [
        ("He [Kalin] said on Tuesday that the paper was not enough.", (SECOND,), None),
        ("He [Ibrahim Kalin] said on Tuesday that the paper was not enough.", (SECOND, FIRST), None),
        ("He said on Tuesday [18 February 2020] that the paper was not enough.", (SECOND,), None),
        ("He [Ibrahim Kalin] said on Tuesday that the paper was not enough.", (SECOND,), SAID),
        ("He [Omer Celik] said on Tuesday that the paper was not enough.", (SECOND, FIRST), SAID),
        ("He said on Tuesday [19 February] that the paper was not enough.", (SECOND,), SAID),
        ("He said on Tuesday that the paper [not] was not enough.", (SECOND,), SAID),
        ("He [,] said on Tuesday that the paper was not enough.", (SECOND,), SAID),
        ("He said on Tuesday that the paper was not enough [99].", (SECOND,), SAID),
        (
            "He [Celik] said on Tuesday that the paper [of Ankara] was not enough.",
            (SECOND,),
            "He said on Tuesday that the paper [of Ankara] was not enough.",
        ),
    ],
)
def test_an_insertion_stays_if_a_quote_or_title_has_it(text: str, spans: tuple[Span, ...], left: str | None) -> None:
    """Words in brackets are from the quotes, a title or the calendar; others go, and the verbatim words stay."""
    kept = Statement(left or text, spans)
    assert check(Statement(text, spans), []) == Checked(kept, repaired=left is not None)


def test_a_bare_claim_is_replaced_by_who_made_it() -> None:
    """A statement that drops its claimant gives way to the sentence that names him; the problem is told."""
    passages = make_passages(f"It snowed. {DEAD} It rained.")
    span = Span(passages[0].article, 11, 11 + len(DEAD))
    bare = "12 soldiers died in the ambush near Qorum."
    repaired = Statement(DEAD, (span,))
    for statement in (Statement(bare, passages=tuple(passages)), Statement(bare)):
        checked = check(statement, make_hits(passages))
        assert checked == Checked(repaired, repaired=True, problem="no passage carries it")
    assert check(Statement(bare, (span,)), make_hits(passages)) == Checked(
        repaired, repaired=True, problem="it does not say who said so"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("The rebels said 13 soldiers died.", "the amount 13 is not in the quote for this"),
        ("The rebels said 12 soldiers died on Monday.", "the day Monday is not in the quote"),
        ("The rebels said no soldiers died.", "the quote says the opposite (soldier)"),
        ("Omer said 12 soldiers died in the ambush.", "the name omer is not in the quote"),
        ("The doctors said 12 soldiers died in the ambush.", "somebody else said so"),
    ],
)
def test_the_problem_is_told(text: str, problem: str) -> None:
    """What does not hold is said in plain words."""
    passages = make_passages(DEAD)
    checked = check(Statement(text, (Span(passages[0].article, 0, len(DEAD)),)), make_hits(passages))
    assert (checked.problem, checked.statement and checked.statement.text) == (problem, DEAD)


def test_who_acts_is_looked_at() -> None:
    """A statement in which attacker and attacked change places says so in its problem."""
    passages = make_passages("Kalmar attacked Ostrava at dawn.")
    span = Span(passages[0].article, 0, 32)
    checked = check(Statement("Ostrava attacked Kalmar at dawn.", (span,)), make_hits(passages))
    assert checked == Checked(
        Statement(span.text, (span,)), repaired=True, problem="the quote has it the other way round (attack)"
    )


def test_quotes_about_something_else_carry_nothing() -> None:
    """A statement without names or numbers is still held against the words of the quotes that it brings."""
    passages = make_passages(DEAD)
    span = Span(passages[0].article, 0, len(DEAD))
    assert check(Statement("He congratulated everybody on the opera.", (span,)), make_hits(passages)) == Checked(
        None, problem="its quotes are about something else"
    )


def test_a_question_states_nothing() -> None:
    """What a model asks or announces is left out, though its words stand there; a quoted question is a quote."""
    asked = "Did 12 soldiers die in the ambush near Qorum?"
    passages = make_passages(asked, DEAD)
    problem = "it is a question or a heading, and states nothing"
    for text in (f"“{asked[:-1]} on Friday?”", "12 soldiers died in the ambush near Qorum:"):
        assert check(Statement(text), make_hits(passages)) == Checked(None, problem=problem)
    span = Span(passages[0].article, 0, len(asked))
    assert check(Statement(asked, (span,)), make_hits(passages)) == Checked(Statement(asked, (span,)))


def test_an_article_that_is_gone_repairs_nothing() -> None:
    """Only what is stored at this moment takes the place of a statement: here the second report of the same."""
    passages = make_passages(DEAD, f"{DEAD} Later it snowed.")
    span = Span(passages[1].article, 0, len(DEAD))
    statement = Statement("12 soldiers died in the ambush near Qorum.")
    checked = check_statement(statement, make_hits(passages), {"a2": passages[1].article}.get)
    assert checked.statement == Statement(DEAD, (span,))


def test_a_year_alone_may_come_from_the_day() -> None:
    """A year in a statement is carried by a day in that year."""
    passages = make_passages("The court closed last year.", published="2020-02-20")
    kept = Statement("The court closed in 2019.", (Span(passages[0].article, 0, 27),))
    assert check(Statement(kept.text), make_hits(passages)) == Checked(kept)
    assert check(Statement("The court closed in 2018."), make_hits(passages)).statement is None


@pytest.mark.parametrize("words", ["1 ", "not no ", "said ", "Tuesday ", "1-", "9" * 40 + " to " + "9" * 40 + " "])
def test_endless_sentences_carry_only_themselves(words: str) -> None:
    """A sentence that is stretched to make checks slow, or to break them, is quoted or left out, and nothing else."""
    text = words * 3000 + DEAD
    passages = make_passages(text)
    span = Span(passages[0].article, 0, len(text))
    assert check(Statement(text, (span,)), make_hits(passages)) == Checked(Statement(text, (span,)))
    checked = check(Statement("Rebels said 12 soldiers died near Qorum.", (span,)), make_hits(passages))
    assert checked.problem == "it is too long to be checked"
    short = make_passages(words * 3 + DEAD)
    assert check(Statement(words * 2 + DEAD), make_hits(short)).problem in ("", "no passage carries it")


def test_a_lead_stays() -> None:
    """What code writes in front of a statement is not looked at and stays, also in a repair."""
    passages = make_passages(DEAD)
    statement = Statement("12 soldiers died in the ambush near Qorum.", lead="18 February 2020: ")
    checked = check(statement, make_hits(passages))
    assert checked.statement == Statement(DEAD, (Span(passages[0].article, 0, len(DEAD)),), lead=statement.lead)


ARTICLES = [Article(f"a{number}", "Nine ships sank. Nobody came. " * 2) for number in range(4)]
SPANS = st.builds(Span, st.sampled_from(ARTICLES), st.sampled_from([0, 17]), st.sampled_from([16, 29, 46]))
TEXTS = st.lists(st.sampled_from("Nine ships sank [7] [1, 2] [[3]4] [99] so ] [ [5 6] .".split())).map(" ".join)
STATEMENTS = st.builds(
    Statement, TEXTS, st.lists(SPANS, min_size=1, max_size=4).map(tuple), lead=st.sampled_from(["", "Monday: "])
)


@given(st.lists(STATEMENTS, max_size=6))
def test_numbers_are_consecutive_and_known(statements: list[Statement]) -> None:
    """The marks of a text count 1, 2, 3 in order of first use; each has its citation, and each citation its mark."""
    text, citations = cite_statements(statements)
    marks = [int(number) for number in re.findall(r"\[\s*(\d+)\s*\]", text)]
    assert list(dict.fromkeys(marks)) == list(range(1, len(citations) + 1))
    assert [citation.number for citation in citations] == list(range(1, len(citations) + 1))
    used = dict.fromkeys(span for statement in statements for span in statement.spans)
    assert [(c.article_id, c.start, c.end, c.quote) for c in citations] == [
        (span.article.id, span.start, span.end, span.text) for span in used
    ]


@given(st.lists(st.sampled_from([DEAD, BEFORE, SAID]), min_size=1, max_size=4), st.data())
def test_what_leaves_is_the_statement_or_verbatim(texts: list[str], data: st.DataObject) -> None:
    """Whatever words are mixed, what leaves is as written, or stands in an article word for word."""
    passages: list[Passage] = make_passages(*texts)
    words = [word for text in texts for word in text.split()] + "not 13 Monday never Celik".split()
    text = " ".join(data.draw(st.lists(st.sampled_from(words), max_size=12)))
    checked = check(Statement(text), make_hits(passages))
    if checked.statement is not None:
        quotes = [span.text for span in checked.statement.spans]
        assert checked.statement.text in ([*quotes] if checked.repaired else [text])
    else:
        assert not checked.repaired
        assert checked.problem
