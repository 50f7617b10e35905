"""`newsbot eval`: when an answer counts as right, which question files are taken, the figures, failures and report."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Citation
from bot.compose import build_newsbot
from bot.evaluation.evaluate import Evaluation, Outcome, evaluate
from bot.evaluation.gold import KINDS, GoldQuestion, contains_gold, read_questions
from bot.evaluation.report import describe_evaluation, render_report
from bot.evaluation.search import Miss, Ranks
from config.errors import IndexMissing, ServiceError, UsageError
from config.settings import Settings
from index.articles import Hit
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList
from tests.conftest import RunHere
from tests.newsroom import write_lines

WIRES = (
    "https://bosphorus-wire.example/2020/02/18/idlib-talks-moscow",
    "https://northern-herald.example/world/2020/02/19/erdogan-idlib-operation",
)


@pytest.mark.parametrize(
    ("text", "answers", "right"),
    [
        ("They moved to Fort Worth.", ["Fort Worth"], True),
        ("They moved to FORT-WORTH!", ["fort worth"], True),
        ("They moved to Fort Worthing.", ["Fort Worth"], False),
        ("About 3,000,000 came.", ["3000000"], True),
        ("About 3000000 came.", ["3,000,000"], True),
        ("It cost $1.5 million", ["1.5 Million"], True),
        ("In 12,000 of 12, 000 cases", ["12 000"], True),
        ("They said no.", ["yes", "no"], True),
        ("They said nothing.", ["no"], False),
        ("snake_case", ["case"], True),
        ("Erdoğan spoke", ["Erdogan"], False),
        ("Anything", [], False),
        ("Anything", ["", " ", "%!"], False),
        ("", ["x"], False),
    ],
)
def test_what_counts_as_contained(text: str, answers: list[str], right: bool) -> None:
    """A gold string counts as whole words, whatever its case, the commas in its numbers and its signs."""
    assert contains_gold(text, answers) is right


def write(path: Path, *lines: object) -> Path:
    """A file of JSON lines; a string is a line as it is."""
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_questions_are_read_in_order(tmp_path: Path) -> None:
    """Questions of several files come in order; what may be absent is, and a day is read as such."""
    one = write(
        tmp_path / "1",
        {"id": 1, "question": " Who\n?", "answers": ["A", "B"], "articles": ["u"], "at": "2020-02-18"},
        "",
    )
    two = write(tmp_path / "2", {"question": "What?", "answers": [], "at": "18 Feb 2020 9:30"})
    assert read_questions([one, two]) == [
        GoldQuestion("Who ?", "2020-02-18", ("A", "B"), ("u",), "1"),
        GoldQuestion("What?", "2020-02-18T09:30:00+00:00", (), ()),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", r"cannot read .*questions \(Expecting property name.*\): each line is "),
        ("[1]", r"cannot read .*questions \(list indices .*\): each line is "),
        ({"answers": []}, r"cannot read .*questions \('question'\): each line is "),
        ({"question": "Who?"}, r"cannot read .*questions \('answers'\): each line is "),
        (
            {"question": "Who?", "answers": "Fort Worth"},
            r"cannot read .* \('Fort Worth' is not a list\): each line is ",
        ),
        ({"question": "Who?", "answers": None}, r"cannot read .* \(None is not a list\): each line is "),
        ({"question": "Who?", "answers": [], "at": "soon"}, r"'soon' is not a date: "),
        ("", r"there are no questions in these files: "),
    ],
)
def test_a_bad_question_file_is_refused(tmp_path: Path, line: object, problem: str) -> None:
    """A file that is not of questions is wrong use, and the error says what is wrong in which file."""
    file = write(tmp_path / "questions", {"question": "Fine?", "answers": []} if line else "", line)
    with pytest.raises(UsageError, match=rf"^{problem}"):
        read_questions([file])


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there, or not UTF-8, is refused by name."""
    (tmp_path / "latin").write_bytes(b"\xe9")
    for name in ("absent", "latin"):
        with pytest.raises(UsageError, match=f"cannot read {tmp_path / name} "):
            read_questions([tmp_path / name])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who won?", "who"),
        ("Which party won?", "what"),
        ("It was won by what party?", "what"),
        ("On which day did they vote?", "when"),
        ("They voted. Where was that?", "where"),
        ("How much did it cost?", "how many"),
        ("Why did they vote?", "why"),
        ("Did they say when they vote?", "yes/no"),
        ("They voted on Monday. Has the party won?", "yes/no"),
        ("Is it over? Who won?", "who"),
        ("Canned fish was sold by:", "other"),
        ("", "other"),
    ],
)
def test_kinds_of_questions(text: str, kind: str) -> None:
    """The kind is what the question word asks for; its last sentence decides what asks for a yes or no."""
    assert GoldQuestion(text, None, ()).kind == kind
    assert kind in KINDS


