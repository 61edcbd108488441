"""Open a new version in a process of its own first: files that crash the engine there cost only a line in the log.

The hashes come from the same place as the files, so they reveal damage, not malice.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from corpus.errors import CorpusError, LexicalIndexUnusable, SnapshotInvalid
from corpus.settings import CorpusSettings
from corpus.snapshot.store_layout import warm_vector

SECONDS = 60.0
# -P: no file of the working folder is taken for one of our modules. Packages and libraries are the parent's. It ends
# too soon for garbage to matter.
_PROGRAM = (
    "import gc, json, sys; gc.disable(); sys.path[:] = json.loads(sys.argv[1]); "
    "from corpus.snapshot.trial_open import main; main()"
)
PROGRAM = ("-P", "-c", _PROGRAM)


def check_opens(settings: CorpusSettings, *, name: str, program: Sequence[str] = PROGRAM) -> None:
    """Open the files that CHROMA_PATH names and query them, in a process. Raises SnapshotInvalid if that fails."""
    wanted = {
        "chroma_path": str(settings.chroma_path),
        "chroma_collection": settings.chroma_collection,
        "chroma_tenant": settings.chroma_tenant,
        "chroma_database": settings.chroma_database,
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and code
            [sys.executable, *program, json.dumps(sys.path)],
            input=json.dumps(wanted).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SnapshotInvalid(f"{name} does not open in {SECONDS:g} s. Publish again, or roll back.") from None
    except OSError:  # No process can be started here; the version is opened without a trial, like the first one.
        return
    if done.returncode < 0:
        raise SnapshotInvalid(
            f"{name} crashes the engine that opens it (signal {-done.returncode}): it is damaged, or somebody means "
            "ill. Roll back, and see who can write there."
        )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise SnapshotInvalid(f"{name} cannot be opened: {said[-1] if said else 'no reason given'}")


def main() -> None:
    """Runs in the process: settings arrive on standard input; a refusal is a line on standard error."""
    from corpus.store import read_store

    # Not from the environment: only what was passed, and the defaults.
    given = json.loads(sys.stdin.read())
    settings = CorpusSettings.model_construct(**{**given, "chroma_path": Path(given["chroma_path"])})
    try:
        with read_store(settings, is_published=True) as store:
            store.count()
            store.nearest(warm_vector(store.record.dimensions), count=1)
            with contextlib.suppress(LexicalIndexUnusable):
                store.lexical_index.index().scores("retrieval")
    except CorpusError as error:
        sys.exit(str(error))
