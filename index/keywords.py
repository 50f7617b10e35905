"""The keyword index: BM25 over title and text of each passage, by tantivy; the only module that knows it."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import tantivy

from config.errors import ServiceError, first_line
from index.articles import Passage

_WRITER_MEMORY = 64_000_000  # bytes; tantivy asks for at least 15 million a thread
_UNSEEN = 200  # passages without any of a question's terms, beside those that there are
_STOP_WORDS = tuple(
    """
    a about after again all also am an and any are as at be because been before being but by can could did do does
    doing for from get had has have having he her here hers him his how i if in into is it its just many me more
    most much my no nor not now of off on once only or other our out over own s same she should so some such t than
    that the their them then there these they this those to too under until up us very was we were what when where
    which while who whom whose why will with would you your say said says tell told according
    """.split()
)


@cache
def _analyzer(*, stemmed: bool = True) -> tantivy.TextAnalyzer:
    """Words in lower case, without accents (Erdoğan, Erdogan), English endings off."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(60))
    # Folded before lowered: İ in lower case is an i and a combining dot, which no fold takes away.
    builder = builder.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.lowercase())
    return (builder.filter(tantivy.Filter.stemmer("english")) if stemmed else builder).build()


@cache
def _stop_terms() -> frozenset[str]:
    return frozenset(_analyzer().analyze(" ".join(_STOP_WORDS)))


def analyze(text: str) -> list[str]:
    """The terms of a text, in order, as they are indexed."""
    return _analyzer().analyze(text)


def fold_words(text: str) -> list[str]:
    """The words of a text, in order, in lower case and without accents, endings on."""
    return _analyzer(stemmed=False).analyze(text)


def content_terms(text: str) -> list[str]:
    """The terms of a text that carry meaning, each once, in order: no question words, articles or auxiliaries."""
    return list(dict.fromkeys(term for term in analyze(text) if term not in _stop_terms()))


class KeywordIndex:
    """A tantivy index in `folder`. One process writes at a time; any number read.

    One that is damaged is begun anew, empty, unless it `must_exist`. It raises `ServiceError` when tantivy fails.
    """

    def __init__(self, folder: Path, *, must_exist: bool = False) -> None:
        self._folder = folder
        with self._explained():
            if must_exist:
                if not (folder / "meta.json").exists():
                    raise ValueError("it is not there")
                self._open()
                return
            try:
                self._open()
            except ValueError:
                shutil.rmtree(folder)
                self._open()

    def update(self, add: Iterable[Passage] = (), delete: Iterable[str] = ()) -> None:
        """Add passages and delete passage ids, in one commit; an id that is there is overwritten."""
        with self._explained():
            writer = self._index.writer(_WRITER_MEMORY, num_threads=1)
            for passage_id in delete:
                writer.delete_documents_by_term("id", passage_id)
            for passage in add:
                writer.delete_documents_by_term("id", passage.id)
                writer.add_document(tantivy.Document(id=passage.id, title=passage.article.title, text=passage.text))
            writer.commit()
            writer.wait_merging_threads()
        self.refresh()

    def search(self, question: str, n: int) -> list[tuple[str, float]]:
        """The `n` best passage ids with their BM25 scores, best first."""
        queries = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, name, term), boost))
            for term in content_terms(question) or analyze(question)
            for name, boost in (("text", 1.0), ("title", 1.0))
        ]
        if not queries:
            return []
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.boolean_query(queries), limit=n, count=False).hits
        return [(str(searcher.doc(address)["id"][0]), float(score)) for score, address in found]

    def weigh_terms(self, terms: Sequence[str]) -> dict[str, float]:
        """How rare each term is here: ln((n + 1) / (found + 1)), above 0, for a term that `found` of n passages have.

        It is as if there were 200 passages more that have none of the terms: in a handful of passages about one story,
        the words of the story would else weigh nothing.
        """
        searcher = self._index.searcher()
        n = searcher.num_docs + _UNSEEN
        return {term: math.log((n + 1) / (min(n, searcher.doc_freq("text", term)) + 1)) for term in terms}

    def ids(self) -> list[str]:
        """All passage ids."""
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.all_query(), limit=max(1, searcher.num_docs), count=False).hits
        return [str(searcher.doc(address)["id"][0]) for _, address in found]

    def count(self) -> int:
        """How many passages there are."""
        return self._index.searcher().num_docs

    def refresh(self) -> None:
        """See what has been committed, by this process or another."""
        with self._explained():
            self._index.reload()

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("title", tokenizer_name="news", index_option="freq")
        builder.add_text_field("text", tokenizer_name="news", index_option="freq")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, path=str(self._folder))
        self._index.register_tokenizer("news", _analyzer())

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What tantivy raises (a bare `ValueError`, whatever it is) becomes a `ServiceError`."""
        try:
            yield
        except ValueError as error:
            remedy = "run `newsbot reindex`, which mends it, when there is room on the disk"
            raise ServiceError(f"the keyword index in {self._folder} failed ({first_line(error)})", remedy) from error
