"""CSV and TSV: each row with the names of its columns."""

from __future__ import annotations

import csv
import io
import re

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.tables import lines

_DELIMITERS = ",;\t|"
_STATED = re.compile(r"sep=(.)\n", re.IGNORECASE)  # Excel's line that names the delimiter.
_SAMPLE_CHARACTERS = 65_536
_MAX_CELL_CHARACTERS = 10 * 1024 * 1024


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    text = clean(decode(data))
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    try:
        stated = _STATED.match(text)
        delimiter = stated.group(1) if stated else delimiter_of(text)
        source = io.StringIO(text[stated.end() :] if stated else text)
        rows = list(csv.reader(source, delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise DocumentUnreadable(f"The table cannot be parsed: {error}. Save it as CSV again.") from error
    composer = Composer()
    composer.table(lines(_with_titles_told(rows)))
    if not composer.blocks:
        raise DocumentEmpty("The table holds no text.")
    return [composer.finish()]


def _with_titles_told(rows: list[list[str]]) -> list[list[str]]:
    """The rows. Single-cell rows before the first wider one are padded to its width, because they are titles."""
    first = next((number for number, row in enumerate(rows) if len(row) > 1), 0)
    return [[*row, *[""] * (len(rows[first]) - len(row))] for row in rows[:first] if any(row)] + rows[first:]


def delimiter_of(text: str) -> str:
    """The most evenly used delimiter of the first lines, outside quotes; a comma if there is none."""
    head = text[:_SAMPLE_CHARACTERS].splitlines()[:50]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = [len(row) - 1 for row in csv.reader(head, delimiter=delimiter, skipinitialspace=True)]
        usual = max(set(counts), key=counts.count, default=0)
        score = usual and counts.count(usual) / len(counts) + min(usual, 9) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best
