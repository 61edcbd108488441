"""`ingest publish`, `versions` and `rollback` as people and machines call them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.corpus.snapshot.keeper import Keeper, keeper_of
from tests.ingest.command_line import Ingest, result_of
from tests.openai_server import embeddings_server


def test_publish_list_and_roll_back_for_machines_and_people(ingest: Ingest, tmp_path: Path) -> None:
    store, dest = tmp_path / "store", str(tmp_path / "published")
    with embeddings_server() as server:
        keeper = keeper_of(tmp_path, dest, server).says("The warranty lasts 12 months.")
        check_commands(ingest, store, dest, keeper)


def check_commands(ingest: Ingest, store: Path, dest: str, keeper: Keeper) -> None:
    of_store = partial(ingest, CHROMA_PATH=str(store))
    first = result_of(of_store("publish", dest, "--json"))
    assert (first["new"], first["documents"], first["chunks"], first["collection"]) == (True, 1, 1, "corpus")
    assert first["uploaded_bytes"] > 0
    keeper.says("The warranty lasts 24 months.")
    shown = of_store("publish", dest, "--keep", "5")
    assert shown.returncode == 0
    assert "1 documents, 1 chunks" in shown.stdout
    assert f"Publishing {store}" in shown.stderr
    listed = result_of(of_store("versions", dest, "--json"))
    assert [entry["served"] for entry in listed["versions"]] == [True, False]
    # The names are there to be typed again.
    lines = [line.split("\t") for line in of_store("versions", dest).stdout.splitlines()]
    assert [line[:2] for line in lines] == [[listed["versions"][0]["version"], "served"], [first["version"], ""]]
    assert result_of(of_store("rollback", dest, "--json"))["version"] == first["version"]
    assert result_of(of_store("versions", dest, "--json"))["latest"] == first["version"]

    refused = of_store("rollback", dest, "nonsense")
    assert refused.returncode == 1
    assert "has no version 'nonsense'. There are: " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert ingest("publish", dest, CHROMA_PATH=str(store / "empty")).returncode == 2
