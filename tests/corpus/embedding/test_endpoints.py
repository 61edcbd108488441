"""Ten endpoints that speak OpenAI's protocol, each in its own way, imitated on loopback; docs/endpoints.md lists them.

What they answer is taken from their own documents and from reports of their users.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from corpus.embedding.choice import collection_for, embedder_for_new_collection, embedder_of, query_embedder_of
from corpus.embedding.endpoint import Endpoint, endpoint_of
from corpus.embedding.model import Embedder, Refused
from corpus.errors import EmbeddingModelUnknown, EmbeddingQuotaExceeded, EmbeddingReplyInvalid, SettingsError
from corpus.loading import load
from corpus.settings import LOCAL_MODEL, CorpusSettings
from tests.openai_server import KEY, EmbeddingsServer, Reply, embeddings_server, failure, listing, vector_of

# A failure is asked about again at once, so that nobody waits here.
SOON = {"retry-after-ms": "10"}
TEXTS = [f"note number {number} about widgets" for number in range(40)]


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server(dimensions=32, models=frozenset({"some-model", "text-embedding-3-small"})) as running:
        yield running


def settings_for(server: EmbeddingsServer, **settings: Any) -> CorpusSettings:
    given = {"openai_api_key": KEY, "openai_base_url": server.url, "embedding_model": "some-model"} | settings
    return load(CorpusSettings, **given)


def check(embedder: Embedder, texts: list[str] = TEXTS) -> None:
    """Every text has its own vector, in one batch and as a question."""
    (vectors,) = embedder.embed_documents([texts])
    assert np.allclose(vectors, [vector_of(text, 32) for text in texts], atol=1e-6)
    assert np.allclose(embedder.embed_queries(texts[:1], timeout_seconds=5), vectors[:1])


def vectors_for(body: dict[str, Any]) -> list[Any]:
    return [vector_of(text, 32) for text in body["input"]]


def test_openai(server: EmbeddingsServer) -> None:
    check(embedder_for_new_collection(settings_for(server)))
    assert {body["encoding_format"] for body in server.requests} == {"base64"}
    server.interceptor = lambda *_: failure(429, "insufficient_quota", "You exceeded your current quota")
    with pytest.raises(EmbeddingQuotaExceeded, match=r"OPENAI_API_KEY.*429.*exceeded your current quota"):
        check(embedder_for_new_collection(settings_for(server)))


@pytest.mark.parametrize(
    "pasted", ["", "/", "/openai", "/openai/deployments/some-model/embeddings?api-version=2024-02-01"]
)
def test_azure(server: EmbeddingsServer, pasted: str) -> None:
    server.interceptor = lambda _, body: (200, {}, listing(vectors_for(body)))
    settings = settings_for(
        server, openai_base_url=None, azure_openai_endpoint=server.url + pasted, azure_openai_api_key="azure-key"
    )
    check(embedder_for_new_collection(settings))
    version = "2024-02-01" if pasted.endswith("01") else "2024-10-21"
    assert set(server.paths) == {f"/v1/openai/deployments/some-model/embeddings?api-version={version}"}
    assert {headers["api-key"] for headers in server.headers} == {"azure-key"}
    assert not any("authorization" in headers for headers in server.headers)


def test_gemini(server: EmbeddingsServer) -> None:
    """Leaves out an index of 0, and puts an error into a list."""

    def gemini(_: int, body: dict[str, Any]) -> Reply:
        if len(body["input"]) > 30:
            message = "* BatchEmbedContentsRequest.requests: at most 30 requests can be in one batch\n"
            return 400, {}, [{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}]
        reply: Any = listing(vectors_for(body), as_base64=False)
        del reply["data"][0]["index"]
        return 200, {}, reply

    server.interceptor = gemini
    check(embedder_for_new_collection(settings_for(server)))


def test_gemini_embedding_2_makes_one_vector_of_all_the_texts(server: EmbeddingsServer) -> None:
    server.interceptor = lambda _, body: (200, {}, listing(vectors_for(body)[:1]))
    check(embedder_for_new_collection(settings_for(server)), TEXTS[:9])


def test_mistral(server: EmbeddingsServer) -> None:
    """Counts the tokens of all texts together."""

    def mistral(_: int, body: dict[str, Any]) -> Reply | None:
        if len(body["input"]) <= 16:
            return None
        message = "Too many tokens in batch. Max is 16384 got 17555"
        return 400, {}, {"object": "error", "message": message, "type": "invalid_request_error", "code": None}

    server.interceptor = mistral
    check(embedder_for_new_collection(settings_for(server)))


def test_voyage(server: EmbeddingsServer) -> None:
    """Wants to know which side a text is of, and knows encoding_format only as base64 or left out."""

    def voyage(_: int, body: dict[str, Any]) -> Reply | None:
        if body.get("encoding_format") == "float":
            return 400, {}, {"detail": "Value 'float' for argument 'encoding_format' is not one of [null, 'base64']."}
        return None

    server.interceptor = voyage
    check(embedder_for_new_collection(settings_for(server, embedding_input_types="query,document")))
    assert [body["input_type"] for body in server.requests] == ["document", "query"]


def test_dashscope(server: EmbeddingsServer) -> None:
    """Takes ten texts, and floats only. Both are found out once."""

    def dashscope(_: int, body: dict[str, Any]) -> Reply | None:
        message = "batch size is invalid, it should not be larger than 10.: input.contents"
        if body.get("encoding_format") == "base64":
            return failure(400, "InvalidParameter", "encoding_format is not supported")
        return failure(400, "InvalidParameter", message) if len(body["input"]) > 10 else None

    server.interceptor = dashscope
    embedder = embedder_for_new_collection(settings_for(server))
    check(embedder)
    before = len(server.requests)
    check(embedder)
    assert len(server.requests) - before == 5
    told = embedder_for_new_collection(settings_for(server, embedding_batch=10))
    server.requests.clear()
    check(told)
    assert max(len(body["input"]) for body in server.requests) == 10


def test_ollama(server: EmbeddingsServer) -> None:
    """Wants no key, answers with floats, and fails for ever where a vector would hold NaN."""

    def ollama(_: int, body: dict[str, Any]) -> Reply:
        if body["model"] != "some-model":
            message = f'model "{body["model"]}" not found, try pulling it first'
            return 404, {}, {"error": {"message": message, "type": "api_error", "param": None, "code": None}}
        if TEXTS[7] in body["input"]:
            return 500, SOON, {"error": {"message": "failed to encode response: json: unsupported value: NaN"}}
        return 200, {}, listing(vectors_for(body), as_base64=False)

    server.interceptor = ollama
    refused: Refused = {}
    embedder = embedder_for_new_collection(settings_for(server, openai_api_key=None))
    (vectors,) = embedder.embed_documents([TEXTS], refused=refused)
    assert list(refused) == [TEXTS[7]]
    assert "unsupported value: NaN" in str(refused[TEXTS[7]])
    assert np.isfinite(vectors).all(axis=1).sum() == len(TEXTS) - 1
    with pytest.raises(EmbeddingModelUnknown, match="try pulling it first"):
        check(embedder_for_new_collection(settings_for(server, openai_api_key=None, embedding_model="other")))


def test_vllm(server: EmbeddingsServer) -> None:
    """Says at the top of its answer what is wrong, and refuses a text above the model's window."""

    def vllm(_: int, body: dict[str, Any]) -> Reply | None:
        if TEXTS[3] not in body["input"]:
            return None
        message = "This model's maximum context length is 512 tokens. However, you requested 1451 tokens."
        return 400, {}, {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}

    server.interceptor = vllm
    refused: Refused = {}
    list(embedder_for_new_collection(settings_for(server)).embed_documents([TEXTS], refused=refused))
    assert list(refused) == [TEXTS[3]]
    assert "maximum context length is 512 tokens" in str(refused[TEXTS[3]])


