"""docs/host.md's lines with docker compose, typed into Docker itself on a machine that has it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from infra import package
from tests.free_port import free_port
from tests.infra.test_compose import GUIDE, lines

PROJECT = "retrieval-action-test"
# What the rows of the guide's table do with another party's bucket, with git, without an end, or a second time.
LEFT_OUT = ("git pull", "docker compose logs", "docker compose build", "docker compose run --rm ingest publish")


def rows() -> list[str]:
    """The commands of the table "to | do"."""
    (table,) = re.findall(r"^\| to \| do \|\n\|[-|]+\|\n((?:\|.*\n)+)", GUIDE.read_text(), flags=re.M)
    commands = re.findall(r"`((?:docker|git) [^`]*)`", table)
    return [line for line in commands if not line.startswith(LEFT_OUT)]


class Machine:
    """A clone of this repository and a Docker daemon, on ports of loopback that are free."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        self.clone.mkdir()
        for name in ("corpus", "ingest", "handler", "infra", "requirements"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(package.ROOT / name, self.clone / name, ignore=ignored)
        for name in ("compose.yaml", ".dockerignore", "pyproject.toml", "README.md", "LICENSE"):
            shutil.copy2(package.ROOT / name, self.clone)
        self.port = free_port()
        ours = {"image": PROJECT}
        ports = f"services:\n  caddy:\n    ports: !override ['127.0.0.1:{self.port}:443']\n"
        beside = yaml.safe_dump({"services": {"handler": ours, "ingest": ours}})
        (self.clone / "ports.yaml").write_text(ports)
        (self.clone / "images.yaml").write_text(beside)
        self.environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": PROJECT,
            "COMPOSE_FILE": "compose.yaml:ports.yaml:images.yaml",
        }

    def types(self, line: str, *, code: int = 0) -> str:
        command = ["/bin/sh", "-c", line]
        done = subprocess.run(
            command, cwd=self.clone, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def asks(self, path: str, *words: str) -> str:
        """What Caddy answers by HTTPS, under the certificate of its own that it has for localhost."""
        command = ["curl", "--silent", "--insecure", "--retry", "20", "--retry-delay", "1", "--retry-all-errors"]
        url = f"https://localhost:{self.port}{path}"
        return subprocess.run([*command, url, *words], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        if not shutil.which("docker") or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("no Docker daemon with its compose plugin")
    made = Machine(tmp_path)
    try:
        yield made
    finally:
        made.types("docker compose down --volumes")


@pytest.mark.slow
def test_every_line_of_the_guide_works_in_docker(machine: Machine) -> None:
    key = entry = ""
    for line in lines():
        if "OPENAI_API_KEY" in line or line.startswith("curl"):
            continue  # "or leave it out"; the name is not ours
        typed = line.replace("docs.example.com", "localhost").replace("gpt:…", entry)
        said = machine.types(typed)
        if found := re.search(r"key\s+(\S+)\nentry\s+(\S+)", said):
            key, entry = found.groups()
        if line.startswith("mkdir"):
            (machine.clone / "documents" / "warranty.md").write_text("# Warranty\n\nThe warranty lasts 24 months.\n")
    assert machine.asks("/healthz") == '{"status":"ok"}'
    question = ["--json", '{"query": "warranty"}']
    answer = json.loads(machine.asks("/search", *question, "--header", f"Authorization: Bearer {key}"))
    assert "24 months" in answer["results"][0]["text"]
    assert json.loads(machine.asks("/search", *question))["error"] == "missing_api_key"
    assert "Page to ask questions by hand: https://localhost/" in machine.types("docker compose logs handler")
    assert machine.types("docker compose exec -T handler id -u") == "10001\n"
    for place in ("/written", "/opt/venv/written", "/documents/written"):
        machine.types(f"docker compose exec -T handler touch {place}", code=1)
    for line in rows():
        machine.types(line)
    assert "volumes" in rows()[-1]


def test_what_the_guide_has_one_make_is_never_committed() -> None:
    ignored = (package.ROOT / ".gitignore").read_text().splitlines()
    assert {"/.env", "/documents/"} <= set(ignored)
