"""No library sees a damaged file of a published version; `tests.corpus.snapshot.damage` tries thousands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.corpora import make_store
from corpus.snapshot.publish import publish


def test_whatever_is_changed_in_a_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    publish(make_store(tmp_path / "store", 50, 8), str(tmp_path / "published"))
    program = [sys.executable, "-m", "tests.corpus.snapshot.damage", "--times", "3"]
    ended = subprocess.run([*program, "--published", str(tmp_path / "published")], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    refused = ended.stdout.decode().splitlines()
    assert {line.split(": ")[1].split(",")[0] for line in refused} >= {
        "chroma.sqlite3",
        "data_level0.bin",
        "chunks.bin",
    }
    assert all(int(line.split()[0]) % 3 == 0 for line in refused)
