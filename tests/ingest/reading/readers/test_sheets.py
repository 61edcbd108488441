from __future__ import annotations

import datetime
import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from corpus.errors import DocumentEmpty, DocumentUnreadable
from tests.ingest.reading.readers.compound import compound
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import opendocument, package


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _book(*rows: list[object]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Parts"
    for row in rows:
        sheet.append(row)
    return book


def test_a_sheet_is_a_heading_and_its_rows_name_their_columns(tmp_path: Path) -> None:
    book = _book(["Part", "Price", "Since"], ["Seal", 2.5, datetime.date(2026, 3, 1)], ["Bolt", 10.0, None])
    book.properties.title = "Price list"
    document = read_bytes(tmp_path, "a.xlsx", _saved(book))
    assert document.title == "Price list"
    assert outline(document) == [
        ("heading1", "Parts"),
        ("table", "Part: Seal; Price: 2.5; Since: 2026-03-01\nPart: Bolt; Price: 10"),
    ]


def test_tables_apart_are_told_apart(tmp_path: Path) -> None:
    book = _book(
        ["Prices in euro"],
        [],
        ["Pump", "Price", None, None, "Pipe", "Length"],
        ["X200", 120, None, None, "P1", 3],
        [],
        ["Staff", "Age"],
        ["Ann", 40],
    )
    assert outline(read_bytes(tmp_path, "a.xlsx", _saved(book))) == [
        ("heading1", "Parts"),
        ("paragraph", "Prices in euro"),
        ("table", "Pump: X200; Price: 120"),
        ("table", "Pipe: P1; Length: 3"),
        ("table", "Staff: Ann; Age: 40"),
    ]


def test_merged_cells_name_all_their_columns(tmp_path: Path) -> None:
    book = _book(["", "2021", None], ["Quarter", "High", "Low"], ["March", 3.02, 1.72])
    book.worksheets[0].merge_cells("B1:C1")
    assert "2021 Low: 1.72" in read_bytes(tmp_path, "a.xlsx", _saved(book)).text


def test_hidden_sheets_are_left_out_and_remarked(tmp_path: Path) -> None:
    book = _book(["Part", "Price"], ["Seal", 2])
    hidden = book.create_sheet("Secrets")
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"
    document = read_bytes(tmp_path, "a.xlsx", _saved(book))
    assert "secret" not in document.text
    assert "Secrets" in document.notes[0]


def test_an_empty_book_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty):
        read_bytes(tmp_path, "a.xlsx", _saved(openpyxl.Workbook()))