def test_lm_studio(server: EmbeddingsServer) -> None:
    """Answers with floats whatever it is asked for, and says 200 where nothing is at an address."""
    server.interceptor = lambda _, body: (200, {}, listing(vectors_for(body), as_base64=False))
    check(embedder_for_new_collection(settings_for(server)))
    server.interceptor = lambda *_: (200, {}, {"error": "Unexpected endpoint or method. (POST /embeddings)"})
    with pytest.raises(EmbeddingReplyInvalid, match=r"Unexpected endpoint.*OPENAI_BASE_URL"):
        check(embedder_for_new_collection(settings_for(server)))


def test_tei(server: EmbeddingsServer) -> None:
    """Text Embeddings Inference takes 32 texts, and has an error that is a string."""

    def tei(_: int, body: dict[str, Any]) -> Reply | None:
        count = len(body["input"])
        error = f"batch size {count} > maximum allowed batch size 32"
        return (422, {}, {"error": error, "error_type": "Validation"}) if count > 32 else None

    server.interceptor = tei
    check(embedder_for_new_collection(settings_for(server)))


@pytest.mark.parametrize(
    "quirk",
    ["index left out", "every index 0", "counted from 1", "index in quotes", "base64 brings it down", "field unknown"],
)
def test_what_others_do(server: EmbeddingsServer, quirk: str) -> None:
    def other(_: int, body: dict[str, Any]) -> Reply:
        if quirk == "base64 brings it down" and body.get("encoding_format") == "base64":
            return failure(500, None, "Internal error")
        if quirk == "field unknown" and "encoding_format" in body:
            return 422, {}, {"detail": [{"loc": ["body", "encoding_format"], "msg": "extra fields not permitted"}]}
        reply: Any = listing(vectors_for(body), as_base64=body.get("encoding_format") == "base64")
        for number, item in enumerate(reply["data"]):
            item["index"] = {"counted from 1": number + 1, "index in quotes": str(number)}.get(quirk, 0)
            if quirk == "index left out":
                del item["index"]
        return 200, {}, reply

    server.interceptor = other
    check(embedder_for_new_collection(settings_for(server)))
    # The order in which rows came is enough: nobody is asked again for the want of an index.
    assert len(server.requests) == {"field unknown": 4, "base64 brings it down": 3}.get(quirk, 2)


