"""A segment is the same, however its chunks come together."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from corpus.lexical.build import merge_index, segment_of, update_index, write_index
from corpus.lexical.forward import Forward, ids_as_array
from corpus.lexical.index_segment import Segment

WORDS = np.array([f"word{number}" for number in range(300)])


def chunks(count: int, seed: int = 0) -> list[tuple[str, str]]:
    chance = np.random.default_rng(seed)
    return [(f"document{number // 3}:{number % 3}", " ".join(chance.choice(WORDS, 40))) for number in range(count)]


def assert_same(one: Segment, other: Segment) -> None:
    for each in fields(Segment):
        expected, got = getattr(one, each.name), getattr(other, each.name)
        assert expected.dtype == got.dtype, each.name
        assert np.array_equal(expected, got), each.name


@pytest.mark.parametrize("together", [1, 100, 2500, 10**9])
def test_cut_a_little_at_a_time_it_is_the_same(together: int) -> None:
    texts = chunks(60)
    assert_same(Segment.of(Forward.of(texts)), segment_of(iter(texts), together=together))


@pytest.mark.parametrize("together", [1, 7, 10**9])
def test_merged_a_few_terms_at_a_time_it_is_the_same(together: int) -> None:
    texts = chunks(60)
    parts = [Segment.of(Forward.of(texts[start::7])) for start in range(7)]
    assert_same(Segment.of(Forward.of(texts)), Segment.combined(parts, together=together))


def test_of_two_chunks_with_one_id_the_later_part_counts() -> None:
    old, new = chunks(9), chunks(6, seed=1)
    expected = Segment.of(Forward.of({**dict(old), **dict(new)}.items()))
    assert_same(expected, Segment.combined([segment_of(old), segment_of(new)], together=3))
    assert_same(expected, segment_of([*old, *new], together=100))


def test_of_nothing_there_is_a_segment_without_rows() -> None:
    nothing = segment_of([])
    assert len(nothing.ids) == len(nothing.terms) == 0
    assert_same(nothing, Segment.combined([nothing, nothing]))


def test_texts_without_a_word_keep_their_rows() -> None:
    texts = [("a:0", "!"), ("b:0", ""), ("c:0", "word")]
    assert_same(Segment.of(Forward.of(texts)), segment_of(texts, together=1))


def test_what_was_cut_by_document_is_grouped_and_narrowed_to_what_is_wanted() -> None:
    texts = chunks(60)
    parts = [Forward.of(document) for document in zip(*[iter(texts)] * 3, strict=True)]
    wanted = [text for text in texts if not text[0].startswith("document1")]
    ids = np.sort(ids_as_array([chunk_id for chunk_id, _ in wanted]))
    grouped = [Segment.of(group) for group in Forward.grouped(part.only(ids) for part in parts)]
    assert_same(Segment.of(Forward.of(wanted)), Segment.combined(grouped))


def test_an_index_of_many_segments_is_merged_to_the_same_bytes(tmp_path: Path) -> None:
    texts = chunks(60)
    write_index(tmp_path / "whole", texts, stamp="same")
    write_index(tmp_path / "parts", texts[:40], stamp="first")
    update_index(tmp_path / "parts", add=segment_of(texts[40:]), remove=[], stamp="same")
    merge_index(tmp_path / "parts")
    assert bytes_in(tmp_path / "parts") == bytes_in(tmp_path / "whole")


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
