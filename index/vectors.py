"""Chroma, holding one vector for each passage id; the only module that knows chromadb.

Texts are not stored here: Chroma keeps a trigram index of every document, which makes storing 8 times slower and 5
times larger than the vectors alone (measured at 10,000 passages), and words have their own index in `keywords`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from config.errors import NewsbotError, ServiceError, first_line
from index.embed import Vectors

if TYPE_CHECKING:
    import chromadb
    from chromadb.api.client import Client

# Far below SQLite's limit of variables in one statement, which Chroma's own calls run into.
_PAGE = 2000
# Vectors that Chroma keeps in its log at most before they are in its index on the disk. What is in the log is indexed
# anew at each opening: with Chroma's 1000 that takes 0.2 s longer, with 250 storing takes a tenth longer at most.
_UNSYNCED = 250
_SAME = 1e-4  # the distance of a vector from itself at most, as Chroma reckons it
_RELINKS = 3  # times that lost vectors are looked for and written anew


class UnreadableVectors(ServiceError):
    """The files of an embedded Chroma cannot be searched, as a kill may have cut them; the next re-index mends them."""


class VectorIndex:
    """One Chroma collection: embedded in `folder`, or on the server at `url`. Safe to use from several threads.

    An embedded Chroma writes into files that another process may just be loading, and what is half written ends that
    process. So whoever writes, or loads them for a first search, holds the lock file beside the folder meanwhile.
    """

    def __init__(self, name: str, folder: Path, url: str = "") -> None:
        from filelock import FileLock

        self._name, self._folder, self._url = name, folder, url
        self._lock = threading.RLock()
        self._files = nullcontext() if url else FileLock(folder.with_suffix(".lock"), thread_local=False)
        self._loaded = False
        self._client = self._connect()
        self._collection = self._open()

    @property
    def collection(self) -> chromadb.Collection:
        """The collection itself, for llama-index's own vector store."""
        return self._collection

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Store vectors, shape (ids, dimensions), under their passage ids; an id that is there is overwritten."""
        with self._lock, _explained(self._where), self._files:
            for i in range(0, len(ids), _PAGE):
                self._collection.upsert(ids=list(ids[i : i + _PAGE]), embeddings=vectors[i : i + _PAGE])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not there are ignored."""
        with self._lock, _explained(self._where), self._files:
            for i in range(0, len(ids), _PAGE):
                self._collection.delete(ids=list(ids[i : i + _PAGE]))

    def search(self, vector: Vectors, n: int) -> list[tuple[str, float]]:
        """The `n` nearest passage ids with their cosines, nearest first.

        Raises `UnreadableVectors` where an embedded Chroma fails, `ServiceError` where a server does.
        """
        try:
            with self._lock, _explained(self._where), nullcontext() if self._loaded else self._files:
                found = self._collection.query(
                    query_embeddings=vector.reshape(1, -1), n_results=n, include=["distances"]
                )
                self._loaded = True
        except ServiceError as error:
            raise error if self._url else UnreadableVectors(error.problem, error.remedy) from error
        distances = (found["distances"] or [[]])[0]
        return [(passage_id, 1.0 - distance) for passage_id, distance in zip(found["ids"][0], distances, strict=True)]

    def count(self) -> int:
        """How many vectors there are."""
        with self._lock, _explained(self._where):
            return self._collection.count()

    def ids(self) -> Iterator[str]:
        """All passage ids, page by page (asking for all at once fails at 100,000)."""
        offset = 0
        while True:
            with self._lock, _explained(self._where):
                page = self._collection.get(limit=_PAGE, offset=offset, include=[])["ids"]
            yield from page
            offset += len(page)
            if len(page) < _PAGE:
                return

    def relink(self) -> int:
        """Write each vector anew that a search for itself does not find; how many those were.

        Chroma's graph loses some where a process was killed, or very many others were deleted or written twice. Writing
        some anew may lose others, so it is looked again; one in a thousand may stay lost, as in a graph without any
        kill. It takes some 10 seconds for 100,000.
        """
        relinked: set[str] = set()
        with self._lock, _explained(self._where), self._files:
            for _ in range(_RELINKS):
                lost = list(self._find_lost())
                for ids, vectors in lost:
                    self._collection.delete(ids=ids)
                    self._collection.add(ids=ids, embeddings=vectors)
                    relinked.update(ids)
                if not lost:
                    break
        return len(relinked)

    def _find_lost(self) -> Iterator[tuple[list[str], Vectors]]:
        """The ids and vectors, page by page, that a search for themselves does not find."""
        offset = 0
        while (page := self._collection.get(limit=_PAGE // 4, offset=offset, include=["embeddings"]))["ids"]:
            ids, vectors = page["ids"], cast("Vectors", page["embeddings"])
            found = self._collection.query(query_embeddings=vectors, n_results=1, include=["distances"])
            nearest = found["distances"] or []
            unfound = [i for i in range(len(ids)) if not nearest[i] or nearest[i][0] > _SAME]
            if unfound:
                yield [ids[i] for i in unfound], vectors[unfound]
            offset += len(ids)

    def try_out(self) -> None:
        """Read every vector, and write the first ones again. Where a file is cut this raises, or ends the process."""
        offset = 0
        with self._lock, _explained(self._where), self._files:
            while (page := self._collection.get(limit=_PAGE, offset=offset, include=["embeddings"]))["ids"]:
                vectors = cast("Vectors", page["embeddings"])
                self._collection.query(query_embeddings=vectors[:1], n_results=1, include=["distances"])
                if offset == 0:  # as many as make Chroma write its files
                    self._collection.upsert(ids=page["ids"][: 2 * _UNSYNCED], embeddings=vectors[: 2 * _UNSYNCED])
                offset += len(page["ids"])

    def refresh(self) -> None:
        """See what another process has stored: an embedded Chroma answers from its old vectors until reopened."""
        if self._url:
            return
        with self._lock:
            self._client.close()
            self._client = self._connect()
            self._collection = self._open()
            self._loaded = False

    def drop(self) -> None:
        """Remove the collection for good, and close."""
        with self._lock, _explained(self._where):
            self._client.delete_collection(self._name)
        self.close()

    def close(self) -> None:
        """Give the files or the connection back."""
        with self._lock:
            self._client.close()
            client = cast("Any", self._client)
            with suppress(AttributeError):  # chromadb 1.5 itself leaves its two connections to a server open
                client._admin_client._server._session.close()
                client._server._session.close()

    @property
    def _where(self) -> str:
        return f"the Chroma server at {self._url}" if self._url else f"the vector index in {self._folder}"

    def _connect(self) -> Client:
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        quiet = ChromaSettings(anonymized_telemetry=False)
        with _explained(self._where):
            if not self._url:
                self._folder.mkdir(parents=True, exist_ok=True)
                return cast("Client", chromadb.PersistentClient(str(self._folder), settings=quiet))
            address = urlsplit(self._url)
            secure = address.scheme == "https"
            port = address.port or (443 if secure else 8000)
            return cast("Client", chromadb.HttpClient(address.hostname or "", port, ssl=secure, settings=quiet))

    def _open(self) -> chromadb.Collection:
        with _explained(self._where):
            return self._client.get_or_create_collection(
                self._name,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "sync_threshold": _UNSYNCED}},
            )


class _explained:  # noqa: N801 - reads as a phrase: with explained(where)
    """Whatever chromadb raises (it has no common base class) becomes one `ServiceError`."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: Any) -> None:
        if isinstance(error, Exception) and not isinstance(error, NewsbotError):
            remedy = "start it or correct NEWSBOT_CHROMA_URL" if "server" in self._where else "see `newsbot doctor`"
            raise ServiceError(f"{self._where} failed ({first_line(error)})", remedy) from error
