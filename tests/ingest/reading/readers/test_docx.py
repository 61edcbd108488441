from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from corpus.errors import DocumentUnreadable
from tests.ingest.reading.readers.files import outline, read_bytes


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
