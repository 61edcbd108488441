"""Find out what changed since the last run: compare what there is with what is stored. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from corpus.errors import DocumentError, DocumentUnsupported
from corpus.records import DocumentRecord, composed
from corpus.stored import UNSETTLED, rounded
from ingest.reading.document import Document
from ingest.reading.reader_process import size_of
from ingest.sources.descriptions import Description
from ingest.sources.fingerprints import known_validator, origin_in, place_in, place_of, stamp_of
from ingest.sources.found import Found, Item
from ingest.splitting.preparation import digest_of, source_of
from ingest.sync.chunking import ChunkingPool
from ingest.sync.outcome import Change, Draft, Failed, Granted, Removed, Skipped, Unchanged

# None means that the content is still what the item's validator stands for.
Reading = Iterator[tuple[Item, Sequence[Document] | DocumentError | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to bring in. `options` names everything but the content that decides what is stored of it.

    `read` takes each item with the validator under which it is stored, empty where it must be read anyway.
    """

    items: Sequence[Item]
    read: Callable[[Iterable[tuple[Item, str]]], Reading]
    description: Description = field(default_factory=Description)
    options: str = ""


class Changes:
    """The changes that a job brings to a collection."""

    def __init__(self, job: Job, *, stored: Sequence[DocumentRecord], cutting: ChunkingPool) -> None:
        self._job = job
        self._cutting = cutting
        self._seen: set[str] = set()
        self._by_file: dict[str, list[DocumentRecord]] = defaultdict(list)
        for record in stored:
            self._by_file[composed(record.file)].append(record)
        self._file_of = {place_in(record.stamp): composed(record.file) for record in stored}

    def __iter__(self) -> Iterator[tuple[Item, list[Change]]]:
        """For each item what changed in it; items that need no reading come first."""
        return self._cutting.all_cut(self._drafted())

    def sorted_out(self) -> tuple[list[tuple[Item, list[Change]]], list[tuple[Item, str]]]:
        """The items that need no reading, unchanged; and those to read, with the validators under which they are
        stored.
        """
        unchanged: list[tuple[Item, list[Change]]] = []
        to_read = []
        for item in self._job.items:
            stored = self._by_file.get(item.source, [])
            stamp = stamp_of(item, self._job.options, len(stored))
            if item.validator and stored and all(record.stamp == stamp and _is_composed(record) for record in stored):
                unchanged.append((item, [Unchanged(record.document_id, None) for record in stored]))
            else:
                validator = (
                    known_validator(stored, item.place, self._job.options) if all(map(_is_composed, stored)) else ""
                )
                to_read.append((item, validator))
        return unchanged, to_read

    def stored_for(self, item: Item) -> list[DocumentRecord]:
        """All records that the item's content is compared with."""
        other = self._file_of.get(place_of(item.place), item.source)
        return [*self._by_file.get(item.source, []), *(self._by_file[other] if other != item.source else [])]

    def _drafted(self) -> Iterator[tuple[Item, list[Change | Draft]]]:
        unchanged, to_read = self.sorted_out()
        for item, changes in unchanged:
            yield item, list(changes)
        self._cutting.expect(sum(size_of(item.path) for item, _ in to_read if item.path))
        for item, result in self._job.read(to_read):
            yield item, list(self._changes_in(item, result))

    def _changes_in(self, item: Item, result: Sequence[Document] | DocumentError | None) -> Iterator[Change | Draft]:
        if result is None:
            stored = self._by_file.get(item.source, [])
            stamp = stamp_of(item, self._job.options, len(stored))
            yield from (Unchanged(record.document_id, stamp) for record in stored)
        elif isinstance(result, DocumentUnsupported) and item.origin:
            yield Skipped(item.source, str(result))
        elif isinstance(result, DocumentError):
            yield Failed(item.source, str(result))
        else:
            yield from self._compared(item, result)

    def _compared(self, item: Item, documents: Sequence[Document]) -> Iterator[Change | Draft]:
        stored = {record.source: record for record in self._by_file.get(item.source, [])}
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
            except DocumentError as error:
                yield Failed(source, str(error))
                continue
            if document.access_fault:
                yield Failed(source, document.access_fault)
            # A problem is reported in each run until it is solved: without a validator the item is read again.
            stamped = replace(item, validator="") if document.access_fault else item
            stamp = stamp_of(stamped, self._job.options, len(documents))
            if old is not None and old.digest == digest and _says_the_same(old, document):
                access = document.access or ()
                if old.access == access and old.stamp != UNSETTLED:
                    yield Unchanged(old.document_id, stamp)
                else:
                    yield Granted(replace(old, access=access, stamp=stamp))
            else:
                if old is None and (remark := self._other_name_of(item)):
                    document = replace(document, notes=(*document.notes, remark))
                yield Draft(document, item, digest, stamp, old is not None)
        for record in stored.values():
            yield Removed(record.document_id, record.source)

    def _other_name_of(self, item: Item) -> str | None:
        """A remark, if the very file is stored already under the name that another working folder gave it."""
        other = self._file_of.get(place_of(item.place), item.source)
        if other == item.source:
            return None
        place = composed(item.place)
        root = place.removesuffix(f"/{other}") if place.endswith(f"/{other}") else "FOLDER"
        return (
            "The same file is stored already under another name, which it got from another working folder. Name "
            f"sources from one, by --root {root or '/'} or SOURCE_ROOT, and take the others out by `ingest remove`."
        )


def gone(stored: Iterable[DocumentRecord], found: Found) -> list[DocumentRecord]:
    """The stored documents of the searched places that are gone."""
    there = {item.source for item in found.items}
    return [
        record
        for record in stored
        if (file := composed(record.file)) not in there
        and (_lies_in(file, found.scopes) or origin_in(record.stamp) in found.origins)
        and not _lies_in(file, found.kept_from_prune)
    ]


def _says_the_same(record: DocumentRecord, document: Document) -> bool:
    """Whether nothing is stored that the document no longer says; before version 2 of the records it was kept."""
    said = [(each.title, each.url, rounded(each.metadata)) for each in (record, document)]
    return said[0] == said[1]


def _is_composed(record: DocumentRecord) -> bool:
    """Whether filters find it; older versions stored names and tags as they came."""
    texts = [record.source, record.title or ""]
    for value in record.metadata.values():
        texts += value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return all(composed(each) == each for each in texts)


def _lies_in(source: str, places: Iterable[str]) -> bool:
    return any(place in {source, "."} or source.startswith(place + "/") for place in places)
