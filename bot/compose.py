"""The composition root: builds every part from the settings, or around parts of llama-index that the caller brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.answer import Newsbot
from bot.readers.extractive import ExtractiveReader
from config.settings import Settings
from index.embed import Embedder, LlamaIndexEmbedder, make_embedder
from index.live import LiveIndex

if TYPE_CHECKING:
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.llms import LLM
    from llama_index.core.retrievers import BaseRetriever


def build_newsbot(
    settings: Settings,
    *,
    embedding: BaseEmbedding | None = None,
    llm: LLM | None = None,
    retriever: BaseRetriever | None = None,
) -> Newsbot:
    """A newsbot by the settings; each of llama-index's seams takes the place of the part that settings would choose.

    With another `embedding` the index has to be made with it too (`index.reindex.reindex`, `LlamaIndexEmbedder`).
    Answers of an `llm`, and hits of a `retriever`, pass the same verification as ours.
    """
    embedder: Embedder = LlamaIndexEmbedder(embedding) if embedding is not None else make_embedder(settings)
    search = None
    if retriever is not None:
        from index.llama import RetrieverSearch

        search = RetrieverSearch(retriever)
    newsbot = Newsbot(LiveIndex(settings), embedder, [ExtractiveReader(embedder)], settings.hits)
    newsbot.search, newsbot.secrets = search, settings.secrets
    if llm is not None or settings.uses_model:
        from bot.model.completion import Completion, make_llm
        from bot.model.reader import ModelReader
        from bot.model.rewriter import ModelRewriter

        completion = Completion(llm or make_llm(settings), settings.model_timeout)
        newsbot.readers = [ModelReader(completion, settings.model_prompt_tokens), *newsbot.readers]
        newsbot.rewriter = ModelRewriter(completion)
    return newsbot
