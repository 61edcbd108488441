"""Say in one line what the figures of a table are: its caption, its columns, its rows. Pure.

The line is context for model and lexical index, as headings are, and never part of the text. It consists of the table's
own words, so it suits every language.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from corpus.tokens import Tokenizer
from ingest.reading.document import Block, Document

MIN_SHARE = 0.5  # Of a chunk, to be called a table, and of its rows, to be called one of figures.
MAX_TOKENS = 64
MIN_TOKENS = 8
_CAPTION_BLOCKS = 4
_CAPTION_WORDS = 14
_NAME_CHARS = 60
_COLUMNS, _ROWS = 6, 12
_HEAD_LINES = 6
_CELLS = re.compile(r"\s*[|;]\s*")
_FIGURE = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]{3,}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SIGNS = re.compile(r"(?:\s*[$€£%])+")


def table_line(document: Document, start: int, end: int, *, tokenizer: Tokenizer, room: int) -> str | None:
    """What the table says of itself that makes up most of `text[start:end]`, in at most `room` tokens; None where there
    is none, no room, or nothing to say."""
    blocks = document.blocks
    first = bisect_right(blocks, start, key=lambda block: block.end)
    last = bisect_left(blocks, end, key=lambda block: block.start)
    tables = [place for place in range(first, last) if blocks[place].kind == "table"]
    size = sum(min(blocks[place].end, end) - max(blocks[place].start, start) for place in tables)
    room = min(room, MAX_TOKENS)
    if not tables or size < MIN_SHARE * (end - start) or room < MIN_TOKENS:
        return None
    table = blocks[tables[0]]
    if not _holds_figures(document.text[max(start, table.start) : end]):
        return None
    rows = _rows(document.text[max(start, table.start) : end])
    if len(rows) < 2:  # A table that lost its header to the one before it, with the same rows.
        rows = _rows_before(document, tables[0]) or rows
    named = [_caption(document, tables[0]), ", ".join(_columns(document.text[table.start : table.end]))]
    line = ": ".join(each for each in (*named, ", ".join(rows[:_ROWS])) if each)
    ends = tokenizer.ends(line)
    line = line[: ends[room - 1]].rstrip(" ,:") if len(ends) > room else line
    return line or None


def _holds_figures(table: str) -> bool:
    """Whether at least half of its rows have a figure beside their name."""
    rest = [line[len(_CELLS.split(line, 1)[0]) :] for line in table.splitlines()]
    return sum(bool(_FIGURE.search(each)) for each in rest) >= MIN_SHARE * len(rest) > 0


def _caption(document: Document, place: int) -> str:
    """The short lines right above the table: its name, and the unit of its figures."""
    above: list[str] = []
    for block in reversed(document.blocks[max(0, place - _CAPTION_BLOCKS) : place]):
        if block.kind == "table":
            continue
        words = document.text[block.start : block.end].split()
        if block.kind not in ("heading", "paragraph") or len(words) > _CAPTION_WORDS:
            break
        if _WORD.search(line := " ".join(words).strip("#* ")):
            above.append(line)
        if len(above) == 2:
            break
    return ", ".join(reversed(above))


def _columns(table: str) -> Sequence[str]:
    """The names that come before the figures of its first rows, as `Year 2023: 46,298`."""
    cells = [cell for line in table.splitlines()[:_HEAD_LINES] for cell in _CELLS.split(line)[1:] if ": " in cell]
    names = [_SIGNS.sub("", cell.partition(": ")[0]).strip() for cell in cells]
    return _distinct(name for name in names if _WORD.search(name) or _YEAR.search(name))[:_COLUMNS]


def _rows(table: str) -> Sequence[str]:
    """The first cells of its rows, without the column's name."""
    cells = [_CELLS.split(line, 1)[0] for line in table.splitlines()]
    names = [_SIGNS.sub("", cell.rpartition(": ")[2]).strip(" .…:") for cell in cells]
    return _distinct(name for name in names if _WORD.search(name) and len(name) <= _NAME_CHARS)


def _rows_before(document: Document, place: int) -> Sequence[str]:
    before: Block | None = next(
        (block for block in reversed(document.blocks[max(0, place - 2) : place]) if block.kind == "table"), None
    )
    return _rows(document.text[before.start : before.end]) if before else []


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
