"""What a run of `ingest add` did, for people and machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from corpus.errors import SettingsError
from ingest.work import Work


@dataclass(slots=True)
class Report:
    """`added`, `updated`, `unchanged`, `removed` count documents; `chunks` and `tokens` are of the documents stored in
    this run; `embedded` counts the texts that were sent to the model; `notes` are remarks on stored documents; `files`
    counts the files that were looked at; `changes` names documents, as ("added" | "updated" | "removed", source);
    `stopped` says that Ctrl-C ended the run early;
    `index_seconds` is what making the vector index anew took, where so large a `dead_share` of its places was dead;
    `without_access` counts the stored documents that name nobody who may see them, where others do or must;
    `work` is how far it has come; `price_usd` is what a dry run says that embedding would cost.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)
    chunks: int = 0
    tokens: int = 0
    embedded: int = 0
    seconds: float = 0.0
    files: int = 0
    stopped: bool = False
    price_usd: float | None = None
    dead_share: float = 0.0
    index_seconds: float | None = None
    without_access: int | None = None
    work: Work = field(default_factory=Work)

    def note_removed(self, sources: Iterable[str]) -> None:
        """Count and name documents that are gone."""
        for source in sources:
            self.removed += 1
            self.changes.append(("removed", source))

    def to_json(self) -> dict[str, object]:
        """The object that `ingest add --json` prints."""
        price = {} if self.price_usd is None else {"price_usd": round(self.price_usd, 6)}
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "failed": [{"source": source, "error": error} for source, error in self.failed],
            "skipped": [{"source": source, "reason": reason} for source, reason in self.skipped],
            "notes": [{"source": source, "note": note} for source, note in self.notes],
            "changes": [{"change": change, "source": source} for change, source in self.changes],
            "chunks": self.chunks,
            "tokens": self.tokens,
            "embedded": self.embedded,
            "seconds": round(self.seconds, 2),
            "index_made_anew_seconds": None if self.index_seconds is None else round(self.index_seconds, 2),
            **price,
            **({} if self.without_access is None else {"without_access": self.without_access}),
        }


def check_report(path: Path) -> None:
    """Find out before the work whether the report can be written. Raises SettingsError where it cannot."""
    was_there = path.exists()
    try:
        path.open("a").close()
    except OSError as error:
        raise SettingsError(f"--report {path} cannot be written: {error.strerror}. Name another file.") from None
    if not was_there:
        path.unlink(missing_ok=True)


def write_report(report: Report, path: Path) -> None:
    """Write the JSON object to a file. Raises SettingsError if that is not possible."""
    try:
        path.write_text(json.dumps(report.to_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise SettingsError(f"--report {path} cannot be written: {error.strerror}. Name another file.") from None
