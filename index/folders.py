"""Reading sources on this machine: what is new or changed in a folder or file, article by article."""

from __future__ import annotations

from collections.abc import Iterator

from index.articles import Failure
from index.clean import make_article
from index.events import ArticleRead, Event, ItemRead, Listed, SourceRead
from index.files import ArticleFile, list_files, read_documents
from index.ledger import Ledger
from index.sources import Source


def read_folder(source: Source, ledger: Ledger, max_bytes: int) -> Iterator[Event]:
    """The events of a folder or file; files whose size and time of change are as noted are not read again.

    A folder or file says what is gone from it: a file that is not there any more, a line that is not in its file.
    """
    files: list[ArticleFile] = []
    failures: list[Failure] = []
    for found in list_files(source):
        if isinstance(found, Failure):
            failures.append(found)
        else:
            files.append(found)
    stamps = ledger.stamps(source.location)
    names = {str(file.path): file for file in files}
    changed = [file for name, file in names.items() if stamps.get(name) != file.stamp]
    unchanged = names.keys() - {str(file.path) for file in changed}
    yield Listed(source.location, sum(file.size for file in changed), unchanged)
    for file in changed:
        for document in read_documents(source, file, max_bytes):
            if isinstance(document, Failure):
                yield ArticleRead(source.location, str(file.path), document, 0)
            else:
                article = make_article(source.location, document)
                yield ArticleRead(source.location, str(file.path), article, document.size)
        yield ItemRead(source.location, str(file.path), file.stamp)
    yield SourceRead(source.location, None if failures else names.keys(), failures)
