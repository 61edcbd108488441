"""No file of the working folder and no variable of a library's decides where documents go, or whether we run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.handler.events import http_api
from tests.loopback import listening
from tests.openai_server import EmbeddingsServer, embeddings_server
from tests.traps import Stranger, fill

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[1]
PYTHON = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """A server that nobody should call: its URL, and what it was asked."""
    asked: list[str] = []
    with listening(type("Handler", (Stranger,), {"asked": asked})) as url:
        yield url, asked


# As Lambda's runtime does: no module of the working folder, and one event after the other.
LAMBDA = """
import json, sys
from handler.main import handler
class Context:
    aws_request_id = "1"
    def get_remaining_time_in_millis(self): return 25_000
for event in json.loads(sys.argv[1]):
    answer = handler(event, Context())
    print(answer["statusCode"], answer["body"])
"""


def run(folder: Path, *command: str, **environment: str) -> str:
    everything = PYTHON | {"HOME": str(folder)} | environment
    done = subprocess.run(command, cwd=folder, env=everything, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "stranger" not in done.stderr
    return done.stdout


def docs_in(folder: Path) -> None:
    (folder / "docs").mkdir(parents=True)
    (folder / "docs/warranty.md").write_text("# Warranty\n\nThe pump is covered for five years.\n")


def stored(listed: str) -> list[dict[str, Any]]:
    return [{**document, "ingested_at": ""} for document in json.loads(listed)["documents"]]


def test_a_folder_full_of_traps_changes_neither_the_traffic_nor_the_store(
    tmp_path: Path, stranger: tuple[str, list[str]]
) -> None:
    url, asked = stranger
    calm, trapped = tmp_path / "calm", tmp_path / "trapped"
    docs_in(calm)
    docs_in(trapped)
    traps = fill(trapped, url)
    seen: list[tuple[list[dict[str, Any]], list[dict[str, str]], Any]] = []
    for folder, environment, ingest in (
        (calm, {}, [str(BIN / "ingest")]),
        (trapped, traps, [sys.executable, "-m", "ingest"]),
    ):
        with embeddings_server() as server:
            endpoint = environment | server.environment
            run(folder, *ingest, "add", "docs", **endpoint)
            listed = run(folder, *ingest, "list", "--json", **endpoint)
            run(folder, *ingest, "search", "pump", "--mode", "lexical", **endpoint)
            seen.append((server.requests, [told(server, each) for each in server.headers], stored(listed)))
    assert seen[0] == seen[1]
    run(trapped, sys.executable, "-m", "ingest", "publish", "published", **traps)
    run(trapped, sys.executable, "-m", "handler", "openapi", **traps)
    assert asked == []
    assert not {"imported", "written"} & {each.name for each in trapped.iterdir()}
    assert (trapped / ".chroma/chroma.sqlite3").is_file()


def test_the_entry_on_lambda_is_steered_by_its_settings_alone(tmp_path: Path, stranger: tuple[str, list[str]]) -> None:
    url, asked = stranger
    docs_in(tmp_path)
    events = [http_api("POST", "/search", json.dumps({"query": "pump"})), http_api("GET", "/openapi.json", None)]
    program = (sys.executable, "-P", "-c", LAMBDA, json.dumps(events))
    with embeddings_server() as server:
        run(tmp_path, str(BIN / "ingest"), "add", "docs", **server.environment)
        calm = run(tmp_path, *program, AUTH="none", PYTHONPATH=str(ROOT), **server.environment)
        headers = server.headers[-1]
        traps = fill(tmp_path, url) | server.environment
        assert run(tmp_path, *program, AUTH="none", PYTHONPATH=str(ROOT), **traps) == calm
        assert told(server, server.headers[-1]) == told(server, headers)
    assert calm.startswith("200 ")
    assert asked == []
    assert not {"imported", "written"} & {each.name for each in tmp_path.iterdir()}


def told(server: EmbeddingsServer, headers: dict[str, str]) -> dict[str, str]:
    """What a request says of its sender."""
    assert server.url
    wanted = ("authorization", "openai-organization", "openai-project", "proxy-authorization", "x-from")
    return {name: headers[name] for name in wanted if name in headers}


def test_a_chroma_server_is_asked_directly(tmp_path: Path, stranger: tuple[str, list[str]], chroma_url: str) -> None:
    url, asked = stranger
    docs_in(tmp_path)
    traps = fill(tmp_path, url)
    collection = f"trapped-{tmp_path.name}".replace("_", "-")
    run(
        tmp_path, str(BIN / "ingest"), "add", "docs", "--collection", collection,
        EMBEDDING_MODEL="all-MiniLM-L6-v2", CHROMA_URL=chroma_url, **traps,
    )  # fmt: skip
    assert asked == []
    assert not (tmp_path / ".chroma").exists()
