"""How a chunk is stored in Chroma: flat metadata beside its text. Pure: reading it back gives the same chunk."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from corpus.records import Chunk, DocumentRecord, MetadataValue, chunk_id_of

# The user's own fields have a prefix, so that none can shadow one of ours.
USER_PREFIX = "meta."
# `updated_at` as seconds since 1970, because Chroma only compares numbers.
UPDATED = "updated"
TEXT_DIGEST = "text_digest"
# The stamp of documents adopted from another program's collection. What the model read of them is unknown, so their
# vectors are not reused for other texts.
ADOPTED = "adopted"
# The principals that may see the document. Not under the user's prefix, so that no field of theirs can grant access.
ACCESS = "access"
# The stamp of a document some of whose chunks may have different access from the rest.
UNSETTLED = "access"

# Beyond this, Chroma turns a whole number into a float, or refuses it.
MIN_WHOLE, MAX_WHOLE = -(2**63), 2**63 - 1

_OPTIONAL = ("title", "url", "page", "page_end", "slide", "heading", "before", "table")
_REQUIRED = ("document_id", "index", "source", "start", "end", "tokens", "digest", "updated_at")


_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("document_id", "source", "digest", "updated_at"), str),
    **dict.fromkeys(("index", "start", "end", "tokens"), int),
}
_RECORD_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("ingested_at", "file", "stamp"), str),
    **dict.fromkeys(("chunks", "document_tokens"), int),
}
RECORD_FIELDS = frozenset(_RECORD_TYPES)  # The fields that a document's first chunk has besides a chunk's own.
_OPTIONAL_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("title", "url", "heading", "before", "table"), str),
    **dict.fromkeys(("page", "page_end", "slide"), int),
}


def is_ours(chunk_id: str, metadata: Mapping[str, Any] | None) -> bool:
    """Whether a record is a chunk as `metadata_of` writes it; other programs may write others."""
    if not metadata or not _have(metadata, _TYPES):
        return False
    index = metadata["index"]
    if index < 0 or chunk_id != chunk_id_of(metadata["document_id"], metadata["digest"], index):
        return False
    if index == 0 and (not _have(metadata, _RECORD_TYPES) or metadata["chunks"] < 1):
        return False
    return _have(metadata, {name: kind for name, kind in _OPTIONAL_TYPES.items() if metadata.get(name) is not None})


def _have(metadata: Mapping[str, Any], types: Mapping[str, type]) -> bool:
    return all(type(metadata.get(name)) is kind for name, kind in types.items())


def storable(metadata: Mapping[str, MetadataValue]) -> tuple[dict[str, MetadataValue], tuple[str, ...]]:
    """The fields that Chroma returns unchanged, and a remark on each that it would change; empty lists are dropped."""
    kept: dict[str, MetadataValue] = {}
    remarks = []
    for name, value in metadata.items():
        if isinstance(value, float) and not math.isfinite(value):
            remarks.append(f"The field {name!r} was left out: {value} cannot be kept as a number. Put it in quotes.")
        elif isinstance(value, int) and not MIN_WHOLE <= value <= MAX_WHOLE:
            remarks.append(
                f"The field {name!r} was left out: whole numbers from 2**63 on cannot be kept. Put it in quotes."
            )
        elif value != []:
            kept[name] = value
    return kept, tuple(remarks)


def rounded(metadata: Mapping[str, MetadataValue]) -> dict[str, MetadataValue]:
    """Rounded to compare what was written with what is read: Chroma may change the last bit of a float."""
    return {name: float(f"{each:.14g}") if isinstance(each, float) else each for name, each in metadata.items()}


def text_digest_of(chunk: Chunk) -> str:
    """Identifies what the model reads of a chunk: equal context and text have equal vectors."""
    return hashlib.sha256(f"{chunk.context}\n{chunk.text}".encode()).hexdigest()[:24]


def metadata_of(chunk: Chunk, record: DocumentRecord) -> dict[str, MetadataValue]:
    """The chunk's metadata; the first chunk's includes the document's record."""
    metadata: dict[str, MetadataValue] = {name: getattr(chunk, name) for name in _REQUIRED}
    metadata |= {name: value for name in _OPTIONAL if (value := getattr(chunk, name)) is not None}
    with contextlib.suppress(ValueError):  # Some documents have an invalid date; no filter by time finds them.
        metadata[UPDATED] = seconds_of(datetime.fromisoformat(chunk.updated_at))
    metadata |= {USER_PREFIX + name: value for name, value in chunk.metadata.items()}
    metadata |= access_field(chunk.access)
    metadata[TEXT_DIGEST] = ADOPTED if record.stamp == ADOPTED else text_digest_of(chunk)
    if chunk.index == 0:
        metadata |= {
            "chunks": record.chunks,
            "document_tokens": record.tokens,
            "ingested_at": record.ingested_at,
            "file": record.file,
            "stamp": record.stamp,
        }
    return metadata


def fields_of(record: DocumentRecord) -> dict[str, MetadataValue]:
    """The fields that filters use, which all chunks of a document share, as in `metadata_of`."""
    fields: dict[str, MetadataValue] = {"document_id": record.document_id, "source": record.source}
    if record.title is not None:
        fields["title"] = record.title
    with contextlib.suppress(ValueError):
        fields[UPDATED] = seconds_of(datetime.fromisoformat(record.updated_at))
    return fields | access_field(record.access) | {USER_PREFIX + name: value for name, value in record.metadata.items()}


def access_field(access: tuple[str, ...]) -> dict[str, MetadataValue]:
    """Access as it is stored: Chroma keeps no empty list."""
    return {ACCESS: list(access)} if access else {}


def _access_in(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    value = metadata.get(ACCESS)
    return tuple(value) if isinstance(value, list) else ()


def chunk_from(metadata: Mapping[str, Any], text: str) -> Chunk:
    """The chunk that `metadata_of` was made from. Raises KeyError if a field is missing."""
    fields = {name: metadata[name] for name in _REQUIRED} | {name: metadata.get(name) for name in _OPTIONAL}
    return Chunk(text=text, metadata=_user_fields(metadata), access=_access_in(metadata), **fields)


def record_from(metadata: Mapping[str, Any]) -> DocumentRecord:
    """The document's record from its first chunk's metadata. Raises KeyError if a field is missing."""
    return DocumentRecord(
        document_id=metadata["document_id"],
        source=metadata["source"],
        digest=metadata["digest"],
        chunks=metadata["chunks"],
        tokens=metadata["document_tokens"],
        updated_at=metadata["updated_at"],
        ingested_at=metadata["ingested_at"],
        file=metadata["file"],
        stamp=metadata["stamp"],
        title=metadata.get("title"),
        url=metadata.get("url"),
        metadata=_user_fields(metadata),
        access=_access_in(metadata),
    )


def seconds_of(time: datetime) -> int:
    """Whole seconds since 1970; a time without zone is in UTC."""
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())


def _user_fields(metadata: Mapping[str, Any]) -> dict[str, MetadataValue]:
    return {name.removeprefix(USER_PREFIX): value for name, value in metadata.items() if name.startswith(USER_PREFIX)}
