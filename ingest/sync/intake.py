"""Bring items to their readers: fetched ahead by a few threads, read in worker processes, and deleted again."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from corpus.errors import DocumentError
from ingest.reading.pool import ReaderPool
from ingest.sources.found import Fetched, Item, Remote
from ingest.sources.gather import Sources
from ingest.sources.spool import Spool
from ingest.sync.diff import Reading

# Few, because the pages of a sitemap are all on one server.
FETCHES_AT_ONCE = 4
_SECONDS_PER_LOOK = 0.2

_Todo = Iterable[tuple[Item, str]]
_Brought = tuple[Item, Fetched | DocumentError | None]


def read_items(todo: _Todo, *, readers: ReaderPool, sources: Sources, spool: Spool) -> Reading:
    """See Job.read. What is fetched stays in the spool until it is read."""
    by_path: dict[Path, list[Item]] = defaultdict(list)
    answered: deque[tuple[Item, DocumentError | None]] = deque()

    def coming() -> Iterator[tuple[Path, str | None] | None]:
        for brought in _fetched_ahead(todo, sources):
            if brought is None:
                yield None
                continue
            item, content = brought
            if isinstance(content, Fetched):
                item = _with(item, content)
            elif item.path is None:
                answered.append((item, content))
                yield None
                continue
            if item.path is not None:
                by_path[item.path].append(item)
                yield item.path, item.charset

    for answer in readers.read_stream(coming()):
        while answered:
            yield answered.popleft()
        if answer is not None:
            path, result = answer
            item = by_path[path].pop()
            yield item, result
            spool.drop(item.path)
            spool.drop(item.sidecar)
    yield from answered


def _fetched_ahead(todo: _Todo, sources: Sources) -> Iterator[_Brought | None]:
    """Each item, with its content if that had to be fetched; None while there is nothing yet."""
    running: dict[Future[_Brought], None] = {}
    with ThreadPoolExecutor(FETCHES_AT_ONCE, thread_name_prefix="fetch") as threads:
        try:
            for item, known in todo:
                if item.path is not None or item.remote is None:
                    yield item, None
                    continue
                running[threads.submit(_fetch, item, item.remote, known)] = None
                while len(running) >= FETCHES_AT_ONCE:
                    yield from _finished(running)
            while running:
                yield from _finished(running)
        finally:
            if running:  # Stopped early.
                sources.abort()


def _finished(running: dict[Future[_Brought], None]) -> Iterator[_Brought | None]:
    done, _ = wait(running, timeout=_SECONDS_PER_LOOK, return_when=FIRST_COMPLETED)
    if not done:
        yield None
    for future in done:
        del running[future]
        yield future.result()


def _fetch(item: Item, remote: Remote, known: str) -> _Brought:
    try:
        return item, remote.fetch(known)
    except DocumentError as error:
        return item, error


def _with(item: Item, content: Fetched) -> Item:
    return replace(
        item,
        path=content.path,
        validator=content.validator,
        modified_ns=content.modified_ns,
        charset=content.charset,
        sidecar=content.sidecar,
    )
