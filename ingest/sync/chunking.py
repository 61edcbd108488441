"""Cut documents into chunks, and these into terms: in this process while there are few, then in child processes.

Chroma keeps Python's lock for as long as it writes, so a thread beside it would stand still.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection

from corpus.collection import CollectionRecord
from corpus.errors import DocumentError
from corpus.lexical.forward import Forward
from corpus.lexical.terms import Analyzer
from corpus.records import indexed_text_of
from corpus.tokens import Tokenizer
from ingest.processes import Child, line_to_parent, receive, silence
from ingest.sources.found import Item
from ingest.splitting.preparation import prepare, source_of
from ingest.sync.outcome import Added, Change, Draft, Failed

# So many characters to cut are worth the start of a process.
WORTH_A_PROCESS = 400_000
# So many go to a process at once, which needs a tenth of a second for them; enough groups are queued there for the time
# of a write.
CHARACTERS_PER_GROUP = 100_000
GROUPS_AHEAD = 6
# The process that writes comes first: everything waits for it in the end.
STEPS_BACK = 10

Found = tuple[Item, list[Change | Draft]]
Cut = Added | Failed


@dataclass(frozen=True, slots=True)
class Chunker:
    """Cuts drafts. Every process has one, which caches the words that it has met."""

    tokenizer: Tokenizer
    collection: CollectionRecord
    max_bytes: int | None = None  # A chunk's maximum.
    _analyzer: Analyzer = field(default_factory=Analyzer)

    def cut(self, draft: Draft) -> Cut:
        """The draft's chunks, or why there are none."""
        try:
            prepared = prepare(
                draft.document,
                draft.item,
                digest=draft.digest,
                stamp=draft.stamp,
                tokenizer=self.tokenizer,
                collection=self.collection,
                max_bytes=self.max_bytes,
            )
        except DocumentError as error:
            return Failed(source_of(draft.item, draft.document), str(error))
        words = Forward.of(((chunk.chunk_id, indexed_text_of(chunk)) for chunk in prepared.chunks), self._analyzer)
        return Added(prepared, words, draft.replaces, draft.document.notes)


class ChunkingPool:
    """One run's cutting, with up to `processes` beside this one; the tokenizer is asked for once there is a draft.

    `on_much` is called when there is enough to come to be worth a process.
    """

    def __init__(
        self,
        collection: CollectionRecord,
        tokenizer: Callable[[], Tokenizer],
        *,
        max_bytes: int | None = None,
        processes: int = 0,
        on_much: Callable[[], None] = lambda: None,
    ) -> None:
        self._collection = collection
        self._tokenizer = tokenizer
        self._max_bytes = max_bytes
        self._processes = processes
        self._on_much = on_much
        self._chunker: Chunker | None = None
        self._size = 0
        self._children: list[Child] = []
        self._waiting: deque[tuple[list[Found], Child]] = deque()

    def expect(self, size: int) -> None:
        """Announce that about so many characters are to come, or came."""
        self._size += size
        if self._size >= WORTH_A_PROCESS:
            tokenizer = self._chunker.tokenizer if self._chunker else self._tokenizer()
            for _ in range(self._processes):
                self._children.append(Child("ingest.sync.chunking"))
                self._children[-1].send((tokenizer, self._collection, self._max_bytes))
            if self._processes:
                self._on_much()
            self._processes = 0

    def all_cut(self, found: Iterable[Found]) -> Iterator[tuple[Item, list[Change]]]:
        """Each item with its changes, in the order in which they came."""
        group: list[Found] = []
        try:
            for each in found:
                group.append(each)
                size = _characters(group)
                if not self._children:
                    yield from self._all_received()
                    yield from self._cut_here(group)
                    self.expect(size)
                elif size >= CHARACTERS_PER_GROUP:
                    self._send(group)
                elif size or self._waiting:
                    continue
                else:
                    yield from self._cut_here(group)
                group = []
                while self._waiting and (self._is_full() or self._has_answered()):
                    yield from self._received()
            yield from self._all_received()
            yield from self._cut_here(group)
        finally:
            children, self._children = self._children, []
            for child in children:
                child.close_stdin()
            for child in children:
                child.end()

    def _cut_here(self, group: Sequence[Found]) -> Iterator[tuple[Item, list[Change]]]:
        yield from _filled(group, map(self._cut, _drafts(group)))

    def _cut(self, draft: Draft) -> Cut:
        if self._chunker is None:
            self._chunker = Chunker(self._tokenizer(), self._collection, self._max_bytes)
        return self._chunker.cut(draft)

    def _send(self, group: list[Found]) -> None:
        child = min(self._children, key=lambda each: sum(other is each for _, other in self._waiting))
        # What fetched an item holds a connection, which cannot be sent.
        child.send([replace(draft, item=replace(draft.item, remote=None)) for draft in _drafts(group)])
        self._waiting.append((group, child))

    def _is_full(self) -> bool:
        return len(self._waiting) >= GROUPS_AHEAD * len(self._children)

    def _has_answered(self) -> bool:
        child = self._waiting[0][1]
        return child not in self._children or child.answers.poll()

    def _all_received(self) -> Iterator[tuple[Item, list[Change]]]:
        while self._waiting:
            yield from self._received()

    def _received(self) -> Iterator[tuple[Item, list[Change]]]:
        group, child = self._waiting.popleft()
        try:
            answer = child.answers.recv()
        except (EOFError, OSError):  # Killed, for lack of memory perhaps: nothing is lost by it.
            if child in self._children:
                self._children.remove(child)
                child.end()
            answer = map(self._cut, _drafts(group))
        yield from _filled(group, answer)


def _characters(group: Iterable[Found]) -> int:
    return sum(len(draft.document.text) for draft in _drafts(group))


def _drafts(group: Iterable[Found]) -> list[Draft]:
    return [change for _, changes in group for change in changes if isinstance(change, Draft)]


def _filled(group: Iterable[Found], cut: Iterable[Cut]) -> Iterator[tuple[Item, list[Change]]]:
    """The group with the results of its drafts in their places."""
    following = iter(cut)
    for item, changes in group:
        yield item, [next(following) if isinstance(change, Draft) else change for change in changes]


def serve() -> None:
    """In a process of its own: cut what arrives on standard input. See ingest/processes.py."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(STEPS_BACK)
    requests, answers = line_to_parent()
    knife = Chunker(*requests.recv())
    silence()
    waiting: queue.SimpleQueue[list[Draft]] = queue.SimpleQueue()
    receive(requests, waiting)
    # Sent by a thread, because the parent reads nothing while it writes.
    done: queue.SimpleQueue[object] = queue.SimpleQueue()
    threading.Thread(target=_answer, args=(answers, done), daemon=True).start()
    while True:
        done.put([knife.cut(draft) for draft in waiting.get()])


def _answer(answers: Connection, done: queue.SimpleQueue[object]) -> None:
    while True:
        answers.send(done.get())
