"""Sheets of XLSX workbooks as Excel displays them (ECMA-376, 18.3): formats, comments, hidden rows, drawings."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.numberformats import BUILT_IN, shown_number, shown_text
from ingest.reading.readers.ooxml import Relationship, main_part, relationships
from ingest.reading.readers.package import Package, attribute, local_name
from ingest.reading.readers.sheets.grid import Area, Place, Sheet

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})$")
_TRUE = ("1", "true")
_THREADED = "[Threaded comment]"


@dataclass(slots=True)
class Workbook:
    """A workbook's shared strings and formats."""

    package: Package
    strings: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    is_1904: bool = False
    people: dict[str, str] = field(default_factory=dict)  # Names of those who comment, by id.


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet of the workbook that has not been read yet. `kind` is "worksheet", "chartsheet" or another."""

    name: str
    member: str
    kind: str
    is_hidden: bool


def opened(package: Package) -> tuple[Workbook, list[Part]]:
    """The workbook and its sheets in order."""
    main = main_part(package)
    related = relationships(package, main)
    kinds = {relationship.kind: relationship.target for relationship in related}
    root = package.xml(main)
    about = next((node for node in root if local_name(node) == "workbookPr"), None)
    book = Workbook(package, is_1904=about is not None and about.get("date1904") in _TRUE)
    if "sharedStrings" in kinds:
        book.strings = [_text_of(node) for node in package.xml(kinds["sharedStrings"])]
    if "styles" in kinds:
        book.codes = list(_codes(package.xml(kinds["styles"])))
    if "person" in kinds:
        book.people = {node.get("id") or "": node.get("displayName") or "" for node in package.xml(kinds["person"])}
    by_identifier = {relationship.identifier: relationship for relationship in related}
    return book, list(_parts(root, by_identifier))


def _parts(root: etree._Element, related: dict[str, Relationship]) -> Iterator[Part]:
    for node in (inner for inner in root.iter() if local_name(inner) == "sheet"):
        # Of the two id attributes, the one with a namespace is the relationship id.
        identifier = next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")
        if identifier in related:
            target = related[identifier]
            is_hidden = node.get("state") in ("hidden", "veryHidden")
            yield Part(node.get("name") or "", target.target, target.kind, is_hidden)


def _codes(styles: etree._Element) -> Iterator[str]:
    """The format code of each cell style, in order."""
    own: dict[int, str] = {}
    for node in styles.iter():
        if local_name(node) == "numFmt" and (number := node.get("numFmtId") or "").isdecimal():
            own[int(number)] = node.get("formatCode") or ""
    formats = next((node for node in styles if local_name(node) == "cellXfs"), ())
    for node in formats:
        number = node.get("numFmtId") or "0"
        identifier = int(number) if number.isdecimal() else 0
        yield own.get(identifier) or BUILT_IN.get(identifier, "General")


def _text_of(item: etree._Element) -> str:
    """A shared or inline string, without its phonetic reading."""
    parts = [
        node.text or ""
        for node in item.iter()
        if local_name(node) == "t" and (above := node.getparent()) is not None and local_name(above) != "rPh"
    ]
    return one_line("".join(parts))


def read_sheet(book: Workbook, part: Part) -> Sheet:
    """A sheet's cells as displayed. Rows are freed while reading, because sheets can be large."""
    sheet = Sheet(part.name)
    source = io.BytesIO(book.package.read(part.member))
    row = -1
    try:
        for _, node in etree.iterparse(
            source, events=("end",), resolve_entities=False, no_network=True, huge_tree=False
        ):
            name = local_name(node)
            if name == "row":
                row = _add_row(book, sheet, node, row)
                node.clear()
            elif name == "col" and node.get("hidden") in _TRUE:
                first, last = int(node.get("min") or 1), int(node.get("max") or 1)
                sheet.hidden_columns.update(range(first - 1, min(last, 16_384)))
            elif name == "mergeCell" and (area := _area(node.get("ref") or "")):
                sheet.merged.append(area)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentUnreadable(f"The spreadsheet is damaged: {error}. Open it and save it again.") from error
    return sheet


def _add_row(book: Workbook, sheet: Sheet, node: etree._Element, before: int) -> int:
    number = node.get("r") or ""
    row = int(number) - 1 if number.isdecimal() else before + 1
    if node.get("hidden") in _TRUE:
        sheet.hidden_rows.add(row)
    column = -1
    for cell in node:
        place = _place(cell.get("r") or "") or (row, column + 1)
        column = place[1]
        text = _shown(book, sheet, cell, place)
        if text:
            sheet.texts[place] = text
    return row


def _shown(book: Workbook, sheet: Sheet, cell: etree._Element, place: Place) -> str:
    parts = {local_name(inner): inner for inner in cell}
    kind = cell.get("t") or "n"
    value = (parts["v"].text or "") if "v" in parts else ""
    if kind == "inlineStr":
        value = _text_of(parts["is"]) if "is" in parts else ""
    elif not value and "f" in parts:
        sheet.unknown_results.append(place)
    if not value:
        return ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    style = int(cell.get("s") or 0)
    code = book.codes[style] if style < len(book.codes) else "General"
    if kind == "n":
        text = shown_number(value, code, is_1904=book.is_1904)
    elif kind == "s":
        value = book.strings[int(value)] if value.isdecimal() and int(value) < len(book.strings) else ""
        text = shown_text(value, code)
    else:
        text = shown_text(one_line(value).removesuffix("T00:00:00"), code)
    sheet.unshown += bool(value.strip() and not text.strip())
    return text


def _place(reference: str) -> Place | None:
    match = _REFERENCE.match(reference)
    if match is None:
        return None
    column = 0
    for letter in match.group(1):
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(match.group(2)) - 1, column - 1


def _area(reference: str) -> Area | None:
    first, _, last = reference.partition(":")
    start, end = _place(first), _place(last or first)
    return (*start, *end) if start and end else None


def add_comments(book: Workbook, part: Part, sheet: Sheet) -> None:
    """Add the comments on cells, both old notes and threaded comments."""
    for relationship in relationships(book.package, part.member):
        if relationship.kind not in ("comments", "threadedComment"):
            continue
        root = book.package.xml(relationship.target)
        authors = [one_line(node.text or "") for node in root.iter() if local_name(node) == "author"]
        for node in (inner for inner in root.iter() if local_name(inner) in ("comment", "threadedComment")):
            place = _place(attribute(node, "ref") or "")
            number = attribute(node, "authorId") or ""
            author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
            author = author or one_line(book.people.get(attribute(node, "personId") or "", ""))
            text = one_line(" ".join(inner.text or "" for inner in node.iter() if local_name(inner) in ("t", "text")))
            if place and text and not text.startswith(_THREADED):
                sheet.comments.append((place, author, text.removeprefix(f"{author}:").strip() if author else text))
