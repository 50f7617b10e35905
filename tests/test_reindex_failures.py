"""Re-indexing when something goes wrong: sources vanish, files spoil, and embedders fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import ServiceError
from config.settings import Settings
from index.articles import Failure
from index.embed import WordLlamaEmbedder
from index.generations import current_name
from index.reindex import reindex
from index.report import Report, SourceReport
from index.sources import SourceList
from tests.newsroom import (
    CountingEmbedder,
    FailingEmbedder,
    id_of,
    open_index,
    read_contents,
    read_texts,
    report_of,
    write_lines,
    write_text,
)

IndexFolder = Callable[..., Report]


def test_a_vanished_folder_keeps_its_articles(settings: Settings, index_folder: IndexFolder, news: Path) -> None:
    """A folder that is not there is a failure that is kept for `status`, and costs no article, then or afterwards."""
    index_folder(news)
    before = read_contents(settings)
    news.rename(news.with_name("away"))
    report = reindex(settings, FailingEmbedder(WordLlamaEmbedder()), allow_removal=True)
    expected = [Failure(str(news), str(news), "the folder is not there (its articles are kept)")]
    assert report.failures == expected
    assert read_contents(settings) == before
    with open_index(settings) as generation:
        assert [remembered.failure for remembered in generation.ledger.failures()] == expected
        assert generation.store.read_meta()["reindexed"] > "2020"
    news.with_name("away").rename(news)
    assert report_of(index_folder(news)) == [SourceReport("news", unchanged=4)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\0\0", "is binary, not text"),
        (b"caf\xe9", "is not UTF-8 (byte 3); save it as UTF-8"),
        (b"Read more", "has no article text"),
        (b"x" * 1_000_001, "is 1.0 MB, over the limit of 1.0 MB"),
    ],
    ids=["empty", "binary", "latin-1", "boilerplate", "large"],
)
def test_a_file_that_spoils_keeps_its_article(
    settings: Settings, embedder: WordLlamaEmbedder, news: Path, content: bytes, reason: str
) -> None:
    """A file that cannot be read any more is a failure, its article stays, and what is new beside it is indexed."""
    SourceList(settings.data).add([str(news)])
    limited = settings.model_copy(update={"max_file_mb": 1})
    reindex(limited, embedder)
    (news / "a.txt").write_bytes(content)
    write_text(news / "z.txt", "Wind rose.")
    for report in (reindex(limited, embedder), reindex(limited, embedder)):
        assert report.failures == [Failure(str(news), str(news / "a.txt"), reason)]
        texts = read_texts(settings)
        assert (texts[id_of(news / "a.txt")], texts[id_of(news / "z.txt")]) == ("Ships left the port.", "Wind rose.")
    write_text(news / "a.txt", "Ships came back.")
    assert reindex(limited, embedder).failures == []
    assert read_texts(settings)[id_of(news / "a.txt")] == "Ships came back."


def test_a_bad_line_costs_only_itself(settings: Settings, index_folder: IndexFolder, news: Path) -> None:
    """A `.jsonl` file with a bad line keeps the articles it had, and gives those it has anew."""
    index_folder(news)
    with (news / "c.jsonl").open("w") as stream:
        stream.write(
            '{"id": "c1", "text": "Rain fell all day."}\n{"id": "c2", "te\n{"id": "c3", "text": "Hail fell."}\n'
        )
    report = index_folder(news)
    assert report_of(report) == [SourceReport("news", new=1, changed=1, unchanged=2, failed=1)]
    assert [failure.item for failure in report.failures] == [f"{news / 'c.jsonl'}:2"]
    texts = read_texts(settings)
    assert [texts[i] for i in ("c1", "c2", "c3")] == ["Rain fell all day.", "Snow fell.", "Hail fell."]


def test_of_two_articles_with_one_id_the_first_stands(
    settings: Settings, index_folder: IndexFolder, news: Path
) -> None:
    """The same article twice is one; another article under an id of this run is a failure that names the id."""
    write_lines(news / "d.jsonl", {"id": "c1", "text": "Rain fell."}, {"id": "c2", "text": "Other news."})
    report = index_folder(news)
    reason = "another article of this run has the id c2, with other content"
    assert report.failures == [Failure(str(news), str(news / "d.jsonl"), reason)]
    assert report_of(report) == [SourceReport("news", new=4, unchanged=1, failed=1)]
    assert read_texts(settings)["c2"] == "Snow fell."
    assert index_folder(news).failures == report.failures


def test_an_embedder_that_fails_in_mid_run_loses_nothing(
    settings: Settings, embedder: WordLlamaEmbedder, tmp_path: Path
) -> None:
    """What was stored before the failure stays, old versions answer, and the next run does the rest."""

    def write(version: str) -> None:
        lines = [{"id": f"a{n}", "text": f"Article {n}, {version} version."} for n in range(1500)]
        write_lines(tmp_path / "news" / "a.jsonl", *lines)

    write("first")
    SourceList(settings.data).add([str(tmp_path / "news")])
    with pytest.raises(ServiceError, match=r"^the embedding model failed \(503\): try again$"):
        reindex(settings, FailingEmbedder(embedder))
    assert read_texts(settings) == {}
    reindex(settings, embedder)
    write("second")
    with pytest.raises(ServiceError):
        reindex(settings, FailingEmbedder(embedder, calls=1))
    texts = read_texts(settings)
    assert sorted(texts) == sorted(f"a{n}" for n in range(1500))
    assert sorted({text.split(", ")[1] for text in texts.values()}) == ["first version.", "second version."]
    counting = CountingEmbedder(embedder)
    assert report_of(reindex(settings, counting)) == [SourceReport("news", changed=500, unchanged=1000)]
    assert len(counting.texts) == 500
    assert {text.split(", ")[1] for text in read_texts(settings).values()} == {"second version."}
    read_contents(settings)


def test_a_full_reindex_that_fails_leaves_the_old_generation(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, news: Path
) -> None:
    """A new generation that was not finished never answers, and the next run removes it."""
    name = index_folder(news).generation
    before = read_contents(settings)
    with pytest.raises(ServiceError):
        reindex(settings, FailingEmbedder(embedder), full=True)
    assert (current_name(settings), read_contents(settings)) == (name, before)
    index_folder(news)
    assert [path.name for path in (settings.data / "generations").iterdir()] == [name]
