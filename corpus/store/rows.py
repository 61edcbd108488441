"""A Chroma collection's records, as many in a request as its server takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from corpus.embedding.model import Vectors
from corpus.filters import Where, is_chromas
from corpus.records import Chunk, DocumentRecord, MetadataValue
from corpus.store.cloud import CloudClient
from corpus.store.handle import Handle
from corpus.store.quotas import CONDITIONS, PACKED, REQUEST_RECORDS, conditions_in, names_users_fields
from corpus.stored import ACCESS, is_ours, metadata_of

T = TypeVar("T")
Row = tuple[DocumentRecord, Chunk, Vectors]  # A chunk, the document that it belongs to, and its vector.

PAGE = 1000  # Records in a request.
MAX_IDS = 20_000  # More burden a server.
# Records in a write to an embedded store. While SQLite writes more than its cache holds nobody can read
# (page_cache.py); it holds what 200 change. Writing all takes no longer than by writes of 1,000.
MAX_WRITTEN = 200


class Rows:
    """One collection of a client's. Its methods raise StoreError."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    @cached_property
    def _is_cloud(self) -> bool:
        return isinstance(self._handle.client, CloudClient)

    @property
    def _page(self) -> int:
        return REQUEST_RECORDS if self._is_cloud else PAGE

    @property
    def collection(self) -> Any:
        """Chroma's own collection."""
        return self._handle.collection

    @property
    def name(self) -> str:
        """The collection's name."""
        return str(self.collection.name)

    def version_of(self, field: str) -> int:
        """The version given to `note_version` last, of the rules by which something was made; 0 if none was."""
        return int((self.collection.metadata or {}).get(field, 0))

    def note_version(self, field: str, version: int) -> None:
        """Record the version of the rules that are used now."""
        with self._handle.written() as collection:
            collection.modify(metadata={**collection.metadata, field: version})

    def count(self) -> int:
        """How many records there are."""
        return self._handle.look(lambda collection: int(collection.count()))

    def pages(self, ids: Iterable[str], include: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Chroma's answers for those of the ids that exist."""
        for part in batched(dict.fromkeys(ids), self._page):
            yield self._get(include, ids=part)

    def matching(self, where: Where, include: Sequence[str]) -> dict[str, Any]:
        """Chroma's single answer for all that pass the filter, of which there are few."""
        return self._get(include, where=dict(where))

    def read(self, where: Where | None, *, texts: bool) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Id, metadata and, where asked for, text of our own records that pass the filter, read as they are asked for.

        Which they are is asked at once: what is deleted meanwhile moves no other out of sight.
        """
        include = ["metadatas", "documents"] if texts else ["metadatas"]
        for page in self.pages(self.ids(where), include):
            yield from ours_in(page)

    def of_documents(self) -> Iterator[dict[str, Any]]:
        """The metadata of all our documents' records; from an idle embedded store with one query."""
        at_rest = self._handle.watch.metadata() if self._handle.watch is not None else None
        if at_rest is None:
            return (metadata for _, metadata, _ in self.read({"index": 0}, texts=False))
        return (metadata for each, metadata in at_rest.items() if is_ours(each, metadata))

    def records(self, ids: Sequence[str]) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Id, metadata and text of those of the ids that exist and are ours, in any order."""
        for page in self.pages(ids, ["metadatas", "documents"]):
            yield from ours_in(page)

    def ids(self, where: Where | None) -> list[str]:
        """The ids of all that pass the filter, whoever wrote them."""
        return list(self._get([], where=dict(where) if where else None)["ids"])

    def understands(self, where: Where) -> bool:
        """Whether Chroma itself can evaluate the filter."""
        if not is_chromas(where):
            return False
        if not self._is_cloud:
            return True
        if conditions_in(where) > CONDITIONS:
            return False
        # Chroma's filter does not see packed fields.
        return not names_users_fields(where) or not self._get([], where=PACKED, limit=1)["ids"]

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
        return REQUEST_RECORDS if self._is_cloud else MAX_IDS

    @property
    def most_results(self) -> int | None:
        """How many results a query may have; None if there is no limit."""
        return REQUEST_RECORDS if self._is_cloud else None

    def upsert(self, rows: Iterable[Row], *, over: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Write the rows, replacing those of the same id; `over` is the metadata of the existing records, by id."""
        before = over or {}
        for part in batched(rows, self._batch()):
            with self._handle.written() as collection:
                collection.upsert(
                    ids=[chunk.chunk_id for _, chunk, _ in part],
                    embeddings=[vector for _, _, vector in part],
                    documents=[chunk.text for _, chunk, _ in part],
                    metadatas=[
                        _named(metadata_of(chunk, record), before.get(chunk.chunk_id, {})) for record, chunk, _ in part
                    ],
                )

    def amend(self, metadatas: Mapping[str, Mapping[str, MetadataValue | None]]) -> None:
        """Set fields of the records' metadata, by id; None removes one."""
        for part in batched(metadatas, self._batch()):
            with self._handle.written() as collection:
                collection.update(ids=part, metadatas=[dict(metadatas[each]) for each in part])

    def delete(self, ids: Iterable[str]) -> None:
        """Delete those of the records that exist."""
        for part in batched(ids, self._batch()):
            with self._handle.written() as collection:
                collection.delete(ids=part)

    def drop(self) -> None:
        """Delete the collection, with all that is in it."""
        name = self.name
        with self._handle.written():
            self._handle.client.delete_collection(name)

    def _get(self, include: Sequence[str], **what: Any) -> dict[str, Any]:
        def question(collection: Any) -> dict[str, Any]:
            return dict(collection.get(include=include, **what))

        return self._handle.ask(question) if "embeddings" in include else self._handle.look(question)

    def _batch(self) -> int:
        most = self._page if self._handle.watch is None else MAX_WRITTEN
        with self._handle.used():
            return min(most, int(self._handle.client.get_max_batch_size()))


def ours_in(page: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The records in an answer of Chroma's that are chunks of ours: id, metadata and, where there is any, text."""
    texts = page.get("documents")
    for place, (chunk_id, metadata) in enumerate(zip(page["ids"], page["metadatas"], strict=True)):
        text = "" if texts is None else texts[place]
        if text is not None and is_ours(chunk_id, metadata):
            yield chunk_id, metadata, text


def _named(metadata: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata with what is gone: Chroma keeps what was there under every key that is not named.

    Access is always named: a chunk that is written again, of a document that lacked others, must not keep it.
    """
    return {ACCESS: None, **dict.fromkeys(before), **metadata}


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
