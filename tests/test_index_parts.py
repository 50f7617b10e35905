"""The parts of the index on real Chroma and tantivy: vectors, keywords, and embedders."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.embeddings import BaseEmbedding

from config.errors import ServiceError, UsageError
from config.settings import load_settings
from index.articles import Article, Passage
from index.dates import second_of
from index.embed import LlamaIndexEmbedder, WordLlamaEmbedder, embedder_name, make_embedder
from index.keywords import KeywordIndex
from index.terms import analyze, content_terms, fold_words
from index.vectors import VectorIndex

# Vectors on Chroma


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[VectorIndex]:
    """A vector index with three vectors."""
    index = VectorIndex("test", tmp_path / "chroma")
    index.add(["east", "north", "northeast"], np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32))
    yield index
    index.close()


def test_vectors_are_found_by_cosine(vectors: VectorIndex) -> None:
    """The nearest ids come first, with their cosines; more than there are cannot be asked for."""
    found = vectors.search(np.array([0, 1], dtype=np.float32), 10)
    assert [(passage_id, round(cosine, 5)) for passage_id, cosine in found] == [
        ("north", 1.0),
        ("northeast", 0.8),
        ("east", 0.0),
    ]
    assert [i for i, _ in vectors.search(np.array([1, 0], dtype=np.float32), 1)] == ["east"]


def test_a_vector_is_overwritten_and_deleted_by_its_id(vectors: VectorIndex) -> None:
    """An id that is there is overwritten, one that is not there is no error."""
    vectors.add(["east"], np.array([[0, -1]], dtype=np.float32))
    assert dict(vectors.search(np.array([0, -1], dtype=np.float32), 1)) == pytest.approx({"east": 1.0})
    vectors.delete(["north", "unknown"])
    assert (sorted(vectors.ids()), vectors.count()) == (["east", "northeast"], 2)
    vectors.delete(["east", "northeast"])
    assert (vectors.search(np.array([0, 1], dtype=np.float32), 3), list(vectors.ids())) == ([], [])


def test_many_vectors_are_stored_and_listed_in_pages(vectors: VectorIndex) -> None:
    """More vectors than one call may hold are stored, listed and deleted."""
    ids = [f"id{n}" for n in range(4001)]
    vectors.add(ids, np.eye(2, dtype=np.float32)[[n % 2 for n in range(4001)]])
    assert set(vectors.ids()) == {*ids, "east", "north", "northeast"}
    vectors.delete(ids)
    assert vectors.count() == 3


def test_what_chroma_refuses_is_one_service_error(vectors: VectorIndex, tmp_path: Path) -> None:
    """A vector of other dimensions is Chroma's own error, told as ours; a dropped index is gone."""
    with pytest.raises(ServiceError, match=rf"^the vector index in {tmp_path}/chroma failed \(.*dimension.*doctor`$"):
        vectors.search(np.array([1, 0, 0], dtype=np.float32), 1)
    vectors.drop()
    again = VectorIndex("test", tmp_path / "chroma")
    assert again.count() == 0
    assert again.collection.name == "test"
    again.close()


# Keywords on tantivy

GRAIN = Article(
    "a1",
    "Grain ships left Odesa. Erdoğan welcomed the deal in İstanbul.",
    title="Black Sea deal",
    outlet="The Brenn Times",
    published="2022-06-10",
)
RATES = Article("a2", "The bank kept its rates.", title="Rates", outlet="Russia Today")


@pytest.fixture
def keywords(tmp_path: Path) -> KeywordIndex:
    """A keyword index of two passages."""
    index = KeywordIndex(tmp_path / "keywords")
    index.update(add=[Passage(article, 0, 0, len(article.text)) for article in (GRAIN, RATES)])
    return index


GRAIN_ID, RATES_ID = (Passage(article, 0, 0, len(article.text)).id for article in (GRAIN, RATES))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Erdogan in Istanbul", [GRAIN_ID]),
        ("What did the banks say about a rate?", [RATES_ID]),
        ("the grain of the bank", [GRAIN_ID, RATES_ID]),
        ("black sea", [GRAIN_ID]),
        ("the", [RATES_ID, GRAIN_ID]),
        ("dolphins", []),
        ("?!", []),
        ("title:rates AND (", [RATES_ID]),
    ],
)
def test_words_are_found_whatever_their_form(keywords: KeywordIndex, question: str, found: list[str]) -> None:
    """Endings, accents and case make no difference, and question words count only where nothing else is asked."""
    assert sorted(i for i, _ in keywords.search(question, 10)) == sorted(found)


