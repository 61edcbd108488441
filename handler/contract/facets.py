"""The values of the corpus's own fields, where they are few: the model then picks one instead of guessing."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from corpus.filterable import ANY, NOT, FilterField, is_of_kind
from corpus.filters import Filter
from corpus.records import DocumentRecord, MetadataValue, composed
from corpus.searching.projection import Projection
from corpus.subject import ORGANISATION, spellings_of
from handler.contract.validation import allowed_of, invalid

if TYPE_CHECKING:
    from corpus.searching.corpus import Corpus

logger = logging.getLogger("handler")

MAX_VALUES = 20
MAX_VALUE_CHARS = 100
KEPT_SECONDS = 60.0
TAGS = FilterField("tags", "list")

CALLERS_KEPT = 256

Value = str | int
Values = Mapping[str, tuple[Value, ...]]
# By field; beyond the number that is listed not all are kept.
Held = Mapping[str, set[Value]]
_ByAccess = Mapping[tuple[str, ...], Held]  # By the documents' access.

# For a document its access, the values of each field, and the fields whose value is of the wrong kind, with it.
_Said = tuple[tuple[str, ...], tuple[frozenset[Value], ...], tuple[tuple[str, str], ...]]


class Facets:
    """The values of tags and of the filterable texts and whole numbers, as each caller sees them.

    Computed for all when first needed, by the documents' access, and cached.
    """

    def __init__(self, fields: Sequence[FilterField], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = fields
        self._told: dict[str, int] = {}
        self._fields = [field for field in (TAGS, *fields) if field.kind in ("str", "list", "int")]
        self._lock = threading.Lock()
        self._kept: _ByAccess | None = None
        self._seen: dict[frozenset[str] | None, Values] = {}
        self._until = 0.0
        self._state: object = None
        self._counting = False
        self._held: tuple[object, Projection[_Said]] | None = None

    def known(self, visible_to: frozenset[str] | None) -> Values:
        """The values that the principals see, as counted in the last minute; none if that is longer ago, because
        somebody may no longer be allowed to see them.
        """
        kept = self._kept
        return {} if kept is None or self._clock() > self._until else self._seen_in(kept, visible_to)

    def values(self, corpus: Corpus, visible_to: frozenset[str] | None, *, fresh: bool = False) -> Values:
        """The sorted values of each field that has at most 20, as of a minute ago at most, among the documents that
        the principals see; None sees all. Raises StoreError.
        """
        return self._seen_in(self._counted_lately(corpus, fresh=fresh), visible_to)

    def held(self, corpus: Corpus, visible_to: frozenset[str] | None) -> list[Held]:
        """What `values` are computed from, for combining several corpora. Raises StoreError."""
        return _seen_by(visible_to, self._counted_lately(corpus))

    def check(self, corpus: Corpus, visible_to: frozenset[str] | None, within: Filter) -> None:
        """Raises ActionError 422 for a value that no document they see has, listing the existing ones."""
        asked = _asked(within)
        if not self._counted_fields(asked):
            return
        # Of any age: newer documents are only looked up if they are needed.
        known = self._seen_in(self._kept or self._counted_lately(corpus), visible_to)
        if any(_unknown(known, name, values) for name, values in asked.items()):
            # It may have been stored a moment ago.
            known = self.values(corpus, visible_to, fresh=True)
        check_known(known, within)

    def has(self, corpus: Corpus, visible_to: frozenset[str] | None, within: Filter) -> bool:
        """Whether a document that they see has any value of the fields that are asked about. Raises StoreError."""
        fields = self._counted_fields(_asked(within))
        return any(each.get(field) for field in fields for each in (self.held(corpus, visible_to) if fields else ()))

    def _counted_fields(self, asked: Mapping[str, Sequence[object]]) -> list[str]:
        """The fields whose values are counted, of those that are asked about."""
        names = [field.name for field in self._fields]
        return [name for name in names if asked.get(name) or asked.get(name + ANY)]

    def _counted_lately(self, corpus: Corpus, *, fresh: bool = False) -> _ByAccess:
        state = corpus.store.state()
        with self._lock:
            # Nothing was written since; and a value that nobody has costs no count of all documents.
            if self._kept is not None and state == self._state:
                self._until = max(self._until, self._clock() + KEPT_SECONDS)
                return self._kept
            # One thread counts anew for all: the others continue with what is known.
            if self._kept is not None and not fresh and (self._counting or self._clock() <= self._until):
                return self._kept
            self._counting = True
        try:
            counted = self._counted(corpus)
            with self._lock:
                self._kept, self._until, self._state = counted, self._clock() + KEPT_SECONDS, state
                self._seen = {}
        finally:
            with self._lock:
                self._counting = False
        return counted

    def _counted(self, corpus: Corpus) -> _ByAccess:
        if self._held is None or self._held[0] is not corpus.store:
            same: dict[_Said, _Said] = {}  # Many documents have the same values: each is kept once.
            self._held = (corpus.store, Projection(corpus.store, lambda record: _once(same, self._said_by(record))))
        found: dict[tuple[str, ...], dict[str, set[Value]]] = {}
        said = Counter(self._held[1].current().values())
        self._tell_other_kinds(said)
        for access, values, _ in said:
            held = found.setdefault(access, {field.name: set() for field in self._fields})
            for field, each in zip(self._fields, values, strict=True):
                if len(held[field.name]) <= MAX_VALUES:
                    held[field.name] |= each
        return found

    def _said_by(self, record: DocumentRecord) -> _Said:
        values = tuple(frozenset(_values(record.metadata.get(field.name), field)) for field in self._fields)
        held = ((field, record.metadata[field.name]) for field in self._all if field.name in record.metadata)
        others = tuple((field.name, type(value).__name__) for field, value in held if not is_of_kind(value, field.kind))
        return record.access, values, others

    def _seen_in(self, counted: _ByAccess, visible_to: frozenset[str] | None) -> Values:
        with self._lock:
            if counted is self._kept and visible_to in self._seen:
                return self._seen[visible_to]
        seen = told(_seen_by(visible_to, counted))
        with self._lock:
            if counted is self._kept:
                if len(self._seen) >= CALLERS_KEPT:
                    self._seen.clear()
                self._seen[visible_to] = seen
        return seen

    def _tell_other_kinds(self, said: Mapping[_Said, int]) -> None:
        """Log, once for each number of them, that documents have a field value that no filter by it finds."""
        for field in self._all:
            kinds = Counter[str]()
            for (_, _, others), documents in said.items():
                kinds.update({kind: documents for name, kind in others if name == field.name})
            if kinds and self._told.get(field.name) != kinds.total():
                found = ", ".join(sorted(kinds))
                fields = {"field": field.name, "kind": field.kind, "documents": kinds.total(), "found": found}
                logger.warning("filter_passes_over_documents", extra={"fields": fields})
            self._told[field.name] = kinds.total()


def check_known(known: Values, within: Filter) -> None:
    """Raises ActionError 422 for a value that is not among the known ones, listing these."""
    for name, values in _asked(within).items():
        if _unknown(known, name, values):
            allowed = allowed_of(known[name], as_list=name not in within.metadata)
            raise invalid(f'"{name}" has a value that no document has.{allowed}')


def _asked(within: Filter) -> dict[str, Sequence[object]]:
    """The values that documents should have, by the field of the request."""
    asked: dict[str, Sequence[object]] = {"tags": within.tags}
    asked |= {name: (value,) for name, value in within.metadata.items()}
    return asked | {name + ANY: values for name, values in within.metadata_any.items()}


def _once(same: dict[_Said, _Said], said: _Said) -> _Said:
    return same.setdefault(said, said)


def _sees(visible_to: frozenset[str] | None, access: Sequence[str]) -> bool:
    return visible_to is None or not visible_to.isdisjoint(access)


def _seen_by(visible_to: frozenset[str] | None, counted: _ByAccess) -> list[Held]:
    return [held for access, held in counted.items() if _sees(visible_to, access)]


def told(counted: Iterable[Held]) -> Values:
    """The sorted values of each field that has few in all corpora together."""
    found: dict[str, set[Value]] = {}
    for held in counted:
        for name, values in held.items():
            found[name] = found.get(name, set()) | values
    return {
        name + ending: tuple(sorted(values, key=lambda value: (isinstance(value, str), value)))
        for name, values in found.items()
        if 0 < len(values) <= MAX_VALUES and max(len(str(value)) for value in values) <= MAX_VALUE_CHARS
        for ending in ("", ANY, NOT)
    }


def _unknown(known: Values, name: str, values: Sequence[object]) -> bool:
    return name in known and any(_forms(name, value).isdisjoint(known[name]) for value in values)


def _values(value: MetadataValue | None, field: FilterField) -> set[Value]:
    """Those that can be asked for."""
    if field.kind == "int":
        return {value} if isinstance(value, int) and not isinstance(value, bool) else set()
    if isinstance(value, list):
        return set(map(composed, value))
    return {composed(value)} if isinstance(value, str) else set()


def _forms(name: str, value: object) -> set[object]:
    """The spellings in which documents may have the value."""
    if not isinstance(value, str):
        return {value}
    return set(map(composed, spellings_of(value) if name.removesuffix(ANY) == ORGANISATION else [value]))
