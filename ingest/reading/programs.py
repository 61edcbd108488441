"""Run external programs on a file, with limits of time and memory. None is left running."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DocumentUnreadable

_SECONDS = 60.0  # Used if the process has no alarm.
_SPARE_SECONDS = 0.5  # The program must end before the alarm, which would leave it running.
_CLOCK_FACTOR = 5  # Wall-clock seconds per second of processor time, as for the readers.
# The reader's address space is limited already, and the program inherits that limit.
_LIMITED = 'ulimit -t "$1"; shift; exec "$@"'


# Programs that print the text of a Word file, with their arguments.
_PRINTING = (("antiword", "-m", "UTF-8.txt", "-w", "0"), ("catdoc", "-d", "utf-8", "-w"))


class Program(NamedTuple):
    """A program's path and arguments. `is_office`: it converts files to current formats."""

    path: str
    options: tuple[str, ...] = ()
    is_office: bool = False


@functools.cache
def programs_for(suffix: str) -> tuple[Program, ...]:
    """The installed programs that read files from before 2007 with this suffix, best first: LibreOffice (the only one
    for slides), antiword, catdoc.
    """
    found = [Program(path, is_office=True) for name in ("soffice", "libreoffice") if (path := shutil.which(name))][:1]
    if suffix in (".doc", ".dot"):
        found += [Program(path, tuple(options)) for name, *options in _PRINTING if (path := shutil.which(name))]
    return tuple(found)


def run(words: Sequence[str], *, folder: Path) -> bytes:
    """What the program prints, run in the folder. Raises DocumentUnreadable if it fails or takes too long."""
    name = Path(words[0]).name
    seconds = _seconds_left()
    limited = ["/bin/sh", "-c", _LIMITED, "sh", str(max(math.ceil(seconds / _CLOCK_FACTOR), 1)), *words]
    try:
        program = subprocess.Popen(  # noqa: S603 - what the settings name, or an installed reader; no shell reads it.
            limited,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise DocumentUnreadable(f"{name} cannot be started: {error.strerror}.") from error
    try:
        printed, said = program.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise DocumentUnreadable(f"{name} took longer than {seconds:.0f} s. Raise READ_TIMEOUT_SECONDS.") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
    if program.returncode:
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
        reason = f": {' '.join(lines[-1].split())[:200]}" if lines else ""
        raise DocumentUnreadable(f"{name} failed with exit code {program.returncode}{reason}")
    return printed


def _seconds_left() -> float:
    """Wall-clock seconds left until the process is ended."""
    left = signal.getitimer(signal.ITIMER_REAL)[0]
    return max(left - _SPARE_SECONDS, _SPARE_SECONDS) if left else _SECONDS
