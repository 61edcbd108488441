"""`python -m tests.access_triples [COUNT]`: so many random triples of principals, access lists and a question.

They go over every door in turn, half of them to an embedded store and half to what it publishes; with `--server`, to a
real Chroma server. Prints the counts; exit code 1 where an answer differs from the filter in plain Python.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.access_triples.rounds import Round, kinds

PER_WORLD = 500


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.access_triples", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server", action="store_true", help="a real Chroma server instead")
    given = parser.parse_args()
    started, random = time.monotonic(), Random(given.seed)
    asked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, kinds(Path(folder), server=given.server) as stores:
        while asked.total() < given.count:
            for kind in stores:
                with Round(kind, random) as each:
                    for _ in range(min(PER_WORLD, given.count - asked.total())):
                        door, faults = each.ask()
                        asked[f"{kind.name} {door}"] += 1
                        wrong.update(faults)
            print(f"\r{asked.total():,} triples", end="", file=sys.stderr, flush=True)
    leaks = sum(count for fault, count in wrong.items() if fault.startswith("LEAK"))
    for name in sorted(asked):
        print(f"{name:40} {asked[name]:>7,}")
    told = f"{asked.total():,} triples, {wrong.total() - leaks} differences, {leaks} leaks"
    print(f"{told}, {time.monotonic() - started:.0f} s")
    for fault, count in wrong.most_common(20):
        print(f"  {count} × {fault}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