def test_an_encrypted_book_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="encrypted"):
        read_bytes(tmp_path, "a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_a_cell_in_the_farthest_corner_costs_no_memory(tmp_path: Path) -> None:
    book = _book(["Part", "Price"], ["Seal", 2])
    book.worksheets[0]["XFD1048576"] = "far"
    assert read_bytes(tmp_path, "far.xlsx", _saved(book)).text == "Parts\n\nPart: Seal; Price: 2\n\nfar"


def test_cells_are_read_as_the_sheet_shows_them(tmp_path: Path) -> None:
    book = _book(["Item", "Value"], ["share", 0.075], ["sum", 1234567.5], ["noise", 0.1 + 0.2], ["wrong", None])
    sheet = book.worksheets[0]
    sheet["B2"].number_format, sheet["B3"].number_format = "0.0%", '"$"#,##0.00'
    sheet["B5"].value, sheet["B5"].data_type = "#DIV/0!", "e"
    assert read_bytes(tmp_path, "a.xlsx", _saved(book)).text.split("\n")[2:] == [
        "Item: share; Value: 7.5%", "Item: sum; Value: $1,234,567.50", "Item: noise; Value: 0.3",
        "Item: wrong; Value: #DIV/0!",
    ]  # fmt: skip


def test_rows_of_a_form_stay_whole_across_empty_columns(tmp_path: Path) -> None:
    book = _book([None, "Weight", None, None, None, 525], [None, "Price", None, None, None, 205])
    assert read_bytes(tmp_path, "a.xlsx", _saved(book)).text == "Parts\n\nWeight | 525\nPrice | 205"


def test_comments_are_read_and_hidden_rows_and_open_formulas_told(tmp_path: Path) -> None:
    book = _book(["Item", "Net", "Gross"], ["Bolt", 10, "=B2*1.19"], ["Away", 9, 9])
    sheet = book.worksheets[0]
    sheet["B2"].comment = Comment("Valid until May", "desk")
    sheet.row_dimensions[3].hidden = True
    document = read_bytes(tmp_path, "a.xlsx", _saved(book))
    assert outline(document)[1:] == [
        ("table", "Item | Net | Gross\nItem: Bolt; Net: 10"),
        ("paragraph", "Comment by desk on B2: Valid until May"),
    ]
    assert document.notes == (
        "Hidden rows or columns were left out.",
        "Formulas without a stored result, which are not worked out: 1 on Parts (C2). Open the file and save it.",
    )


def test_cells_whose_format_shows_nothing_are_left_out_and_errors_name_no_columns(tmp_path: Path) -> None:
    book = _book(["Total", 12], ["Check", 42], ["Rate", "#DIV/0!"], ["Share", "#N/A"])
    book["Parts"]["B2"].number_format = ";;;"
    document = read_bytes(tmp_path, "a.xlsx", _saved(book))
    assert outline(document)[1:] == [("table", "Total | 12\nCheck\nRate | #DIV/0!\nShare | #N/A")]
    assert document.notes == ("Cells of Parts whose format shows nothing were left out: 1.",)


def test_names_are_found_below_a_title_and_a_value_and_where_their_row_is_numbered_too(tmp_path: Path) -> None:
    above: list[list[object]] = [
        ["Yearly", None, None, None, "total:", 12, None],
        [None, None, None, None, "Town", "Sold", "Share"],
    ]
    rows: list[list[object]] = [
        [None, None, None, None, town, sold, 0.5] for town, sold in (("Erie", 3), ("Reno", 4), ("Bath", 5))
    ]
    assert read_bytes(tmp_path, "a.xlsx", _saved(_book(*above, *rows))).text.split("\n\n")[1:] == [
        "Yearly", "total: 12",
        "Town: Erie; Sold: 3; Share: 0.5\nTown: Reno; Sold: 4; Share: 0.5\nTown: Bath; Sold: 5; Share: 0.5",
    ]  # fmt: skip
    numbered = _book([0, "Name", "Age", "Id"], [1, "Ann", 32, 1562], [2, "Bo", 25, 1582])
    text = read_bytes(tmp_path, "b.xlsx", _saved(numbered)).text
    assert text.endswith("0: 1; Name: Ann; Age: 32; Id: 1562\n0: 2; Name: Bo; Age: 25; Id: 1582")
    keyed = _book([None, "Quarter:", "Sales:"], [None, 3, 40], [None, 4, 71], ["Total:", None, 111])
    text = read_bytes(tmp_path, "d.xlsx", _saved(keyed)).text
    assert text.endswith("Quarter: 3; Sales: 40\nQuarter: 4; Sales: 71\nTotal:; Sales: 111")
    contents = _book([1, "Terms", 5], [2, "Prices", 9], [3, "Law", 12])
    assert "Terms | 5" in read_bytes(tmp_path, "c.xlsx", _saved(contents)).text


def test_threads_of_comments_say_who_wrote_each(tmp_path: Path) -> None:
    book = _book(["Seal", 2])
    book["Parts"]["B1"].comment = Comment("[Threaded comment]\n\nToo high?", "tc={1}")
    members = {}
    with zipfile.ZipFile(io.BytesIO(_saved(book))) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    office = "http://schemas.microsoft.com/office/2017/10/relationships"
    for name, kind, target in (
        ("xl/_rels/workbook.xml.rels", "person", "persons/person.xml"),
        ("xl/worksheets/_rels/sheet1.xml.rels", "threadedComment", "../threadedComments/1.xml"),
    ):
        relation = f'<Relationship Id="x" Type="{office}/{kind}" Target="{target}"/></Relationships>'
        members[name] = members[name].replace("</Relationships>", relation)
    members["xl/persons/person.xml"] = '<l><person displayName="Lea" id="A"/><person displayName="Bo" id="B"/></l>'
    members["xl/threadedComments/1.xml"] = (
        '<l><threadedComment ref="B1" personId="A"><text>Too high?</text></threadedComment>'
        '<threadedComment ref="B1" personId="B"><text>No.</text></threadedComment></l>'
    )
    assert outline(read_bytes(tmp_path, "a.xlsx", package(members)))[2:] == [
        ("paragraph", "Comment by Lea on B1: Too high?"), ("paragraph", "Comment by Bo on B1: No."),
    ]  # fmt: skip


def test_a_long_text_over_merged_rows_stands_once_and_a_short_one_names_each(tmp_path: Path) -> None:
    book = _book(["A long introduction to this sheet."], [], [], [], ["Pump", "Size"], ["X200", 1], [None, 2])
    book.worksheets[0].merge_cells("A1:D3")
    book.worksheets[0].merge_cells("A6:A7")
    assert read_bytes(tmp_path, "a.xlsx", _saved(book)).text.split("\n\n")[1:] == [
        "A long introduction to this sheet.", "Pump: X200; Size: 1\nPump: X200; Size: 2",
    ]  # fmt: skip


def test_opendocument_sheets_come_as_they_are_shown(tmp_path: Path) -> None:
    def cell(text: str, about: str = "") -> str:
        return f"<table:table-cell {about}><text:p>{text}</text:p></table:table-cell>"

    note = "<office:annotation><text:p>Until May</text:p></office:annotation>"
    body = (
        "<office:spreadsheet><table:table table:name='Parts'><table:table-row>"
        f"{cell('Part')}{cell('Margin')}</table:table-row><table:table-row>{cell('Seal')}<table:table-cell>{note}"
        "<text:p>7,5 %</text:p></table:table-cell></table:table-row><table:table-row table:visibility='collapse'>"
        f"{cell('Away')}{cell('9')}</table:table-row><table:table-row table:number-rows-repeated='1048000'>"
        "<table:table-cell table:number-columns-repeated='16384'/></table:table-row></table:table></office:spreadsheet>"
    )
    document = read_bytes(tmp_path, "a.ods", opendocument(body))
    assert document.text == "Parts\n\nPart: Seal; Margin: 7,5 %\n\nComment on B2: Until May"
    assert document.notes == ("Hidden rows or columns were left out.",)


def test_opendocument_cells_without_a_shown_text_say_their_value_and_open_formulas_are_told(tmp_path: Path) -> None:
    values = [
        'value-type="float" office:value="0.30000000000000004"', 'value-type="percentage" office:value="0.075"',
        'value-type="currency" office:currency="EUR" office:value="12.5"',
        'value-type="boolean" office:boolean-value="true"',
        'value-type="time" office:time-value="PT36H05M00S"', 'value-type="date" office:date-value="2024-05-01"',
    ]  # fmt: skip
    cells = "".join(f"<table:table-cell office:{about}/>" for about in values)
    hidden = '<table:table-cell office:value-type="float" office:value="9"><text:p/></table:table-cell>'
    body = (
        f"<office:spreadsheet><table:table table:name='Parts'><table:table-row>{cells}</table:table-row>"
        f"<table:table-row>{hidden}<table:table-cell table:formula='of:=[.A1]'/></table:table-row>"
        "</table:table></office:spreadsheet>"
    )
    document = read_bytes(tmp_path, "a.ods", opendocument(body))
    assert document.text == "Parts\n\n0.3 | 7.5% | 12.5 EUR | TRUE | 36:05:00 | 2024-05-01"
    assert document.notes == (
        "Formulas without a stored result, which are not worked out: 1 on Parts (B2). Open the file and save it.",
        "Cells of Parts whose format shows nothing were left out: 1.",
    )


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def test_a_workbook_of_the_old_kind_is_read(tmp_path: Path) -> None:
    begin = struct.pack("<HHHHII", 0x600, 0, 0, 0, 0, 0)
    label = struct.pack("<HHHHB", 0, 0, 0, 4, 0) + b"Part"
    price = struct.pack("<HHHHB", 0, 1, 0, 5, 0) + b"Price"
    rows = (
        _record(0x204, label) + _record(0x204, price) + _record(0x204, struct.pack("<HHHHB", 1, 0, 0, 4, 0) + b"Seal")
    )
    rows += _record(0x203, struct.pack("<HHHd", 1, 1, 0, 2.5))
    end = _record(0x0A, b"")
    name = struct.pack("<HBB", 0, 5, 0) + b"Parts"
    start = len(_record(0x809, begin)) + 4 + 4 + len(name) + len(end)
    first = _record(0x809, begin[:2] + struct.pack("<H", 5) + begin[4:])
    sheet = _record(0x809, begin[:2] + struct.pack("<H", 0x10) + begin[4:]) + rows + end
    book = first + _record(0x85, struct.pack("<I", start) + name) + end + sheet
    assert read_bytes(tmp_path, "a.xls", compound({"Workbook": book})).text == "Parts\n\nPart: Seal; Price: 2.5"


def test_a_workbook_of_the_old_kind_shows_its_numbers_in_their_formats(tmp_path: Path) -> None:
    def begin(kind: int) -> bytes:
        return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))

    codes = ("0.0%", '"$"#,##0.00', "yyyy-mm-dd")
    formats = b"".join(
        _record(0x41E, struct.pack("<HHB", number, len(code), 0) + code.encode())
        for number, code in enumerate(codes, 164)
    )
    styles = b"".join(_record(0xE0, struct.pack("<HH16x", 0, number)) for number in (0, 164, 165, 166))
    names = b"".join(
        _record(0x204, struct.pack("<HHHHB", 0, column, 0, len(name), 0) + name.encode())
        for column, name in enumerate(("Rate", "Fee", "Due"))
    )
    numbers = b"".join(
        _record(0x203, struct.pack("<HHHd", 1, column, column + 1, number))
        for column, number in enumerate((0.125, 1234.5, 45413.0))
    )
    away = _record(0x203, struct.pack("<HHHd", 2, 0, 0, 9.0)) + _record(
        0x208, struct.pack("<HHHHHHI", 2, 0, 1, 0, 0, 0, 0x20)
    )
    sheet = begin(0x10) + names + numbers + away + _record(0x0A, b"")
    name = struct.pack("<HBB", 0, 4, 0) + b"Fees"
    start = len(begin(5) + formats + styles) + 4 + 4 + len(name) + 4
    book = begin(5) + formats + styles + _record(0x85, struct.pack("<I", start) + name) + _record(0x0A, b"") + sheet
    document = read_bytes(tmp_path, "a.xls", compound({"Workbook": book}))
    assert document.text == "Fees\n\nRate: 12.5%; Fee: $1,234.50; Due: 2024-05-01"
    assert document.notes == ("Hidden rows or columns were left out.",)


