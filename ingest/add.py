"""The whole of `ingest add`: find, compare, then carry out or only count."""

from __future__ import annotations

import contextlib
import functools
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from corpus.collection import CollectionRecord
from corpus.embedding.choice import collection_for, embedder_for_new_collection, embedder_of
from corpus.embedding.model import Embedder
from corpus.errors import CollectionMissing, SettingsError, StoreError
from corpus.records import DocumentRecord
from corpus.store import Store, create_store, open_store
from ingest import console
from ingest.changes import Changes, Job, Reading, gone
from ingest.describe import Description
from ingest.estimate import Estimate
from ingest.exclusive import exclusive
from ingest.find import Found, FoundFile, find, patterns
from ingest.lexicon import bring_up_to_date
from ingest.reading import ReaderPool
from ingest.report import Report
from ingest.settings import IngestSettings
from ingest.sync import Sync


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptions:
    """What one call asks for beyond the settings."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    description: Description = field(default_factory=Description)
    password: str | None = None
    dry_run: bool = False
    prune: bool = False
    may_empty: bool = False


def add_documents(paths: Sequence[Path], settings: IngestSettings, options: AddOptions) -> Report:
    """Bring the paths' documents into the collection and report. Raises CorpusError where nothing can go on."""
    started = time.monotonic()
    found = find(paths, root=settings.source_root, include=options.include, exclude=options.exclude)
    report = Report(failed=[(source, str(error)) for source, error in found.failed], skipped=list(found.skipped))
    job = Job(
        files=found.files,
        read=_reading(settings, options.password),
        description=options.description,
        options=f"retrieval-action {version('retrieval-action')} {options.description.options}",
    )
    with contextlib.ExitStack() as stack:
        target = _open(settings, stack, dry_run=options.dry_run)
        collection = target.collection
        if target.store and not options.dry_run:
            stack.enter_context(exclusive(target.store, settings))
        stored = target.store.documents() if target.store else []
        doomed = gone(stored, found) if options.prune else []
        _check_prune(stored, doomed, found, options)
        changes = Changes(job, stored=stored, tokenizer=lambda: target.embedder().tokenizer, collection=collection)
        if target.store is None or options.dry_run:
            estimate = Estimate(report, store=target.store, tokenizer=lambda: target.embedder().tokenizer)
            with console.progress(report, files=len(found.files)) as on_progress:
                estimate.count(changes, on_progress)
            report.removed += len(doomed)
            report.price_usd = estimate.price(collection.embedding_model, settings.embedding_price)
        else:
            sync = Sync(target.store, target.embedder, report)
            _carry_out(sync, changes, stored, doomed, report, files=len(found.files))
    report.seconds = time.monotonic() - started
    return report


@dataclass(frozen=True, slots=True)
class _Target:
    """`embedder` loads the model when it is first called; `store` is None in a dry run over nothing."""

    store: Store | None
    embedder: Callable[[], Embedder]
    collection: CollectionRecord


def _open(settings: IngestSettings, stack: contextlib.ExitStack, *, dry_run: bool) -> _Target:
    try:
        store = stack.enter_context(open_store(settings))
    except CollectionMissing:
        embedder = stack.enter_context(contextlib.closing(embedder_for_new_collection(settings, paid=not dry_run)))
        record = collection_for(embedder, settings, paid=not dry_run)
        _say_target(settings, record, dry_run=dry_run)
        if dry_run:
            return _Target(None, lambda: embedder, record)
        store = stack.enter_context(create_store(settings, record))
        stack.callback(_drop_if_empty, store)
        # Another run may have made it a moment ago, otherwise.
        if store.record == record:
            return _Target(store, lambda: embedder, record)

    else:
        _say_target(settings, store.record, dry_run=dry_run)

    @functools.cache
    def later() -> Embedder:
        return stack.enter_context(contextlib.closing(embedder_of(store.record, settings, paid=not dry_run)))

    return _Target(store, later, store.record)


def _say_target(settings: IngestSettings, collection: CollectionRecord, *, dry_run: bool) -> None:
    console.say(
        f"{'Would ingest' if dry_run else 'Ingesting'} into {settings.target} "
        f"({collection.embedding_model}, {collection.dimensions or 'unknown'} dimensions)"
    )


def _drop_if_empty(store: Store) -> None:
    """A first run that stored nothing, for a wrong key say, does not hold the next one to its model."""
    with contextlib.suppress(StoreError):
        if store.count() == 0:
            store.rows.drop()


def _carry_out(
    sync: Sync,
    changes: Changes,
    stored: Sequence[DocumentRecord],
    doomed: Sequence[DocumentRecord],
    report: Report,
    *,
    files: int,
) -> None:
    with console.progress(report, files=files) as on_progress, _interrupt_stops(sync):
        sync.carry_out(changes, stored=stored, on_progress=on_progress)
        if not report.stopped:
            sync.remove(doomed)
            report.removed += len(doomed)
        sync.index()


def _check_prune(
    stored: Sequence[DocumentRecord], doomed: Sequence[DocumentRecord], found: Found, options: AddOptions
) -> None:
    kept = {record.document_id for record in stored} - {record.document_id for record in doomed}
    if doomed and not kept and not options.may_empty:
        raise SettingsError(
            f"--prune would remove all {len(stored)} documents that are stored, as none of their files was found among "
            f"the {len(found.files)} of PATH. Check PATH and --root, or add --yes."
        )


def _reading(settings: IngestSettings, password: str | None) -> Callable[[Iterable[FoundFile]], Reading]:
    def read(files: Iterable[FoundFile]) -> Reading:
        by_path = {file.path: file for file in files}
        with ReaderPool(
            workers=settings.workers,
            timeout_seconds=settings.read_timeout_seconds,
            memory_bytes=settings.read_memory_mb * 2**20,
            password=password,
        ) as pool:
            for path, result in pool.read_all(by_path):
                yield by_path[path], result

    return read


@contextlib.contextmanager
def _interrupt_stops(sync: Sync) -> Iterator[None]:
    """Ctrl-C once finishes what is in flight; twice stops at once."""

    def stop(*_: object) -> None:
        sync.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        console.say("Stopping: what is in flight is finished. Ctrl-C again stops at once.", style="yellow")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def remove_documents(store: Store, document_ids: Sequence[str], pattern: str | None) -> tuple[list[str], list[str]]:
    """Remove by id and by a pattern over sources, as in .gitignore. Returns the ids removed and those not there."""
    stored = {record.document_id: record for record in store.documents()}
    missing = [document_id for document_id in document_ids if document_id not in stored]
    chosen = [document_id for document_id in document_ids if document_id in stored]
    if pattern is not None:
        spec = patterns("--source", [pattern])
        chosen += [document_id for document_id, record in stored.items() if spec.match_file(record.source)]
    chosen = list(dict.fromkeys(chosen))
    store.remove(chosen)
    bring_up_to_date(store, before=stored, after={key: value for key, value in stored.items() if key not in chosen})
    return chosen, missing
