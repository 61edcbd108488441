"""What a measured scale says of larger ones."""

from __future__ import annotations

import pytest

from benchmarks.extrapolated import BYTES, MEMORY, QUESTIONS, TIMES, Scale, tables


def measured(chunks: int, *, seconds: float, milliseconds: float = 2.0, megabytes: float = 1.0) -> dict[str, float]:
    return {
        **dict.fromkeys(TIMES.values(), seconds),
        **dict.fromkeys(BYTES.values(), chunks / 1000),
        **dict.fromkeys(MEMORY.values(), megabytes),
        **dict.fromkeys(QUESTIONS.values(), milliseconds),
        "logical, MB": chunks / 500,
    }


def test_a_chunk_takes_as_much_longer_with_each_power_of_ten_as_it_did_where_it_was_measured() -> None:
    scale = Scale({1_000: measured(1_000, seconds=1.0), 10_000: measured(10_000, seconds=20.0)})
    assert scale.each("write, s", 10_000) == pytest.approx(20.0)
    assert scale.each("write, s", 100_000) == pytest.approx(400.0)
    assert scale.each("write, s", 1_000_000) == pytest.approx(8_000.0)


def test_no_chunk_gets_cheaper_and_bytes_and_memory_grow_by_the_chunk() -> None:
    few = measured(1_000, seconds=2.0, milliseconds=3.0, megabytes=100.0)
    scale = Scale({1_000: few, 11_000: measured(11_000, seconds=11.0, megabytes=200.0)})
    assert scale.each("write, s", 110_000) == pytest.approx(110.0)
    assert scale.one("server: question, ms", 110_000) == pytest.approx(2.0)
    assert scale.bytes("disk, MB", 1_000_000) == pytest.approx(1_000.0)
    assert scale.memory("server: memory, MB", 111_000) == pytest.approx(1_200.0)
    assert scale.most("server: memory, MB", 1_200.0) == 111_000


def test_the_tables_mark_what_was_not_measured_and_what_does_not_fit() -> None:
    made = tables({10_000: measured(10_000, seconds=20.0), 100_000: measured(100_000, seconds=200.0)}, 384)
    assert "| US dollars | 10,000 | 100,000 | ~ 1,000,000 | ~ 100,000,000 |" in made
    (writing,) = [line for line in made.splitlines() if line.startswith("| write, processor time")]
    assert writing == "| write, processor time | 20.0 s | 3.3 min | ~ 33.3 min | ~ 2.3 days |"
    (snapshot,) = [line for line in made.splitlines() if line.startswith("| snapshot, a month")]
    assert snapshot.endswith("does not fit |")
    (embedding,) = [line for line in made.splitlines() if line.startswith("| embed all")]
    assert embedding == "| embed all, once | 0.06 | 0.60 | 6.00 | 600.00 |"


def test_a_part_that_was_measured_alone_stands_beside_what_is_reckoned() -> None:
    bare = {"bare: write, s": 4_000.0}
    made = tables({10_000: measured(10_000, seconds=20.0), 1_000_000: bare}, 384)
    assert "| write, bare `collection.add`, the same | 20.0 s | 66.7 min | ~ " in made
    assert "| write, processor time | 20.0 s | ~ 33.3 min | ~ " in made
    assert "| write, of bare's time | 1.00 | ~ 0.50 | ~ " in made
