"""Which corpora a token's claims let its caller use."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from tests.handler.conftest import HEADERS
from tests.handler.oauth.conftest import SignIn
from tests.handler.several import several_in
from tests.identity.stand_in import StandIn
from tests.openai_server import EmbeddingsServer


def used(client: TestClient, headers: dict[str, str]) -> list[str] | str:
    """The corpora that answer, or the code of a refusal."""
    answer = client.post("/search", json={"query": "holidays", "top_k": 50}, headers=headers).json()
    return answer.get("error") or sorted({each["corpus"] for each in answer["results"]})


def test_a_token_uses_the_corpora_that_its_claims_name_and_none_where_they_name_none(
    tmp_path: Path, server: EmbeddingsServer, provider: StandIn, signing_in: SignIn
) -> None:
    several = several_in(tmp_path, server)
    corpora = f"{several.corpora}|group:mechanics"
    client = signing_in(corpora=corpora, oauth_principals="sub,groups,departments=corpus")

    def bearer(**claims: object) -> dict[str, str]:
        return {"Authorization": f"Bearer {provider.token(**claims)}"}

    assert used(client, bearer(departments=["hr"])) == ["hr"]
    assert used(client, bearer(departments=["hr", "sales", "unknown"])) == ["hr", "sales"]
    assert used(client, bearer(departments="sales", groups=["mechanics"])) == ["manuals", "sales"]
    assert used(client, bearer(departments=[])) == "no_corpus"
    assert used(client, bearer()) == "no_corpus"
    # A key says nothing of corpora, and uses those that name nobody.
    assert used(client, HEADERS) == ["hr", "sales"]
    # Without such a claim in the settings, tokens are as keys are.
    assert used(signing_in(corpora=corpora), bearer()) == ["hr", "sales"]
