"""Damaged files of a published version, 500 bits flipped and 500 cuts of each: python -m tests.corpus.snapshot.damage

Each is opened as a reader opens it, in a process of its own. The SHA-256 check must refuse every one before any library
sees it: neither Chroma's engine nor numpy's reader of arrays is meant for files that somebody has changed.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from corpus.errors import SnapshotInvalid, SnapshotUnavailable
from corpus.settings import CorpusSettings
from corpus.snapshot.cache import Cache
from corpus.snapshot.folder_store import FolderStore
from corpus.snapshot.manifest import Manifest, object_key
from corpus.snapshot.versions import read_manifest, read_pointer

TIMES = 500
SEED = 7
CHUNKS, DIMENSIONS = 200, 64
ENGINE = "chromadb_rust_bindings"


def flipped(content: bytes, chance: random.Random) -> bytes:
    """The content with one bit changed."""
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def cut(content: bytes, chance: random.Random) -> bytes:
    """The content without its end."""
    return content[: chance.randrange(len(content))]


DAMAGE = {"bit flips": flipped, "cuts": cut}


def refusals(published: Path, times: int) -> dict[str, int]:
    """How many of so many damages of each kind to each file were refused, by file and kind. Raises where one is not."""
    place = FolderStore(published)
    pointer = read_pointer(place)
    assert pointer is not None
    manifest: Manifest = read_manifest(place, pointer)
    chance = random.Random(SEED)  # noqa: S311 - the same damages each time
    refused: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder), limit_mb=512)
        for file in manifest.files:
            lies_at = published / object_key(file.sha256)
            content = lies_at.read_bytes()
            for kind, damaged in DAMAGE.items():
                for _ in range(times):
                    lies_at.write_bytes(damaged(content, chance))
                    try:
                        cache.open(place, manifest)
                    except (SnapshotInvalid, SnapshotUnavailable):
                        name = file.path.rpartition("/")[2]
                        refused[f"{name}, {kind}"] = refused.get(f"{name}, {kind}", 0) + 1
                    else:
                        raise AssertionError(f"{file.path} was opened with {kind}")
            lies_at.write_bytes(content)
        cache.open(place, manifest)
    assert ENGINE not in sys.modules
    return refused


def main() -> None:
    """Print how many were refused, by file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--published", type=Path, help="what the child process is given")
    given = parser.parse_args()
    if given.published:
        for what, count in refusals(given.published, given.times).items():
            sys.stdout.write(f"{count:6,} refused: {what}\n")
        return
    from benchmarks.corpora import make_store
    from corpus.snapshot.publish import publish

    with tempfile.TemporaryDirectory() as folder:
        settings: CorpusSettings = make_store(Path(folder) / "store", CHUNKS, DIMENSIONS)
        publish(settings, str(Path(folder) / "published"))
        words = ["--times", str(given.times), "--published", str(Path(folder) / "published")]
        ended = subprocess.run([sys.executable, "-m", "tests.corpus.snapshot.damage", *words], check=False)
    sys.exit(ended.returncode and f"The process ended with {ended.returncode}.")


if __name__ == "__main__":
    main()
