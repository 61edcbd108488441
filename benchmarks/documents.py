"""What a page of the documents and an unknown value of a filter cost: python -m benchmarks.documents [N ...]

Every document has one chunk of made-up words and a vector of eight numbers; `N` is how many. The first page
after an opening reads which documents there are; the pages after it do not.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydantic import SecretStr

from corpus.collection import CollectionRecord
from corpus.corpus_opening import open_corpus
from corpus.filterable import FilterField
from corpus.filters import Filter
from corpus.records import Chunk, DocumentRecord, document_id_of
from corpus.settings import CorpusSettings
from corpus.store import create_store
from handler.contract.errors import ActionError
from handler.contract.facets import Facets

SIZES = (1_000, 10_000, 100_000)
DIMENSIONS = 8
RUNS = 30
AT_ONCE = 5_000
DAY = "2026-01-01T00:00:00+00:00"
COLLECTION = CollectionRecord(
    embedding_model="text-embedding-3-small", dimensions=DIMENSIONS, shortened=True, tokenizer="cl100k_base",
    chunk_tokens=400, chunk_overlap=50,
)  # fmt: skip


def fill(settings: CorpusSettings, count: int) -> None:
    """Store so many documents."""
    draw = np.random.default_rng(1)
    with create_store(settings, COLLECTION) as store:
        for start in range(0, count, AT_ONCE):
            rows = []
            for number in range(start, min(count, start + AT_ONCE)):
                record, chunk = document(number)
                vector = draw.standard_normal(DIMENSIONS).astype(np.float32)
                rows.append((record, chunk, vector / np.linalg.norm(vector)))
            store.rows.upsert(rows)


def document(number: int) -> tuple[DocumentRecord, Chunk]:
    """The record and the one chunk of a document."""
    source = f"folder/{number:07}.md"
    document_id, digest, owner = document_id_of(source), f"{number:016x}", {"owner": ("ada", "bob")[number % 2]}
    record = DocumentRecord(
        document_id=document_id, source=source, digest=digest, chunks=1, tokens=5, updated_at=DAY, ingested_at=DAY,
        file=source, stamp="", title=None, url=None, metadata=owner,
    )  # fmt: skip
    chunk = Chunk(
        document_id=document_id, index=0, text=f"Text number {number}.",
        source=source, start=0, end=20, tokens=5, digest=digest, updated_at=DAY, metadata=owner,
    )  # fmt: skip
    return record, chunk


def milliseconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """The median."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def main() -> None:
    print("| documents | first page (ms) | page (ms) | page in the middle (ms) | unknown value (ms) |")
    print("|---|---|---|---|---|")
    for count in [int(word) for word in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            settings = CorpusSettings(chroma_path=Path(folder), openai_api_key=SecretStr("unused"))
            fill(settings, count)
            facets = Facets((FilterField("owner", "str"),))
            with open_corpus(settings) as corpus:

                def unknown() -> None:
                    with contextlib.suppress(ActionError):
                        facets.check(corpus, None, Filter(metadata={"owner": "nobody"}))  # noqa: B023 - called in the loop

                first = milliseconds(lambda: corpus.documents(offset=0, limit=50), runs=1)
                page = milliseconds(lambda: corpus.documents(offset=0, limit=50))
                middle = milliseconds(lambda: corpus.documents(offset=count // 2, limit=50))  # noqa: B023
                unknown()
                print(
                    f"| {count:,} | {first:.0f} | {page:.2f} | {middle:.2f} | {milliseconds(unknown):.3f} |", flush=True
                )


if __name__ == "__main__":
    main()
