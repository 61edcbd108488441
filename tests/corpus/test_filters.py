"""What passes a filter by our reading of Chroma's words is what Chroma lets through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import chromadb
import pytest
from chromadb.config import Settings
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.filters import Filter, is_chromas, passes
from corpus.stored import UPDATED, USER_PREFIX, seconds_of

TIMES = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
TEXTS = st.sampled_from(["hr", "it", "HR", ""])
NUMBERS = st.sampled_from([-3, -2.5, -2, 0, 0.5, 1, 1.0, 2, 2.5, 3])
VALUES = TEXTS | NUMBERS | st.booleans() | st.lists(TEXTS.filter(bool), min_size=1, max_size=2, unique=True)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(["a.md", "b.md"]),
        "title": st.sampled_from(["A", "B"]),
        UPDATED: st.sampled_from([seconds_of(time) for time in TIMES]),
        USER_PREFIX + "tags": st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, unique=True),
        USER_PREFIX + "field": VALUES,
    },
)
FILTERS = st.builds(
    Filter,
    source=st.none() | st.sampled_from(["a.md", "c.md"]),
    title=st.none() | st.sampled_from(["A", "C"]),
    tags=st.lists(st.sampled_from(["x", "y", "w"]), max_size=2, unique=True).map(tuple),
    updated_after=st.none() | st.sampled_from(TIMES),
    updated_before=st.none() | st.sampled_from(TIMES),
    metadata=st.dictionaries(st.just("field"), VALUES, max_size=1),
    source_any=st.lists(st.sampled_from(["a.md", "b.md", "c.md"]), max_size=2).map(tuple),
    metadata_any=st.dictionaries(st.just("field"), st.lists(VALUES, min_size=1, max_size=2), max_size=1),
)


@pytest.fixture(scope="module")
def collection() -> Iterator[Any]:
    client = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False, allow_reset=True))
    yield client.create_collection("filters", embedding_function=None)
    client.delete_collection("filters")


@settings(max_examples=150, deadline=None)
@given(records=st.lists(METADATA, min_size=8, max_size=8), narrowed=FILTERS)
def test_what_passes_is_what_chroma_lets_through(
    collection: Any, records: list[dict[str, Any]], narrowed: Filter
) -> None:
    where = narrowed.to_where()
    if where is None:
        return
    records = [{"n": number} | each for number, each in enumerate(records)]
    ids = [str(number) for number in range(len(records))]
    collection.delete(ids=ids)
    collection.add(ids=ids, embeddings=[[1.0, 0.0]] * len(ids), metadatas=records)
    let_through = set(collection.get(where=where, include=[])["ids"])
    assert {each for each, metadata in zip(ids, records, strict=True) if passes(where, metadata)} == let_through


FIELDS: dict[str, dict[str, Any]] = {
    "a": {"source": "hr/pay.md", USER_PREFIX + "year": 2024, USER_PREFIX + "signed": "2024-03-31"},
    "b": {
        "source": "hr/deep/leave.md",
        USER_PREFIX + "year": 2025.5,
        USER_PREFIX + "signed": "2025-01-01T12:00:00+02:00",
    },
    "c": {"source": "hrx/pay.md", USER_PREFIX + "year": "2024", USER_PREFIX + "signed": "soon"},
    "d": {"source": "hr/rows.jsonl#7", USER_PREFIX + "year": True, USER_PREFIX + "tags": ["x", "y"]},
    "e": {"source": "s3://bucket/hr/pay.md"},
}


@pytest.mark.parametrize(
    ("narrowed", "names"),
    [
        (Filter(source_folder="hr"), "abd"),
        (Filter(source_folder="./hr/"), "abd"),
        (Filter(source_folder="hr/deep"), "b"),
        (Filter(source_folder="hr/rows.jsonl"), "d"),
        (Filter(source_folder="hr/pay.md"), "a"),
        (Filter(source_folder="."), "abcde"),
        (Filter(source_folder="s3://bucket"), "e"),
        (Filter(metadata_from={"year": 2024}), "ab"),
        (Filter(metadata_to={"year": 2025}), "a"),
        (Filter(metadata_from={"year": 2024.5}, metadata_to={"year": 2025.5}), "b"),
        (Filter(metadata_from={"signed": "2024-03-31"}), "ab"),
        (Filter(metadata_to={"signed": "2024-03-31"}), "a"),
        (Filter(metadata_to={"signed": "2025-01-01"}), "ab"),
        (Filter(metadata_to={"signed": "2025-01-01T10:00:00Z"}), "ab"),
        (Filter(metadata_to={"signed": "2025-01-01T09:59:59Z"}), "a"),
        (Filter(source_any=("hr/pay.md", "hrx/pay.md")), "ac"),
        (Filter(metadata_any={"year": [2024, "2024"]}), "ac"),
        (Filter(without=Filter(tags=("y",))), "abce"),
        (Filter(without=Filter(source_folder="hr", metadata={"year": "2024"})), "e"),
        (Filter(source_folder="hr", without=Filter(metadata_any={"year": [2024, 2025.5]})), "d"),
    ],
)
def test_what_chroma_cannot_say_passes_as_it_is_meant(narrowed: Filter, names: str) -> None:
    where = narrowed.to_where()
    assert where is not None
    assert "".join(name for name, fields in FIELDS.items() if passes(where, fields)) == names


def test_what_chroma_can_say_is_known_from_what_it_cannot() -> None:
    chromas = Filter(source="a", tags=("x", "y"), metadata_any={"field": ["a", 2.5]}).to_where()
    assert chromas is not None
    assert is_chromas(chromas)
    for ours in (Filter(source_folder="a"), Filter(title="T", metadata_to={"a": 1}), Filter(without=Filter(title="A"))):
        where = ours.to_where()
        assert where is not None
        assert not is_chromas(where)


@pytest.mark.parametrize(("stored", "asked"), [("2024", 2024), (2024, "2024"), (True, "True"), ("True", True)])
def test_a_text_is_not_the_number_or_the_truth_that_it_spells(stored: object, asked: object) -> None:
    assert not passes({"meta.year": asked}, {"meta.year": stored})
