"""Spreadsheets (XLSX, XLSM, ODS): each sheet a heading, each of its tables rows with their columns' names."""

from __future__ import annotations

import datetime
import io

import python_calamine

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.package import Package
from ingest.reading.readers.properties import properties_of
from ingest.reading.readers.sheets.layout import parts_of
from ingest.reading.readers.tables import SPANNED

_Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    package = Package(data, kind="spreadsheet")  # Refuses bombs before calamine unpacks them.
    composer = Composer()
    hidden = []
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                if sheet.visible is not python_calamine.SheetVisibleEnum.Visible:
                    hidden.append(sheet.name)
                    continue
                _write(composer, book.get_sheet_by_name(sheet.name))
    except python_calamine.CalamineError as error:
        raise DocumentUnreadable(f"The spreadsheet is damaged: {error}. Open it and save it again.") from error
    if hidden:
        composer.note(f"Hidden sheets were left out: {', '.join(hidden)}.")
    if not any(block.kind != "heading" for block in composer.blocks):
        raise DocumentEmpty("The spreadsheet holds no text.")
    properties = properties_of(package)
    return [composer.finish(title=properties.title, updated_at=properties.updated_at, metadata=properties.metadata)]


def _write(composer: Composer, sheet: python_calamine.CalamineSheet) -> None:
    rows = [[shown(value) for value in row] for row in sheet.to_python()]
    if not any(map(any, rows)):
        return
    _mark_merged(rows, sheet)
    composer.heading(sheet.name, 1)
    for part in parts_of(rows):
        if part.is_table:
            composer.table(part.lines)
        else:
            composer.paragraph(part.lines[0])


def _mark_merged(rows: list[list[str]], sheet: python_calamine.CalamineSheet) -> None:
    """Cells merged across are SPANNED, cells merged down repeat their text."""
    top, left = sheet.start or (0, 0)
    for (first_row, first_column), (last_row, last_column) in sheet.merged_cell_ranges or ():
        row, column = first_row - top, first_column - left
        if not (0 <= row < len(rows) and 0 <= column < len(rows[row]) and rows[row][column]):
            continue
        text = rows[row][column]
        for below in range(row, min(last_row - top + 1, len(rows))):
            rows[below][column] = text
            for across in range(column + 1, min(last_column - left + 1, len(rows[below]))):
                rows[below][across] = SPANNED


def shown(value: _Value) -> str:
    """A cell's value as a reader would write it: whole numbers without a point, times in ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return one_line(str(value))
