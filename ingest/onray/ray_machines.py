"""The driver's side: sends parcels and receives changes and vectors, in order, with a bounded number in flight."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from corpus.embedding.model import Embedder, Refused, Vectors
from corpus.errors import DocumentError
from corpus.records import DocumentRecord
from ingest.onray.parcels import MAX_BY_VALUE, Orders, Parcel, in_parcels, parcel_of
from ingest.onray.ray_session import EMBEDDINGS_AT_ONCE, LOCAL, Session, session
from ingest.onray.tasks import Embedded, Read
from ingest.reading.reader_process import size_of
from ingest.settings import IngestSettings
from ingest.sources.found import Item
from ingest.sync.chunking import WORTH_A_PROCESS, ChunkingPool
from ingest.sync.diff import Changes, Job
from ingest.sync.machines import Course, Cutting, DocumentEmbedder
from ingest.sync.outcome import Change, Failed

MANY = 500  # The sizes of pages and objects are unknown; so many of them are worth a process that writes.
AHEAD = 2  # Parcels for each worker: the one that it reads, and the next.


class OnRay:
    """See Machines. Ray is started when there is something to read or to embed, and closed with `stack`.

    With a `lease`, which is the token of the run's right to write to a server, the workers store what they read.
    """

    def __init__(
        self,
        address: str,
        settings: IngestSettings,
        stack: contextlib.ExitStack,
        *,
        password: str | None,
        lease: str | None,
    ) -> None:
        self._address = address
        self._settings = settings
        self._stack = stack
        self._password = password
        self._lease = lease
        self._session: Session | None = None
        self._job: Job | None = None

    def changes(
        self, job: Job, *, stored: Sequence[DocumentRecord], cutting: Cutting, course: Course
    ) -> Iterator[tuple[Item, list[Change]]]:
        """See Machines."""
        self._job = job
        changes = Changes(job, stored=stored, cutting=ChunkingPool(cutting.collection, cutting.tokenizer))
        unchanged, to_read = changes.sorted_out()
        for each in chain(unchanged, self._read(to_read, changes, cutting, course)):
            yield each
            # What is being stored is waited for.
            if self._lease is None and course.is_stopped():
                return

    def embedder(self, embedder: Callable[[], Embedder], *, cutting: Cutting) -> Callable[[], DocumentEmbedder]:  # noqa: ARG002 - see Machines
        """See Machines."""
        return lambda: EmbedderOnRay(self._opened(cutting))

    def _read(
        self, to_read: Sequence[tuple[Item, str]], changes: Changes, cutting: Cutting, course: Course
    ) -> Iterator[tuple[Item, list[Change]]]:
        if not to_read:
            return
        opened = self._opened(cutting)
        if len(to_read) > MANY or sum(size_of(item.path) for item, _ in to_read if item.path) >= WORTH_A_PROCESS:
            course.on_much()
        window = _Window(opened, stores=self._lease is not None)
        by_value = self._address != LOCAL  # Even a cluster of one machine is usually another machine.
        for items in in_parcels(to_read, at_once=opened.workers):
            if course.is_stopped():
                break
            for some in self._sendable(items, changes, by_value=by_value):
                if isinstance(some, Failed):
                    yield from window.emptied()
                    yield next(item for item in items if item.source == some.source), [some]
                else:
                    yield from window.sent(*some)
        yield from window.emptied()

    @staticmethod
    def _sendable(
        items: list[Item], changes: Changes, *, by_value: bool
    ) -> Iterator[tuple[list[Item], Parcel] | Failed]:
        """The items as a parcel; if one of them cannot travel, each in its own, so that only that one fails."""
        records = [record for item in items for record in changes.stored_for(item)]
        try:
            yield items, parcel_of(items, records, by_value=by_value)
        except DocumentError as error:
            if len(items) == 1:
                yield Failed(items[0].source, str(error))
                return
            for item in items:
                yield from OnRay._sendable([item], changes, by_value=by_value)

    def _opened(self, cutting: Cutting) -> Session:
        if self._session is None:
            opening = session(self._address, workers=self._settings.workers, orders=lambda: self._orders(cutting))
            self._session = self._stack.enter_context(opening)
        return self._session

    def _orders(self, cutting: Cutting) -> Orders:
        if self._job is None:
            raise ValueError("Nothing was read yet.")
        return Orders(
            settings=self._settings,
            password=self._password,
            description=self._job.description,
            options=self._job.options,
            collection=cutting.collection,
            tokenizer=cutting.tokenizer(),
            max_bytes=cutting.max_bytes,
            lease=self._lease,
        )


@dataclass(frozen=True, slots=True)
class _Window:
    """The parcels in flight, oldest first: limited in number and bytes, so that memory stays flat."""

    opened: Session
    stores: bool
    waiting: deque[tuple[list[Item], Any, int]] = field(default_factory=deque)

    def sent(self, items: list[Item], parcel: Parcel) -> Iterator[tuple[Item, list[Change]]]:
        """Send one when there is room for it; returns what came back meanwhile."""
        while self.waiting and (self._is_full() or self._bytes() + parcel.size > MAX_BY_VALUE):
            yield from self._taken()
        self.waiting.append((items, self.opened.read(parcel, stores=self.stores), parcel.size))

    def emptied(self) -> Iterator[tuple[Item, list[Change]]]:
        """All outstanding results."""
        while self.waiting:
            yield from self._taken()

    def _is_full(self) -> bool:
        return len(self.waiting) >= AHEAD * self.opened.workers

    def _bytes(self) -> int:
        return sum(size for _, _, size in self.waiting)

    def _taken(self) -> Iterator[tuple[Item, list[Change]]]:
        items, coming, _ = self.waiting.popleft()
        read: Read = self.opened.result(coming)
        yield from zip(items, read, strict=True)


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
