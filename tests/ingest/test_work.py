"""How far a run has come is told by the work, and the time left holds within a half of what it then takes."""

from __future__ import annotations

import pytest

from ingest.work import Work, in_words


@pytest.mark.parametrize(
    ("read_rate", "embed_rate", "write_rate"),
    [(100.0, 20.0, 80.0), (20.0, 90.0, 90.0), (50.0, 50.0, 15.0)],
    ids=["the model is slow", "reading is slow", "writing is slow"],
)
@pytest.mark.parametrize(
    "sizes",
    [[100] * 50, [10, 30, 100, 300] * 12, [40] * 100 + [1000], [1000] + [40] * 100],
    ids=["even", "mixed", "large last", "large first"],
)
def test_the_time_left_is_true_within_a_half(
    sizes: list[int], read_rate: float, embed_rate: float, write_rate: float
) -> None:
    """Each byte gives a chunk; the stages run beside each other, each at its own rate, embedding in batches."""
    total = sum(sizes)
    work = Work(bytes_all=total)
    seconds = 0.0
    forecasts: list[tuple[float, float]] = []
    while work.written < total:
        seconds += 1.0
        done, read = min(read_rate * seconds, total), 0
        for size in sizes:
            if read + size > done:
                break
            read += size
        work.bytes_read = work.cut = read
        work.embedded = min(work.cut, int(work.embedded + embed_rate + 1))
        work.written = min(work.embedded, int(work.written + write_rate + 1))
        left = work.seconds_left(seconds)
        if left is not None and work.share > 0.2:
            forecasts.append((seconds, left))
    off = [(at, left) for at, left in forecasts if not 0.5 <= (left + at) / seconds <= 1.5]
    assert forecasts
    assert off == []


def test_what_is_stored_already_is_no_work() -> None:
    work = Work(bytes_all=1000, bytes_same=900, bytes_read=50, cut=10, embedded=10, written=10)
    assert work.share == 0.5
    assert Work(bytes_all=10, bytes_same=10).share == 1.0
    assert Work(bytes_all=10).share == 0.0


def test_a_large_file_moves_while_it_is_embedded_and_all_is_done_once_it_is_written() -> None:
    shares = [Work(bytes_all=1, bytes_read=1, cut=100, embedded=done).share for done in (0, 50, 100)]
    assert shares == [0.0, 0.5, 0.99]
    assert Work(bytes_all=1, bytes_read=1, cut=100, embedded=100, written=100).share == 1.0
    behind = Work(bytes_all=1, bytes_read=1, cut=10_000, embedded=10_000, written=2_000)
    assert behind.share == 0.25


def test_nothing_is_forecast_before_there_is_something_to_go_by() -> None:
    assert Work(bytes_all=100).seconds_left(60) is None
    assert Work(bytes_all=100, bytes_read=50, cut=5, embedded=5, written=5).seconds_left(1) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(3, "about 5 s"), (42, "about 40 s"), (150, "about 2 min"), (7200, "about 2.0 h")]
)
def test_it_is_told_as_people_do(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