def test_a_deletion_that_was_killed_can_be_repeated(keywords: KeywordIndex, tmp_path: Path) -> None:
    """What a writer left that was killed before its commit was noted does not stand in the way of the next one."""
    noted = tmp_path / "keywords" / "meta.json"
    before = noted.read_bytes()
    keywords.update(delete=[RATES_ID])
    noted.write_bytes(before)
    again = KeywordIndex(tmp_path / "keywords")
    assert again.count() == 2
    again.update(delete=[RATES_ID])
    assert again.ids() == [GRAIN_ID]


def test_keywords_follow_updates(keywords: KeywordIndex, tmp_path: Path) -> None:
    """A passage that comes again is there once, one that is deleted is gone, and another reader sees it on refresh."""
    other = KeywordIndex(tmp_path / "keywords")
    keywords.update(add=[Passage(GRAIN, 0, 0, len(GRAIN.text))], delete=[RATES_ID, "unknown"])
    assert (keywords.count(), keywords.search("bank rates", 5), keywords.ids()) == (1, [], [GRAIN_ID])
    other.refresh()
    assert (other.count(), [i for i, _ in other.search("grain", 5)]) == (1, [GRAIN_ID])


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({}, [GRAIN_ID, RATES_ID]),
        ({"since": second_of("2022-06-10")}, [GRAIN_ID]),
        ({"since": second_of("2022-06-10") + 1}, []),
        ({"until": second_of("2022-06-10")}, [GRAIN_ID, RATES_ID]),
        ({"until": second_of("2022-06-10") - 1}, [RATES_ID]),
        ({"until": -(10**15)}, []),
        ({"since": 5, "until": 4}, []),
        ({"outlet": ["times", "brenn"]}, [GRAIN_ID]),
        ({"outlet": ["russia"], "since": 0}, []),
        ({"outlet": ["gazette"]}, []),
    ],
)
def test_a_search_can_be_limited(keywords: KeywordIndex, limits: Mapping[str, Any], found: list[str]) -> None:
    """Only articles of the time and outlet are found, with the scores they have anyway; undated ones are never late."""
    every = dict(keywords.search("grain rates", 5, presence=1.0))
    assert dict(keywords.search("grain rates", 5, presence=1.0, **limits)) == {i: every[i] for i in found}
    assert keywords.newest(5, **limits) == found


def test_the_newest_come_first(keywords: KeywordIndex) -> None:
    """Passages are listed by the date of their article, and those without one at the end."""
    later = Article("a3", "Rain.", published="2022-06-10T00:00:01+00:00")
    keywords.update(add=[Passage(later, 0, 0, 5)])
    assert keywords.newest(5) == [Passage(later, 0, 0, 5).id, GRAIN_ID, RATES_ID]
    assert keywords.newest(1, until=second_of("2022-06-10")) == [GRAIN_ID]


@pytest.mark.parametrize(
    ("words", "known", "whole"),
    [
        ("brenn times", True, True),
        ("the brenn times", True, True),
        ("times", True, False),
        ("russia", True, False),
        ("russia today", True, True),
        ("russia today com", False, True),
        ("gazette", False, False),
        ("the", True, False),
        ("", False, False),
    ],
)
def test_outlets_are_known_by_their_words(keywords: KeywordIndex, words: str, known: bool, whole: bool) -> None:
    """Some words of a name are enough, or all that matter where it must be the whole name."""
    assert keywords.knows_outlet(words.split()) is known
    assert keywords.knows_outlet(words.split(), whole=True) is whole


def test_a_word_that_is_there_at_all_counts(keywords: KeywordIndex) -> None:
    """With presence two words once go before one word often."""
    often = Article("a3", "Plums, plums, plums, plums.")
    once = Article(
        "a4", "Of plums nobody spoke in the harbour, where for the whole of the long day only fish was sold."
    )
    keywords.update(add=[Passage(article, 0, 0, len(article.text)) for article in (often, once)])
    found = keywords.search("plums harbour", 5, presence=5.0)
    assert found[0][0] == Passage(once, 0, 0, len(once.text)).id
    assert found[0][1] > dict(keywords.search("plums harbour", 5))[found[0][0]]


