"""`make audit`: known holes in what the locks name, by pip-audit where it has its index, or by our list.

The list is dated, travels with the code and needs no network; it says nothing of what was found after its date.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "requirements"
KNOWN = LOCKS / "known-holes.json"
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")


@dataclass(frozen=True, slots=True)
class Finding:
    """A locked version that has a known hole."""

    lock: str
    package: str
    version: str
    hole: str

    def __str__(self) -> str:
        return f"{self.lock}: {self.package} {self.version} has {self.hole}"


def pinned(lock: Path) -> Iterator[tuple[str, str]]:
    """Name, in its one spelling, and version of everything that a lock pins."""
    for line in lock.read_text("utf-8").splitlines():
        if found := _PINNED.match(line):
            yield re.sub(r"[-_.]+", "-", found[1]).lower(), found[2]


def findings(locks: Sequence[Path], known: Path = KNOWN) -> list[Finding]:
    """What our own list knows of the locks."""
    holes = json.loads(known.read_text("utf-8"))["holes"]
    return [
        Finding(lock.name, package, version, f"{hole['id']}: {hole['what']} Affected: {hole['affected']}.")
        for lock in locks
        for package, version in pinned(lock)
        for hole in holes
        if hole["package"] == package and Version(version) in SpecifierSet(hole["affected"], prereleases=True)
    ]


def ask_index(locks: Sequence[Path]) -> int | None:
    """pip-audit's exit code, where it is installed and reaches its index of holes; else None."""
    if importlib.util.find_spec("pip_audit") is None:
        return None
    words = [word for lock in locks for word in ("--requirement", str(lock))]
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)  # noqa: S603 - its own words
    if done.returncode and "found" not in done.stderr.lower():
        return None  # It says `Found N known vulnerabilities`; all else is a fault of its own, such as no network.
    sys.stdout.write(done.stdout)
    return done.returncode


def main() -> int:
    """Exit code 1 where a locked version has a known hole."""
    locks = sorted(LOCKS.glob("*.txt"))
    code = ask_index(locks)
    if code is not None:
        return code
    date = json.loads(KNOWN.read_text("utf-8"))["as_of"]
    found = findings(locks)
    for each in found:
        sys.stdout.write(f"{each}\n")
    names = {pin for lock in locks for pin in pinned(lock)}
    sys.stdout.write(
        f"{len(names)} pinned versions in {len(locks)} locks: {len(found)} with a hole that was known on {date}. "
        "Install pip-audit into this environment to ask its index instead.\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
