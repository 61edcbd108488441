"""What content is, by what is declared, by its name, and by how it begins."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from ingest.sources.formats import is_plainly, said_suffix, suffix_by_content, type_of


def zipped(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (b"%PDF-1.7\n", ".pdf"),
        (b"\x00junk\n%PDF-1.4\n", ".pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".doc"),
        (rb"{\rtf1\ansi A}", ".rtf"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><p>A", ".html"),
        (b"<!-- made by hand --><html lang='en'>", ".html"),
        (b'<?xml version="1.0"?><a/>', ".xml"),
        (b'{"a": 1}', ".json"),
        (b'{"cells": [{"cell_type": "code"}]}', ".ipynb"),
        (b'{"a": 1}\n{"a": 2}\n', ".jsonl"),
        (b"Received: from a\nSubject: b\n\nText", ".eml"),
        (b"Just text.\n", ".txt"),
        ("Zwölf".encode("utf-16"), ".txt"),
        (b"\x7fELF\x00\x00", ".bin"),
        (zipped("word/document.xml"), ".docx"),
        (zipped("xl/workbook.xml"), ".xlsx"),
        (zipped("ppt/presentation.xml"), ".pptx"),
        (zipped("a.txt"), ".zip"),
        (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.text"), ".odt"),
        (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"), ".ods"),
        (zipped("OEBPS/a.xhtml", mimetype="application/epub+zip"), ".epub"),
        (zipped("a", mimetype="image/openraster"), ".zip"),
        (b"PK\x03\x04 and nothing of a package", ".zip"),
    ],
)
def test_content_is_known_by_how_it_begins(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert suffix_by_content(path) == suffix
    is_sure = content.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf", b"{\\rtf"))
    assert is_plainly(path) == (suffix if is_sure else None)


@pytest.mark.parametrize(
    ("declared", "name", "suffix"),
    [
        ("application/pdf", "page.html", ".pdf"),
        ("application/octet-stream", "a.docx", ".docx"),
        ("application/octet-stream", "a.unknown", None),
        ("", "page", None),
        ("text/plain", "notes.rst", ".rst"),
        ("text/plain", "page.html", ".txt"),
        ("text/x-log", "a", ".txt"),
        ("application/atom+xml", "feed", ".xml"),
        ("image/svg+xml", "a", ".svg"),
        ("application/geo+json", "a", ".json"),
        ("image/png", "a", ".png"),
        ("application/x-nobody-knows", "a.thing", ".thing"),
        ("application/x-nobody-knows", "a", ".bin"),
    ],
)
def test_what_is_declared_counts_unless_it_says_little(declared: str, name: str, suffix: str | None) -> None:
    assert said_suffix(declared, name) == suffix


def test_a_content_type_is_its_media_type_and_its_charset() -> None:
    assert type_of('Text/HTML; charset="ISO-8859-1"; x=y') == ("text/html", "ISO-8859-1")
    assert type_of("text/plain") == ("text/plain", None)
