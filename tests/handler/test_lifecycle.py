"""What a Lambda prepares before its first request, and again after each restore by SnapStart; AWS is moto."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from corpus.corpus_opening import open_corpus
from corpus.errors import SettingsError
from handler.access.keys import make_key
from handler.app import create_app
from handler.framework import FastAPI
from handler.lifecycle import after_restore, lambda_settings, make_ready
from tests.handler.conftest import HEADERS, Configure
from tests.s3_server import S3Server

OLD_KEY, OLD = make_key("old")
NEW_KEY, NEW = make_key("new")
NAME = "/lifecycle/keys"


@pytest.fixture
def parameters(s3: S3Server) -> Iterator[Any]:
    """SSM of our own."""
    client = boto3.client("ssm", endpoint_url=s3.url)
    yield client
    client.close()


@pytest.fixture
def keyed(configure: Configure, parameters: Any) -> Iterator[FastAPI]:
    """An app whose keys are in a parameter, which holds the old one."""
    parameters.put_parameter(Name=NAME, Value=str(OLD), Type="SecureString", Overwrite=True)
    app = create_app(configure(api_keys=SecretStr(""), api_keys_parameter=NAME), open_corpus)
    yield app
    app.state.action.close()


def status(app: FastAPI, key: str) -> int:
    client = TestClient(app, base_url="http://host", raise_server_exceptions=False)
    return client.post("/search", json={"query": "warranty"}, headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_restored_function_knows_the_keys_of_now_and_none_of_before(
    keyed: FastAPI, configure: Configure, parameters: Any
) -> None:
    assert (status(keyed, OLD_KEY), status(keyed, NEW_KEY)) == (200, 403)
    parameters.put_parameter(Name=NAME, Value=str(NEW), Type="SecureString", Overwrite=True)
    assert status(keyed, OLD_KEY) == 200  # Nothing is asked of AWS meanwhile.
    after_restore(keyed, lambda: configure(api_keys=SecretStr(""), api_keys_parameter=NAME))
    assert (status(keyed, OLD_KEY), status(keyed, NEW_KEY)) == (403, 200)


def test_where_the_secrets_cannot_be_read_those_of_before_still_let_in_and_it_is_logged(
    keyed: FastAPI, configure: Configure, parameters: Any, caplog: pytest.LogCaptureFixture
) -> None:
    parameters.delete_parameter(Name=NAME)
    with caplog.at_level(logging.ERROR, "handler"):
        after_restore(keyed, lambda: configure(api_keys=SecretStr(""), api_keys_parameter=NAME))
    (record,) = [each for each in caplog.records if each.getMessage() == "secrets_not_read"]
    fields: Mapping[str, str] = vars(record)["fields"]
    assert fields["error"] == SettingsError.code
    assert NAME in fields["detail"]
    assert status(keyed, OLD_KEY) == 200


def test_before_the_first_request_what_is_wrong_is_logged_and_the_app_still_answers(
    configure: Configure, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(configure(snapshot_url=str(tmp_path)), open_corpus)
    with caplog.at_level(logging.ERROR, "handler"):
        make_ready(app)
    assert [vars(each)["fields"]["error"] for each in caplog.records if each.getMessage() == "not_ready"] == [
        "snapshot_missing"
    ]
    client = TestClient(app, headers=HEADERS, base_url="http://host", raise_server_exceptions=False)
    assert client.get("/healthz").status_code == 200
    assert client.post("/search", json={"query": "warranty"}).json()["error"] == "snapshot_missing"
    app.state.action.close()


def test_a_bundle_serves_where_no_other_corpus_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH", "none")
    assert lambda_settings(tmp_path).snapshot_url == str(tmp_path)
    assert lambda_settings(tmp_path / "none").snapshot_url is None
    monkeypatch.setenv("SNAPSHOT_URL", "s3://bucket/prefix")
    assert lambda_settings(tmp_path).snapshot_url == "s3://bucket/prefix"