def test_the_names_of_columns_go_for_the_rows_behind_an_empty_one(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Name", "Q1"],
        ["North", 1],
        [None],
        ["East", 5],
        [None],
        ["City", "People"],
        ["Bonn", 330],
    ]
    assert outline(read_bytes(tmp_path, "a.xlsx", _saved(_book(*rows))))[1:] == [
        ("table", "Name: North; Q1: 1"),
        ("table", "Name: East; Q1: 5"),
        ("table", "City: Bonn; People: 330"),
    ]
    words: list[list[object]] = [
        ["Name", "Role"],
        ["Ann", "Cook"],
        ["Bob", "Smith"],
        [None],
        ["Cid", "Cook"],
        ["Dan", "Law"],
    ]
    table = outline(read_bytes(tmp_path, "b.xlsx", _saved(_book(*words))))[-1]
    assert table == ("table", "Name: Cid; Role: Cook\nName: Dan; Role: Law")


def test_rows_stay_whole_across_a_gap_and_groups_have_the_names_above(tmp_path: Path) -> None:
    gap: list[list[object]] = [["Name", "Age", None, None, "City", "Zip"]]
    gap += [["A", 30, None, None, "Ulm", 7], ["B", 30, None, None, "Ulm", 7]]
    assert outline(read_bytes(tmp_path, "a.xlsx", _saved(_book(*gap))))[1:] == [
        ("table", "Name: A; Age: 30; City: Ulm; Zip: 7\nName: B; Age: 30; City: Ulm; Zip: 7")
    ]
    groups: list[list[object]] = [
        ["Sheet"],
        [None, 2023, 2024],
        ["Assets"],
        ["Cash", 1, 2],
        [None],
        ["Debts"],
        ["Loan", 7, 8],
    ]
    assert outline(read_bytes(tmp_path, "b.xlsx", _saved(_book(*groups))))[1:] == [
        ("paragraph", "Sheet"),
        ("table", "Assets\nCash; 2023: 1; 2024: 2"),
        ("paragraph", "Debts"),
        ("table", "Loan; 2023: 7; 2024: 8"),
    ]


