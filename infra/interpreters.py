"""Find an interpreter of a version on this machine: `python -m infra.interpreters 3.13` prints its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


class InterpreterMissing(Exception):
    """There is no such interpreter here; the message says how to get one."""


def find_python(version: str) -> Path:
    """The path of an interpreter of `version`, such as 3.13. LAMBDA_PYTHON names one that is tried first.

    Raises InterpreterMissing.
    """
    candidates = [os.environ.get("LAMBDA_PYTHON", ""), sys.executable, shutil.which(f"python{version}") or ""]
    # As pyenv lays them out side by side.
    candidates += map(str, sorted(Path(sys.base_prefix).parent.glob(f"{version}.*/bin/python")))
    if uv := find_uv():
        found = subprocess.run(  # noqa: S603 - uv, with words of our own
            [uv, "python", "find", "--offline", "--no-project", version], capture_output=True, text=True, check=False
        )
        candidates.append(found.stdout.strip())
    for candidate in filter(None, candidates):
        if _version_of(candidate) == version:
            return Path(candidate)
    raise InterpreterMissing(
        f"No Python {version} is found. Install it (`uv python install {version}`, pyenv, or your system's packages), "
        "or name it by LAMBDA_PYTHON."
    )


def find_uv() -> str | None:
    """The machine's uv, or this environment's; None if neither has it."""
    return shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))


def _version_of(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        run = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - a Python
    except OSError:
        return ""
    return run.stdout.strip()


if __name__ == "__main__":
    try:
        print(find_python(sys.argv[1]))
    except InterpreterMissing as error:
        sys.exit(str(error))
