"""Collections as LangChain (langchain-chroma 1.1) and LlamaIndex (llama-index-vector-stores-chroma 0.6) write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings

from tests.openai_server import vector_of

DIMENSIONS = 1536
PUMP = "".join(f"Sentence {number} says that part {number} of the pump is covered.\n\n" for number in range(30))
SEALS = [f"Page {number} tells of the seals of engine {number}. " * 12 for number in range(3)]


def langchain(
    path: Path, *, name: str = "langchain", space: str | None = None, length: float = 1.0, copies: int = 0
) -> None:
    """A Markdown file in overlapping chunks, and a PDF page by page; the same chunk twice, and one without a source.

    So many `copies` more of the first file lie under other names.
    """
    pump = str(path.parent / "docs/pump.md")
    rows: list[tuple[str, dict[str, Any] | None]] = [
        (PUMP[start : start + 400], {"source": pump, "start_index": start}) for start in range(0, len(PUMP), 300)
    ]
    for page, text in enumerate(SEALS):
        about = {"source": "docs/seals.pdf", "page": page, "page_label": str(page + 1), "title": "Seals",
                 "moddate": "2024-03-01T10:00:00+00:00", "producer": "Writer", "creator": f"Part {page}"}  # fmt: skip
        rows.append((text, about))
    for copy in range(copies):
        rows += [(f"{text} Of copy {copy}.", {"source": f"docs/copy-{copy}.md"}) for text, _ in rows[:9]]
    rows += [rows[0], ("A note that came from nowhere.", None)]
    collection = _client(path).create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": space}} if space else None
    )
    collection.upsert(
        ids=[f"id-{place}" for place in range(len(rows))],
        documents=[text for text, _ in rows],
        embeddings=[(vector_of(text, DIMENSIONS) * length).tolist() for text, _ in rows],
        metadatas=[metadata for _, metadata in rows],
    )


def llama_index(path: Path, *, name: str = "quickstart") -> None:
    """A PDF, each page a document of its own, cut into nodes."""
    rows = []
    for page, text in enumerate(SEALS):
        for start in range(0, len(text), 200):
            shared = {"file_path": str(path.parent / "docs/seals.pdf"), "file_name": "seals.pdf",
                      "page_label": str(page + 1), "last_modified_date": "2024-03-01"}  # fmt: skip
            node = {"id_": f"{page}-{start}", "metadata": shared, "start_char_idx": start, "text": "",
                    "relationships": {"1": {"node_id": f"page-{page}"}}, "class_name": "TextNode"}  # fmt: skip
            owner = f"page-{page}"
            kept = {"_node_content": json.dumps(node), "_node_type": "TextNode", "document_id": owner,
                    "doc_id": owner, "ref_doc_id": owner}  # fmt: skip
            rows.append((node["id_"], text[start : start + 260], {**shared, **kept}))
    collection = _client(path).create_collection(name, embedding_function=None)
    collection.add(
        ids=[str(each) for each, _, _ in rows],
        documents=[text for _, text, _ in rows],
        embeddings=[vector_of(f"file_name: seals.pdf\n\n{text}", DIMENSIONS).tolist() for _, text, _ in rows],
        metadatas=[metadata for _, _, metadata in rows],
    )


def _client(path: Path) -> Any:
    return chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))
