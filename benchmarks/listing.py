"""What the list of documents and a filter's unknown value cost after a change, at so many documents.

    python -m benchmarks.listing [DOCUMENTS]...

Prints, for each number of documents of one chunk, the processor milliseconds of the first page of all and of one in
their midst after it, of a filter's value that nobody has and of the same once more, and of both after one document of
them changed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.nights import DIMENSIONS, RECORD, document
from corpus.filterable import FilterField
from corpus.filters import Filter
from corpus.searching.document_listing import Listing
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store, read_store
from corpus.store.document_writes import Written
from handler.contract.errors import ActionError
from handler.contract.facets import Facets

AT_ONCE = 1_000
SETTLED_SECONDS = 0.2


def one_chunk(number: int, version: int) -> Written:
    """A document of one chunk that says whose it is."""
    record, chunks, _ = document(number, version)
    owner = {"owner": f"team {number % 7}"}
    vector = np.random.default_rng([number, version]).standard_normal((1, DIMENSIONS)).astype(np.float32)
    return replace(record, chunks=1, metadata=owner), [replace(chunks[0], metadata=owner)], vector


def milliseconds(work: Callable[[], object]) -> str:
    """Of the processor."""
    time.sleep(SETTLED_SECONDS)
    started = time.process_time()
    work()
    return f"{(time.process_time() - started) * 1000:.1f}"


def unknown(facets: Facets, store: Store) -> None:
    """Ask for a value that nobody has."""
    corpus: Any = SimpleNamespace(store=store)
    try:
        facets.check(corpus, None, Filter(metadata={"owner": "nobody"}))
    except ActionError:
        return
    raise AssertionError("a value that nobody has was let through")


def main(*counts: int) -> None:
    """See above."""
    for count in counts or (1_000, 10_000):
        with tempfile.TemporaryDirectory() as name:
            settings = CorpusSettings(chroma_path=Path(name))
            with create_store(settings, RECORD) as writer:
                for start in range(0, count, AT_ONCE):
                    writer.write([one_chunk(each, 0) for each in range(start, min(count, start + AT_ONCE))])
                with read_store(settings) as store:
                    listing, facets = Listing(store), Facets((FilterField("owner", "str"),))
                    told = [measured(listing, store, facets, count)]
                    writer.write([one_chunk(1, 1)])
                    told.append(measured(listing, store, facets, count))
            print(f"{count:,} documents: {told[0]}; after a change {told[1]}", flush=True)


def measured(listing: Listing, store: Store, facets: Facets, count: int) -> str:
    """Each asked twice."""
    first, next_page = (
        milliseconds(lambda: listing.page(offset=0, limit=20)),
        milliseconds(lambda: listing.page(offset=count // 2, limit=20)),
    )
    value, again = milliseconds(lambda: unknown(facets, store)), milliseconds(lambda: unknown(facets, store))
    return f"first page {first} ms, another {next_page}, unknown value {value}, again {again}"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
