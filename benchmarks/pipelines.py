"""Ways from a folder of Markdown to a Chroma store, each run in a process of its own and timed from within.

python -m benchmarks.pipelines reads a JSON object a line, {"name", "folder", "store", "environment"}, and answers each
with one: wall and processor seconds, peak memory, or the exit code of a run that failed. Each run is forked from the
one process that has imported everything; the frameworks are used as their documentation shows, with our chunk size.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import openai
import tiktoken
from chromadb.config import Settings

from corpus.store.collection_opening import HNSW
from ingest.command.add import AddOptions, add_documents
from ingest.reading.reader_child import peak_bytes
from ingest.settings import IngestSettings

MODEL = "text-embedding-3-small"
TOKENS = 400
OVERLAP = 50
CHUNKS = "chunks.npz"
IMPORTED = (openai, tiktoken)  # By all of them, so by nobody within the time.


def client_at(store: Path) -> Any:
    return chromadb.PersistentClient(str(store), settings=Settings(anonymized_telemetry=False))


def keep_chunks(store: Path, folder: Path) -> None:
    """Put what `ours` stored beside the folder, for the bare contenders."""
    found = (
        client_at(store)
        .get_collection("corpus", embedding_function=None)
        .get(include=["embeddings", "documents", "metadatas"])
    )
    np.savez(
        folder.parent / CHUNKS,
        ids=np.array(found["ids"]),
        embeddings=np.asarray(found["embeddings"], dtype=np.float32),
        rest=np.array(json.dumps([found["documents"], found["metadatas"]])),
    )


def ours(folder: Path, store: Path) -> Callable[[], object]:
    settings = IngestSettings(chroma_path=store, source_root=folder, embedding_model=MODEL)
    return lambda: add_documents([str(folder)], settings, AddOptions())


def ours_in_use(folder: Path, store: Path) -> Callable[[], object]:
    """Into a collection that holds a document, so that each text is looked up in it."""
    other = folder.parent / "other"
    other.mkdir(exist_ok=True)
    (other / "notes.md").write_text("# Notes\n\nA document that was there before.\n", "utf-8")
    ours(other, store)()
    return ours(folder, store)


def bare(folder: Path, store: Path, *, metadata: bool = False) -> Callable[[], object]:
    with np.load(folder.parent / CHUNKS) as kept:
        ids, embeddings = kept["ids"].tolist(), list(kept["embeddings"])
        documents, metadatas = json.loads(str(kept["rest"]))

    def add() -> None:
        client = client_at(store)
        collection = client.create_collection("corpus", embedding_function=None, configuration={"hnsw": HNSW})
        size = client.get_max_batch_size()
        for start in range(0, len(ids), size):
            part = slice(start, start + size)
            collection.add(
                ids=ids[part],
                embeddings=embeddings[part],
                documents=documents[part],
                metadatas=metadatas[part] if metadata else None,
            )

    return add


def langchain(folder: Path, store: Path) -> Callable[[], object]:
    from langchain_chroma import Chroma
    from langchain_community.document_loaders import DirectoryLoader, TextLoader
    from langchain_openai import OpenAIEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    def run() -> None:
        documents = DirectoryLoader(str(folder), glob="**/*.md", loader_cls=TextLoader).load()
        splitter = RecursiveCharacterTextSplitter.from_tiktoken_encoder(
            "cl100k_base", chunk_size=TOKENS, chunk_overlap=OVERLAP
        )
        Chroma.from_documents(
            splitter.split_documents(documents), OpenAIEmbeddings(model=MODEL), persist_directory=str(store)
        )

    return run


def llama_index(folder: Path, store: Path) -> Callable[[], object]:
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.openai import OpenAIEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    def run() -> None:
        documents = SimpleDirectoryReader(str(folder), recursive=True).load_data()
        collection = client_at(store).get_or_create_collection("corpus", embedding_function=None)
        pipeline = IngestionPipeline(
            transformations=[
                SentenceSplitter(chunk_size=TOKENS, chunk_overlap=OVERLAP),
                OpenAIEmbedding(model=MODEL, api_base=os.environ["OPENAI_BASE_URL"]),
            ],
            vector_store=ChromaVectorStore(chroma_collection=collection),
        )
        pipeline.run(documents=documents)

    return run


PIPELINES: dict[str, Callable[[Path, Path], Callable[[], object]]] = {
    "ours": ours,
    "ours, collection in use": ours_in_use,
    "bare collection.add": bare,
    "bare collection.add, our metadata": lambda folder, store: bare(folder, store, metadata=True),
    "LangChain": langchain,
    "LlamaIndex": llama_index,
}


def stored(store: Path) -> int:
    """How many chunks lie in the store's collections."""
    return sum(collection.count() for collection in client_at(store).list_collections())


def run(name: str, folder: Path, store: Path) -> dict[str, float]:
    """Run one of them; what it took."""
    work = PIPELINES[name](folder, store)
    start, processor = time.perf_counter(), time.process_time()
    work()
    taken = {"seconds": time.perf_counter() - start, "processor_seconds": time.process_time() - processor}
    taken["peak_mb"] = peak_bytes() / 1e6
    # Of the largest, as it ended.
    taken["child_peak_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    return taken


def main() -> None:
    """Answer the lines on standard input, one run after the other."""
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if not pid:
            os.environ.update(asked["environment"])
            code = 1
            try:
                print(json.dumps(run(asked["name"], Path(asked["folder"]), Path(asked["store"]))), flush=True)
                code = 0
            except BaseException:  # noqa: BLE001 - nothing may pass into the loop above, which is the parent's
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        if code := os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            print(json.dumps({"exit_code": code}), flush=True)


if __name__ == "__main__":
    main()
