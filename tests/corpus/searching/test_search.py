"""Search by vectors, words and both: the same tests on an embedded store and on a real server, with the local model."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.embedding.minilm import LocalEmbedder
from corpus.errors import LexicalIndexUnusable
from corpus.filters import Filter
from corpus.lexical.index_store import index_folder
from corpus.lexical.remote_index_store import RemoteIndexStore
from corpus.records import Chunk, document_id_of
from corpus.searching.corpus import Corpus
from corpus.searching.fusion import fuse
from corpus.searching.language_fit import WELL
from corpus.searching.search import Plan, search
from corpus.settings import CorpusSettings, SearchMode
from corpus.store import open_store
from tests.corpus.texts import corpus_of, document_of, write

pytestmark = pytest.mark.early

TEXTS = {
    "manuals/pump.md": [
        "The pump moves water through the heating circuit of the house.",
        "Replace the impeller, part FW-20117, when the pump hums.",
        "The housing is sealed with gasket FW-20109.",
    ],
    "manuals/car.md": ["An automobile needs fuel before a long trip.", "The vehicle's tyres wear out."],
    "policies/leave.md": ["Staff may carry five days of unused leave into the next year."],
    "policies/urlaub.md": ["Überstunden können als Urlaub genommen werden."],
}


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture
def corpus(settings: CorpusSettings, embedder: LocalEmbedder) -> Iterator[Corpus]:
    made = corpus_of(settings, embedder, TEXTS)
    if isinstance(made.store.lexical_index, RemoteIndexStore):
        made.store.lexical_index = RemoteIndexStore(made.store.lexical_index._files, seconds_between_looks=0)
    with made.store:
        yield made


def found(corpus: Corpus, query: str, mode: SearchMode = "hybrid", *, top_k: int = 5, **more: object) -> list[str]:
    hits = corpus.search(query, top_k=top_k, mode=mode, timeout_seconds=30, **more)  # type: ignore[arg-type]  # By name.
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in hits)
    return [hit.chunk.text for hit in hits]


def test_a_part_number_is_found_by_words_alone(corpus: Corpus) -> None:
    assert found(corpus, "fw20117", "lexical", top_k=1) == ["Replace the impeller, part FW-20117, when the pump hums."]
    assert found(corpus, "FW-20117")[0] == "Replace the impeller, part FW-20117, when the pump hums."


def test_a_meaning_without_a_word_in_common_is_found_by_vectors(corpus: Corpus) -> None:
    assert found(corpus, "petrol for journeys", "lexical") == []
    assert found(corpus, "petrol for journeys", "dense")[0] == "An automobile needs fuel before a long trip."
    assert found(corpus, "petrol for journeys")[0] == "An automobile needs fuel before a long trip."


def test_hybrid_is_the_default(corpus: Corpus) -> None:
    (hit,) = corpus.search("pump hums", top_k=1, timeout_seconds=30)
    (hybrid,) = corpus.search("pump hums", top_k=1, mode="hybrid", timeout_seconds=30)
    (dense,) = corpus.search("pump hums", top_k=1, mode="dense", timeout_seconds=30)
    assert hit == hybrid
    assert hit.score != pytest.approx(dense.score, abs=1e-3)


def test_the_mode_of_the_settings_counts_where_none_is_asked_for(
    settings: CorpusSettings, embedder: LocalEmbedder
) -> None:
    lexical = corpus_of(settings.model_copy(update={"search_mode": "lexical"}), embedder, TEXTS)
    with lexical.store:
        assert lexical.search("petrol for journeys", top_k=5, timeout_seconds=30) == []


@pytest.mark.parametrize("mode", ["dense", "lexical", "hybrid"])
def test_a_filter_holds_in_every_mode(corpus: Corpus, mode: SearchMode) -> None:
    within = Filter(metadata={"shelf": "policies"})
    texts = found(corpus, "unused leave of the pump FW-20117", mode, within=within)
    assert texts
    assert texts[0] == TEXTS["policies/leave.md"][0]
    assert not set(texts) & {*TEXTS["manuals/pump.md"], *TEXTS["manuals/car.md"]}
    assert found(corpus, "pump", mode, within=Filter(source="not/there.md")) == []


@pytest.mark.parametrize("mode", ["dense", "lexical", "hybrid"])
def test_a_removed_document_is_gone_at_once_even_before_the_index_knows(corpus: Corpus, mode: SearchMode) -> None:
    corpus.store.remove([document_id_of("manuals/pump.md")])
    assert not set(found(corpus, "pump impeller FW-20117", mode)) & set(TEXTS["manuals/pump.md"])


@pytest.mark.parametrize("mode", ["lexical", "hybrid"])
def test_a_changed_document_is_found_by_its_new_words_alone(
    corpus: Corpus, embedder: LocalEmbedder, mode: SearchMode
) -> None:
    write(corpus.store, embedder, {"manuals/pump.md": ["Replace the rotor, part QX-77."]})
    assert found(corpus, "QX-77", mode)[0] == "Replace the rotor, part QX-77."
    assert "Replace the impeller, part FW-20117, when the pump hums." not in found(corpus, "FW-20117", mode)


def test_what_a_killed_run_stored_is_found_by_vectors_until_the_next_run_indexes_it(
    corpus: Corpus, embedder: LocalEmbedder
) -> None:
    write(corpus.store, embedder, {"new.md": ["The kraken lives in the sea."]}, index=False)
    assert found(corpus, "kraken", "lexical") == []
    assert "The kraken lives in the sea." in found(corpus, "a monster of the ocean")
    write(corpus.store, embedder, {})
    assert found(corpus, "kraken", "lexical") == ["The kraken lives in the sea."]


@pytest.mark.parametrize("mode", ["dense", "lexical", "hybrid"])
def test_no_chunk_of_a_half_written_document_is_found(
    corpus: Corpus, embedder: LocalEmbedder, mode: SearchMode
) -> None:
    # As a run leaves it that is killed before the record is written.
    record, chunks = document_of("manuals/pump.md", ["The pump has a motor.", "The pump hums FW-20117 FW-20117."])
    vectors = next(embedder.embed_documents([[chunk.text for chunk in chunks]]))
    corpus.store.rows.upsert([(record, chunks[1], vectors[1])])
    corpus.store.lexical_index.update(add=[(chunks[1].chunk_id, chunks[1].text)], remove=[], stamp="half")
    texts = found(corpus, "pump hums FW-20117", mode)
    assert texts[0] == "Replace the impeller, part FW-20117, when the pump hums."
    assert chunks[1].text not in texts


def test_a_document_that_is_replaced_between_two_readings_is_found_in_one_version(
    corpus: Corpus, embedder: LocalEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = "The pump in the cellar hums loudly at night when it is worn"
    write(corpus.store, embedder, {"worn.md": [f"{same}.", f"{same}!"]})
    record, chunks = document_of("worn.md", ["A pump that is worn hums.", "A pump in the cellar is worn and hums."])
    vectors = next(embedder.embed_documents([[chunk.text for chunk in chunks]]))
    corpus.store.rows.upsert([(record, chunks[1], vectors[1])])
    whole = corpus.store.whole
    read: list[int] = []

    def then_replaced(chunk_ids: Sequence[str]) -> dict[str, Chunk]:
        answer = whole(chunk_ids)
        if not read:
            corpus.store.write([(record, chunks, vectors)])
        read.append(len(answer))
        return answer

    monkeypatch.setattr(corpus.store, "whole", then_replaced)
    texts = found(corpus, f"{same}.", "dense", top_k=2)
    assert len(read) > 1
    assert texts[0] == f"{same}."
    assert chunks[1].text not in texts


def test_without_an_index_hybrid_search_is_dense_search_and_says_so_in_the_log(
    corpus: Corpus, embedder: LocalEmbedder, settings: CorpusSettings, caplog: pytest.LogCaptureFixture
) -> None:
    if settings.chroma_url:
        corpus.store._handle.client.delete_collection(f"{settings.chroma_collection}.words")
    else:
        shutil.rmtree(index_folder(settings.chroma_path, settings.chroma_collection))
    with caplog.at_level(logging.WARNING):
        assert found(corpus, "pump") == found(corpus, "pump", "dense")
    assert "lexical_index_unusable" in [record.message for record in caplog.records]
    with pytest.raises(LexicalIndexUnusable, match="ingest add"):
        found(corpus, "pump", "lexical")
    # The next run, which finds nothing new, makes it again.
    write(corpus.store, embedder, {})
    assert found(corpus, "FW-20117", "lexical", top_k=1) == [TEXTS["manuals/pump.md"][1]]


def test_where_the_index_turns_out_damaged_while_it_is_asked_hybrid_search_is_dense_search(
    tmp_path: Path, embedder: LocalEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    within = Filter(metadata={"shelf": "policies"})
    corpus = corpus_of(CorpusSettings(chroma_path=tmp_path), embedder, TEXTS)
    with corpus.store:
        for file in index_folder(tmp_path, "corpus").glob("*/rows.npy"):
            np.save(file, np.load(file) + 1000)
        corpus.store.lexical_index.close()
        for filtered in (Filter(), within):
            answers = [
                corpus.search("unused leave", top_k=5, within=filtered, mode=mode, timeout_seconds=30)
                for mode in ("hybrid", "dense")
            ]
            assert answers[0] == answers[1] != []
        assert "damaged" in str([record.__dict__ for record in caplog.records])
        with pytest.raises(LexicalIndexUnusable, match="damaged"):
            found(corpus, "unused leave", "lexical")


@pytest.mark.parametrize("mode", ["dense", "lexical", "hybrid"])
@pytest.mark.parametrize("fields", [None, b"", b"{", b"[]", b'{"a": 1}', b"\xff\xfe"])
def test_a_filter_holds_where_the_fields_beside_the_index_are_missing_or_damaged(
    tmp_path: Path, embedder: LocalEmbedder, mode: SearchMode, fields: bytes | None
) -> None:
    within = Filter(metadata={"shelf": "policies"})
    corpus = corpus_of(CorpusSettings(chroma_path=tmp_path), embedder, TEXTS)
    with corpus.store:
        expected = corpus.search("unused leave, FW-20117", top_k=5, within=within, mode=mode, timeout_seconds=30)
        corpus.store.lexical_index.close()
        for file in index_folder(tmp_path, "corpus").glob("*/fields.json"):
            file.unlink()
            if fields is not None:
                file.write_bytes(fields)
        answer = corpus.search("unused leave, FW-20117", top_k=5, within=within, mode=mode, timeout_seconds=30)
        assert [hit.chunk for hit in answer] == [hit.chunk for hit in expected]
        assert [hit.score for hit in answer] == pytest.approx([hit.score for hit in expected], abs=1e-5)
        assert {hit.chunk.metadata["shelf"] for hit in answer} == {"policies"}


def test_an_open_index_filters_when_a_newer_one_has_removed_its_files(tmp_path: Path, embedder: LocalEmbedder) -> None:
    with corpus_of(CorpusSettings(chroma_path=tmp_path), embedder, TEXTS).store as store:
        index = store.lexical_index.index()
        store.lexical_index.write([("z-0", "fox")], stamp="newer")
        assert index.passing({"meta.shelf": "manuals"}).count == 5


def test_a_score_below_the_least_wanted_is_left_out(corpus: Corpus) -> None:
    hits = corpus.search("unused leave of staff", top_k=5, timeout_seconds=30)
    least = (hits[0].score + hits[1].score) / 2
    assert len(hits) > 2
    assert corpus.search("unused leave of staff", top_k=5, min_score=least, timeout_seconds=30) == hits[:1]


def test_nothing_relevant_scores_low(corpus: Corpus) -> None:
    (hit,) = corpus.search("Which composer wrote the opera Tosca?", top_k=1, timeout_seconds=30)
    assert hit.score < 0.15


def test_at_most_so_many_chunks_of_a_document_unless_that_document_is_asked_for(
    settings: CorpusSettings, embedder: LocalEmbedder
) -> None:
    corpus = corpus_of(settings.model_copy(update={"max_per_document": 1}), embedder, TEXTS)
    with corpus.store:
        hits = corpus.search("pump", top_k=4, timeout_seconds=30)
        assert len({hit.document_id for hit in hits}) == len(hits) == 4
        alone = Filter(document_id=document_id_of("manuals/pump.md"))
        assert len(corpus.search("pump", top_k=3, within=alone, timeout_seconds=30)) == 3


def test_a_text_that_is_stored_twice_fills_one_place(corpus: Corpus, embedder: LocalEmbedder) -> None:
    write(corpus.store, embedder, {"copy.md": TEXTS["manuals/pump.md"]})
    texts = found(corpus, "pump", top_k=10)
    assert len(set(texts)) == len(texts) == sum(map(len, TEXTS.values()))


@pytest.mark.usefixtures("corpus")
def test_another_reader_sees_what_was_written(settings: CorpusSettings) -> None:
    with open_store(settings) as store:
        assert len(store.lexical_index.index()) == sum(map(len, TEXTS.values()))


def test_the_ranking_is_that_of_exact_scores_for_every_candidate(tmp_path: Path, embedder: LocalEmbedder) -> None:
    # More chunks than either side brings, so that many candidates come from one side alone.
    words = ["pump", "valve", "motor", "bearing", "shaft", "seal", "wheel", "gear"]
    chance = np.random.default_rng(3)
    texts: Mapping[str, list[str]] = {
        f"{number}.md": [" ".join([*chance.choice(words, 4), f"unit {number}"])] for number in range(120)
    }
    corpus = corpus_of(CorpusSettings(chroma_path=tmp_path), embedder, texts)
    plan = Plan(mode="hybrid", top_k=8, depth=20)
    with corpus.store as store:
        query = "a shaft and its bearing"
        vectors = embedder.embed_queries([query], timeout_seconds=30)
        (hits,) = search(store, [query], vectors, [WELL], plan)
        scores = store.lexical_index.index().scores(query)
        (near,) = store.similar(vectors, count=plan.depth)
        ids = list({*near, *(match.chunk_id for match in scores.top(plan.depth))})
        assert len(ids) > plan.depth
        cosines = store.cosines(vectors[0], ids)
        assert all(cosines[each] == pytest.approx(near[each], abs=1e-5) for each in near)
        exact = np.array([cosines[each] for each in ids], dtype=np.float32)
        best = fuse(ids, exact, scores.of(ids), max_bm25=scores.max_bm25, depth=plan.depth)
        assert [hit.score for hit in hits] == pytest.approx([each.score for each in best[:8]], abs=1e-5)
        (more,) = search(store, [query], vectors, [WELL], replace(plan, top_k=50))
        assert more[:8] == hits
