"""What travels to a worker and back, as bytes that need neither this process nor its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus.collection import CollectionRecord
from corpus.errors import DocumentUnreadable
from corpus.records import DocumentRecord
from corpus.tokens import Tokenizer
from ingest.reading.reader_process import size_of
from ingest.settings import IngestSettings
from ingest.sources.bucket import S3Object
from ingest.sources.descriptions import Description
from ingest.sources.found import Item, Remote
from ingest.sources.web import Page

ITEMS = 64  # Larger parcels do not reduce Ray's three milliseconds a task any further.
BYTES = 4 * 2**20
MAX_BY_VALUE = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What applies to all parcels of a run. `lease` is the token of the run's right to write, if workers write."""

    settings: IngestSettings
    password: str | None
    description: Description
    options: str
    collection: CollectionRecord
    tokenizer: Tokenizer
    max_bytes: int | None
    lease: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Items to read and the records that they are compared with.

    `contents` has files that the worker cannot reach, by the item's place here: name and bytes, and those of a sidecar.
    """

    items: Sequence[Item]
    stored: Sequence[DocumentRecord]
    contents: dict[int, list[tuple[str, bytes]]]

    @property
    def size(self) -> int:
        """Bytes of the contents that travel."""
        return sum(len(content) for files in self.contents.values() for _, content in files)


@dataclass(frozen=True, slots=True)
class Far:
    """A Remote without the connection that it came with."""

    remote: Any

    def fetch(self, known: str) -> None:
        """It can only fetch after it is bound to a worker's own connections: see `tasks`."""
        raise DocumentUnreadable(f"The content of {self.remote} was not fetched: {known}.")


def unbound(remote: Remote | None) -> Remote | None:
    """The remote, ready to travel."""
    if isinstance(remote, S3Object):
        return Far(replace(remote, source=None))  # type: ignore[arg-type] # Until a worker has its own.
    if isinstance(remote, Page):
        return Far(replace(remote, web=None))  # type: ignore[arg-type] # As above.
    return remote


def in_parcels(to_read: Sequence[tuple[Item, str]], *, at_once: int) -> Iterator[list[Item]]:
    """The items in order, grouped so that all `at_once` workers have some, and none has too much."""
    most = max(1, min(ITEMS, len(to_read) // (2 * at_once)))
    part: list[Item] = []
    size = 0
    for item, _ in to_read:
        weight = size_of(item.path) if item.path else 0
        if part and (len(part) >= most or size + weight > BYTES):
            yield part
            part, size = [], 0
        part.append(item)
        size += weight
    if part:
        yield part


def parcel_of(items: Sequence[Item], stored: Iterable[DocumentRecord], *, by_value: bool) -> Parcel:
    """Raises DocumentUnreadable for a file that is too large to travel, or cannot be read here."""
    contents = {}
    for place, item in enumerate(items):
        if by_value and item.path is not None:
            contents[place] = [_content(path) for path in (item.path, item.sidecar) if path is not None]
    packed = [replace(item, remote=unbound(item.remote)) for item in items]
    return Parcel(items=packed, stored=list({each.document_id: each for each in stored}.values()), contents=contents)


def _content(path: Path) -> tuple[str, bytes]:
    if size_of(path) > MAX_BY_VALUE:
        raise DocumentUnreadable(
            f"A cluster's workers do not see this machine's files, and one of more than {MAX_BY_VALUE // 2**20} MB is "
            "not sent to them. Put it in a bucket and name s3://…, or leave out --on."
        )
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise DocumentUnreadable(f"Cannot be read: {error.strerror}.") from None
