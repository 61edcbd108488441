"""Where a run reads, chunks and embeds: in this machine's processes, or elsewhere behind the same two methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.collection import CollectionRecord
from corpus.embedding.model import Embedder, Refused, Vectors
from corpus.records import DocumentRecord
from corpus.tokens import Tokenizer
from ingest.sources.found import Item
from ingest.sync.chunking import ChunkingPool
from ingest.sync.diff import Changes, Job
from ingest.sync.outcome import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutting:
    """How documents are cut. `tokenizer` is called once something is; `max_bytes` None: as many as there are."""

    collection: CollectionRecord
    tokenizer: Callable[[], Tokenizer]
    max_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a run is told of, and tells, while its items are read.

    `on_much` is called when there is enough to come to be worth a process that writes; once `is_stopped`, no further
    item is begun.
    """

    on_much: Callable[[], None] = lambda: None
    is_stopped: Callable[[], bool] = lambda: False


class DocumentEmbedder(Protocol):
    """The part of an Embedder that a run uses."""

    def embed_documents(self, batches: Iterable[Sequence[str]], *, refused: Refused | None = None) -> Iterator[Vectors]:
        """See Embedder."""
        ...


class Machines(Protocol):
    """What reads, chunks and embeds. Its methods raise CorpusError."""

    def changes(
        self, job: Job, *, stored: Sequence[DocumentRecord], cutting: Cutting, course: Course
    ) -> Iterable[tuple[Item, list[Change]]]:
        """For each item what changed in it."""
        ...

    def embedder(self, embedder: Callable[[], Embedder], *, cutting: Cutting) -> Callable[[], DocumentEmbedder]:
        """Embeds like the given embedder, which is requested once there is something to embed."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """This machine, with so many processes."""

    processes: int

    def changes(
        self, job: Job, *, stored: Sequence[DocumentRecord], cutting: Cutting, course: Course
    ) -> Iterable[tuple[Item, list[Change]]]:
        """See Machines."""
        pool = ChunkingPool(
            cutting.collection,
            cutting.tokenizer,
            max_bytes=cutting.max_bytes,
            processes=self.processes,
            on_much=course.on_much,
        )
        for each in Changes(job, stored=stored, cutting=pool):
            yield each
            if course.is_stopped():
                return

    def embedder(self, embedder: Callable[[], Embedder], *, cutting: Cutting) -> Callable[[], DocumentEmbedder]:  # noqa: ARG002 - see Machines
        """See Machines."""
        return embedder
