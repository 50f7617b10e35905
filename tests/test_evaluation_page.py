"""The page of `newsbot eval`: whole and without scripts, safe whatever texts it shows, with plots that can be read."""

from __future__ import annotations

import re

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Answer
from bot.evaluation.failed import mark_gold
from bot.evaluation.gold import GoldQuestion
from bot.evaluation.measures import Evaluation
from bot.evaluation.outcomes import Outcome
from bot.evaluation.page import render_page
from bot.evaluation.plots import Bar, plot_bars
from bot.evaluation.search import Miss, Ranks
from index.articles import Article, Passage
from tests.evaluations import Page, make_answer, make_broken, make_outcome
from tests.test_evaluation_comparison import compare

NASTY = "<script>alert(1)</script> & </td></table></details></svg> \"'> <img src=x onerror=y> \u202e\u0000 &lt; ]]> -->"
NAMES = set(
    "html head meta title style body h1 h2 h3 h4 p div figure figcaption svg g line rect path text table caption thead"
    " tbody tr th td section nav a fieldset legend label input details summary bdi dl dt dd ol li blockquote cite b"
    " mark strong ul".split()
)
ATTRIBUTES = set(
    "lang charset name content class role aria-label viewbox width height x y x1 y1 x2 y2 d text-anchor id href type"
    " checked value".split()
)


def make_nasty(gold: tuple[str, ...] = ("alert",), status: str = "answered") -> Outcome:
    """A failure in which everything that comes from elsewhere is hostile."""
    question = GoldQuestion(NASTY, NASTY, gold, (NASTY,), NASTY, (NASTY,))
    passage = Passage(Article(NASTY, NASTY, NASTY, NASTY, NASTY, NASTY), 0, 0, len(NASTY))
    nasty = make_answer(NASTY, [NASTY, NASTY])
    citations = [type(citation)(**{**vars(citation), "url": NASTY, "title": NASTY}) for citation in nasty.citations]
    answer = Answer(
        *(NASTY, "failed" if status == "failed" else "answered", NASTY, tuple(citations), (NASTY,), NASTY),
        timings_ms={NASTY: 1.0},
        standalone_question=NASTY,
        caveat=NASTY,
    )
    return Outcome(question, answer, (True, False), Ranks(12, 3), {1: passage}, misses={"article": Miss(NASTY, 12)})


def test_hostile_texts_stay_texts() -> None:
    """Nothing in a question, an answer, an article or an error becomes an element, an attribute or an address."""
    outcomes = (
        make_nasty(status="failed"),
        make_nasty(gold=("none",)),
        Outcome(GoldQuestion(NASTY, None, ("x",)), error=NASTY),
    )
    evaluation = Evaluation(outcomes)
    written = render_page(evaluation, compare(evaluation, evaluation))
    page = Page(written)
    assert page.names <= NAMES
    assert page.attributes <= ATTRIBUTES
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    seen = NASTY.replace("\u0000", "\ufffd")
    assert page.texts["summary"] == [f"[other] {seen}"] * 3
    assert seen in page.texts["blockquote"]
    assert "script" not in page.names


def test_style_fetches_nothing() -> None:
    """The page is whole as it is: its style names no address either."""
    style = Page(render_page(make_broken(1))).texts["style"][0]
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in style


@given(st.text(max_size=40), st.lists(st.text(max_size=5), max_size=3))
def test_marked_texts_are_the_texts(text: str, answers: list[str]) -> None:
    """Whatever is marked in a text, what is read of it is the text."""
    parts = re.split(r"</?mark>", mark_gold(text, answers))
    assert len(parts) % 2 == 1
    assert "<" not in "".join(parts)
    reader = Page(f"<p>{mark_gold(text, answers)}</p>")
    kept = str.maketrans({"\r": None, "\n": None, "\u0000": "\ufffd"})
    read = "".join(reader.texts["p"])
    assert read.translate(kept) == text.translate(kept) or not text.isprintable()


def test_a_failure_shows_all_that_is_needed_to_judge_it() -> None:
    """The question, what would have been right, the answer with its citations, the gold marked, and what was found."""
    question = GoldQuestion("which port?", "2020-02-18", ("Brenn",), ("https://x.example/gold",), "q7", ("pier 7",))
    answer = make_answer("It was Corv [1].", ["Corv was closed at pier 7.", "It was said."])
    article = Article("1", "Ships left Brenn.", "On Brenn", "https://x.example/9", "The Herald", "2020-02-17")
    outcome = Outcome(question, answer, (True, False), Ranks(None, 9), {9: Passage(article, 0, 0, 17)})
    written = render_page(Evaluation((outcome,)))
    page = Page(written)
    facts = dict(zip(page.texts["dt"], page.texts["dd"], strict=True))
    assert facts == {
        "why": "wrong sentence picked",
        "right would be": "Brenn",
        "evidence": "pier 7",
        "gold articles": "https://x.example/gold",
        "asked": "2020-02-18",
        "id": "q7",
        "status": "answered, by the extractive reader",
    }
    assert page.texts["mark"] == ["pier 7", "Brenn", "Brenn"]
    assert page.texts["blockquote"] == ["Corv was closed at pier 7.", "It was said.", "Ships left Brenn."]
    assert page.texts["strong"] == ["This quote does not stand in its article."]
    assert page.texts["cite"][0] == "The Wire, 2020-02-18, Title 1, https://x.example/1"
    assert '<li value="9"><b>On <mark>Brenn</mark></b> <cite>The Herald, 2020-02-17, https://x.example/9' in written


