"""The whole way: deploy, publish, ask over HTTP, publish again, roll back, remove. AWS is moto; the code runs."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import httpx2
import pytest

from corpus.settings import LOCAL_MODEL, CorpusSettings
from corpus.snapshot.versions import rollback
from corpus.store import create_store
from handler.access.keys import make_key
from infra import package
from infra.build_lambda import local_model_of
from infra.parameters import parameters_of
from infra.preflight import Target, client_secret_problems, missing
from infra.sign_in import sign_in_problem
from tests.absent import absent
from tests.corpus.snapshot.keeper import Keeper, keeper_of
from tests.corpus.texts import RECORD
from tests.free_port import free_port
from tests.infra.osls import checkout, osls
from tests.lambda_ import tools
from tests.openai_server import KEY, embeddings_server
from tests.s3_server import S3Server

START_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Cloud:
    """`aws` is moto; `url` is where the deployed HTTP API listens; `log_path` holds what both print."""

    aws: S3Server
    url: str
    log_path: Path

    @property
    def actions(self) -> set[str]:
        """All that was asked of AWS but S3, as service:Action."""
        return set((self.log_path.parent / "actions").read_text().split())


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    try:
        tools.emulator()
        tools.runtime()
    except tools.ToolMissing as missing:
        absent(str(missing))
    aws_port, gateway_port = free_port(), free_port()
    folder = tmp_path / "cloud"
    folder.mkdir()
    log_path = folder / "log"
    # Not by -m: moto wants the name of the module.
    command = [
        sys.executable,
        "-c",
        "from tests.lambda_.cloud import main; main()",
        str(aws_port),
        str(gateway_port),
        str(folder),
    ]
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    aws = S3Server(f"http://127.0.0.1:{aws_port}")
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                httpx2.get(f"{aws.url}/moto-api/", timeout=5)
                break
            except httpx2.TransportError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield Cloud(aws, f"http://127.0.0.1:{gateway_port}", log_path)
    finally:
        process.terminate()
        process.wait(timeout=20)


THROTTLED_SECONDS = 2
LITERAL = 'make deploy ARGS="--stage dev --region eu-west-1"'


def literal(at: Path, variables: dict[str, str], line: str = LITERAL) -> subprocess.CompletedProcess[str]:
    """Run the documented line in that checkout; the environment is the developer's, who has a package index."""
    nobody = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    environment = {**os.environ, **nobody, "SLS_TELEMETRY_DISABLED": "1", **variables}
    command = ["/bin/sh", "-c", line]
    return subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_documented_line_deploys_and_the_rest_of_a_life_follows(
    tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LITERAL in (package.ROOT / "docs" / "deploy.md").read_text()
    for name, value in cloud.aws.environment.items():
        monkeypatch.setenv(name, value)
    key, entry = make_key("gpt")
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name="/retrieval-action/dev/api-keys", Value=str(entry), Type="SecureString")
    ssm.put_parameter(Name="/retrieval-action/dev/openai-api-key", Value=KEY, Type="SecureString")
    ssm.close()
    at = checkout(tmp_path)
    with embeddings_server() as server:
        # The settings that are the test's own: where the embeddings come from, and that there is no TLS here.
        config = at / "serverless.yml"
        own = {
            '    SNAPSHOT_REFRESH: ${param:snapshotRefresh, "60"}\n': "    SNAPSHOT_REFRESH: 0\n",
            '    PUBLIC_URL: ${param:publicUrl, ""}\n': f"    PUBLIC_URL: {cloud.url}\n",
            '    MCP_TOOLS: ${param:mcpTools, ""}\n': f"    OPENAI_BASE_URL: {server.url}\n",
        }
        text = config.read_text()
        for given, changed in own.items():
            assert given in text
            text = text.replace(given, changed)
        config.write_text(text)
        keeper = keeper_of(tmp_path, "", server)
        keeper.says("The warranty lasts 12 months.")
        mine = {
            **cloud.aws.environment,
            "CHROMA_PATH": str(keeper.settings.chroma_path),
            "CHROMA_COLLECTION": keeper.settings.chroma_collection,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": server.url,
            "ACTION_KEY": key,
        }
        done = literal(at, mine)
        assert done.returncode == 0, done.stdout + done.stderr + cloud.log_path.read_text("utf-8", "replace")[-3000:]
        assert cloud.url in done.stdout
        check_life(replace(keeper, dest=snapshot_url(cloud.aws)), cloud.url, key)
    removed = osls(at, "remove", "--stage", "dev", variables=cloud.aws.environment)
    assert removed.returncode == 0, removed.stdout + removed.stderr
    assert stacks() == []
    refused = {action for action in cloud.actions if not allowed(action)}
    assert len(cloud.actions) > 10
    assert refused == set(), "infra/deployer-policy.json lacks them"


def allowed(action: str) -> bool:
    """Whether the policy for whoever deploys names it."""
    policy = json.loads((package.ROOT / "infra" / "deployer-policy.json").read_text())
    return any(action in statement["Action"] for statement in policy["Statement"])


