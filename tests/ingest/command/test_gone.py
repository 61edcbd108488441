"""What a document no longer says of itself is gone from the store, whatever was there before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.collection import RECORDS_FIELD
from corpus.filters import Filter
from corpus.records import document_id_of, record_id_of
from corpus.settings import CorpusSettings
from corpus.store import Store, open_store
from ingest.command.add import AddOptions, add_documents
from ingest.settings import IngestSettings
from ingest.sources.descriptions import description_from
from tests.openai_server import KEY, EmbeddingsServer, embeddings_server

FULL = """---
title: Old title
url: https://example.com/old
tags: [alpha, beta]
visibility: internal
year: 2020
updated: 2020-01-02
---
# Old heading

The pump hums at night.
"""
BARE = "The pump hums at night.\n"
NUMBERS = "".join(f"Sentence number {number} of a long text. " for number in range(400))


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as running:
        yield running


@pytest.fixture
def run(settings: CorpusSettings, server: EmbeddingsServer, tmp_path: Path) -> Callable[..., Any]:
    """`ingest add` over one folder into a store of either kind."""
    docs = tmp_path / "docs"
    docs.mkdir()

    def call(texts: dict[str, str], *metadata: str, url_template: str | None = None) -> Any:
        for name, text in texts.items():
            (docs / name).write_text(text)
        options = AddOptions(description=description_from(metadata, url_template))
        return add_documents([str(docs)], ingest_settings(settings, server, docs), options)

    return call


def ingest_settings(where: CorpusSettings, server: EmbeddingsServer, root: Path) -> IngestSettings:
    given = {
        **where.model_dump(exclude_unset=True),
        "embedding_dimensions": 16,
        "openai_api_key": KEY,
        "openai_base_url": server.url,
        "source_root": root,
        "workers": 1,
    }
    return IngestSettings.model_validate(given)


def rows_of(store: Store) -> dict[str, tuple[str, dict[str, Any], list[float]]]:
    """All that is stored but the time of storing."""
    rows = {chunk_id: (text, metadata) for chunk_id, metadata, text in store.rows.read(None, texts=True)}
    vectors = {
        chunk_id: vector.tolist()
        for page in store.rows.pages(rows, ["embeddings"])
        for chunk_id, vector in zip(page["ids"], page["embeddings"], strict=True)
    }
    return {
        each: (text, {name: value for name, value in metadata.items() if name != "ingested_at"}, vectors[each])
        for each, (text, metadata) in rows.items()
    }


def test_front_matter_that_is_taken_out_leaves_nothing(run: Callable[..., Any], settings: CorpusSettings) -> None:
    assert not run({"a.md": FULL}).failed
    with open_store(settings) as store:
        where = Filter(tags=("alpha",), metadata={"visibility": "internal", "year": 2020}).to_where()
        assert len(store.rows.ids(where or {})) == 1
    assert run({"a.md": BARE}).updated == 1
    with open_store(settings) as store:
        (record,) = store.documents()
        assert (record.title, record.url, record.metadata) == (None, None, {})
        (chunk,) = store.chunks(record.chunk_ids())
        assert chunk.heading is None
        assert not record.updated_at.startswith("2020")
        for asked in ({"tags": "alpha"}, {"visibility": "internal"}, {"year": 2020}):
            where = Filter(metadata=asked).to_where()
            assert store.rows.ids(where or {}) == []


def test_what_options_no_longer_say_is_gone(run: Callable[..., Any], settings: CorpusSettings) -> None:
    run({"a.md": BARE}, "department=sales", "tags=x,y", url_template="https://example.com/{source}")
    run({"a.md": BARE}, "tags=y")
    with open_store(settings) as store:
        (record,) = store.documents()
        assert (record.url, record.metadata) == (None, {"tags": ["y"]})


@pytest.mark.parametrize("text", [BARE, f"{BARE}\n{NUMBERS}"], ids=["one chunk", "several"])
def test_a_store_that_kept_what_was_gone_is_healed_and_nothing_is_embedded(
    run: Callable[..., Any], settings: CorpusSettings, text: str
) -> None:
    run({"a.md": text, "b.md": FULL})
    with open_store(settings) as store:
        right = rows_of(store)
        record_id = record_id_of(document_id_of("a.md"))
        # As an older version left it, which did not name what was gone.
        kept = {"title": "Old title", "url": "https://example.com/old", "heading": "Old heading", "meta.tags": "alpha"}
        store.rows.amend({record_id: {**kept, "stamp": "of an older version"}})
        store.rows.note_version(RECORDS_FIELD, 1)
    report = run({})
    assert (report.failed, report.embedded) == ([], 0)
    with open_store(settings) as store:
        assert rows_of(store) == right
        assert store.lexical_index.index().passing({"meta.tags": "alpha"}).count == 0
    assert run({}).unchanged == 2


TEXTS = st.sampled_from(["The pump hums.", "# Pump\n\nIt hums.", "## Part\n\nIt hums.\n\n" + "Quite a lot. " * 300])
FRONTS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["One", "Two"]),
        "url": st.sampled_from(["https://example.com/1", "https://example.com/2"]),
        "tags": st.sampled_from(["[a]", "[a, b]", "b"]),
        "level": st.sampled_from(["1", "2.5", "true", "text", "[x, y]"]),
        "updated": st.just("2021-02-03"),
    },
)
STATES = st.tuples(
    st.dictionaries(st.sampled_from(["a.md", "b.md"]), st.tuples(FRONTS, TEXTS), min_size=1),
    st.sampled_from([(), ("team=red",), ("level=9", "tags=z")]),
    st.sampled_from([None, "https://example.com/{source}"]),
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(STATES, min_size=2, max_size=4))
def test_any_sequence_of_runs_gives_the_store_of_one_run_over_the_last_state(
    server: EmbeddingsServer, states: list[Any]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        docs = Path(name, "docs")
        docs.mkdir()
        for number, (files, metadata, template) in enumerate(states):
            for old in docs.iterdir():
                old.unlink()
            for file, (front, text) in files.items():
                lines = "".join(f"{key}: {value}\n" for key, value in front.items())
                (docs / file).write_text(f"---\n{lines}---\n{text}" if lines else text)
                os.utime(docs / file, (1_600_000_000, 1_600_000_000))
            options = AddOptions(description=description_from(metadata, template), prune=True, may_empty=True)
            stores = ["again"] if number < len(states) - 1 else ["again", "once"]
            for store in stores:
                where = CorpusSettings(chroma_path=Path(name, store))
                assert not add_documents([str(docs)], ingest_settings(where, server, docs), options).failed
        again, once = (open_store(CorpusSettings(chroma_path=Path(name, store))) for store in ("again", "once"))
        with again, once:
            found, right = rows_of(again), rows_of(once)
            assert found.keys() == right.keys()
            for each in right:
                assert found[each][:2] == right[each][:2], each
                # Chroma makes a vector's length 1 at each write: one that was taken over may differ in its last bit.
                assert found[each][2] == pytest.approx(right[each][2], abs=1e-6), each
            assert again.lexical_index.stamp() == once.lexical_index.stamp()


def test_a_record_that_left_its_file_is_gone(run: Callable[..., Any], settings: CorpusSettings) -> None:
    one, other = ('{"id": "1", "text": "The pump hums."}\n', '{"id": "2", "text": "The valve hisses."}\n')
    assert run({"a.jsonl": one + other}).added == 2
    assert run({"a.jsonl": other}).removed == 1
    with open_store(settings) as store:
        assert [record.source for record in store.documents()] == ["a.jsonl#2"]
