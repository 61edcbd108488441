"""What an id stands for that we gave away: a document, a character of it, or a chunk. In links as in `fetch`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.records import Chunk, DocumentRecord, chunk_id_of
from handler.routes.documents import missing_document

if TYPE_CHECKING:
    from corpus.searching.corpus import Corpus

PLACE = re.compile(r"([0-9a-f]{16})(?:@([0-9]{1,12})|-(?:[0-9a-f]{12}-)?([0-9]{1,9}))?")
# The answer has more than the text; a document that fits into this share of it fits whole.
SHARE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`chunk` is None where the id names none, or one that the document no longer has."""

    record: DocumentRecord
    offset: int
    chunk: Chunk | None

    def offset_in(self, corpus: Corpus, *, max_chars: int) -> int:
        """Where to start reading: at the character named; at the document's start where the whole fits; else with the
        chunk before the one named.
        """
        if self.chunk is None:
            return self.offset
        if corpus.chars(self.record) <= max_chars * SHARE:
            return 0
        before = corpus.chunk(chunk_id_of(self.record.document_id, self.record.digest, max(0, self.chunk.index - 1)))
        return before.start if before is not None else self.chunk.start


def place_of(corpus: Corpus, identifier: str) -> Place:
    """Where the id leads now. Raises ActionError 404 where there is no such document, CorpusError."""
    found = PLACE.fullmatch(identifier)
    record = corpus.record(found[1]) if found else None
    if found is None or record is None:
        raise missing_document()
    chunk = None
    # Of another version of the document there is no chunk any more, or not for long.
    if found[3] and identifier == chunk_id_of(record.document_id, record.digest, int(found[3])):
        chunk = corpus.chunk(identifier)
    return Place(record=record, offset=int(found[2] or 0), chunk=chunk)
