from __future__ import annotations

from dataclasses import dataclass

from tests.not_run import summary


@dataclass
class Report:
    longrepr: tuple[str, int, str]


def test_what_did_not_run_is_counted_by_what_it_needs() -> None:
    skipped = [Report(("a.py", 1, "Skipped: needs the shared documents"))] * 2 + [
        Report(("b.py", 2, "Skipped: no npm"))
    ]
    assert summary(skipped, ran=7) == [
        "3 of 10 tests did not run on this machine, and so nothing is known of what they check:",
        "      2  needs the shared documents",
        "      1  no npm",
    ]


def test_where_everything_ran_nothing_is_said() -> None:
    assert summary([], ran=7) == []
