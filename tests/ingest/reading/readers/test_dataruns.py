from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest

from ingest.sources.descriptions import Description
from ingest.sources.found import Item
from tests.ingest.reading.readers.files import outline, read_bytes

BYTES = random.Random(1).randbytes(20_000)  # noqa: S311 - a picture of no use
PICTURE = base64.b64encode(BYTES).decode()
LINES = base64.encodebytes(BYTES).decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", f"# Wiring\n\nBefore it.\n\n![diagram](data:image/png;base64,{PICTURE})\n\nThe red wire goes left.\n"),
        ("a.txt", f"Before it.\n\n{PICTURE}\n\nThe red wire goes left."),
        ("b.txt", f"Before it.\n\n{LINES}\nThe red wire goes left."),
        ("c.txt", f"Before it. {BYTES.hex()} The red wire goes left."),
        ("e.txt", f"Before it. {'deadbeef' * 400} The red wire goes left."),
        ("b.md", f"Before it.\n\n![x](data:image/svg+xml,{'%3Csvg%20a%3D' * 300})\n\nThe red wire goes left."),
        ("d.txt", f"Before it. {'=' * 5000} The red wire goes left."),
        ("a.json", json.dumps({"text": f"Before it.\n\ndata:image/png;base64,{PICTURE}\n\nThe red wire goes left."})),
        ("b.json", json.dumps({"a": "Before it.", "b": PICTURE, "c": ["The red wire goes left."]})),
        ("a.eml", f"Subject: x\r\n\r\nBefore it.\r\n\r\n{LINES}\r\nThe red wire goes left."),
    ],
)
def test_data_is_left_out_and_told_and_the_text_around_it_stays(tmp_path: Path, name: str, content: str) -> None:
    document = read_bytes(tmp_path, name, content.encode())
    assert "Before it." in document.text
    assert "The red wire goes left." in document.text
    assert len(document.text) < 200
    assert "characters that are data and no language" in document.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "すべての人間は、生まれながらにして自由であり、" * 100,
        "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน" * 60,
        "function(pump,valve){return(pump.pressure>valve.limit)&&open(valve)};" * 30,
        "the-red-wire-goes-to-the-left-and-the-blue-one-to-the-right-" * 40,
    ],
)
def test_a_language_without_blanks_stays(tmp_path: Path, text: str) -> None:
    document = read_bytes(tmp_path, "a.txt", text.encode())
    assert document.text == text
    assert document.notes == ()


def test_blocks_behind_what_is_left_out_keep_their_text(tmp_path: Path) -> None:
    content = f"# One\n\nA ![x](data:image/png;base64,{PICTURE}) b.\n\n## Two\n\nEnd."
    assert outline(read_bytes(tmp_path, "a.md", content.encode())) == [
        ("heading1", "# One"),
        ("paragraph", "A ![x]() b."),
        ("heading2", "## Two"),
        ("paragraph", "End."),
    ]


VECTOR = [number / 1000 for number in range(-384, 384)]


def test_data_in_the_fields_of_a_record_or_a_sidecar_is_left_out_and_told(tmp_path: Path) -> None:
    fields = {"raw": PICTURE, "vector": VECTOR, "sizes": [1, 2], "line": "-" * 2000}
    document = read_bytes(tmp_path, "a.jsonl", json.dumps({"text": "The red wire.", **fields}).encode())
    sidecar = tmp_path / "a.jsonl.meta.json"
    sidecar.write_text(json.dumps({"thumb": f"data:image/png;base64,{PICTURE}", "title": "Red\u00ad  wire"}))
    told = Description().of(document, Item(source="a.jsonl", place="a.jsonl", sidecar=sidecar))
    assert dict(told.metadata) == {"sizes": ["1", "2"], "line": "-" * 2000}
    assert told.title == "Red wire"
    assert [note.split("'")[1] for note in told.notes] == ["raw", "vector", "thumb"]
    assert all("it is data" in note for note in told.notes)


def test_a_vector_among_values_is_one_line_and_told(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.json", json.dumps({"name": "Wire", "vector": VECTOR, "sizes": [1, 2]}).encode())
    assert document.text == "name: Wire\nvector: 768 numbers, left out\nsizes: 1, 2"
    assert document.notes == ("Long lists of numbers, such as vectors and outlines, were left out.",)