def share(value: float, questions: int) -> dict[str, float]:
    """A share as it is printed."""
    return {"share": value, "questions": questions}


def test_figures_on_the_samples(sample_newsbot: Newsbot) -> None:
    """Each share is over the questions that it can be measured on, with their number; so it is for each kind."""
    measured = evaluate(
        sample_newsbot,
        [
            GoldQuestion("what did Turkey demand?", None, ("Turkish observation posts",), WIRES),
            GoldQuestion("how many observation posts did Turkey build?", "2020-02-20", ("nobody", "observation posts")),
            GoldQuestion("how tall is the Space Launch System?", None, ("9,999 feet",), ("https://x.example",)),
            GoldQuestion("who won the Nobel Prize in Literature?", None, ()),
            GoldQuestion("how tall is the Space Launch System?", None, ()),
        ],
    ).as_json()
    quotes = measured.pop("quote stands in its article")
    assert quotes["share"] == 1.0
    assert quotes["questions"] >= 4
    kinds, each = measured.pop("by_kind"), measured.pop("per_question")
    del measured["failures"]
    assert measured == {
        "gold article in first 1": share(0.5, 2),
        "gold article in first 5": share(0.5, 2),
        "gold article in first 10": share(0.5, 2),
        "gold article, mean reciprocal rank": share(0.5, 2),
        "answer in first 1 passages": share(0.6667, 3),
        "answer in first 5 passages": share(0.6667, 3),
        "answer in first 10 passages": share(0.6667, 3),
        "answered": share(1.0, 3),
        "answer right": share(0.6667, 3),
        "unanswerable question refused": share(0.5, 2),
    }
    assert list(kinds) == ["who", "what", "how many"]
    assert kinds["who"] == {"unanswerable question refused": share(1.0, 1)}
    assert kinds["how many"]["answer right"] == share(0.5, 2)
    assert [(one["article_rank"], one["passage_rank"], one["status"], one["right"]) for one in each] == [
        (1, 1, "answered", True),
        (None, 1, "answered", True),
        (None, None, "answered", False),
        (None, None, "no_evidence", True),
        (None, None, "answered", False),
    ]
    assert each[1] == {
        "id": "",
        "question": "how many observation posts did Turkey build?",
        "kind": "how many",
        "at": "2020-02-20",
        "article_rank": None,
        "passage_rank": 1,
        "status": "answered",
        "right": True,
    }


class _Liar(Newsbot):
    """A newsbot that quotes what no article says."""

    def answer(self, question: str, **_: Any) -> Answer:
        """An invented quote, from an article and from none."""
        known = self.find_hits("Turkey")[0].passage.article.id
        quotes = [
            Citation(n, "Lies!", found, "", "", "", None, 0, 5) for n, found in enumerate((known, "none"), start=1)
        ]
        return Answer(question, "answered", "Lies! [1][2]", tuple(quotes))


def test_an_invented_quote_is_found_out(sample_newsbot: Newsbot) -> None:
    """A quote that does not stand in its article, or whose article is unknown, counts as wrong."""
    liar = _Liar(sample_newsbot.index, sample_newsbot.embedder, [])
    assert evaluate(liar, [GoldQuestion("who lies?", None, ())]).measure_shares() == {
        "quote stands in its article": share(0.0, 2),
        "unanswerable question refused": share(0.0, 1),
    }


