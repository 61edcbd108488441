"""Pass scans to an OCR program. Its result for a file is kept under the digest of the file."""

from __future__ import annotations

import hashlib
import shlex
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DocumentError, DocumentUnreadable
from ingest.reading.document import Document, OcrNeeded
from ingest.reading.programs import run
from ingest.reading.readers.registry import read_bytes

IN, OUT = "{in}", "{out}"


class Ocr(NamedTuple):
    """The command, which reads {in} and writes {out}, and the folder for its results."""

    command: str
    folder: Path


def is_wanted(result: Sequence[Document] | DocumentError) -> bool:
    """Whether the file has no text, or has pages that are images."""
    if isinstance(result, DocumentError):
        return isinstance(result, OcrNeeded)
    return any(document.has_scans for document in result)


def recognised(path: Path, result: Sequence[Document] | DocumentError, ocr: Ocr) -> Sequence[Document] | DocumentError:
    """The documents with the text of their images; `result` if OCR fails."""
    program = Path(shlex.split(ocr.command)[0]).name
    try:
        made = _made(path, ocr)
        documents = read_bytes(made, "recognised.pdf" if made.startswith(b"%PDF") else "recognised.txt")
    except DocumentError as error:
        if isinstance(result, DocumentError):
            return DocumentUnreadable(f"It has no text, and OCR gave none: {error}")
        return [replace(result[0], notes=(*result[0].notes, f"OCR gave no text: {error}")), *result[1:]]
    note = f"Its text was recognised by {program}."
    return [replace(documents[0], notes=(*documents[0].notes, note)), *documents[1:]]


def _made(path: Path, ocr: Ocr) -> bytes:
    """The command's output for the file, made now or by an earlier run."""
    kept = ocr.folder / hashlib.sha256(path.read_bytes() + ocr.command.encode()).hexdigest()
    if kept.is_file():
        return kept.read_bytes()
    try:
        ocr.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=ocr.folder) as name:
            out = Path(name) / "out.pdf"
            places = {IN: str(path.absolute()), OUT: str(out.absolute())}
            words = [places.get(word, word) for word in shlex.split(ocr.command)]
            run(words, folder=Path(name))
            if not out.is_file() or out.stat().st_size == 0:
                raise DocumentUnreadable(f"{Path(words[0]).name} wrote nothing to {OUT}.")
            out.replace(kept)
    except OSError as error:
        raise DocumentUnreadable(f"{ocr.folder} cannot be written to: {error.strerror}. Set OCR_PATH.") from error
    return kept.read_bytes()
