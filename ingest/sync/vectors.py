"""Vectors for new documents: reused if the same text has one already, else requested from the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from corpus.embedding.model import Vectors
from corpus.errors import EmbeddingError
from corpus.stored import text_digest_of
from ingest.sync.machines import DocumentEmbedder
from ingest.sync.outcome import Added
from ingest.sync.writer import Writing

# Few, so that Ctrl-C need not wait long for a local model; eight of them in flight keep a remote one busy.
TEXTS_PER_BATCH = 48
# So many are looked up together when a lookup must wait for the write in flight: the ones found before are embedded
# meanwhile.
TEXTS_PER_LOOK = 10 * TEXTS_PER_BATCH
# Limits what is held in memory when nothing needs the model, as after a folder was renamed.
DOCUMENTS_AHEAD = 500


@dataclass(frozen=True, slots=True)
class _Plan:
    """`digests[i]` names text i; `known` are the vectors found in the store; `wanted` are the texts the model gets."""

    change: Added
    digests: list[str]
    known: dict[str, Vectors]
    wanted: list[int]


class VectorSource:
    """One run's vectors. `embedder` is called once a text needs the model; `embedded` counts the texts it took, of each
    batch of which `on_embedded` is told.

    `reusable` says that the store held documents before the run: without, only what this run wrote is looked up. Once
    `is_stopped` says so, documents are left out of which the model has been asked nothing.
    """

    def __init__(
        self,
        writing: Writing,
        embedder: Callable[[], DocumentEmbedder],
        *,
        reusable: bool,
        is_stopped: Callable[[], bool],
        on_embedded: Callable[[int], None] = lambda _texts: None,
    ) -> None:
        self.embedded = 0
        self._writing = writing
        self._embedder = embedder
        self._reusable = reusable
        self._is_stopped = is_stopped
        self._on_embedded = on_embedded
        self._written: set[str] = set()
        # Texts in flight: None until the vector is there.
        self._in_flight: dict[str, Vectors | None] = {}
        self._waiting: deque[_Plan] = deque()
        self._refused: dict[str, EmbeddingError] = {}

    def vectors_for(self, changes: Iterator[Added]) -> Iterator[tuple[Added, Vectors | EmbeddingError]]:
        """Each document with its vectors, in order; texts travel in batches across documents. Lazy, with a bound.

        A document with a text that the model refuses comes with the error.
        """
        arrived: deque[Vectors] = deque()
        for vectors in self._computed(self._batches(changes)):
            self.embedded += int(np.isfinite(vectors).all(axis=1).sum())
            arrived.extend(vectors)
            if len(vectors):
                self._on_embedded(len(vectors))
            while self._waiting and len(self._waiting[0].wanted) <= len(arrived):
                plan = self._waiting.popleft()
                yield plan.change, self._assembled(plan, [arrived.popleft() for _ in plan.wanted])

    def note_written(self, change: Added) -> None:
        """Note that the document is in the store now, so its vectors can be found there."""
        for digest in map(text_digest_of, change.prepared.chunks):
            self._in_flight.pop(digest, None)
            self._written.add(digest)

    def _computed(self, batches: Iterator[list[str]]) -> Iterator[Vectors]:
        for batch in batches:
            if batch:
                yield from self._embedder().embed_documents(chain([batch], batches), refused=self._refused)
                return
            yield np.empty((0, 0), np.float32)

    def _batches(self, changes: Iterator[Added]) -> Iterator[list[str]]:
        """The texts for the model. An empty batch means that documents which need none can proceed."""
        texts: list[str] = []
        for plan in self._plans(changes):
            if self._is_stopped():
                break
            self._waiting.append(plan)
            texts += [plan.change.prepared.texts[place] for place in plan.wanted]
            while len(texts) >= TEXTS_PER_BATCH:
                yield texts[:TEXTS_PER_BATCH]
                del texts[:TEXTS_PER_BATCH]
            if len(self._waiting) >= DOCUMENTS_AHEAD:
                yield texts
                texts = []
        yield texts

    def _plans(self, changes: Iterator[Added]) -> Iterator[_Plan]:
        group: list[tuple[Added, list[str]]] = []
        texts = 0
        for change in changes:
            digests = [text_digest_of(chunk) for chunk in change.prepared.chunks]
            group.append((change, digests))
            texts += len(digests)
            if self._is_worth_a_look(texts):
                yield from self._planned(group)
                group, texts = [], 0
        yield from self._planned(group)

    def _is_worth_a_look(self, texts: int) -> bool:
        would_wait = self._reusable and not self._writing.is_idle
        return texts >= (TEXTS_PER_LOOK if would_wait else TEXTS_PER_BATCH)

    def _planned(self, group: Sequence[tuple[Added, list[str]]]) -> Iterator[_Plan]:
        asked = {
            digest
            for _, digests in group
            for digest in digests
            if digest not in self._in_flight and (self._reusable or digest in self._written)
        }
        known = self._writing.vectors_of(asked) if asked else {}
        for change, digests in group:
            wanted = []
            for place, digest in enumerate(digests):
                if digest not in known and digest not in self._in_flight:
                    self._in_flight[digest] = None
                    wanted.append(place)
            yield _Plan(change, digests, {digest: known[digest] for digest in digests if digest in known}, wanted)

    def _assembled(self, plan: _Plan, vectors: Iterable[Vectors]) -> Vectors | EmbeddingError:
        for place, vector in zip(plan.wanted, vectors, strict=True):
            self._in_flight[plan.digests[place]] = vector
        if error := self._refusal_of(plan):
            return error
        found = dict(plan.known)
        for digest in plan.digests:
            held = self._in_flight.get(digest)
            if held is not None:
                found[digest] = held
        if missing := set(plan.digests) - found.keys():
            # Another document brought them, and was written in the meantime.
            found |= self._writing.vectors_of(missing)
        if missing - found.keys():
            # And has been replaced since.
            found |= self._embedded_again(plan, missing - found.keys())
            if error := self._refusal_of(plan):
                return error
        return np.stack([found[digest] for digest in plan.digests])

    def _refusal_of(self, plan: _Plan) -> EmbeddingError | None:
        refused = self._refused
        return (
            next((refused[text] for text in plan.change.prepared.texts if text in refused), None) if refused else None
        )

    def _embedded_again(self, plan: _Plan, missing: set[str]) -> dict[str, Vectors]:
        texts = dict(zip(plan.digests, plan.change.prepared.texts, strict=True))
        (vectors,) = self._embedder().embed_documents([[texts[digest] for digest in missing]], refused=self._refused)
        self.embedded += len(vectors)
        return dict(zip(missing, vectors, strict=True))
