"""What an id that we gave out refers to: a document, a character in it, or a chunk. Used in links and in `fetch`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.corpora import NAME
from corpus.records import Chunk, DocumentRecord, chunk_id_of
from handler.routes.documents import missing_document

if TYPE_CHECKING:
    from handler.corpora.combined import Together

PLACE = re.compile(
    rf"((?:(?:{NAME.pattern}):)?[0-9a-f]{{16}})(?:@([0-9]{{1,12}})|-(?:[0-9a-f]{{12}}-)?([0-9]{{1,9}}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`chunk` is None if the id names none, or one that the document no longer has."""

    record: DocumentRecord
    offset: int
    chunk: Chunk | None

    def starts(self, corpus: Together) -> Iterator[int]:
        """Where to start reading, the earliest first: the next one if the chunk named would not be reached."""
        yield self.offset
        if self.chunk is not None:
            before = chunk_id_of(self.record.document_id, self.record.digest, max(0, self.chunk.index - 1))
            if (earlier := corpus.chunk(before)) is not None:
                yield earlier.start
            yield self.chunk.start

    def is_reached(self, end: int | None) -> bool:
        """Whether a text that ends before the character `end`, None for the document's own end, holds the chunk."""
        return self.chunk is None or end is None or end >= self.chunk.end


def place_of(corpus: Together, identifier: str) -> Place:
    """Where the id leads now. Raises ActionError 404 if there is no such document, CorpusError."""
    found = PLACE.fullmatch(identifier)
    record = corpus.record(found[1]) if found else None
    if found is None or record is None:
        raise missing_document()
    chunk = None
    # In another version of the document the chunk no longer exists, or not for long.
    if found[3] and identifier == chunk_id_of(record.document_id, record.digest, int(found[3])):
        chunk = corpus.chunk(identifier)
    return Place(record=record, offset=int(found[2] or 0), chunk=chunk)
