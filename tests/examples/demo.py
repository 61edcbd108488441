"""`make demo`, the literal command, in a checkout of its own."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.infra.osls import checkout


@dataclass(frozen=True, slots=True)
class Demo:
    """A folder with the checkout in which it ran, and with what it printed."""

    folder: Path

    @property
    def printed(self) -> str:
        return (self.folder / "printed").read_text("utf-8")

    @property
    def store(self) -> Path:
        """The sample corpus, as the demo brought it in."""
        return self.folder / "checkout" / ".demo"


def run_demo(folder: Path) -> None:
    """Run it; fails where it does."""
    at = checkout(folder)
    environment = {"PATH": os.environ["PATH"], "HOME": str(at)}
    command = ["/usr/bin/env", "make", "demo"]
    done = subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "printed").write_text(done.stdout, "utf-8")
