"""Find a chunk by where it stands in its document, without reading the document."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from corpus.records import Chunk, DocumentRecord

PROBES = 8


def first_reaching(
    chunks: Callable[[Iterable[str]], Iterable[Chunk]], record: DocumentRecord, offset: int
) -> Chunk | None:
    """The first chunk of the document that reaches beyond the character offset; None after its end.

    `chunks` reads those of the ids that are there. Raises what it raises.
    """
    ids = record.chunk_ids()
    low, high = 0, len(ids)
    found: dict[int, Chunk] = {}
    # Chunks end in order, so reading a few of them narrows the search.
    while low < high:
        probes = sorted({low + (high - 1 - low) * step // PROBES for step in range(PROBES + 1)})
        found |= {chunk.index: chunk for chunk in chunks(ids[probe] for probe in probes)}
        for probe in probes:
            if (chunk := found.get(probe)) is None or chunk.digest != record.digest:
                return None  # Replaced meanwhile.
            if chunk.end > offset:
                high = probe
                break
            low = probe + 1
    return found.get(low)
