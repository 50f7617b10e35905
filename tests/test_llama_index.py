"""Both ways between newsbot and llama-index: their parts in our answers, and our search in their pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, TextNode
from pydantic import PrivateAttr

from bot.answer import Newsbot
from bot.answers import Answer, Citation
from bot.compose import build_newsbot
from bot.draft import NO_EVIDENCE
from bot.evaluation.gold import contains_gold
from config.errors import IndexMismatch, ServiceError
from config.settings import Settings
from index.embed import Embedder, LlamaIndexEmbedder
from index.generations import Generation
from index.llama import NewsRetriever, PassageVectorStore, make_node
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.fakes import FakeEmbedding, FakeLLM, FakeRetriever

QUESTION = "what did Turkey demand?"
DEMAND = "Omer Celik said that Syrian forces must withdraw behind the line of Turkish observation posts in Idlib."
OWN = "Turkey demanded on Friday that all 40 bakers withdraw from the market. The bakers did not answer."

Build = Callable[..., Newsbot]


class EmbedderAsTheirs(BaseEmbedding):
    """Our embedder as a llama-index embedding."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder, **given: Any) -> None:
        super().__init__(model_name=embedder.name, **given)
        self._embedder = embedder

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(value) for value in self._embedder.embed_texts([text])[0]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


@pytest.fixture
def build(sample_settings: Settings) -> Iterator[Build]:
    """Build a newsbot over the sample articles around parts of llama-index."""
    built = []

    def build_one(**parts: Any) -> Newsbot:
        built.append(build_newsbot(sample_settings, **parts))
        return built[-1]

    yield build_one
    for newsbot in built:
        newsbot.index.close()


@pytest.fixture
def generation(sample_newsbot: Newsbot) -> Iterator[Generation]:
    """The open generation of the sample articles."""
    with sample_newsbot.index.use() as current:
        yield current


def test_somebodys_own_embedding(settings: Settings) -> None:
    """An index that was made and is asked with any llama-index embedding answers; another embedder is refused."""
    embedding = FakeEmbedding()
    SourceList(settings.data).add([samples_folder()])
    reindex(settings, LlamaIndexEmbedder(embedding))
    newsbot = build_newsbot(settings, embedding=embedding)
    answer = newsbot.answer("who led the Turkish delegation in Moscow?")
    newsbot.index.close()
    assert answer.status == "answered"
    assert contains_gold(answer.text, ["Sedat Onal"])
    assert "who led the Turkish delegation in Moscow?" in embedding.asked
    other = build_newsbot(settings)
    with pytest.raises(IndexMismatch, match="newsbot reindex`"):
        other.answer(QUESTION)
    other.index.close()


def test_somebodys_own_model(build: Build) -> None:
    """Any llama-index model writes the answer from our hits, and what it invents is left out."""
    llm = FakeLLM()
    llm.enqueue(f"{DEMAND} [1] Martians demanded 700 cows. [1]")
    answer = build(llm=llm).answer(QUESTION)
    assert (answer.reader, answer.text) == ("model", f"{DEMAND} [1]")
    assert len(llm.history) == 1
    assert f"Question: {QUESTION}" in llm.history[0]


@pytest.mark.parametrize("failure", [RuntimeError("no memory"), ValueError()])
def test_somebodys_own_model_fails(build: Build, failure: Exception) -> None:
    """Whatever a model raises, the extractive reader answers, and a note gives the cause in a line."""
    llm = FakeLLM()
    llm.enqueue(failure)
    answer = build(llm=llm).answer(QUESTION)
    cause = str(failure) or "ValueError"
    assert answer.reader == "extractive"
    assert answer.notes[0] == f"The model reader could not answer: the model fake-llm failed ({cause})."


def node(text: str, score: float | None = 0.7, **metadata: Any) -> NodeWithScore:
    """Somebody's node with a text of its own."""
    return NodeWithScore(node=TextNode(id_="their-1", text=text, metadata=metadata), score=score)


@pytest.mark.parametrize("score", [0.7, None, 0.0])
def test_somebodys_own_retriever_with_texts_of_its_own(build: Build, score: float | None) -> None:
    """Nodes that we do not know become citations that are verified against the text that the retriever gave."""
    about: dict[str, Any] = {
        "title": "Bakers",
        "url": "https://their.example/1",
        "outlet": "Crumb",
        "published": "14 Feb 2020",
    }
    newsbot = build(retriever=FakeRetriever({QUESTION: [node(OWN, score, **about)]}))
    quote = "Turkey demanded on Friday that all 40 bakers withdraw from the market."
    about["published"] = "2020-02-14"
    citation = Citation(number=1, quote=quote, article_id="their-1", start=0, end=len(quote), **about)
    note = "The newest article on this is from 14 February 2020."
    assert newsbot.answer(QUESTION) == Answer(QUESTION, "answered", f"{quote} [1]", (citation,), (note,))


def test_somebodys_own_retriever_with_our_passages(build: Build, generation: Generation) -> None:
    """A node that names one of our passages stands for it: its article is the stored one, whatever the node says."""
    passage = next(
        p
        for p in generation.store.load_passages(generation.store.passage_ids()).values()
        if "line of Turkish" in p.text
    )
    forged = TextNode(id_=passage.id, text="Turkey demanded that all bakers withdraw.")
    newsbot = build(retriever=FakeRetriever({QUESTION: [NodeWithScore(node=forged, score=0.5)]}))
    assert [(hit.passage, hit.score) for hit in newsbot.find_hits(QUESTION)] == [(passage, 0.5)]
    answer = newsbot.answer(QUESTION)
    assert {citation.article_id for citation in answer.citations} == {passage.article.id}
    assert contains_gold(answer.text, ["must withdraw behind the line of Turkish observation posts"])


