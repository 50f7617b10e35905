"""What the commands print when all goes well, and when single items or lines fail: the contract of the command line."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Newsbot
from bot.draft import NO_EVIDENCE
from bot.render.terminal import render_text
from config.settings import Settings
from index.sources import samples_folder
from tests.conftest import RunHere, RunNewsbot

QUESTION = "what did Turkey demand?"
NOBODY_KNOWS = "how many moons does Saturn have?"
ANSWER_KEYS = "question standalone_question status answer citations notes reader timings_ms usage checks".split()
CITATION_KEYS = "number quote article_id title url outlet published start end updated outlets".split()
HIT_KEYS = "rank score article_id title url outlet published updated outlets start end text".split()
BATCH = [
    json.dumps({"id": "a", "question": QUESTION}),
    "",
    "this is no JSON",
    "[1]",
    json.dumps({"id": 7, "question": QUESTION, "at": "2020-01-01"}),
    json.dumps({"id": "no question"}),
    json.dumps({"id": None, "question": NOBODY_KNOWS, "at": "the other day"}),
    json.dumps({"question": NOBODY_KNOWS}),
]


def without_timings(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs from run to run."""
    return {key: value for key, value in answer.items() if key != "timings_ms"}


@pytest.fixture
def on_samples(sample_settings: Settings) -> tuple[str, str]:
    """The flag that lets a command work on the indexed samples."""
    return ("--data", str(sample_settings.data))


def test_version(run_here: RunHere) -> None:
    """`--version` gives the version of the installed package."""
    done = run_here("--version")
    assert (done.returncode, done.stdout) == (0, f"newsbot {metadata.version('newsbot')}\n")


def test_sources_are_added_listed_and_removed(run_here: RunHere, tmp_path: Path) -> None:
    """Folders, files and the samples become sources once each, stand in the list in order, and can be removed."""
    folder, file = tmp_path / "news", tmp_path / "one.MD"
    folder.mkdir()
    file.write_text("One thing happened.", encoding="utf-8")
    assert run_here("sources", "list").stdout == "no sources yet\n"
    added = run_here("sources", "add", "../news", str(file), "--samples")
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout.splitlines() == [
        f"added folder {folder}; `newsbot reindex` reads it",
        f"added file {file}; `newsbot reindex` reads it",
        f"added folder {samples_folder()}; `newsbot reindex` reads it",
    ]
    assert run_here("sources", "add", str(folder)).returncode == 0
    removed = run_here("sources", "remove", "../one.MD")
    assert removed.stdout == f"removed {file}; its articles go at the next `newsbot reindex`\n"
    assert run_here("sources", "list").stdout == f"folder  {folder}\nfolder  {samples_folder()}\n"
    assert json.loads(run_here("sources", "list", "--json").stdout) == [
        {"kind": "folder", "location": str(folder), "every": 0, "outlet": ""},
        {"kind": "folder", "location": samples_folder(), "every": 0, "outlet": ""},
    ]


def test_reindex_reports_what_it_did(run_here: RunHere, tmp_path: Path) -> None:
    """A re-index reports each source for people or as JSON, and a second one finds nothing to do."""
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.txt").write_text("One thing\n\nThe council of Quux met on the bridge on Monday.", encoding="utf-8")
    run_here("sources", "add", str(folder))
    first = run_here("reindex")
    progress = [f"Reading {folder}: {percent} %, {n} articles" for percent, n in ((0, 0), (100, 1))]
    assert (first.returncode, first.stderr.splitlines()) == (0, progress)
    lines = first.stdout.splitlines()
    assert lines[0] == f"{folder}: 1 new, 0 changed, 0 unchanged, 0 removed, 0 failed"
    assert lines[1].startswith("1 articles in 1 passages, done in ")
    assert len(lines) == 2
    second = run_here("reindex", "--json")
    report = json.loads(second.stdout)
    assert second.returncode == 0
    assert json.loads(second.stderr) == {"source": str(folder), "done": 0, "total": 0, "articles": 1}
    assert report.pop("seconds") >= 0
    assert report == {
        "generation": (tmp_path / "data" / "current").read_text(encoding="ascii"),
        "sources": [
            {"source": str(folder), "new": 0, "changed": 0, "unchanged": 1, "removed": 0, "failed": 0, "waiting": 0}
        ],
        "failures": [],
        "articles": 1,
        "passages": 1,
        "plan": [],
    }
    run_here("sources", "remove", str(folder))
    assert json.loads(run_here("reindex", "--full", "--json").stdout)["articles"] == 0


