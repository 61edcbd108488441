"""The libraries of a deployment, one for each corpus: made when first needed, closed when room is needed.

The least recently used goes first, and none that somebody is reading.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.corpora import Entry
from corpus.errors import CorpusError
from corpus.filterable import FilterField
from handler.contract.facets import Facets
from handler.corpora.fan_out import Doubts
from handler.corpora.memory import resident_mb
from handler.corpora.open_files import is_short_of_files
from handler.library import Library

if TYPE_CHECKING:
    from corpus.searching.corpus import Corpus

logger = logging.getLogger("handler")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is kept for one corpus while it is open."""

    library: Library
    facets: Facets


class Libraries:
    """`open_corpus` opens an entry's corpus. Safe in threads."""

    def __init__(
        self,
        entries: Sequence[Entry],
        open_corpus: Callable[[Entry], Corpus],
        *,
        fields: Sequence[FilterField] = (),
        opening_seconds: float | None = None,
        most_mb: int | None = None,
    ) -> None:
        """An opening that takes longer than `opening_seconds` is given up. Corpora are closed where the process has
        more than `most_mb` in memory, or may open few more files.
        """
        self.entries = tuple(entries)
        self.doubts = Doubts()
        self._by_name = {entry.name: entry for entry in entries}
        self._open_corpus = open_corpus
        self._fields = fields
        self._opening_seconds = opening_seconds
        self._most_mb = most_mb
        self._lock = threading.Lock()
        self._shelves: OrderedDict[str, Shelf] = OrderedDict()

    def shelf(self, name: str) -> Shelf:
        """The shelf of the corpus by that name, which must be one of the entries'."""
        with self._lock:
            if name not in self._shelves:
                self._shelves[name] = self._made(self._by_name[name])
            self._shelves.move_to_end(name)
            return self._shelves[name]

    def only(self) -> Library | None:
        """The shelf of a deployment's only corpus; None if there are several, which are opened when needed."""
        return self.shelf("").library if "" in self._by_name else None

    def facets(self, names: Sequence[str]) -> list[Facets]:
        """The facets of the corpora used lately."""
        with self._lock:
            return [self._shelves[name].facets for name in names if name in self._shelves]

    def close(self) -> None:
        """Close every corpus that is open."""
        with self._lock:
            shelves, self._shelves = list(self._shelves.values()), OrderedDict()
        for shelf in shelves:
            shelf.library.close()

    def make_room(self) -> bool:
        """Close the least recently used corpus that nobody is reading. Returns whether there was one."""
        with self._lock:
            name = next((name for name, shelf in self._shelves.items() if shelf.library.is_idle), None)
            shelf = self._shelves.pop(name) if name is not None else None
        if shelf is None:
            return False
        shelf.library.close()
        logger.info("corpus_closed", extra={"fields": {"corpus": name}})
        return True

    def _made(self, entry: Entry) -> Shelf:
        # Fetching a snapshot may take long, and S3 has limits of its own.
        patience = None if "snapshot_url" in entry.place else self._opening_seconds
        library = Library(lambda: self._opened(entry), patience_seconds=patience)
        return Shelf(library, Facets(self._fields))

    def _opened(self, entry: Entry) -> Corpus:
        # One for one: memory may not return to the system at once, and the other corpora should stay open.
        if self._most_mb is not None and resident_mb() > self._most_mb:
            self.make_room()
        if is_short_of_files():
            self.make_room()
        try:
            return self._open_corpus(entry)
        except CorpusError as error:
            if entry.name:
                fields = {"corpus": entry.name, "error": error.code, "detail": str(error)}
                logger.warning("corpus_not_opened", extra={"fields": fields})
            raise
