"""Binary workbooks ([MS-XLSB]), written record by record: numbers in their formats, comments, what is hidden."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import package

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'


def _record(kind: int, body: bytes = b"") -> bytes:
    def number(value: int) -> bytes:
        return bytes((value,)) if value < 0x80 else bytes((value & 0x7F | 0x80, value >> 7))

    return number(kind) + number(len(body)) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _row(number: int, *cells: bytes, is_hidden: bool = False) -> bytes:
    return _record(0, struct.pack("<IIHBBB", number, 0, 300, 0, 0x10 * is_hidden, 0)) + b"".join(cells)


def _cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return _record(kind, struct.pack("<II", column, style) + value)


def _relation(identifier: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{identifier}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _book(sheet: bytes, comments: bytes) -> bytes:
    formats = [_record(47, struct.pack("<HHHHHBBHBB", 0, code, 0, 0, 0, 0, 0, 0, 0, 0)) for code in (0, 10, 14, 164)]
    styles = _record(615) + _record(44, struct.pack("<H", 164) + _wide('"$"#,##0.00')) + _record(616)
    styles += _record(626) + formats[3] + _record(627) + _record(617) + b"".join(formats) + _record(618)
    bundle = _record(153, struct.pack("<III", 0, 0, 0) + _wide(""))
    bundle += _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Rates"))
    bundle += _record(156, struct.pack("<II", 2, 2) + _wide("rId1") + _wide("Away"))
    return package(
        {
            "_rels/.rels": _RELATIONS.format(_relation("r", "officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": bundle,
            "xl/_rels/workbook.bin.rels": _RELATIONS.format(
                _relation("rId1", "worksheet", "worksheets/sheet1.bin")
                + _relation("rId2", "sharedStrings", "sharedStrings.bin")
                + _relation("rId3", "styles", "styles.bin")
            ),
            "xl/SharedStrings.bin": _record(19, b"\0" + _wide("Name")),  # Names of parts are found in any case.
            "xl/styles.bin": styles,
            "xl/worksheets/sheet1.bin": sheet,
            "xl/worksheets/_rels/sheet1.bin.rels": _RELATIONS.format(_relation("r", "comments", "../comments1.bin")),
            "xl/comments1.bin": comments,
        }
    )


def test_numbers_are_as_people_see_them_and_what_is_hidden_stays_out(tmp_path: Path) -> None:
    names = ("Rate", "Since", "Price", "Held", "State", "Hidden")
    sheet = _record(60, struct.pack("<IIIIH", 6, 6, 0, 0, 1))
    sheet += _row(
        0, _cell(7, 0, struct.pack("<I", 0)), *(_cell(6, at, _wide(name)) for at, name in enumerate(names, 1))
    )
    sheet += _row(
        1,
        _cell(6, 0, _wide("Alpha")),
        _cell(5, 1, struct.pack("<d", 0.075), 1),
        _cell(2, 2, struct.pack("<i", 45352 << 2 | 2), 2),
        _cell(9, 3, struct.pack("<d", 1234.5) + bytes(10), 3),
        _cell(4, 4, b"\1"),
        _cell(3, 5, b"\x2a"),
        _cell(6, 6, _wide("away")),
    )
    sheet += _row(2, _cell(2, 0, struct.pack("<i", 1234 << 2 | 3)), is_hidden=True)
    sheet += _row(3, _cell(6, 0, _wide("Beta")), _cell(2, 1, struct.pack("<i", 0x3FD00000), 1))
    comments = _record(632, _wide("Ann")) + _record(635, struct.pack("<IIIII", 0, 1, 1, 1, 1) + bytes(16))
    comments += _record(637, b"\0" + _wide("Ann: a guess"))
    document = read_bytes(tmp_path, "a.xlsb", _book(sheet, comments))
    assert outline(document) == [
        ("heading1", "Rates"),
        (
            "table",
            "Name: Alpha; Rate: 7.50%; Since: 2024-03-01; Price: $1,234.50; Held: TRUE; State: #N/A\n"
            "Name: Beta; Rate: 25.00%",
        ),
        ("paragraph", "Comment by Ann on B2: a guess"),
    ]
    assert document.notes == ("Hidden sheets were left out: Away.", "Hidden rows or columns were left out.")


@pytest.mark.parametrize("sheet", [b"\x80", _record(0, b"\0"), _record(6, b"\0" * 9), _record(60, b"")])
def test_a_damaged_binary_workbook_is_refused_in_one_line(tmp_path: Path, sheet: bytes) -> None:
    with pytest.raises(DocumentError) as raised:
        read_bytes(tmp_path, "a.xlsb", _book(sheet, b""))
    assert "\n" not in str(raised.value)