def test_a_copy_of_the_gold_article_is_found_for_it(settings: Settings, tmp_path: Path) -> None:
    """Search gives one of several copies; whichever it is, the report was found."""
    text = "The port of Brenn was closed on Friday after a crane fell on the ferry Albatros at pier 7. Nobody was hurt."
    lines = [{"url": f"https://{name}.example/1", "text": text} for name in ("one", "two")]
    newsbot = make_newsbot(settings, tmp_path, *lines)
    for line in lines:
        question = GoldQuestion("why was the port closed?", None, ("crane",), (line["url"],))
        assert evaluate(newsbot, [question]).outcomes[0].ranks == Ranks(1, 1)
    newsbot.index.close()


def make_newsbot(settings: Settings, folder: Path, *articles: dict[str, Any]) -> Newsbot:
    """A newsbot over some articles."""
    SourceList(settings.data).add([str(write_lines(folder / "news.jsonl", *articles))])
    reindex(settings, WordLlamaEmbedder())
    return build_newsbot(settings)


class _Ordered(Newsbot):
    """A newsbot that finds the articles in the order of their addresses, and not one that says "hidden"."""

    def find_hits(self, question: str, *, k: int | None = None, at: str | None = None) -> list[Hit]:
        """All but the hidden ones."""
        hits = super().find_hits(question, k=k, at=at)
        return sorted(
            (hit for hit in hits if "hidden" not in hit.passage.text), key=lambda hit: hit.passage.article.url
        )


def test_why_search_missed(settings: Settings, tmp_path: Path) -> None:
    """What is not in the first ten is not stored, dated later, not found, or ranked low, the last with its rank."""
    ports = "Aldo Brenn Corv Dast Elmo Fenn Gorl Hask Ilm Jarn Kolv Lomm".split()
    articles = [
        {"url": f"https://x.example/{i:02}", "text": f"Ships left the port of {port} today.", "published": "2020-02-01"}
        for i, port in enumerate(ports)
    ]
    articles[4]["text"] = "Ships left the hidden port of Elmo today."
    articles += [{"url": "https://x.example/99", "text": "Ships left the port of Zand.", "published": "2020-03-01"}]
    real = make_newsbot(settings, tmp_path, *articles)

    def ask(answer: str, *places: int) -> GoldQuestion:
        urls = tuple(f"https://x.example/{place:02}" for place in places)
        return GoldQuestion("which port did ships leave?", "2020-02-10", (answer, "?"), urls)

    questions = [
        ask("Brenn", 1),
        ask("port of Lomm", 11),
        ask("Elmo", 4),
        ask("Zand", 99),
        ask("Ypern", 98),
        ask("Zand", 99, 2),
        ask("port of Zand or Elmo"),
        ask("Lomm"),
    ]
    evaluation = evaluate(_Ordered(real.index, real.embedder, real.readers), questions)
    real.index.close()
    assert [outcome.ranks for outcome in evaluation.outcomes] == [
        *(Ranks(2, 2), Ranks(11, 11), Ranks(), Ranks()),
        *(Ranks(), Ranks(3, None), Ranks(), Ranks(None, 11)),
    ]
    assert [outcome.failure for outcome in evaluation.outcomes] == [
        "",
        "gold article ranked low (11), answer ranked low (11)",
        "gold article not found, answer not found",
        "gold article dated later, answer dated later",
        "gold article not stored, answer not stored",
        "answer dated later",
        "answer not stored",
        "answer ranked low (11)",
    ]
    failures = evaluation.as_json()["failures"]
    assert len(failures) == 7
    assert failures[0] == {
        "id": "",
        "question": "which port did ships leave?",
        "kind": "what",
        "article": {"why": "ranked low", "rank": 11},
        "answer": {"why": "ranked low", "rank": 11},
    }
    assert evaluation.as_json()["gold article, mean reciprocal rank"] == share(0.154, 6)  # (1/2 + 1/11 + 1/3) / 6


