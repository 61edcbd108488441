"""The Lambda package, built once for the session and unpacked as Lambda does."""

from __future__ import annotations

import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from infra.build_lambda import BuildError, assemble, build, find_python


@dataclass(frozen=True, slots=True)
class Built:
    """A folder with the zip and what becomes /var/task."""

    folder: Path

    @property
    def zip(self) -> Path:
        """The package."""
        return self.folder / "lambda.zip"

    @property
    def task(self) -> Path:
        """The package unpacked."""
        return self.folder / "task"


def build_into(folder: Path) -> Built:
    """Build with the same code as `make lambda`."""
    built = Built(folder)
    build(built.zip)
    with zipfile.ZipFile(built.zip) as archive:
        archive.extractall(built.task)
    return built


def assemble_with_server(folder: Path) -> None:
    """What CHROMA_SERVER=1 packs, not packed."""
    assemble(folder / "task", chroma_server=True)


def lambda_python() -> Path | None:
    """An interpreter of Lambda's version; None where this machine has none."""
    try:
        return find_python()
    except BuildError:
        return None


def run_in(task: Path, code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run code with Lambda's interpreter and nothing but the package to import from."""
    python = lambda_python()
    if python is None:
        raise RuntimeError("There is no interpreter of Lambda's version.")
    prelude = f"import sys; sys.path.insert(0, {str(task)!r}); sys.dont_write_bytecode = True\n"
    command = [str(python), "-I", "-S", "-c", prelude + code, *words]
    return subprocess.run(command, cwd=task, env={"AUTH": "none"}, capture_output=True, text=True, check=False)