def test_a_pivot_table_has_its_own_names_and_not_the_program_s(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Sum of Age", "Column Labels"],
        ["Row Labels", "Bonn", "Total"],
        ["Ann", 3, 3],
        ["Bob", 4, 4],
    ]
    assert outline(read_bytes(tmp_path, "a.xlsx", _saved(_book(*rows))))[1:] == [
        ("paragraph", "Sum of Age"),
        ("table", "Row Labels: Ann; Bonn: 3; Total: 3\nRow Labels: Bob; Bonn: 4; Total: 4"),
    ]


def _old_book(more: bytes) -> bytes:
    """A workbook of the old kind with a sheet and a hidden one, and more records before them."""

    def begin(kind: int) -> bytes:
        return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))

    def label(row: int, column: int, text: bytes) -> bytes:
        return _record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 0) + text)

    def entry(name: bytes, at: int, *, hidden: bool) -> bytes:
        return _record(0x85, struct.pack("<IBBBB", at, hidden, 0, len(name), 0) + name)

    cells = label(0, 0, b"Part") + label(0, 1, b"Price") + label(0, 2, b"Stock") + label(1, 0, b"Seal")
    cells += b"".join(_record(0x203, struct.pack("<HHHd", 1, *each)) for each in ((1, 0, 2.5), (2, 0, 1234567.0)))
    sheet = begin(0x10) + cells + _record(0x0A, b"")
    at = len(begin(5) + more) + 2 * len(entry(b"Parts", 0, hidden=False)) + 4
    entries = entry(b"Parts", at, hidden=False) + entry(b"Notes", at + len(sheet), hidden=True)
    return begin(5) + more + entries + _record(0x0A, b"") + sheet + sheet


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"", id="none"),
        pytest.param(_record(0x41E, b"\x01"), id="a format"),
        pytest.param(_record(0x31, b"\x01"), id="a font"),
        pytest.param(_record(0x92, b"\x08\x00\x01"), id="the palette"),
        pytest.param(_record(0x293, b"\x00"), id="a style"),
    ],
)
def test_a_damaged_record_of_how_cells_look_costs_no_cell_and_shows_no_hidden_sheet(
    tmp_path: Path, damaged: bytes
) -> None:
    document = read_bytes(tmp_path, "a.xls", compound({"Workbook": _old_book(damaged)}))
    assert document.text == "Parts\n\nPart: Seal; Price: 2.5; Stock: 1234567"
    assert document.notes == ("Hidden sheets were left out: Notes.",)


def test_a_workbook_of_the_old_kind_that_no_parser_takes_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match=r"^The spreadsheet is damaged or has a password: .*Save it again\.$"):
        read_bytes(tmp_path, "a.xls", compound({"Workbook": _old_book(_record(0xE0, b"\x00"))}))