class _Breaking(Newsbot):
    """A newsbot whose search breaks at some questions."""

    def find_hits(self, question: str, *, k: int | None = None, at: str | None = None) -> list[Hit]:
        """Hits, or the error that the question names."""
        errors = {
            "service": ServiceError("the embedder sk-12345 is away", "try again"),
            "bug": KeyError("x"),
            "missing": IndexMissing("no articles are indexed yet", "index some"),
        }
        if question in errors:
            raise errors[question]
        return super().find_hits(question, k=k, at=at)


def test_a_question_whose_search_breaks_is_a_failure(sample_newsbot: Newsbot) -> None:
    """It is named first, without a secret, counts in no share, and the questions after it are measured."""
    newsbot = _Breaking(sample_newsbot.index, sample_newsbot.embedder, sample_newsbot.readers, secrets=["sk-12345"])
    right = GoldQuestion("what did Turkey demand?", None, ("observation posts",))
    missed = GoldQuestion("what did Turkey demand?", None, ("9,999",))
    broken = [GoldQuestion(name, None, ("x",), ("u",), name) for name in ("service", "bug")]
    evaluation = evaluate(newsbot, [missed, *broken, right])
    assert evaluation.errors == 2
    assert [outcome.failure for outcome in evaluation.failures] == [
        "could not be measured: the embedder *** is away: try again",
        "could not be measured: unexpected KeyError ('x')",
        "answer not stored",
    ]
    assert evaluation.measure_shares()["answer in first 1 passages"] == share(0.5, 2)
    printed = evaluation.as_json()
    assert printed["failures"][1] == {
        "id": "bug",
        "question": "bug",
        "kind": "other",
        "error": "unexpected KeyError ('x')",
    }
    assert printed["per_question"][2] == {
        **printed["failures"][1],
        **dict.fromkeys(["at", "article_rank", "passage_rank", "status", "right"]),
    }
    with pytest.raises(IndexMissing):
        evaluate(newsbot, [GoldQuestion("missing", None, ("x",))])


def test_table_for_the_terminal() -> None:
    """First the shares, then those of each kind, then each failure with its kind and why."""
    found = GoldQuestion("who won?", None, ("x",), ("u",))
    outcomes = [
        Outcome(found, "answered", True, (True,), Ranks(2, 1)),
        Outcome(
            GoldQuestion("where?", None, ("x",)), "answered", False, (), Ranks(), "", {"answer": Miss("not found")}
        ),
        Outcome(GoldQuestion("where?", None, ()), "no_evidence", True),
    ]
    assert describe_evaluation(Evaluation(tuple(outcomes))).splitlines() == [
        "quote stands in its article         1.000  of 1",
        "gold article in first 1             0.000  of 1",
        "gold article in first 5             1.000  of 1",
        "gold article in first 10            1.000  of 1",
        "gold article, mean reciprocal rank  0.500  of 1",
        "answer in first 1 passages          0.500  of 2",
        "answer in first 5 passages          0.500  of 2",
        "answer in first 10 passages         0.500  of 2",
        "answered                            1.000  of 2",
        "answer right                        0.500  of 2",
        "unanswerable question refused       1.000  of 1",
        "",
        "       gold article                              answer                       answers"
        "                unanswerable",
        "kind   of            @1     @5     @10    MRR    of      @1     @5     @10    of       given  right  of"
        "            refused",
        "who    1             0.000  1.000  1.000  0.500  1       1.000  1.000  1.000  1        1.000  1.000  0",
        "where  0                                         1       0.000  0.000  0.000  1        1.000  0.000  1"
        "             1.000",
        "",
        "1 failures:",
        "[where] where? – answer not found",
    ]


def make_failures(number: int) -> Evaluation:
    """Questions that could not be measured."""
    return Evaluation(tuple(Outcome(GoldQuestion(f"q{i}", None, ("x",)), error="away") for i in range(number)))


def test_the_terminal_lists_no_more_than_twenty_failures() -> None:
    """Twenty are listed; of more it is said how many there are, and where."""
    twenty = describe_evaluation(make_failures(20)).splitlines()
    assert twenty == ["20 failures:", *(f"[other] q{i} – could not be measured: away" for i in range(20))]
    more = describe_evaluation(make_failures(23)).splitlines()
    assert more == ["23 failures:", *twenty[1:], "… and 3 more (--json lists all)"]
    assert describe_evaluation(Evaluation(())) == ""


