"""Fused scores: their scale, their order, and that neither side can spoil the other's answer."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.searching.fusion import Scores, dense_shares, fuse, lexical_shares
from corpus.searching.language_fit import Fit

IDS = ["a", "b", "c", "d", "e"]
NOTHING = np.zeros(5, dtype=np.float32)


def scores(*values: float) -> Scores:
    return np.array(values, dtype=np.float32)


def order(*sides: Scores, max_bm25: float = 10, trust: float = 1) -> list[str]:
    return [ranked.chunk_id for ranked in fuse(IDS, *sides, max_bm25=max_bm25, fit=Fit(vectors=trust))]


def test_the_scale_is_pinned() -> None:
    both = fuse(["a"], scores(1), scores(10), max_bm25=10)
    assert both[0].score == pytest.approx(1)
    near = fuse(["a"], scores(1), scores(0), max_bm25=0)
    assert near[0].score == pytest.approx(0.45)
    # The vectors have nothing to say at all, so they are not contradicted either.
    held = fuse(["a", "b"], scores(0, 0), scores(10, 0), max_bm25=10)
    assert held[0].score == pytest.approx(0.55)
    nothing = fuse(["a"], scores(-0.2), scores(0), max_bm25=10)
    assert nothing[0].score == 0


def test_scores_of_one_side_are_pinned() -> None:
    assert dense_shares(scores(1, 0.71, 0, -1)).tolist() == pytest.approx([1, 0.71, 0, 0])
    assert lexical_shares(scores(8, 4, 0), max_bm25=8).tolist() == [1, 0.5, 0]
    assert lexical_shares(scores(0), max_bm25=0).tolist() == [0]


def test_scores_fall_with_the_rank_and_stay_between_0_and_1() -> None:
    random = np.random.default_rng(5)
    for _ in range(200):
        size = int(random.integers(1, 30))
        cosines = random.uniform(-1, 1, size).astype(np.float32)
        bm25 = (random.uniform(0, 9, size) * (random.uniform(size=size) < 0.5)).astype(np.float32)
        fused = fuse(
            [str(number) for number in range(size)], cosines, bm25, max_bm25=9, fit=Fit(vectors=float(random.uniform()))
        )
        values = [ranked.score for ranked in fused]
        assert values == sorted(values, reverse=True)
        assert all(0 <= value <= 1 for value in values)
        assert len({ranked.chunk_id for ranked in fused}) == size


def test_a_chunk_that_both_sides_like_beats_one_that_only_one_loves() -> None:
    assert order(scores(0.7, 0.6, 0.1, 0.1, 0.1), scores(0, 4, 4.5, 0.2, 0.1))[0] == "b"


def test_without_a_common_word_the_vectors_decide() -> None:
    assert order(scores(0.1, 0.5, 0.3, 0.2, 0.4), NOTHING, max_bm25=0) == ["b", "e", "c", "d", "a"]


def test_without_any_nearness_the_words_decide() -> None:
    assert order(NOTHING, scores(1, 5, 3, 2, 4)) == ["b", "e", "c", "d", "a"]


def test_a_model_that_does_not_read_the_language_hardly_counts() -> None:
    cosines, bm25 = scores(0.9, 0.5, 0.5, 0.5, 0.5), scores(3, 3.5, 3.4, 3.3, 0)
    assert order(cosines, bm25)[0] == "a"
    assert order(cosines, bm25, trust=0)[:3] == ["b", "c", "d"]
    assert order(scores(0.1, 0.2, 0.3, 0.4, 0.5), NOTHING, trust=0) == ["e", "d", "c", "b", "a"]


def test_vectors_that_miss_what_the_words_are_sure_of_count_less() -> None:
    far = fuse(IDS, scores(0.8, 0.3, 0.3, 0.3, 0.3), scores(0, 8, 7.9, 7.8, 1), max_bm25=10)
    near = fuse(IDS, scores(0.8, 0.8, 0.3, 0.3, 0.3), scores(0, 8, 7.9, 7.8, 1), max_bm25=10)
    of = {ranked.chunk_id: ranked.score for ranked in far}, {ranked.chunk_id: ranked.score for ranked in near}
    assert of[0]["a"] < of[1]["a"] == pytest.approx(0.36)


def test_equal_scores_come_in_the_order_of_ids() -> None:
    assert order(NOTHING, NOTHING) == IDS


def test_no_candidates_make_an_empty_ranking() -> None:
    assert fuse([], scores(), scores(), max_bm25=0) == []
