"""Find out what changed since the last run: compare what there is with what is stored. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus.collection import CollectionRecord
from corpus.errors import DocumentError, DocumentUnsupported
from corpus.records import DocumentRecord
from corpus.tokens import Tokenizer
from ingest.describe import Description
from ingest.document import Document
from ingest.item import Found, Item
from ingest.prepare import Prepared, digest_of, prepare, source_of
from ingest.stamps import known_mark, origin_in, stamp_of

# None stands for content that is still what the mark stands for that came with the item.
Reading = Iterator[tuple[Item, Sequence[Document] | DocumentError | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to bring in. `options` names everything but the content that decides what is stored of it.

    `read` takes each item with the mark under which it is stored, empty where it must be read anyway.
    """

    items: Sequence[Item]
    read: Callable[[Iterable[tuple[Item, str]]], Reading]
    description: Description = field(default_factory=Description)
    options: str = ""


@dataclass(frozen=True, slots=True)
class New:
    """A document to embed and store, in place of an older version where `replaces`."""

    prepared: Prepared
    replaces: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """A stored document that is still right; `stamp` is None where even its file has not been touched."""

    document_id: str
    stamp: str | None


@dataclass(frozen=True, slots=True)
class Gone:
    """A stored document that its file no longer holds."""

    document_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A document, or a file, that cannot be taken. What is stored of it stays."""

    source: str
    error: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """What a sitemap lists and no reader takes."""

    source: str
    reason: str


Change = New | Same | Gone | Failed | Skipped


class Changes:
    """The changes that a job brings to a collection. `tokenizer` is called once there is something to cut."""

    def __init__(
        self,
        job: Job,
        *,
        stored: Iterable[DocumentRecord],
        tokenizer: Callable[[], Tokenizer],
        collection: CollectionRecord,
    ) -> None:
        self._job = job
        self._tokenizer = tokenizer
        self._collection = collection
        self._seen: set[str] = set()
        self._by_file: dict[str, list[DocumentRecord]] = defaultdict(list)
        for record in stored:
            self._by_file[record.file].append(record)

    def __iter__(self) -> Iterator[tuple[Item, list[Change]]]:
        """For each item what changed in it; what needs no reading comes first."""
        to_read = []
        for item in self._job.items:
            stored = self._by_file.get(item.source, [])
            stamp = stamp_of(item, self._job.options, len(stored))
            if item.mark and stored and all(record.stamp == stamp for record in stored):
                yield item, [Same(record.document_id, None) for record in stored]
            else:
                to_read.append((item, known_mark(stored, item.place, self._job.options)))
        for item, result in self._job.read(to_read):
            yield item, list(self._changes_in(item, result))

    def _changes_in(self, item: Item, result: Sequence[Document] | DocumentError | None) -> Iterator[Change]:
        if result is None:
            stored = self._by_file.get(item.source, [])
            stamp = stamp_of(item, self._job.options, len(stored))
            yield from (Same(record.document_id, stamp) for record in stored)
        elif isinstance(result, DocumentUnsupported) and item.origin:
            yield Skipped(item.source, str(result))
        elif isinstance(result, DocumentError):
            yield Failed(item.source, str(result))
        else:
            yield from self._compared(item, result)

    def _compared(self, item: Item, documents: Sequence[Document]) -> Iterator[Change]:
        stored = {record.source: record for record in self._by_file.get(item.source, [])}
        stamp = stamp_of(item, self._job.options, len(documents))
        for read in documents:
            source = source_of(item, read)
            if source in self._seen:
                yield Failed(source, "Another document of this run has the same name. Rename one of them.")
                continue
            self._seen.add(source)
            old = stored.pop(source, None)
            try:
                document = self._job.description.of(read, item)
                digest = digest_of(document)
                if old is not None and old.digest == digest:
                    yield Same(old.document_id, stamp)
                    continue
                prepared = prepare(
                    document,
                    item,
                    digest=digest,
                    stamp=stamp,
                    tokenizer=self._tokenizer(),
                    collection=self._collection,
                )
            except DocumentError as error:
                yield Failed(source, str(error))
            else:
                yield New(prepared, old is not None, document.notes)
        for record in stored.values():
            yield Gone(record.document_id)


def gone(stored: Iterable[DocumentRecord], found: Found) -> list[DocumentRecord]:
    """The stored documents of what was looked through that are not there any more."""
    there = {item.source for item in found.items}
    return [
        record
        for record in stored
        if record.file not in there
        and (_lies_in(record.file, found.scopes) or origin_in(record.stamp) in found.origins)
        and not _lies_in(record.file, found.spared)
    ]


def _lies_in(source: str, places: Iterable[str]) -> bool:
    return any(place in {source, "."} or source.startswith(place + "/") for place in places)
