"""One corpus as a caller sees it, with the values of its fields, and a record of what an answer shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.filters import Filter
from corpus.searching.view import View
from handler.contract.facets import Facets, Held, Values

if TYPE_CHECKING:
    from corpus.searching.corpus import Corpus
    from corpus.searching.view import Note

Principals = frozenset[str]


class Seen(View):
    """A view, and the values of fields in what it shows."""

    def __init__(self, corpus: Corpus, visible_to: Principals | None, *, note: Note, facets: Facets) -> None:
        super().__init__(corpus, visible_to, note=note)
        self._facets = facets

    def values(self) -> Values:
        """The values of fields that have few. Raises StoreError."""
        return self._facets.values(self._corpus, self._visible_to)

    def held(self) -> list[Held]:
        """What they are computed from, for combining several corpora."""
        return self._facets.held(self._corpus, self._visible_to)

    def check(self, within: Filter) -> None:
        """Raises ActionError 422 for a value that no document has, listing the existing ones."""
        self._facets.check(self._corpus, self._visible_to, within)

    def has(self, within: Filter) -> bool:
        """Whether a document has any value of the fields that are filtered by."""
        return self._facets.has(self._corpus, self._visible_to, within)


@dataclass(slots=True)
class Aside:
    """Notes about an answer. They count only if the answer does: one that comes too late leaves no trace."""

    shown: list[tuple[str, str | None, bool]] = field(default_factory=list)
    spent: dict[str, float] = field(default_factory=dict)
    shortened: bool = False

    def note(self, document_id: str, chunk_id: str | None, seen: bool) -> None:  # noqa: FBT001 - as a view tells it
        """Note a document, or a chunk of it."""
        self.shown.append((document_id, chunk_id, seen))
