"""Sheets of binary workbooks (XLSB, [MS-XLSB]) as Excel displays them: formats, comments, hidden rows and columns."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.numberformats import BUILT_IN, shown_number
from ingest.reading.readers.ooxml import main_part, relationships
from ingest.reading.readers.package import Package
from ingest.reading.readers.sheets.grid import Sheet
from ingest.reading.readers.sheets.xlsx import Part, Workbook

# Record types ([MS-XLSB] 2.3).
_ROW, _COLUMNS, _MERGED = 0, 60, 176
_PACKED, _ERROR, _BOOLEAN, _REAL, _TEXT, _SHARED, _RICH = 2, 3, 4, 5, 6, 7, 62
_RESULTS = {8: _TEXT, 9: _REAL, 10: _BOOLEAN, 11: _ERROR}  # Formula results, stored like other values.
_WORKBOOK, _SHEET, _SHARED_ITEM = 153, 156, 19
_FORMAT, _CELL_FORMATS, _CELL_FORMATS_END, _CELL_FORMAT = 44, 617, 618, 47
_AUTHOR, _COMMENT, _COMMENT_TEXT = 632, 635, 637
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
_ROW_HIDDEN = 0x10
_LAST_COLUMN = 16_384
_CELL_BYTES = 8  # Column and style, before each value.
_NO_TEXT = 0xFFFFFFFF

_Record = tuple[int, bytes]


def opened(package: Package) -> tuple[Workbook, list[Part]]:
    """The workbook and its sheets in order. Raises DocumentUnreadable."""
    main = main_part(package)
    related = relationships(package, main)
    kinds = {relationship.kind: relationship.target for relationship in related}
    by_identifier = {relationship.identifier: relationship for relationship in related}
    book = Workbook(package)
    parts = []
    try:
        if "sharedStrings" in kinds:
            records = _records(package.read(kinds["sharedStrings"]))
            book.strings = [one_line(_string(body, 1)[0]) for kind, body in records if kind == _SHARED_ITEM]
        if "styles" in kinds:
            book.codes = _codes(package.read(kinds["styles"]))
        for kind, body in _records(package.read(main)):
            if kind == _WORKBOOK:
                book.is_1904 = bool(body[0] & 1)
            elif kind == _SHEET:
                identifier, after = _string(body, 8)
                found = by_identifier.get(identifier)
                if found is not None:
                    is_hidden = struct.unpack_from("<I", body)[0] != 0
                    parts.append(Part(_string(body, after)[0], found.target, found.kind, is_hidden))
    except (struct.error, IndexError) as error:
        raise _damaged(error) from error
    return book, parts


def read_sheet(book: Workbook, part: Part) -> Sheet:
    """A sheet's cells as displayed. Raises DocumentUnreadable."""
    sheet = Sheet(part.name)
    row = 0
    try:
        for kind, body in _records(book.package.read(part.member)):
            if kind == _ROW:
                (row,) = struct.unpack_from("<I", body)
                if body[11] & _ROW_HIDDEN:
                    sheet.hidden_rows.add(row)
            elif kind == _COLUMNS:
                first, last, _, _, flags = struct.unpack_from("<IIIIH", body)
                if flags & 1:
                    sheet.hidden_columns.update(range(first, min(last, _LAST_COLUMN) + 1))
            elif kind == _MERGED:
                top, bottom, left, right = struct.unpack_from("<IIII", body)
                sheet.merged.append((top, left, bottom, right))
            elif text := _shown(book, _RESULTS.get(kind, kind), body):
                sheet.texts[row, struct.unpack_from("<I", body)[0]] = text
    except (struct.error, IndexError) as error:
        raise _damaged(error) from error
    return sheet


def add_comments(book: Workbook, part: Part, sheet: Sheet) -> None:
    """Add the comments on cells."""
    for relationship in relationships(book.package, part.member):
        if relationship.kind != "comments" or not relationship.target.endswith(".bin"):
            continue
        authors: list[str] = []
        number = row = column = 0
        for kind, body in _records(book.package.read(relationship.target)):
            if kind == _AUTHOR:
                authors.append(one_line(_string(body, 0)[0]))
            elif kind == _COMMENT:
                number, row, _, column = struct.unpack_from("<IIII", body)
            elif kind == _COMMENT_TEXT and (text := one_line(_string(body, 1)[0])):
                author = authors[number] if number < len(authors) else ""
                said = text.removeprefix(f"{author}:").strip() if author else text
                sheet.comments.append(((row, column), author, said))


def _shown(book: Workbook, kind: int, body: bytes) -> str:
    """The text of a cell record; empty for other records."""
    if kind == _SHARED:
        (index,) = struct.unpack_from("<I", body, _CELL_BYTES)
        return book.strings[index] if index < len(book.strings) else ""
    if kind in (_TEXT, _RICH):
        return one_line(_string(body, _CELL_BYTES + (kind == _RICH))[0])
    if kind == _BOOLEAN:
        return "TRUE" if body[_CELL_BYTES] else "FALSE"
    if kind == _ERROR:
        return _ERRORS.get(body[_CELL_BYTES], "#ERROR!")
    if kind not in (_REAL, _PACKED):
        return ""
    value = _packed(body) if kind == _PACKED else struct.unpack_from("<d", body, _CELL_BYTES)[0]
    style = struct.unpack_from("<I", body, 4)[0] & 0xFFFFFF
    code = book.codes[style] if style < len(book.codes) else "General"
    return shown_number(repr(value), code, is_1904=book.is_1904)


def _packed(body: bytes) -> float:
    """A number in 30 bits (2.5.123): an integer or the upper part of a double, perhaps to be divided by 100."""
    (bits,) = struct.unpack_from("<i", body, _CELL_BYTES)
    upper = struct.unpack("<d", struct.pack("<4xi", bits & ~3))[0]
    number = float(bits >> 2) if bits & 2 else float(upper)
    return number / 100 if bits & 1 else number


def _codes(styles: bytes) -> list[str]:
    """The format code of each cell style, in order."""
    own: dict[int, str] = {}
    codes: list[str] = []
    is_within = False
    for kind, body in _records(styles):
        if kind == _FORMAT:
            own[struct.unpack_from("<H", body)[0]] = _string(body, 2)[0]
        elif kind in (_CELL_FORMATS, _CELL_FORMATS_END):
            is_within = kind == _CELL_FORMATS
        elif kind == _CELL_FORMAT and is_within:
            (number,) = struct.unpack_from("<H", body, 2)
            codes.append(own.get(number) or BUILT_IN.get(number, "General"))
    return codes


def _string(body: bytes, start: int) -> tuple[str, int]:
    """The text that begins at `start`, and the offset after it; empty if there is none."""
    (length,) = struct.unpack_from("<I", body, start)
    end = start + 4 + (2 * length if length != _NO_TEXT else 0)
    return body[start + 4 : end].decode("utf-16-le", "replace"), end


def _records(data: bytes) -> Iterator[_Record]:
    """Each record's type and body (2.1.4). Type and length are stored in groups of seven bits."""
    place = 0
    while place < len(data):
        kind, place = data[place], place + 1
        if kind & 0x80:
            kind, place = kind & 0x7F | (data[place] & 0x7F) << 7, place + 1
        length = shift = 0
        for _ in range(4):
            part, place = data[place], place + 1
            length |= (part & 0x7F) << shift
            shift += 7
            if not part & 0x80:
                break
        yield kind, data[place : place + length]
        place += length


def _damaged(error: Exception) -> DocumentUnreadable:
    return DocumentUnreadable(f"The spreadsheet is damaged: {one_line(str(error))}. Open it and save it again.")
