"""Sheets of XLS workbooks ([MS-XLS]) as Excel displays them: formats, comments, hidden rows and columns."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import xlrd
from xlrd.compdoc import CompDocError

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.numberformats import shown_number
from ingest.reading.readers.sheets.grid import Sheet

# What xlrd raises on damaged files, besides its own errors.
_FAULTS = (
    xlrd.XLRDError, CompDocError, struct.error, AssertionError, AttributeError, IndexError, KeyError, TypeError,
    UnicodeError, ValueError, OverflowError,
)  # fmt: skip


def sheets_of(data: bytes) -> list[tuple[Sheet, bool]]:
    """The sheets in order, and whether each is hidden. Raises DocumentUnreadable."""
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        return [(_read(book, sheet), sheet.visibility != 0) for sheet in book.sheets()]
    except _FAULTS as error:
        reason = one_line(str(error))[:120] or type(error).__name__
        raise DocumentUnreadable(f"The spreadsheet is damaged or has a password: {reason}. Save it again.") from error


def _read(book: xlrd.Book, source: xlrd.sheet.Sheet) -> Sheet:
    sheet = Sheet(source.name)
    for row in range(source.nrows):
        for column, cell in enumerate(source.row(row)):
            text = _shown(book, cell)
            sheet.unshown += not text and cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE)
            if text:
                sheet.texts[row, column] = text
    sheet.merged = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in source.merged_cells]
    sheet.hidden_rows = {row for row, about in source.rowinfo_map.items() if about.hidden}
    sheet.hidden_columns = {column for column, about in source.colinfo_map.items() if about.hidden}
    sheet.comments = list(_comments(source))
    return sheet


def _comments(source: xlrd.sheet.Sheet) -> Iterator[tuple[tuple[int, int], str, str]]:
    for place, note in sorted(source.cell_note_map.items()):
        author, text = one_line(note.author or ""), one_line(note.text or "")
        if text:
            yield place, author, text.removeprefix(f"{author}:").strip() if author else text


def _shown(book: xlrd.Book, cell: xlrd.sheet.Cell) -> str:
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return one_line(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#ERROR!"))
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return shown_number(repr(cell.value), _code(book, cell), is_1904=book.datemode == 1)
    return ""


def _code(book: xlrd.Book, cell: xlrd.sheet.Cell) -> str:
    """The format code of a cell."""
    index = cell.xf_index
    key = book.xf_list[index].format_key if index is not None and index < len(book.xf_list) else 0
    found = book.format_map.get(key)
    return str(found.format_str) if found is not None and found.format_str else "General"
