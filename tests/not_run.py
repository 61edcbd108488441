"""Said at the end of a run: how many tests this machine could not run, and what each kind of them needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest


def summary(reports: Sequence[Any], ran: int) -> list[str]:
    """The lines to say; none where everything ran. `reports` are those of skipped tests."""
    reasons = Counter(str(report.longrepr[-1]).removeprefix("Skipped: ") for report in reports)
    if not reasons:
        return []
    total = sum(reasons.values())
    lines = [f"{total} of {ran + total} tests did not run on this machine, and so nothing is known of what they check:"]
    return [*lines, *(f"  {count:>5}  {reason}" for reason, count in reasons.most_common())]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """After pytest's own lines."""
    ran = sum(len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed", "error"))
    lines = summary(terminalreporter.stats.get("skipped", []), ran)
    if lines:
        terminalreporter.section("not run", yellow=True)
    for line in lines:
        terminalreporter.write_line(line, yellow=True)
