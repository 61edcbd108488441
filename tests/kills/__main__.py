"""`python -m tests.kills [--share 0.1] [--only add]`: kills by the hundred; exit code 1 where one left anything wrong.

For each scenario: so many runs are killed (kill -9) at random moments of their work, while a reader asks; then one is
left to end, and the store must be, row for row, what a new store is that undisturbed runs make of the same documents.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from corpus.settings import CorpusSettings
from ingest.sync import chunking
from tests.ingest.sync.test_killed import content_of, index_of
from tests.kills.forks import beside, command, ended, finished, forked, killed
from tests.kills.reader import read_all_the_while
from tests.kills.scenarios import Scenario, all_scenarios
from tests.openai_server import embeddings_server

SETTLED_SECONDS = 60.0


def run(scenario: Scenario, folder: Path, environment: Mapping[str, str], moment: random.Random) -> bool:
    """Whether all was right; prints what happened."""
    started = time.monotonic()
    settings = {**environment, "CHROMA_PATH": "killed"}
    beside(lambda: scenario.prepare(folder, settings, 0))
    seconds = finished(folder, settings, *scenario.command)
    reader = forked(lambda: read_all_the_while(CorpusSettings(chroma_path=folder / "killed"), folder / "read.json"))
    landed, reached = 0, 0
    for turn in range(1, scenario.kills + 1):
        beside(functools.partial(scenario.prepare, folder, settings, turn))
        pid = command(folder, settings, *scenario.command)
        reached += _says(folder, scenario.says)
        landed += killed(pid, after=moment.uniform(0, 0.5 if scenario.says else seconds))
    for words in scenario.last:
        finished(folder, settings, *words)
    os.kill(reader, signal.SIGTERM)
    was_well = ended(reader) == 0
    read = json.loads((folder / "read.json").read_text()) if was_well else {"FAULT the reader ended": 1}
    finished(folder, {**environment, "CHROMA_PATH": "undisturbed"}, *scenario.last[-1])
    same = beside(lambda: sys.exit(0 if _are_alike(folder / "killed", folder / "undisturbed") else 1)) == 0
    faults = {name: count for name, count in read.items() if name.startswith("FAULT")}
    asked = ", ".join(f"{count:,} {name}" for name, count in sorted(read.items()) if name not in faults)
    said = f", {reached} after it said {scenario.says!r}" if scenario.says else ""
    print(
        f"{scenario.name}: {scenario.kills} kills ({landed} before the end{said}), store "
        f"{'as undisturbed' if same else 'DIFFERS'}; read meanwhile: {asked}; {sum(faults.values())} faults, "
        f"{time.monotonic() - started:.0f} s",
        flush=True,
    )
    for name, count in faults.items():
        print(f"  {count} x {name}")
    return same and not faults


def _are_alike(one: Path, other: Path) -> bool:
    return content_of(one) == content_of(other) and index_of(one) == index_of(other)


def _says(folder: Path, words: str) -> bool:
    """Wait until the run says so, or ends without."""
    until = time.monotonic() + SETTLED_SECONDS
    while words and time.monotonic() < until:
        said = (folder / "said.txt").read_text() if (folder / "said.txt").exists() else ""
        if words in said:
            return True
        if "unchanged" in said:
            return False
        time.sleep(0.005)
    return False


def main() -> int:
    """See above."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--share", type=float, default=1.0, help="of the kills")
    asked.add_argument("--only", help="one scenario, by its name")
    asked.add_argument("--seed", type=int, default=7)
    given = asked.parse_args()
    moment = random.Random(given.seed)  # noqa: S311 - no secret
    right = True
    with tempfile.TemporaryDirectory() as name:
        url = Path(name, "url")
        server = forked(lambda: _serve(url))
        while not url.exists() or not url.read_text():
            time.sleep(0.01)
        environment = {"OPENAI_API_KEY": "sk-loopback", "OPENAI_BASE_URL": url.read_text()}
        try:
            for number, scenario in enumerate(all_scenarios(given.share)):
                if given.only in {None, scenario.name}:
                    # Every second scenario reads, cuts and writes in processes of their own.
                    chunking.WORTH_A_PROCESS = 0 if number % 2 else 2**30
                    folder = Path(name, scenario.name.replace(" ", "-"))
                    folder.mkdir()
                    right = run(scenario, folder, environment, moment) and right
        finally:
            os.kill(server, signal.SIGTERM)
            ended(server)
    return 0 if right else 1


def _serve(url: Path) -> None:
    with embeddings_server(latency_seconds=0.01) as server:
        url.write_text(server.url)
        signal.pause()


if __name__ == "__main__":
    sys.exit(main())
