"""The index answers as BM25 does, stays in step, and opens or says why not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import pytest

from corpus.errors import LexicalIndexUnusable
from corpus.lexical.build import MERGE_RATIO, merge_index, update_index, write_index
from corpus.lexical.index import LexicalIndex
from corpus.lexical.index_files import INDEX_FILE, read_about
from corpus.lexical.terms import Analyzer

CHUNKS = [
    ("d", "The pump AX-2000/B needs a new seal every two years."),
    ("a", "How long is the warranty? The warranty of the pump lasts three years."),
    ("c", "Die Garantie gilt nicht für die Dichtungen, und sie ist auch nicht übertragbar."),
    ("b", "黑豹队的防守只丢了 308分"),
    ("e", "---"),
]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    write_index(tmp_path, CHUNKS, stamp="1")
    return LexicalIndex(tmp_path)


def found(index: LexicalIndex, query: str, **options: object) -> list[str]:
    return [match.chunk_id for match in index.scores(query).top(10, **options)]  # type: ignore[arg-type]  # Options pass on.


def files_of(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def test_chunks_are_found_best_first(index: LexicalIndex) -> None:
    assert found(index, "pump warranty") == ["a", "d"]
    assert found(index, "ax2000b") == ["d"]
    assert found(index, "Dichtung") == ["c"]
    assert found(index, "黑豹") == ["b"]
    assert len(index) == 5
    assert index.languages == ["english", "german"]


def assert_scores_of_bm25(index: LexicalIndex, chunks: list[tuple[str, str]], query: str) -> None:
    cutter = Analyzer()
    reference = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    rows = sorted(chunks)
    reference.index([cutter.document(text)[1] for _, text in rows], show_progress=False)
    expected = reference.get_scores(list(cutter.query(query, index.languages)))
    for _ in range(2):  # The second time of what is kept.
        scores = index.scores(query)
        assert scores.of([chunk_id for chunk_id, _ in rows]) == pytest.approx(expected, abs=1e-6)
        assert scores.max_bm25 > max(expected) > 0


def test_scores_are_those_of_bm25(index: LexicalIndex) -> None:
    for query in ("pump warranty", "seal of the pump, every year", "Garantie und Dichtungen", "防守"):
        assert_scores_of_bm25(index, CHUNKS, query)


def test_scores_are_those_of_bm25_however_many_chunks_hold_a_word(tmp_path: Path) -> None:
    chunks = [
        (f"{number:03}", f"{'pump ' * (1 + number % 3)}part{number // 100} code{number}") for number in range(300)
    ]
    write_index(tmp_path, chunks[:290], stamp="1")
    update_index(tmp_path, add=chunks[290:], remove=[], stamp="2", fields={})
    index = LexicalIndex(tmp_path)
    assert len(read_about(tmp_path)["segments"]) == 2
    assert_scores_of_bm25(index, chunks, "pump pump part1 part2 code3 code240 code299")


def test_no_chunk_reaches_the_ideal_and_a_better_one_comes_closer(tmp_path: Path) -> None:
    write_index(tmp_path, [("a", "seal " * 500), ("b", "seal pump"), ("c", "other")], stamp="1")
    scores = LexicalIndex(tmp_path).scores("seal pump unheardof")
    low, high = scores.of(["a", "b"])
    assert 0 < low < high < scores.max_bm25


def test_nothing_is_found_where_no_word_is_known(index: LexicalIndex) -> None:
    scores = index.scores("zebra the of")
    assert scores.top(10) == []
    assert scores.max_bm25 == 0
    assert scores.of(["a", "nowhere"]).tolist() == [0, 0]


def test_a_filter_finds_the_chunks_of_the_documents_that_pass(tmp_path: Path) -> None:
    chunks = [(f"{document}-{index}", "pump") for document in ("a", "ab", "b", "c") for index in ("0", "d1-1", "d1-10")]
    fields = {"a": {"year": 2025}, "ab": {"year": 2026}, "c": {"year": 2026}, "gone": {"year": 2026}}
    write_index(tmp_path, chunks, stamp="1", fields=fields)
    passing = LexicalIndex(tmp_path).passing({"year": 2026})
    assert passing.ids() == [chunk_id for chunk_id, _ in chunks if chunk_id.startswith(("ab-", "c-"))]
    assert found(LexicalIndex(tmp_path), "pump", passing=passing) == passing.ids()
    assert passing.sift(["c-0", "a-0", "ab-0"]) == ["c-0", "ab-0"]
    assert passing.sift(["c-0", "new-0"]) is None


def test_an_updated_document_is_filtered_by_its_new_fields(tmp_path: Path) -> None:
    chunks = [("a-0", "pump"), ("d-0", "seal")]
    write_index(tmp_path, chunks, stamp="1", fields={"a": {"year": 2025}, "d": {"year": 2025}})
    update_index(tmp_path, add=chunks[:1], remove=[], stamp="2", fields={"a": {"year": 2026}})
    index = LexicalIndex(tmp_path)
    assert index.passing({"year": 2026}).ids() == index.among(["a-0"]).ids() == ["a-0"]
    assert index.passing({"year": 2025}).ids() == index.among(["d-0"]).ids() == ["d-0"]


def test_equal_chunks_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    write_index(tmp_path, [(f"{number:03}", "same words") for number in reversed(range(100))], stamp="1")
    assert [match.chunk_id for match in LexicalIndex(tmp_path).scores("words").top(3)] == ["000", "001", "002"]


@pytest.mark.parametrize("chunks", [[], [("a", "")], [("a", "pump")]])
def test_small_corpora_can_be_searched(tmp_path: Path, chunks: list[tuple[str, str]]) -> None:
    write_index(tmp_path, chunks, stamp="1")
    index = LexicalIndex(tmp_path)
    assert len(index) == len(chunks)
    assert found(index, "pump") == [chunk_id for chunk_id, text in chunks if text]
    assert found(index, "pump", passing=index.passing({"year": 2026})) == []


def test_files_depend_on_the_chunks_alone(tmp_path: Path) -> None:
    write_index(tmp_path / "one", CHUNKS, stamp="1")
    write_index(tmp_path / "two", reversed([*CHUNKS, ("a", CHUNKS[1][1])]), stamp="1")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_updates_end_where_writing_anew_does(tmp_path: Path) -> None:
    old = [("a", "Replaced text about zebras."), ("x", "Les chats ne sont pas dans la maison de la mère"), CHUNKS[0]]
    write_index(tmp_path / "updated", old, stamp="0")
    update_index(
        tmp_path / "updated", add=[chunk for chunk in CHUNKS if chunk != CHUNKS[0]], remove=["x", "nowhere"], stamp="1"
    )
    write_index(tmp_path / "written", CHUNKS, stamp="1")
    assert files_of(tmp_path / "updated") == files_of(tmp_path / "written")
    assert read_about(tmp_path / "updated")["stamp"] == "1"


def test_an_update_may_leave_nothing_and_start_again(tmp_path: Path) -> None:
    write_index(tmp_path, CHUNKS, stamp="1")
    update_index(tmp_path, add=[], remove=[chunk_id for chunk_id, _ in CHUNKS], stamp="2")
    assert len(LexicalIndex(tmp_path)) == 0
    update_index(tmp_path, add=CHUNKS, remove=[], stamp="3")
    assert found(LexicalIndex(tmp_path), "pump warranty") == ["a", "d"]


def test_an_open_index_outlives_an_update(index: LexicalIndex, tmp_path: Path) -> None:
    update_index(tmp_path, add=[], remove=["a"], stamp="2")
    assert found(index, "pump warranty") == ["a", "d"]
    assert found(LexicalIndex(tmp_path), "pump warranty") == ["d"]
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_what_an_interrupted_writer_left_is_replaced(tmp_path: Path) -> None:
    write_index(tmp_path, CHUNKS, stamp="1")
    expected = files_of(tmp_path)
    (tmp_path / INDEX_FILE).unlink()
    (tmp_path / read_about_generation(expected) / "rows.npy").write_bytes(b"half")
    write_index(tmp_path, CHUNKS, stamp="1")
    assert files_of(tmp_path) == expected


def read_about_generation(files: dict[str, bytes]) -> str:
    return str(json.loads(files[INDEX_FILE])["segments"][0]["name"])


WORDS = ["pump", "seal", "valve", "motor", "gear", "shaft", "wheel", "bolt"]


def random_chunk(chance: np.random.Generator, number: int) -> tuple[str, str]:
    return f"{number:04}-0", " ".join([*chance.choice(WORDS, chance.integers(1, 12)), name_of(number)])


def name_of(number: int) -> str:
    """A word that no other chunk has."""
    return "x" + "".join("bcdfghjklm"[int(digit)] for digit in f"{number:04}")


def fields_for(chunks: dict[str, str]) -> dict[str, dict[str, object]]:
    return {
        each.removesuffix("-0"): {"words": len(text.split()), "first": text.split()[0]} for each, text in chunks.items()
    }


def test_updates_in_segments_answer_as_one_written_anew_does(tmp_path: Path) -> None:
    chance = np.random.default_rng(11)
    chunks = dict(random_chunk(chance, number) for number in range(400))
    write_index(tmp_path / "updated", chunks.items(), stamp="0", fields=fields_for(chunks))
    sizes = set()
    for turn in range(40):
        chosen = chance.choice(600, chance.integers(0, 12), replace=False)
        added = dict(random_chunk(chance, int(number)) for number in chosen[: len(chosen) // 2])
        gone = [f"{number:04}-0" for number in chosen[len(chosen) // 2 :]]
        chunks = {each: text for each, text in chunks.items() if each not in gone} | added
        update_index(tmp_path / "updated", add=added.items(), remove=gone, stamp=str(turn), fields=fields_for(added))
        sizes.add(len(read_about(tmp_path / "updated")["segments"]))
        if turn % 8 == 7:
            write_index(tmp_path / "anew", chunks.items(), stamp=str(turn), fields=fields_for(chunks))
            assert_same_answers(LexicalIndex(tmp_path / "updated"), LexicalIndex(tmp_path / "anew"))
    assert max(sizes) > 1
    merge_index(tmp_path / "updated")
    assert files_of(tmp_path / "updated") == files_of(tmp_path / "anew")


def assert_same_answers(one: LexicalIndex, other: LexicalIndex) -> None:
    assert len(one) == len(other)
    ids = [f"{number:04}-0" for number in range(600)]
    where = {"$and": [{"first": "pump"}, {"words": {"$gt": 4}}]}
    passing = one.passing(where)
    assert passing.ids()
    assert sorted(passing.ids()) == other.passing(where).ids()
    assert passing.chunks == len(other)
    assert sorted(one.among(passing.ids()).ids()) == sorted(passing.ids())
    for query in ("pump", "seal valve valve", f"gear {name_of(7)} {name_of(399)}", "wheel bolt unheardof"):
        left, right = one.scores(query), other.scores(query)
        assert left.max_bm25 == pytest.approx(right.max_bm25)
        assert left.of(ids) == pytest.approx(right.of(ids), abs=1e-6)
        assert [each.score for each in left.top(20)] == pytest.approx([each.score for each in right.top(20)], abs=1e-6)
        best = [each.chunk_id for each in left.top(600)]
        assert len(best) == len(set(best))
        assert {each.chunk_id for each in left.top(600, passing=passing)} == set(best) & set(passing.ids())


def test_an_update_leaves_the_files_of_a_large_segment_alone(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    write_index(tmp_path, [random_chunk(chance, number) for number in range(3 * MERGE_RATIO)], stamp="0")
    (name,) = [each["name"] for each in read_about(tmp_path)["segments"]]
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / name).iterdir()}
    update_index(tmp_path, add=[random_chunk(chance, 5), random_chunk(chance, 99)], remove=["0007-0"], stamp="1")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    index = LexicalIndex(tmp_path)
    assert len(index) == 3 * MERGE_RATIO
    assert found(index, name_of(7)) == []
    assert found(index, name_of(5)) == ["0005-0"]
    assert found(index, name_of(99)) == ["0099-0"]


def test_a_segment_that_is_mostly_dead_is_made_anew(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    chunks = [random_chunk(chance, number) for number in range(5 * MERGE_RATIO)]
    write_index(tmp_path, chunks, stamp="0")
    for turn, (chunk_id, _) in enumerate(chunks[:30]):
        update_index(tmp_path, add=[], remove=[chunk_id], stamp=str(turn))
        assert sum(each["rows"] for each in read_about(tmp_path)["segments"]) <= 1.5 * len(LexicalIndex(tmp_path)) + 2


def test_an_unusable_index_says_why_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LexicalIndexUnusable, match=r"there is none\. Run `ingest add`"):
        LexicalIndex(tmp_path)
    write_index(tmp_path, CHUNKS, stamp="1")
    about = read_about(tmp_path)
    (tmp_path / INDEX_FILE).write_text(json.dumps(about | {"terms": 0}))
    with pytest.raises(LexicalIndexUnusable, match="this version needs"):
        LexicalIndex(tmp_path)
    (tmp_path / INDEX_FILE).write_text("{")
    with pytest.raises(LexicalIndexUnusable, match="cannot be read"):
        LexicalIndex(tmp_path)
    (tmp_path / INDEX_FILE).write_text(json.dumps(about))
    (tmp_path / about["segments"][0]["name"] / "rows.npy").write_bytes(b"half")
    with pytest.raises(LexicalIndexUnusable, match="damaged"):
        LexicalIndex(tmp_path)
    shutil.rmtree(tmp_path / about["segments"][0]["name"])
    with pytest.raises(LexicalIndexUnusable, match="missing"):
        LexicalIndex(tmp_path)
    with pytest.raises(LexicalIndexUnusable, match="missing"):
        update_index(tmp_path, add=[], remove=["a"], stamp="2")


@pytest.mark.parametrize(
    "changes",
    [
        {"stamp": 1}, {"languages": ["enGlish"]}, {"languages": True}, {"spoken": {"english": "all"}}, {"segments": {}},
        {"segments": [{"name": "../elsewhere", "rows": 1, "live": 1}]}, {"segments": [{"name": "a", "rows": -1}]},
        {"segments": [{"name": "a", "rows": 1, "live": 1, "dead": "../../dead.npy"}]},
    ],
)  # fmt: skip
def test_what_an_index_says_of_itself_is_not_believed(tmp_path: Path, changes: dict[str, object]) -> None:
    write_index(tmp_path, CHUNKS, stamp="1")
    about = read_about(tmp_path)
    (tmp_path / INDEX_FILE).write_text(json.dumps(about | changes))
    with pytest.raises(LexicalIndexUnusable, match="is damaged"):
        LexicalIndex(tmp_path)
    (tmp_path / INDEX_FILE).write_text("[" * 100_000)
    with pytest.raises(LexicalIndexUnusable, match="cannot be read"):
        LexicalIndex(tmp_path)


@pytest.mark.parametrize(("shape", "kind"), [((-1, 1), None), ((-1,), np.float64)])
@pytest.mark.parametrize("name", ["rows", "lengths", "postings"])
def test_values_of_another_kind_are_refused(tmp_path: Path, name: str, shape: tuple[int, ...], kind: Any) -> None:
    write_index(tmp_path, CHUNKS, stamp="1")
    file = tmp_path / read_about(tmp_path)["segments"][0]["name"] / f"{name}.npy"
    np.save(file, np.load(file).reshape(shape).astype(kind or np.load(file).dtype))
    with pytest.raises(LexicalIndexUnusable, match=r"not a row of values|of another kind"):
        LexicalIndex(tmp_path)


def test_rows_that_cannot_be_are_told_when_they_are_met(tmp_path: Path) -> None:
    write_index(tmp_path, CHUNKS, stamp="1")
    rows = tmp_path / read_about(tmp_path)["segments"][0]["name"] / "rows.npy"
    np.save(rows, np.load(rows) + 1000)
    with pytest.raises(LexicalIndexUnusable, match="damaged"):
        LexicalIndex(tmp_path).scores("pump")


def test_opening_maps_the_files(index: LexicalIndex) -> None:
    ((segment, _, _, _),) = index._table.segments
    arrays = [segment.ids, segment.terms, segment.rows, segment.counts, segment.postings]
    assert all(isinstance(array.base, np.memmap) for array in arrays)


def test_hashes_are_the_same_in_every_process(tmp_path: Path) -> None:
    write_index(tmp_path / "here", CHUNKS, stamp="1")
    program = (
        "import sys; from pathlib import Path; from corpus.lexical.build import write_index\n"
        "from tests.corpus.lexical.test_index import CHUNKS\n"
        "write_index(Path(sys.argv[1]), CHUNKS, stamp='1')"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "there")], check=True, cwd=root)
    assert files_of(tmp_path / "here") == files_of(tmp_path / "there")
