"""The published version that is served now, and the switch to the next.

A request sees one or the other, whole. Problems with a newer version are logged, and the old one stays in service.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.collection import check_settings
from corpus.errors import CollectionMissing, CorpusError, LexicalIndexUnusable, SnapshotInvalid, SnapshotMissing
from corpus.filters import Filter
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.snapshot.cache import Cache
from corpus.snapshot.manifest import POINTER, Manifest
from corpus.snapshot.signing import check_signature, message_of, parse_public_key
from corpus.snapshot.store_choice import snapshot_store_of
from corpus.snapshot.store_layout import warm_vector
from corpus.snapshot.trial_open import PROGRAM, check_opens
from corpus.snapshot.versions import read_manifest, read_pointer
from corpus.store import Store

logger = logging.getLogger("corpus")

# The longest that a request waits for a newer version; fetching goes on in the background of later requests.
WAIT_SECONDS = 5.0
# Seconds between two attempts to reopen a version because it failed.
SECONDS_BETWEEN_FAULTS = 60.0


class LiveSnapshot:
    """`current` is what a request asks for, once. Safe in threads."""

    def __init__(
        self,
        settings: CorpusSettings,
        open_corpus: Callable[[CorpusSettings], Corpus],
        *,
        pointer: str = POINTER,
        trial: Sequence[str] = PROGRAM,
        cache: Cache | None = None,
    ) -> None:
        """`pointer` is what names the version. `trial` is the program in which a version is opened first that is to
        replace another, or is a canary. `cache` is where others have theirs too; by default it has one of its own.
        """
        self._pointer = pointer
        # Passed to the corpora that it opens: where another version is, for some callers.
        self.canary: Callable[[], Corpus | None] | None = None
        self._settings = settings
        self._trial = trial
        self._public_key = parse_public_key(settings.snapshot_public_key) if settings.snapshot_public_key else None
        self._open_corpus = open_corpus
        self._place = snapshot_store_of(settings.snapshot_url or "")
        self._cache = cache or Cache(settings.snapshot_cache, limit_mb=settings.snapshot_cache_mb)
        self._lock = threading.Lock()
        self._version: str | None = None
        self._corpus: Corpus | None = None
        self._fetching: threading.Thread | None = None
        # Wall-clock time, because the monotonic clock stands still while Lambda has the process asleep.
        self._looked = 0.0
        self._is_distrusted = False
        self._distrusted = float("-inf")

    def distrust(self) -> None:
        """Reopen the version that is served, because it fails; the old one stays in use until that is done."""
        with self._lock:
            if time.monotonic() - self._distrusted >= SECONDS_BETWEEN_FAULTS:
                self._distrusted = time.monotonic()
                self._is_distrusted = True
                self._looked = 0.0

    def retire(self) -> None:
        """Forget the open version, which is closed when its last reader is done."""
        self._corpus = self._version = None

    def current(self) -> Corpus:
        """The version that is served, or a newer one if it is time to look and there is one.

        Raises CorpusError only until there has been a first one.
        """
        with self._lock:
            if self._corpus is None:
                self._looked = time.time()
                self._fetch()
                return self._served()
        self._look()
        return self._served()

    def current_or_none(self) -> Corpus | None:
        """The same for a canary, which may be missing; if it is unusable, that is logged."""
        self._look()
        return self._corpus

    def _look(self) -> None:
        """Fetch a newer version if it is time to; the request that finds one waits a little."""
        with self._lock:
            fetching = None
            if self._fetching is None and abs(time.time() - self._looked) >= self._settings.snapshot_refresh:
                self._looked = time.time()
                self._fetching = fetching = threading.Thread(target=self._fetch_or_log, daemon=True)
                fetching.start()
        if fetching is not None:
            # The others need not wait, and continue with the old one.
            fetching.join(WAIT_SECONDS)

    def _served(self) -> Corpus:
        if self._corpus is None:
            raise SnapshotMissing(f"Nothing is published in {self._place.name}.")
        return self._corpus

    def _fetch_or_log(self) -> None:
        try:
            self._fetch()
        except CorpusError as error:
            fields = {"place": self._place.name, "serving": self._version, "error": error.code, "detail": str(error)}
            logger.warning("snapshot_refused", extra={"fields": fields})
        finally:
            self._fetching = None

    def _fetch(self) -> None:
        """Open the version that is published, if it is not the one that is open, and switch to it."""
        started = time.monotonic()
        try:
            pointer = read_pointer(self._place, self._pointer)
            if pointer is None and self._pointer != POINTER:
                self._corpus = self._version = None
                return
            if pointer is None:
                raise SnapshotMissing(
                    f"Nothing is published in {self._place.name}. Run `ingest publish {self._place.name}`, or check "
                    "SNAPSHOT_URL."
                )
            if pointer.version == self._version and not self._is_distrusted:
                return
            if self._public_key is not None:
                said = message_of(pointer.version, pointer.manifest_sha256)
                name = f"{self._place.name}/{self._pointer}"
                check_signature(said, pointer.signature, self._public_key, name=name)
            manifest = read_manifest(self._place, pointer)
            self._check(manifest)
            folder = self._cache.open(self._place, manifest)
        finally:
            # No socket stays open: Lambda may take a snapshot of this process, or let it sleep for hours.
            self._place.close()
        corpus = self._opened(manifest, folder)
        # One assignment: a request that runs keeps the old one, which goes when the last of them is done.
        self._corpus, self._version, self._is_distrusted = corpus, manifest.version, False
        fields = {"version": manifest.version, "chunks": manifest.chunks, "bytes": manifest.bytes}
        ms = round((time.monotonic() - started) * 1000)
        logger.info("snapshot_opened", extra={"fields": {"place": self._place.name, **fields, "ms": ms}})

    def _check(self, manifest: Manifest) -> None:
        """Checked before anything is fetched: is this what the settings ask for?"""
        wanted = self._settings.chroma_collection
        if manifest.collection != wanted:
            raise CollectionMissing(
                f"The snapshot in {self._place.name} holds collection {manifest.collection!r} and CHROMA_COLLECTION is "
                f"{wanted!r}. Set CHROMA_COLLECTION={manifest.collection}, or publish the other."
            )
        check_settings(manifest.record, self._settings)
        if self._settings.access == "documents" and not manifest.with_access:
            fields = {"place": self._place.name, "version": manifest.version}
            logger.warning("snapshot_without_access", extra={"fields": fields})

    def _opened(self, manifest: Manifest, folder: Path) -> Corpus:
        try:
            inside = self._settings.model_copy(update={"chroma_path": folder, "snapshot_url": None})
            # The first version has no other to fall back on, so it is waited for.
            if self._corpus is not None or self._pointer != POINTER:
                check_opens(inside, name=f"Version {manifest.version} in {self._place.name}", program=self._trial)
            corpus = self._open_corpus(inside)
        except BaseException:
            self._cache.drop(folder)
            raise
        weakref.finalize(corpus, _let_go, corpus.store, self._cache, folder)
        if corpus.store.record != manifest.record or corpus.store.count() != manifest.chunks:
            raise SnapshotInvalid(
                f"Version {manifest.version} in {self._place.name} holds something else than its manifest says. "
                "Publish again, or roll back."
            )
        # Read here, or the first caller would have to wait for it.
        corpus.store.nearest(warm_vector(manifest.record.dimensions), count=1)
        with contextlib.suppress(LexicalIndexUnusable):
            index = corpus.store.lexical_index.index()
            if self._settings.access == "documents":
                index.passing(Filter(visible_to=frozenset()).to_where() or {})
        corpus.newest, corpus.on_fault, corpus.on_close = self.current, self.distrust, self.retire
        corpus.version, corpus.canary = manifest.version, self.canary
        if self._corpus is not None and self._corpus.store.record == manifest.record:
            # It already has its connections open, or its weights in memory.
            corpus.embedder.close()
            corpus.embedder = self._corpus.embedder
        return corpus


def _let_go(store: Store, cache: Cache, folder: Path) -> None:
    store.close()
    cache.drop(folder)
