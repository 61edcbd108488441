"""Carry out changes: embed what is new, write whole documents, delete what is gone.

If it is killed at any moment, the next run ends where an undisturbed one would: halves of documents are swept up first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from corpus.embedding.model import Vectors
from corpus.errors import ClusterUnavailable, EmbeddingError
from corpus.filterable import FilterField, passed_over
from corpus.lexical.forward import Forward
from corpus.records import DocumentRecord
from corpus.store import PAGE
from ingest.report import Report
from ingest.sources.found import Item
from ingest.sync.lexical_index import bring_up_to_date
from ingest.sync.machines import DocumentEmbedder
from ingest.sync.outcome import Added, Change, Granted, Removed, Stored, Unchanged
from ingest.sync.tally import note_read, tally, tally_stored
from ingest.sync.vectors import VectorSource
from ingest.sync.writer import Writing

# An idle writer gets what is ready, but not in driblets; more than a request holds never waits.
CHUNKS_PER_WRITE = PAGE
WORTH_A_WRITE = 200
SECONDS_PER_WRITE = 2.0
STAMPS_PER_WRITE = 500
# Kept together they take less memory.
WORDS_APART = 1000


Found = Iterable[tuple[Item, list[Change]]]


class IngestRun:
    """One run over one collection, counted in `report`. `embedder` is called once there is something to embed."""

    def __init__(self, writing: Writing, embedder: Callable[[], DocumentEmbedder], report: Report) -> None:
        self._writing = writing
        self._embedder = embedder
        self._report = report
        self._on_progress: Callable[[], None] = lambda: None
        self._stopped = threading.Event()
        self._stamps: dict[str, str] = {}
        self._grants: list[DocumentRecord] = []
        self._before: dict[str, DocumentRecord] = {}
        self._after: dict[str, DocumentRecord] = {}
        # The first so many of them are of many documents each.
        self._words: list[Forward] = []
        self._joined = 0

    def stop(self) -> None:
        """Take no further file; finish what is in flight."""
        self._stopped.set()

    def carry_out(self, changes: Found, *, stored: Sequence[DocumentRecord], on_progress: Callable[[], None]) -> None:
        """Bring the changes in; `stored` is all that was there, `on_progress` is called after every file and write.

        Raises EmbeddingError and StoreError; what was written until then stays. `index` is to follow.
        """
        self._on_progress = on_progress
        self._before = {record.document_id: record for record in stored}
        self._after = dict(self._before)
        self._vectors = VectorSource(
            self._writing,
            self._embedder,
            reusable=bool(stored),
            is_stopped=self.stops_here,
            on_embedded=self._note_embedded,
        )
        try:
            self._write(self._vectors.vectors_for(self._new(changes)))
        except (EmbeddingError, ClusterUnavailable):
            self._grant()  # Changes of access wait for no model.
            self.index()
            raise
        if self._stamps:
            self._writing.restamp(self._stamps)
        self._grant()

    def without_access(self, *, asked: bool) -> int | None:
        """How many of the documents stored now name nobody; None if no document names anybody, unless asked."""
        without = sum(not record.access for record in self._after.values())
        return without if asked or without < len(self._after) else None

    def passed_over(self, fields: Sequence[FilterField]) -> list[tuple[str, str]]:
        """Remarks on stored values that no filter by the corpus's own fields finds."""
        found = passed_over(self._after.values(), fields)
        return [(source, each.why) for each in found for source in each.sources]

    def remove(self, records: Sequence[DocumentRecord]) -> None:
        """Remove stored documents."""
        if records:
            self._remove([record.document_id for record in records])

    def index(self) -> None:
        """Bring the lexical index up to date with what is stored now."""
        writing = self._writing
        expected: dict[str, DocumentRecord] | None = None
        while expected != self._after:  # Again, if the store has refused what was in flight.
            expected = dict(self._after)
            bring_up_to_date(writing.store, before=self._before, after=expected, cut=self._words, settle=writing.settle)

    def _remove(self, document_ids: Sequence[str]) -> None:
        self._writing.remove(document_ids)
        for document_id in document_ids:
            self._after.pop(document_id, None)

    def _new(self, changes: Found) -> Iterator[Added]:
        for item, found in changes:
            note_read(self._report.work, item, found)
            yield from self._sorted_out(found)
            self._report.files += 1
            self._on_progress()

    def stops_here(self) -> bool:
        """Leave the rest to another run, and have the report say so, once `stop` was called."""
        self._report.stopped = self._stopped.is_set()
        return self._report.stopped

    def _sorted_out(self, found: Iterable[Change]) -> Iterator[Added]:
        for change in found:
            tally(change, self._report)
            match change:
                case Added():
                    yield change
                case Stored(record, words):
                    self._after[record.document_id] = record
                    self._keep(words)
                case Unchanged(document_id, stamp) if stamp is not None:
                    self._stamps[document_id] = stamp
                case Granted(record):
                    self._grants.append(record)
                    self._after[record.document_id] = record
                case Removed(document_id, _):
                    self._remove([document_id])
        if len(self._grants) >= STAMPS_PER_WRITE:
            self._grant()
        if len(self._stamps) >= STAMPS_PER_WRITE:
            self._writing.restamp(self._stamps)
            self._stamps = {}

    def _grant(self) -> None:
        grants, self._grants = self._grants, []
        if grants:
            self._writing.grant(grants)

    def _write(self, embedded: Iterator[tuple[Added, Vectors | EmbeddingError]]) -> None:
        group: list[tuple[Added, Vectors]] = []
        chunks, since = 0, 0.0
        try:
            for change, vectors in embedded:
                if isinstance(vectors, EmbeddingError):
                    self._report.failed.append((change.record.source, str(vectors)))
                    continue
                if group and chunks + len(vectors) > CHUNKS_PER_WRITE:
                    self._store_group(group)
                    group, chunks = [], 0
                since = since if group else time.monotonic()
                group.append((change, vectors))
                chunks += len(vectors)
                is_due = chunks >= WORTH_A_WRITE or time.monotonic() - since >= SECONDS_PER_WRITE
                if is_due and self._writing.is_idle:
                    self._store_group(group)
                    group, chunks = [], 0
        except (EmbeddingError, ClusterUnavailable):
            # Vectors that are there were paid for.
            self._store_group(group)
            raise
        self._store_group(group)

    def _store_group(self, group: Sequence[tuple[Added, Vectors]]) -> None:
        if not group:
            return
        documents = [(change.record, change.prepared.chunks, vectors) for change, vectors in group]
        changes = [change for change, _ in group]
        for change in changes:
            self._vectors.note_written(change)
            self._after[change.record.document_id] = change.record
            self._keep(change.words)
        self._writing.write(documents, then=lambda refused: self._count(changes, refused))

    def _keep(self, words: Forward) -> None:
        self._words.append(words)
        if len(self._words) - self._joined > WORDS_APART:
            self._words[self._joined :] = [Forward.joined(self._words[self._joined :])]
            self._joined += 1

    def _note_embedded(self, texts: int) -> None:
        self._report.work.embedded += texts
        self._on_progress()

    def _count(self, changes: Iterable[Added], refused: Mapping[str, str]) -> None:
        for change in changes:
            record = change.record
            if (why := refused.get(record.document_id)) is None:
                tally_stored(change, self._report)
                continue
            self._report.failed.append((record.source, why))
            # An older version stays.
            del self._after[record.document_id]
            if (before := self._before.get(record.document_id)) is not None:
                self._after[record.document_id] = before
        self._report.embedded = self._vectors.embedded
        self._on_progress()
