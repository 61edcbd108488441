"""`make audit`: known vulnerabilities in the locked versions, by our list, and by pip-audit's index if it is reachable.

The list is dated, travels with the code and needs no network; it knows nothing found after its date.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "requirements"
KNOWN = LOCKS / "known-holes.json"
Pin = tuple[str, str]  # Name and version.
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")


@dataclass(frozen=True, slots=True)
class Finding:
    """A locked version with a known vulnerability."""

    lock: str
    package: str
    version: str
    hole: str

    def __str__(self) -> str:
        return f"{self.lock}: {self.package} {self.version} has {self.hole}"


def pinned(lock: Path) -> Iterator[Pin]:
    """Normalised name and version of everything that a lock pins."""
    for line in lock.read_text("utf-8").splitlines():
        if found := _PINNED.match(line):
            yield _spelled(found[1]), found[2]


def _spelled(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def findings(locks: Sequence[Path], known: Path = KNOWN) -> list[Finding]:
    """What our own list knows of the locked versions."""
    holes = json.loads(known.read_text("utf-8"))["holes"]
    return [
        Finding(lock.name, package, version, f"{hole['id']}: {hole['what']} Affected: {hole['affected']}.")
        for lock in locks
        for package, version in pinned(lock)
        for hole in holes
        if hole["package"] == package and Version(version) in SpecifierSet(hole["affected"], prereleases=True)
    ]


def ask_index(pins: Iterable[Pin]) -> dict[Pin, list[str]] | None:
    """The vulnerabilities that pip-audit's index knows, by name and version; unknown packages are left out.

    None if pip-audit is not installed, or does not reach its index.
    """
    if importlib.util.find_spec("pip_audit") is None:
        return None
    told: dict[Pin, list[str]] = {}
    for group in _groups(pins):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as asked:
            asked.write("".join(f"{name}=={version}\n" for name, version in group))
            asked.flush()
            words = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json"]
            command = [sys.executable, "-m", "pip_audit", *words, "--requirement", asked.name]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - its own words
        try:
            told |= answers_in(done.stdout)
        except ValueError:  # It reports what went wrong, such as no network, and not what it found.
            return None
    return told or None


def answers_in(output: str) -> dict[Pin, list[str]]:
    """What pip-audit's JSON says of each version that its index knows: it exits with 0 where it knows none of them.

    Raises ValueError where it is none.
    """
    return {
        (_spelled(each["name"]), each["version"]): [str(hole["id"]) for hole in each["vulns"]]
        for each in json.loads(output)["dependencies"]
        if "vulns" in each
    }


def _groups(pins: Iterable[Pin]) -> list[list[Pin]]:
    """In each group a name occurs once: pip-audit refuses two versions of one."""
    versions: dict[str, list[str]] = {}
    for name, version in sorted(set(pins)):
        versions.setdefault(name, []).append(version)
    most = max(map(len, versions.values()), default=0)
    return [[(name, each[turn]) for name, each in versions.items() if turn < len(each)] for turn in range(most)]


def main() -> int:
    """Exit code 1 if a locked version has a known vulnerability."""
    locks = sorted(LOCKS.glob("*.txt"))
    date = json.loads(KNOWN.read_text("utf-8"))["as_of"]
    pins = {pin for lock in locks for pin in pinned(lock)}
    told = ask_index(pins)
    found = [str(each) for each in findings(locks)]
    found += [f"{name} {version} has {hole}" for (name, version), holes in (told or {}).items() for hole in holes]
    for each in found:
        sys.stdout.write(f"{each}\n")
    by_index = (
        f"pip-audit's index knows {len(told)} of them"
        if told
        else "no index was asked: pip-audit is not installed into this environment, or its index is not to be had"
    )
    told_by = f"by our list of {date}; {by_index}"
    sys.stdout.write(f"{len(pins)} pinned versions in {len(locks)} locks: {len(found)} known holes, {told_by}.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
