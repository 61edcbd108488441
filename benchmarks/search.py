"""What a warm search costs beside Chroma's own query: python -m benchmarks.search [chunks] [dimensions]

Chunks are benchmarks.lexical's invented words with random vectors near a few themes; queries are ten words of a chunk
and a vector near its own. All figures are of one run, in turns, so that their ratios hold on a busy machine.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.lexical import make_chunks
from corpus.collection import CollectionRecord
from corpus.embedding.model import Vectors
from corpus.records import Chunk, DocumentRecord, document_id_of
from corpus.search import Plan, search
from corpus.settings import CorpusSettings, SearchMode
from corpus.store import Store, create_store
from ingest.lexicon import bring_up_to_date

PER_DOCUMENT = 20
QUERIES = 200
MODES: tuple[SearchMode, ...] = ("dense", "lexical", "hybrid")


def vectors_of(count: int, dimensions: int) -> Vectors:
    random_numbers = np.random.default_rng(5)
    themes = random_numbers.standard_normal((200, dimensions))
    made = themes[random_numbers.integers(0, 200, count)] + random_numbers.standard_normal((count, dimensions))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def fill(store: Store, texts: list[str], vectors: Vectors) -> None:
    records = {}
    for start in range(0, len(texts), PER_DOCUMENT):
        part = texts[start : start + PER_DOCUMENT]
        source, digest, moment = f"{start}.txt", f"{start:064x}", "2026-01-02T03:04:05+00:00"
        chunks = [
            Chunk(
                document_id=document_id_of(source),
                index=index,
                text=text,
                source=source,
                start=0,
                end=len(text),
                tokens=250,
                digest=digest,
                updated_at=moment,
            )
            for index, text in enumerate(part)
        ]
        record = DocumentRecord(
            document_id=document_id_of(source),
            source=source,
            digest=digest,
            chunks=len(part),
            tokens=1,
            updated_at=moment,
            ingested_at=moment,
            file=source,
            stamp="",
        )
        records[record.document_id] = record
        store.write([(record, chunks, vectors[start : start + PER_DOCUMENT])])
    bring_up_to_date(store, before={}, after=records)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(count: int, dimensions: int, folder: Path) -> None:
    texts = [text for _, text in make_chunks(count)]
    vectors = vectors_of(count, dimensions)
    record = CollectionRecord(
        embedding_model="invented",
        dimensions=dimensions,
        shortened=False,
        tokenizer="words",
        chunk_tokens=300,
        chunk_overlap=0,
    )
    chance = random.Random(8)
    with create_store(CorpusSettings(chroma_path=folder), record) as store:
        fill(store, texts, vectors)
        times: dict[str, list[float]] = {name: [] for name in ("bare", *MODES)}
        for _ in range(QUERIES):
            place = chance.randrange(count)
            query = " ".join(chance.sample(texts[place].split(), 10))
            vector = vectors[place : place + 1] + vectors[chance.randrange(count)] / 2
            times["bare"].append(
                seconds(partial(store.rows.collection.query, query_embeddings=list(vector), n_results=5))
            )
            for mode in MODES:
                asked = None if mode == "lexical" else vector
                plan = Plan(mode=mode, top_k=5)
                times[mode].append(seconds(partial(search, store, [query], asked, [1.0], plan)))
    p50 = {name: statistics.median(found) * 1e3 for name, found in times.items()}
    print(
        f"{count:,} chunks, {dimensions} dimensions: "
        + ", ".join(f"{name} {found:.1f} ms ({found / p50['bare']:.2f} of bare)" for name, found in p50.items())
    )


def main() -> None:
    count, dimensions = [int(word) for word in sys.argv[1:]] or (10_000, 384)
    with tempfile.TemporaryDirectory() as folder:
        measure(count, dimensions, Path(folder))


if __name__ == "__main__":
    main()
