"""`make release`: everything about a release except publishing it.

Changes no file; if something is missing, tags nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from corpus import __version__

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"


class NotReady(Exception):
    """Something is missing; the message says what, and the way out."""


def dated(changelog: str, version: str) -> str:
    """The date of the version's heading in the changelog, as YYYY-MM-DD. Raises NotReady where there is none."""
    found = re.search(rf"^## {re.escape(version)} - (\d{{4}}-\d{{2}}-\d{{2}})$", changelog, flags=re.M)
    if found is None:
        raise NotReady(f"CHANGELOG.md has no heading `## {version} - YYYY-MM-DD`. Date what is under Unreleased.")
    return found[1]


def git(*words: str) -> str:
    """git's output. Raises NotReady with git's own words."""
    command = shutil.which("git") or "git"
    ended = subprocess.run([command, *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        raise NotReady(f"git {' '.join(words)}: {ended.stderr.strip()}")
    return ended.stdout.strip()


def check(tag: str) -> None:
    """Raises NotReady unless the tree is clean, the version dated, all that changed below it, and its tag new."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    dated(changelog, __version__)
    if re.search(r"^## Unreleased\n(?:(?!^## ).*\n)*?-", changelog, flags=re.M):
        raise NotReady(f"CHANGELOG.md has entries under Unreleased. Move them below `## {__version__} - …`.")
    if git("status", "--porcelain"):
        raise NotReady("There are changes that are not committed. Commit or drop them.")
    if git("tag", "--list", tag):
        raise NotReady(f"{tag} is tagged already. Set the next version in corpus/__init__.py.")


def build() -> list[Path]:
    """The wheel and the source archive in dist/, made by the build backend of pyproject.toml."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(DIST)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own interpreter
    return sorted(DIST.glob(f"retrieval_action-{__version__}*"))


def main() -> int:
    tag = f"v{__version__}"
    try:
        check(tag)
        made = build()
        git("tag", "--annotate", tag, "--message", f"retrieval-action {__version__}")
    except NotReady as error:
        print(error, file=sys.stderr)
        return 1
    for path in made:
        print(path.relative_to(ROOT))
    print(f"{tag} is tagged here. To publish: git push origin {tag}, and upload what is in dist/.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
