"""The `handler` command, run as a process."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from urllib.error import HTTPError

import httpx2
import pytest
import yaml
from typer.testing import CliRunner

from handler.access.keys import digest_of
from handler.cli import app
from tests.free_port import free_port
from tests.handler.conftest import API_KEY, ENTRY, Configure
from tests.handler.serving import serving

Environment = dict[str, str]


@pytest.fixture
def environment(configure: Configure) -> Environment:
    """The settings of the small corpus, as variables."""
    settings = configure()
    return {
        "PATH": os.environ["PATH"],
        "CHROMA_PATH": str(settings.chroma_path),
        "OPENAI_API_KEY": settings.openai_api_key.get_secret_value() if settings.openai_api_key else "",
        "OPENAI_BASE_URL": settings.openai_base_url or "",
    }


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "handler", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_serve_on_loopback_makes_a_key_and_prints_a_curl_that_works(environment: Environment) -> None:
    with serving(**environment) as served:
        text = "\n".join(served.said)
        assert environment["CHROMA_PATH"] in served.said[0]
        (command,) = re.findall(r"curl .*", text)
        answer = subprocess.run([*shlex.split(command), "-s"], capture_output=True, text=True, check=True)
        assert json.loads(answer.stdout)["results"]


def test_serve_without_a_corpus_does_not_say_that_it_is_ready_and_shows_no_password(environment: Environment) -> None:
    url = f"http://user:s3cret@127.0.0.1:{free_port()}"
    with serving(**environment | {"CHROMA_URL": url, "AUTH": "none"}) as served:
        assert httpx2.post(f"{served.url}/search", json={"query": "pump"}, timeout=60).status_code == 503
    text = "\n".join(served.said)
    assert "Not ready to answer yet: Chroma cannot be reached" in text
    assert not any(line.startswith("Ready") for line in served.said)
    assert "s3cret" not in text


def test_serve_uses_the_keys_that_it_is_given_and_logs_nothing_of_what_is_asked(environment: Environment) -> None:
    talkative = {"OPENAI_LOG": "debug", "PYTHONASYNCIODEBUG": "1"}
    public = {"PUBLIC_URL": "https://api.example.com"}
    with serving(**environment, **talkative, **public, API_KEYS=str(ENTRY)) as served:
        assert "curl" not in "\n".join(served.said)
        assert "MCP: https://api.example.com/mcp" in served.said
        assert served.url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(served.url + "/healthz") as response:  # noqa: S310 - our own server
            assert json.load(response) == {"status": "ok"}
        for path in ("/search", "/search?xylophone=1", "/xylophone"):
            request = urllib.request.Request(  # noqa: S310 - our own server
                served.url + path,
                json.dumps({"query": "warranty xylophone"}).encode(),
                {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"},
            )
            with contextlib.suppress(HTTPError), urllib.request.urlopen(request) as response:  # noqa: S310
                assert json.load(response)["results"]
    logged = "\n".join(served.said)
    assert logged.count(" request ") == 4
    for secret in ("xylophone", "sk-loopback", API_KEY, "24 months"):
        assert secret not in logged


def test_serve_refuses_to_stand_open_to_the_network(environment: Environment) -> None:
    answer = run("serve", "--host", "0.0.0.0", "--port", "0", **environment)  # noqa: S104 - it refuses
    assert answer.returncode == 2
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "AUTH=none" in answer.stderr
    assert "handler key" in answer.stderr


def test_serve_says_which_address_it_cannot_have(environment: Environment) -> None:
    answer = run("serve", "--host", "192.0.2.1", "--port", "0", **environment, AUTH="none")
    assert answer.returncode == 2
    assert answer.stderr.strip().splitlines()[-1].startswith("Error: Cannot listen on 192.0.2.1")


def test_key_prints_a_key_and_the_entry_that_lets_it_in() -> None:
    answer = run("key", "gpt")
    assert answer.returncode == 0
    fields = dict(line.split() for line in answer.stdout.splitlines())
    assert fields["entry"] == f"gpt:{digest_of(fields['key'])}"
    # As the process does it, without starting three more.
    as_json = CliRunner().invoke(app, ["key", "gpt", "--json"])
    assert json.loads(as_json.stdout)["name"] == "gpt"
    assert CliRunner().invoke(app, ["key", "g,t"]).exit_code == 2
    assert CliRunner().invoke(app, ["key"]).exit_code == 2


def test_openapi_prints_the_document_without_opening_a_corpus() -> None:
    as_json = run("openapi", PUBLIC_URL="https://api.example.com", AUTH="none", CHROMA_PATH="/nowhere")
    as_yaml = run("openapi", "--format", "yaml", PUBLIC_URL="https://api.example.com", AUTH="none")
    assert json.loads(as_json.stdout) == yaml.safe_load(as_yaml.stdout)
    assert json.loads(as_json.stdout)["servers"] == [{"url": "https://api.example.com"}]


def test_wrong_settings_are_one_line_and_exit_code_two() -> None:
    answer = run("openapi", PUBLIC_URL="nonsense", MAX_RESPONSE_CHARS="1")
    assert answer.returncode == 2
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "PUBLIC_URL" in answer.stderr
    assert "MAX_RESPONSE_CHARS" in answer.stderr