@pytest.mark.parametrize(
    ("word", "count"),
    [("rate", 2), ("Rates", 2), ("Erdogan", 1), ("the", 2), ("dolphin", 0), ("", 0), ("black sea", 2)],
)
def test_words_are_counted_in_any_form(keywords: KeywordIndex, word: str, count: int) -> None:
    """A word counts once for each text and each title that has it."""
    assert keywords.count_word(word) == count


def test_rare_terms_weigh_more(keywords: KeywordIndex) -> None:
    """A term weighs more the fewer texts have it, as if there were 200 passages more without it."""
    weights = keywords.weigh_terms(["the", "bank", "dolphin"])
    assert weights == {"the": math.log(203 / 3), "bank": math.log(203 / 2), "dolphin": math.log(203)}


def test_terms_of_a_text() -> None:
    """Terms are folded and stemmed; content terms leave out question words and repetitions."""
    assert analyze("İstanbul’s ships SHIPPED") == ["istanbul", "s", "ship", "ship"]
    assert fold_words("Erdoğan’s ships") == ["erdogan", "s", "ships"]
    assert content_terms("What did the ships do about their shipping?") == ["ship"]
    assert content_terms("What did they say?") == []


# Embedders


def test_wordllama_gives_unit_vectors_in_order(embedder: WordLlamaEmbedder) -> None:
    """Each text gets its own unit vector, whatever its neighbours; a text without a token gets zeros."""
    texts = ["a ship in the harbour of Odesa", "", "rates", "the bank kept its rates " * 30]
    vectors = embedder.embed_texts(texts)
    assert (vectors.shape, str(vectors.dtype)) == ((4, 256), "float32")
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1, 1], abs=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert embedder.embed_question(text) == pytest.approx(vector, abs=1e-5)
    assert embedder.embed_texts([]).shape == (0, 256)


def test_wordllama_gives_what_its_own_library_gives(embedder: WordLlamaEmbedder) -> None:
    """The vectors are those of the library's own way to embed, which pads texts to the same length."""
    import wordllama

    texts = ["Ships left the port.", "rates", "the bank kept its rates " * 30]
    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    assert np.allclose(embedder.embed_texts(texts), model.embed(texts, norm=True), atol=1e-6)


class LengthEmbedding(BaseEmbedding):
    """A llama-index embedding of two numbers: the length of a text, and 3; it refuses the text "refuse"."""

    def _get_text_embedding(self, text: str) -> list[float]:
        if text == "refuse":
            raise ValueError("too\nlong")
        return [float(len(text)), 3.0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def test_any_llama_index_embedding_is_an_embedder() -> None:
    """Its vectors are made unit vectors, its name is class and model, and whatever it raises is a service error."""
    embedder = LlamaIndexEmbedder(LengthEmbedding(model_name="m1"))
    assert embedder.name == "base_component/m1"
    assert embedder.embed_texts(["four", "abcd" * 4]).tolist() == [
        pytest.approx([0.8, 0.6]),
        pytest.approx([16 / math.hypot(16, 3), 3 / math.hypot(16, 3)]),
    ]
    assert embedder.embed_question("four").tolist() == pytest.approx([0.8, 0.6])
    assert len(embedder.embed_texts([])) == 0
    problem = r"^the embedding model \w+/m1 failed \(too long\): what was stored stays"
    with pytest.raises(ServiceError, match=problem):
        embedder.embed_texts(["refuse"])
    with pytest.raises(ServiceError, match=problem):
        embedder.embed_question("refuse")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"embedder": "openai", "openai_api_key": "k"},
        {"embedder": "openai", "openai_base_url": "http://localhost:1"},
    ],
)
def test_the_settings_choose_the_embedder(given: dict[str, str]) -> None:
    """An embedder is made without calling any service, and its name is known without making it."""
    settings = load_settings(given)
    assert make_embedder(settings).name == embedder_name(settings)


def test_openai_needs_a_key_or_an_endpoint() -> None:
    """Without either the mistake is told before anything is called."""
    with pytest.raises(UsageError, match=r"^the openai embedder has no key: set OPENAI_API_KEY, or NEWSBOT_EMBEDDER="):
        make_embedder(load_settings({"embedder": "openai"}))


def test_a_text_without_any_space_is_embedded_in_little_memory(embedder: WordLlamaEmbedder) -> None:
    """A word of a megabyte gets a vector; whole, it would take some 30 GB."""
    vectors = embedder.embed_texts(["x" * 1_000_000, "short"])
    assert vectors.shape == (2, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)
