"""Re-indexing folders and files on real parts: only what changed is touched, and nothing that was there is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from index.articles import Article, Failure
from index.embed import WordLlamaEmbedder
from index.generations import current_name
from index.live import LiveIndex
from index.reindex import reindex
from index.report import Progress, Report, SourceReport
from index.sources import SourceList, samples_folder
from tests.newsroom import (
    CountingEmbedder,
    id_of,
    read_articles,
    read_contents,
    read_texts,
    report_of,
    write_lines,
    write_text,
)

IndexFolder = Callable[..., Report]


def test_a_second_run_touches_only_what_changed(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, news: Path
) -> None:
    """A run embeds what is new or changed and nothing else, and replaces a changed article in its place."""
    assert report_of(index_folder(news)) == [SourceReport("news", new=4)]
    counting = CountingEmbedder(embedder)
    assert report_of(reindex(settings, counting)) == [SourceReport("news", unchanged=4)]
    assert counting.texts == []
    write_text(news / "a.txt", "Ships left the port at night.")
    write_text(news / "d.txt", "Wind rose.")
    write_lines(news / "c.jsonl", {"id": "c1", "text": "Rain fell."}, {"id": "c2", "text": "Snow fell hard."})
    report = reindex(settings, counting)
    assert report_of(report) == [SourceReport("news", new=1, changed=2, unchanged=2)]
    assert counting.texts == ["Wind rose.", "Snow fell hard.", "Ships left the port at night."]
    assert (report.articles, report.passages, report.failures) == (5, 5, [])
    assert report.as_json()["sources"][0]["new"] == 1
    assert read_texts(settings) == {
        id_of(news / "a.txt"): "Ships left the port at night.",
        id_of(news / "b.txt"): "The bank kept its rates.",
        id_of(news / "d.txt"): "Wind rose.",
        "c1": "Rain fell.",
        "c2": "Snow fell hard.",
    }
    read_contents(settings)


def test_a_file_that_was_touched_is_not_embedded_again(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, news: Path
) -> None:
    """A file of another time with the same content is not embedded, and neither is new metadata alone."""
    index_folder(news)
    (news / "a.txt").rename(news / "moved")
    write_text(news / "a.txt", "Ships left the port.")
    lines = ({"id": i, "text": text, "outlet": "Wire"} for i, text in (("c1", "Rain fell."), ("c2", "Snow fell.")))
    write_lines(news / "c.jsonl", *lines)
    counting = CountingEmbedder(embedder)
    assert report_of(reindex(settings, counting)) == [SourceReport("news", changed=2, unchanged=2)]
    assert counting.texts == []
    assert read_articles(settings)["c1"] == Article("c1", "Rain fell.", outlet="Wire")


def test_what_is_gone_from_a_complete_source_is_removed(
    settings: Settings, index_folder: IndexFolder, news: Path
) -> None:
    """An article goes with its file, and with its line of a file."""
    index_folder(news)
    (news / "a.txt").unlink()
    write_lines(news / "c.jsonl", {"id": "c2", "text": "Snow fell."})
    assert report_of(index_folder(news)) == [SourceReport("news", unchanged=2, removed=2)]
    assert read_texts(settings) == {id_of(news / "b.txt"): "The bank kept its rates.", "c2": "Snow fell."}
    assert report_of(index_folder(news)) == [SourceReport("news", unchanged=2)]
    read_contents(settings)


@pytest.mark.parametrize("way", ["files", "lines"])
def test_the_loss_of_most_articles_is_held_back_until_allowed(
    settings: Settings, index_folder: IndexFolder, tmp_path: Path, way: str
) -> None:
    """More than half of a source gone is told, run after run, and happens only once it is allowed."""
    news = tmp_path / "news"

    def write(numbers: range) -> None:
        if way == "lines":
            write_lines(news / "a.jsonl", *({"id": f"a{n}", "text": f"Text {n}."} for n in numbers))
            return
        for path in news.glob("*"):
            path.unlink()
        for n in numbers:
            write_lines(news / f"{n}.jsonl", {"id": f"a{n}", "text": f"Text {n}."})

    write(range(5))
    index_folder(news)
    write(range(2))
    reason = "3 articles are gone from it, more than half; to remove them, run `newsbot reindex --allow-removal`"
    for _ in range(2):
        report = index_folder(news)
        assert report_of(report) == [SourceReport("news", unchanged=2, failed=1)]
        assert report.failures == [Failure(str(news), str(news), reason)]
        assert len(read_texts(settings)) == 5
    assert report_of(index_folder(news, allow_removal=True)) == [SourceReport("news", unchanged=2, removed=3)]
    assert sorted(read_texts(settings)) == ["a0", "a1"]


def test_an_article_of_two_sources_goes_with_the_last(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, news: Path, tmp_path: Path
) -> None:
    """What another source has too stays when one loses it, or is itself removed from the list."""
    other = write_lines(tmp_path / "other" / "o.jsonl", {"id": "c1", "text": "Rain fell."}).parent
    index_folder(other)
    assert report_of(index_folder(news)) == [SourceReport("other", unchanged=1), SourceReport("news", 3, 0, 1)]
    SourceList(settings.data).remove([str(news)])
    assert report_of(reindex(settings, embedder)) == [
        SourceReport("other", unchanged=1),
        SourceReport("news", removed=3),
    ]
    assert read_texts(settings) == {"c1": "Rain fell."}
    assert report_of(reindex(settings, embedder)) == [SourceReport("other", unchanged=1)]
    SourceList(settings.data).remove([str(other)])
    assert report_of(reindex(settings, embedder)) == [SourceReport("other", removed=1)]
    assert read_contents(settings) == {"articles": {}, "passages": set(), "copies": set()}


def test_a_full_reindex_builds_anew_and_keeps_what_has_no_source_now(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, news: Path, tmp_path: Path
) -> None:
    """All is embedded again in a new generation, also the articles of a folder that is not there."""
    gone = write_text(tmp_path / "gone" / "g.txt", "Fog came.").parent
    index_folder(gone)
    first = index_folder(news)
    before = read_contents(settings)
    gone.rename(tmp_path / "away")
    counting = CountingEmbedder(embedder)
    report = reindex(settings, counting, full=True)
    assert report.generation == current_name(settings) != first.generation
    assert len(counting.texts) == report.articles == report.passages == 5
    assert read_contents(settings) == before
    assert report_of(index_folder(news)) == [SourceReport("gone", failed=1), SourceReport("news", unchanged=4)]


def test_questions_are_answered_all_through_a_reindex(
    settings: Settings, embedder: WordLlamaEmbedder, index_folder: IndexFolder, news: Path
) -> None:
    """At each moment of a run that replaces every article, the live index has each article, old or new."""
    index_folder(news)
    live = LiveIndex(settings)
    for path in (news / "a.txt", news / "b.txt"):
        write_text(path, path.read_text() + " It was late.")
    seen: list[Progress] = []

    def ask(progress: Progress) -> None:
        seen.append(progress)
        with live.use() as generation:
            assert generation.store.count("articles") == 4
            assert len(generation.store.load_passages([i for i, _ in generation.keywords.search("ships bank", 9)])) == 2

    reindex(settings, embedder, on_progress=ask)
    sizes = [(news / name).stat().st_size for name in ("a.txt", "b.txt")]
    assert seen == [Progress(str(news), done, sum(sizes), n) for done, n in ((0, 2), (sizes[0], 3), (sum(sizes), 4))]
    live.close()


def test_the_samples_have_title_outlet_and_date(sample_settings: Settings) -> None:
    """Each sample article gives its title, outlet and date, of at least four stories' outlets, without boilerplate."""
    articles = list(read_articles(sample_settings).values())
    assert len(articles) >= 12
    assert all(article.title and article.outlet and article.published for article in articles)
    assert len({article.outlet for article in articles}) >= 4
    first = next(a for a in articles if a.published == "2020-02-17")
    assert (first.title, first.outlet) == (
        "Turkey and Russia open Idlib talks in Moscow as UN counts 900,000 displaced",
        "Levant Courier",
    )
    assert "Please enter your comment!" in next(Path(samples_folder()).glob("2020-02-17-*")).read_text()
    assert not any("please enter" in article.text.lower() for article in articles)
    assert first.text.endswith("thousands of troops and hundreds of vehicles across the border.")
