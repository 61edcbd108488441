"""Who may write to a collection on a server: whoever made the collection beside it, which only one can."""

from __future__ import annotations

import contextlib
from typing import Any

from corpus.errors import CollectionMissing
from corpus.store.errors import is_chromas, translated

SUFFIX = ".ingest-lease"


class Lease:
    """The right to write, for a time. Its methods raise StoreError."""

    def __init__(self, client: Any, collection_name: str) -> None:
        self._client = client
        self._name = f"{collection_name}{SUFFIX}"

    def claim(self, holder: str, *, until: float) -> tuple[str, float] | None:
        """Take it. None where it is ours now; else who holds it, and until when, in seconds since 1970."""
        with translated():
            try:
                self._client.create_collection(
                    self._name, metadata={"holder": holder, "until": until}, embedding_function=None
                )
            except Exception as error:
                if not is_chromas(error, "ChromaError"):
                    raise
                metadata = self._client.get_collection(self._name, embedding_function=None).metadata
                return str(metadata["holder"]), float(metadata["until"])
            return None

    def renew(self, holder: str, *, until: float) -> None:
        """Hold it for longer."""
        with translated():
            lease = self._client.get_collection(self._name, embedding_function=None)
            lease.modify(metadata={"holder": holder, "until": until})

    def release(self) -> None:
        """Give it back; also takes away one whose holder has died."""
        with contextlib.suppress(CollectionMissing), translated():
            self._client.delete_collection(self._name)