class _Page(HTMLParser):
    """Reads a page: asserts that each element is closed where it must be, and keeps names, attributes and cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.rows: list[list[str]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it, and that it is open."""
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """It closes what was opened last."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text of a cell."""
        if self._open and self._open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def test_report_is_a_page_of_its_own() -> None:
    """It holds all failures, escaped, and neither a script nor anything that is fetched or can be followed."""
    nasty = "<script>alert(1)</script> & </td></table> \"'> <img src=x>"
    question = GoldQuestion(nasty, "2020-02-18", (nasty,), ("https://x.example",), nasty)
    missed = Outcome(question, "answered", False, (), Ranks(12, None), "", {"article": Miss("ranked low", 12)})
    page = _Page(render_report(Evaluation((missed, *make_failures(30).outcomes))))
    assert page.names == set("html head meta title style body h1 p div table caption thead tbody tr th td".split())
    assert page.attributes == {"lang", "charset", "name", "content", "class"}
    assert page.rows[:3] == [
        ["measure", "share", "questions"],
        ["gold article in first 1", "0.000", "1"],
        ["gold article in first 5", "0.000", "1"],
    ]
    assert ["measure", "other", "of"] in page.rows
    assert ["gold article, mean reciprocal rank", "0.083", "1"] in page.rows
    assert page.rows[-31:] == [
        *(["", "other", f"q{i}", "", "could not be measured: away"] for i in range(30)),
        [nasty, "other", nasty, "2020-02-18", "gold article ranked low (12)"],
    ]
    assert {len(row) for row in page.rows} == {3, 5}


def test_measures_that_not_every_kind_has_leave_gaps_in_the_report() -> None:
    """The table by kind has a row for each measure, and an empty cell where a kind has no such question."""
    outcomes = [
        Outcome(GoldQuestion("who?", None, ()), "no_evidence", True),
        Outcome(GoldQuestion("where?", None, ("x",)), "answered", True, (), Ranks(None, 1)),
    ]
    rows = _Page(render_report(Evaluation(tuple(outcomes)))).rows
    assert ["measure", "who", "of", "where", "of"] in rows
    assert ["answer right", "", "", "1.000", "1"] in rows
    assert ["unanswerable question refused", "1.000", "1", "", ""] in rows


def test_eval_writes_a_report(run_here: RunHere, sample_settings: Settings, tmp_path: Path) -> None:
    """The report is written beside what is printed; where it cannot be, that is said, and as early as it can be."""
    file = write(tmp_path / "gold", {"question": "what did Turkey demand?", "answers": ["no such thing"]})
    on_samples = ("--data", str(sample_settings.data))
    done = run_here("eval", str(file), "--report", "r.html", *on_samples)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("1 failures:\n[what] what did Turkey demand? – answer not stored\n")
    rows = _Page(Path("r.html").read_text(encoding="utf-8")).rows
    assert rows[-1] == ["", "what", "what did Turkey demand?", "", "answer not stored"]
    done = run_here("eval", str(file), "--report", "none/r.html", *on_samples)
    problem = "cannot write none/r.html (there is no such folder): name another file"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"newsbot: {problem}\n")
    done = run_here("eval", str(file), "--json", "--report", ".", *on_samples)
    assert (done.returncode, json.loads(done.stdout)["answered"]) == (2, share(1.0, 1))
    assert done.stderr == "newsbot: cannot write . ([Errno 21] Is a directory: '.'): name another file\n"


def test_eval_with_a_question_that_cannot_be_measured(
    run_here: RunHere, sample_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the status is 1, and the question is listed."""
    monkeypatch.setattr(Newsbot, "find_hits", _Breaking.find_hits)
    file = write(tmp_path / "gold", {"question": "bug", "answers": ["x"]})
    done = run_here("eval", str(file), "--data", str(sample_settings.data))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "1 failures:\n[other] bug – could not be measured: unexpected KeyError ('x')\n"
