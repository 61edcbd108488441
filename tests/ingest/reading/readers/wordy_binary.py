"""The same for what is written in bytes: workbooks of before 2007, binary ones, Outlook's mail; and for saved pages."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from tests.ingest.reading.readers.compound import compound
from tests.ingest.reading.readers.wordy import Wordy, html

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HIDDEN = "Hidden sheets were left out"


def old_workbook(w: Wordy) -> bytes:
    """[MS-XLS]: two sheets, of which one is hidden."""

    def record(kind: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))

    def label(row: int, column: int, text: str) -> bytes:
        return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1"))

    def named(start: int, name: str, *, hidden: bool) -> bytes:
        return record(0x85, struct.pack("<IBBBB", start, hidden, 0, len(name), 0) + name.encode("latin-1"))

    cells = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (4, 0), (5, 5), (9, 200)]
    shown = begin(0x10) + b"".join(label(*cell, w()) for cell in cells) + record(0x0A)
    away = begin(0x10) + label(0, 0, w.gone(HIDDEN)) + record(0x0A)
    name = w()
    start = len(begin(5) + named(0, name, hidden=False) + named(0, "Away", hidden=True) + record(0x0A))
    names = named(start, name, hidden=False) + named(start + len(shown), "Away", hidden=True)
    return compound({"Workbook": begin(5) + names + record(0x0A) + shown + away})


def binary_workbook(w: Wordy) -> bytes:
    """[MS-XLSB]: cells with texts of their own and with shared ones; a hidden sheet."""

    def number(value: int) -> bytes:
        return bytes((value & 0x7F,)) if value < 0x80 else bytes((value & 0x7F | 0x80, value >> 7))

    def record(kind: int, content: bytes = b"") -> bytes:
        return number(kind) + number(len(content)) + content

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    def sheet(rows: list[list[str]], *, shared: int) -> bytes:
        data = record(148, struct.pack("<IIII", 0, len(rows), 0, 3)) + record(145)
        for place, row in enumerate(rows):
            data += record(0, struct.pack("<IIHHBI", place, 0, 300, 0, 0, 0))
            data += b"".join(record(6, struct.pack("<II", column, 0) + wide(text)) for column, text in enumerate(row))
            data += record(7, struct.pack("<III", len(row), 0, place)) if place < shared else b""
        return record(129) + data + record(146) + record(130)

    def bundle(state: int, tab: int, name: str) -> bytes:
        return record(156, struct.pack("<II", state, tab) + wide(f"rId{tab}") + wide(name))

    texts = [w(), w()]
    strings = record(159, struct.pack("<II", 2, 2)) + b"".join(record(19, b"\0" + wide(each)) for each in texts)
    name = w()
    relation = f'<Relationship Id="{{}}" Type="{OFFICE}/{{}}" Target="{{}}"/>'.format
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'.format
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="bin"/></Types>',
        "_rels/.rels": relations(relation("rId1", "officeDocument", "xl/workbook.bin")),
        "xl/_rels/workbook.bin.rels": relations(
            relation("rId1", "worksheet", "worksheets/sheet1.bin")
            + relation("rId2", "worksheet", "worksheets/sheet2.bin")
            + relation("rId3", "sharedStrings", "sharedStrings.bin")
        ),
        "xl/workbook.bin": record(131)
        + record(143)
        + bundle(0, 1, name)
        + bundle(1, 2, "Away")
        + record(144)
        + record(132),
        "xl/sharedStrings.bin": strings + record(160),
        "xl/worksheets/sheet1.bin": sheet([[w(), w()], [w(), w()], [w()], [w(), w()]], shared=2),
        "xl/worksheets/sheet2.bin": sheet([[w.gone(HIDDEN)]], shared=0),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for path, content in parts.items():
            package.writestr(path, content)
    return out.getvalue()


def outlook(w: Wordy) -> bytes:
    """[MS-OXMSG]: subject, people, both bodies, of which one is read, and an attached text and picture."""
    said = {"0037": w(), "0C1A": w(), "0E04": f"{w()}; {w()}", "0E03": w(), "1000": w.gone("")}
    streams = {f"__substg1.0_{name}001F": text.encode("utf-16-le") for name, text in said.items()}
    streams["__substg1.0_10130102"] = f"<p>{w()}</p><table><tr><td>{w()}</td></tr></table><p>{w()}</p>".encode()
    streams["__properties_version1.0"] = bytes(32)
    for place, (name, content) in enumerate((("note.txt", w().encode()), (f"{w.gone('not read')}.png", b"\x89PNG"))):
        folder = f"__attach_version1.0_#{place:08}"
        streams[f"{folder}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}/__substg1.0_37010102"] = content
    return compound(streams)


def saved_page(w: Wordy) -> bytes:
    """RFC 2557: all that a page has, its style sheet and picture beside it."""
    page = MIMEMultipart("related")
    page["Snapshot-Content-Location"] = "https://example.org/p"
    page.attach(MIMEText(html(w), "html", "utf-8"))
    page.attach(MIMEText(f"p {{ content: '{w.gone('')}' }}", "css"))
    page.attach(MIMEImage(b"x", "png"))
    return page.as_bytes()


BINARY: dict[str, Callable[[Wordy], str | bytes]] = {
    "a.xls": old_workbook,
    "a.xlsb": binary_workbook,
    "a.msg": outlook,
    "a.mhtml": saved_page,
}
