"""JSON Lines, JSON, CSV and notebooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty, DocumentUnreadable
from tests.ingest.reading.readers.files import outline, read_all, read_bytes


def _lines(*records: object) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


def test_each_line_is_a_document_named_by_its_id(tmp_path: Path) -> None:
    records = [
        {
            "id": "w1",
            "title": "Warranty",
            "text": "Two years.\n\nSeals: one.",
            "url": "https://example.org/w",
            "lang": "en",
        },
        {"id": 7, "text": "Seven.", "metadata": {"tags": ["a", "b"], "nested": {"x": 1}}},
    ]
    first, second = read_all(tmp_path, "a.jsonl", _lines(*records))
    assert (first.name, first.title, first.url, first.metadata) == (
        "w1",
        "Warranty",
        "https://example.org/w",
        {"lang": "en"},
    )
    assert outline(first) == [("paragraph", "Two years."), ("paragraph", "Seals: one.")]
    assert (second.name, second.metadata) == ("7", {"tags": ["a", "b"]})


@pytest.mark.parametrize("text", [{"text": "Seven."}, {"pump": "seven"}], ids=["a text", "fields alone"])
@pytest.mark.parametrize(
    ("said", "access", "is_wrong"),
    [
        ({}, None, False),
        ({"access": ["group:hr", "user:1"]}, ("group:hr", "user:1"), False),
        ({"Access": "everyone"}, ("everyone",), False),
        ({"metadata": {"access": []}}, (), False),
        ({"access": ["group:hr"], "metadata": {"access": ["everyone"]}}, None, True),
        ({"access": {"group": "hr"}}, None, True),
    ],
    ids=str,
)
def test_a_record_says_who_may_see_it_once_and_understandably(
    tmp_path: Path,
    text: dict[str, str],
    said: dict[str, object],
    access: tuple[str, ...] | None,
    is_wrong: bool,  # noqa: FBT001 - a case
) -> None:
    (found,) = read_all(tmp_path, "a.jsonl", _lines({**text, **said}))
    assert (found.access, bool(found.access_fault)) == (access, is_wrong)
    assert "access" not in found.metadata
    assert "group" not in found.text or "metadata" in said


def test_the_retrieval_plugin_s_shape_is_taken(tmp_path: Path) -> None:
    metadata = {
        "source": "email",
        "source_id": "s-1",
        "url": "https://example.org",
        "created_at": "2026-03-01T10:00:00Z",
        "author": "Ann",
    }
    document = read_bytes(tmp_path, "a.jsonl", _lines({"id": "1", "text": "Hello.", "metadata": metadata}))
    assert document.url == "https://example.org"
    assert document.updated_at == "2026-03-01T10:00:00+00:00"
    assert document.metadata["author"] == "Ann"
    assert document.metadata["source_id"] == "s-1"


def test_records_without_a_text_are_their_fields(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.jsonl", _lines({"id": "p", "name": "Pump", "specs": {"bar": 8, "kg": 3}}))
    assert document.title == "Pump"
    assert document.text.splitlines() == ["id: p", "name: Pump", "specs: bar: 8; kg: 3"]


def test_damaged_lines_and_doubled_ids_are_remarked_and_cost_nothing_else(tmp_path: Path) -> None:
    data = _lines({"id": "a", "text": "One."}) + b"\n{broken\n\n" + _lines({"id": "a", "text": "Two."})
    first, second = read_all(tmp_path, "a.jsonl", data)
    assert [first.name, second.name] == ["a", "a-4"]
    assert "line 2" in first.notes[0]
    assert "a" in first.notes[1]


def test_lines_that_are_no_json_say_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="line 1"):
        read_all(tmp_path, "a.jsonl", b"not json\n")
    with pytest.raises(DocumentEmpty):
        read_all(tmp_path, "a.jsonl", b'{"text": ""}\n')


def test_a_json_list_of_records_is_as_many_documents(tmp_path: Path) -> None:
    documents = read_all(tmp_path, "a.json", json.dumps([{"text": "One."}, {"id": "x", "text": "Two."}]).encode())
    assert [(document.name, document.text) for document in documents] == [("1", "One."), ("x", "Two.")]


def test_any_other_json_is_a_line_for_each_field(tmp_path: Path) -> None:
    value = {"server": {"host": "localhost", "port": 8000}, "users": [{"name": "Ann", "age": 40}, {"name": "Bo"}]}
    assert read_bytes(tmp_path, "a.json", json.dumps(value).encode()).text.splitlines() == [
        "server: host: localhost; port: 8000",
        "users: name: Ann; age: 40",
        "users: name: Bo",
    ]


def test_json_that_is_none_says_where(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="line 1"):
        read_bytes(tmp_path, "a.json", b'{"a": }')
    with pytest.raises(DocumentUnreadable, match="nested"):
        read_bytes(tmp_path, "a.json", b"[" * 200_000)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_rows_name_their_columns(tmp_path: Path, delimiter: str) -> None:
    rows = [["Part", "Price", "Note"], ["Seal", "2.5", '"soft, red"'], ["Bolt", "1", ""]]
    data = "\r\n".join(delimiter.join(row) for row in rows).encode()
    text = read_bytes(tmp_path, "a.csv", data).text
    assert text == "Part: Seal; Price: 2.5; Note: soft, red\nPart: Bolt; Price: 1"


def test_csv_of_rows_unlike_its_first_is_kept_whole(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "a.csv", b"1,2,3\na,b,c,d\n").text == "1 | 2 | 3\na | b | c | d"


def test_a_notebook_keeps_text_code_and_results(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "\n", "- item"]},
        {
            "cell_type": "code",
            "source": "print(6 * 7)",
            "outputs": [{"output_type": "stream", "text": ["42\n"]}, {"data": {"image/png": "AAAA"}}],
        },
    ]
    document = read_bytes(tmp_path, "a.ipynb", json.dumps({"cells": cells, "nbformat": 4}).encode())
    assert document.title == "Title"
    assert outline(document) == [
        ("heading1", "# Title"),
        ("list_item", "- item"),
        ("code", "print(6 * 7)"),
        ("code", "42"),
    ]


def test_a_file_that_is_no_notebook_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="notebook"):
        read_bytes(tmp_path, "a.ipynb", b"[]")
