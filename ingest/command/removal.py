"""Which stored documents a call of `ingest remove` means, and removing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.records import DocumentRecord, composed, document_id_of
from corpus.store import Store
from ingest.sources.patterns import Patterns
from ingest.sync.lexical_index import bring_up_to_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """`records` are to be removed, of `stored` in all; `missing` was named but does not exist."""

    records: Sequence[DocumentRecord]
    missing: Sequence[str]
    stored: int

    def to_json(self) -> dict[str, object]:
        """As `ingest remove --json` prints it."""
        changes = [
            {"change": "removed", "document_id": record.document_id, "source": record.source} for record in self.records
        ]
        removed = [record.document_id for record in self.records]
        return {"removed": removed, "missing": list(self.missing), "changes": changes}


def plan_removal(store: Store, named: Sequence[str], pattern: str | None) -> Removal:
    """What is named by id or source, and what the pattern over sources matches, as in .gitignore."""
    stored = {record.document_id: record for record in store.documents()}
    chosen: dict[str, DocumentRecord] = {}
    missing = []
    for name in named:
        record = stored.get(name) or stored.get(document_id_of(composed(name)))
        if record is None:
            missing.append(name)
        else:
            chosen[record.document_id] = record
    if pattern is not None:
        spec = Patterns("--source", [pattern])
        chosen |= {key: record for key, record in stored.items() if spec.match(record.source)}
    return Removal(records=list(chosen.values()), missing=missing, stored=len(stored))


def carry_out(removal: Removal, store: Store) -> None:
    """Remove them, and bring the lexical index up to date."""
    before = {record.document_id: record for record in store.documents()}
    gone = {record.document_id for record in removal.records}
    store.remove(list(gone))
    bring_up_to_date(store, before=before, after={key: value for key, value in before.items() if key not in gone})
