"""Search beside its peers, on the articles of one index and the same questions: a part of `make eval`.

Peers know no dates, so each is measured as it is, and once more with what was published after the moment of asking left
out. All use the default embedder, as llama-index's own (OpenAI) needs a network. Where a peer uses our passages, it
finds the same ones as we do; the nodes of the quick start are much longer, so that more of them hold an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import chromadb
from chromadb.config import Settings as ChromaSettings
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import Document, MetadataMode, NodeWithScore, QueryBundle
from llama_index.vector_stores.chroma import ChromaVectorStore

from bot.answer import Newsbot
from bot.evaluation.bootstrap import compare_paired
from bot.evaluation.gold import GoldQuestion
from bot.evaluation.search import DEPTHS, PASSAGES, rank_gold, value_search
from bot.render.terminal import render_table
from index.articles import Article, Hit, Passage
from index.dates import is_after
from index.embed import Embedder, WordLlamaEmbedder
from index.generations import Generation
from index.llama import PassageVectorStore, make_node
from tests.bench_quick_start import WordLlamaEmbedding

_DEEP = 4 * PASSAGES  # nodes asked for, so that enough are left without the later ones
_NAMED = ("title", "url", "outlet", "published")
_MEASURES = [*(f"gold article in first {k}" for k in DEPTHS), *(f"answer in first {k} passages" for k in DEPTHS)]
_COMPARED = [_MEASURES[0], _MEASURES[len(DEPTHS)]]
_HEAD = ["search", *(f"{what}@{k}" for what in ("gold", "answer") for k in DEPTHS), "words in a passage"]
_HEAD += ["ours minus theirs, gold@1", "answer@1"]

Values = list[dict[str, float]]  # of each question, its measures


class KeywordRetriever(BaseRetriever):
    """BM25 over our passages with their titles."""

    def __init__(self, generation: Generation, k: int) -> None:
        super().__init__()
        self._generation, self._k = generation, k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._generation.keywords.search(query_bundle.query_str, self._k)
        passages = self._generation.store.load_passages([passage_id for passage_id, _ in found])
        return [NodeWithScore(node=make_node(passages[i]), score=score) for i, score in found if i in passages]


class PeerSearch:
    """A retriever in place of our search (an `index.search.passages.Search`); its nodes name their articles.

    `dated`: what was published after the moment of asking is left out. `words` are those of each passage it gave.
    """

    def __init__(self, retriever: BaseRetriever) -> None:
        self._retrieve = lru_cache(maxsize=1)(retriever.retrieve)  # both variants are asked in turns
        self.dated = False
        self.words: list[int] = []

    def __call__(
        self, generation: Generation, embedder: Embedder, question: str, *, k: int, at: str | None = None
    ) -> list[Hit]:
        """The retriever's nodes as hits, best first."""
        del generation, embedder
        hits = [_make_hit(found) for found in self._retrieve(question)]
        if self.dated and at:
            hits = [hit for hit in hits if not is_after(hit.passage.article.published, at)]
        self.words += [len(hit.passage.text.split()) for hit in hits[:k]]
        return hits[:k]


def compare_with_peers(newsbot: Newsbot, questions: Sequence[GoldQuestion], folder: Path) -> str:
    """A table of what each search finds; the Chroma of the quick start is made in `folder`."""
    asked = [question for question in questions if question.answers]
    ours = [_measure(newsbot, question) for question in asked]
    rows = [_make_row("newsbot", ours, ours, _count_words(newsbot, asked))]
    with newsbot.index.use() as generation:
        for name, retriever in make_peers(generation, folder).items():
            search = PeerSearch(retriever)
            peer = replace(newsbot, search=search)
            theirs: dict[bool, Values] = {False: [], True: []}
            for question in asked:
                for search.dated, values in theirs.items():
                    values.append(_measure(peer, question))
            rows.append(_make_row(name, theirs[False], ours, search.words))
            rows.append(_make_row("… without later articles", theirs[True], ours, search.words))
    return render_table([_HEAD, *rows])


def make_peers(generation: Generation, folder: Path) -> dict[str, BaseRetriever]:
    """The peers by name. The first is all that a llama-index user would write; the others use what is indexed here."""
    model = WordLlamaEmbedding(WordLlamaEmbedder())
    ours = VectorStoreIndex.from_vector_store(PassageVectorStore(generation), embed_model=model)
    words, vectors = KeywordRetriever(generation, _DEEP), ours.as_retriever(similarity_top_k=_DEEP)
    fused = QueryFusionRetriever(
        [vectors, words],
        llm=MockLLM(),  # never asked: the question itself is the only query
        mode=FUSION_MODES.RECIPROCAL_RANK,
        similarity_top_k=_DEEP,
        num_queries=1,
        use_async=False,
    )
    return {
        "llama-index's quick start": _build_quick_start(generation, model, folder),
        "vectors alone, our passages": vectors,
        "BM25 alone, our passages": words,
        "QueryFusionRetriever of these two": fused,
    }


def _build_quick_start(generation: Generation, model: WordLlamaEmbedding, folder: Path) -> BaseRetriever:
    articles = filter(None, map(generation.store.article, generation.store.article_ids()))
    client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    collection = client.create_collection("articles", embedding_function=None)
    index = VectorStoreIndex.from_documents(
        [_make_document(article) for article in articles],
        storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
        embed_model=model,
        transformations=[SentenceSplitter()],
    )
    return index.as_retriever(similarity_top_k=_DEEP)


def _make_document(article: Article) -> Document:
    """An article whose title is embedded with each of its nodes, as it is with our passages; and nothing else."""
    metadata = {name: getattr(article, name) or "" for name in _NAMED} | {"article_id": article.id}
    hidden = [name for name in metadata if name != "title"]
    return Document(
        id_=article.id,
        text=article.text,
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=hidden,
    )


def _make_hit(found: NodeWithScore) -> Hit:
    node = found.node
    text = node.get_content(metadata_mode=MetadataMode.NONE)
    known = {name: node.metadata.get(name) or "" for name in _NAMED}
    article = Article(
        **(known | {"id": node.metadata["article_id"], "text": text, "published": known["published"] or None})
    )
    return Hit(Passage(article, position=0, start=0, end=len(text)), found.score or 0.0)


def _measure(newsbot: Newsbot, question: GoldQuestion) -> dict[str, float]:
    return value_search(question, rank_gold(newsbot, question))


def _count_words(newsbot: Newsbot, questions: Sequence[GoldQuestion]) -> list[int]:
    found = (newsbot.find_hits(question.text, k=PASSAGES, at=question.at) for question in questions[:20])
    return [len(hit.passage.text.split()) for hits in found for hit in hits]


def _make_row(name: str, theirs: Values, ours: Values, words: Sequence[int]) -> list[str]:
    shares = [_write_mean([values[measure] for values in theirs if measure in values]) for measure in _MEASURES]
    row = [name, *shares, f"{sum(words) / max(1, len(words)):.0f}"]
    if theirs is ours:
        return [*row, "", ""]
    return [*row, *(_compare(ours, theirs, measure) for measure in _COMPARED)]


def _write_mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else "–"


def _compare(ours: Values, theirs: Values, measure: str) -> str:
    pairs = [(a[measure], b[measure]) for a, b in zip(ours, theirs, strict=True) if measure in a]
    return str(compare_paired([a for a, _ in pairs], [b for _, b in pairs])) if pairs else "–"
