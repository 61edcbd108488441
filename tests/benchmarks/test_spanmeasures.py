"""The measures by spans, on cases small enough to count by hand."""

from __future__ import annotations

import pytest

from benchmarks.spanmeasures import Stretch, covering_rank, found, within_budget

ANSWERS = [Stretch("a", 10, 20), Stretch("a", 50, 60)]


def test_an_answer_half_held_by_one_chunk_of_two() -> None:
    # 10 of 20 characters; 40 read; 10 of the answers' are missing.
    assert found([Stretch("a", 0, 20), Stretch("b", 40, 60)], ANSWERS) == pytest.approx((0.5, 0.25, 0.2))


def test_a_chunk_of_another_document_holds_nothing() -> None:
    assert found([Stretch("b", 0, 100)], ANSWERS) == (0, 0, 0)


def test_what_two_chunks_share_is_found_once_and_read_twice() -> None:
    assert found([Stretch("a", 10, 20), Stretch("a", 10, 20)], ANSWERS) == pytest.approx((0.5, 0.5, 1 / 3))


def test_nothing_found_is_no_division_by_zero() -> None:
    assert found([], ANSWERS) == (0, 0, 0)


def test_a_budget_cuts_the_last_chunk() -> None:
    chunks = [Stretch("a", 0, 20), Stretch("a", 30, 60), Stretch("a", 70, 80)]
    assert within_budget(chunks, 40) == [Stretch("a", 0, 20), Stretch("a", 30, 50)]
    assert within_budget(chunks, 20) == chunks[:1]


def test_the_first_chunk_that_holds_any_answer_whole() -> None:
    assert covering_rank([Stretch("a", 0, 19), Stretch("a", 45, 60)], ANSWERS) == 2
    assert covering_rank([Stretch("a", 0, 19)], ANSWERS) is None
