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

from corpus.filters import Filter, passes
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
