"""Whatever one document's metadata holds, it costs that document at most, and nothing of it is changed in silence."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import SettingsError
from corpus.records import Chunk
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store, open_store
from corpus.stored import rounded, storable
from ingest.command.add import AddOptions, add_documents
from ingest.reading.readers.frontmatter import interpret
from ingest.sources.descriptions import description_from
from tests.corpus.store.test_store import EAST, RECORD, document
from tests.ingest.command.test_gone import ingest_settings
from tests.openai_server import embeddings_server

# What a field holds in YAML, and what is kept of it: a value, None where it is empty, "told" where a remark names it.
YAML: dict[str, Any] = {
    '""': "",
    "text": "text",
    "'1'": "1",
    "1": 1,
    "-9223372036854775808": -(2**63),
    "9223372036854775807": 2**63 - 1,
    "9223372036854775808": "told",
    "-9223372036854775809": "told",
    "1e400": "1e400",
    ".inf": "told",
    "-.inf": "told",
    ".nan": "told",
    "0x" + "f" * 5000: "told",
    "1.5": 1.5,
    "2.0": 2.0,
    "true": True,
    "null": None,
    "~": None,
    "[]": None,
    "{}": None,
    "2024-05-06": "2024-05-06",
    "2024-05-06T07:08:09Z": "2024-05-06T07:08:09+00:00",
    "[a, b]": ["a", "b"],
    "[1, 2.5, true, text, 2024-05-06]": ["1", "2.5", "true", "text", "2024-05-06"],
    "['']": [""],
    "[.nan, 9223372036854775808]": ["nan", "9223372036854775808"],
    "[a, null]": "told",
    "[[a], [b]]": "told",
    "[{a: b}]": "told",
    "{a: b}": "told",
    "!!set {a, b}": "told",
    "!!binary aGVsbG8=": "told",
    "!!omap [a: b]": "told",
    "!!pairs [a: b]": "told",
    '"a\\0b"': "a\0b",
    "'" + "x" * 20_000 + "'": "x" * 20_000,
}
KEYS = ("", " ", "$gt", "#document", "chroma:document", "a.b", "null", "1", "document_id", "digest", "é", "x" * 500)


def test_every_shape_of_yaml_and_json_in_every_place(settings: CorpusSettings, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    expected: dict[str, Any] = {"good.txt": None}
    (docs / "good.txt").write_text("Nothing is wrong here.")
    for number, (text, kept) in enumerate(YAML.items()):
        front, beside, listed = (docs / f"{number}{suffix}" for suffix in (".md", ".txt", ".jsonl"))
        front.write_text(f"---\nfield: {text}\n---\nFront matter number {number}.")
        beside.write_text(f"Sidecar number {number}.")
        (docs / f"{number}.txt.meta.yaml").write_text(f"field: {text}")
        expected |= dict.fromkeys((front.name, beside.name), kept)
        value = yaml.safe_load(text)
        if isinstance(value, str | int | float | list | dict | None) and len(text) < 5000:
            try:
                listed.write_text(json.dumps({"text": f"Record number {number}.", "field": value}))
            except TypeError:
                continue
            expected[f"{listed.name}#1"] = None if kept == "" else kept
    for number, key in enumerate(KEYS):
        (docs / f"key{number}.txt").write_text(f"Key number {number}.")
        (docs / f"key{number}.txt.meta.json").write_text(json.dumps({key: "value"}))
        expected[f"key{number}.txt"] = None
    with embeddings_server() as server:
        report = add_documents([str(docs)], ingest_settings(settings, server, docs), AddOptions())
    told = {source for source, note in report.notes if "was left out" in note}
    with open_store(settings) as store:
        found = {record.source: record.metadata.get("field") for record in store.documents()}
    unreadable = {source for source, _ in report.failed}
    assert unreadable <= {name for name in expected if name.endswith((".md", ".txt")) and len(name) < 8}
    assert found.keys() | unreadable == expected.keys()
    for source, value in found.items():
        want = expected[source]
        if want == "told":
            assert value is None
            assert source in told, source
        else:
            assert value == want, source
            assert type(value) is type(want), source
    assert not unreadable


@pytest.mark.parametrize("text", ['tags: ""', 'tags: ","', "tags: []", "tags: ' , , '"])
def test_tags_that_hold_nothing_are_no_tags(tmp_path: Path, text: str) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text(f"---\n{text}\n---\nThe pump hums.")
    where = CorpusSettings(chroma_path=tmp_path / "store")
    with embeddings_server() as server:
        options = AddOptions(description=description_from(["tags="], None))
        report = add_documents([str(docs)], ingest_settings(where, server, docs), options)
    assert (report.added, report.failed, report.notes) == (1, [], [])


@pytest.mark.parametrize("pair", ["n=9223372036854775808", "n=.nan", "n=-.inf"])
def test_the_command_line_refuses_numbers_that_cannot_be_kept(pair: str) -> None:
    with pytest.raises(SettingsError, match="'n'"):
        description_from([pair], None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes() | st.binary(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=6,
)


NAMES = st.text() | st.sampled_from(["title", "url", "tags", "updated", "date"])


@settings(max_examples=60, deadline=None)
@given(fields=st.dictionaries(NAMES, JSON, max_size=5))
def test_what_passes_comes_back_from_chroma_as_it_is(shapes: Store, fields: dict[str, Any]) -> None:
    front = interpret(fields)
    metadata, _ = storable(front.metadata)
    try:
        json.dumps([front.title, metadata], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return  # Half characters: the document is refused before.
    written = document("a.txt", ["text"], [EAST], title=front.title, url=front.url, metadata=metadata)
    assert shapes.write([written]) == {}
    (chunk,) = shapes.chunks([written[1][0].chunk_id])
    assert _told(chunk) == _told(written[1][0])


def _told(chunk: Chunk) -> tuple[Any, ...]:
    return chunk.title, chunk.url, {name: (type(value), value) for name, value in rounded(chunk.metadata).items()}


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with create_store(CorpusSettings(chroma_path=tmp_path_factory.mktemp("shapes")), RECORD) as store:
        yield store


def test_what_chroma_refuses_costs_its_document_and_leaves_nothing(settings: CorpusSettings) -> None:
    good = [document(f"{number}.txt", ["one", "two"], [EAST, EAST]) for number in range(5)]
    bad = document("bad.txt", ["one", "two"], [EAST, EAST], metadata={"list": []})
    with create_store(settings, RECORD) as store:
        refused = store.write([*good[:3], bad, *good[3:]])
        assert list(refused) == [bad[0].document_id]
        assert "refused" in refused[bad[0].document_id]
        assert [record.source for record in store.documents()] == [f"{number}.txt" for number in range(5)]
        assert store.count() == 10
        older = document("bad.txt", ["older"], [EAST])
        assert store.write([older]) == {}
        assert list(store.write([bad, good[0]])) == [bad[0].document_id]
        found = store.document(bad[0].document_id)
        assert found is not None
        assert [chunk.text for chunk in found[1]] == ["older"]
        assert store.count() == 11


def test_numbers_that_are_none_are_told_of() -> None:
    kept, remarks = storable({"a": math.nan, "b": 2**63, "c": [], "d": 1})
    assert kept == {"d": 1}
    assert [remark.split("'")[1] for remark in remarks] == ["a", "b"]
