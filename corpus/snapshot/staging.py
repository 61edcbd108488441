"""Make the files of a version from a store in use: copied whole, settled, compacted, opened once as a reader will."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corpus.collection import CollectionRecord
from corpus.errors import CollectionMissing, LexicalIndexUnusable, SettingsError, SnapshotInvalid, StoreUnavailable
from corpus.lexical.build import merge_index
from corpus.lexical.index_store import index_folder
from corpus.quality.questions import FILE_NAME as QUESTIONS
from corpus.records import DocumentRecord
from corpus.settings import CorpusSettings, target_kind
from corpus.snapshot.manifest import SQLITE, SnapshotFile
from corpus.snapshot.pruning import (
    LAID_OUT,
    Remade,
    drop_remnants,
    is_chromas,
    leave_out_foreign,
    remake_where_dead,
)
from corpus.snapshot.reader_layout import rearrange
from corpus.snapshot.store_layout import link_store, sha256_of, warm_vector
from corpus.store import read_store, settle_store

COPY_ATTEMPTS = 5
COPY_WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """The files below `folder`, and what they hold. `left_out` counts records that other programs wrote."""

    folder: Path
    collection: str
    record: CollectionRecord
    documents: int
    chunks: int
    content: str
    files: tuple[SnapshotFile, ...]
    with_access: int = 0
    left_out: int = 0
    remade: Remade | None = None


def stage(settings: CorpusSettings, folder: Path, *, questions: bytes | None = None) -> Staged:
    """Fill the empty folder; `questions` is a file that the version keeps.

    Raises StoreError, SettingsError where there is no embedded store to publish.
    """
    if target_kind(settings) != "embedded":
        raise SettingsError(
            f"Only an embedded store can be published, and CHROMA_URL names {settings.target}. Unset CHROMA_URL and "
            "ingest into CHROMA_PATH; or let the handler use that server itself."
        )
    store_path = settings.chroma_path
    if not (store_path / SQLITE).is_file():
        raise CollectionMissing(f"Nothing is stored in {settings.target}. Run `ingest add PATH` first.")
    _copy(store_path, folder, settings.chroma_collection)
    copy = settings.model_copy(update={"chroma_path": folder, "snapshot_url": None})
    with _copying(store_path):
        left_out = leave_out_foreign(copy)
        settle_store(copy)
        remade = remake_where_dead(copy)
        drop_remnants(copy)
        # A snapshot is read and not updated; and the same chunks give the same files, whatever came before.
        with contextlib.suppress(LexicalIndexUnusable):
            merge_index(index_folder(folder, settings.chroma_collection))
        rearrange(copy)
        if questions is not None:
            (folder / QUESTIONS).write_bytes(questions)
        files = tuple(_file(path, folder) for path in _paths(folder))
    with read_view(folder) as view:
        staged = _verified(settings.model_copy(update={"chroma_path": view, "snapshot_url": None}), folder, files)
        return replace(staged, left_out=left_out, remade=remade)


@contextlib.contextmanager
def _copying(source: Path) -> Iterator[None]:
    """Raises StoreUnavailable if the disk has no room for the copy."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"{source} cannot be copied: {error}. The disk may be full.") from error


def _copy(source: Path, folder: Path, collection: str) -> None:
    """A copy during which nobody wrote; tried again if somebody did."""
    words = index_folder(source, collection)
    for attempt in range(COPY_ATTEMPTS):
        if attempt:
            time.sleep(COPY_WAIT_SECONDS)
            shutil.rmtree(folder)
            folder.mkdir()
        before = _fingerprint(source)
        with _copying(source):
            try:
                for path in _paths(source):
                    if not _travels(path, words):
                        continue
                    target = folder / path.relative_to(source)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    if path.name == SQLITE:
                        _copy_database(path, target)
                    else:
                        shutil.copyfile(path, target)
            except FileNotFoundError:
                continue
        if _fingerprint(source) == before:
            return
    raise StoreUnavailable(f"{source} is being written to. Publish again when `ingest add` is done.")


def _travels(path: Path, words: Path) -> bool:
    """Whether the file goes along: of the lexical indexes only the collection's own."""
    if words.parent not in path.parents:
        return True
    return words in path.parents


def _copy_database(path: Path, target: Path) -> None:
    """By SQLite's own backup: consistent, even if a writer was killed half-way."""
    with contextlib.closing(sqlite3.connect(path)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _paths(folder: Path) -> list[Path]:
    """The files that make up the store: no SQLite journal, nothing hidden, and no lock, which names the machine."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith((f"{SQLITE}-", "."))
        and path.suffix != ".lock"
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _fingerprint(folder: Path) -> list[tuple[str, int, int]]:
    found = []
    for path in _paths(folder):
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            found.append((str(path), stat.st_size, stat.st_mtime_ns))
    return found


def _file(path: Path, folder: Path) -> SnapshotFile:
    return SnapshotFile(path=path.relative_to(folder).as_posix(), sha256=sha256_of(path), bytes=path.stat().st_size)


@contextlib.contextmanager
def read_view(folder: Path) -> Iterator[Path]:
    """The store as a reader opens it: what Chroma writes when it does goes elsewhere."""
    view = folder.parent / f"{folder.name}-view"
    view.mkdir()
    try:
        names = [path.relative_to(folder).as_posix() for path in _paths(folder)]
        link_store(view, [(name, folder / name) for name in names if name != SQLITE], sqlite=folder / SQLITE)
        yield view
    finally:
        shutil.rmtree(view)


def _verified(view: CorpusSettings, folder: Path, files: tuple[SnapshotFile, ...]) -> Staged:
    with read_store(view, is_published=True) as store:
        documents = store.documents()
        chunks = store.count()
        if not documents:
            raise CollectionMissing(f"Collection {view.chroma_collection!r} is empty: there is nothing to publish.")
        if chunks != sum(document.chunks for document in documents):
            raise SnapshotInvalid(
                f"Collection {view.chroma_collection!r} holds {chunks} chunks but its documents have "
                f"{sum(document.chunks for document in documents)}: a run of `ingest add` is under way or was killed. "
                "Run it again, then publish."
            )
        # Checked with the engine too, which readers ask if a corpus is large.
        vector = warm_vector(store.record.dimensions)
        by_engine = store.rows.nearest(vector[np.newaxis], count=1)["ids"]
        if store.rows.count() != chunks or not any(by_engine) or not store.nearest(vector, count=1):
            raise SnapshotInvalid(f"Collection {view.chroma_collection!r} answers no query. Ingest it anew.")
        record = store.record
    return Staged(
        folder=folder,
        collection=view.chroma_collection,
        record=record,
        documents=len(documents),
        chunks=chunks,
        with_access=sum(bool(document.access) for document in documents),
        content=_content(view.chroma_collection, record, documents, files),
        files=files,
    )


def _content(
    name: str, record: CollectionRecord, documents: Sequence[DocumentRecord], files: Sequence[SnapshotFile]
) -> str:
    """A hash of the records, without the times and places of ingestion: Chroma's files differ from copy to copy."""
    said = [
        [document.document_id, document.digest, document.chunks, document.tokens, document.title, document.url,
         dict(document.metadata), document.updated_at, *([list(document.access)] if document.access else [])]
        for document in documents
    ]  # fmt: skip
    others = [[file.path, file.sha256] for file in files if not is_chromas(file.path)]
    # A version from before that format is published anew.
    layout = sorted({file.path.partition("/")[0] for file in files if file.path.startswith(LAID_OUT)})
    text = json.dumps([name, record.to_metadata(), said, others, layout], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