def test_reindex_names_each_failure_and_indexes_the_rest(run_here: RunHere, tmp_path: Path) -> None:
    """One bad file of each kind: each is named with its reason on one line, all else is indexed, and status is 1."""
    folder, gone = tmp_path / "news", tmp_path / "gone"
    for made in (folder, gone):
        made.mkdir()
    good = json.dumps({"title": "Quux", "text": "The council of Quux demanded five coins."})
    contents = {
        "binary.txt": b"\x89PNG\0\0\0",
        "empty.md": b" \n",
        "large.txt": b"word " * 210_000,
        "latin.txt": "Zürich wählt".encode("latin-1"),
        "lines.jsonl": f'{good}\n{{"text": \n[1]\n{{"title": "nothing"}}\n'.encode(),
        "matter.md": b"---\ntitle: [\n---\nText.",
        "page.html": b"<html><body></body></html>",
        "remark.txt": b"Please enter your comment!",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "link.txt").symlink_to(tmp_path / "nowhere")
    run_here("sources", "add", str(folder), str(gone))
    gone.rmdir()
    done = run_here("reindex", "--max-file-mb", "1")
    failed = {
        line.removeprefix("failed: ").replace(f"{folder}/", "")
        for line in done.stdout.splitlines()
        if line.startswith("failed: ")
    }
    not_yaml = "its front matter is not YAML"
    assert done.returncode == 1
    assert {line for line in failed if not_yaml not in line} == {
        "binary.txt: is binary, not text",
        "empty.md: is empty",
        "large.txt: is 1.1 MB, over the limit of 1.0 MB",
        "latin.txt: is not UTF-8 (byte 1); save it as UTF-8",
        "lines.jsonl:2: is not JSON: Expecting value: line 2 column 1 (char 10)",
        "lines.jsonl:3: is not a JSON object",
        'lines.jsonl:4: is not an article: it has no "text"',
        "link.txt: cannot be read: No such file or directory",
        "page.html: is not an article: no article text was found in the page",
        "remark.txt: has no article text",
        f"{gone}: the folder is not there (its articles are kept)",
    }
    assert [line.split(": ")[0] for line in failed if not_yaml in line] == ["matter.md"]
    assert done.stdout.splitlines()[0] == f"{folder}: 1 new, 0 changed, 0 unchanged, 0 removed, 11 failed"
    status = run_here("status")
    assert status.returncode == 1
    assert {line for line in status.stdout.splitlines() if line.startswith("failed: ")} == {
        line for line in done.stdout.splitlines() if line.startswith("failed: ")
    }
    assert json.loads(run_here("search", "Quux", "--json").stdout)["hits"][0]["title"] == "Quux"


def test_many_failures_are_counted(run_here: RunHere, tmp_path: Path) -> None:
    """Of very many failures twenty are listed for people, and the rest is counted."""
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "all.jsonl").write_text("x\n" * 25, encoding="utf-8")
    run_here("sources", "add", str(folder))
    lines = run_here("reindex").stdout.splitlines()
    assert len([line for line in lines if line.startswith("failed: ")]) == 20
    assert lines[-1] == "… and 5 more (`newsbot status --json` has all)"
    assert len(json.loads(run_here("status", "--json").stdout)["failures"]) == 25


