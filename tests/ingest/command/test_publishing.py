"""`ingest publish`, `versions` and `rollback` as people and machines call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.corpus.snapshot.keeper import Keeper, keeper_of
from tests.openai_server import embeddings_server


def ingest(store: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CHROMA_PATH": str(store)}
    command = [sys.executable, "-m", "ingest", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def answered(store: Path, *words: str) -> Any:
    run = ingest(store, *words, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_publish_list_and_roll_back_for_machines_and_people(tmp_path: Path) -> None:
    store, dest = tmp_path / "store", str(tmp_path / "published")
    with embeddings_server() as server:
        keeper = keeper_of(tmp_path, dest, server).says("The warranty lasts 12 months.")
        check_commands(store, dest, keeper)


def check_commands(store: Path, dest: str, keeper: Keeper) -> None:
    first = answered(store, "publish", dest)
    assert (first["new"], first["documents"], first["chunks"], first["collection"]) == (True, 1, 1, "corpus")
    assert first["uploaded_bytes"] > 0
    keeper.says("The warranty lasts 24 months.")
    shown = ingest(store, "publish", dest, "--keep", "5")
    assert shown.returncode == 0
    assert "1 documents, 1 chunks" in shown.stdout
    assert f"Publishing {store}" in shown.stderr
    listed = answered(store, "versions", dest)
    assert [entry["served"] for entry in listed["versions"]] == [True, False]
    # The names are there to be typed again.
    lines = [line.split("\t") for line in ingest(store, "versions", dest).stdout.splitlines()]
    assert [line[:2] for line in lines] == [[listed["versions"][0]["version"], "served"], [first["version"], ""]]
    assert answered(store, "rollback", dest)["version"] == first["version"]
    assert answered(store, "versions", dest)["latest"] == first["version"]

    refused = ingest(store, "rollback", dest, "nonsense")
    assert refused.returncode == 1
    assert "has no version 'nonsense'. There are: " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert ingest(store / "empty", "publish", dest).returncode == 2
