"""OpenAI's embeddings, over real HTTP: an index made with them, endpoints that fail, and an index of another model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.compose import build_newsbot
from config.errors import IndexMismatch, ServiceError, UsageError
from config.settings import Settings, load_settings
from index.embed import LlamaIndexEmbedder, WordLlamaEmbedder, embedder_name, make_embedder
from index.live import LiveIndex
from index.reindex import reindex
from index.sources import SourceList
from tests.fakes import FakeEmbedding
from tests.model_server import MAX_INPUTS, ModelServer, Reply

PORT = "The port of Aldova will close on Friday, the harbour master said."
BRIDGE = "The bridge at Brenmark was opened to traffic on Monday by the queen."
QUICK = {"x-should-retry": "false"}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model server."""
    with ModelServer() as running:
        yield running
    assert running.unexpected == []


@pytest.fixture
def openai_settings(settings: Settings, server: ModelServer, tmp_path: Path) -> Settings:
    """Settings that embed at the server, with a folder of one article as source."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "port.txt").write_text(PORT)
    SourceList(settings.data).add([str(folder)])
    return with_openai(settings, server)


def with_openai(settings: Settings, server: ModelServer, **changes: Any) -> Settings:
    """Settings that embed at the server, and let the extractive reader answer."""
    given = {"data": settings.data, "embedder": "openai", "openai_base_url": server.url, "reader": "extractive"}
    return load_settings({**given, "openai_api_key": server.api_key, **changes})


def articles(settings: Settings) -> int:
    """How many articles are indexed."""
    live = LiveIndex(settings)
    with live.use() as generation:
        count = generation.store.count("articles")
    live.close()
    return count


def test_index_and_ask_with_openai_embeddings(openai_settings: Settings, server: ModelServer) -> None:
    """Passages and questions are embedded at the endpoint, and the answer is found by them."""
    report = reindex(openai_settings, make_embedder(openai_settings))
    assert (report.articles, report.failures) == (1, [])
    newsbot = build_newsbot(openai_settings)
    answer = newsbot.answer("when will the port of Aldova close?")
    newsbot.index.close()
    assert (answer.status, answer.text) == ("answered", f"{PORT} [1]")
    assert {request.path for request in server.requests} == {"/v1/embeddings"}
    assert {request.body["model"] for request in server.requests} == {"text-embedding-3-small"}
    assert server.requests[0].body["input"] == [PORT]


def test_the_name_is_known_without_loading(openai_settings: Settings) -> None:
    """The embedder that settings choose has the name that is compared with the index."""
    assert embedder_name(openai_settings) == make_embedder(openai_settings).name
    assert embedder_name(openai_settings) == "OpenAIEmbedding/text-embedding-3-small"
    assert embedder_name(load_settings()) == WordLlamaEmbedder.name


@pytest.mark.parametrize(
    "failure",
    [
        Reply(status=401),
        Reply(status=404),
        Reply(status=500, headers=QUICK),
        Reply(status=429, error_code="insufficient_quota", headers=QUICK),
        Reply(raw_body=b'{"object": "list", "data": ['),
        Reply(
            raw_body=b'{"object": "list", "data": [], "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}'
        ),
    ],
    ids=["401", "404", "500", "no quota", "broken JSON", "no vectors"],
)
def test_an_endpoint_that_fails_loses_nothing(
    openai_settings: Settings, server: ModelServer, tmp_path: Path, failure: Reply
) -> None:
    """A failing endpoint ends the re-index with one line; what was indexed answers on, and the next run finishes."""
    embedder = make_embedder(openai_settings)
    reindex(openai_settings, embedder)
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE)
    server.enqueue_embedding_failures(*[failure] * 10)
    newsbot = build_newsbot(openai_settings)
    with pytest.raises(ServiceError, match=r"^the embedding model OpenAIEmbedding/text-embedding-3-small failed \("):
        reindex(openai_settings, embedder)
    with pytest.raises(ServiceError, match="what was stored stays"):
        newsbot.answer("when will the port of Aldova close?")
    server.forget_embedding_failures()
    assert newsbot.answer("when will the port of Aldova close?").text == f"{PORT} [1]"
    newsbot.index.close()
    assert articles(openai_settings) == 1
    assert reindex(openai_settings, embedder).articles == 2
    assert articles(openai_settings) == 2


def test_an_index_of_another_embedder_is_refused(openai_settings: Settings, server: ModelServer) -> None:
    """An index that another embedder made is not searched; the error names the way out, and that is one."""
    reindex(openai_settings, make_embedder(openai_settings))
    others = [
        with_openai(openai_settings, server, embedding_model="other"),
        load_settings({"data": openai_settings.data}),
    ]
    for other in others:
        newsbot = build_newsbot(other)
        with pytest.raises(IndexMismatch, match="run `newsbot reindex`"):
            newsbot.answer("when will the port close?")
        newsbot.index.close()
    reindex(others[1], WordLlamaEmbedder())
    newsbot = build_newsbot(others[1])
    assert newsbot.answer("when will the port of Aldova close?").text == f"{PORT} [1]"
    newsbot.index.close()


def test_the_openai_embedder_needs_a_key_or_an_endpoint(settings: Settings) -> None:
    """Without both it is a mistake of the settings; an endpoint of one's own needs no key."""
    with pytest.raises(UsageError, match="set OPENAI_API_KEY"):
        make_embedder(load_settings({"data": settings.data, "embedder": "openai"}))
    make_embedder(load_settings({"embedder": "openai", "openai_base_url": "http://127.0.0.1:9/v1"}))


def test_vectors_of_any_embedding_are_unit_vectors() -> None:
    """Any llama-index embedding gives unit vectors, none for no text, and its failure is a service error."""
    model = FakeEmbedding()
    embedder = LlamaIndexEmbedder(model)
    vectors = embedder.embed_texts(["two words", "and two more"])
    assert vectors.shape == (2, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(embedder.embed_question("two words"), vectors[0])
    assert embedder.embed_texts([]).shape[0] == 0
    model.fail_with(RuntimeError("out of memory"))
    with pytest.raises(ServiceError, match=r"FakeEmbedding/fake-embedding failed \(out of memory\)"):
        embedder.embed_texts(["a"])
    with pytest.raises(ServiceError, match=r"FakeEmbedding/fake-embedding failed \(out of memory\)"):
        embedder.embed_question("a")


def test_many_texts_go_in_several_requests(server: ModelServer, settings: Settings) -> None:
    """More texts than one request may hold are embedded in order."""
    embedder = make_embedder(with_openai(settings, server))
    texts = [f"text {number}" for number in range(250)]
    vectors = embedder.embed_texts(texts)
    assert np.allclose(vectors[249], embedder.embed_texts(["text 249"])[0], atol=1e-6)
    assert max(len(request.body["input"]) for request in server.requests) <= MAX_INPUTS


def test_wordllama_gives_unit_vectors_offline(embedder: WordLlamaEmbedder) -> None:
    """The default embedder gives a unit vector for each text in order, and zeros for a text without any token."""
    texts = ["The bridge was opened.", "", "A port.", "The bridge was opened."]
    vectors = embedder.embed_texts(texts)
    assert vectors.shape == (4, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1], atol=1e-5)
    assert np.allclose(vectors[0], vectors[3])
    assert np.allclose(embedder.embed_question("A port."), vectors[2], atol=1e-5)
    assert embedder.embed_texts([]).shape == (0, 256)
