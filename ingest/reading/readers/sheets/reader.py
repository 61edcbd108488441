"""Spreadsheets: a heading per sheet, and tables as rows with column names. Cells read as they are displayed."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence

import python_calamine

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.contents import COMPOUND_FILE
from ingest.reading.readers.drawingml import all_text, write_chart
from ingest.reading.readers.odf.reader import open_package
from ingest.reading.readers.ooxml import main_part, relationships
from ingest.reading.readers.package import Package, local_name
from ingest.reading.readers.properties import Properties, properties_of
from ingest.reading.readers.sheets import ods, xls, xlsb, xlsx
from ingest.reading.readers.sheets.grid import Sheet, named
from ingest.reading.readers.sheets.layout import parts_of
from ingest.reading.readers.tables import lines

_Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta
_STREAMS = ("Workbook".encode("utf-16-le"), "Book\x00".encode("utf-16-le"))  # Stream names of XLS files.
_MAX_NAMED = 5


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    composer = Composer()
    if data.startswith(COMPOUND_FILE) and any(
        name in data for name in _STREAMS
    ):  # Otherwise it is an encrypted package.
        properties = Properties()
        try:
            write_sheets(xls.sheets_of(data), composer)
        except DocumentUnreadable:
            if composer.blocks or b"E\x00n\x00c\x00r\x00y\x00p\x00t" in data:
                raise
            _read_binary(data, composer)  # calamine reads no formats, but accepts some damaged files.
    else:
        package = Package(data, kind="spreadsheet")
        if "content.xml" in package:
            package = open_package(data)  # Which refuses those that are encrypted.
            properties = properties_of(package)
            write_sheets(list(ods.sheets_of(package)), composer)
        else:
            properties = properties_of(package)
            _read_workbook(package, composer)
    if not any(block.kind != "heading" for block in composer.blocks):
        raise DocumentEmpty("The spreadsheet holds no text.")
    return [composer.finish(title=properties.title, updated_at=properties.updated_at, metadata=properties.metadata)]


def _read_workbook(package: Package, composer: Composer) -> None:
    is_binary = main_part(package).endswith(".bin")
    book, parts = xlsb.opened(package) if is_binary else xlsx.opened(package)
    _tell_hidden(composer, [part.name for part in parts if part.is_hidden])
    for part in parts:
        if part.is_hidden:
            continue
        if part.kind == "worksheet":
            sheet = xlsb.read_sheet(book, part) if is_binary else xlsx.read_sheet(book, part)
            (xlsb if is_binary else xlsx).add_comments(book, part, sheet)
            _write(composer, sheet)
        _write_drawings(package, part.member, composer)


def write_sheets(sheets: Sequence[tuple[Sheet, bool]], composer: Composer) -> None:
    """Write the sheets; each comes with a flag that says whether it is hidden."""
    _tell_hidden(composer, [sheet.name for sheet, is_hidden in sheets if is_hidden])
    for sheet, is_hidden in sheets:
        if not is_hidden:
            _write(composer, sheet)


def _read_binary(data: bytes, composer: Composer) -> Properties:
    """Read XLS with calamine, which ignores formats: numbers appear as they are stored."""
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            sheets = [sheet for sheet in book.sheets_metadata if sheet.typ is python_calamine.SheetTypeEnum.WorkSheet]
            visible = [sheet.name for sheet in sheets if sheet.visible is python_calamine.SheetVisibleEnum.Visible]
            _tell_hidden(composer, [sheet.name for sheet in sheets if sheet.name not in visible])
            for name in visible:
                cells = book.get_sheet_by_name(name)
                top, left = cells.start or (0, 0)
                texts = {
                    (top + row, left + column): text
                    for row, values in enumerate(cells.to_python())
                    for column, value in enumerate(values)
                    if (text := shown(value))
                }
                _write(
                    composer, Sheet(name, texts, [(*first, *last) for first, last in cells.merged_cell_ranges or ()])
                )
    except BaseException as error:  # The parser's panic is not an Exception; others, such as SystemExit, go on.
        if not isinstance(error, python_calamine.CalamineError) and type(error).__name__ != "PanicException":
            raise
        reason = one_line(str(error))[:120]
        raise DocumentUnreadable(f"The spreadsheet is damaged or has a password: {reason}. Save it again.") from error
    return Properties()


def _tell_hidden(composer: Composer, names: Iterable[str]) -> None:
    if hidden := ", ".join(names):
        composer.note(f"Hidden sheets were left out: {hidden}.")


def _write(composer: Composer, sheet: Sheet) -> None:
    if sheet.hidden():
        composer.note("Hidden rows or columns were left out.")
    if sheet.unknown_results:
        places = ", ".join(map(named, sheet.unknown_results[:_MAX_NAMED]))
        more = "…" if len(sheet.unknown_results) > _MAX_NAMED else ""
        composer.note(
            f"Formulas without a stored result, which are not worked out: {len(sheet.unknown_results)} on {sheet.name} "
            f"({places}{more}). Open the file and save it."
        )
    if sheet.unshown:
        composer.note(f"Cells of {sheet.name} whose format shows nothing were left out: {sheet.unshown}.")
    rows = sheet.rows()
    if rows or sheet.comments or sheet.boxes or sheet.charts:
        composer.heading(sheet.name, 1)
    for part in parts_of(rows):
        if part.is_table:
            composer.table(part.lines)
        else:
            composer.paragraph(part.lines[0])
    for place, author, text in sheet.comments:
        composer.paragraph(f"Comment {f'by {author} ' if author else ''}on {named(place)}: {text}")
    for text in sheet.boxes:
        composer.paragraph(text)
    for title, figures in sheet.charts:
        composer.paragraph(title)
        composer.table(lines(figures, header_rows=1))


def _write_drawings(package: Package, member: str, composer: Composer) -> None:
    """Write the text boxes and charts on a sheet."""
    for relationship in relationships(package, member):
        if relationship.kind != "drawing":
            continue
        charts = {other.identifier: other.target for other in relationships(package, relationship.target)}
        root = package.xml(relationship.target)
        for older in list(root.iter("{*}Fallback")):  # For programs that do not know the shape beside it.
            older.clear()
        for node in root.iter():
            if local_name(node) == "txBody":
                composer.paragraph("\n".join(all_text(node)))
            elif local_name(node) == "chart":
                identifier = next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")
                if identifier in charts:
                    write_chart(composer, package.xml(charts[identifier]))


def shown(value: _Value) -> str:
    """A value as people would write it: whole numbers without a decimal point, times in ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return one_line(str(value))
