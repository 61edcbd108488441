"""compose.yaml and infra/host.Dockerfile without Docker: their steps, one by one, on this machine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra import package

DOCKERFILE = package.ROOT / "infra" / "host.Dockerfile"
COMPOSE = package.ROOT / "compose.yaml"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, such as ("RUN", "useradd …")."""
    lines = DOCKERFILE.read_text().replace("\\\n", " ").splitlines()
    found = [line.split(" ", 1) for line in lines if line and not line.startswith("#")]
    return [(name, rest) for name, rest in found]


def services(variables: dict[str, str]) -> dict[str, Any]:
    """The services with ${NAME:-default} filled in, and with what `.env` says where they take it."""

    def filled(match: re.Match[str]) -> str:
        return variables.get(match[1]) or match[2] or ""

    text = re.sub(r"\$\{([A-Z_]+)(?::-([^}]*))?\}", filled, COMPOSE.read_text())
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    for service in found.values():
        if any(each["path"] == ".env" for each in service.get("env_file", [])):
            service["environment"] = {**variables, **service["environment"]}
    return found


@dataclass(frozen=True, slots=True)
class Machine:
    """`folder` is the machine's root: /opt, /data and /documents of the image lie in it."""

    folder: Path

    def build(self) -> None:
        """COPY and RUN of the image; what pip would fetch by the lock is taken from this environment."""
        image = self.folder / "opt" / "retrieval-action"
        for name, rest in instructions():
            words = shlex.split(rest) if name == "COPY" else []
            if words and not words[0].startswith("--from"):
                for source in words[:-1]:
                    self._copy(package.ROOT / source, image)
            elif name == "RUN" and "/opt/venv" in rest and "--require-hashes" not in rest:
                self._run(rest, image)
        for name in ("data", "documents"):
            (self.folder / name).mkdir(exist_ok=True)

    def _copy(self, source: Path, image: Path) -> None:
        image.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, image / source.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif "requirements" in source.parts:
            (image / "requirements").mkdir()
            shutil.copy(source, image / "requirements")
        else:
            shutil.copy(source, image)

    def _run(self, step: str, image: Path) -> None:
        command = shlex.split(step.replace("/opt/venv", str(self.folder / "opt" / "venv")))
        if command[1:3] == ["-m", "venv"]:
            command = [sys.executable, "-m", "venv", "--without-pip", command[3]]
        elif command[1:3] == ["-m", "pip"]:
            command = [sys.executable, "-m", "pip", "--python", command[0], *command[3:]]
        done = subprocess.run(command, cwd=image, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        if command[1:3] == ["-m", "venv"]:
            # What the lock names is installed here already.
            (packages,) = (self.folder / "opt" / "venv").glob("lib/python*/site-packages")
            (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def environment(self, service: dict[str, Any]) -> dict[str, str]:
        """What the image and the service set, with the image's folders in ours."""
        (given,) = (rest for name, rest in instructions() if name == "ENV")
        image = dict(word.split("=", 1) for word in shlex.split(given))
        merged = {**image, **{name: str(value or "") for name, value in service["environment"].items()}}
        merged["PATH"] = f"{self.folder}/opt/venv/bin:{os.environ['PATH']}"
        merged["HOME"] = str(self.folder / "data")
        return {name: self.there(value) for name, value in merged.items()}

    def there(self, text: str) -> str:
        """The image's paths as they are here."""
        return re.sub(r"(?<![\w/])/(data|documents)\b", rf"{self.folder}/\1", text)

    def command(self, service: dict[str, Any], words: list[str]) -> list[str]:
        """What the container runs."""
        (default,) = (rest for name, rest in instructions() if name == "CMD")
        given = words or shlex.split(re.sub(r'[\[\],"]', " ", default))
        return [self.there(word) for word in [*service.get("entrypoint", []), *given]]
