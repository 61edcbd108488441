"""Find out what changed since the last run: compare files with what is stored. Reads files; writes nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus.collection import CollectionRecord
from corpus.errors import DocumentError
from corpus.records import DocumentRecord
from corpus.tokens import Tokenizer
from ingest.describe import Description
from ingest.document import Document
from ingest.find import Found, FoundFile
from ingest.prepare import Prepared, digest_of, prepare, source_of

Reading = Iterator[tuple[FoundFile, Sequence[Document] | DocumentError]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to bring in. `options` names everything but the file that decides what is stored of it."""

    files: Sequence[FoundFile]
    read: Callable[[Iterable[FoundFile]], Reading]
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


Change = New | Same | Gone | Failed


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

    def __iter__(self) -> Iterator[tuple[FoundFile, list[Change]]]:
        """For each file what changed in it; files that need no reading come first."""
        to_read = []
        for file in self._job.files:
            stored = self._by_file.get(file.source, [])
            stamp = stamp_of(file, self._job.options, len(stored))
            if stored and all(record.stamp == stamp for record in stored):
                yield file, [Same(record.document_id, None) for record in stored]
            else:
                to_read.append(file)
        for file, result in self._job.read(to_read):
            if isinstance(result, DocumentError):
                yield file, [Failed(file.source, str(result))]
            else:
                yield file, list(self._compared(file, result))

    def _compared(self, file: FoundFile, documents: Sequence[Document]) -> Iterator[Change]:
        stored = {record.source: record for record in self._by_file.get(file.source, [])}
        stamp = stamp_of(file, self._job.options, len(documents))
        for read in documents:
            source = source_of(file, read)
            if source in self._seen:
                yield Failed(source, "Another document of this run has the same name. Rename one of them.")
                continue
            self._seen.add(source)
            old = stored.pop(source, None)
            try:
                document = self._job.description.of(read, file)
                digest = digest_of(document)
                if old is not None and old.digest == digest:
                    yield Same(old.document_id, stamp)
                    continue
                prepared = prepare(
                    document,
                    file,
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


def stamp_of(file: FoundFile, options: str, documents: int) -> str:
    """What must agree for a file not to be read again; with the place, size and time all its documents being there."""
    made = hashlib.sha256(f"{file.path} {options}".encode()).hexdigest()[:12]
    return f"{file.size}-{file.modified_ns}-{file.described_ns}-{made}-{documents}"


def gone(stored: Iterable[DocumentRecord], found: Found) -> list[DocumentRecord]:
    """The stored documents below the paths that were named whose file is not there any more."""
    there = {file.source for file in found.files}
    return [
        record
        for record in stored
        if record.file not in there and _lies_in(record.file, found.scopes) and not _lies_in(record.file, found.spared)
    ]


def _lies_in(source: str, places: Iterable[str]) -> bool:
    return any(place in {source, "."} or source.startswith(place + "/") for place in places)
