"""The single gate: every route reaches the corpora through it, and sees only what its caller may see.

Deny by default. A request without an admitted caller gets no corpus. A corpus that the caller may not use behaves as if
it did not exist. Nothing else in the handler hands out a library's corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from corpus.canary import CanaryChoice
from corpus.corpora import usable
from corpus.principals import EVERYONE
from corpus.records import document_id_in, named_id, parted_id
from handler.access.caller import ANYBODY, Caller
from handler.access.links import Signer
from handler.contract.errors import ActionError
from handler.contract.facets import Values
from handler.contract.validation import allowed_of, invalid
from handler.corpora.caller_view import Principals, Seen
from handler.corpora.combined import Opener, Together
from handler.corpora.libraries import Libraries
from handler.observing.trace import Trace

if TYPE_CHECKING:
    from corpus.searching.corpus import Corpus
    from corpus.searching.view import Note

LINKED = Caller(name="link")  # Whoever has a signed link to a passage.
MAX_TOLD = 20  # Names of corpora in a log line.


class Gate:
    """`by_documents`: documents are seen by those whom their access names (ACCESS=documents), else by every admitted
    caller; `by_claims`: tokens name the corpora that their callers may use.
    """

    def __init__(
        self,
        libraries: Libraries,
        *,
        by_documents: bool,
        by_claims: bool = False,
        canary: CanaryChoice | None = None,
        patience_seconds: float = 2.0,
    ) -> None:
        self._libraries = libraries
        self._canary = canary
        self._by_documents = by_documents
        self._by_claims = by_claims
        self._patience_seconds = patience_seconds

    def close(self) -> None:
        """Close what is open."""
        self._libraries.close()

    def corpora(self, caller: Caller) -> tuple[str, ...]:
        """The names of the corpora that the caller may use; a single one without a name."""
        if self._libraries.entries[0].name == "":
            return ("",)
        by_claims = self._by_claims and caller.subject is not None
        return usable(self._libraries.entries, caller.principals | {EVERYONE}, by_claims=by_claims)

    def shared(self, callers: Iterable[Caller]) -> tuple[str, ...]:
        """The names of the corpora that all of the callers may use: what anybody may be told."""
        theirs = [set(self.corpora(caller)) for caller in callers]
        return tuple(entry.name for entry in self._libraries.entries if all(entry.name in each for each in theirs))

    @contextmanager
    def view(self, trace: Trace, corpora: Sequence[str] | None = None) -> Iterator[Together]:
        """The corpora as the request's caller sees them: those named, or all that they may use.

        Raises ActionError 401 without an admitted caller, 403 if they may use none, 422 for a name that they may not
        use; CorpusError.
        """
        caller = _let_in(trace)
        with self._together(trace, self._asked(caller, corpora), self._principals(caller)) as together:
            yield together

    @contextmanager
    def public_view(self, trace: Trace, corpora: Sequence[str] = ("",)) -> Iterator[Together]:
        """Those corpora as anybody sees them: for what is public because a setting says so."""
        with self._together(trace, corpora, self._principals(ANYBODY)) as together:
            yield together

    @contextmanager
    def linked_view(self, trace: Trace, place: str, via: str, signer: Signer) -> Iterator[Together]:
        """The corpus as a signed link shows it: through the principal by which the recipient saw the place.

        If the place's document no longer names that principal, it is not found.
        """
        name, own = parted_id(place)

        def principals_in(corpus: Corpus) -> Principals | None:
            if not self._by_documents:
                return None
            record = corpus.record(document_id_in(own.partition("@")[0]))
            access = record.access if record is not None else ()
            return frozenset(each for each in access if via and signer.tag(each) == via)

        names = [entry.name for entry in self._libraries.entries if entry.name == name]
        openers: dict[str, Opener] = {each: lambda note: self._seen(trace, name, principals_in, note) for each in names}
        with self._asking(trace, openers) as together:
            yield together

    def known(self, trace: Trace) -> Callable[[], Values]:
        """A function that returns the values counted last among what the request's caller sees."""
        caller = _let_in(trace)
        principals = self._principals(caller)

        def known() -> Values:
            facets = self._libraries.facets(self.corpora(caller))
            return {name: values for each in facets for name, values in each.known(principals).items()}

        return known

    def link(self, trace: Trace, signer: Signer, base_url: str, place: str, access: tuple[str, ...]) -> str:
        """A link to a place that the request's caller sees, in a document with that access."""
        principals = self._principals(_let_in(trace))
        if principals is None:
            return signer.link(base_url, place)
        return signer.link(base_url, place, via=min(principals.intersection(access), default=None))

    def _asked(self, caller: Caller, corpora: Sequence[str] | None) -> Sequence[str]:
        may_use = self.corpora(caller)
        if not may_use:
            raise ActionError(
                403,
                "no_corpus",
                "There is no corpus here that this key or token may use. Whoever runs this server can allow it one.",
            )
        if corpora is None:
            return may_use
        if unknown := [each for each in corpora if each not in may_use]:
            raise invalid(f'"corpus" names {unknown[0]!r}, which is none here.{allowed_of(may_use, as_list=True)}')
        return list(dict.fromkeys(corpora))

    @contextmanager
    def _together(self, trace: Trace, names: Sequence[str], principals: Principals | None) -> Iterator[Together]:
        def opener(name: str) -> Opener:
            return lambda note: self._seen(trace, name, lambda _: principals, note)

        with self._asking(trace, {name: opener(name) for name in names}) as together:
            yield together

    @contextmanager
    def _asking(self, trace: Trace, openers: dict[str, Opener]) -> Iterator[Together]:
        if any(openers):
            trace.notes["corpora"] = ",".join(list(openers)[:MAX_TOLD])
        with ExitStack() as held:
            together = Together(
                openers, held, trace=trace, doubts=self._libraries.doubts, patience_seconds=self._patience_seconds
            )
            held.callback(together.end)
            yield together
        if together.partial:
            trace.notes["partial"] = ",".join(together.partial[:MAX_TOLD])

    @contextmanager
    def _seen(
        self, trace: Trace, name: str, principals_in: Callable[[Corpus], Principals | None], note: Note
    ) -> Iterator[Seen]:
        """The served version, or for some callers the canary; the log says which."""
        caller = trace.caller.name if trace.caller is not None else None
        canary = self._canary is not None and self._canary.takes(caller, trace.request_id)
        shelf = self._libraries.shelf(name)
        with shelf.library.corpus(wait_seconds=trace.seconds_left, canary=canary) as corpus:
            if corpus.version is not None:
                trace.notes["snapshot"] = named_id(name, corpus.version)
            yield Seen(corpus, principals_in(corpus), note=note, facets=shelf.facets)

    def _principals(self, caller: Caller) -> Principals | None:
        return caller.principals | {EVERYONE} if self._by_documents else None


def _let_in(trace: Trace) -> Caller:
    if trace.caller is None:
        raise ActionError(401, "missing_api_key", "This needs to know who is asking.")
    return trace.caller
