"""docs/host.md's way with docker compose: line by line, in the image's own steps where there is no Docker."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from infra import package
from tests.free_port import free_port
from tests.infra.compose import DOCKERFILE, Machine, instructions, services
from tests.infra.serving import until_answered

GUIDE = package.ROOT / "docs" / "host.md"


def lines() -> list[str]:
    """The lines of the block, without their remarks."""
    (block,) = re.findall(r"^```\n(mkdir documents.*?)^```", GUIDE.read_text(), flags=re.S | re.M)
    return [re.sub(r"\s{2,}#.*", "", line) for line in block.splitlines()]


class Newcomer:
    """Somebody who types the guide's lines one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machine = Machine(folder / "machine")
        self.entry = ""
        self.key = ""

    @property
    def variables(self) -> dict[str, str]:
        path = self.folder / ".env"
        found = (line.split("=", 1) for line in path.read_text().splitlines()) if path.exists() else []
        return dict(found)

    def service(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = services(self.variables)[name]
        return found

    def types(self, line: str) -> None:
        words = shlex.split(line)
        if words[:3] == ["docker", "compose", "build"]:
            self.machine.build()
        elif words[:4] == ["docker", "compose", "run", "--rm"]:
            self.runs(words[4], words[5:])
        else:
            typed = line.replace("gpt:…", self.entry)
            subprocess.run(["/bin/sh", "-c", typed], cwd=self.folder, check=True)

    def runs(self, name: str, words: list[str]) -> None:
        service = self.service(name)
        documents = self.machine.folder / "documents"
        if not documents.is_symlink() and documents.exists():
            documents.rmdir()
            documents.symlink_to(self.folder / "documents")
        done = subprocess.run(
            self.machine.command(service, words),
            cwd=documents,
            env=self.machine.environment(service),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        if found := re.search(r"key\s+(\S+)\nentry\s+(\S+)", done.stdout):
            self.key, self.entry = found[1], found[2]


@pytest.mark.slow
def test_every_line_of_the_guide_leads_to_an_answer(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    served = False
    for line in lines():
        if "OPENAI_API_KEY" in line:
            continue  # "or leave it out"
        if line.startswith("docker compose up"):
            served = True
            answers(newcomer)
        elif not line.startswith("curl"):
            newcomer.types(line)
        if line.startswith("mkdir"):
            (tmp_path / "documents" / "warranty.md").write_text("# Warranty\n\nThe warranty lasts 24 months.\n")
    assert served
    assert lines()[-1] == "curl https://docs.example.com/healthz"


def answers(newcomer: Newcomer) -> None:
    """What `up` starts: the handler by the image's own command, asked by its health check and by a caller."""
    service = newcomer.service("handler")
    port = str(free_port())
    command = [port if word == "8000" else word for word in newcomer.machine.command(service, [])]
    environment = newcomer.machine.environment(service)
    with subprocess.Popen(command, cwd=newcomer.folder, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            until_answered(f"http://127.0.0.1:{port}/healthz", server)
            (check,) = (rest.split("CMD ", 1)[1] for name, rest in instructions() if name == "HEALTHCHECK")
            health = [word.replace(":8000", f":{port}") for word in json.loads(check)]
            assert subprocess.run(health, env=environment, check=False).returncode == 0
            headers = {"authorization": f"Bearer {newcomer.key}"}
            reply = httpx2.post(
                f"http://127.0.0.1:{port}/search", json={"query": "warranty"}, headers=headers, timeout=60
            )
            assert "24 months" in reply.json()["results"][0]["text"]
            # The address of another machine is served only to who has the key.
            assert httpx2.post(f"http://127.0.0.1:{port}/search", json={"query": "x"}, timeout=60).status_code == 401
            document = httpx2.get(f"http://127.0.0.1:{port}/.well-known/openapi.json", timeout=60).json()
            assert document["servers"][0]["url"] == "https://docs.example.com"
        finally:
            server.terminate()


def test_the_containers_may_do_little() -> None:
    found = services({})
    for name in ("handler", "ingest"):
        service = found[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "ports" not in service
    assert found["ingest"]["volumes"][1].endswith(":/documents:ro")
    assert found["caddy"]["ports"] == ["80:80", "443:443"]
    assert found["caddy"]["depends_on"]["handler"]["condition"] == "service_healthy"
    steps = [name for name, _ in instructions()]
    assert steps[-4:] == ["USER", "EXPOSE", "HEALTHCHECK", "CMD"]


def test_every_setting_of_env_reaches_both_and_no_other() -> None:
    given = {"ACCESS": "documents", "AWS_ACCESS_KEY_ID": "x", "SITE_ADDRESS": "docs.example.com"}
    found = services(given)
    for name in ("handler", "ingest"):
        told = found[name]["environment"]
        assert given.items() <= told.items()
        assert (told["PUBLIC_URL"], told["RATE_LIMIT"]) == ("https://docs.example.com", "60/minute")
    assert found["caddy"]["environment"] == {"SITE_ADDRESS": "docs.example.com"}


def test_what_the_image_copies_is_let_through_by_dockerignore() -> None:
    allowed = {line[1:] for line in (package.ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            for source in shlex.split(rest)[:-1]:
                assert source.split("/")[0] in allowed
    assert "--require-hashes" in DOCKERFILE.read_text()
