"""`make mutate`: try the list of mutations, each in a copy of the tree, and print how many no test notices."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.guards import GUARDS
from tests.mutation import Mutation
from tests.mutations import MUTATIONS

ROOT = Path(__file__).parents[1]
COPIED = ("benchmarks", "corpus", "examples", "handler", "infra", "ingest", "requirements", "tests", "docs")
MAX_SECONDS = 900
WANTED = 10  # At most so many may survive.


def verdict_of(mutation: Mutation, tree: Path) -> str:
    """What the tests that lie near make of it: SURVIVES, noticed, or endless, which is noticed too."""
    path = tree / mutation.path
    text = path.read_text("utf-8")
    path.write_text(text.replace(mutation.old, mutation.new, 1), "utf-8")
    # A cached module of the same second would hide the edit.
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutation.tests.split()]
    try:
        ended = subprocess.run(command, cwd=tree, capture_output=True, check=False, timeout=MAX_SECONDS)
    except subprocess.TimeoutExpired:
        return "endless"
    finally:
        path.write_text(text, "utf-8")
    return "noticed" if ended.returncode else "SURVIVES"


def copied(folder: Path) -> Path:
    """The tree without what was built from it, in a folder of its own."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, folder / path.name)
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="Only mutations of paths that hold this.")
    parser.add_argument("--guards", action="store_true", help="Only those of the hostile review.")
    parser.add_argument("--at-once", type=int, default=2)
    chosen = parser.parse_args()
    of_all = GUARDS if chosen.guards else [*MUTATIONS, *GUARDS]
    mutations = [each for each in of_all if chosen.only in each.path]
    with tempfile.TemporaryDirectory(prefix="mutate-") as name, ThreadPoolExecutor(chosen.at_once) as threads:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(chosen.at_once):
            trees.put(copied(Path(name) / str(number)))

        def tried(mutation: Mutation) -> str:
            tree = trees.get()
            try:
                return verdict_of(mutation, tree)
            finally:
                trees.put(tree)

        survivors = 0
        for mutation, verdict in zip(mutations, threads.map(tried, mutations), strict=True):
            survivors += verdict == "SURVIVES"
            print(f"{verdict:8} {mutation.path}: {mutation.old!r} -> {mutation.new!r}", flush=True)
    print(f"{survivors} of {len(mutations)} survive; wanted: {WANTED} at most.")
    return 0 if survivors <= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
