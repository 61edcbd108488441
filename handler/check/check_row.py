"""One check and what came of it: a line of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `expected` and `remedy` matter if it failed."""

    name: str
    outcome: Outcome
    expected: str
    came: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Check:
    """What `ask` must return, and the remedy if it does not."""

    name: str
    expected: str
    remedy: str
    ask: Callable[[], tuple[Outcome, str]]


def carried_out(checks: Iterable[Check]) -> Iterator[Row]:
    """Every row, as soon as it is known."""
    for check in checks:
        outcome, came = check.ask()
        yield Row(name=check.name, outcome=outcome, expected=check.expected, came=came, remedy=check.remedy)
