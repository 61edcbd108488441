"""Several corpora as one caller sees them, queried as if they were one; a single corpus is the case of one.

An id over several corpora names the corpus: `hr:9f86d081884c7d65`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from typing import TypeVar

from corpus.errors import CorpusError
from corpus.filters import Filter
from corpus.lexical.bm25 import Frequencies, together
from corpus.records import Chunk, DocumentRecord, Hit, named_id, parted_id
from corpus.searching.merging import asked_of, filled, in_corpus, renamed, renamed_record
from corpus.searching.view import Note
from corpus.settings import SearchMode
from handler.contract.errors import ActionError
from handler.contract.facets import Values, check_known, told
from handler.corpora.caller_view import Aside, Seen
from handler.corpora.fan_out import Doubts, ask_each
from handler.observing.trace import Trace

T = TypeVar("T")
Opener = Callable[[Note], AbstractContextManager[Seen]]
Ask = Callable[[str, Seen, Aside], T]
EVERYTHING = Filter()
# More corpora are not opened only to list the values of their fields.
MAX_FOR_VALUES = 20


class Together:
    """Methods are those of a view. `partial` are the corpora that did not answer."""

    def __init__(
        self,
        openers: Mapping[str, Opener],
        held: ExitStack,
        *,
        trace: Trace,
        doubts: Doubts,
        patience_seconds: float,
    ) -> None:
        self._openers = openers
        self._held = held
        self._open: dict[str, Seen] = {}
        self._trace = trace
        self._doubts = doubts
        self._patience_seconds = patience_seconds
        self._missing: dict[str, None] = {}
        self.shortened = False  # Whether a model could not read the end of a question.

    def end(self) -> None:
        """Release what was used: each refers to this object, and a closed corpus goes away with its last user."""
        self._open.clear()

    @property
    def partial(self) -> list[str]:
        """The names of the corpora that did not answer, in order."""
        return [name for name in self._openers if name in self._missing]

    def search_each(
        self,
        queries: Sequence[str],
        *,
        top_k: int,
        within: Filter = EVERYTHING,
        mode: SearchMode | None = None,
        min_score: float = 0.0,
        join: int | None = None,
        known_values: bool = False,
    ) -> list[list[Hit]]:
        """The best chunks for each of the queries, of all corpora. With `known_values` a value that no document of
        any of them has is refused.
        """
        parted = {name: asked_of(name, within) for name in self._openers}
        asked = {name: own for name, own in parted.items() if own is not None}
        among = self._among(list(asked), queries, mode)
        refusals: dict[str, ActionError] = {}
        having: list[str] = []

        def ask(name: str, seen: Seen, aside: Aside, *, count: int = top_k) -> list[list[Hit]]:
            if known_values:
                try:
                    seen.check(asked[name])
                except ActionError as refusal:
                    refusals[name] = refusal
                    return [[] for _ in queries]
                if len(asked) > 1 and seen.has(asked[name]):
                    having.append(name)
            found = seen.search_each(
                queries,
                top_k=count,
                within=asked[name],
                mode=mode,
                min_score=min_score,
                join=join,
                among=among,
                timeout_seconds=self._trace.seconds_left,
                spent=aside.spent,
            )
            aside.shortened = seen.shortens(queries, mode=mode)
            return [in_corpus(name, hits) for hits in found]

        found = self._each([name for name in asked if name not in self._missing], ask)
        # A corpus whose documents lack the field refuses nothing.
        if (refused := [name for name in found if name in refusals]) and not having:
            check_known(self.values(), within)
            raise refusals[refused[0]]
        if len(found) == 1:  # Already in its own order.
            return next(iter(found.values()))
        more = partial(self._each, list(found), needed=False)
        return filled(
            found, lambda count: more(partial(ask, count=count)), questions=len(queries), top_k=top_k, join=join
        )

    def _among(self, names: Sequence[str], queries: Sequence[str], mode: SearchMode | None) -> list[Frequencies] | None:
        """How frequent the words of each query are in all of the corpora, so that they weigh the same in each."""
        if len(names) < 2:
            return None
        found = self._each(names, lambda _, seen, __: seen.frequencies(queries, mode=mode))
        counted = [each for each in found.values() if each is not None]
        return [together([each[place] for each in counted]) for place in range(len(queries))] if counted else None

    def neighbours(self, hits: Iterable[Hit], *, distance: int) -> list[Chunk]:
        """The chunks at most `distance` before and after the hits in their documents."""
        by_corpus: dict[str, list[Hit]] = {}
        for hit in hits:
            name, document_id = parted_id(hit.document_id)
            by_corpus.setdefault(name, []).append(Hit(chunk=renamed(hit.chunk, document_id), score=hit.score))

        def beside(name: str, seen: Seen, _: Aside) -> list[Chunk]:
            return seen.neighbours(by_corpus[name], distance=distance)

        found = self._each(list(by_corpus), beside, needed=False)
        return [renamed(chunk, named_id(name, chunk.document_id)) for name, chunks in found.items() for chunk in chunks]

    def documents(self, *, offset: int, limit: int) -> tuple[list[DocumentRecord], int]:
        """A page of the documents, corpus by corpus, each sorted by source, and how many there are in all."""
        if len(self._openers) == 1:
            (name,) = self._openers
            records, total = self._at(name).documents(offset=offset, limit=limit)
            return [renamed_record(each, named_id(name, each.document_id)) for each in records], total
        totals = self._each(list(self._openers), lambda _, seen, __: seen.documents(offset=0, limit=0)[1])
        pages: dict[str, tuple[int, int]] = {}
        start = 0
        for name, total in totals.items():
            first, end = max(offset, start), min(offset + limit, start + total)
            if first < end:
                pages[name] = (first - start, end - first)
            start += total
        found = self._each(
            list(pages),
            lambda name, seen, _: seen.documents(offset=pages[name][0], limit=pages[name][1])[0],
            needed=False,
        )
        records = [
            renamed_record(each, named_id(name, each.document_id)) for name, page in found.items() for each in page
        ]
        return records, start

    def record(self, document_id: str) -> DocumentRecord | None:
        """A document's record; None where it is not there."""
        name, own = parted_id(document_id)
        record = self._at(name).record(own) if name in self._openers else None
        return renamed_record(record, document_id) if record is not None else None

    def chunk(self, chunk_id: str) -> Chunk | None:
        """A chunk; None where it is not there."""
        name, own = parted_id(chunk_id)
        chunk = self._at(name).chunk(own) if name in self._openers else None
        return renamed(chunk, named_id(name, chunk.document_id)) if chunk is not None else None

    def chars(self, record: DocumentRecord) -> int:
        """How many characters a document has; it must have been shown by this view."""
        name, own = parted_id(record.document_id)
        return self._at(name).chars(renamed_record(record, own))

    def chunks_from(self, record: DocumentRecord, *, offset: int) -> Iterator[Chunk]:
        """The document's chunks that reach beyond the character `offset`, in order, read lazily."""
        name, own = parted_id(record.document_id)
        for chunk in self._at(name).chunks_from(renamed_record(record, own), offset=offset):
            yield renamed(chunk, record.document_id)

    def values(self) -> Values:
        """The values of fields that have few, in all of the corpora; not listed if there are many corpora."""
        if len(self._openers) > MAX_FOR_VALUES:
            return {}
        if len(self._openers) == 1:
            return self._at(*self._openers).values()
        found = self._each(list(self._openers), lambda _, seen, __: seen.held())
        return told(held for each in found.values() for held in each)

    def _each(self, names: Sequence[str], ask: Ask[T], *, needed: bool = True) -> dict[str, T]:
        """What each of them answers; a single one is asked here, and what it raises goes on. Where nobody answers what
        is not `needed`, several do without.
        """
        if len(self._openers) == 1:
            asides = {name: Aside(spent=self._trace.seconds) for name in names}
            found = {name: ask(name, self._at(name), asides[name]) for name in names}
            for name in names:
                self._heed(name, asides[name])
            return found

        def asked(name: str) -> tuple[T, Aside]:
            aside = Aside()
            with self._openers[name](aside.note) as seen:
                return ask(name, seen, aside), aside

        try:
            answers = ask_each(
                names,
                asked,
                doubts=self._doubts,
                patience_seconds=self._patience_seconds,
                seconds_left=lambda: self._trace.seconds_left,
            )
        except (CorpusError, ActionError):
            if needed:
                raise
            self._missing.update(dict.fromkeys(names))
            return {}
        self._missing.update(dict.fromkeys(answers.missing))
        for name, (_, aside) in answers.by_name.items():
            self._heed(name, aside)
        return {name: answer for name, (answer, _) in answers.by_name.items()}

    def _heed(self, name: str, aside: Aside) -> None:
        for document_id, chunk_id, seen in aside.shown:
            self._note(name, document_id, chunk_id, seen)
        self._trace.note_spent(aside.spent)
        self.shortened = self.shortened or aside.shortened

    def _note(self, name: str, document_id: str, chunk_id: str | None, seen: bool) -> None:  # noqa: FBT001 - as a view tells it
        self._trace.note_shown(named_id(name, document_id), named_id(name, chunk_id) if chunk_id else None, seen)

    def _at(self, name: str) -> Seen:
        """The corpus, kept open until the request has its answer."""
        if name:
            self._trace.notes["corpora"] = name
        if name not in self._open:
            opened = self._openers[name](partial(self._note, name))
            self._open[name] = self._held.enter_context(opened)
        return self._open[name]
