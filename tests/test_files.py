"""Sources and their files: what is listed and read, and a named failure for everything that cannot be."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import NewsbotError, UsageError
from index.articles import Failure
from index.files import ArticleFile, Document, list_files, read_documents
from index.sources import Source, SourceList, recognise_path, samples_folder

MB = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of articles."""
    (tmp_path / "news").mkdir()
    return tmp_path / "news"


def read_file(path: Path, max_bytes: int = MB) -> list[Document | Failure]:
    """The documents of one file that is a source."""
    source = Source("file", str(path))
    (file,) = list_files(source)
    return list(read_documents(source, file, max_bytes)) if isinstance(file, ArticleFile) else [file]


def failed(path: Path, reason: str, line: int | None = None) -> Failure:
    """The failure of a file that is a source, or of one of its lines."""
    return Failure(str(path), str(path) if line is None else f"{path}:{line}", reason)


def make_sparse(path: Path, size: int) -> Path:
    """A file of zeros that takes no place on the disk."""
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


def test_a_folder_lists_its_article_files(folder: Path) -> None:
    """Article files of a folder and its subfolders are listed in order; hidden and other files are not."""
    for name in ("b.txt", "a.MD", "sub/c.html", "sub/d.htm", "e.jsonl", ".hidden.txt", ".git/f.txt", "g.pdf", "sub/h"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x" * 7)
    found = [file for file in list_files(Source("folder", str(folder))) if isinstance(file, ArticleFile)]
    names = [str(file.path.relative_to(folder)) for file in found]
    assert names == ["a.MD", "b.txt", "e.jsonl", "sub/c.html", "sub/d.htm"]
    assert {file.size for file in found} == {7}


def test_a_stamp_changes_with_its_file(folder: Path) -> None:
    """The stamp of a file tells another size and another time of change."""
    path = folder / "a.txt"
    stamps = set()
    for text, moment in (("one", 1), ("three", 1), ("three", 2)):
        path.write_text(text)
        os.utime(path, ns=(moment, moment))
        (file,) = list_files(Source("file", str(path)))
        assert isinstance(file, ArticleFile)
        stamps.add(file.stamp)
    assert stamps == {"3-1", "5-1", "5-2"}


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_text_file_is_one_document(folder: Path, name: str) -> None:
    """A text file is read as UTF-8, without its byte order mark."""
    path = folder / name
    path.write_bytes(b"\xef\xbb\xbfErdo\xc4\x9fan said no.")
    assert read_file(path) == [Document(str(path), path.suffix, "Erdoğan said no.", 20)]


@pytest.mark.parametrize("name", ["a.html", "a.HTM"])
def test_a_page_is_given_as_its_bytes(folder: Path, name: str) -> None:
    """A page may name its own encoding, so its bytes are left to the extractor."""
    path = folder / name
    path.write_bytes(b"<p>caf\xe9</p>")
    assert read_file(path) == [Document(str(path), ".html", b"<p>caf\xe9</p>", 11)]


def test_each_line_of_a_jsonl_file_stands_alone(folder: Path) -> None:
    """Every good line is a document, every bad one a failure with its number; blank lines are nothing."""
    path = folder / "a.jsonl"
    good, last = b'{"text": "one"}\n', b'{"text": "last"}'
    too_deep = b"[" * 100_000 + b"\n"
    bad = [b"{broken\n", b'["a list"]\n', b'{"text": "caf\xe9"}\n', b'{"text": "a\0b"}\n', too_deep, b" \n"]
    path.write_bytes(b"".join([good, *bad, b'"' + b"x" * MB + b'"\n', good, last]))
    assert read_file(path) == [
        Document(f"{path}:1", ".jsonl", {"text": "one"}, len(good)),
        failed(path, "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)", 2),
        failed(path, "is not a JSON object", 3),
        failed(path, "is not UTF-8 (byte 13); save it as UTF-8", 4),
        failed(path, "is binary, not text", 5),
        failed(
            path, "is not JSON: maximum recursion depth exceeded while decoding a JSON array from a unicode string", 6
        ),
        failed(path, "the line is over the limit of 1.0 MB", 8),
        Document(f"{path}:9", ".jsonl", {"text": "one"}, len(good)),
        Document(f"{path}:10", ".jsonl", {"text": "last"}, len(last)),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.md", b" \n\t ", "is empty"),
        ("a.html", b"", "is empty"),
        ("a.jsonl", b"", "is empty"),
        ("a.txt", b"PK\x03\x04\0\0\0", "is binary, not text"),
        ("a.html", b"\x89PNG\r\n\0\0", "is binary, not text"),
        ("a.txt", "Erdoğan".encode("utf-16"), "is binary, not text"),
        ("a.txt", b"caf\xe9", "is not UTF-8 (byte 3); save it as UTF-8"),
        ("a.md", b"\xff\xfe", "is not UTF-8 (byte 0); save it as UTF-8"),
    ],
)
def test_what_is_not_text_is_a_named_failure(folder: Path, name: str, content: bytes, reason: str) -> None:
    """An empty, binary or wrongly encoded file is a failure that says so."""
    path = folder / name
    path.write_bytes(content)
    assert read_file(path) == [failed(path, reason)]


