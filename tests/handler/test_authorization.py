"""What a caller sees is what documents name him for, by every door; no route reaches the corpus but by the gate.

`python -m tests.access_triples` asks a hundred thousand times what is asked here some hundred times.
"""

from __future__ import annotations

import ast
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends
from pydantic import SecretStr
from starlette.testclient import TestClient

from corpus.corpus_opening import open_corpus
from corpus.store import open_store
from handler.access.keys import KeyEntry, make_key
from handler.app import audit_of, create_app
from handler.contract.errors import ActionError
from handler.mcp.stdio import Stdio
from handler.observing.trace import Trace
from handler.route_access import check_doors, without_key
from tests.access_triples.asking import DOORS
from tests.access_triples.rounds import Kind, Round, drawn, kinds
from tests.handler.conftest import Configure
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.handler.mcp.asking import message
from tests.openai_server import EmbeddingsServer

SAMPLE = 100
HANDLER = Path(__file__).parents[2] / "handler"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Kind]]:
    with kinds(tmp_path_factory.mktemp("triples")) as stores:
        yield stores


@pytest.mark.parametrize("place", [0, 1, 2], ids=["embedded", "snapshot", "several"])
def test_every_door_shows_what_a_filter_in_plain_python_lets_through(stores: list[Kind], place: int) -> None:
    with Round(stores[place], drawn(place)) as each:
        assert [faults for _ in range(SAMPLE) if (faults := each.ask())[1]] == []
    # The same documents, seen by others; nothing else of them was written.
    with Round(stores[place], drawn(place + 3)) as each:
        assert [faults for _ in range(SAMPLE) if (faults := each.ask())[1]] == []


def test_a_route_that_does_not_say_who_may_ask_it_does_not_start(configure: Configure) -> None:
    app = create_app(configure(), open_corpus)
    check_doors(app)
    forgotten = APIRouter()
    forgotten.add_api_route("/everything", lambda: "all of it")
    app.include_router(forgotten, dependencies=[Depends(without_key)])
    check_doors(app)
    app.include_router(forgotten, prefix="/again")
    with pytest.raises(RuntimeError, match=r"/again/everything does not say who may ask it"):
        check_doors(app)


def test_a_request_that_nobody_was_let_in_for_gets_no_corpus(configure: Configure) -> None:
    gate = create_app(configure(), open_corpus).state.action.gate
    with pytest.raises(ActionError, match="who is asking") as caught, gate.view(Trace(1.0)):
        pass
    assert caught.value.status == 401


def test_the_library_is_opened_by_the_gate_and_by_who_starts_the_app_alone() -> None:
    users = {
        path.relative_to(HANDLER).as_posix()
        for path in HANDLER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("library", "_libraries")
    }
    opening = {"app.py", "served.py", "desktop.py", "lifecycle.py", "server.py"}
    assert users == {"authorization.py", "corpora/libraries.py", *opening}


def test_a_chunk_whose_access_was_taken_away_is_hidden_before_the_index_of_words_knows(stores: list[Kind]) -> None:
    kind = stores[0]
    with Round(kind, drawn(11)) as each:
        with open_store(kind.parts[0].settings) as store:
            store.grant([dataclasses.replace(paper.record, access=()) for paper in each.papers])
        each.papers = [paper.with_access(()) for paper in each.papers]
        doors = [door for door in DOORS if door.__name__ in ("search", "query", "document", "documents", "mcp_search")]
        # How many there are to be found is another matter, until the index is made.
        faults = [fault for door in doors for _ in range(20) for fault in each.ask(door)[1]]
    assert [fault for fault in faults if fault.startswith("LEAK")] == []


PUBLIC = Text(source="open.txt", text="The canteen opens at noon.", access=("everyone",), metadata={"tags": ["menus"]})
SECRET = Text(
    source="secret.txt", text="The salary of the canteen's cook.", access=("group:hr",), metadata={"tags": ["pay"]}
)
UNNAMED = Text(source="unnamed.txt", text="The canteen has a draft menu.")
HR_KEY, HR = make_key("hr")
GUEST_KEY, GUEST = make_key("guest")


@pytest.fixture
def papers(tmp_path: Path, server: EmbeddingsServer, configure: Configure) -> Configure:
    settings = corpus_settings(tmp_path, server)
    write_corpus(settings, [PUBLIC, SECRET, UNNAMED])
    keys = f"{KeyEntry(HR.name, HR.digest, ('group:hr',))},{GUEST}"

    def made(**changes: object):  # type: ignore[no-untyped-def] # As configure.
        given = {"chroma_path": tmp_path, "access": "documents", "api_keys": SecretStr(keys)}
        return configure(**given | changes)

    return made


def sources(client: TestClient, key: str | None = None) -> list[str]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    listed = client.get("/documents", headers=headers).json()
    found = client.post("/search", json={"query": "canteen", "top_k": 50}, headers=headers).json()
    assert listed["total"] == len(listed["documents"])
    names = sorted(each["source"] for each in listed["documents"])
    assert names == sorted(each["source"] for each in found["results"])
    return names