def test_progress_on_a_terminal(run_here: RunHere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a terminal a re-index shows a bar for each source, also for one in which nothing has changed."""
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.txt").write_text("The council of Quux met.", encoding="utf-8")
    run_here("sources", "add", str(folder))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    for _ in range(2):
        done = run_here("reindex")
        assert done.returncode == 0
        assert "━" in done.stderr
        assert "1 articles" in done.stderr


@pytest.mark.parametrize("at", [(), ("--at", "2020-02-18")], ids=["now", "at"])
def test_ask_answers(run_here: RunHere, on_samples: tuple[str, str], sample_newsbot: Newsbot, at: tuple[str]) -> None:
    """`ask` prints the answer as text or, with exactly the keys of the contract, as JSON; `--at` counts."""
    expected = sample_newsbot.answer(QUESTION, at=at[-1] if at else None)
    assert expected.status == "answered"
    assert run_here("ask", QUESTION, *at, *on_samples).stdout == f"{render_text(expected)}\n"
    done = run_here("ask", QUESTION, *at, "--json", *on_samples)
    printed = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(printed) == ANSWER_KEYS
    assert [list(citation) for citation in printed["citations"]] == [CITATION_KEYS] * len(expected.citations)
    assert without_timings(printed) == without_timings(expected.as_json())
    assert set(printed["timings_ms"]) == {"follow up", "search", "read", "verify", "compare", "total"}
    with sample_newsbot.index.use() as generation:
        for citation in printed["citations"]:
            article = generation.store.article(citation["article_id"])
            assert article is not None
            assert article.text[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize(
    ("question", "at"), [(NOBODY_KNOWS, "2024-01-01"), (QUESTION, "2019-12-31"), ("", "2024-01-01")]
)
def test_ask_refuses(run_here: RunHere, on_samples: tuple[str, str], question: str, at: str) -> None:
    """What no article says, or none had said by then, is answered by a plain refusal that cites nothing."""
    done = run_here("ask", question, "--at", at, "--json", *on_samples)
    printed = json.loads(done.stdout)
    assert (done.returncode, printed["status"], printed["answer"]) == (0, "no_evidence", NO_EVIDENCE)
    assert printed["citations"] == []


def test_search_prints_hits(run_here: RunHere, on_samples: tuple[str, str], sample_newsbot: Newsbot) -> None:
    """`search` prints the k best passages, as JSON with exactly the keys of the contract and exact offsets."""
    done = run_here("search", QUESTION, "-k", "3", "--json", *on_samples)
    printed = json.loads(done.stdout)
    assert (done.returncode, done.stderr, list(printed)) == (0, "", ["question", "hits", "queries"])
    assert printed["queries"] == [{"text": QUESTION, "period": None, "outlet": ""}]
    assert [list(hit) for hit in printed["hits"]] == [HIT_KEYS] * 3
    assert [hit["rank"] for hit in printed["hits"]] == [1, 2, 3]
    with sample_newsbot.index.use() as generation:
        for hit in printed["hits"]:
            article = generation.store.article(hit["article_id"])
            assert article is not None
            assert article.text[hit["start"] : hit["end"]] == hit["text"]
    best = printed["hits"][0]
    text = run_here("search", QUESTION, "-k", "1", *on_samples).stdout
    assert text == f"1. {best['outlet']}, {best['published']}, {best['title']}\n   {' '.join(best['text'].split())}\n\n"
    assert run_here("search", QUESTION, "--at", "2019-12-31", *on_samples).stdout == "nothing was found\n"


def test_search_says_what_it_understood(run_here: RunHere, on_samples: tuple[str, str]) -> None:
    """`search --json` shows each part of a question, its spelling put right, its period with the reason, its outlet."""
    asked = "According to the Northern Herald, what did Erdogn and Putin each say last week?"
    done = run_here("search", asked, "--at", "2020-02-24", "--json", *on_samples)
    period = {
        "words": "last week",
        "from": "2020-02-17",
        "to": "2020-02-23",
        "reason": '"last week" is 2020-02-17 to 2020-02-23, asked on 2020-02-24',
    }
    assert json.loads(done.stdout)["queries"] == [
        {
            "text": f"According to the Northern Herald, what did {name} say last week?",
            "period": period,
            "outlet": "northern herald",
        }
        for name in ("Erdogan", "Putin")
    ]


@pytest.mark.parametrize("way", ["file", "-"])
def test_ask_batch(run_newsbot: RunNewsbot, sample_newsbot: Newsbot, on_samples: tuple[str, str], way: str) -> None:
    """A batch gives one line for each question, in order, with its id; a bad line fails by itself and is named."""
    file = Path("questions.jsonl")
    file.write_bytes("\n".join([*BATCH, '{"question": "\\ud800"}', "[" * 100_000]).encode() + b'\n{"question": "\xff"}')
    stdin = "" if way == "file" else file.read_bytes().decode(errors="surrogateescape")
    done = run_newsbot("ask", "--batch", str(file) if way == "file" else "-", *on_samples, stdin=stdin)
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    known = [without_timings(sample_newsbot.answer(QUESTION, at=at).as_json()) for at in (None, "2020-01-01")]
    unknown = without_timings(sample_newsbot.answer(NOBODY_KNOWS).as_json())
    right = [{"id": "a", **known[0]}, {"id": 7, **known[1]}, unknown]
    assert [without_timings(answer) for answer in printed if answer["status"] != "failed"] == right
    assert [answer["status"] == "failed" for answer in printed] == [False, True, True, False, True, True, False] + [
        True
    ] * 3
    assert [answer.get("id", "-") for answer in printed] == ["a", "-", "-", 7, "no question", None, "-", "-", "-", "-"]
    errors = done.stderr.splitlines()
    assert [error.split(": ")[:2] for error in errors] == [["newsbot", f"line {n}"] for n in (3, 4, 6, 7, 9, 10, 11)]
    assert [answer["notes"] for answer in printed if answer["status"] == "failed"] == [
        [error.split(": ", maxsplit=2)[2]] for error in errors
    ]
    assert done.returncode == 1


def test_search_batch(run_here: RunHere, on_samples: tuple[str, str], tmp_path: Path) -> None:
    """`search --batch` keeps order and ids, and `--at` counts for the lines that name no moment of their own."""
    file = tmp_path / "questions.jsonl"
    lines = [{"id": 2, "question": QUESTION}, {"id": 1, "question": QUESTION, "at": "2020-02-20"}]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = run_here("search", "--batch", str(file), "-k", "1", "--at", "2019-12-31", *on_samples)
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [(found["id"], found["question"], len(found["hits"])) for found in printed] == [
        (2, QUESTION, 0),
        (1, QUESTION, 1),
    ]


def test_status_of_the_samples(run_here: RunHere, on_samples: tuple[str, str], sample_settings: Settings) -> None:
    """`status` tells what the index holds, for people and as JSON, and is 0 when nothing failed."""
    done = run_here("status", "--json", *on_samples)
    printed = json.loads(done.stdout)
    passages, reindexed, reading = printed["passages"], printed["reindexed"], printed["reading"][0]
    generation = (sample_settings.data / "current").read_text(encoding="ascii")
    read, following = (datetime.fromisoformat(reading[key]) for key in ("last_read", "next_read"))
    assert (following - read).total_seconds() == 900
    assert printed["size_bytes"] > 100_000
    assert done.returncode == 0
    assert printed == {
        "articles": 16,
        "passages": passages,
        "vectors": passages,
        "keywords": passages,
        "size_bytes": printed["size_bytes"],
        "sources": [samples_folder()],
        "reading": [
            {
                "source": samples_folder(),
                "kind": "folder",
                "articles": 16,
                "last_read": reading["last_read"],
                "next_read": reading["next_read"],
                "failed": 0,
                "last_error": None,
            }
        ],
        "reindexed": reindexed,
        "failures": [],
        "embedder": "wordllama/l2_supercat_256",
        "generation": generation,
        "usage": {
            name: {"prompt_tokens": 0, "completion_tokens": 0, "calls": 0, "questions": 0, "cost": None}
            for name in ("today", "total")
        },
        "data": str(sample_settings.data),
    }
    assert run_here("status", *on_samples).stdout.splitlines() == [
        f"16 articles in {passages} passages from 1 sources, {printed['size_bytes'] / 1e6:.1f} MB",
        f"last re-index: {reindexed}",
        f"embedder: wordllama/l2_supercat_256; generation: {generation}",
        f"folder {samples_folder()}: 16 articles, read {reading['last_read']}, next {reading['next_read']}",
    ]


def test_eval_measures(run_here: RunHere, on_samples: tuple[str, str], tmp_path: Path) -> None:
    """`eval` gives the share of what was right, with the number of questions, as JSON and as a table."""
    file = tmp_path / "gold.jsonl"
    urls = [
        "https://bosphorus-wire.example/2020/02/18/idlib-talks-moscow",
        "https://northern-herald.example/world/2020/02/19/erdogan-idlib-operation",
    ]
    lines = [
        {"question": QUESTION, "answers": ["observation posts"], "articles": urls, "at": "2020-02-20"},
        {"question": NOBODY_KNOWS, "answers": []},
    ]
    file.write_text("\n".join([*map(json.dumps, lines), ""]), encoding="utf-8")
    printed = json.loads(run_here("eval", str(file), "--json", *on_samples).stdout)
    quotes = printed.pop("quote stands in its article")
    assert quotes == {"share": 1.0, "questions": quotes["questions"]}
    found = [name.format(n) for n in (1, 5, 10) for name in ("gold article in first {}", "answer in first {} passages")]
    found += ["answer right of those in first 10 passages", "citation recall"]
    names = [*found, "gold article, mean reciprocal rank", "answered", "answer right", "unanswerable question refused"]
    others = {"citation precision", "answerable question refused", "timings_ms", "usage", "checks", "causes"}
    others |= {f"statement {check}" for check in ("kept", "repaired", "left out")}
    assert printed.keys() >= others
    assert [one["kind"] for one in printed.pop("per_question")] == list(printed.pop("by_kind"))
    assert printed.pop("failures") == []
    shares = {name: value for name, value in printed.items() if name not in others}
    assert shares == {name: {"share": 1.0, "questions": 1} for name in names}
    table = run_here("eval", str(file), *on_samples).stdout.splitlines()
    assert [line.split()[-3:] for line in table if line.startswith("answer right  ")] == [["1.000", "of", "1"]]
    assert table[len(names) + 6] == ""  # with the quotes and the other shares these are all; the tables of kinds follow
