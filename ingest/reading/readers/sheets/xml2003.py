"""Workbooks in a single XML file (XML Spreadsheet), as Excel 2002 and 2003 wrote them and many programs export them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.numberformats import shown_number
from ingest.reading.readers.package import attribute, local_name, parse_xml
from ingest.reading.readers.sheets.grid import Sheet
from ingest.reading.readers.sheets.reader import write_sheets

# Named formats; all others are format codes.
_NAMED = {
    "Percent": "0.00%", "Currency": '"$"#,##0.00', "Standard": "#,##0.00", "Fixed": "0.00", "Scientific": "0.00E+00",
    "General Number": "General", "Euro Currency": "€#,##0.00",
}  # fmt: skip
_MAX_SPAN = 1000


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    root = parse_xml(data, what="spreadsheet")
    codes = {
        attribute(style, "ID") or "": code
        for style in root.iter("{*}Style")
        for form in style
        if local_name(form) == "NumberFormat" and (code := attribute(form, "Format"))
    }
    composer = Composer()
    worksheets = (node for node in root if local_name(node) == "Worksheet")
    write_sheets([(_sheet(node, codes), _is_hidden(node)) for node in worksheets], composer)
    if not any(block.kind != "heading" for block in composer.blocks):
        raise DocumentEmpty("The spreadsheet holds no text.")
    return [composer.finish()]


def _is_hidden(worksheet: etree._Element) -> bool:
    return any((node.text or "") != "SheetVisible" for node in worksheet.iter("{*}Visible"))


def _sheet(worksheet: etree._Element, codes: Mapping[str, str]) -> Sheet:
    sheet = Sheet(attribute(worksheet, "Name") or "")
    table = next((node for node in worksheet if local_name(node) == "Table"), None)
    for column, node in _placed(table, "Column"):
        if attribute(node, "Hidden") == "1":
            sheet.hidden_columns.update(range(column, column + _number(node, "Span", 0) + 1))
    for row, node in _placed(table, "Row"):
        if attribute(node, "Hidden") == "1":
            sheet.hidden_rows.update(range(row, row + _number(node, "Span", 0) + 1))
        for column, cell in _placed(node, "Cell"):
            _add_cell(sheet, cell, (row, column), codes)
    return sheet


def _placed(around: etree._Element | None, name: str) -> Iterator[tuple[int, etree._Element]]:
    """The elements of that name, each with its position: the one it states, or the next one."""
    place = 0
    for node in around if around is not None else ():
        if local_name(node) == name:
            place = _number(node, "Index", place + 1) - 1
            yield place, node
            across = _number(node, "MergeAcross", 0) if name == "Cell" else _number(node, "Span", 0)
            place += 1 + across


def _add_cell(sheet: Sheet, cell: etree._Element, place: tuple[int, int], codes: Mapping[str, str]) -> None:
    row, column = place
    for node in cell:
        if local_name(node) == "Data":
            text = one_line("".join(str(part) for part in node.itertext()))
            kind = attribute(node, "Type")
            if kind == "Number":
                code = codes.get(attribute(cell, "StyleID") or "", "General")
                text = shown_number(text, _NAMED.get(code, code))
            elif kind == "DateTime":
                text = text.removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
            elif kind == "Boolean":
                text = "TRUE" if text == "1" else "FALSE"
            if text:
                sheet.texts[place] = text
        elif local_name(node) == "Comment":
            said = one_line("".join(str(part) for part in node.itertext()))
            author = one_line(attribute(node, "Author") or "")
            sheet.comments.append((place, author, said.removeprefix(f"{author}:").strip() if author else said))
    across, down = (_number(cell, name, 0) for name in ("MergeAcross", "MergeDown"))
    if across or down:
        sheet.merged.append((row, column, row + down, column + across))


def _number(node: etree._Element, name: str, default: int) -> int:
    value = attribute(node, name) or ""
    return min(int(value), 1_048_576 if name == "Index" else _MAX_SPAN) if value.isdecimal() else default
