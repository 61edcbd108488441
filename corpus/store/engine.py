"""Chroma's engine alone, for those who only read an embedded store: chromadb's Python package is not imported.

The engine is the package chromadb_rust_bindings of the same wheel, and loads in a tenth of the time. Its methods take
what chromadb's own (chromadb/api/rust.py) pass on after their checks; `Store` makes those that matter here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import StoreError
from corpus.store.chroma_errors import load_errors
from corpus.store.isolated_import import import_chromadb

# What this module calls, as chromadb 1.5 has it. Another engine is refused before it is called: compiled code that is
# given what it does not expect may end the process.
SIGNATURES = {
    "count": "($self, collection_id, tenant=..., database=...)",
    "get": "($self, collection_id, ids=None, where=..., limit=None, offset=0, where_document=None, include=..., "
    "tenant=..., database=...)",
    "list_collections": "($self, limit=None, offset=0, tenant=..., database=...)",
    "query": "($self, collection_id, ids, query_embeddings, n_results, where=..., where_document=None, include=..., "
    "tenant=..., database=...)",
}
DEFAULT_TENANT = "default_tenant"
DEFAULT_DATABASE = "default_database"
OPEN_INDEXES = 100  # Indexes kept open at once; a reader opens one.


class EngineClient:
    """An open store. Raises StoreError where the engine has other methods than this module calls."""

    def __init__(self, folder: Path, *, tenant: str | None = None, database: str | None = None) -> None:
        import chromadb_rust_bindings as engine

        check_engine(engine.Bindings)
        load_errors(import_chromadb)
        self._place = (tenant or DEFAULT_TENANT, database or DEFAULT_DATABASE)
        self._bindings: Any = engine.Bindings(
            allow_reset=False,
            sqlite_db_config=engine.SqliteDBConfig(
                hash_type=engine.MigrationHash.MD5,
                migration_mode=engine.MigrationMode.Apply,
                url=f"{folder}/chroma.sqlite3",
            ),
            persist_path=str(folder),
            hnsw_cache_size=OPEN_INDEXES,
        )

    def collection(self, name: str) -> EngineCollection | None:
        """The collection of that name; None if it does not exist."""
        for found in self.call("list_collections", None, 0):
            if found.name == name:
                return EngineCollection(self, found)
        return None

    def call(self, method: str, *arguments: Any) -> Any:
        """One of the engine's methods, in the client's tenant and database."""
        if self._bindings is None:
            raise StoreError("The store is closed. Open it again.")
        return getattr(self._bindings, method)(*arguments, *self._place)

    def close(self) -> None:
        """Close the files."""
        self._bindings = None


class EngineCollection:
    """The part of chromadb's collection that `Rows` uses, with the same answers."""

    def __init__(self, client: EngineClient, found: Any) -> None:
        self.id = str(found.id)
        self.name: str = found.name
        self.metadata: Mapping[str, Any] | None = found.metadata
        self.configuration_json: Mapping[str, Any] = found.configuration
        self._client = client

    def count(self) -> int:
        """The number of records."""
        return int(self._client.call("count", self.id))

    def get(
        self,
        *,
        ids: Sequence[str] | None = None,
        where: Mapping[str, Any] | None = None,
        include: Sequence[str],
        limit: int | None = None,
        offset: int = 0,
    ) -> dict[str, Any]:
        """Those of the ids that exist and pass the filter; what is not included is None."""
        found = self._client.call("get", self.id, _listed(ids), _as_json(where), limit, offset, None, list(include))
        return {
            "ids": found.ids,
            "metadatas": found.metadatas,
            "documents": found.documents,
            "embeddings": None if found.embeddings is None else np.array(found.embeddings, dtype=np.float32),
        }

    def query(
        self,
        *,
        query_embeddings: Sequence[Any],
        n_results: int,
        where: Mapping[str, Any] | None = None,
        ids: Sequence[str] | None = None,
        include: Sequence[str],
    ) -> dict[str, Any]:
        """For each vector the ids of the nearest, nearest first, and their distances."""
        found = self._client.call(
            "query", self.id, _listed(ids), list(query_embeddings), n_results, _as_json(where), None, list(include)
        )
        return {"ids": found.ids, "distances": found.distances}


def check_engine(bindings: type) -> None:
    """Raises StoreError if the engine is not the one that this module was written for."""
    for method, signature in SIGNATURES.items():
        found = getattr(getattr(bindings, method, None), "__text_signature__", None)
        if found != signature:
            raise StoreError(
                f"The installed chromadb has another engine than this version reads with: its {method} takes {found}, "
                f"expected {signature}. Install the chromadb that pyproject.toml asks for."
            )


def _listed(ids: Sequence[str] | None) -> list[str] | None:
    return None if ids is None else list(ids)


def _as_json(where: Mapping[str, Any] | None) -> str | None:
    return json.dumps(where) if where else None
