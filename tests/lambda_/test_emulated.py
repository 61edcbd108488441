"""The built package in AWS's own emulator with the real runtime client of Python 3.13."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from infra.build_lambda import put_bundle
from tests.corpus.snapshot.keeper import Keeper
from tests.handler.events import Event, function_url, http_api
from tests.lambda_.built import Built
from tests.lambda_.conftest import API_KEY, variables
from tests.lambda_.environment import Environment, environment
from tests.lambda_.sandbox import Sandbox, why_not
from tests.openai_server import EmbeddingsServer
from tests.s3_server import S3Server

pytestmark = pytest.mark.early

OLD = "The warranty lasts 12 months. Straße"
AUTHORIZED = f"Bearer {API_KEY}"
NEW = "The warranty lasts 24 months."

needs_root = pytest.mark.skipif(why_not() is not None, reason=why_not() or "")


def search(*, encode: bool = False, gateway: Any = http_api) -> Event:
    event: Event = gateway(
        "POST", "/search", json.dumps({"query": "warranty"}), encode=encode, authorization=AUTHORIZED
    )
    return event


def said(environment: Environment, event: Event | None = None) -> str:
    status, body = environment.invoke(event or search())
    assert status == 200, body
    text: str = body["results"][0]["text"]
    return text


def test_events_are_answered_from_a_published_folder_and_a_new_version_without_a_restart(
    built: Built, tmp_path: Path, in_folder: Keeper, embeddings: EmbeddingsServer
) -> None:
    in_folder.begins(OLD)
    given = variables(embeddings, SNAPSHOT_URL=in_folder.dest, SNAPSHOT_REFRESH="0")
    with environment(built.task, tmp_path, given) as function:
        assert said(function) == OLD
        assert said(function, search(encode=True)) == OLD
        assert said(function, search(gateway=function_url)) == OLD
        assert function.invoke(http_api("POST", "/search", "{", authorization=AUTHORIZED))[0] == 400
        assert function.invoke(http_api("POST", "/search", "{}", authorization=AUTHORIZED))[0] == 422
        assert function.invoke(http_api("POST", "/search", "{}"))[0] == 401
        assert function.invoke(http_api("GET", "/nowhere", authorization=AUTHORIZED))[0] == 404
        assert "openapi: 3.1" in function.invoke(http_api("GET", "/.well-known/openapi.yaml"))[1]
        in_folder.publishes(NEW)
        assert said(function) == NEW
        assert len(function.init_ms) == 1
        assert [event["version"] for event in function.events("snapshot_opened")]


# Our own deadline ends a slow request before Lambda does; this is a fault that no deadline sees.
STALLING = """
import time
from handler.main import handler as real

def handler(event, context):
    if event == "stall":
        time.sleep(60)
    return real(event, context)
"""


def test_a_time_out_ends_the_process_and_the_next_request_starts_anew(
    built: Built, tmp_path: Path, in_folder: Keeper, embeddings: EmbeddingsServer
) -> None:
    in_folder.begins(OLD)
    task = linked(built.task, tmp_path / "task")
    (task / "stalling.py").write_text(STALLING)
    given = variables(embeddings, SNAPSHOT_URL=in_folder.dest, SNAPSHOT_CACHE=str(tmp_path / "lambda-tmp"))
    with environment(task, tmp_path, given, handler="stalling.handler", timeout_seconds=20) as function:
        assert said(function) == OLD
        assert "Task timed out after 20.00 seconds" in function.invoke_raw("stall")[1]
        assert said(function) == OLD
        assert len(function.init_ms) == 2
        # What the killed process had in /tmp is gone, or space would run out.
        assert len(list((tmp_path / "lambda-tmp").glob("*/*/*/chroma.sqlite3"))) == 1


def linked(task: Path, target: Path) -> Path:
    """The package once more, to be added to."""
    shutil.copytree(task, target, copy_function=os.link)
    return target


def test_our_own_deadline_answers_before_lambdas(
    built: Built, tmp_path: Path, in_folder: Keeper, embeddings: EmbeddingsServer
) -> None:
    in_folder.begins(OLD)
    embeddings.latency_seconds = 5.0
    given = variables(embeddings, SNAPSHOT_URL=in_folder.dest, DEADLINE_SECONDS="1")
    with environment(built.task, tmp_path, given) as function:
        status, body = function.invoke(search())
    assert status == 504
    assert body["error"] in {"deadline_exceeded", "embedding_timeout"}


@needs_root
def test_in_the_full_sandbox_it_serves_from_s3_and_changes_and_rolls_back(
    built: Built, tmp_path: Path, on_s3: Keeper, s3: S3Server, embeddings: EmbeddingsServer
) -> None:
    from corpus.snapshot.versions import rollback

    given = variables(embeddings, SNAPSHOT_URL=on_s3.dest, SNAPSHOT_REFRESH="0", **s3.environment)
    with environment(built.task, tmp_path, given, sandbox=Sandbox("s3", tmp_path / "sandbox")) as function:
        status, body = function.invoke(search())
        assert (status, body["error"]) == (503, "snapshot_missing")
        for text in (OLD, NEW):
            on_s3.publishes(text)
            assert said(function) == text
        rollback(on_s3.dest)
        assert said(function) == OLD
        assert function.events("not_ready")


@needs_root
def test_in_the_full_sandbox_a_bundle_serves_without_any_setting(
    built: Built, tmp_path: Path, in_folder: Keeper, embeddings: EmbeddingsServer
) -> None:
    in_folder.begins(OLD)
    task = linked(built.task, tmp_path / "task")
    put_bundle(task, in_folder.dest, room=10_000_000)
    box = Sandbox("bundle", tmp_path / "sandbox")
    with environment(task, tmp_path, variables(embeddings), sandbox=box) as function:
        assert said(function) == OLD


PROBE = """
import os

def handler(event, context):
    if event == "grow":
        return len(bytearray(os.urandom(1 << 20) * 400))
    try:
        open(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "new"), "w")
    except OSError as error:
        task = error.errno
    room = os.statvfs("/tmp")
    return {"task": task, "tmp_mb": room.f_blocks * room.f_frsize >> 20, "user": os.getuid(),
            "ms": context.get_remaining_time_in_millis() > 0}
"""


@needs_root
def test_the_full_sandbox_is_as_tight_as_lambda(tmp_path: Path) -> None:
    task = tmp_path / "task"
    task.mkdir()
    (task / "probe.py").write_text(PROBE)
    box = Sandbox("probe", tmp_path / "sandbox")
    with environment(task, tmp_path, {}, handler="probe.handler", memory_mb=256, sandbox=box) as function:
        status, text = function.invoke_raw({})
        grown = function.invoke_raw("grow")
    assert status == 200
    assert json.loads(text) == {"task": 30, "tmp_mb": 512, "user": 993, "ms": True}
    # Out of memory: the process is killed.
    assert grown[0] == 502
    assert "Runtime.ExitError" in grown[1]
