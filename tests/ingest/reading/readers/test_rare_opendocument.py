"""Rare forms of OpenDocument and XLS: hidden columns, boxes and charts on sheets, comments, cells of logic."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.ingest.reading.readers.compound import compound
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import OFFICE, TABLE, TEXT, opendocument, package

DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
CHART = "urn:oasis:names:tc:opendocument:xmlns:chart:1.0"
DC = "http://purl.org/dc/elements/1.1/"
XLINK = "http://www.w3.org/1999/xlink"


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def cell(inner: str, about: str = "") -> str:
    return f"<table:table-cell {about}>{inner}</table:table-cell>"


def row(*cells: str, about: str = "") -> str:
    return f"<table:table-row {about}>{''.join(cells)}</table:table-row>"


def test_a_sheet_shows_no_hidden_column_and_what_lies_on_it(tmp_path: Path) -> None:
    names = f'xmlns:office="{OFFICE}" xmlns:text="{TEXT}" xmlns:table="{TABLE}" xmlns:draw="{DRAW}" xmlns:dc="{DC}"'
    note = f"<office:annotation><dc:creator>Ann</dc:creator>{p('Until May')}</office:annotation>"
    box = f"<draw:custom-shape>{p('Read this first.')}</draw:custom-shape>"
    chart = f'<draw:frame><draw:object xmlns:xlink="{XLINK}" xlink:href="./Object 1"/></draw:frame>'
    rows = "".join(
        (
            "<table:table-column/><table:table-column table:visibility='collapse'/><table:table-column/>",
            "<table:table-row-group>",
            row(cell(p("Part")), cell(p("Cost")), cell(p("Price"))),
            row(cell(p("Seal")), cell(p("1")), cell(f"{note}{p('2')}")),
            "</table:table-row-group>",
            row(cell(p("Bolt")), cell(p("0")), cell(p("3")), about="table:number-rows-repeated='2'"),
            row(cell("", "table:number-columns-repeated='3'"), about="table:number-rows-repeated='1048000'"),
        )
    )
    sheet = f"<table:table table:name='Parts'>{rows}<table:shapes>{box}{chart}</table:shapes></table:table>"
    content = f"<office:document-content {names}><office:body><office:spreadsheet>{sheet}</office:spreadsheet>"
    figures = row(cell(p("Year")), cell(p("Sold"))) + row(cell(p("2023")), cell(p("5")))
    drawn = (
        f'<office:document-content {names} xmlns:chart="{CHART}"><office:body><office:chart><chart:chart>'
        f"<chart:title>{p('Sold pumps')}</chart:title><table:table table:name='local'>{figures}</table:table>"
        "</chart:chart></office:chart></office:body></office:document-content>"
    )
    members = {
        "content.xml": f"{content}</office:body></office:document-content>",
        "Object 1/content.xml": drawn,
        "META-INF/manifest.xml": "<m/>",
    }
    document = read_bytes(tmp_path, "a.ods", package(members))
    assert outline(document) == [
        ("heading1", "Parts"),
        ("table", "Part: Seal; Price: 2\nPart: Bolt; Price: 3\nPart: Bolt; Price: 3"),
        ("paragraph", "Comment by Ann on C2: Until May"),
        ("paragraph", "Read this first."),
        ("paragraph", "Sold pumps"),
        ("table", "Year: 2023; Sold: 5"),
    ]
    assert document.notes == ("Hidden rows or columns were left out.",)


def test_a_text_keeps_blanks_breaks_comments_and_titles_and_leaves_out_what_is_hidden(tmp_path: Path) -> None:
    remark = f"<office:annotation>{p('Why?')}</office:annotation>"
    body = (
        "<office:text><text:p text:style-name='Title'>Pumps</text:p>"
        f"<text:p>A<text:s text:c='3'/>B<text:tab/>C<text:line-break/>D{remark}</text:p>"
        "<text:p>Shown<text:hidden-text text:string-value='x'>secret</text:hidden-text>.</text:p></office:text>"
    )
    document = read_bytes(tmp_path, "a.odt", opendocument(body))
    assert document.title == "Pumps"
    assert outline(document) == [
        ("heading1", "Pumps"),
        ("paragraph", "A B C\nD"),
        ("paragraph", "Comment: Why?"),
        ("paragraph", "Shown."),
    ]


def test_a_slide_keeps_a_reviewers_comment_and_no_footer(tmp_path: Path) -> None:
    def frame(kind: str, text: str) -> str:
        return f"<draw:frame presentation:class='{kind}'><draw:text-box>{p(text)}</draw:text-box></draw:frame>"

    slide = (
        f"<draw:page>{frame('title', 'Pumps')}{frame('outline', 'Quiet')}{frame('footer', 'Page 1')}"
        f"<office:annotation>{p('Check it.')}</office:annotation></draw:page>"
    )
    document = read_bytes(tmp_path, "a.odp", opendocument(f"<office:presentation>{slide}</office:presentation>"))
    assert document.text == "Pumps\n\nQuiet\n\nComment: Check it."


def test_a_workbook_of_the_old_kind_shows_logic_and_errors(tmp_path: Path) -> None:
    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))

    heads = b"".join(
        record(0x204, struct.pack("<HHHHB", 0, column, 0, len(name), 0) + name)
        for column, name in enumerate((b"On", b"Off", b"Ratio", b"Count"))
    )
    values = b"".join(
        record(0x205, struct.pack("<HHHBB", 1, *each)) for each in ((0, 0, 1, 0), (1, 0, 0, 0), (2, 0, 7, 1))
    ) + record(0x203, struct.pack("<HHHd", 1, 3, 0, 12.0))
    sheet = begin(0x10) + heads + values + record(0x0A, b"")
    name = struct.pack("<HBB", 0, 4, 0) + b"Logs"
    start = len(begin(5)) + 4 + 4 + len(name) + 4
    book = begin(5) + record(0x85, struct.pack("<I", start) + name) + record(0x0A, b"") + sheet
    assert (
        read_bytes(tmp_path, "a.xls", compound({"Workbook": book})).text
        == "Logs\n\nOn: TRUE; Off: FALSE; Ratio: #DIV/0!; Count: 12"
    )
