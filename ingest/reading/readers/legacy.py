"""Word files and slides from before Office 97, read by LibreOffice, antiword or catdoc.

If none of these programs is installed, such files are refused.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from pathlib import Path

from corpus.errors import DocumentEmpty, DocumentError, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.programs import Program, programs_for, run
from ingest.reading.readers.composer import Composer, clean
from ingest.reading.readers.docx import reader as docx
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.pptx import reader as pptx
from ingest.reading.readers.tables import lines

_SLIDES = tuple(name.encode("utf-16-le") for name in ("PowerPoint Document", "PP40"))
_FIELD = re.compile(r'HYPERLINK +(?:\\l +)?"[^"\n]*" *(?:\\[a-z] +"[^"\n]*" *)*')  # antiword's output for links.
_NO_PROGRAM = "The file is from before Office 97, and no program here reads it. Install LibreOffice, or save it anew."
_BULLETS = "•▪◦"


def read(data: bytes, *, password: str | None = None) -> list[Document]:
    """Read by the first program that succeeds. Raises DocumentUnreadable if no program can."""
    suffix = ".ppt" if any(name in data for name in _SLIDES) else ".doc"
    failure: DocumentError = DocumentUnreadable(_NO_PROGRAM)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"file{suffix}"
        path.write_bytes(data)
        for program in programs_for(suffix):
            try:
                return [_saved(program, path, password) if program.is_office else _printed(program, path)]
            except DocumentError as error:
                failure = error
    raise failure


def _saved(program: Program, path: Path, password: str | None) -> Document:
    """The document, converted by the program to a current format."""
    kind = "pptx" if path.suffix == ".ppt" else "docx"
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    words = [program.path, profile, "--headless", "--convert-to", kind, "--outdir", str(path.parent), str(path)]
    run(words, folder=path.parent)
    made = path.with_suffix(f".{kind}")
    if not made.is_file():
        raise DocumentUnreadable("LibreOffice cannot read the file: it is damaged or encrypted.")
    data = made.read_bytes()
    return pptx.read(data, password=password)[0] if kind == "pptx" else docx.read(data, password=password)[0]


def _printed(program: Program, path: Path) -> Document:
    """The document as the program prints it: one paragraph per line, cells between vertical bars."""
    text = clean(decode(run([program.path, *program.options, str(path)], folder=path.parent)))
    text = _FIELD.sub("", text)
    composer = Composer()
    for is_row, group in itertools.groupby(filter(None, map(str.strip, text.split("\n"))), key=_is_row):
        if is_row:
            composer.table(lines([row[1:-1].split("|") for row in group]))
            continue
        for paragraph in group:
            composer.put("list_item" if paragraph[0] in _BULLETS else "paragraph", paragraph)
    if not composer.blocks:
        raise DocumentEmpty("The file holds no text.")
    return composer.finish()


def _is_row(line: str) -> bool:
    return len(line) > 2 and line.startswith("|") and line.endswith("|")
