from __future__ import annotations

import datetime
import io
from pathlib import Path

import openpyxl
import pytest

from corpus.errors import DocumentEmpty, DocumentError, DocumentUnreadable
from ingest.reading.pool import ReaderPool
from tests.ingest.reading.readers.files import outline, read_bytes


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


def test_a_cell_in_the_farthest_corner_costs_only_its_file(tmp_path: Path) -> None:
    book = _book(["Part", "Price"])
    book.worksheets[0]["XFD1048576"] = "far"
    (tmp_path / "far.xlsx").write_bytes(_saved(book))
    (tmp_path / "a.txt").write_text("a")
    with ReaderPool(workers=1, memory_bytes=256 * 1024 * 1024) as pool:
        results = dict(pool.read_all([tmp_path / "far.xlsx", tmp_path / "a.txt"]))
    assert isinstance(results[tmp_path / "far.xlsx"], DocumentError)
    assert not isinstance(results[tmp_path / "a.txt"], DocumentError)
