"""What the endpoint refuses costs the document that holds it, and no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.ingest.command_line import Ingest
from tests.openai_server import EmbeddingsServer, Reply, failure

POISON = "POISON this one the model cannot take"


def refuse(_: int, body: dict[str, Any]) -> Reply | None:
    refused = any("POISON" in text for text in body["input"])
    return failure(400, None, f"the input '{POISON}' exceeds the context length") if refused else None


def test_a_refused_document_is_named_the_others_are_stored_and_the_next_run_tries_it_again(
    ingest: Ingest, folder: Path, server: EmbeddingsServer
) -> None:
    bad, copy = folder / "docs" / "bad.txt", folder / "docs" / "deep" / "copy.txt"
    for path in (bad, copy):
        path.write_text(POISON)
    server.interceptor = refuse
    run = ingest("add", "docs", "--json", server=server)
    report = json.loads(run.stdout)
    assert (run.returncode, report["added"]) == (1, 3)
    assert sorted(each["source"] for each in report["failed"]) == ["docs/bad.txt", "docs/deep/copy.txt"]
    assert all("exceeds the context length" in each["error"] for each in report["failed"])
    assert "POISON" not in run.stdout + run.stderr

    server.interceptor = None
    report = json.loads(ingest("add", "docs", "--json", server=server).stdout)
    assert (report["added"], report["unchanged"], report["failed"]) == (2, 3, [])


def test_a_document_that_is_refused_in_its_new_version_keeps_its_old_one(
    ingest: Ingest, folder: Path, server: EmbeddingsServer
) -> None:
    ingest("add", "docs", server=server)
    (folder / "docs" / "returns.txt").write_text(f"Unused goods may be kept.\n\n{POISON}\n")
    server.interceptor = refuse
    run = ingest("add", "docs", server=server)
    assert run.returncode == 1
    assert "docs/returns.txt" in run.stderr
    found = ingest("search", "goods returned within thirty days", "-k", "1", "--json", server=server)
    assert "within thirty days" in found.stdout


def test_an_endpoint_that_refuses_everything_is_told_once(ingest: Ingest, server: EmbeddingsServer) -> None:
    server.interceptor = lambda *_: failure(400, None, "this model has no dimensions parameter")
    run = ingest("add", "docs", server=server, EMBEDDING_DIMENSIONS="256")
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("Error: The embeddings endpoint refused the request")
    assert "no dimensions parameter" in run.stderr


def test_a_prefix_counts_among_a_chunks_tokens_and_stays_with_the_collection(
    ingest: Ingest, folder: Path, server: EmbeddingsServer
) -> None:
    (folder / "docs" / "long.txt").write_text("word " * 2000)
    prefix = "search_document: "
    settings = {"EMBEDDING_PASSAGE_PREFIX": prefix, "CHUNK_TOKENS": "64"}
    assert ingest("add", "docs", server=server, **settings).returncode == 0
    assert all(text.startswith(prefix) for text in server.inputs)
    assert max(text.count("word") for text in server.inputs) <= 60
    assert ingest("add", "docs", server=server, EMBEDDING_PASSAGE_PREFIX="passage: ").returncode == 2
    assert ingest("add", "docs", server=server).returncode == 0
