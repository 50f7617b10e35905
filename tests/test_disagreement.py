"""Two outlets that disagree: what counts as that, what does not, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from bot.answers import Kind, Question, Span, Statement
from bot.disagreement import Disagreement, describe_disagreements, find_disagreements
from bot.questions import ask_kind
from index.articles import Article, Hit, Passage
from index.terms import content_terms

BLAST = "A blast in the harbour of Aldova killed {} on Monday."


def ask(text: str, kind: Kind | None = None) -> Question:
    """A question all of whose terms weigh the same."""
    return Question(text, kind or ask_kind(text), dict.fromkeys(content_terms(text), 1.0), {}, np.zeros(1, np.float32))


def write(text: str, outlet: str, published: str | None = "2024-05-07") -> Article:
    """An article of an outlet."""
    return Article(f"{outlet} {text}", text, outlet=outlet, published=published)


def hit(article: Article, *outlets: str) -> Hit:
    """A hit that is a whole article, which other outlets carry too."""
    return Hit(Passage(article, 0, 0, len(article.text)), 1.0, outlets)


def state(article: Article) -> Statement:
    """The whole of an article as a statement."""
    return Statement(article.text, (Span(article, 0, len(article.text)),))


def compare(one: str, other: str, question: str = "how many people died in the Aldova harbour blast?") -> list[str]:
    """What an outlet's sentence has against it in another outlet's."""
    mine, its = write(one, "Herald"), write(other, "Wire")
    return [one.other.text for one in find_disagreements(ask(question), [state(mine)], [hit(mine), hit(its)])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BLAST.format("12 people"), BLAST.format("15 people")),
        (BLAST.format("at least 12 people"), BLAST.format("15 people")),
        (BLAST.format("twelve people"), BLAST.format("at least 20 people")),
        (BLAST.format("12"), BLAST.format("15")),
        (BLAST.format("12 people"), "The harbour blast in Aldova on Monday left 15 people dead."),
        (BLAST.format("three men"), BLAST.format("five men")),
    ],
)
def test_two_numbers_of_one_thing_disagree(one: str, other: str) -> None:
    """Another number of the same people, in nearly the same words, is shown as it stands, whoever came first."""
    assert compare(one, other) == [other]
    assert compare(other, one) == [one]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "how much did Norda pay for Brightline?",
            "Norda agreed to pay $3 billion for the railway company Brightline.",
            "Norda agreed to pay 4.5 billion dollars for its rival Brightline.",
        ),
        (
            "what share of voters backed the plan?",
            "The plan was backed by 54 percent of the voters in Aldova.",
            "The plan was backed by 48% of voters across Aldova.",
        ),
        (
            "when did the bridge of Aldova close?",
            "The old bridge of Aldova was closed to lorries on 3 May.",
            "The old bridge of Aldova was closed to all lorries on 5 May.",
        ),
        (
            "did the minister sign the treaty?",
            "The minister did not sign the treaty with Aldova after the talks.",
            "The minister signed the treaty with Aldova after the talks.",
        ),
    ],
)
def test_amounts_days_and_deeds_disagree(question: str, one: str, other: str) -> None:
    """Another amount, share or day, and a deed that was done and not done, are shown too."""
    assert compare(one, other, question) == [other]
    assert compare(other, one, question) == [one]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BLAST.format("12 people"), BLAST.format("12 people")),
        (BLAST.format("12 people"), BLAST.format("twelve people")),
        (BLAST.format("at least 12 people"), BLAST.format("12 people")),
        (BLAST.format("about 300 people"), BLAST.format("297 people")),
        (BLAST.format("300 people"), BLAST.format("297 people")),
        (BLAST.format("nearly 300 people"), BLAST.format("280 people")),
        (BLAST.format("about 290 people"), BLAST.format("275 people")),
        (BLAST.format("at least 290 people"), BLAST.format("312 people")),
        (BLAST.format("more than 2,000 people"), BLAST.format("2,500 people")),
        (BLAST.format("12 people"), BLAST.format("up to 15 people")),
        (BLAST.format("12 people"), BLAST.format("15 sailors")),
        (BLAST.format("12 Turkish sailors"), BLAST.format("15 Turkish dockers")),
        (BLAST.format("12 people"), "A blast in the harbour of Aldova injured 15 people on Monday."),
        (BLAST.format("12 people"), "A blast in the harbour of Aldova killed 15 people on Friday."),
        (BLAST.format("12 people"), "A blast in the harbour of Brenn killed 15 people on Monday."),
        (BLAST.format("12 people"), "A storm sank 15 ships off the coast."),
        (BLAST.format("12 people"), "In 2015 a blast in the harbour of Aldova killed many people."),
        (BLAST.format("12 people"), "A blast in the harbour of Aldova killed a 15-year-old on Monday."),
        (BLAST.format("12 people"), "A blast in the harbour of Aldova killed people on May 15 at 7:40."),
        (BLAST.format("12 people"), "A blast killed 15 people in the harbour of Aldova on Monday. First it was 12."),
        (BLAST.format("12 people"), "A blast in the harbour of Aldova killed nobody whom the city had not named."),
        ("A blast killed people in Aldova harbour.", "A blast killed many people in Aldova harbour."),
    ],
)
def test_what_is_no_disagreement(one: str, other: str) -> None:
    """Rounded, bounded or equal numbers, and those of other things, places, fates and days, contradict nothing."""
    assert compare(one, other) == []
    assert compare(other, one) == []


def test_a_denial_of_something_else_is_no_contradiction() -> None:
    """A sentence that denies another deed, or denies in words that the other lacks, contradicts nothing."""
    question = "did the minister sign the treaty?"
    signed = "The minister signed the treaty with Aldova after the talks."
    assert compare(signed, "The minister did not publish the treaty with Aldova after the talks.", question) == []
    assert compare(signed, "The minister did not say when the treaty would bind anybody in Aldova.", question) == []


def test_days_disagree_only_where_a_day_is_asked_for() -> None:
    """To another question two days are two things that happened."""
    one, other = "The old bridge of Aldova was closed on 3 May.", "The old bridge of Aldova was closed on 5 May."
    assert compare(one, other, "who closed the bridge of Aldova?") == []
    assert compare(one, one, "when was the bridge of Aldova closed?") == []
    assert compare(one, "The old bridge of Aldova was closed.", "when was the bridge of Aldova closed?") == []


def test_only_another_outlet_of_the_same_days_disagrees() -> None:
    """The same outlet, a copy, an article of another day or without one, and an unknown outlet say nothing against."""
    mine = write(BLAST.format("12 people"), "Herald")
    text = BLAST.format("15 people")
    question = ask("how many people died in the Aldova harbour blast?")

    def against(*hits: Hit) -> list[str]:
        return [one.other.text for one in find_disagreements(question, [state(mine)], [hit(mine, "Post"), *hits])]

    assert against(hit(write(text, "Wire", "2024-05-08T09:00:00+00:00"))) == [text]
    assert against(hit(write(text, "Wire", "2024-05-09"))) == []
    assert against(hit(write(text, "Wire", None))) == []
    assert against(hit(write(text, ""))) == []
    assert against(hit(write(text, "Herald"))) == []
    assert against(hit(write(text, "Post"))) == []
    assert against(hit(write(text, "Wire"), "Post")) == []
    assert against() == []


def test_at_most_two_and_one_for_each_statement() -> None:
    """Each statement has one against it, each article is shown once, and there are two at most."""
    question = ask("how many people died in the Aldova harbour blast?")
    mine = [write(BLAST.format(f"{n} people"), f"Herald {n}") for n in (12, 13, 14)]
    others = [write(BLAST.format(f"{n} people"), f"Wire {n}") for n in (31, 41, 51)]
    stated = [state(one) for one in mine]
    found = find_disagreements(question, stated, [hit(one) for one in (*mine, *others)])
    within = [Disagreement(stated[one], stated[other]) for one, other in ((0, 1), (0, 2), (1, 2))]
    assert found[:3] == within
    assert found[3:] == [Disagreement(stated[0], state(others[0])), Disagreement(stated[1], state(others[1]))]


def test_a_statement_off_the_question_or_without_a_quote_is_not_compared() -> None:
    """What does not speak to the question needs nothing against it; nor does what quotes nothing."""
    mine, its = write(BLAST.format("12 people"), "Herald"), write(BLAST.format("15 people"), "Wire")
    question = ask("which team won the final in Brenn?")
    assert find_disagreements(question, [state(mine)], [hit(mine), hit(its)]) == []
    assert find_disagreements(ask("how many died in Aldova?"), [Statement("12 died.")], [hit(its)]) == []
    told = write("Mayor Lena Orth said that a harbour blast in Aldova killed 12 people on Monday.", "Herald")
    about_her = ask("what did the mayor Lena Orth say of the dead?")
    assert find_disagreements(about_her, [state(told)], [hit(told), hit(its)]) == []


def test_the_outlets_that_disagree_are_named() -> None:
    """The outlet of what was stated stands before that which disagrees, each once; without a disagreement none is."""
    mine, its = write(BLAST.format("12 people"), "Herald"), write(BLAST.format("15 people"), "Wire")
    third = write(BLAST.format("18 people"), "Post")
    first, second = Disagreement(state(mine), state(its)), Disagreement(state(mine), state(third))
    assert describe_disagreements([first]) == "Herald and Wire disagree on this."
    assert describe_disagreements([first, second]) == "Herald, Wire and Post disagree on this."
    assert describe_disagreements([]) == ""