@pytest.mark.parametrize(("size", "shown"), [(MB + 1, "1.0 MB"), (104_857_600, "104.9 MB")])
def test_a_file_over_the_limit_is_not_read(folder: Path, size: int, shown: str) -> None:
    """A file over the limit is a failure that names its size and the limit."""
    path = make_sparse(folder / "a.txt", size)
    assert read_file(path) == [failed(path, f"is {shown}, over the limit of 1.0 MB")]


def test_a_huge_line_is_skipped_without_holding_it(folder: Path) -> None:
    """A `.jsonl` file may be large, and a line of 100 MB costs only itself."""
    path = make_sparse(folder / "a.jsonl", 104_857_600)
    with path.open("ab") as stream:
        stream.write(b'\n{"text": "after it"}\n')
    assert read_file(path) == [
        failed(path, "the line is over the limit of 1.0 MB", 1),
        Document(f"{path}:2", ".jsonl", {"text": "after it"}, 21),
    ]


def test_a_vanished_source_is_one_failure(folder: Path) -> None:
    """A folder or file that is not there any more is a failure that names it."""
    path = folder / "a.txt"
    assert list(list_files(Source("folder", str(path)))) == [
        failed(path, "the folder is not there (its articles are kept)")
    ]
    assert list(list_files(Source("file", str(path)))) == [failed(path, "cannot be read: No such file or directory")]


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_file_that_vanishes_before_it_is_read_is_a_failure(folder: Path, name: str) -> None:
    """A file may go between being listed and being read."""
    path = folder / name
    path.write_text("x")
    source = Source("file", str(path))
    (file,) = list_files(source)
    assert isinstance(file, ArticleFile)
    path.unlink()
    assert list(read_documents(source, file, MB)) == [failed(path, "cannot be read: No such file or directory")]


