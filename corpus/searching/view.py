"""A corpus as one caller sees it. Deny by default: what is not shown to have an access that names him is not there.

Ranking is among what he may see, and what is read from the store is looked at once more on its way out: the index of
words, by which a filter is told, may be older than the store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from corpus.filters import Filter
from corpus.lexical.bm25 import Frequencies
from corpus.records import Chunk, DocumentRecord, Hit
from corpus.searching.corpus import EVERYTHING, Corpus, Spent
from corpus.settings import SearchMode

# Called with each document, and each of its chunks, to decide whether the caller may see it.
Note = Callable[[str, str | None, bool], None]


def _nobody(_document_id: str, _chunk_id: str | None, _seen: bool) -> None:  # noqa: FBT001 - as Note has it
    pass


class View:
    """The part of a corpus that the principals `visible_to` see; None sees everything. Methods are those of Corpus."""

    def __init__(self, corpus: Corpus, visible_to: frozenset[str] | None, *, note: Note = _nobody) -> None:
        self._corpus = corpus
        self._visible_to = visible_to
        self._note = note

    def search_each(
        self,
        queries: Sequence[str],
        *,
        top_k: int,
        within: Filter = EVERYTHING,
        mode: SearchMode | None = None,
        min_score: float = 0.0,
        join: int | None = None,
        among: Sequence[Frequencies] | None = None,
        timeout_seconds: float,
        spent: Spent | None = None,
    ) -> list[list[Hit]]:
        """The best chunks for each of the queries."""
        found = self._corpus.search_each(
            queries,
            top_k=top_k,
            within=replace(within, visible_to=self._visible_to),
            mode=mode,
            min_score=min_score,
            join=join,
            among=among,
            timeout_seconds=timeout_seconds,
            spent=spent,
        )
        return [[hit for hit in hits if self._lets_through(hit.chunk)] for hits in found]

    def frequencies(self, queries: Sequence[str], *, mode: SearchMode | None = None) -> list[Frequencies] | None:
        """How frequent the words of each query are in all documents, as in a search of this corpus alone."""
        return self._corpus.frequencies(queries, mode=mode)

    def shortens(self, queries: Sequence[str], *, mode: SearchMode | None = None) -> bool:
        """Whether the model is used and cannot read the end of one of the queries."""
        return self._corpus.shortens(queries, mode=mode)

    def neighbours(self, hits: Iterable[Hit], *, distance: int) -> list[Chunk]:
        """The chunks at most `distance` before and after the hits in their documents."""
        return [chunk for chunk in self._corpus.neighbours(hits, distance=distance) if self._lets_through(chunk)]

    def documents(self, *, offset: int, limit: int) -> tuple[list[DocumentRecord], int]:
        """A page of the documents, sorted by source, and how many there are in all."""
        records, total = self._corpus.documents(offset=offset, limit=limit, visible_to=self._visible_to)
        return [record for record in records if self._lets_in(record)], total

    def record(self, document_id: str) -> DocumentRecord | None:
        """A document's record; None where it is not there."""
        if self._visible_to is not None and (shown := self._corpus.shows(document_id, self._visible_to)) is not None:
            is_there, seen = shown
            if not seen:  # Not looked up in the store, which would take longer for documents that exist.
                if is_there:
                    self._note(document_id, None, False)  # noqa: FBT003 - as Note has it
                return None
        record = self._corpus.record(document_id)
        return record if record is not None and self._lets_in(record) else None

    def chunk(self, chunk_id: str) -> Chunk | None:
        """A chunk; None where it is not there."""
        chunk = self._corpus.chunk(chunk_id)
        return chunk if chunk is not None and self._lets_through(chunk) else None

    def chars(self, record: DocumentRecord) -> int:
        """How many characters a document has; it must have been shown by this view."""
        return self._corpus.chars(record)

    def chunks_from(self, record: DocumentRecord, *, offset: int) -> Iterator[Chunk]:
        """The document's chunks that reach beyond the character `offset`, in order, read lazily."""
        return filter(self._lets_through, self._corpus.chunks_from(record, offset=offset))

    def _sees(self, access: Collection[str]) -> bool:
        return self._visible_to is None or not self._visible_to.isdisjoint(access)

    def _lets_in(self, record: DocumentRecord) -> bool:
        seen = self._sees(record.access)
        self._note(record.document_id, None, seen)
        return seen

    def _lets_through(self, chunk: Chunk) -> bool:
        seen = self._sees(chunk.access)
        self._note(chunk.document_id, chunk.chunk_id, seen)
        return seen
