"""The collection that a run writes to: the existing one, or a new one."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.collection import SUBJECTS, SUBJECTS_FIELD, CollectionRecord
from corpus.embedding.choice import collection_for, embedder_for_new_collection, embedder_of
from corpus.embedding.model import Embedder
from corpus.errors import CollectionMissing, StoreError
from corpus.store import Store, create_store, open_store
from ingest.command import console
from ingest.settings import IngestSettings
from ingest.sync.lock import exclusive

RETOLD = (
    "Titles, organisations, years, kinds and what tables are is told by new rules: each file is read again once, and "
    "embedded anew is only what is described otherwise now."
)


@dataclass(frozen=True, slots=True)
class Target:
    """`embedder` loads the model when it is first called; `store` is None in a dry run over nothing.

    `held` are the descriptors that keep other runs out.
    """

    store: Store | None
    embedder: Callable[[], Embedder]
    collection: CollectionRecord
    held: Sequence[int] = ()


def existing_target(settings: IngestSettings, stack: contextlib.ExitStack, *, dry_run: bool) -> Target | None:
    """The existing collection, for this run alone; None if it has to be made."""
    try:
        store = stack.enter_context(open_store(settings))
    except CollectionMissing:
        return None
    _say_target(settings, store.record, dry_run=dry_run)
    held = () if dry_run else stack.enter_context(exclusive(store, settings, on_wait=console.say))
    return Target(store, _later(store, settings, stack, dry_run=dry_run), store.record, held)


def new_target(settings: IngestSettings, stack: contextlib.ExitStack, *, dry_run: bool) -> Target:
    """A collection made now; in a dry run only its description. Raises EmbeddingError."""
    embedder = stack.enter_context(contextlib.closing(embedder_for_new_collection(settings, paid=not dry_run)))
    record = collection_for(embedder, settings, paid=not dry_run)
    _say_target(settings, record, dry_run=dry_run)
    if dry_run:
        return Target(None, lambda: embedder, record)
    store = stack.enter_context(create_store(settings, record))
    held = stack.enter_context(exclusive(store, settings, on_wait=console.say))
    stack.callback(drop_if_empty, store)
    # Another run may have made it a moment ago, with other settings.
    is_ours = store.record == record
    later = (lambda: embedder) if is_ours else _later(store, settings, stack, dry_run=False)
    return Target(store, later, store.record, held)


def _later(
    store: Store, settings: IngestSettings, stack: contextlib.ExitStack, *, dry_run: bool
) -> Callable[[], Embedder]:
    @functools.cache
    def later() -> Embedder:
        return stack.enter_context(contextlib.closing(embedder_of(store.record, settings, paid=not dry_run)))

    return later


def _say_target(settings: IngestSettings, collection: CollectionRecord, *, dry_run: bool) -> None:
    console.say(
        f"{'Would ingest' if dry_run else 'Ingesting'} into {settings.target} "
        f"({collection.embedding_model}, {collection.dimensions or 'unknown'} dimensions)"
    )


def say_new_rules(store: Store, *, is_empty: bool) -> None:
    """Say once that stored documents were described by older rules."""
    if store.rows.version_of(SUBJECTS_FIELD) < SUBJECTS:
        if not is_empty:
            console.say(RETOLD)
        store.rows.note_version(SUBJECTS_FIELD, SUBJECTS)


def drop_if_empty(store: Store) -> None:
    """A first run that stored nothing, because of a wrong key say, does not tie the next one to its model."""
    with contextlib.suppress(StoreError):
        if store.count() == 0:
            store.rows.drop()
