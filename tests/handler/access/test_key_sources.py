"""Keys from a file and from AWS, read once at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import httpx2
import pytest
from pydantic import SecretStr

from corpus.errors import SettingsError
from handler.access.key_sources import read_keys, read_oauth, with_openai_key
from handler.access.keys import make_key
from tests.aws import aws_server
from tests.handler.conftest import ENTRY, Configure, Connect
from tests.handler.serving import serving
from tests.openai_server import KEY as OPENAI_KEY
from tests.openai_server import EmbeddingsServer

KEY, KEPT = make_key("kept")
NOWHERE = SecretStr("")


@pytest.fixture(scope="module")
def aws() -> Iterator[Mapping[str, str]]:
    """An AWS of our own with a secret and a parameter that hold an entry."""
    with aws_server() as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        secrets: Any = boto3.client("secretsmanager")
        secrets.create_secret(Name="action/keys", SecretString=str(KEPT))
        secrets.create_secret(Name="openai/key", SecretString=f"{OPENAI_KEY}\n")
        parameters: Any = boto3.client("ssm")
        parameters.put_parameter(Name="/action/keys", Value=str(KEPT), Type="SecureString")
        parameters.put_parameter(Name="/openai/key", Value=OPENAI_KEY, Type="SecureString")
        yield environment


def test_keys_may_come_from_a_file_a_secret_and_a_parameter(
    connect: Connect, aws: Mapping[str, str], tmp_path: Path
) -> None:
    assert aws
    (tmp_path / "keys").write_text(f"# who may call\n{KEPT}\n", "utf-8")
    for source in (
        {"api_keys_file": tmp_path / "keys"},
        {"api_keys_secret": "action/keys"},
        {"api_keys_parameter": "/action/keys"},
    ):
        client = connect(headers={"Authorization": f"Bearer {KEY}"}, api_keys=NOWHERE, **source)
        assert client.get("/documents").status_code == 200, source


def test_the_key_of_the_embeddings_endpoint_may_come_from_a_secret_and_a_parameter(
    configure: Configure, aws: Mapping[str, str]
) -> None:
    assert aws
    for source in ({"openai_api_key_secret": "openai/key"}, {"openai_api_key_parameter": "/openai/key"}):
        key = with_openai_key(configure(openai_api_key=None, **source)).openai_api_key
        assert key == SecretStr(OPENAI_KEY)


def test_handler_serve_finds_it_there_too(aws: Mapping[str, str], manuals: Path, server: EmbeddingsServer) -> None:
    corpus = {"CHROMA_PATH": str(manuals), "OPENAI_BASE_URL": server.url, "API_KEYS": str(KEPT)}
    with serving(**aws, **corpus, OPENAI_API_KEY_SECRET="openai/key") as served:
        headers = {"Authorization": f"Bearer {KEY}"}
        response = httpx2.post(f"{served.url}/search", json={"query": "warranty"}, headers=headers)
    assert response.status_code == 200, response.text


def test_all_sources_count_together(configure: Configure, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(str(KEPT), "utf-8")
    assert read_keys(configure(api_keys_file=tmp_path / "keys")) == (ENTRY, KEPT)


def test_a_source_that_cannot_be_read_is_named_and_not_quoted(
    configure: Configure, aws: Mapping[str, str], tmp_path: Path
) -> None:
    assert aws
    (tmp_path / "keys").write_text(KEY, "utf-8")
    for source, words in (
        ({"api_keys_file": tmp_path / "none"}, ["API_KEYS_FILE", "No such file"]),
        ({"api_keys_file": tmp_path / "keys"}, ["API_KEYS_FILE", "entry 1"]),
        ({"api_keys_secret": "none"}, ["none", "ResourceNotFoundException"]),
        ({"api_keys_parameter": "none"}, ["none", "ParameterNotFound"]),
    ):
        with pytest.raises(SettingsError) as caught:
            read_keys(configure(api_keys=NOWHERE, **source))
        assert all(word in str(caught.value) for word in words), caught.value
        assert KEY not in str(caught.value)


def test_the_secret_of_the_providers_client_may_come_from_a_secret_and_a_parameter(
    configure: Configure, aws: Mapping[str, str]
) -> None:
    assert aws
    issuer = {"auth": "oauth", "oauth_issuers": "https://id.example.com", "oauth_audience": "the-api"}
    for source in (
        {"oauth_client_secret_secret": "openai/key"},
        {"oauth_client_secret_parameter": "/openai/key"},
        {"oauth_client_secret": SecretStr(OPENAI_KEY)},
    ):
        settings = configure(**issuer, oauth_client_id="gpt", **source)
        assert settings.has_named_secrets == ("oauth_client_secret" not in source)
        oauth = read_oauth(settings, [KEPT])
        assert oauth is not None
        assert oauth.passing is not None
        assert oauth.passing.secret == OPENAI_KEY
        assert oauth.passing.is_own_secret(KEY)
        assert not oauth.passing.is_own_secret(OPENAI_KEY)
    with pytest.raises(SettingsError, match="ParameterNotFound"):
        read_oauth(configure(**issuer, oauth_client_id="gpt", oauth_client_secret_parameter="none"), [KEPT])


def test_a_pool_of_cognito_lets_its_users_in_by_their_access_tokens(connect: Connect, aws: Mapping[str, str]) -> None:
    cognito: Any = boto3.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]
    flow = {"ClientName": "gpt", "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH"]}
    app, other = (
        cognito.create_user_pool_client(UserPoolId=pool, **flow)["UserPoolClient"]["ClientId"] for _ in range(2)
    )
    cognito.admin_create_user(UserPoolId=pool, Username="alice", TemporaryPassword="Made-up-1")
    cognito.admin_set_user_password(UserPoolId=pool, Username="alice", Password="Made-up-2", Permanent=True)
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=app,
        AuthFlow="ADMIN_NO_SRP_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": "Made-up-2"},
    )["AuthenticationResult"]
    issuer = {
        "auth": "oauth",
        "oauth_issuers": f"https://cognito-idp.eu-west-1.amazonaws.com/{pool}",
        "oauth_jwks_url": f"{aws['AWS_ENDPOINT_URL']}/{pool}/.well-known/jwks.json",
    }

    def status(token: str, client_id: str) -> int:
        client = connect(headers={"Authorization": f"Bearer {token}"}, **issuer, oauth_client_id=client_id)
        return client.get("/documents").status_code

    assert status(tokens["AccessToken"], app) == 200
    assert status(tokens["IdToken"], app) == 401
    assert status(tokens["AccessToken"], other) == 401
