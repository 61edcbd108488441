from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import Connect
from tests.handler.corpora import MANUALS, WARRANTY, Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer

WORDS = " ".join(f'word{number} "quoted\\{number}"\n' for number in range(4000))
# Chunks of 500 characters that overlap by 60.
SPANS = tuple((start, min(start + 500, len(WORDS))) for start in range(0, len(WORDS), 440))
LONG = Text(source="long.txt", text=WORDS, spans=SPANS, title="Long")
MANY = tuple(Text(source=f"many/{number:03}.txt", text=f"number {number}") for number in range(40))


@pytest.fixture(scope="module")
def folder(server: EmbeddingsServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a corpus with a long document and many short ones."""
    folder = tmp_path_factory.mktemp("documents")
    write_corpus(corpus_settings(folder, server), (LONG, *MANY))
    return folder


def read(client: TestClient, path: str, **parameters: object) -> Any:
    response = client.get(path, params=parameters)  # type: ignore[arg-type]  # Numbers and texts.
    assert response.status_code == 200, response.text
    return response.json()


def test_documents_are_listed_by_source_with_what_is_known_of_them(client: TestClient) -> None:
    listing = read(client, "/documents")
    assert listing["total"] == len(MANUALS)
    assert "next_offset" not in listing
    assert [document["source"] for document in listing["documents"]] == sorted(text.source for text in MANUALS)
    (manual,) = [document for document in listing["documents"] if document.get("title") == "X200 manual"]
    assert manual == {
        "document_id": WARRANTY.document_id,
        "title": "X200 manual",
        "source": "manuals/x200.pdf",
        "url": "https://example.com/manuals/x200.pdf",
        "updated_at": WARRANTY.updated_at,
        "chunks": 1,
        "tokens": 10,
    }


@pytest.mark.parametrize("limit", [1, 7, 100, 200])
def test_every_document_is_on_exactly_one_page_of_the_list(connect: Connect, folder: Path, limit: int) -> None:
    client = connect(chroma_path=folder, max_response_chars=4_000)
    sources: list[str] = []
    offset: int | None = 0
    while offset is not None:
        response = client.get("/documents", params={"offset": offset, "limit": limit})
        assert len(response.text) <= 4_000
        listing = response.json()
        sources += [document["source"] for document in listing["documents"]]
        offset = listing.get("next_offset")
    assert sources == sorted(text.source for text in (LONG, *MANY))


@pytest.mark.parametrize("max_response_chars", [2_000, 5_000, 90_000, 1_000_000])
def test_the_pages_of_a_document_hold_each_character_once_in_order(
    connect: Connect, folder: Path, max_response_chars: int
) -> None:
    client = connect(chroma_path=folder, max_response_chars=max_response_chars)
    text, offset, pages = "", 0, 0
    while True:
        response = client.get(f"/documents/{LONG.document_id}", params={"offset": offset})
        assert len(response.text) <= max_response_chars
        page = response.json()
        assert (page["total_chars"], page["offset"]) == (len(WORDS), offset)
        text += page["text"]
        pages += 1
        if not page["truncated"]:
            assert "next_offset" not in page
            break
        assert page["next_offset"] > offset
        offset = page["next_offset"]
    assert text == WORDS
    assert (pages > 1) == (max_response_chars < len(WORDS))


def test_pages_end_between_words(connect: Connect, folder: Path) -> None:
    page = read(connect(chroma_path=folder, max_response_chars=2_000), f"/documents/{LONG.document_id}")
    assert page["text"][-1].isspace()


def test_beyond_the_end_there_is_no_text(client: TestClient) -> None:
    page = read(client, f"/documents/{WARRANTY.document_id}", offset=10_000)
    assert (page["text"], page["truncated"]) == ("", False)
    assert read(client, "/documents", offset=50) == {"documents": [], "total": len(MANUALS)}


@pytest.mark.parametrize("document_id", ["0" * 16, "nope", "..%2f..%2fetc", "%00", "é" * 16])
def test_an_unknown_document_is_not_found(client: TestClient, document_id: str) -> None:
    response = client.get(f"/documents/{document_id}")
    assert (response.status_code, response.json()["error"]) in ((404, "document_not_found"), (404, "not_found"))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("foo=1", "foo"),
        ("offset=1&offset=2", "offset"),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, query: str, name: str) -> None:
    response = client.get(f"/documents?{query}")
    assert (response.status_code, response.json()["error"]) == (422, "invalid_request")
    assert f'"{name}"' in response.json()["message"]


@pytest.mark.parametrize("max_response_chars", [2_000, 5_000, 20_000])
def test_an_answer_is_cut_to_the_characters_that_are_sent_escapes_counted(
    connect: Connect, folder: Path, max_response_chars: int
) -> None:
    client = connect(chroma_path=folder, max_response_chars=max_response_chars)
    response = client.post("/search", json={"query": "word7 quoted", "document_id": LONG.document_id, "top_k": 50})
    answer = response.json()
    assert answer["truncated"] is True
    assert max_response_chars - 500 < len(response.text) <= max_response_chars
    # Every text is the document's own, the cut one too.
    assert all(result["text"] in WORDS for result in answer["results"])
