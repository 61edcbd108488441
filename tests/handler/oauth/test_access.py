"""From a token's claims to the documents that its bearer finds, and to none of the others."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from handler.settings import HandlerSettings
from tests.handler.conftest import API_KEY, Configure, client_of
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.handler.oauth.conftest import settings_for
from tests.identity.stand_in import StandIn, jwk_of, stand_in
from tests.openai_server import EmbeddingsServer

READERS = {
    "sales.md": ("group:sales",),
    "alice.md": ("user:alice",),
    "partner.md": ("partner:group:sales",),
    "all.md": ("everyone",),
    "nobody.md": (),
}


@pytest.fixture(scope="module")
def issuers() -> Iterator[tuple[StandIn, StandIn]]:
    with stand_in() as own, stand_in() as partner:
        partner.publish(jwk_of("RSA", "first", 1))
        yield own, partner


@pytest.fixture(scope="module")
def client(
    server: EmbeddingsServer, issuers: tuple[StandIn, StandIn], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("read-by-some")
    corpus = corpus_settings(folder, server)
    texts = [Text(source=name, text=f"The price is in {name}.", access=access) for name, access in READERS.items()]
    write_corpus(corpus, texts)
    own, partner = issuers
    changes = {"oauth_issuers": f"{own.url}, partner={partner.url}", "access": "documents", "audit": "on"}
    settings = corpus.model_dump() | settings_for(own, auth="oauth", link_secret="sixteen characters", **changes)
    with client_of(HandlerSettings.model_validate(settings), headers={}) as client:
        yield client


@pytest.mark.parametrize(
    ("of_partner", "claims", "found"),
    [
        (False, {}, {"alice.md", "all.md"}),
        (False, {"groups": ["sales"]}, {"alice.md", "sales.md", "all.md"}),
        (False, {"sub": "bob", "groups": ["nothing", "everyone"]}, {"all.md"}),
        (False, {"sub": "bob", "groups": ["partner:group:sales"], "roles": ["group:sales"]}, {"all.md"}),
        (True, {"groups": ["sales"]}, {"partner.md", "all.md"}),
    ],
)
def test_each_finds_what_his_claims_let_him(
    client: TestClient,
    issuers: tuple[StandIn, StandIn],
    of_partner: bool,  # noqa: FBT001 - a case
    claims: dict[str, object],
    found: set[str],
) -> None:
    token = issuers[of_partner].token(number=int(of_partner), **claims)
    headers = {"Authorization": f"Bearer {token}"}
    searched = client.post("/search", json={"query": "What is the price?", "top_k": 50}, headers=headers).json()
    assert {result["source"] for result in searched["results"]} == found
    listed = client.get("/documents", headers=headers).json()
    assert {document["source"] for document in listed["documents"]} == found


def test_under_a_secret_no_line_names_who_asked_and_his_lines_are_told_to_be_his(
    issuers: tuple[StandIn, StandIn], configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    own, _ = issuers
    hidden = settings_for(own, audit="on", audit_hash=SecretStr("a secret for the hashes"))
    with client_of(configure(**hidden), headers={}) as client, caplog.at_level(logging.INFO, "handler"):
        for person in ("alice", "bob", "alice"):
            token = own.token(sub=person, _claim_names={"groups": "src1"})
            client.get("/documents", headers={"Authorization": f"Bearer {token}"})
        client.get("/documents", headers={"Authorization": f"Bearer {API_KEY}"})
    fields = [(record.getMessage(), record.fields) for record in caplog.records if record.name == "handler"]  # type: ignore[attr-defined] # Ours.
    told = json.dumps(fields)
    unhidden = hashlib.sha256(f"{own.url}\nalice".encode()).hexdigest()[:16]
    assert [name for name in ("alice", "bob", '"test"', own.url, unhidden) if name in told] == []
    asked = [each["key"] for event, each in fields if event == "request"]
    assert asked == [each["who"] for event, each in fields if event == "audit"]
    assert (len(asked), len(set(asked)), asked[0] == asked[2]) == (4, 3, True)
    left_out = [each["request_id"] for event, each in fields if event == "groups_left_out"]
    assert left_out == [each["request_id"] for event, each in fields if event == "request"][:3]


def test_the_audit_trail_names_the_issuer_and_the_subject_and_no_token(
    client: TestClient, issuers: tuple[StandIn, StandIn], caplog: pytest.LogCaptureFixture
) -> None:
    token = issuers[0].token()
    with caplog.at_level(logging.INFO):
        client.get("/documents", headers={"Authorization": f"Bearer {token}"})
    told = json.dumps([record.__dict__ for record in caplog.records], default=str)
    assert issuers[0].url in told
    assert '"alice"' in told
    assert token.split(".")[2] not in told
