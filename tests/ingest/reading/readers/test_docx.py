from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from corpus.errors import DocumentUnreadable
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import word


def _saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_styles_lists_and_tables_become_blocks(tmp_path: Path) -> None:
    word = docx.Document()
    word.core_properties.title = "Terms"
    word.core_properties.author = "A. Writer"
    word.add_heading("Warranty", level=1)
    word.add_paragraph("Two years.")
    word.add_heading("Parts", level=2)
    word.add_paragraph("Seals", style="List Bullet")
    word.add_paragraph("Bolts", style="List Bullet")
    table = word.add_table(rows=2, cols=2)
    for position, text in enumerate(["Part", "Years", "Seal", "2"]):
        table.cell(position // 2, position % 2).text = text
    document = read_bytes(tmp_path, "a.docx", _saved(word))
    assert document.title == "Terms"
    assert document.metadata["author"] == "A. Writer"
    assert outline(document) == [
        ("heading1", "Warranty"),
        ("paragraph", "Two years."),
        ("heading2", "Parts"),
        ("list_item", "- Seals"),
        ("list_item", "- Bolts"),
        ("table", "Part: Seal; Years: 2"),
    ]


def test_title_is_the_styled_one_where_the_properties_have_none(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("Warranty", level=1)
    word.add_heading("The handbook", level=0)
    assert read_bytes(tmp_path, "a.docx", _saved(word)).title == "The handbook"


def test_a_truncated_file_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="damaged"):
        read_bytes(tmp_path, "a.docx", _saved(docx.Document())[:700])


def test_powers_and_marks_of_notes_stay_apart_from_their_text(tmp_path: Path) -> None:
    def run(text: str, *, raised: bool = False) -> str:
        about = "<w:rPr><w:vertAlign w:val='superscript'/></w:rPr>" if raised else ""
        return f"<w:r>{about}<w:t xml:space='preserve'>{text}</w:t></w:r>"

    runs = ("About 10", "6", " ships of 5 m", "2", ", as said", "3", ", on the 1", "st", ".")
    body = "".join(run(text, raised=bool(number % 2)) for number, text in enumerate(runs))
    text = read_bytes(tmp_path, "a.docx", word(f"<w:p>{body}</w:p>")).text
    assert text == "About 10^6 ships of 5 m^2, as said [3], on the 1st."


def test_rows_that_say_they_are_no_header_are_none(tmp_path: Path) -> None:
    mark = '<w:trPr><w:tblHeader w:val="0"/></w:trPr>'  # As Google Docs writes it on each row.
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>".format
    rows = (("Part", "Place"), ("Seal", "Gate"), ("Bolt", "Lock"))
    table = "".join(f"<w:tr>{mark}{''.join(map(cell, row))}</w:tr>" for row in rows)
    text = read_bytes(tmp_path, "a.docx", word(f"<w:tbl>{table}</w:tbl>")).text
    assert text == "Part: Seal; Place: Gate\nPart: Bolt; Place: Lock"
