from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty, DocumentMissing, DocumentUnreadable, DocumentUnsupported
from ingest.reading.readers import catalogue, is_readable, read, why_not


def test_a_missing_file_an_empty_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b" \n")
    with pytest.raises(DocumentMissing):
        read(tmp_path / "none.txt")
    with pytest.raises(DocumentEmpty):
        read(tmp_path / "empty.txt")
    with pytest.raises(DocumentUnreadable):
        read(tmp_path)


def test_unread_types_say_what_to_convert_to(tmp_path: Path) -> None:
    old = tmp_path / "letter.WPD"
    old.write_bytes(b"x")
    assert not is_readable(old)
    assert "DOCX" in why_not(old)
    with pytest.raises(DocumentUnsupported, match="DOCX"):
        read(old)


def test_a_file_of_passwords_is_told(tmp_path: Path) -> None:
    (tmp_path / "prod.env").write_text("KEY=1")
    (document,) = read(tmp_path / "prod.env")
    assert "passwords" in document.notes[0]
    (tmp_path / "a.ini").write_text("key = 1")
    assert not read(tmp_path / "a.ini")[0].notes


def test_reading_text_loads_no_other_parser(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    code = (
        "import sys, pathlib; from ingest.reading.readers import read; read(pathlib.Path(sys.argv[1]));"
        "print([name for name in ('pypdf', 'pypdfium2', 'lxml', 'selectolax', 'markdown_it') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.txt")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_page_of_formats_is_what_the_command_prints() -> None:
    page = (Path(__file__).parents[4] / "docs" / "formats.md").read_text("utf-8")
    assert catalogue.markdown() in page
    named = {suffix for row in catalogue.rows() for suffix in row[1].split()}
    assert all(is_readable(Path(f"a{suffix}")) for suffix in named)
    assert named >= {".pdf", ".docx", ".zip", ".xls", ".rst", ".py"}
