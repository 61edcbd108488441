"""The whole way: deploy, publish, ask over HTTP, publish again, roll back, remove. AWS is moto; the code runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx2
import pytest

from corpus.snapshot.versions import rollback
from handler.access.keys import make_key
from handler.check.matrix import CheckOptions
from handler.check.run import check
from infra import deploy
from tests.absent import absent
from tests.corpus.snapshot.keeper import Keeper, keeper_of
from tests.free_port import free_port
from tests.infra.osls import osls, project
from tests.lambda_ import tools
from tests.lambda_.built import Built
from tests.openai_server import KEY, embeddings_server
from tests.s3_server import S3Server

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Cloud:
    """`aws` is moto; `url` is where the deployed HTTP API listens; `log_path` holds what both print."""

    aws: S3Server
    url: str
    log_path: Path


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


@pytest.mark.slow
def test_deploy_publish_ask_publish_ask_roll_back_ask_remove(
    built: Built, tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.aws.environment.items():
        monkeypatch.setenv(name, value)
    key, entry = make_key("gpt")
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name="/retrieval-action/dev/api-keys", Value=str(entry), Type="SecureString")
    ssm.put_parameter(Name="/retrieval-action/dev/openai-api-key", Value=KEY, Type="SecureString")
    ssm.close()
    at = project(tmp_path, built.zip)

    def run(*words: str) -> None:
        done = osls(at, *words, variables=cloud.aws.environment)
        assert done.returncode == 0, done.stdout + done.stderr + cloud.log_path.read_text("utf-8", "replace")[-3000:]

    with embeddings_server() as server:
        # The settings that are the test's own: where the embeddings come from, and that there is no TLS here.
        config = at / "serverless.yml"
        own = f"    OPENAI_BASE_URL: {server.url}\n    PUBLIC_URL: {cloud.url}\n"
        given = f"{own}    SNAPSHOT_REFRESH: ${{param"
        config.write_text(config.read_text().replace("    SNAPSHOT_REFRESH: ${param", given))
        run("deploy", "--param=snapshotRefresh=0")
        keeper = keeper_of(tmp_path, snapshot_url(cloud.aws), server)
        check_life(keeper, cloud.url, key)
    run("remove")
    assert stacks() == []


def test_nothing_is_deployed_that_could_not_be_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ACTION_KEY", raising=False)
    assert deploy.main(["--stage", "test"]) == 2
    assert "ACTION_KEY" in capsys.readouterr().err


def check_life(keeper: Keeper, url: str, key: str) -> None:
    def ask() -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {key}"}
        reply = httpx2.post(f"{url}/search", json={"query": "warranty"}, headers=headers, timeout=120)
        return reply.status_code, reply.json()

    status, body = ask()
    assert (status, body.get("error")) == (503, "snapshot_missing"), body
    for text in ("The warranty lasts 12 months.", "The warranty lasts 24 months."):
        keeper.publishes(text)
        status, body = ask()
        assert (status, body["results"][0]["text"]) == (200, text)
    # The gateway here has no throttling of its own.
    assert check(url, key=key, wishes=CheckOptions(no_rate_limit=True), as_json=False) == 0
    rollback(keeper.dest)
    assert ask()[1]["results"][0]["text"] == "The warranty lasts 12 months."
    assert httpx2.post(f"{url}/search", json={"query": "warranty"}, timeout=120).status_code == 401


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
