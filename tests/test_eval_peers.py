"""The peers of `make eval`: each searches the same articles, and its results are measured as ours are."""

from __future__ import annotations

import re
from pathlib import Path

from bot.answer import Newsbot
from bot.evaluation.gold import GoldQuestion
from tests.eval_peers import PeerSearch, compare_with_peers, make_peers

WIRES = (
    "https://bosphorus-wire.example/2020/02/18/idlib-talks-moscow",
    "https://northern-herald.example/world/2020/02/19/erdogan-idlib-operation",
)
QUESTION = "what did Turkey demand?"


def test_each_peer_finds_the_articles_of_the_index(sample_newsbot: Newsbot, tmp_path: Path) -> None:
    """Whatever a peer's nodes are, they name stored articles; with dates known, none comes from after the question."""
    with sample_newsbot.index.use() as generation:
        ids = set(generation.store.article_ids())
        for name, retriever in make_peers(generation, tmp_path / "chroma").items():
            search = PeerSearch(retriever)
            hits = search(generation, sample_newsbot.embedder, QUESTION, k=200, at="2020-02-18")
            assert len(hits) == len(search.words), name
            found = {hit.passage.article.id for hit in hits}
            assert found <= ids
            assert all(hit.passage.text for hit in hits)
            search.dated = True
            dated = search(generation, sample_newsbot.embedder, QUESTION, k=200, at="2020-02-18")
            days = [hit.passage.article.published for hit in dated]
            assert days
            assert max(day for day in days if day)[:10] <= "2020-02-18"
            assert {hit.passage.article.published for hit in hits} - set(days), name  # the later ones were there


def test_table_of_peers(sample_newsbot: Newsbot, tmp_path: Path) -> None:
    """A row for us, two for each peer, and what we have over each, with its interval."""
    questions = [
        GoldQuestion(QUESTION, "2020-02-20", ("observation posts",), WIRES),
        GoldQuestion("how tall is the Space Launch System?", "2022-01-01", ("no such height",)),
        GoldQuestion("who won the Nobel Prize in Literature?", None, ()),
    ]
    lines = compare_with_peers(sample_newsbot, questions, tmp_path / "chroma").splitlines()
    names = ["quick start", "vectors alone", "BM25 alone", "QueryFusionRetriever"]
    assert [line.startswith("… without later articles") for line in lines[2:]] == [False, True] * len(names)
    assert [name in line for name, line in zip(names, lines[2::2], strict=True)] == [True] * len(names)
    assert lines[1].split()[:7] == ["newsbot", *["1.000"] * 3, *["0.500"] * 3]
    interval = r"[+-]\d\.\d{3} \[[+-]\d\.\d{3}, [+-]\d\.\d{3}\]"
    assert [len(re.findall(interval, line)) for line in lines] == [0, 0, *[2] * 8]
