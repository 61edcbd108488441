"""Manifests and pointers are a stranger's words: what is not as ours are is refused before a file is fetched."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import SnapshotInvalid
from corpus.snapshot.manifest import SQLITE, manifest_from_bytes, pointer_from_bytes
from corpus.snapshot.store_choice import snapshot_store_of

GOOD: dict[str, Any] = {
    "format": 2,
    "version": "20260101T000000000Z-0123456789ab",
    "created_at": "2026-01-01T00:00:00+00:00",
    "collection": "corpus",
    "record": {
        "format": 1, "metric": "cosine", "embedding_model": "m", "dimensions": 3, "shortened": False,
        "tokenizer": "t", "chunk_tokens": 100, "chunk_overlap": 10,
    },
    "documents": 1,
    "chunks": 1,
    "content": "0" * 64,
    "files": [{"path": SQLITE, "sha256": "0" * 64, "bytes": 1}, {"path": "a/b", "sha256": "1" * 64, "bytes": 2}],
}  # fmt: skip
LEAVES: list[object] = [None, True, -1, 2**53, 10**400, 1.5, "", "x", "\ud800", "a\0b", [], [1], {}, {"a": 1}, [[]]]
PATHS = [
    "../a", "/a", "a/../b", "a//b", "a/", ".", "..", "", "a\\b", ".lock", "a/.lock", ".hidden/a", f"{SQLITE}-journal",
    f"{SQLITE}-wal", f"{SQLITE}-shm", f"a/{SQLITE}-journal", "a\0b", "a\nb", "a\x1b[31m", SQLITE,
]  # fmt: skip


def refused(fields: object) -> str:
    with pytest.raises(SnapshotInvalid) as error:
        manifest_from_bytes(json.dumps(fields).encode(), name="it")
    assert str(error.value).isprintable()
    return str(error.value)


def test_a_good_one_is_read() -> None:
    manifest = manifest_from_bytes(json.dumps(GOOD).encode(), name="it")
    assert (manifest.bytes, manifest.previous) == (3, None)


@pytest.mark.parametrize("name", GOOD)
def test_a_field_of_another_shape_is_refused(name: str) -> None:
    for leaf in LEAVES:
        fields = copy.deepcopy(GOOD)
        fields[name] = leaf
        # JSON's true is Python's 1; and any text may stand in some.
        is_text = isinstance(leaf, str) and leaf != "\ud800" and name in {"created_at", "content", "collection"}
        if not is_text and not (name == "format" and leaf is True):
            refused(fields)
    refused({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize("name", ["path", "sha256", "bytes"])
def test_a_files_field_of_another_shape_is_refused(name: str) -> None:
    for leaf in LEAVES:
        if name == "path" and leaf == "x":
            continue
        fields = copy.deepcopy(GOOD)
        fields["files"][1][name] = leaf
        refused(fields)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_is_none_of_a_stores_is_refused(path: str) -> None:
    fields = copy.deepcopy(GOOD)
    fields["files"][1]["path"] = path
    refused(fields)


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    "content",
    [b"", pytest.param(DEEP, id="deep"), b"\xff", b"null", b"[]", b"1", b'{"format": 3}'],
)
def test_what_is_no_manifest_is_no_pointer_either(content: bytes) -> None:
    with pytest.raises(SnapshotInvalid):
        manifest_from_bytes(content, name="it")
    with pytest.raises(SnapshotInvalid):
        pointer_from_bytes(content, name="it")


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_no_more_is_taken_than_was_declared(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    (tmp_path / "content").write_bytes(b"x" * 100)
    place = str(tmp_path / "place") if kind == "folder" else f"s3://{request.getfixturevalue('s3').bucket()}/place"
    with contextlib.closing(snapshot_store_of(place)) as store:
        store.upload(tmp_path / "content", "object", lambda _: None)
        store.download("object", tmp_path / "copy", max_bytes=100)
        with pytest.raises(SnapshotInvalid, match="longer than it should be"):
            store.download("object", tmp_path / "copy", max_bytes=99)
