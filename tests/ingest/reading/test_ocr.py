"""Scans are given to the command that recognises text."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from corpus.errors import DocumentError, SettingsError
from corpus.loading import load
from ingest.reading.document import Document, OcrNeeded
from ingest.reading.ocr import Ocr, recognised
from ingest.reading.pool import ReaderPool
from ingest.settings import IngestSettings
from tests.ingest.reading.readers.pdfpages import Sheet

WORDS = "The lamp is lit an hour before dusk."


def _text(words: str) -> bytes:
    sheet = Sheet()
    sheet.line(words)
    return sheet.data()


def _scan(*texts: str) -> bytes:
    """A page that is a picture, and one for each text."""
    sheet = Sheet()
    sheet.canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, 612, 792)
    for words in texts:
        sheet.next_page()
        sheet.line(words)
    return sheet.data()


def _program(folder: Path, lines: str) -> Ocr:
    """A stand-in for ocrmypdf, which writes what is in `made` to where it shall."""
    (folder / "made").write_bytes(_text(WORDS))
    script = folder / "program.sh"
    script.write_text(f"cd {shlex.quote(str(folder))}\necho once >>calls\n{lines}\n")
    return Ocr(f"/bin/sh {shlex.quote(str(script))} {{in}} {{out}}", folder / "kept")


def _read(data: bytes, folder: Path, ocr: Ocr | None, *, seconds: float = 20.0) -> Sequence[Document] | DocumentError:
    path = folder / "scan.pdf"
    path.write_bytes(data)
    with ReaderPool(workers=1, timeout_seconds=seconds, ocr=ocr) as pool:
        return next(result for _, result in pool.read_all([path]))


def test_a_scan_is_read_by_the_command_and_only_once(tmp_path: Path) -> None:
    ocr = _program(tmp_path, 'test "$1" -ef scan.pdf && cp made "$2"')
    data = _scan()
    for _ in range(2):
        found = _read(data, tmp_path, ocr)
        assert not isinstance(found, DocumentError)
        assert (found[0].text, found[0].notes) == (WORDS, ("Its text was recognised by sh.",))
    assert (tmp_path / "calls").read_text().split() == ["once"]


def test_a_pdf_with_text_is_not_given_to_it(tmp_path: Path) -> None:
    ocr = _program(tmp_path, 'cp made "$2"')
    found = _read(_text("This can be read."), tmp_path, ocr)
    assert not isinstance(found, DocumentError)
    assert found[0].text == "This can be read."
    assert not (tmp_path / "calls").exists()


def test_one_page_that_is_a_picture_is_told_or_recognised(tmp_path: Path) -> None:
    data = _scan("The second page.")
    alone = _read(data, tmp_path, None)
    assert not isinstance(alone, DocumentError)
    assert "Page 1 was left out: without text, a picture." in alone[0].notes[0]
    found = _read(data, tmp_path, _program(tmp_path, 'cp made "$2"'))
    assert not isinstance(found, DocumentError)
    assert found[0].text == WORDS


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("echo no such language >&2; exit 3", "sh failed with exit code 3: no such language"),
        ("exit 0", "sh wrote nothing to {out}."),
        ('printf "%%PDF-1.4 nothing" >"$2"', "The PDF is damaged"),
    ],
)
def test_a_command_that_fails_costs_its_file_one_line(tmp_path: Path, lines: str, said: str) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(_scan())
    found = recognised(path, OcrNeeded("The PDF has no text."), _program(tmp_path, lines))
    assert isinstance(found, DocumentError)
    assert str(found).startswith("It has no text, and OCR gave none: ")
    assert said in str(found)


def test_a_command_that_hangs_is_ended_with_its_reader_s_time(tmp_path: Path) -> None:
    found = _read(_scan(), tmp_path, _program(tmp_path, "sleep 60"), seconds=0.4)
    assert "sh took longer than" in str(found)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ocrmypdf in out", "must name {in} and {out}"),
        ("no-such-program-at-all {in} {out}", "begins with no-such-program-at-all, which is not installed here"),
        ("sh '{in} {out}", "has a quote that is not closed"),
    ],
)
def test_a_command_that_cannot_work_is_refused_at_the_start(command: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said.replace("{", r"\{")):
        load(IngestSettings, ocr_command=command)
