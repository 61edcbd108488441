"""What each import of a first answer costs in the Lambda package, with its bytecode: python -m benchmarks.imports

Each library is imported in a process of its own, on one core, by the package's Python. What it brings counts to it, so
that the rows do not add up to a sum.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.starting import asked_of_package, unpacked
from benchmarks.turns import Outcome, arguments, finish
from infra.build_lambda import find_python

LIBRARIES = (
    *("chromadb_rust_bindings", "numpy", "pydantic", "fastapi", "mangum", "pydantic_settings", "bm25s"),
    *("tiktoken", "handler.app"),
)
TIMES = 5
SCRIPT = """
import sys, time
sys.path.insert(0, sys.argv[1])
started = time.process_time()
__import__(sys.argv[2])
spent = (time.process_time() - started) * 1000
with open("/proc/self/status") as status:
    print(spent, next(int(line.split()[1]) / 1000 for line in status if line.startswith("VmRSS")))
"""


def cost(task: Path, name: str, times: int) -> tuple[float, float]:
    """Milliseconds of processor time, the median, and the megabytes that the process has then."""
    command = ["taskset", "-c", "0", str(find_python()), "-I", "-B", "-c", SCRIPT, str(task), name]
    told = [
        [float(word) for word in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()]
        for _ in range(times)
    ]
    return statistics.median(each[0] for each in told), told[0][1]


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = asked_of_package(arguments(__doc__), argv)
    outcome = Outcome("imports")
    with tempfile.TemporaryDirectory() as scratch:
        task = unpacked(given.zip, Path(scratch) / "task")
        for name in LIBRARIES:
            spent, resident = cost(task, name, 1 if given.small else TIMES)
            outcome.figures |= {f"{name}: processor, ms": spent, f"{name}: resident, MB": resident}
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
