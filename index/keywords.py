"""The keyword index: BM25 over title and text of each passage, by tantivy."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from config.errors import ServiceError, first_line
from index.articles import Passage
from index.dates import second_of
from index.terms import ENGLISH, LANGUAGES, analyze, content_words, fold_words, language_of, make_analyzer

_WRITER_MEMORY = 64_000_000  # bytes; tantivy asks for at least 15 million a thread
_MOST_TERMS = 100  # of a question; in 10,000 characters there are some 1000
_UNSEEN = 200  # passages without any of a question's terms, beside those that there are
_UNKNOWN = -(10**12)  # seconds: before any date, so that what has no date is never too late
_LEFT_OUT = frozenset("the www com org net co uk news online".split())
_OTHERS = tuple(name for name in LANGUAGES if name != ENGLISH)


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
            # A writer that was killed in its commit leaves a file whose name the same deletion would take again.
            writer.garbage_collect_files()
            for passage_id in delete:
                writer.delete_documents_by_term("id", passage_id)
            for passage in add:
                writer.delete_documents_by_term("id", passage.id)
                writer.add_document(_make_document(passage))
            writer.commit()
            writer.wait_merging_threads()
        self.refresh()

    def search(
        self,
        question: str,
        n: int,
        *,
        presence: float = 0.0,
        since: int | None = None,
        until: int | None = None,
        outlet: Sequence[str] = (),
    ) -> list[tuple[str, float]]:
        """The `n` best passage ids with their scores, best first: BM25, and `presence` times the weight of each term
        that is there at all, in title or text, so that few words often do not outdo many words once.

        Only of articles published from `since` to `until` (seconds since 1970), if one is given, and by an outlet that
        has all these words in its name. An article without a date counts as older than any other.
        """
        wanted = self._look_for(question)[:_MOST_TERMS]
        if not wanted:
            return []
        queries = [(tantivy.Occur.Should, each) for terms in wanted for each in self._weigh(terms, presence)]
        query = tantivy.Query.boolean_query(queries)
        if limits := self._limit(since, until, outlet):
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, each) for each in (query, *limits)])
        searcher = self._index.searcher()
        found = searcher.search(query, limit=n, count=False).hits
        return [(str(searcher.doc(address)["id"][0]), float(score)) for score, address in found]

    def count_word(self, word: str) -> int:
        """How many passages and titles have a word, in any form."""
        searcher = self._index.searcher()
        forms = [(field, term) for field in self._fields for term in analyze(word, _language_in(field))]
        return sum(searcher.doc_freq(field, term) for field, term in forms)

    def newest(
        self, n: int, *, since: int | None = None, until: int | None = None, outlet: Sequence[str] = ()
    ) -> list[str]:
        """The `n` newest passage ids, newest first and those without a date last, limited as in `search`."""
        limits = self._limit(since, until, outlet) or [tantivy.Query.all_query()]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, each) for each in limits])
        searcher = self._index.searcher()
        found = searcher.search(query, limit=n, count=False, order_by_field="published").hits
        return [str(searcher.doc(address)["id"][0]) for _, address in found]

    def knows_outlet(self, words: Sequence[str], *, whole: bool = False) -> bool:
        """Whether the name of some outlet has all these words (as `index.terms.fold_words` gives them).

        With `whole` whether they are all of it, but for words such as "the", "news" and "com".
        """
        terms = [("outlet_name", _name_outlet(words))] if whole else [("outlet", word) for word in words]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, self._has(field, term)) for field, term in terms])
        return bool(words) and bool(self._index.searcher().search(query, limit=1, count=False).hits)

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
            searcher = self._index.searcher()
            found = searcher.search(tantivy.Query.all_query(), limit=1, count=False, order_by_field="published").hits
            self._latest = max((int(published) for published, _ in found), default=_UNKNOWN)
            others = [_field_of(name) for name in _OTHERS]
            self._fields = ["text", "title", *(f for f in others if searcher.terms_with_prefix(f, "", limit=1))]

    def _look_for(self, question: str) -> list[dict[str, str]]:
        """Each word of a question as the terms to look for by their fields: those of all languages that are here."""
        seen: set[tuple[str, str]] = set()
        words = []
        for word in content_words(question) or fold_words(question):
            terms = {}
            for field in self._fields:
                language = _language_in(field)
                for term in make_analyzer(language, content=True).analyze(word):
                    if (field, term) not in seen:
                        terms[field] = term
            seen |= terms.items()
            words += [terms] if terms else []
        return words

    def _weigh(self, terms: Mapping[str, str], presence: float) -> Iterator[tantivy.Query]:
        """BM25 of a word in each field, and `presence` where it is in any.

        It is as rare as it is in all languages together: a name that is in few texts of a language only because there
        are few texts in it is not rare.
        """
        searcher = self._index.searcher()
        found: dict[str, int] = {}  # passages in each language; a title is that of passages
        for field, term in terms.items():
            language = _language_in(field)
            found[language] = max(found.get(language, 0), searcher.doc_freq(field, term))
        rarity = {language: math.log(1 + searcher.num_docs / (1 + n)) for language, n in found.items()}
        overall = math.log(1 + searcher.num_docs / (1 + sum(found.values())))
        for field, term in terms.items():
            own = rarity[_language_in(field)]
            has = self._has(field, term)
            yield has if own == overall else tantivy.Query.boost_query(has, overall / own)
        if presence:
            anywhere = [(tantivy.Occur.Should, self._has(field, term)) for field, term in terms.items()]
            yield tantivy.Query.const_score_query(tantivy.Query.boolean_query(anywhere), presence * overall)

    def _limit(self, since: int | None, until: int | None, outlet: Sequence[str]) -> list[tantivy.Query]:
        limits = [self._has("outlet", word) for word in outlet]
        until = until if until is None or until < self._latest else None
        if since is not None or until is not None:
            limits.append(tantivy.Query.range_query(self._schema, "published", tantivy.FieldType.Integer, since, until))
        return [tantivy.Query.const_score_query(limit, 0.0) for limit in limits]

    def _has(self, field: str, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, term)

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("title", tokenizer_name=ENGLISH, index_option="freq")
        for name in LANGUAGES:
            builder.add_text_field(_field_of(name), tokenizer_name=name, index_option="freq")
        builder.add_text_field("outlet", tokenizer_name="words", index_option="basic")
        builder.add_text_field("outlet_name", tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("published", fast=True)
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, path=str(self._folder))
        self._index.register_tokenizer("words", make_analyzer(""))
        for name in LANGUAGES:
            self._index.register_tokenizer(name, make_analyzer(name))
        self.refresh()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What tantivy raises (a bare `ValueError`, whatever it is) becomes a `ServiceError`."""
        try:
            yield
        except ValueError as error:
            remedy = "run `newsbot reindex`, which mends it, when there is room on the disk"
            raise ServiceError(f"the keyword index in {self._folder} failed ({first_line(error)})", remedy) from error


def _field_of(language: str) -> str:
    """The field of the texts in a language; that of other languages than English holds their titles too."""
    return "text" if language == ENGLISH else f"text_{language}"


def _name_outlet(words: Sequence[str]) -> str:
    """The name of an outlet without what may be left out: BBC, of "the BBC", "BBC News" and "bbc.com"."""
    return " ".join([word for word in words if word not in _LEFT_OUT] or words)


def _language_in(field: str) -> str:
    return field.removeprefix("text_") if field.startswith("text_") else ENGLISH


def _make_document(passage: Passage) -> tantivy.Document:
    article, language = passage.article, language_of(passage.article.language)
    name = _name_outlet(fold_words(article.outlet))
    document = tantivy.Document(id=passage.id, outlet=article.outlet, outlet_name=name)
    if language == ENGLISH:
        document.add_text("title", article.title)
        document.add_text("text", passage.text)
    else:
        document.add_text(_field_of(language), passage.embedded_text)
    document.add_integer("published", second_of(article.published) if article.published else _UNKNOWN)
    return document
