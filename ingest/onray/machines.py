"""The driver's side: parcels out, changes and vectors in, in order, a bounded number of them on their way."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus import __version__
from corpus.embedding.model import Embedder, Refused, Vectors
from corpus.errors import DocumentError
from corpus.records import DocumentRecord
from ingest.onray.parcels import Orders, in_parcels, parcel_of
from ingest.onray.session import EMBEDDINGS_AT_ONCE, Session, session
from ingest.onray.tasks import Embedded, Read
from ingest.reading.pool import size_of
from ingest.settings import IngestSettings
from ingest.sources.found import Item
from ingest.sync.chunking import WORTH_A_PROCESS, ChunkingPool
from ingest.sync.diff import Changes, Job
from ingest.sync.machines import Cutting, DocumentEmbedder
from ingest.sync.outcome import Change, Failed

MANY = 500  # Of pages and objects nobody knows the sizes; so many are worth a process that writes.
AHEAD = 2  # Parcels for each worker: one that it reads, and the next.


class OnRay:
    """See Machines. Ray is started when there is something to read or to embed, and closed with `stack`."""

    def __init__(
        self, address: str, settings: IngestSettings, stack: contextlib.ExitStack, *, password: str | None
    ) -> None:
        self._address = address
        self._settings = settings
        self._stack = stack
        self._password = password
        self._session: Session | None = None
        self._job: Job | None = None

    def changes(
        self, job: Job, *, stored: Sequence[DocumentRecord], cutting: Cutting, on_much: Callable[[], None]
    ) -> Iterator[tuple[Item, list[Change]]]:
        """See Machines."""
        self._job = job
        changes = Changes(job, stored=stored, cutting=ChunkingPool(cutting.collection, cutting.tokenizer))
        unchanged, to_read = changes.sorted_out()
        yield from unchanged
        if not to_read:
            return
        opened = self._opened(cutting)
        if len(to_read) > MANY or sum(size_of(item.path) for item, _ in to_read if item.path) >= WORTH_A_PROCESS:
            on_much()
        by_value = opened.nodes > 1
        waiting: deque[tuple[list[Item], Any]] = deque()
        for items in in_parcels(to_read, at_once=opened.workers):
            records = [record for item in items for record in changes.stored_for(item)]
            try:
                coming = opened.read(parcel_of(items, records, by_value=by_value))
            except DocumentError:
                yield from self._one_by_one(items, changes, opened)
                continue
            waiting.append((items, coming))
            if len(waiting) >= AHEAD * opened.workers:
                yield from _taken(waiting, opened)
        while waiting:
            yield from _taken(waiting, opened)

    def embedder(self, embedder: Callable[[], Embedder], *, cutting: Cutting) -> Callable[[], DocumentEmbedder]:  # noqa: ARG002 - see Machines
        """See Machines."""
        return lambda: EmbedderOnRay(self._opened(cutting))

    @staticmethod
    def _one_by_one(items: Iterable[Item], changes: Changes, opened: Session) -> Iterator[tuple[Item, list[Change]]]:
        """So that what cannot travel costs itself alone."""
        for item in items:
            try:
                (found,) = opened.result(opened.read(parcel_of([item], changes.stored_for(item), by_value=True)))
            except DocumentError as error:
                found = [Failed(item.source, str(error))]
            yield item, found

    def _opened(self, cutting: Cutting) -> Session:
        if self._session is None:
            job = self._job

            def orders() -> Orders:
                if job is None:
                    raise ValueError("Nothing was read yet.")
                return Orders(
                    version=__version__,
                    settings=self._settings,
                    password=self._password,
                    description=job.description,
                    options=job.options,
                    collection=cutting.collection,
                    tokenizer=cutting.tokenizer(),
                    max_bytes=cutting.max_bytes,
                )

            opening = session(self._address, workers=self._settings.workers, orders=orders)
            self._session = self._stack.enter_context(opening)
        return self._session


@dataclass(frozen=True, slots=True)
class EmbedderOnRay:
    """See DocumentEmbedder."""

    session: Session

    def embed_documents(self, batches: Iterable[Sequence[str]], *, refused: Refused | None = None) -> Iterator[Vectors]:
        """See Embedder."""
        waiting: deque[Any] = deque()
        for batch in batches:
            waiting.append(self.session.embed(list(batch)))
            if len(waiting) >= EMBEDDINGS_AT_ONCE * self.session.workers:
                yield self._taken(waiting.popleft(), refused)
        while waiting:
            yield self._taken(waiting.popleft(), refused)

    def _taken(self, coming: Any, refused: Refused | None) -> Vectors:
        done: Embedded = self.session.result(coming)
        vectors, why = done
        if refused is not None:
            refused.update(why)
        return vectors


def _taken(waiting: deque[tuple[list[Item], Any]], opened: Session) -> Iterator[tuple[Item, list[Change]]]:
    items, coming = waiting.popleft()
    read: Read = opened.result(coming)
    yield from zip(items, read, strict=True)
