"""Keep the lexical index in step with what is stored. The next run repairs what a killed one left behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from corpus.errors import LexicalIndexUnusable
from corpus.lexical.build import Texts
from corpus.lexical.forward import Forward, ids_as_array
from corpus.lexical.index_segment import Fields, Segment
from corpus.records import Chunk, DocumentRecord, indexed_text_of
from corpus.store import Store
from corpus.stored import fields_of, rounded

Records = Mapping[str, DocumentRecord]  # By document id.
NOBODY: Records = MappingProxyType({})
NOTHING: Mapping[str, str] = MappingProxyType({})
# Reading some chunks by their ids takes Chroma longer than reading all in order.
MAX_CHANGED = 0.3


def state_of(versions: Mapping[str, str]) -> str:
    """A name for a state of the corpus: the SHA-256 over what `versions_of` tells of its documents."""
    return hashlib.sha256("\n".join(sorted(versions.values())).encode()).hexdigest()


def bring_up_to_date(
    store: Store,
    *,
    before: Records,
    after: Records,
    cut: Sequence[Forward] = (),
    settle: Callable[[], None] = lambda: None,
) -> None:
    """Index `after`, all that is stored now; `before` is what was stored when the run began. Raises StoreError.

    `cut` is what was made of chunks already; where it does not hold all that is needed, the store is read. `settle`
    waits until `after` is stored: the index is made meanwhile, and shown once that is so.
    """

    def stored() -> None:
        settle()
        store.lease.check()  # A suspended process must not publish anything over what another has written since.

    old_versions = versions_of(before)
    versions = versions_of(after, before, old_versions)
    state, stamp = state_of(versions), store.lexical_index.stamp()
    if stamp == state:
        settle()
        return

    def texts_of(records: Iterable[DocumentRecord], read: Callable[[], Iterable[Chunk]]) -> Texts:
        if (already := _cut_already(records, cut)) is not None:
            return already
        settle()
        return _texts(read())

    new = [record for key, record in after.items() if versions[key] != old_versions.get(key)]
    old = [record for key, record in before.items() if old_versions[key] != versions.get(key)]
    chunks = sum(record.chunks for record in after.values())
    if stamp == state_of(old_versions) and sum(record.chunks for record in new) <= MAX_CHANGED * chunks:
        try:
            add, remove = texts_of(new, lambda: store.chunks(_chunk_ids(new))), list(_chunk_ids(old))
            store.lexical_index.update(add=add, remove=remove, stamp=state, fields=_fields(new), before_publish=stored)
        except LexicalIndexUnusable:
            pass
        else:
            return
    texts = texts_of(after.values(), lambda: store.all_chunks(after.values()))
    store.lexical_index.write(texts, stamp=state, fields=_fields(after.values()), before_publish=stored)


def _cut_already(records: Iterable[DocumentRecord], cut: Sequence[Forward]) -> Segment | None:
    """Their chunks; None if some are missing."""
    wanted = np.sort(ids_as_array(_chunk_ids(records)))
    if not cut or sum(len(part.ids) for part in cut) < len(wanted):
        return None
    found = [part.only(wanted) for part in cut]
    if sum(len(part.ids) for part in found) != len(wanted):
        return None
    return Segment.combined([Segment.of(group) for group in Forward.grouped(found)])


def _fields(records: Iterable[DocumentRecord]) -> Fields:
    return {record.document_id: fields_of(record) for record in records}


def versions_of(records: Records, before: Records = NOBODY, known: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """By document its version and what filters look at; `known` has it for the records before, mostly the same ones."""
    return {key: known[key] if record is before.get(key) else _version_of(record) for key, record in records.items()}


def _version_of(record: DocumentRecord) -> str:
    filtered_by = sorted(rounded(fields_of(record)).items())
    return json.dumps([record.document_id, record.digest, record.chunks, filtered_by])


def _chunk_ids(records: Iterable[DocumentRecord]) -> Iterator[str]:
    for record in records:
        yield from record.chunk_ids()


def _texts(chunks: Iterable[Chunk]) -> Iterator[tuple[str, str]]:
    for chunk in chunks:
        yield chunk.chunk_id, indexed_text_of(chunk)
