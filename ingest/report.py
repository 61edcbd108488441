"""What a run of `ingest add` did, for people and machines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from corpus.errors import SettingsError


@dataclass(slots=True)
class Report:
    """`added`, `updated`, `unchanged`, `removed` count documents; `chunks` and `tokens` are of the documents stored in
    this run; `embedded` counts the texts that were sent to the model; `notes` are remarks on stored documents; `files`
    counts the files that were looked at; `stopped` says that Ctrl-C ended the run early;
    `price_usd` is what a dry run says that embedding would cost.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    chunks: int = 0
    tokens: int = 0
    embedded: int = 0
    seconds: float = 0.0
    files: int = 0
    stopped: bool = False
    price_usd: float | None = None

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
            "chunks": self.chunks,
            "tokens": self.tokens,
            "embedded": self.embedded,
            "seconds": round(self.seconds, 2),
            **price,
        }


def write_report(report: Report, path: Path) -> None:
    """Write the JSON object to a file. Raises SettingsError where that cannot be."""
    try:
        path.write_text(json.dumps(report.to_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise SettingsError(f"--report {path} cannot be written: {error.strerror}. Name another file.") from None