@pytest.mark.parametrize("most", [1, 3])
def test_several_questions_go_apart_where_the_endpoint_takes_fewer(server: EmbeddingsServer, most: int) -> None:
    def few(_: int, body: dict[str, Any]) -> Reply | None:
        return failure(400, None, "too many inputs") if len(body["input"]) > most else None

    server.interceptor = few
    embedder = embedder_for_new_collection(settings_for(server))
    for texts in (TEXTS[:5], TEXTS[:7]):
        vectors = embedder.embed_queries(texts, timeout_seconds=10)
        assert np.allclose(vectors, [vector_of(text, 32) for text in texts], atol=1e-6)
    server.requests.clear()
    embedder.embed_queries(TEXTS[:7], timeout_seconds=10)
    assert [len(body["input"]) for body in server.requests] == ([1] * 7 if most == 1 else [3, 3, 1])


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"openai_api_key": None},
        {"embedding_dimensions": 32, "embedding_input_types": "query,document"},
        {"openai_base_url": "?team=a%20b&x=1"},
        {"openai_base_url": None, "azure_openai_endpoint": "", "azure_openai_api_key": "azure-key"},
        {"openai_base_url": None, "azure_openai_endpoint": "/openai/deployments/d/embeddings?api-version=2024-02-01",
         "azure_openai_api_key": "azure-key"},
    ],
    ids=["OpenAI", "no key", "dimensions and types", "a query", "Azure", "Azure, pasted"],
)  # fmt: skip
def test_a_question_is_asked_alike_without_the_sdk(server: EmbeddingsServer, changed: dict[str, Any]) -> None:
    for name in ("openai_base_url", "azure_openai_endpoint"):
        if changed.get(name) is not None:
            changed = changed | {name: server.url + changed[name]}
    server.interceptor = lambda _, body: (200, {}, listing(vectors_for(body)))
    settings = settings_for(server, **changed)
    by_sdk = embedder_for_new_collection(settings)
    without = query_embedder_of(collection_for(by_sdk, settings), settings)
    server.requests.clear()
    server.paths.clear()
    server.headers.clear()
    for embedder in (by_sdk, without):
        assert embedder.embed_queries(["one", "zwölf 日本"], timeout_seconds=5).shape == (2, 32)
        embedder.close()
    assert server.requests[0] == server.requests[1]
    assert server.paths[0] == server.paths[1]
    told = ("authorization", "api-key", "content-type", "accept-encoding")
    of_sdk, of_ours = ({name: headers.get(name) for name in told} for headers in server.headers)
    assert of_sdk == of_ours


