"""What the Model Context Protocol adds to the package and to a cold start: python -m benchmarks.doors [--zip FILE]

Its modules are imported by the package's Python, with the package's bytecode, after all else that the app imports.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.starting import asked_of_package, unpacked
from benchmarks.turns import Goal, Outcome, arguments, finish
from infra.build_lambda import find_python

ADDED = (
    "handler.mcp",
    "handler.routes.cite",
    "handler.routes.place",
    "handler.routes.passage",
    "handler.access.links",
    "handler.access.origins",
    "handler.contract.jsonrpc",
    "handler.contract.openapi30",
)
ENTRIES = ("handler.mcp.http", "handler.routes.cite")
# What the app had before it.
REST = (
    *("mangum", "fastapi", "handler.settings", "handler.authorization", "handler.routes.search"),
    *("handler.routes.documents", "handler.routes.plugin", "handler.routes.site", "handler.routes.playground"),
    "handler.routes.oauth",
)
TIMES = 7
MOST_MS, MOST_KB = 30.0, 200.0
SCRIPT = """
import importlib, sys, time
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2].split():
    importlib.import_module(name)
started = time.process_time()
for name in sys.argv[3].split():
    importlib.import_module(name)
print((time.process_time() - started) * 1000)
"""


def added_bytes(package: Path) -> int:
    """Bytes in the zip of the modules that were added, source and bytecode."""
    paths = tuple(f"{name.replace('.', '/')}{end}" for name in ADDED for end in ("/", ".py", "."))
    with zipfile.ZipFile(package) as archive:
        entries = [(each.filename.replace("__pycache__/", ""), each.compress_size) for each in archive.infolist()]
    return sum(size for name, size in entries if name.startswith(paths))


def added_ms(task: Path, times: int) -> float:
    """Milliseconds of processor time, the median."""
    command = [str(find_python()), "-I", "-B", "-c", SCRIPT, str(task), " ".join(REST), " ".join(ENTRIES)]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(times)]
    return statistics.median(float(each.stdout) for each in runs)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures."""
    given = asked_of_package(arguments(__doc__), argv)
    outcome = Outcome("doors")
    with tempfile.TemporaryDirectory() as scratch:
        spent = added_ms(unpacked(given.zip, Path(scratch) / "task"), 1 if given.small else TIMES)
    size = added_bytes(given.zip) / 1000
    outcome.figures |= {"MCP: import, ms of processor time": spent, "MCP: KB in the zip": size}
    outcome.goals += [
        Goal("import, ms", MOST_MS, spent, at_least=False),
        Goal("zip, KB", MOST_KB, size, at_least=False),
    ]
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
