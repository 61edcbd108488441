"""What `make deploy` says before it begins, and where a step fails. Its programs stand in; AWS is moto."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from corpus.settings import LOCAL_MODEL, CorpusSettings
from corpus.store import create_store
from handler.access.keys import make_key
from infra.deploy import _publish_and_check, _tidy, main
from infra.preflight import Target, _tools, client_secret_problems, missing
from tests.corpus.texts import RECORD
from tests.s3_server import S3Server

STAGE = "ready"
WORDS = ["--stage", STAGE, "--no-publish", "--no-check", "--param=openaiKeyParameter=none"]
TARGET = Target(STAGE, "eu-west-1", publish=False, check=False, local_model=LOCAL_MODEL)


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that a deployment starts."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, does in {"node": "echo v22.1.0", "npm": "", "python3.13": "echo 3.13", "make": "exit 3"}.items():
        stand_in(folder, name, does)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setenv("LAMBDA_PYTHON", str(folder / "python3.13"))
    return folder


def stand_in(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def keys(s3: S3Server) -> Iterator[Callable[[str], None]]:
    """Puts a text in the parameter of the keys; a right entry is there."""

    def put(value: str) -> None:
        ssm.put_parameter(Name=f"/retrieval-action/{STAGE}/api-keys", Value=value, Type="SecureString", Overwrite=True)

    with contextlib.closing(boto3.client("ssm", endpoint_url=s3.url)) as ssm:
        put(str(make_key("gpt")[1]))
        yield put


@pytest.mark.usefixtures("keys")
def test_where_all_is_there_preflight_says_so_and_begins_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORDS, "--preflight"]) == 0
    assert capsys.readouterr().err == "Everything that a deployment needs is there.\n"


@pytest.mark.usefixtures("keys")
def test_the_first_step_that_fails_ends_it_with_its_exit_code(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(WORDS) == 3
    assert [line for line in capfd.readouterr().err.splitlines() if line.startswith("$ ")] == [
        "$ make --no-print-directory node_modules/.bin/osls"
    ]


@pytest.mark.usefixtures("keys")
def test_a_number_of_versions_that_is_none_is_refused_before_anything_begins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*WORDS, "--param=keepVersions=many"]) == 2
    assert capsys.readouterr().err.startswith("Error: keepVersions is not a number of versions: ")


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("v18.20.1", "Node.js is v18.20.1, and osls needs 20.19 or newer."),
        ("v20.18.3", "Node.js is v20.18.3, and osls needs 20.19 or newer."),
        ("", "Node.js is of an unknown version, and osls needs 20.19 or newer."),
        ("v20.19.0", None),
    ],
)
def test_a_node_that_is_too_old_is_told(programs: Path, version: str, told: str | None) -> None:
    stand_in(programs, "node", f"echo {version}")
    assert list(_tools()) == ([] if told is None else [told])


def test_without_node_its_name_and_where_to_get_it_are_told(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (programs / "npm").unlink()
    monkeypatch.setenv("PATH", str(programs))
    (told,) = _tools()
    assert told.startswith("Node.js with npm is not installed: osls needs 20.19 or newer.")


def test_a_parameter_that_holds_no_entries_is_told_without_what_it_holds(
    keys: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys("what-is-no-entry")
    monkeypatch.setenv("ACTION_KEY", make_key("gpt")[0])
    (told,) = missing(Target(STAGE, "eu-west-1", publish=False, check=True, local_model=LOCAL_MODEL))
    assert told.startswith(f"The parameter /retrieval-action/{STAGE}/api-keys is wrong: ")
    assert "what-is-no-entry" not in told


@pytest.mark.usefixtures("keys")
def test_an_empty_corpus_is_nothing_to_publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_store(CorpusSettings(chroma_path=tmp_path / "store"), RECORD).close()
    monkeypatch.setenv("CHROMA_PATH", str(tmp_path / "store"))
    (told,) = missing(Target(STAGE, "eu-west-1", publish=True, check=False, local_model=LOCAL_MODEL))
    assert told.startswith("There is nothing to publish in ")
    assert "--no-publish" in told


@pytest.mark.usefixtures("keys")
def test_a_secret_is_kept_in_one_place_and_one_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def problems(**places: str) -> list[str]:
        parameters = {f"oauthClientSecret{place}": name for place, name in places.items()}
        target = Target(STAGE, "eu-west-1", publish=False, check=False, local_model="", parameters=parameters)
        return list(client_secret_problems(target))

    (told,) = problems(Parameter="/a", Secret="b")
    assert told.endswith("are both given. Name the place that holds it.")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    (told,) = problems(Parameter="/a")
    assert told.startswith("The parameter /a cannot be read (")
    assert told.endswith("infra/deployer-policy.json has the rights.")


@pytest.mark.usefixtures("keys")
def test_after_a_deployment_old_versions_that_stay_stop_nothing_and_a_missing_stack_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _tidy(TARGET, 5)
    assert capsys.readouterr().err.startswith(f"Warning: old versions of retrieval-action-{STAGE}-api stay: ")
    assert _publish_and_check(TARGET, []) == 1
    assert capsys.readouterr().err.startswith("Error: the stack cannot be looked at: ")
