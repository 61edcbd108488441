"""Built into the wheel: the part of Chroma that we use. Chroma's own wheel asks for 200 MB that no one here imports.

pip cannot be told to leave out a dependency of a dependency. So the wheel of chromadb that requirements/runtime.txt
names by its hash is fetched when ours is built, and goes in without its tests and its tracing. See docs/decisions/0028.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OURS = "retrieval_action"
LEFT_OUT = re.compile(r"chromadb/(test|experimental|server|proto|logservice)/|.*\.(pyi|proto)$")
# It would bring opentelemetry's SDK, its exporter, protobuf and grpcio, for something that stays switched off.
TRACING = "chromadb/telemetry/opentelemetry/__init__.py"


class WheelHook(BuildHookInterface[Any]):
    """Called by hatchling, as pyproject.toml says."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable":
            # A checkout gets Chroma from the locks.
            build_data["force_include_editable"][str(root / "infra" / "launcher.py")] = f"{OURS}/__init__.py"
            return
        self._scratch = Path(tempfile.mkdtemp(prefix="wheel-of-chroma-"))
        wheel = _fetched(root / "requirements" / "runtime.txt", self._scratch)
        _unpack(wheel, self._scratch / "chroma", tracing=root / "infra" / "tracing.py")
        for package in ("chromadb", "chromadb_rust_bindings"):
            build_data["force_include"][str(self._scratch / "chroma" / package)] = f"{OURS}/{package}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{wheel.stem.split('-')[-1]}"

    def finalize(self, version: str, *_: object) -> None:
        if version != "editable":
            shutil.rmtree(self._scratch)


def _fetched(lock: Path, scratch: Path) -> Path:
    """The wheel of chromadb for this machine, as the lock pins it."""
    (pinned,) = re.findall(r"^chromadb==.*?(?=^\S|\Z)", lock.read_text("utf-8"), flags=re.S | re.M)
    wanted = scratch / "chromadb.txt"
    wanted.write_text(pinned, "utf-8")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    rules = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*pip, *rules, "--dest", str(scratch), "--requirement", str(wanted)], check=True)  # noqa: S603 - pip
    (wheel,) = scratch.glob("chromadb-*.whl")
    return wheel


def _unpack(wheel: Path, target: Path, *, tracing: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(("chromadb/", "chromadb_rust_bindings/")) and not LEFT_OUT.match(name):
                archive.extract(name, target)
        (licence,) = (name for name in archive.namelist() if name.endswith("/licenses/LICENSE"))
        (target / "chromadb" / "LICENSE").write_bytes(archive.read(licence))
    shutil.copyfile(tracing, target / TRACING)
