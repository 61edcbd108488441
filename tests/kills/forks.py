"""Forked processes: a start costs milliseconds, so that two hundred kills are minutes and each hits the work itself."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.__main__ import main


def forked(work: Callable[[], object]) -> int:
    """Start the work in a process of its own, which must not return into ours. Returns its number."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - nothing may pass into the parent's own stack
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def beside(work: Callable[[], object]) -> int:
    """Do the work in a process of its own: what has used Chroma cannot be forked. Returns its exit code."""
    return ended(forked(work))


def command(folder: Path, settings: Mapping[str, str], *words: str) -> int:
    """Start `ingest` in the folder; what it says goes to `said.txt` there."""

    def work() -> None:
        os.chdir(folder)
        os.environ.update(settings)
        said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(said, stream)
        sys.argv = ["ingest", *words]
        main()

    return forked(work)


def ended(pid: int) -> int:
    """Wait for it; its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def finished(folder: Path, settings: Mapping[str, str], *words: str) -> float:
    """The seconds of an undisturbed run, which must end well."""
    started = time.monotonic()
    code = ended(command(folder, settings, *words))
    if code not in (0, 1):
        raise RuntimeError(f"ingest {' '.join(words)} ended with {code}: {(folder / 'said.txt').read_text()}")
    return time.monotonic() - started


def killed(pid: int, *, after: float) -> bool:
    """Kill it after so many seconds; whether it was still at work."""
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    return ended(pid) == -signal.SIGKILL
