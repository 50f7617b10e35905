"""`newsbot eval`: when a text holds an answer, which question files are taken, figures, misses and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Newsbot
from bot.answers import Answer, Citation
from bot.compose import build_newsbot
from bot.evaluation.evaluate import evaluate
from bot.evaluation.gold import KINDS, GoldQuestion, contains_gold, find_gold, pad_words, read_questions
from bot.evaluation.search import Ranks, rank_gold
from config.errors import IndexMissing, ServiceError, UsageError
from config.settings import Settings
from index.articles import Hit
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList
from tests.conftest import RunHere
from tests.evaluations import Page
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


@pytest.mark.parametrize(
    ("text", "answers", "found"),
    [
        ("They moved to FORT-WORTH, to Fort Worth.", ["fort worth"], ["FORT-WORTH", "Fort Worth"]),
        ("Fort Worthing", ["Fort Worth"], []),
        ("Some 3,000,000 came.", ["3000000"], ["3,000,000"]),
        ("new York City", ["York City", "New York"], ["new York City"]),
        ("one two one", ["one", "", "%"], ["one", "one"]),
        ("İstanbul", ["İstanbul"], ["İstanbul"]),
    ],
)
def test_where_answers_stand(text: str, answers: list[str], found: list[str]) -> None:
    """They are found where they are written, whatever their case and signs; what overlaps is one span."""
    assert [text[start:end] for start, end in find_gold(text, answers)] == found


@given(st.text(alphabet="aZ1,2_ .İ-é", max_size=30), st.text(alphabet="aZ1,2_ .İ-é", max_size=4))
def test_what_is_contained_can_be_shown(text: str, answer: str) -> None:
    """An answer has a place in a text exactly when it counts as contained, and the place holds its words."""
    spans = find_gold(text, [answer])
    assert bool(spans) is contains_gold(text, [answer])
    assert all(contains_gold(text[start:end], [answer]) for start, end in spans)
    assert [end for _, end in spans[:-1]] <= [start for start, _ in spans[1:]]
    assert not spans or pad_words(answer).strip()


def write(path: Path, *lines: object) -> Path:
    """A file of JSON lines; a string is a line as it is."""
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_questions_are_read_in_order(tmp_path: Path) -> None:
    """Questions of several files come in order; what may be absent is, and a day is read as such."""
    one = write(
        tmp_path / "1",
        {
            "id": 1,
            "question": " Who\n?",
            "answers": ["A", "B"],
            "articles": ["u"],
            "at": "2020-02-18",
            "evidence": ["e"],
        },
        "",
    )
    two = write(tmp_path / "2", {"question": "What?", "answers": [], "at": "18 Feb 2020 9:30"})
    assert read_questions([one, two]) == [
        GoldQuestion("Who ?", "2020-02-18", ("A", "B"), ("u",), "1", ("e",)),
        GoldQuestion("What?", "2020-02-18T09:30:00+00:00", (), ()),
    ]


def test_half_a_character_is_none(tmp_path: Path) -> None:
    """What cannot be printed does not end a run: it is replaced as it is read."""
    file = write(tmp_path / "1", '{"id": "\\ud800", "question": "Who \\ud800?", "answers": ["a\\ud800"]}')
    (question,) = read_questions([file])
    assert question.answers == ("a?",)
    assert f"{question.id}{question.text}".encode()


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
    quotes, kept = measured.pop("quote stands in its article"), measured.pop("statement kept")
    assert (quotes["share"], kept["share"]) == (1.0, 1.0)
    assert quotes["questions"] >= kept["questions"] >= 4  # whom "he" means can take a quote of its own
    assert measured.pop("checks") == {"kept": kept["questions"], "repaired": 0, "left out": 0}
    assert 0.0 < measured.pop("citation precision")["share"] < 1.0
    kinds, each, times = measured.pop("by_kind"), measured.pop("per_question"), measured.pop("timings_ms")
    assert list(times)[-1] == "total"
    assert all(0 <= spent["p50"] <= spent["p95"] for spent in times.values())
    assert measured.pop("usage") == {"prompt_tokens": 0, "completion_tokens": 0, "calls": 0}
    assert measured.pop("causes") == {"not stored": 1, "refusal missing": 1}
    assert [failure["cause"] for failure in measured.pop("failures")] == ["not stored", "refusal missing"]
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
        "answer right of those in first 10 passages": share(1.0, 2),
        "answerable question refused": share(0.0, 3),
        "citation recall": share(0.6667, 3),
        "statement repaired": share(0.0, kept["questions"]),
        "statement left out": share(0.0, kept["questions"]),
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
    assert [one["refused"] for one in each] == [False, False, False, True, False]
    assert each[1]["timings_ms"]["total"] > 0
    assert each[1]["measures"]["answer right"] == [1.0, 1]
    changing = ("timings_ms", "measures", "checks")
    assert {name: value for name, value in each[1].items() if name not in changing} == {
        "id": "",
        "question": "how many observation posts did Turkey build?",
        "kind": "how many",
        "at": "2020-02-20",
        "answers": ["nobody", "observation posts"],
        "article_rank": None,
        "passage_rank": 1,
        "status": "answered",
        "right": True,
        "refused": False,
        "cause": "",
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "calls": 0},
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
        assert evaluate(newsbot, [question]).outcomes[0].ranks == rank_gold(newsbot, question) == Ranks(1, 1)
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
    assert [{what: str(miss) for what, miss in outcome.misses.items()} for outcome in evaluation.outcomes] == [
        {},
        {"article": "ranked low (11)", "answer": "ranked low (11)"},
        {"article": "not found", "answer": "not found"},
        {"article": "dated later", "answer": "dated later"},
        {"article": "not stored", "answer": "not stored"},
        {"answer": "dated later"},
        {"answer": "not stored"},
        {"answer": "ranked low (11)"},
    ]
    assert evaluation.outcomes[1].failure == "gold article ranked low (11), answer ranked low (11)"
    assert list(evaluation.outcomes[1].passages) == [1, 2, 3, 4, 5, 11]
    assert "Lomm" in evaluation.outcomes[1].passages[11].text
    assert evaluation.as_json()["failures"][1] == {
        "id": "",
        "question": "which port did ships leave?",
        "kind": "what",
        "article": {"why": "ranked low", "rank": 11},
        "answer": {"why": "ranked low", "rank": 11},
        "cause": "passage not found",
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
        "cause": "could not be measured",
    }
    assert printed["per_question"][2] == {
        **printed["failures"][1],
        **dict.fromkeys(["at", "article_rank", "passage_rank", "status", "right", "refused"]),
        **{name: {} for name in ("checks", "timings_ms", "usage", "measures")},
        "answers": ["x"],
    }
    with pytest.raises(IndexMissing):
        evaluate(newsbot, [GoldQuestion("missing", None, ("x",))])


def test_eval_writes_a_report(run_here: RunHere, sample_settings: Settings, tmp_path: Path) -> None:
    """The report is written beside what is printed; where it cannot be, that is said, and as early as it can be."""
    file = write(tmp_path / "gold", {"question": "what did Turkey demand?", "answers": ["no such thing"]})
    on_samples = ("--data", str(sample_settings.data))
    done = run_here("eval", str(file), "--report", "r.html", *on_samples)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("1 failures (1 not stored):\n[what] what did Turkey demand? – answer not stored\n")
    page = Page(Path("r.html").read_text(encoding="utf-8"))
    assert page.texts["summary"] == ["[what] what did Turkey demand?"]
    assert page.texts["dd"][:2] == ["answer not stored", "no such thing"]
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
    assert done.stdout == (
        "1 failures (1 could not be measured):\n[other] bug – could not be measured: unexpected KeyError ('x')\n"
    )