def test_a_query_in_the_address_goes_with_every_request(server: EmbeddingsServer) -> None:
    check(
        embedder_for_new_collection(settings_for(server, openai_base_url=f"{server.url}/?api-version=2025-01-01&x=1"))
    )
    assert set(server.paths) == {"/v1/embeddings?api-version=2025-01-01&x=1"}


def test_an_address_copied_whole_is_understood() -> None:
    endpoint = endpoint_of(CorpusSettings(openai_base_url="https://host/v1/embeddings"))
    assert endpoint == Endpoint(base_url="https://host/v1")


def test_azures_own_address_in_the_other_setting_is_understood_too() -> None:
    url = "https://x.openai.azure.com/openai/deployments/d/embeddings?api-version=2024-02-01"
    endpoint = endpoint_of(CorpusSettings(openai_base_url=url, openai_api_key=SecretStr("k")))
    assert endpoint is not None
    assert (endpoint.base_url, endpoint.api_version) == (
        "https://x.openai.azure.com/openai/deployments/d",
        "2024-02-01",
    )
    assert "'k'" not in repr(endpoint)


def test_azure_without_a_key_is_told_and_of_two_addresses_ours_counts() -> None:
    with pytest.raises(SettingsError, match="AZURE_OPENAI_API_KEY"):
        endpoint_of(CorpusSettings(azure_openai_endpoint="https://x.openai.azure.com"))
    # Who only counts tokens needs none.
    embedder_for_new_collection(
        CorpusSettings(azure_openai_endpoint="https://x.openai.azure.com", embedding_model="d"), paid=False
    )
    both = endpoint_of(CorpusSettings(openai_base_url="https://a/v1", azure_openai_endpoint="https://b"))
    assert both == Endpoint(base_url="https://a/v1")


def test_prefixes_go_before_texts_and_are_kept_with_the_collection(server: EmbeddingsServer) -> None:
    settings = settings_for(
        server, embedding_query_prefix=r"Instruct: find\nQuery: ", embedding_passage_prefix="passage: "
    )
    embedder = embedder_for_new_collection(settings)
    record = collection_for(embedder, settings)
    list(embedder.embed_documents([["one"]]))
    # Whoever opens it later knows no setting.
    embedder_of(record, settings_for(server, embedding_model=None)).embed_queries(["one"], timeout_seconds=5)
    assert server.inputs[-2:] == ["passage: one", "Instruct: find\nQuery: one"]
    assert embedder.max_tokens < 8191


def test_a_prefix_that_leaves_no_room_and_one_for_the_local_model_are_told(server: EmbeddingsServer) -> None:
    settings = settings_for(server, embedding_passage_prefix="words " * 390)
    with pytest.raises(SettingsError, match="EMBEDDING_PASSAGE_PREFIX leaves"):
        collection_for(embedder_for_new_collection(settings), settings)
    with pytest.raises(SettingsError, match="Unset EMBEDDING_QUERY_PREFIX"):
        embedder_for_new_collection(CorpusSettings(embedding_model=LOCAL_MODEL, embedding_query_prefix="query: "))


@pytest.mark.parametrize("name", ["openai_api_key", "azure_openai_api_key", "chroma_api_key", "rerank_api_key"])
def test_white_space_around_a_key_goes_and_a_character_no_key_has_is_told(name: str) -> None:
    assert getattr(load(CorpusSettings, **{name: " sk-1\n"}), name).get_secret_value() == "sk-1"
    for key in ("sk-te–st", "sk-1\nsk-2", "sk 1", "sk\x00"):
        with pytest.raises(SettingsError, match=f"{name.upper()}: holds a character") as caught:
            load(CorpusSettings, **{name: key})
        assert "sk" not in str(caught.value)


def test_the_documents_table_names_ten_endpoints_and_the_tests_that_imitate_them() -> None:
    page = (Path(__file__).parents[3] / "docs" / "endpoints.md").read_text("utf-8")
    table = page.partition("| imitated by |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) == 10
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert all(callable(globals()[name]) for name in named)
