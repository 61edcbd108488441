"""The two table syntaxes of reStructuredText: grid tables, drawn with + - |, and simple tables, between lines of =."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.reading.readers.markup.source import Source

SIMPLE_TABLE = re.compile(r"=+(?: +=+)+\s*$")
GRID_TABLE = re.compile(r"\+[-=+]+\+\s*$")


def grid_rows(lines: Sequence[str]) -> tuple[list[list[str]], int | None]:
    """The rows of a grid table, and the number of header rows."""
    rows: list[list[str]] = []
    heads: int | None = None
    is_open = False
    for line in lines:
        if line.startswith("+"):
            heads = len(rows) if "=" in line and rows else heads
            is_open = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if is_open and len(cells) == len(rows[-1]):
            rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
        else:
            rows.append(cells)
        is_open = True
    return rows, heads


def simple_rows(source: Source) -> tuple[list[list[str]], int | None]:
    """The rows of a simple table, whose columns are divided by the gaps in its lines of =."""
    starts = [match.start() for match in re.finditer("=+", source.at(0))]
    source.take(1)
    rows: list[list[str]] = []
    heads: int | None = None
    while source.more():
        line = source.at(0)
        source.take(1)
        if SIMPLE_TABLE.match(line):
            if heads is not None or not source.at(0).strip():
                break
            heads = len(rows)
        elif line.strip() and not set(line.strip()) <= {"-", " "}:
            cells = [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
            if not cells[0] and rows:
                rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
            else:
                rows.append(cells)
    return rows, heads
