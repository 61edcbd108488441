"""Set contenders beside each other: taken in turns, as ratios within one run, printed and, if asked for, saved.

On a machine that others use too a time says little; two times measured one after the other, again and again, do.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

TURNS = 5


def take_turns(
    contenders: Mapping[str, Callable[[], object]],
    *,
    turns: int,
    clock: Callable[[], float] = time.perf_counter,
    warm_up: bool = True,
) -> dict[str, list[float]]:
    """Each contender's seconds in every turn; each turn begins with another contender.

    `clock` is `time.process_time` where one core counts and threads of other processes must not.
    """
    if warm_up:
        for work in contenders.values():
            work()
    times: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(turns):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            start = clock()
            contenders[name]()
            times[name].append(clock() - start)
    return times


@dataclass(frozen=True, slots=True)
class Comparison:
    """The contenders' `seconds` for one subject, one for each turn; `amount` of `unit` was done in each."""

    subject: str
    base: str
    seconds: Mapping[str, Sequence[float]]
    amount: float = 0.0
    unit: str = "MB"

    def ratios(self, name: str, base: str | None = None) -> list[float]:
        """How many times as long as the base it took, for each turn."""
        return [one / other for one, other in zip(self.seconds[name], self.seconds[base or self.base], strict=True)]

    def ratio(self, name: str, base: str | None = None) -> float:
        """The median of `ratios`."""
        return statistics.median(self.ratios(name, base))

    def median(self, name: str) -> float:
        """The median of the contender's seconds."""
        return statistics.median(self.seconds[name])

    def ratio_of_medians(self, name: str, base: str | None = None) -> float:
        """For many short times, of which single pairs say nothing."""
        return self.median(name) / self.median(base or self.base)

    def rate(self, name: str) -> float:
        """So much of the amount a second, by the median time."""
        return self.amount / self.median(name)

    def lines(self) -> list[str]:
        """A Markdown table."""
        rate = f" {self.unit}/s |" if self.amount else ""
        lines = [f"| {self.subject} | seconds |{rate} time of {self.base} | least to most |"]
        lines.append("|---|" + "---:|" * (4 if self.amount else 3))
        for name, seconds in self.seconds.items():
            rate = f" {self.rate(name):.2f} |" if self.amount else ""
            ratios = self.ratios(name)
            lines.append(
                f"| {name} | {statistics.median(seconds):.3f} |{rate} {self.ratio(name):.2f} | "
                f"{min(ratios):.2f} to {max(ratios):.2f} |"
            )
        return lines


@dataclass(frozen=True, slots=True)
class Goal:
    """What was asked for, and what was found."""

    what: str
    wanted: float
    found: float
    at_least: bool = True

    @property
    def is_met(self) -> bool:
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted

    def line(self) -> str:
        """A row of a Markdown table."""
        sign = "≥" if self.at_least else "≤"
        return f"| {self.what} | {sign} {self.wanted:g} | {self.found:.2f} | {'yes' if self.is_met else '**no**'} |"


@dataclass(slots=True)
class Outcome:
    """All that one benchmark found. `figures` are single numbers, by what they are."""

    benchmark: str
    comparisons: list[Comparison] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)

    def markdown(self) -> str:
        """Tables of ratios, figures and goals."""
        parts = ["\n".join(comparison.lines()) for comparison in self.comparisons]
        if self.figures:
            rows = [f"| {what} | {figure:,.2f} |" for what, figure in self.figures.items()]
            parts.append("\n".join(["| figure | |", "|---|---:|", *rows]))
        if self.goals:
            rows = [goal.line() for goal in self.goals]
            parts.append("\n".join(["| goal | wanted | found | met |", "|---|---:|---:|---|", *rows]))
        return "\n\n".join(parts)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Outcome:
        """What `as_json` was made from."""
        return cls(
            benchmark=saved["benchmark"],
            comparisons=[Comparison(**_without(each, "ratios")) for each in saved["comparisons"]],
            figures=saved["figures"],
            goals=[Goal(**_without(each, "met")) for each in saved["goals"]],
        )

    def as_json(self) -> dict[str, Any]:
        """The same for machines, every turn's time included."""
        return {
            "benchmark": self.benchmark,
            "machine": machine(),
            "comparisons": [
                {**asdict(each), "ratios": {name: round(each.ratio(name), 4) for name in each.seconds}}
                for each in self.comparisons
            ],
            "figures": self.figures,
            "goals": [{**asdict(goal), "met": goal.is_met} for goal in self.goals],
        }


def _without(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
    }


def arguments(description: str | None) -> argparse.ArgumentParser:
    """What every benchmark can be asked: --small, --turns, --json."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="tiny sizes, to see that it runs; no figure means a thing")
    parser.add_argument("--turns", type=int, help=f"how often each contender's turn comes, {TURNS} unless --small")
    parser.add_argument("--json", type=Path, metavar="FILE", help="save the outcome there")
    return parser


def turns_of(given: argparse.Namespace) -> int:
    """How often each contender's turn comes."""
    return int(given.turns or (1 if given.small else TURNS))


def finish(outcome: Outcome, given: argparse.Namespace) -> None:
    """Print what was found, and save it where that was asked for."""
    about = machine()
    print(f"{outcome.benchmark}: {about['processors']} processors, load average {about['load_average']:.2f}\n")
    print(outcome.markdown(), flush=True)
    if given.json:
        given.json.write_text(json.dumps(outcome.as_json(), indent=1) + "\n", "utf-8")
