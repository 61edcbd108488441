"""Keys that a document's record kept from earlier versions because their removal was not passed on to Chroma.

Only the first chunk was ever overwritten: its id is the same in every version, and Chroma merges new metadata into the
old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from corpus.collection import RECORDS, RECORDS_FIELD
from corpus.records import Chunk
from corpus.store.rows import Rows
from corpus.stored import TEXT_DIGEST, UPDATED, USER_PREFIX, chunk_from, text_digest_of

# All chunks of a document agree on these.
_SHARED = ("title", "url", "page", UPDATED)


def heal_records(rows: Rows) -> None:
    """Remove stale keys from all records; once for a collection. Raises StoreError."""
    if rows.version_of(RECORDS_FIELD) >= RECORDS:
        return
    seconds = {metadata["document_id"]: metadata for _, metadata, _ in rows.read({"index": 1}, texts=False)}
    gone = {
        chunk_id: kept_too_long(metadata, text, seconds.get(metadata["document_id"]))
        for chunk_id, metadata, text in rows.read({"index": 0}, texts=True)
    }
    rows.amend({chunk_id: dict.fromkeys(names) for chunk_id, names in gone.items() if names})
    rows.note_version(RECORDS_FIELD, RECORDS)


def kept_too_long(first: Mapping[str, Any], text: str, second: Mapping[str, Any] | None) -> set[str]:
    """The fields of a document's first chunk that its last version did not write.

    `second` is the metadata of the chunk after it, None where there is none: then only title and heading can be told.
    """
    gone = set()
    if second is not None and second.get("digest") == first.get("digest"):
        shared = {name for name in first if name in _SHARED or name.startswith(USER_PREFIX)}
        gone = {name for name in shared if name not in second}
        if "page" in gone:
            gone |= {"page_end"} & first.keys()
    chunk = chunk_from(first, text)
    return gone | _not_embedded(chunk, str(first.get(TEXT_DIGEST)))


def _not_embedded(chunk: Chunk, text_digest: str) -> set[str]:
    """Title and heading, unless the chunk was embedded with them, which the digest of its text tells."""
    for title, heading in ((True, True), (True, False), (False, True), (False, False)):
        written = replace(chunk, title=chunk.title if title else None, heading=chunk.heading if heading else None)
        if text_digest_of(written) == text_digest:
            names = {"title"} if not title else set()
            names |= {"heading"} if not heading else set()
            return {name for name in names if getattr(chunk, name) is not None}
    return set()
