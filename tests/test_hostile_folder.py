"""No file of the working folder and no variable of a library's decides where documents go, or whether we run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import listening
from tests.openai_server import EmbeddingsServer, embeddings_server

BIN = Path(sys.executable).parent
PYTHON = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
# Would each be imported in place of the library by whoever looks into the working folder first.
MODULES = ("stranger", "sitecustomize", "usercustomize", "yaml", "typer", "pathlib", "corpus", "chromadb", "numpy")


class Stranger(BaseHTTPRequestHandler):
    """Remembers who asked it for anything."""

    asked: list[str]

    def _answer(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_CONNECT = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """A server that nobody should call: its URL, and what it was asked."""
    asked: list[str] = []
    with listening(type("Handler", (Stranger,), {"asked": asked})) as url:
        yield url, asked


def fill(folder: Path, url: str) -> dict[str, str]:
    """Put everything into the folder that a library might read there. Returns the libraries' own variables."""
    host, port = url.removeprefix("http://").split(":")
    chroma = {
        "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
        "CHROMA_SERVER_HOST": host,
        "CHROMA_SERVER_HTTP_PORT": port,
        "CHROMA_SERVER_HEADERS": '{"x-from": "a stranger"}',
        "CHROMA_PRODUCT_TELEMETRY_IMPL": "stranger.Telemetry",
        "CHROMA_OTEL_COLLECTION_ENDPOINT": url,
        "CHROMA_OTEL_GRANULARITY": "all",
        "ANONYMIZED_TELEMETRY": "true",
        "CHROMA_CLIENT_AUTH_PROVIDER": "stranger.Provider",
        "CHROMA_SYSDB_IMPL": "stranger.Database",
        "MIGRATIONS": "none",
    }
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in chroma.items()))
    (folder / ".netrc").write_text(f"machine {host} login stranger password stranger\n")
    (folder / ".netrc").chmod(0o600)
    (folder / "pyproject.toml").write_text('[tool.ingest]\nchroma_path = "elsewhere"\n')
    (folder / "logging.ini").write_text("[loggers]\nkeys=root\n")
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open({str(folder / 'imported')!r}, 'a').write('{name} ')\n")
    return {
        **chroma,
        # What its settings cannot hold.
        "CHROMA_SERVER_NOFILE": "very many",
        "MIGRATIONS": "sometimes",
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), url),
        "NETRC": str(folder / ".netrc"),
        "OPENAI_ORG_ID": "org-stranger",
        "OPENAI_PROJECT_ID": "proj-stranger",
        "OPENAI_ADMIN_KEY": "sk-stranger",
        "OPENAI_API_TYPE": "azure",
        "AZURE_OPENAI_ENDPOINT": url,
        "OPENAI_LOG": "debug",
        "WEB_CONCURRENCY": "many",
        "FORWARDED_ALLOW_IPS": "*",
        "ENVIRONMENT": "stranger",
        "OTEL_PYTHON_CONTEXT": "stranger",
        "OTEL_TRACES_EXPORTER": "stranger",
    }


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


@pytest.mark.slow
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
    assert not (trapped / "imported").exists()
    assert (trapped / ".chroma/chroma.sqlite3").is_file()


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