def test_without_anything_every_missing_thing_is_named_and_nothing_is_built(tmp_path: Path, s3: S3Server) -> None:
    at = checkout(tmp_path)
    done = literal(at, s3.environment)
    assert done.returncode != 0
    for name in ("ACTION_KEY", "/retrieval-action/dev/api-keys", "/retrieval-action/dev/openai-api-key", "ingest add"):
        assert name in done.stderr, name
    assert not (at / "dist").exists()
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("s3")
def test_a_key_that_the_deployment_will_not_know_is_told_before_anything_is_built(tmp_path: Path) -> None:
    ssm = boto3.client("ssm")
    name = f"/retrieval-action/{tmp_path.name.replace('_', '-')[:20]}/api-keys"
    ssm.put_parameter(Name=name, Value=str(make_key("gpt")[1]), Type="SecureString")
    ssm.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACTION_KEY", "ra_another")
        target = Target(name.split("/")[2], "eu-west-1", publish=False, check=True, local_model=LOCAL_MODEL)
        assert [problem for problem in missing(target) if "ACTION_KEY is not the key of an entry" in problem]
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        patch.delenv("ACTION_KEY")
        told = "\n".join(missing(target))
        assert "AWS does not know who you are" in told
        assert "ACTION_KEY is not set" in told


SIGN_IN = {"auth": "oauth", "oauthIssuers": "https://login.example.com/", "oauthAudience": "https://api.example.com"}


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("place", ["Parameter", "Secret"])
def test_the_secret_of_the_providers_client_must_be_there_before_anything_is_built(tmp_path: Path, place: str) -> None:
    name = f"/retrieval-action/{tmp_path.name.replace('_', '-')[:20]}/client"
    given = {**SIGN_IN, "oauthClientId": "gpt", f"oauthClientSecret{place}": name}
    target = Target("free", "eu-west-1", publish=False, check=False, local_model=LOCAL_MODEL, parameters=given)
    (problem,) = [problem for problem in client_secret_problems(target) if name in problem]
    assert "is not there in eu-west-1" in problem
    assert ("put-parameter" if place == "Parameter" else "create-secret") in problem
    with contextlib.ExitStack() as clients:
        ssm, secrets = (
            clients.enter_context(contextlib.closing(boto3.client(each))) for each in ("ssm", "secretsmanager")
        )
        if place == "Parameter":
            ssm.put_parameter(Name=name, Value=" ", Type="SecureString")
        else:
            secrets.create_secret(Name=name, SecretString=" ")
        assert [
            problem for problem in client_secret_problems(target) if name in problem and problem.endswith("is empty.")
        ]
        if place == "Parameter":
            ssm.put_parameter(Name=name, Value="s3cret", Type="SecureString", Overwrite=True)
        else:
            secrets.put_secret_value(SecretId=name, SecretString="s3cret")
        assert not [problem for problem in client_secret_problems(target) if name in problem]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--param=auth=oauth"], "OAUTH_ISSUERS is empty"),
        (
            ["--param", "auth=keys+oauth", "--param", "oauthIssuers=https://login.example.com/"],
            "OAUTH_AUDIENCE is empty",
        ),
        (["--param=auth=oauth", "--param=oauthIssuers=login.example.com"], "OAUTH_ISSUERS: "),
        (["--param=oauthIssuers=https://login.example.com/"], "oauthIssuers: nobody signs in without auth="),
        ([f"--param={name}={value}" for name, value in SIGN_IN.items()], None),
        (["--param=access=documents", "--verbose"], None),
    ],
)
def test_settings_by_which_nobody_could_sign_in_are_told_beforehand(words: list[str], told: str | None) -> None:
    problem = sign_in_problem(parameters_of(words))
    assert (problem is None) if told is None else (problem is not None and told in problem)


@pytest.mark.usefixtures("s3")
def test_secrets_of_other_names_are_looked_for_there(tmp_path: Path) -> None:
    given = {"apiKeysParameter": f"/{tmp_path.name}/keys", "openaiKeyParameter": "none"}
    target = Target("free", "eu-west-1", publish=False, check=False, local_model="", parameters=given)
    problems = missing(target)
    assert [problem for problem in problems if given["apiKeysParameter"] in problem]
    assert not [problem for problem in problems if "api-keys" in problem or "openai-api-key" in problem]


@pytest.mark.usefixtures("s3")
def test_a_corpus_of_the_local_model_needs_no_openai_key_and_brings_the_model(tmp_path: Path) -> None:
    settings = CorpusSettings(chroma_path=tmp_path / "store")
    with create_store(settings, RECORD):
        pass
    assert local_model_of(settings) == LOCAL_MODEL
    target = Target("free", "eu-west-1", publish=False, check=False, local_model=LOCAL_MODEL)
    assert not [problem for problem in missing(target) if "openai-api-key" in problem]
    asked = Target("free", "eu-west-1", publish=False, check=False, local_model="")
    assert [problem for problem in missing(asked) if "LOCAL_MODEL=1" in problem]


def check_life(keeper: Keeper, url: str, key: str) -> None:
    def ask(*, key: str = key) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        reply = httpx2.post(f"{url}/search", json={"query": "warranty"}, headers=headers, timeout=120)
        # The check that came before has used up what the gateway takes at once.
        if reply.status_code == 429:
            time.sleep(THROTTLED_SECONDS)
            reply = httpx2.post(f"{url}/search", json={"query": "warranty"}, headers=headers, timeout=120)
        return reply.status_code, reply.json()

    for text in ("The warranty lasts 12 months.", "The warranty lasts 24 months."):
        keeper.publishes(text)
        status, body = ask()
        assert (status, body["results"][0]["text"]) == (200, text)
    rollback(keeper.dest)
    assert ask()[1]["results"][0]["text"] == "The warranty lasts 12 months."
    assert ask(key="")[0] == 401


def snapshot_url(aws: S3Server) -> str:
    """Where the deployed function reads; moto tells no outputs of a stack that was updated."""
    client = aws.client()
    names = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    client.close()
    (name,) = (name for name in names if "snapshotbucket" in name)
    return f"s3://{name}/corpus"


def stacks() -> list[str]:
    client = boto3.client("cloudformation")
    found = client.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])["StackSummaries"]
    client.close()
    return [stack["StackName"] for stack in found]
