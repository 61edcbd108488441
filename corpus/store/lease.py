"""Who may write to a collection on a server: whoever created the collection beside it, which only one client can.

That collection's id belongs to the holder: renewing and deleting never go by the name alone, which another client may
have taken meanwhile. A holder that was suspended finds out before its next write.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from corpus.errors import CollectionBusy
from corpus.store.cloud import CloudClient
from corpus.store.errors import is_chromas, none_where, translated

SUFFIX = ".ingest-lease"
SLEEPERS_SECONDS = 60.0
MAX_NAME_CHARS, CLOUD_MAX_NAME_CHARS = 440, 70  # Of the 512 and 128 characters allowed, with the suffix and an id.
DIGITS = 16
LOST = (
    "Another ingest has taken over the collection, for this one had not been heard of for a while. What is stored is "
    "kept: run this again."
)


class Lease:
    """The right to write, for a time. Its methods raise StoreError."""

    def __init__(self, client: Any, collection_name: str) -> None:
        self._client = client
        longest = CLOUD_MAX_NAME_CHARS if isinstance(client, CloudClient) else MAX_NAME_CHARS
        if len(collection_name) > longest:
            digest = hashlib.sha256(collection_name.encode()).hexdigest()[:DIGITS]
            collection_name = f"{collection_name[: longest - DIGITS]}{digest}"
        self._name = f"{collection_name}{SUFFIX}"
        self._held: Any = None
        self._is_joined = False

    def claim(self, holder: str, *, until: float) -> tuple[str, float] | None:
        """Take it. None if it is ours now; else who holds it, and until when, in seconds since 1970."""
        with translated():
            made = self._made(holder, until)
            there = self._there()
            if made is not None and there is not None and there.id == made.id:
                self._held = made
                return None
            said = there.metadata if there is not None else {}
            return str(said.get("holder", "unknown")), float(said.get("until", until))

    def put_away(self, *, before: float) -> None:
        """Delete a lease that expired before that time; its holder has died or is suspended."""
        with translated():
            there = self._there()
            if there is None or float(there.metadata["until"]) >= before:
                return
            aside = self._aside(there)
            with _unless_gone():
                there.modify(name=aside)
                # Its holder may have woken and renewed it since it was read.
                if float(self._client.get_collection(aside, embedding_function=None).metadata["until"]) >= before:
                    there.modify(name=self._name)
                    return
            with _unless_gone():
                self._client.delete_collection(aside)

    def renew(self, *, until: float) -> bool:
        """Extend it; False if it is no longer ours."""
        with translated():
            if not self._is_ours():
                return False
            with _unless_gone():
                self._held.modify(metadata={**self._held.metadata, "until": until})
            return self._is_ours()

    @property
    def token(self) -> str | None:
        """What other processes of the holder `join` it with; None if it is not held."""
        return None if self._held is None else str(self._held.id)

    def join(self, token: str) -> None:
        """Write under the lease of another process of ours, as long as that holds it. Raises CollectionBusy."""
        with translated():
            there = self._there()
        if there is None or str(there.id) != token:
            raise CollectionBusy(LOST)
        self._held, self._is_joined = there, True

    def check(self) -> None:
        """Called before a write: raises CollectionBusy if we held it and no longer do."""
        if self._held is None:
            return
        with translated():
            there = self._there()
            if there is not None and there.id == self._held.id and float(there.metadata["until"]) > time.time():
                return
        # It was suspended, and nobody took the lease. A process that joined leaves it to the holder, who may be dead.
        if not self._is_joined and self.renew(until=time.time() + SLEEPERS_SECONDS):
            return
        raise CollectionBusy(LOST)

    def release(self) -> None:
        """Give it back, if it is still ours."""
        held, self._held = self._held, None
        if held is None:
            return
        with translated(), _unless_gone():
            held.modify(name=self._aside(held))
            self._client.delete_collection(self._aside(held))

    def _made(self, holder: str, until: float) -> Any:
        """The collection, just created; None if it exists already."""
        metadata = {"holder": holder, "until": until}
        make = partial(self._client.create_collection, self._name, metadata=metadata, embedding_function=None)
        return none_where(make, "ChromaError")

    def _there(self) -> Any:
        return none_where(partial(self._client.get_collection, self._name, embedding_function=None), "NotFoundError")

    def _is_ours(self) -> bool:
        there = self._there()
        return there is not None and self._held is not None and there.id == self._held.id

    def _aside(self, collection: Any) -> str:
        """A name under which nobody looks for a lease."""
        return f"{self._name}.{collection.id}"


@contextlib.contextmanager
def _unless_gone() -> Iterator[None]:
    """Ignore that another process did the same a moment before."""
    try:
        yield
    except Exception as error:
        if not is_chromas(error, "NotFoundError", "UniqueConstraintError", "InternalError", "InvalidArgumentError"):
            raise