def test_a_key_sees_what_names_its_principals_and_what_everyone_may_see(papers: Configure) -> None:
    client = TestClient(create_app(papers(), open_corpus), base_url="http://host")
    assert sources(client, HR_KEY) == ["open.txt", "secret.txt"]
    assert sources(client, GUEST_KEY) == ["open.txt"]
    opened = TestClient(create_app(papers(access="open"), open_corpus), base_url="http://host")
    assert sources(opened, GUEST_KEY) == ["open.txt", "secret.txt", "unnamed.txt"]


def test_a_refusal_names_no_value_that_only_others_see(papers: Configure) -> None:
    client = TestClient(create_app(papers(), open_corpus), base_url="http://host")
    told = {}
    for key in (HR_KEY, GUEST_KEY):
        headers = {"Authorization": f"Bearer {key}"}
        client.post("/search", json={"query": "canteen", "tags": ["menus"]}, headers=headers)
        told[key] = client.post("/search", json={"query": "canteen", "tags": 7}, headers=headers).json()["message"]
    assert 'Allowed: ["menus","pay"]' in told[HR_KEY]
    assert 'Allowed: ["menus"]' in told[GUEST_KEY]


def test_who_needs_no_key_sees_what_everyone_may_see(papers: Configure) -> None:
    client = TestClient(create_app(papers(auth="none"), open_corpus), base_url="http://host")
    assert sources(client) == ["open.txt"]


def test_no_cache_on_the_way_keeps_what_one_caller_was_shown(papers: Configure) -> None:
    client = TestClient(create_app(papers(api_key_header="X-Key"), open_corpus), base_url="http://host")
    for headers in ({"X-Key": HR_KEY}, {"X-Key": GUEST_KEY}, {}):
        answers = [client.get(path, headers=headers) for path in ("/documents", f"/documents/{SECRET.document_id}")]
        answers += [client.post(path, json={}, headers=headers) for path in ("/search", "/query", "/mcp")]
        answers += [client.get(f"/cite/{SECRET.document_id}-0", headers=headers)]
        assert {answer.headers.get("cache-control") for answer in answers} == {"private, no-store"}


def test_over_stdio_is_seen_what_everyone_may_see_and_each_answer_has_its_line(
    papers: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    settings = papers(mcp_tools="list_documents", audit="on")
    stdio = Stdio(create_app(settings, open_corpus).state.action, lambda: "http://host", audit=audit_of(settings))
    with caplog.at_level("INFO", logger="handler"):
        listed = message("tools/call", {"name": "list_documents", "arguments": {}}, modern=False)
        answer = stdio.answer(json.dumps(listed).encode())
        stdio.answer(json.dumps(message("resources/list", modern=False)).encode())
    assert answer is not None
    assert [each["source"] for each in answer["result"]["structuredContent"]["documents"]] == ["open.txt"]
    lines = [record.fields for record in caplog.records if record.getMessage() == "audit"]  # type: ignore[attr-defined] # Ours.
    assert [(each["door"], each["allowed"], each["documents"]) for each in lines] == [
        ("stdio", True, [PUBLIC.document_id]),
        ("stdio", False, []),
    ]


def test_each_answer_has_its_line_in_the_audit_trail(papers: Configure, caplog: pytest.LogCaptureFixture) -> None:
    secret = "a secret for the hashes"
    for hashed in (None, SecretStr(secret)):
        caplog.clear()
        client = TestClient(create_app(papers(audit="on", audit_hash=hashed), open_corpus), base_url="http://host")
        with caplog.at_level("INFO", logger="handler"):
            client.get("/healthz")
            client.post("/search", json={"query": "canteen salary"}, headers={"Authorization": f"Bearer {HR_KEY}"})
            client.get(f"/documents/{SECRET.document_id}", headers={"Authorization": f"Bearer {GUEST_KEY}"})
            client.get("/documents", headers={"Authorization": "Bearer ra_wrong"})
            client.post(
                "/mcp", json={}, headers={"Authorization": f"Bearer {HR_KEY}", "Origin": "https://evil.example"}
            )
            ask_mcp = message("canteen/salary", modern=False)
            client.post("/mcp", json=ask_mcp, headers={"Authorization": f"Bearer {HR_KEY}", "Accept": "*/*"})
        lines = [record.fields for record in caplog.records if record.getMessage() == "audit"]  # type: ignore[attr-defined] # Ours.
        assert [(each["door"], each["allowed"], each["status"]) for each in lines] == [
            ("search", True, 200),
            ("document", False, 404),
            ("documents", False, 403),
            ("mcp", False, 403),
            ("mcp", False, 200),
        ]
        found, refused, unknown, foreign, _ = lines
        assert foreign["who"] is None
        assert set(found["documents"]) == {PUBLIC.document_id, SECRET.document_id}
        assert set(found["chunks"]) == {f"{PUBLIC.document_id}-0", f"{SECRET.document_id}-0"}
        assert (refused["documents"], refused["chunks"], refused["withheld"]) == ([], [], [SECRET.document_id])
        assert unknown["who"] is None
        assert (found["who"] == "hr") == (hashed is None)
        assert "canteen" not in json.dumps(lines)
        assert "salary" not in json.dumps(lines)
        assert HR_KEY not in json.dumps(lines)
