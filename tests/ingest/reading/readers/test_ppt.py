"""PowerPoint files of before 2007, written record by record ([MS-PPT])."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from tests.ingest.reading.readers.compound import compound
from tests.ingest.reading.readers.files import outline, read_bytes

_CONTAINER = 0xF
_TITLE, _BODY, _NOTES, _OTHER = 0, 1, 2, 4


def _record(kind: int, body: bytes, *, instance: int = 0, version: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4 | version, kind, len(body)) + body


def _holding(kind: int, *records: bytes, instance: int = 0) -> bytes:
    return _record(kind, b"".join(records), instance=instance, version=_CONTAINER)


def _text(kind: int, text: str) -> bytes:
    return _record(0x0F9F, struct.pack("<I", kind)) + _record(0x0FA0, text.encode("utf-16-le"))


def _shape(text: bytes, *, place: tuple[int, ...] = (), is_table: bool = False, placeholder: int = 0) -> bytes:
    parts = [_record(0xF122, struct.pack("<HI", 0x039F, 1), instance=1, version=3)] if is_table else []
    parts += [_record(0xF00F, struct.pack("<iiii", *place))] if place else []
    parts += [_holding(0xF011, _record(0x0BC3, struct.pack("<iBBH", 0, placeholder, 0, 0)))] if placeholder else []
    return _holding(0xF004, *parts, *([_record(0xF00D, text)] if text else []))


def _slide(*shapes: bytes, notes: int = 0, is_hidden: bool = False) -> bytes:
    atom = _record(0x03EF, struct.pack("<I8xIIHH", 0, 0, notes, 0, 0))
    hidden = [_record(0x03F9, struct.pack("<iIBBHBxxx", 0, 0, 0, 0, 4, 0))] if is_hidden else []
    return _holding(0x03EE, atom, *hidden, _holding(0x040C, _holding(0xF002, _holding(0xF003, *shapes))))


def _entry(part: int, number: int, *texts: bytes) -> bytes:
    return _record(0x03F3, struct.pack("<IIIII", part, 0, len(texts), number, 0)) + b"".join(texts)


def _deck(slides: dict[int, bytes], *lists: bytes, token: int = 0xE391C05F) -> bytes:
    """A file whose first part is the document with its lists of slides; the others are numbered as given."""
    parts = {1: _holding(0x03E8, *lists), **slides}
    stream, places = b"", {}
    for number, part in parts.items():
        places[number] = len(stream)
        stream += part
    directory = len(stream)
    entries = b"".join(struct.pack("<II", 1 << 20 | number, place) for number, place in places.items())
    stream += _record(0x1772, entries)
    edit = len(stream)
    stream += _record(0x0FF5, struct.pack("<IHBBIIIIHH", 0, 0, 0, 3, 0, directory, 1, 9, 0, 0))
    user = _record(0x0FF6, struct.pack("<III", 20, token, edit))
    return compound({"PowerPoint Document": stream, "Current User": user})


def test_slides_come_in_their_order_with_titles_lists_tables_and_notes(tmp_path: Path) -> None:
    cells = [("Year", (0, 0, 5, 5)), ("Sales", (5, 0, 9, 5)), ("2024", (0, 5, 5, 9)), ("1,200", (5, 5, 9, 9))]
    table = _holding(0xF003, _shape(b"", is_table=True), *(_shape(_text(_OTHER, text), place=at) for text, at in cells))
    newer = _holding(0xF004, _holding(0xF011, _record(0x0420, b"\x09")), _record(0xF00D, _text(_OTHER, "Footer")))
    last = _slide(_shape(_text(_TITLE, "Figures")), table, _shape(_text(_OTHER, "7"), placeholder=0x08), newer)
    shown = _record(0x0F9E, struct.pack("<I", 1))  # The second text of the outline, put into a shape.
    first = _slide(
        _shape(_record(0x0F9E, struct.pack("<I", 0))), _shape(shown), _shape(_text(_OTHER, "Aside")), notes=77
    )
    notes = _holding(0x03F0, _holding(0x040C, _shape(_text(_NOTES, "Speak slowly."))))
    slides = _holding(
        0x0FF0,
        _entry(3, 256, _text(_TITLE, "Welcome"), _text(_BODY, "One\rTwo\x0bstill two")),
        _entry(2, 257),
        _entry(5, 258, _text(_TITLE, "Secret")),
    )
    others = _holding(0x0FF0, _entry(4, 77), instance=2)
    parts = {2: last, 3: first, 4: notes, 5: _slide(_shape(_text(_TITLE, "Secret")), is_hidden=True)}
    document = read_bytes(tmp_path, "talk.ppt", _deck(parts, slides, others))
    assert outline(document) == [
        ("heading1", "Welcome"),
        ("list_item", "- One"),
        ("list_item", "- Two still two"),
        ("paragraph", "Aside"),
        ("paragraph", "Notes: Speak slowly."),
        ("heading1", "Figures"),
        ("table", "Year: 2024; Sales: 1,200"),
    ]
    assert len(document.slide_starts) == 2
    assert document.notes == ("Hidden slides were left out: 1.",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_deck({}, _holding(0x0FF0), token=0xF3D1C4DF), "password"),
        (_deck({}, _holding(0x0FF0)), "no text"),
        (_deck({2: _slide()}, _holding(0x0FF0, _entry(2, 1)))[:700], "damaged"),
        (b"plain words", "damaged"),
    ],
    ids=["encrypted", "empty", "cut", "other"],
)
def test_a_presentation_that_says_nothing_is_refused_in_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as raised:
        read_bytes(tmp_path, "talk.ppt", data)
    assert "\n" not in str(raised.value)


def test_deep_groups_and_circles_of_edits_end(tmp_path: Path) -> None:
    group = _shape(_text(_OTHER, "Far below"))
    for _ in range(400):
        group = _holding(0xF003, group)
    deck = _deck({2: _slide(group, _shape(_text(_OTHER, "Near")))}, _holding(0x0FF0, _entry(2, 1)))
    assert outline(read_bytes(tmp_path, "deep.ppt", deck)) == [("paragraph", "Near")]
