from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty, DocumentUnreadable
from tests.ingest.readers.files import pdf, read_bytes


def test_pages_are_told_apart(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.pdf", pdf(["The first page."], [], ["The third page."], info={"Title": "Pumps"}))
    assert document.title == "Pumps"
    assert document.text == "The first page.\n\nThe third page."
    assert [document.text[start:][:9] for start in document.page_starts] == ["The first", "The third", "The third"]


def test_a_scan_is_empty_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match="OCR"):
        read_bytes(tmp_path, "a.pdf", pdf([], []))


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="damaged"):
        read_bytes(tmp_path, "a.pdf", b"%PDF-1.7\nnothing follows")
