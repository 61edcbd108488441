"""SnapStart: what is made before the snapshot, and anew after each restore."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3

from handler.access.keys import make_key
from handler.access.oauth.provider_client import FORM
from tests.corpus.snapshot.keeper import Keeper
from tests.handler.events import http_api
from tests.identity.stand_in import AUDIENCE, json_reply, jwk_of, stand_in
from tests.lambda_.built import Built
from tests.lambda_.conftest import API_KEY, ENTRY, variables
from tests.lambda_.runtime_api import SnapStart, snap_start
from tests.openai_server import EmbeddingsServer
from tests.s3_server import S3Server

TEXT = "The warranty lasts 12 months."


def search(function: SnapStart, key: str) -> tuple[int, Any]:
    event = http_api("POST", "/search", json.dumps({"query": "warranty"}), authorization=f"Bearer {key}")
    answer = function.invoke(event)
    return answer["statusCode"], json.loads(answer["body"])


def test_the_corpus_is_open_before_the_snapshot_and_no_socket_is(
    built: Built, tmp_path: Path, in_folder: Keeper, embeddings: EmbeddingsServer
) -> None:
    in_folder.begins(TEXT)
    asked = len(embeddings.requests)
    with snap_start(built.task, tmp_path, variables(embeddings, SNAPSHOT_URL=in_folder.dest)) as function:
        assert "snapshot_opened" in function.log
        assert function.connections() == []
        assert len(embeddings.requests) == asked
        function.restore()
        status, body = search(function, API_KEY)
    assert (status, body["results"][0]["text"]) == (200, TEXT)


def test_from_s3_no_socket_outlives_the_start_and_a_restored_function_finds_the_newest(
    built: Built, tmp_path: Path, on_s3: Keeper, s3: S3Server, embeddings: EmbeddingsServer
) -> None:
    on_s3.begins(TEXT)
    given = variables(embeddings, SNAPSHOT_URL=on_s3.dest, SNAPSHOT_REFRESH="0", **s3.environment)
    with snap_start(built.task, tmp_path, given) as function:
        assert "snapshot_opened" in function.log
        assert function.connections() == []
        on_s3.publishes("The warranty lasts 24 months.")
        function.restore()
        status, body = search(function, API_KEY)
    assert (status, body["results"][0]["text"]) == (200, "The warranty lasts 24 months.")


def test_secrets_are_read_again_after_a_restore(
    built: Built, tmp_path: Path, in_folder: Keeper, s3: S3Server, embeddings: EmbeddingsServer
) -> None:
    in_folder.begins(TEXT)
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name="/test/keys", Value=str(ENTRY), Type="SecureString")
    ssm.put_parameter(Name="/test/openai", Value=embeddings.environment["OPENAI_API_KEY"], Type="SecureString")
    given = {
        "SNAPSHOT_URL": in_folder.dest,
        "API_KEYS_PARAMETER": "/test/keys",
        "OPENAI_API_KEY_PARAMETER": "/test/openai",
        "OPENAI_BASE_URL": embeddings.url,
        **s3.environment,
    }
    with snap_start(built.task, tmp_path, given) as function:
        assert function.connections() == []
        new_key, new_entry = make_key("new")
        ssm.put_parameter(Name="/test/keys", Value=str(new_entry), Type="SecureString", Overwrite=True)
        function.restore()
        assert search(function, API_KEY)[0] == 403
        assert search(function, new_key)[0] == 200
    ssm.close()


def test_tokens_are_checked_by_keys_and_codes_exchanged_by_the_secret_of_after_the_restore(
    built: Built, tmp_path: Path, in_folder: Keeper, s3: S3Server, embeddings: EmbeddingsServer
) -> None:
    in_folder.begins(TEXT)
    callback = "https://chatgpt.com/aip/g-1/oauth/callback"
    code = {"grant_type": "authorization_code", "client_id": "gpt", "client_secret": API_KEY, "code": "c"}
    with contextlib.closing(boto3.client("ssm")) as ssm, stand_in() as provider:
        ssm.put_parameter(Name="/test/client", Value="before", Type="SecureString")
        provider.pages["/token"] = json_reply({"access_token": "a", "token_type": "bearer"})
        signing_in = {
            "AUTH": "keys+oauth",
            "OAUTH_ISSUERS": provider.url,
            "OAUTH_AUDIENCE": AUDIENCE,
            "OAUTH_CLIENT_ID": "gpt",
            "OAUTH_CLIENT_SECRET_PARAMETER": "/test/client",
        }
        given = variables(embeddings, SNAPSHOT_URL=in_folder.dest, **signing_in, **s3.environment)
        with snap_start(built.task, tmp_path, given) as function:
            assert (provider.asked, function.connections()) == ([], [])
            provider.publish(jwk_of("RSA", "second", 1))
            ssm.put_parameter(Name="/test/client", Value="after", Type="SecureString", Overwrite=True)
            function.restore()
            assert search(function, provider.token())[0] == 401
            assert search(function, provider.token(kid="second", number=1))[0] == 200
            body = urlencode(code | {"redirect_uri": callback})
            answer = function.invoke(http_api("POST", "/oauth/token", body, content_type=FORM))
            assert answer["statusCode"] == 200
        assert [form["client_secret"] for path, form in provider.asked if path == "/token"] == ["after"]


RANDOM = """
import random
random.seed(7)
numbers = [random.random() for _ in range(2)]
random.seed(7)
from handler.lifecycle import after_restore, before_snapshot
from handler.app import create_app
from handler.settings import HandlerSettings
app = create_app(HandlerSettings(), lambda settings: None)
before_snapshot()
after_restore(app, HandlerSettings)
print(random.random() in numbers)
"""


def test_randomness_is_reseeded(built: Built) -> None:
    from tests.lambda_.built import run_in

    run = run_in(built.task, RANDOM)
    assert run.stdout.strip() == "False", run.stderr
