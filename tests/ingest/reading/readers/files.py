"""Small files of each format, made in code, and what every document must keep to."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from ingest.reading.document import Document
from ingest.reading.readers import read


def read_bytes(folder: Path, name: str, data: bytes, *, password: str | None = None) -> Document:
    """The only document of a file with that name and content, checked."""
    (document,) = read_all(folder, name, data, password=password)
    return document


def read_all(folder: Path, name: str, data: bytes, *, password: str | None = None) -> Sequence[Document]:
    path = folder / name
    path.write_bytes(data)
    documents = read(path, password=password)
    for document in documents:
        check(document)
    return documents


def check(document: Document) -> None:
    """The contract of `ingest.reading.document`."""
    position = 0
    for block in document.blocks:
        stretch = document.text[block.start : block.end]
        assert position <= block.start < block.end <= len(document.text)
        assert stretch == stretch.strip()
        assert (block.level > 0) == (block.kind == "heading") == bool(block.name)
        position = block.end
    assert list(document.page_starts) == sorted(document.page_starts)
    assert not document.page_labels or len(document.page_labels) == len(document.page_starts)
    assert "\r" not in document.text
    assert "\x00" not in document.text
    document.text.encode("utf-8")


def outline(document: Document) -> list[tuple[str, str]]:
    """Each block as its kind, with its level where it is a heading, and its text."""
    return [
        (block.kind + (str(block.level) if block.level else ""), document.text[block.start : block.end])
        for block in document.blocks
    ]


def pdf(*pages: Sequence[str], info: dict[str, str] | None = None) -> bytes:
    """A PDF whose pages hold the lines given, in Helvetica at 12 points."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for lines in pages:
        shown = "".join(f"1 0 0 1 72 {720 - 14 * number} Tm ({line}) Tj\n" for number, line in enumerate(lines))
        content = f"BT /F1 12 Tf\n{shown}ET".encode("latin-1")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % len(objects)
        )
        kids.append(len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    objects.append(b"<<%s>>" % b"".join(f"/{key}({value})".encode() for key, value in (info or {}).items()))
    return assemble_pdf(objects)


def assemble_pdf(objects: Sequence[bytes]) -> bytes:
    """Number the objects from 1, the first being the catalog and the last the information dictionary."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(
        b"trailer<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, len(objects), start)
    )
    return out.getvalue()
