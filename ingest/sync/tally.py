"""What a run's changes add to its report and to its progress."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.reading.reader_process import size_of
from ingest.report import Report
from ingest.sources.found import Item
from ingest.sync.outcome import Added, Change, Failed, Granted, Removed, Sent, Skipped, Stored, Unchanged
from ingest.work import Work

# How much text a byte of a file gives, beside a byte of plain text: counted in tokens over docs and examples/handbook;
# of the other packed formats reckoned by these.
_TEXT_IN = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".xml", ".xlsx", ".ods", ".epub"), 0.5),
    **dict.fromkeys((".pdf", ".svg", ".rtf", ".doc", ".xls", ".eml", ".msg"), 0.15),
    **dict.fromkeys((".docx", ".pptx", ".odt", ".odp", ".ppt"), 0.05),
}


def weight_of(item: Item) -> int:
    """How much work an item counts for: its bytes, if known, scaled by how much of them is text."""
    if item.path is None:
        return 1
    return max(1, round(size_of(item.path) * _TEXT_IN.get(item.path.suffix.lower(), 1.0)))


def note_read(work: Work, item: Item, found: Sequence[Change]) -> None:
    """Note that the item was read, and chunked if there is something new in it."""
    added = [change for change in found if isinstance(change, Added | Stored)]
    if added:
        work.bytes_read += weight_of(item)
    else:
        work.bytes_same += weight_of(item)
    work.cut += sum(change.record.chunks for change in added)
    work.reading = item.source


def tally(change: Change, report: Report) -> None:
    """Count what a change says by itself; a new document counts once it is stored."""
    match change:
        case Unchanged():
            report.unchanged += 1
        case Granted(record):
            report.updated += 1
            report.changes.append(("updated", record.source))
        case Removed(_, source):
            report.note_removed([source])
        case Failed(source, error):
            report.failed.append((source, error))
        case Skipped(source, reason):
            report.skipped.append((source, reason))
        case Stored():
            tally_stored(change, report)
        case Sent(texts):
            report.embedded += texts
            report.work.embedded += texts


def tally_stored(change: Added | Stored, report: Report) -> None:
    """Count a document that has been stored."""
    record = change.record
    if change.replaces:
        report.updated += 1
    else:
        report.added += 1
    report.changes.append(("updated" if change.replaces else "added", record.source))
    report.chunks += record.chunks
    report.work.written += record.chunks
    report.tokens += record.tokens
    report.notes.extend((record.source, note) for note in change.notes)
