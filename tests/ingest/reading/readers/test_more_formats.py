"""Flat OpenDocument, notes of Evernote, files of before 2007, files without a suffix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.errors import DocumentUnreadable
from ingest.reading.programs import programs_for
from ingest.reading.readers import is_readable, read
from tests.ingest.reading.readers.compound import compound
from tests.ingest.reading.readers.files import outline, read_bytes

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def _flat(kind: str, body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="{OFFICE}:office:1.0" '
        f'xmlns:text="{OFFICE}:text:1.0" xmlns:table="{OFFICE}:table:1.0" xmlns:meta="{OFFICE}:meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'office:mimetype="application/vnd.oasis.opendocument.{kind}"><office:meta><dc:title>Harbour</dc:title>'
        f"</office:meta><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    ).encode()


def test_a_flat_text_is_read_like_a_packed_one(tmp_path: Path) -> None:
    data = _flat("text", '<text:h text:outline-level="1">Lamp</text:h><text:p>It is lit before dusk.</text:p>')
    document = read_bytes(tmp_path, "a.fodt", data)
    assert document.title == "Harbour"
    assert outline(document) == [("heading1", "Lamp"), ("paragraph", "It is lit before dusk.")]


def test_a_flat_spreadsheet_is_read_like_a_packed_one(tmp_path: Path) -> None:
    rows = [("Quay", "Load"), ("North", "10"), ("South", "7")]
    cells = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    document = read_bytes(
        tmp_path, "a.fods", _flat("spreadsheet", f'<table:table table:name="Loads">{cells}</table:table>')
    )
    assert outline(document)[-1] == ("table", "Quay: North; Load: 10\nQuay: South; Load: 7")


def test_a_flat_drawing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="not a flat OpenDocument"):
        read_bytes(tmp_path, "a.fodt", _flat("graphics", ""))


def test_each_note_of_evernote_is_a_document(tmp_path: Path) -> None:
    note = (
        "<note><title>Lamp &amp; lens</title><content><![CDATA[<?xml version='1.0'?><!DOCTYPE en-note SYSTEM 'x'>"
        '<en-note><div><en-todo checked="true"/>Clean it</div><div><en-todo/>Light it</div></en-note>]]></content>'
        "<created>20240501T093000Z</created><tag>tower</tag><tag>daily</tag>"
        "<note-attributes><source-url>https://example.com/lamp</source-url></note-attributes>"
        "<resource><data encoding='base64'>AAAA</data></resource></note>"
    )
    path = tmp_path / "a.enex"
    path.write_text(f"<?xml version='1.0'?><en-export>{note}{note}</en-export>")
    first, second = read(path)
    assert (first.title, first.url, first.metadata) == (
        "Lamp & lens",
        "https://example.com/lamp",
        {"tags": "tower, daily"},
    )
    assert first.updated_at == "2024-05-01T09:30:00+00:00"
    assert first.text.split("\n\n")[1:] == ["[x] Clean it", "[ ] Light it"]
    assert first.name != second.name


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("Notes", "The lamp is lit — before dusk.\n".encode(), "The lamp is lit — before dusk."),
        ("deploy", b"#!/bin/sh\necho harbour\n", "#!/bin/sh\necho harbour"),
    ],
)
def test_a_file_without_a_suffix_is_read_where_it_is_text(tmp_path: Path, name: str, data: bytes, text: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert is_readable(tmp_path / name)
    assert read(tmp_path / name)[0].text.strip() == text


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\x01\x00", b"", b"caf\xe9 au lait, d\xe9j\xe0 vu", b"<svg></svg>", b"a\x00b"]
)
def test_a_file_without_a_suffix_is_left_where_it_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "thing").write_bytes(data)
    assert not is_readable(tmp_path / "thing")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The one folder in which programs are looked for; it is empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    programs_for.cache_clear()
    yield folder
    programs_for.cache_clear()


_WORD_95 = compound({"WordDocument": b"\xdc\xa5\x68\x00" + bytes(1020)})


@pytest.mark.usefixtures("programs")
def test_a_word_file_of_before_97_is_refused_where_nothing_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(_WORD_95)
    with pytest.raises(DocumentUnreadable, match=r"from before Office 97.*Install LibreOffice"):
        read(tmp_path / "a.doc")


def test_a_word_file_of_before_97_is_read_by_the_program_that_is_there(tmp_path: Path, programs: Path) -> None:
    (programs / "antiword").write_text("#!/bin/sh\necho 'The lamp is lit before dusk.'\n")
    (programs / "antiword").chmod(0o755)
    (tmp_path / "a.doc").write_bytes(_WORD_95)
    assert [document.text.strip() for document in read(tmp_path / "a.doc")] == ["The lamp is lit before dusk."]


def test_a_word_file_at_which_the_program_fails_costs_one_line(tmp_path: Path, programs: Path) -> None:
    (programs / "antiword").write_text("#!/bin/sh\necho 'a.doc is not a Word Document.' >&2\nexit 1\n")
    (programs / "antiword").chmod(0o755)
    (tmp_path / "a.doc").write_bytes(_WORD_95)
    with pytest.raises(DocumentUnreadable, match=r"antiword failed with exit code 1: a\.doc is not a Word Document"):
        read(tmp_path / "a.doc")


def test_formulas_of_latex_stay_as_they_are_written(tmp_path: Path) -> None:
    source = r"By \begin{equation}\label{a} x = \frac{-b}{2a} \end{equation} and \[y^2\] it is \textbf{known}."
    assert read_bytes(tmp_path, "a.tex", source.encode()).text == r"By x = \frac{-b}{2a} and y^2 it is known."
