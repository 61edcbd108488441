"""What a run finds about one document. Plain data: no I/O, no settings."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.lexical.forward import Forward
from corpus.records import DocumentRecord
from ingest.reading.document import Document
from ingest.sources.found import Item
from ingest.splitting.preparation import Prepared


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as read that is to be cut: then it is New, or Failed."""

    document: Document
    item: Item
    digest: str
    stamp: str
    replaces: bool


@dataclass(frozen=True, slots=True)
class Added:
    """A document to embed and store, replacing an older version if `replaces`. `words` are its chunks' terms."""

    prepared: Prepared
    words: Forward
    replaces: bool
    notes: tuple[str, ...]

    @property
    def record(self) -> DocumentRecord:
        """The document's record."""
        return self.prepared.record


@dataclass(frozen=True, slots=True)
class Stored:
    """An Added document that is stored already, by the machine that read it."""

    record: DocumentRecord
    words: Forward
    replaces: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The number of texts sent to the model by a machine that stored documents."""

    texts: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A stored document that is still right; `stamp` is None if even its file has not been touched."""

    document_id: str
    stamp: str | None


@dataclass(frozen=True, slots=True)
class Granted:
    """A stored document that is right except for who may see it: `record` has its new access and stamp."""

    record: DocumentRecord


@dataclass(frozen=True, slots=True)
class Removed:
    """A stored document that its file no longer contains."""

    document_id: str
    source: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A document, or a file, that cannot be taken. What is stored of it stays."""

    source: str
    error: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A page that a sitemap lists and no reader takes."""

    source: str
    reason: str


Change = Added | Stored | Sent | Unchanged | Granted | Removed | Failed | Skipped
