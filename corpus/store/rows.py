"""A Chroma collection's records, as many in a request as its server takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from corpus.embedding.model import Vectors
from corpus.filters import Where
from corpus.records import Chunk, DocumentRecord
from corpus.store.handle import Handle
from corpus.stored import TEXT, metadata_of

T = TypeVar("T")
Row = tuple[DocumentRecord, Chunk, Vectors]  # A chunk, the document that it is of, and its vector.

PAGE = 1000  # Records a request when reading; Chroma Cloud allows 300.
CLOUD_PAGE = 300
MOST_IDS = 20_000  # More are a burden to a server.


class Rows:
    """One collection of a client's. Its methods raise StoreError."""

    def __init__(self, handle: Handle, *, page: int) -> None:
        self._handle = handle
        self._page = page
        # Its metadata may hold 4,096 bytes a field.
        self._has_documents = page <= CLOUD_PAGE

    @property
    def collection(self) -> Any:
        """Chroma's own collection."""
        return self._handle.collection

    @property
    def name(self) -> str:
        """The collection's name."""
        return str(self.collection.name)

    def count(self) -> int:
        """How many records there are."""
        with self._handle.used() as collection:
            return int(collection.count())

    def get(self, ids: Iterable[str], *, texts: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
        """Id and metadata, where asked for with the text, of those of the ids that are there."""
        for part in batched(dict.fromkeys(ids), self._page):
            with self._handle.used() as collection:
                found = collection.get(ids=part, include=self._include(texts=texts))
            yield from _records(found)

    def vectors(self, ids: Iterable[str]) -> Iterator[tuple[list[str], Vectors]]:
        """Those of the ids that are there, by pages, each with their vectors, of shape (ids, dimensions)."""
        for part in batched(dict.fromkeys(ids), self._page):
            found = self._handle.ask(partial(_with_vectors, ids=part))
            if found["ids"]:
                yield found["ids"], np.asarray(found["embeddings"], dtype=np.float32)

    def matching(self, where: Where, include: Sequence[str]) -> dict[str, Any]:
        """Chroma's one answer for all that pass the filter, of which there are few."""
        with self._handle.used() as collection:
            return dict(collection.get(where=dict(where), include=include))

    def read(self, where: Where | None, *, texts: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        """Id and metadata, where asked for with the text, of all that pass the filter, read as they are asked for."""
        offset = 0
        while True:
            with self._handle.used() as collection:
                found = collection.get(
                    where=dict(where) if where else None,
                    include=self._include(texts=texts),
                    limit=self._page,
                    offset=offset,
                )
            yield from _records(found)
            if len(found["ids"]) < self._page:
                return
            offset += self._page

    def ids(self, where: Where) -> list[str]:
        """The ids of all that pass the filter."""
        if not self._has_documents:
            return list(self.matching(where, include=[])["ids"])
        return [each for each, _ in self.read(where, texts=False)]

    def nearest(
        self, vectors: Vectors, *, count: int, where: Where | None = None, among: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Chroma's answer with the `count` nearest to each vector, of those ids if given, and their distances."""
        return dict(
            self._handle.ask(
                lambda collection: collection.query(
                    query_embeddings=list(vectors),
                    n_results=count,
                    where=dict(where) if where else None,
                    ids=list(among) if among is not None else None,
                    include=["distances"],
                )
            )
        )

    @property
    def most_ids(self) -> int:
        """How many ids a query may name."""
        return MOST_IDS if self._page > CLOUD_PAGE else CLOUD_PAGE

    def upsert(self, rows: Iterable[Row]) -> None:
        """Write the rows, over those of the same id."""
        for part in batched(rows, self._batch()):
            metadatas = [metadata_of(chunk, record) for record, chunk, _ in part]
            with self._handle.used() as collection:
                collection.upsert(
                    ids=[chunk.chunk_id for _, chunk, _ in part],
                    embeddings=[vector for _, _, vector in part],
                    documents=[metadata.pop(TEXT) for metadata in metadatas] if self._has_documents else None,
                    metadatas=metadatas,
                )

    def amend(self, metadatas: Mapping[str, Mapping[str, str]]) -> None:
        """Set fields of the records' metadata, by id."""
        for part in batched(metadatas, self._batch()):
            with self._handle.used() as collection:
                collection.update(ids=part, metadatas=[dict(metadatas[each]) for each in part])

    def delete(self, ids: Iterable[str]) -> None:
        """Delete those of the records that are there."""
        for part in batched(ids, self._batch()):
            with self._handle.used() as collection:
                collection.delete(ids=part)

    def drop(self) -> None:
        """Delete the collection, with all that is in it."""
        with self._handle.used():
            self._handle.client.delete_collection(self.name)

    def _include(self, *, texts: bool) -> list[str]:
        return ["metadatas", "documents"] if texts and self._has_documents else ["metadatas"]

    def _batch(self) -> int:
        return min(self._page, int(self._handle.client.get_max_batch_size()))


def _with_vectors(collection: Any, ids: Sequence[str]) -> dict[str, Any]:
    return dict(collection.get(ids=ids, include=["embeddings"]))


def _records(found: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each id with its metadata, whose text may have come apart from it."""
    for place, (each, metadata) in enumerate(zip(found["ids"], found["metadatas"], strict=True)):
        yield each, metadata | {TEXT: found["documents"][place]} if found["documents"] else metadata


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
