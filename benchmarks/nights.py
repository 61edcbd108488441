"""Thirty nights in each of which a tenth of a corpus changes: how fast it opens, where it is used and where published.

    python -m benchmarks.nights [CHUNKS] [NIGHTS]

Prints for each fifth night the bytes of the snapshot and of the living store's index and the processor seconds to open
either and ask once, as ratios of the first night's, what making the living index anew took, as `ingest add` does above
a share of dead places, and how many of a hundred questions are answered alike by a store that was written in one go.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from corpus.collection import CollectionRecord
from corpus.embedding.model import Vectors
from corpus.records import Chunk, DocumentRecord, document_id_of
from corpus.settings import CorpusSettings
from corpus.snapshot.staging import stage
from corpus.store import MAX_DEAD, Store, create_store, open_store, read_store, remake_index, write_index_out

DIMENSIONS = 64
CHUNKS_A_DOCUMENT = 50
OPENINGS = 5
IN_A_ROW = 10
RECORD = CollectionRecord(
    embedding_model="none", dimensions=DIMENSIONS, shortened=False, tokenizer="words", chunk_tokens=100, chunk_overlap=0
)


def document(number: int, version: int) -> tuple[DocumentRecord, list[Chunk], Vectors]:
    """A document of random vectors, other ones in each version."""
    draw = np.random.default_rng([number, version])
    source = f"{number}.txt"
    digest = f"{number:032x}{version:032x}"[::-1]
    at = "2026-01-01T00:00:00+00:00"
    chunks = [
        Chunk(document_id=document_id_of(source), index=index, text=f"Text {number} {version} {index}. " * 20,
              source=source, start=index, end=index + 1, tokens=60, digest=digest, updated_at=at)
        for index in range(CHUNKS_A_DOCUMENT)
    ]  # fmt: skip
    record = DocumentRecord(
        document_id=document_id_of(source), source=source, digest=digest, chunks=len(chunks), tokens=60 * len(chunks),
        updated_at=at, ingested_at=at, file=source, stamp="",
    )  # fmt: skip
    return record, chunks, draw.standard_normal((len(chunks), DIMENSIONS)).astype(np.float32)


def published(settings: CorpusSettings, folder: Path) -> tuple[int, float, list[list[str]], float]:
    """Bytes, the best of seconds to open and ask, a hundred answers, and the seconds that the index took."""
    folder.mkdir()
    staged = stage(settings, folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    inside = settings.model_copy(update={"chroma_path": folder})
    seconds = opened(inside, is_published=True)
    with read_store(inside, is_published=True) as store:
        answers = _ask(store, 100)
    return size, seconds, answers, staged.remade.seconds if staged.remade else 0.0


def used(settings: CorpusSettings) -> tuple[int, float, float]:
    """Bytes of the living store's index, the best of seconds to open and ask, and what making it anew took."""
    write_index_out(settings)
    with open_store(settings) as store:
        is_due = (store.dead_share() or 0.0) > MAX_DEAD
    took = remake_index(settings) if is_due else 0.0
    write_index_out(settings)
    size = sum(path.stat().st_size for path in settings.chroma_path.glob("*/*.bin"))
    return size, opened(settings, is_published=False), took


def opened(settings: CorpusSettings, *, is_published: bool) -> float:
    """The best of processor seconds to open a store and ask it once; a published one opens in a millisecond or two."""
    seconds = []
    for _ in range(OPENINGS):
        started = time.process_time()
        for _ in range(IN_A_ROW):
            with read_store(settings, is_published=is_published) as store:
                _ask(store, 1)
        seconds.append((time.process_time() - started) / IN_A_ROW)
    return min(seconds)


def _ask(store: Store, count: int) -> list[list[str]]:
    draw = np.random.default_rng(5)
    return [
        [hit.text for hit in store.nearest(draw.standard_normal(DIMENSIONS).astype(np.float32), count=10)]
        for _ in range(count)
    ]


def main(chunks: int = 5_000, nights: int = 30) -> None:
    """See above."""
    documents = chunks // CHUNKS_A_DOCUMENT
    versions = dict.fromkeys(range(documents), 0)
    draw = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as name:
        settings = CorpusSettings(chroma_path=Path(name, "store"))
        with create_store(settings, RECORD) as store:
            store.write([document(number, 0) for number in versions])
        first = published(settings, Path(name, "first"))
        print(f"{chunks} chunks: {first[0] / 2**20:.1f} MB, opened and asked in {first[1] * 1000:.0f} ms")
        answers = first[2]
        living = used(settings)
        print(f"the living index: {living[0] / 2**20:.1f} MB, opened and asked in {living[1] * 1000:.0f} ms")
        anew = 0.0
        for night in range(1, nights + 1):
            changed = draw.choice(documents, size=max(1, documents // 10), replace=False).tolist()
            versions |= dict.fromkeys(changed, night)
            with create_store(settings, RECORD) as store:
                store.write([document(number, night) for number in changed])
            now = used(settings)
            anew += now[2]
            if night % 5 == 0 or night == nights:
                size, seconds, answers, took = published(settings, Path(name, f"night-{night}"))
                ratios = f"bytes {size / first[0]:.2f}, open {seconds / first[1]:.2f}"
                lived = f"bytes {now[0] / living[0]:.2f}, open {now[1] / living[1]:.2f}"
                print(
                    f"night {night}: published {ratios}, index anew {took:.1f} s; living {lived}, so far {anew:.1f} s"
                )
        once = CorpusSettings(chroma_path=Path(name, "once"))
        with create_store(once, RECORD) as store:
            store.write([document(number, version) for number, version in versions.items()])
        right = published(once, Path(name, "right"))[2]
        same = sum(found == wanted for found, wanted in zip(answers, right, strict=True))
        print(f"of 100 questions {same} have the same ten answers in the same order as in a new store")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