def test_a_subfolder_that_vanishes_is_a_failure(folder: Path) -> None:
    """A subfolder may go while its folder is listed; the files before it are given."""
    for name in ("a.txt", "sub/b.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    files = list_files(Source("folder", str(folder)))
    assert isinstance(next(files), ArticleFile)
    shutil.rmtree(folder / "sub")
    reason = "cannot be listed: No such file or directory"
    assert list(files) == [Failure(str(folder), str(folder / "sub"), reason)]


def test_what_is_no_readable_file_is_a_failure_of_its_own(folder: Path) -> None:
    """Links to nowhere or in a circle, pipes, and names that are not UTF-8 fail by name, and the rest is listed."""
    (folder / "circle.txt").symlink_to("circle.txt")
    (folder / "nowhere.txt").symlink_to("gone.txt")
    os.mkfifo(folder / "pipe.txt")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("x")
    (folder / "good.txt").write_text("x")
    found = {
        Path(file.item).name if isinstance(file, Failure) else file.path.name: getattr(file, "reason", None)
        for file in list_files(Source("folder", str(folder)))
    }
    assert found == {
        "circle.txt": "cannot be read: Too many levels of symbolic links",
        "nowhere.txt": "cannot be read: No such file or directory",
        "pipe.txt": "is not a regular file",
        "caf\\xe9.txt": "its name is not UTF-8; rename it",
        "good.txt": None,
    }


def test_sources_are_added_and_removed(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list keeps its order, knows each source once by its absolute path, and survives in its file."""
    (folder / "a.txt").write_text("x")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    sources = SourceList(tmp_path / "data")
    assert sources.read() == []
    news, text = Source("folder", str(folder)), Source("file", str(folder / "a.txt"))
    assert sources.add(["a.txt", ".", "~/news"]) == [text, news]
    assert sources.add([str(folder)]) == []
    feed = Source("feed", "https://wire.example/feed.xml", every=5, outlet="Wire")
    assert sources.add([feed, feed]) == [feed]
    assert sources.add([replace(feed, every=7)]) == [replace(feed, every=7)]
    assert sources.remove([feed.location]) == [replace(feed, every=7)]
    assert (news.is_local, text.is_local, feed.is_local) == (True, True, False)
    assert SourceList(tmp_path / "data").read() == [text, news]
    shutil.rmtree(folder)
    assert sources.remove([str(folder)]) == [news]
    assert sources.read() == [text]


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("nowhere", "does not exist"),
        ("a.pdf", "is not an article file"),
    ],
)
def test_what_is_no_source_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, location: str, problem: str
) -> None:
    """A location that cannot be read is refused with the reason, and nothing of that call is added."""
    monkeypatch.chdir(folder)
    (folder / "a.pdf").write_text("x")
    sources = SourceList(folder / "data")
    with pytest.raises(UsageError, match=f"^{location} {problem}: "):
        sources.add([str(folder), location])
    assert sources.read() == []


def test_a_name_that_is_not_utf8_is_refused(folder: Path) -> None:
    """A source is stored and shown by its name, so the name has to be text."""
    path = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9"))
    path.mkdir()
    with pytest.raises(UsageError, match=r"is not UTF-8: rename it$"):
        recognise_path(str(path))


def test_removing_what_is_no_source_removes_nothing(tmp_path: Path, folder: Path) -> None:
    """One wrong location in a call leaves all sources."""
    sources = SourceList(tmp_path / "data")
    sources.add([str(folder)])
    with pytest.raises(UsageError, match=r"^nowhere is not a source: `newsbot sources list` shows those there are$"):
        sources.remove([str(folder), "nowhere"])
    assert sources.read() == [Source("folder", str(folder))]


@pytest.mark.parametrize("content", ["{broken", '[{"kind": "folder"}]', "[1]", '[{"kind": "x", "location": "y"}]'])
def test_a_broken_list_of_sources_is_one_clear_error(tmp_path: Path, content: str) -> None:
    """A list that cannot be read says which file to mend."""
    (tmp_path / "sources.json").write_text(content)
    with pytest.raises(NewsbotError, match=rf"^cannot read {tmp_path}/sources.json \(.*\): mend or remove it"):
        SourceList(tmp_path).read()


def test_a_list_that_cannot_be_written_is_one_clear_error(tmp_path: Path, folder: Path) -> None:
    """A data directory that cannot be written to says what is wrong."""
    (tmp_path / "data" / "sources.new").mkdir(parents=True)
    with pytest.raises(NewsbotError, match=r"^cannot write .*/sources\.json .*: make the data directory writable$"):
        SourceList(tmp_path / "data").add([str(folder)])


def test_the_samples_are_at_least_twelve_articles() -> None:
    """The sample articles come with the package."""
    files = list(list_files(recognise_path(samples_folder())))
    assert (
        sum(len(list(read_documents(Source("folder", ""), f, MB))) for f in files if isinstance(f, ArticleFile)) >= 12
    )
    assert [f for f in files if isinstance(f, Failure)] == []