def test_somebodys_own_retriever_finds_nothing_too_much_or_fails(build: Build) -> None:
    """No node is no evidence; of many the first are used; what a retriever raises is one line."""
    texts = [TextNode(text=f"Text {number} says so.", metadata={"published": "last week"}) for number in range(1, 30)]
    many = [NodeWithScore(node=text, score=1 / rank) for rank, text in enumerate(texts, start=1)]
    found: dict[str, list[NodeWithScore] | Exception] = {"none?": [], "many?": many, "fails?": OSError("gone")}
    newsbot = build(retriever=FakeRetriever(found))
    assert newsbot.answer("none?") == Answer("none?", "no_evidence", NO_EVIDENCE)
    hits = newsbot.find_hits("many?", k=4)
    assert [hit.passage.text for hit in hits] == [f"Text {number} says so." for number in range(1, 5)]
    assert {hit.passage.article.published for hit in hits} == {None}
    with pytest.raises(ServiceError, match=r"the retriever FakeRetriever failed \(gone\)"):
        newsbot.answer("fails?")


def test_our_search_in_their_query_engine(sample_newsbot: Newsbot) -> None:
    """Our retriever works in a llama-index query engine: its nodes are our hits, and a model reads them."""
    retriever = NewsRetriever(sample_newsbot.index, sample_newsbot.embedder, k=3, at="2020-12-31")
    llm = FakeLLM()
    llm.enqueue("They must withdraw.")
    response = RetrieverQueryEngine.from_args(retriever, llm=llm).query(QUESTION)
    hits = sample_newsbot.find_hits(QUESTION, k=3, at="2020-12-31")
    assert str(response) == "They must withdraw."
    assert [(found.node.node_id, found.score) for found in response.source_nodes] == [
        (hit.passage.id, hit.score) for hit in hits
    ]
    assert [found.node.get_content() for found in response.source_nodes] == [hit.passage.text for hit in hits]
    assert all(hit.passage.text in llm.history[0] for hit in hits)


def test_a_node_says_where_its_passage_stands(sample_newsbot: Newsbot) -> None:
    """A node has the passage's id, text and offsets, and what is known of the article."""
    passage = sample_newsbot.find_hits(QUESTION)[0].passage
    found = make_node(passage)
    article = passage.article
    assert (found.node_id, found.text, found.start_char_idx, found.end_char_idx) == (
        passage.id,
        passage.text,
        passage.start,
        passage.end,
    )
    assert found.metadata == {
        "article_id": article.id,
        "title": article.title,
        "url": article.url,
        "outlet": article.outlet,
        "published": article.published,
        "language": article.language,
    }


def test_our_vectors_in_their_index(sample_newsbot: Newsbot, generation: Generation) -> None:
    """llama-index's own vector index answers from our collection, with our embedder as its embedding."""
    store = PassageVectorStore(generation)
    index = VectorStoreIndex.from_vector_store(store, embed_model=EmbedderAsTheirs(sample_newsbot.embedder))
    found = index.as_retriever(similarity_top_k=4).retrieve("observation posts in Idlib")
    nearest = generation.vectors.search(sample_newsbot.embedder.embed_question("observation posts in Idlib"), 4)
    assert [one.node.node_id for one in found] == [passage_id for passage_id, _ in nearest]
    assert [one.score for one in found] == pytest.approx([cosine for _, cosine in nearest])
    assert len(found) == 4
    passages = generation.store.load_passages([passage_id for passage_id, _ in nearest])
    assert [one.node.get_content() for one in found] == [passages[passage_id].text for passage_id, _ in nearest]


def test_their_index_cannot_write_ours(generation: Generation) -> None:
    """Whatever would add or remove something is refused, and nothing is lost."""
    store = PassageVectorStore(generation)
    before = generation.vectors.count()
    refused: list[Callable[[], object]] = [
        lambda: store.add([TextNode(text="x")]),
        lambda: store.delete("x"),
        lambda: store.delete_nodes(list(generation.vectors.ids())),
        store.clear,
    ]
    for write in refused:
        with pytest.raises(TypeError, match="written by `newsbot reindex` only"):
            write()
    assert generation.vectors.count() == before


def test_a_vector_without_a_passage_is_no_node(
    tmp_path: Path, settings: Settings, index_folder: Callable[..., object]
) -> None:
    """A vector whose article has just gone is left out of what llama-index gets."""
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "a.txt").write_text("The bridge was opened to traffic.")
    (folder / "b.txt").write_text("The port was closed to ships.")
    index_folder(folder)
    newsbot = build_newsbot(settings)
    with newsbot.index.use() as generation:
        index = VectorStoreIndex.from_vector_store(
            PassageVectorStore(generation), embed_model=EmbedderAsTheirs(newsbot.embedder)
        )
        retriever = index.as_retriever(similarity_top_k=5)
        assert len(retriever.retrieve("bridge")) == 2
        gone = retriever.retrieve("bridge")[0].node.metadata["article_id"]
        generation.store.remove([gone])
        assert [one.node.get_content() for one in retriever.retrieve("bridge")] == ["The port was closed to ships."]
    newsbot.index.close()
