"""The one gate: every route reaches the corpus through it, and sees what its caller may see. Deny by default.

A request that nobody was let in for gets no corpus at all. Nothing else of the handler hands the library's corpus out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.canary import CanaryChoice
from corpus.filters import Filter
from corpus.principals import EVERYONE
from corpus.records import document_id_in
from corpus.searching.view import View
from handler.access.caller import ANYBODY, Caller
from handler.access.links import Signer
from handler.contract.errors import ActionError
from handler.contract.facets import Facets, Values
from handler.library import Library
from handler.observing.trace import Trace

if TYPE_CHECKING:
    from corpus.searching.corpus import Corpus
    from corpus.searching.view import Note

LINKED = Caller(name="link")  # Whoever has a signed link to a passage.
Principals = frozenset[str]


class Seen(View):
    """A view, and which values the fields of what it shows have."""

    def __init__(self, corpus: Corpus, visible_to: Principals | None, *, note: Note, facets: Facets) -> None:
        super().__init__(corpus, visible_to, note=note)
        self._facets = facets

    def values(self) -> Values:
        """The values of fields that have few. Raises StoreError."""
        return self._facets.values(self._corpus, self._visible_to)

    def check(self, within: Filter) -> None:
        """Raises ActionError 422 for a value that no document has, naming those that there are."""
        self._facets.check(self._corpus, self._visible_to, within)


class Gate:
    """`by_documents` says that documents are seen by whom their access names (ACCESS=documents), else by every caller
    that was let in.
    """

    def __init__(
        self, library: Library, facets: Facets, *, by_documents: bool, canary: CanaryChoice | None = None
    ) -> None:
        self._library = library
        self._canary = canary
        self._facets = facets
        self._by_documents = by_documents

    def close(self) -> None:
        """Close the corpus, if it is open."""
        self._library.close()

    @contextmanager
    def view(self, trace: Trace) -> Iterator[Seen]:
        """The corpus as the request's caller sees it. Raises ActionError 401 where none was let in; CorpusError."""
        with self._opened(trace, self._principals(_let_in(trace))) as seen:
            yield seen

    @contextmanager
    def public_view(self, trace: Trace) -> Iterator[Seen]:
        """The corpus as anybody sees it: for what is told without a key, where a setting has it told."""
        with self._opened(trace, self._principals(ANYBODY)) as seen:
            yield seen

    @contextmanager
    def linked_view(self, trace: Trace, place: str, via: str, signer: Signer) -> Iterator[Seen]:
        """The corpus as a signed link shows it: through the principal by which whoever was given it saw the place.

        Where the place's document no longer names that one, it is not there.
        """
        with self._corpus(trace) as corpus:
            principals: Principals | None = None
            if self._by_documents:
                record = corpus.record(document_id_in(place.partition("@")[0]))
                access = record.access if record is not None else ()
                principals = frozenset(each for each in access if via and signer.tag(each) == via)
            yield Seen(corpus, principals, note=trace.note_shown, facets=self._facets)

    def link(self, trace: Trace, signer: Signer, base_url: str, place: str, access: tuple[str, ...]) -> str:
        """A link to a place that the request's caller sees, in a document with that access."""
        principals = self._principals(_let_in(trace))
        if principals is None:
            return signer.link(base_url, place)
        return signer.link(base_url, place, via=min(principals.intersection(access), default=None))

    @contextmanager
    def _opened(self, trace: Trace, principals: Principals | None) -> Iterator[Seen]:
        with self._corpus(trace) as corpus:
            yield Seen(corpus, principals, note=trace.note_shown, facets=self._facets)

    @contextmanager
    def _corpus(self, trace: Trace) -> Iterator[Corpus]:
        """The version that is served, or for some the canary; the log tells which."""
        name = trace.caller.name if trace.caller is not None else None
        canary = self._canary is not None and self._canary.takes(name, trace.request_id)
        with self._library.corpus(wait_seconds=trace.seconds_left, canary=canary) as corpus:
            if corpus.version is not None:
                trace.notes["snapshot"] = corpus.version
            yield corpus

    def _principals(self, caller: Caller) -> Principals | None:
        return caller.principals | {EVERYONE} if self._by_documents else None


def _let_in(trace: Trace) -> Caller:
    if trace.caller is None:
        raise ActionError(401, "missing_api_key", "This needs to know who is asking.")
    return trace.caller
