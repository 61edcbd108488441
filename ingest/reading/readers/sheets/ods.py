"""Sheets of OpenDocument (ODS): cells as the file displays them (OpenDocument 1.3, part 3, 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.numberformats import shown_number
from ingest.reading.readers.odf.pieces import texts_of
from ingest.reading.readers.package import Package, attribute, local_name
from ingest.reading.readers.sheets.grid import Sheet

_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576
_MAX_REPEATED = 1000  # A filled cell or row repeated more often is background.
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S$")
_HIDDEN = ("collapse", "filter")
_GROUPS = ("table-row-group", "table-header-rows", "table-rows", "table-columns", "table-column-group")


def sheets_of(package: Package) -> Iterator[tuple[Sheet, bool]]:
    """The sheets, and whether each is hidden."""
    root = package.xml("content.xml")
    styles = child(root, "automatic-styles")
    hidden_styles = {
        attribute(style, "name")
        for style in (styles if styles is not None else ())
        for about in style
        if attribute(about, "display") == "false"
    }
    book = child(child(root, "body"), "spreadsheet")
    for table in (node for node in (book if book is not None else ()) if local_name(node) == "table"):
        sheet = _sheet(table)
        _add_drawings(sheet, table, package)
        yield sheet, attribute(table, "style-name") in hidden_styles


def _sheet(table: etree._Element) -> Sheet:
    sheet = Sheet(attribute(table, "name") or "")
    column = row = 0
    for node in _opened(table):
        count = _number(node, "columns" if local_name(node) == "table-column" else "rows")
        if local_name(node) == "table-column":
            if attribute(node, "visibility") in _HIDDEN:
                sheet.hidden_columns.update(range(column, min(column + count, _LAST_COLUMN)))
            column += count
        elif local_name(node) == "table-row":
            for repeated in range(min(count, _MAX_REPEATED) if len(node) else 0):
                if not _add_row(sheet, node, row + repeated):
                    break
            row += count
        if row > _LAST_ROW:
            break
    return sheet


def _add_drawings(sheet: Sheet, table: etree._Element, package: Package) -> None:
    """Add the text boxes and charts on the sheet."""
    for node in table.iter(f"{_DRAW}custom-shape", f"{_DRAW}text-box", f"{_DRAW}rect", f"{_DRAW}ellipse"):
        sheet.boxes.extend(filter(None, ["\n".join(filter(None, texts_of(node)))]))
    for node in table.iter(f"{_DRAW}object"):
        member = (attribute(node, "href") or "").removeprefix("./").rstrip("/") + "/content.xml"
        root = package.xml(member) if member in package else None
        figures = next(root.iter("{*}table"), None) if root is not None else None
        if root is not None and figures is not None:
            title = next(root.iter("{urn:oasis:names:tc:opendocument:xmlns:chart:1.0}title"), None)
            sheet.charts.append((" ".join(texts_of(title)), _sheet(figures).rows()))


def _opened(table: etree._Element) -> Iterator[etree._Element]:
    for node in table:
        if local_name(node) in _GROUPS:
            yield from _opened(node)
        else:
            yield node


def _add_row(sheet: Sheet, node: etree._Element, row: int) -> bool:
    """Add a row's cells. Returns False if there are none."""
    column, found = 0, False
    if attribute(node, "visibility") in _HIDDEN:
        sheet.hidden_rows.add(row)
    for cell in node:
        count = _number(cell, "columns")
        if local_name(cell) == "table-cell":
            text = " ".join(text for part in cell if local_name(part) in ("p", "h") for text in texts_of(part) if text)
            if child(cell, "p") is None:
                text = text or _stated(cell)
            elif not text and attribute(cell, "value"):
                sheet.unshown += 1
            if not text and attribute(cell, "formula") and attribute(cell, "value-type") is None:
                sheet.unknown_results.append((row, column))
            note = child(cell, "annotation")
            if note is not None:
                author = " ".join("".join(map(str, part.itertext())) for part in note if local_name(part) == "creator")
                sheet.comments.append(((row, column), author, " ".join(texts_of(note))))
            if text:
                found = True
                sheet.texts.update({(row, column + place): text for place in range(min(count, _MAX_REPEATED))})
            across = int(attribute(cell, "number-columns-spanned") or 1)
            down = int(attribute(cell, "number-rows-spanned") or 1)
            if across > 1 or down > 1:
                sheet.merged.append((row, column, row + down - 1, column + across - 1))
        column += count
    return found


def _stated(cell: etree._Element) -> str:
    """The value of a cell that a program wrote without the text that is shown (OpenDocument 1.3, part 3, 19.385)."""
    kind, value = attribute(cell, "value-type"), attribute(cell, "value") or ""
    if kind == "percentage":
        return shown_number(value, "0.##########%").replace(".%", "%")
    if kind in ("float", "currency"):
        return f"{shown_number(value, 'General')} {attribute(cell, 'currency') or ''}".strip()
    if kind == "boolean":
        return (attribute(cell, "boolean-value") or "").upper()
    if kind == "time" and (match := _DURATION.match(attribute(cell, "time-value") or "")):
        return f"{match[1]}:{match[2]}:{match[3]}"
    return (attribute(cell, f"{kind}-value") or "") if kind in ("date", "string", "time") else ""


def _number(node: etree._Element, what: str) -> int:
    repeated = attribute(node, f"number-{what}-repeated") or "1"
    return int(repeated) if repeated.isdecimal() else 1
