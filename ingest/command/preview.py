"""What `add` would store of something, without storing it: read and cut as it would be for the collection."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.answer import filled
from corpus.records import Chunk
from corpus.store import most_text_bytes
from ingest.command.automatic import settled
from ingest.command.target_collection import existing_target, new_target
from ingest.reading.pool import pool_of
from ingest.settings import IngestSettings
from ingest.sources.descriptions import Description
from ingest.sources.gather import Input, sources
from ingest.sources.patterns import Selection
from ingest.sources.spool import Spool
from ingest.sync.chunking import ChunkingPool
from ingest.sync.diff import Changes, Job
from ingest.sync.intake import read_items
from ingest.sync.outcome import Added, Failed, Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A document and its chunks, or what is wrong with the file."""

    source: str
    error: str | None = None
    title: str | None = None
    notes: tuple[str, ...] = ()
    chunks: tuple[Chunk, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As `ingest read --json` prints it."""
        chunks = [
            filled(
                text=chunk.text,
                heading=chunk.heading,
                page=chunk.page,
                page_end=chunk.page_end if chunk.page_end != chunk.page else None,
                tokens=chunk.tokens,
                metadata=dict(chunk.metadata),
            )
            for chunk in self.chunks
        ]
        return filled(source=self.source, error=self.error, title=self.title, notes=list(self.notes), chunks=chunks)


def preview(named: Sequence[str], settings: IngestSettings, *, password: str | None = None) -> Iterator[Preview]:
    """Each document of what is named, as it would be stored. Raises CorpusError where nothing can go on."""
    with contextlib.ExitStack() as stack:
        spool = stack.enter_context(Spool())
        places = stack.enter_context(sources(settings, Selection(), spool, Input()))
        found = places.gather(named, lambda _url: "")
        yield from (Preview(source=source, error=str(error)) for source, error in found.failed)
        yield from (Preview(source=source, error=reason) for source, reason in found.skipped)
        readers = stack.enter_context(pool_of(settings, password))
        target = existing_target(settings, stack, dry_run=True)
        if target is None:
            settings = settled(settings, found.items, readers=readers, places=places)
            target = new_target(settings, stack, dry_run=True)
        read = functools.partial(read_items, readers=readers, sources=places, spool=spool)
        job = Job(items=found.items, read=read, description=Description(), options="")
        cutting = ChunkingPool(
            target.collection,
            lambda: target.embedder().tokenizer,
            max_bytes=most_text_bytes(settings),
            processes=1,
            on_much=lambda: None,
        )
        for _, changes in Changes(job, stored=[], cutting=cutting):
            for change in changes:
                match change:
                    case Added(prepared, _, _, notes):
                        record = prepared.record
                        chunks = tuple(prepared.chunks)
                        yield Preview(source=record.source, title=record.title, notes=notes, chunks=chunks)
                    case Failed(source, reason) | Skipped(source, reason):
                        yield Preview(source=source, error=reason)
