"""On a worker: what a task does. It keeps what it opens for the next one; a hostile file costs a process of its own."""

from __future__ import annotations

import contextlib
import functools
import pickle
import platform
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus.embedding.choice import embedder_of
from corpus.embedding.model import Embedder, Vectors
from corpus.errors import CorpusError, EmbeddingError, SettingsError
from corpus.s3 import has_credentials
from corpus.store import open_store
from ingest.onray.parcels import Far, Orders, Parcel
from ingest.onray.storing import stored
from ingest.reading.pool import ReaderPool
from ingest.sources.bucket import S3Object
from ingest.sources.found import Item
from ingest.sources.gather import Input, Sources, sources
from ingest.sources.patterns import Selection
from ingest.sources.spool import Spool
from ingest.sync.chunking import ChunkingPool
from ingest.sync.diff import Changes, Job
from ingest.sync.intake import read_items
from ingest.sync.outcome import Change
from ingest.sync.writer import Writing

Read = list[list[Change]]  # By the parcel's items.
Embedded = tuple[Vectors, dict[str, EmbeddingError]]


_kept: list[tuple[bytes, Workshop]] = []
_opening = threading.Lock()


def serve(name: str, orders: bytes, given: bytes) -> bytes:
    """Run a task. Raises CorpusError that names the worker."""
    try:
        workshop = _workshop(orders)
        works: dict[str, Callable[[Any], object]] = {
            "read": workshop.read,
            "store": workshop.store,
            "embed": workshop.embed,
        }
        return pickle.dumps(works[name](pickle.loads(given)), pickle.HIGHEST_PROTOCOL)  # noqa: S301 - of our own driver
    except CorpusError as error:
        raise type(error)(f"Worker {platform.node()}: {error}") from None


class Workshop:
    """What a worker needs for one run's tasks."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._stack = contextlib.ExitStack()
        self._lock = threading.Lock()
        self._embedder: Embedder | None = None

    def close(self) -> None:
        """Close processes and connections."""
        self._stack.close()

    def read(self, parcel: Parcel) -> Read:
        """The parcel's items, read and chunked."""
        orders = self._orders
        tools = self._tools
        items = list(_unpacked(parcel, tools))
        read = functools.partial(read_items, readers=tools.readers, sources=tools.sources, spool=tools.spool)
        job = Job(items=items, read=read, description=orders.description, options=orders.options)
        found = {item.source: changes for item, changes in Changes(job, stored=parcel.stored, cutting=tools.cutting)}
        return [found[item.source] for item in items]

    def store(self, parcel: Parcel) -> Read:
        """The parcel's items, read and chunked, with new documents stored."""
        return stored(self.read(parcel), self._writing, self._opened)

    def embed(self, texts: list[str]) -> Embedded:
        """The texts' vectors, and why some have none."""
        refused: dict[str, EmbeddingError] = {}
        (vectors,) = self._opened().embed_documents([texts], refused=refused)
        return vectors, refused

    def _opened(self) -> Embedder:
        with self._lock:
            if self._embedder is None:
                embedder = embedder_of(self._orders.collection, self._orders.settings)
                self._embedder = self._stack.enter_context(contextlib.closing(embedder))
            return self._embedder

    @functools.cached_property
    def _writing(self) -> Writing:
        settings, lease = self._orders.settings, self._orders.lease
        store = self._stack.enter_context(open_store(settings))
        if lease is not None:
            store.lease.join(lease)
        return Writing(store, settings)

    @functools.cached_property
    def _tools(self) -> Tools:
        orders, settings = self._orders, self._orders.settings
        spool = self._stack.enter_context(Spool())
        readers = ReaderPool(
            workers=1,
            timeout_seconds=settings.read_timeout_seconds,
            memory_bytes=settings.read_memory_mb * 2**20,
            password=orders.password,
        )
        return Tools(
            readers=self._stack.enter_context(readers),
            sources=self._stack.enter_context(sources(settings, Selection(), spool, Input())),
            spool=spool,
            cutting=ChunkingPool(orders.collection, lambda: orders.tokenizer, max_bytes=orders.max_bytes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Readers and connections, kept open from task to task."""

    readers: ReaderPool
    sources: Sources
    spool: Spool
    cutting: ChunkingPool


def close() -> None:
    """Close what the last run's tasks opened."""
    while _kept:
        _kept.pop()[1].close()


def _workshop(orders: bytes) -> Workshop:
    with _opening:
        if not _kept or _kept[0][0] != orders:
            close()
            _kept.append((orders, Workshop(pickle.loads(orders))))  # noqa: S301 - of our own driver
        return _kept[0][1]


def _unpacked(parcel: Parcel, tools: Tools) -> Iterator[Item]:
    for place, item in enumerate(parcel.items):
        if isinstance(item.remote, Far):
            if isinstance(item.remote.remote, S3Object):
                _check_credentials()
            item = replace(item, remote=tools.sources.bound(item.remote.remote))
        if place in parcel.contents:
            path, *sidecar = (_written(tools.spool, *file) for file in parcel.contents[place])
            item = replace(item, path=path, sidecar=sidecar[0] if sidecar else None)
        yield item


@functools.cache
def _check_credentials() -> None:
    """So that this is reported once, and not for every object."""
    if not has_credentials():
        raise SettingsError(
            "There are no AWS credentials here to fetch objects with. Give the machine a role, or start Ray there with "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )


def _written(spool: Spool, name: str, content: bytes) -> Path:
    path = spool.new().with_name(name)
    path.write_bytes(content)
    return path
