"""`newsbot eval`: when an answer counts as right, which question files are taken, and the figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.answer import Newsbot
from bot.answers import Answer, Citation
from bot.compose import build_newsbot
from bot.evaluate import GoldQuestion, contains_gold, describe_evaluation, evaluate, read_questions
from config.errors import UsageError
from config.settings import Settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList
from tests.newsroom import write_lines

WIRE = "https://bosphorus-wire.example/2020/02/18/idlib-talks-moscow"


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
        tmp_path / "1", {"id": 1, "question": "Who?", "answers": ["A", "B"], "articles": ["u"], "at": "2020-02-18"}, ""
    )
    two = write(tmp_path / "2", {"question": "What?", "answers": [], "at": "18 Feb 2020 9:30"})
    assert read_questions([one, two]) == [
        GoldQuestion("Who?", "2020-02-18", ("A", "B"), ("u",)),
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


def test_figures_on_the_samples(sample_newsbot: Newsbot) -> None:
    """Each share is over the questions that it can be measured on, with their number."""
    measured = evaluate(
        sample_newsbot,
        [
            GoldQuestion("what did Turkey demand?", None, ("behind the line of Turkish observation posts",), (WIRE,)),
            GoldQuestion("how many observation posts did Turkey build?", "2020-02-20", ("nobody", "12")),
            GoldQuestion("how tall is the Space Launch System?", None, ("9,999 feet",), ("https://x.example",)),
            GoldQuestion("who won the Nobel Prize in Literature?", None, ()),
            GoldQuestion("how tall is the Space Launch System?", None, ()),
        ],
    )
    quotes = measured.pop("quote stands in its article")
    assert quotes["share"] == 1.0
    assert quotes["questions"] >= 4
    assert measured == {
        "gold article in first 1": {"share": 0.5, "questions": 2},
        "gold article in first 5": {"share": 0.5, "questions": 2},
        "gold article in first 10": {"share": 0.5, "questions": 2},
        "answer in first 1 passages": {"share": 0.6667, "questions": 3},
        "answer in first 5 passages": {"share": 0.6667, "questions": 3},
        "answer in first 10 passages": {"share": 0.6667, "questions": 3},
        "answered": {"share": 1.0, "questions": 3},
        "answer right": {"share": 0.6667, "questions": 3},
        "unanswerable question refused": {"share": 0.5, "questions": 2},
    }
    lines = describe_evaluation(measured).splitlines()
    assert lines[0] == "gold article in first 1        0.500  of 2"
    assert len(lines) == len(measured)


class _Liar(Newsbot):
    """A newsbot that quotes what no article says."""

    def answer(self, question: str, *, at: str | None = None) -> Answer:
        """An invented quote, from an article and from none."""
        del at
        known = self.find_hits("Turkey")[0].passage.article.id
        quotes = [
            Citation(n, "Lies!", found, "", "", "", None, 0, 5) for n, found in enumerate((known, "none"), start=1)
        ]
        return Answer(question, "answered", "Lies! [1][2]", tuple(quotes))


def test_an_invented_quote_is_found_out(sample_newsbot: Newsbot) -> None:
    """A quote that does not stand in its article, or whose article is unknown, counts as wrong."""
    liar = _Liar(sample_newsbot.index, sample_newsbot.embedder, [])
    assert evaluate(liar, [GoldQuestion("who lies?", None, ())]) == {
        "quote stands in its article": {"share": 0.0, "questions": 2},
        "unanswerable question refused": {"share": 0.0, "questions": 1},
    }


def test_a_copy_of_the_gold_article_is_found_for_it(settings: Settings, tmp_path: Path) -> None:
    """Search gives one of several copies; whichever it is, the report was found."""
    text = "The port of Brenn was closed on Friday after a crane fell on the ferry Albatros at pier 7. Nobody was hurt."
    lines = [{"url": f"https://{name}.example/1", "text": text} for name in ("one", "two")]
    SourceList(settings.data).add([str(write_lines(tmp_path / "news.jsonl", *lines))])
    reindex(settings, WordLlamaEmbedder())
    newsbot = build_newsbot(settings)
    for line in lines:
        measured = evaluate(newsbot, [GoldQuestion("why was the port closed?", None, ("crane",), (line["url"],))])
        assert measured["gold article in first 1"] == {"share": 1.0, "questions": 1}
    newsbot.index.close()
