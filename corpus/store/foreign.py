"""A collection made by another program, such as LangChain or LlamaIndex. It is only read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus.collection import NONE
from corpus.embedding.model import Vectors
from corpus.errors import CollectionMissing
from corpus.settings import CorpusSettings, target_kind
from corpus.store.change_detection import SQLITE_FILE
from corpus.store.chroma_client import connect, disconnect
from corpus.store.cloud import CloudCollection
from corpus.store.engine import EngineClient
from corpus.store.errors import translated
from corpus.store.rows import PAGE, batched

LISTED = 10


@dataclass(frozen=True, slots=True)
class ForeignRecord:
    """A record; its text is None if it has none, its vector if it is missing."""

    text: str | None
    vector: Vectors | None


class ForeignCollection:
    """Another program's collection. Its methods raise StoreError."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._collection.name)

    @property
    def space(self) -> str:
        """The metric of its index: `l2`, `cosine` or `ip`."""
        configuration = self._collection.configuration_json
        return str((configuration.get("hnsw") or configuration.get("spann") or {}).get("space"))

    @property
    def is_ours(self) -> bool:
        """Whether it was made by `ingest`."""
        return "format" in (self._collection.metadata or {})

    def metadatas(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Id and metadata of every record, in the order in which they were written."""
        for ids in batched(self._ids(), PAGE):
            found = self._get(ids, ["metadatas"])
            there = dict(zip(found["ids"], found["metadatas"], strict=True))
            yield from ((each, there[each] or {}) for each in ids if each in there)

    def records(self, ids: Sequence[str]) -> dict[str, ForeignRecord]:
        """Text and vector, by id."""
        records: dict[str, ForeignRecord] = {}
        for part in batched(ids, PAGE):
            found = self._get(part, ["documents", "embeddings"])
            vectors = found["embeddings"] if found["embeddings"] is not None else [None] * len(found["ids"])
            for each, text, vector in zip(found["ids"], found["documents"], vectors, strict=True):
                row = None if vector is None else np.asarray(vector, dtype=np.float32)
                records[each] = ForeignRecord(text, row)
        return records

    def _ids(self) -> list[str]:
        with translated():
            return list(self._collection.get(include=[])["ids"])

    def _get(self, ids: Sequence[str], include: Sequence[str]) -> dict[str, Any]:
        with translated():
            return dict(self._collection.get(ids=list(ids), include=list(include)))


@contextlib.contextmanager
def foreign_collection(name: str, settings: CorpusSettings) -> Iterator[ForeignCollection]:
    """The collection of that name in the settings' store. Raises CollectionMissing that lists the existing ones."""
    is_embedded = target_kind(settings) == "embedded"
    if is_embedded and not (settings.chroma_path / SQLITE_FILE).is_file():
        raise CollectionMissing(f"There is no Chroma store in {settings.chroma_path}. Name its folder by --from-path.")
    client = connect(settings, only_reads=True)
    try:
        found = {each.name: each for each in _collections(client, settings)}
        if name not in found:
            names = sorted(found)
            listed = ", ".join(map(repr, names[:LISTED])) + (", …" if len(names) > LISTED else "")
            place = str(settings.chroma_path) if is_embedded else settings.target
            raise CollectionMissing(f"There is no collection {name!r} in {place}. It holds {listed or NONE}.")
        collection = client.collection(name) if isinstance(client, EngineClient) else found[name]
        yield ForeignCollection(CloudCollection(collection) if target_kind(settings) == "cloud" else collection)
    finally:
        disconnect(client)


def _collections(client: Any, settings: CorpusSettings) -> list[Any]:
    with translated(settings):
        return list(client.call("list_collections", None, 0) if isinstance(client, EngineClient) else _all(client))


def _all(client: Any) -> Iterator[Any]:
    """All of them: a server lists them by the hundred."""
    seen: set[str] = set()
    while part := [each for each in client.list_collections(limit=100, offset=len(seen)) if each.name not in seen]:
        seen |= {each.name for each in part}
        yield from part