def test_failures_are_grouped_by_cause_and_kind() -> None:
    """Each cause has a section that a link leaves alone on the page; kinds can be chosen; what is right is left out."""
    outcomes = [
        make_outcome("who?", make_answer("y")),
        make_outcome("where?", make_answer("y")),
        make_outcome("who?", make_answer("y"), answers=()),
        make_outcome("who?", make_answer("x"), rank=20),
        make_outcome("why?", make_answer("x")),
    ]
    page = Page(render_page(Evaluation(tuple(outcomes))))
    assert page.texts["a"] == [
        "all (4)",
        "wrong sentence picked (2)",
        "refusal missing (1)",
        "answered rightly, although search missed (1)",
    ]
    assert page.links[0] == "#failures"
    assert [text.strip() for text in page.texts["label"]] == ["all kinds", "who", "where"]
    assert page.texts["summary"] == ["[who] who?", "[where] where?", "[who] who?", "[who] who?"]
    assert {link[1:] for link in page.links} <= set(page.ids)
    style = page.texts["style"][0]
    assert "body:has(#only-0:checked) details:not(.kind-0) { display: none }" in style
    assert "#failures:has(> section:target) > section:not(:target) { display: none }" in style


def test_without_failures_there_is_no_such_section() -> None:
    """A run in which all is right, and one without questions, are pages too."""
    right = render_page(Evaluation((make_outcome("who?", make_answer("x", ["x"], timings={"total": 1.0})),)))
    assert "failures" not in Page(right).ids
    assert Page(render_page(Evaluation(()))).texts["p"] == ["0 questions, of which 0 could not be measured."]


def test_tables_of_the_page() -> None:
    """All shares with their intervals, the shares by kind with gaps where a kind has no such question, and counts."""
    outcomes = [
        make_outcome("who?", make_answer(status="no_evidence"), answers=()),
        make_outcome("where?", make_answer("x", checks={"kept": 3})),
    ]
    rows = Page(render_page(Evaluation(tuple(outcomes)))).rows
    assert rows[0] == ["measure", "share", "of", "95 % interval"]
    assert ["answer right", "1.000", "1", "0.207 to 1.000"] in rows
    assert ["measure", "who", "of", "where", "of"] in rows
    assert ["answer right", "", "", "1.000", "1"] in rows
    assert ["unanswerable question refused", "1.000", "1", "", ""] in rows
    assert ["statements kept", "3"] in rows
    assert ["prompt tokens for each question", "0.0"] in rows
    ranked = Outcome(GoldQuestion("?", None, ("x",), ("u",)), make_answer("x"), (), Ranks(2, 1))
    rows = Page(render_page(Evaluation((ranked,)))).rows
    assert ["gold article, mean reciprocal rank", "0.500", "1", ""] in rows


def test_the_page_says_what_changed() -> None:
    """With an earlier run there are a table of what changed, and the questions whose answers turned."""
    before, after = (
        Evaluation((make_outcome("who a", make_answer(one)), make_outcome("who <b>", make_answer(other))))
        for one, other in (("x", "y"), ("y", "x"))
    )
    page = Page(render_page(after, compare(before, after)))
    assert ["measure", "before", "after", "difference", "95 % of paired bootstrap draws"] in page.rows
    assert ["answer right", "0.500", "0.500", "+0.000", "[-1.000, +1.000]"] in page.rows
    assert page.texts["h3"][:2] == ["1 became right", "1 became wrong"]
    assert page.texts["li"][:2] == ["[who] who <b>", "[who] who a"]


@pytest.mark.parametrize("top", [None, 1.0])
def test_plots_can_be_read(top: float | None) -> None:
    """Each bar has its label, its number and its length; the axis has its unit; all stands within the picture."""
    bars = [
        Bar("a <b>", 0.5, "0.500 of 12", (0.25, 0.75)),
        Bar("a rather long name of a measure", 1.0, "1.000 of 1234", (0.9, 1.0)),
        Bar("none", 0.0, "0.000 of 9"),
    ]
    picture = ElementTree.fromstring(plot_bars("A & B", "share", bars, top))
    _, _, wide, high = map(float, picture.attrib["viewBox"].split())
    assert picture.attrib["aria-label"] == "A & B"
    texts = [text.text for text in picture.iter("text")]
    assert texts[:5] == ["0", "0.25", "0.5", "0.75", "1"]
    assert texts[5:-1] == [text for bar in bars for text in (bar.label, bar.written)]
    assert texts[-1] == "share"
    lengths = [float(rect.attrib["width"]) for rect in picture.iter("rect")]
    assert lengths == pytest.approx([160, 320, 0], abs=0.2)
    assert len(list(picture.iter("path"))) == 2
    for text in picture.iter("text"):
        x, room = float(text.attrib["x"]), 6.5 * len(text.text or "")
        shift = {"end": -room, "middle": -room / 2}.get(text.get("text-anchor", ""), 0.0)
        assert x + shift >= 0
        assert x + shift + room <= wide
        assert float(text.attrib["y"]) <= high


@pytest.mark.parametrize(
    ("highest", "last"),
    [(0.0, "0.004"), (0.3, "0.4"), (3.2, "4"), (4.0, "4"), (9.7, "10"), (17.0, "20"), (2600, "4000")],
)
def test_the_axis_ends_above_the_longest_bar(highest: float, last: str) -> None:
    """It has round numbers, and no bar is longer than it."""
    picture = ElementTree.fromstring(plot_bars("t", "ms", [Bar("a", highest, "n")]))
    assert [text.text for text in picture.iter("text")][4] == last
    assert all(float(rect.attrib["width"]) <= 320.1 for rect in picture.iter("rect"))
