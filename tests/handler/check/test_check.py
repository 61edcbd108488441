"""`handler check` against real servers: ours, somebody else's, broken ones, and what is not an action at all."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from corpus.corpus_opening import open_corpus
from corpus.errors import SettingsError
from corpus.quality.questions import parse_questions
from handler.app import create_app
from handler.check.deployment import CannotCheck
from handler.check.gate_rows import Gate
from handler.check.http_call import Caller
from handler.check.matrix import CheckOptions
from handler.check.run import check
from tests.free_port import free_port
from tests.handler.conftest import API_KEY, Configure
from tests.handler.running import running
from tests.loopback import listening
from tests.traps import Stranger, fill

Serve = Callable[..., str]
Told = dict[str, dict[str, Any]]


@pytest.fixture
def serve(configure: Configure) -> Iterator[Serve]:
    """Serve our own app with these settings; gives its URL."""
    with ExitStack() as stack:

        def serve(**changes: object) -> str:
            app = create_app(configure(**changes), open_corpus)
            stack.callback(app.state.library.close)
            return stack.enter_context(running(app))

        yield serve


def outcomes(
    url: str, capsys: pytest.CaptureFixture[str], *, key: str | None = API_KEY, **wishes: Any
) -> tuple[int, Told]:
    """The exit code, and the rows by name. Nothing that is printed holds the key."""
    code = check(url, key=key, wishes=CheckOptions(**wishes), as_json=True)
    printed = capsys.readouterr()
    assert API_KEY not in printed.out + printed.err
    answer = json.loads(printed.out)
    assert answer["ok"] == (code == 0)
    return code, {row["name"]: row for row in answer["rows"]}


def failed(rows: Told) -> set[str]:
    return {name for name, row in rows.items() if row["outcome"] == "failed"}


def test_our_own_action_holds_all(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = outcomes(serve(rate_limit="60/hour"), capsys)
    assert (code, failed(rows)) == (0, set())
    assert len(rows) == 19
    assert {row["outcome"] for row in rows.values()} == {"ok"}
    assert re.match(r"429 after [56]\d calls, Retry-After: \d+", rows["rate limit"]["came"])


def test_a_limit_that_is_not_there_is_told_unless_it_is_not_asked_for(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve()
    code, rows = outcomes(url, capsys, most_calls=30)
    assert (code, failed(rows)) == (1, {"rate limit"})
    assert "RATE_LIMIT" in rows["rate limit"]["remedy"]
    assert "30 calls" in rows["rate limit"]["came"]
    code, rows = outcomes(url, capsys, no_rate_limit=True)
    assert (code, rows["rate limit"]["outcome"]) == (0, "skipped")


def test_an_action_open_to_all_is_told_unless_it_is_meant(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    url = serve(auth="none")
    for key in (None, API_KEY):
        code, rows = outcomes(url, capsys, key=key, no_rate_limit=True)
        assert (code, failed(rows)) == (1, {"missing key", "wrong key"})
    code, rows = outcomes(url, capsys, key=None, no_rate_limit=True, is_open=True)
    assert (code, failed(rows)) == (0, set())


def test_a_wrong_key_other_origins_and_another_server_are_told(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve(cors_origins="https://example.com", public_url="https://api.example.com")
    code, rows = outcomes(url, capsys, key="not-the-key", no_rate_limit=True)
    assert code == 1
    assert failed(rows) >= {"spec", "happy path", "CORS preflight", "response size"}
    assert "https://api.example.com" in rows["spec"]["came"]
    assert "403" in rows["happy path"]["came"]
    assert "CORS_ORIGINS" in rows["CORS preflight"]["remedy"]


def test_a_limit_used_up_by_the_run_before_is_waited_for(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    url = serve(rate_limit="8/second")
    for _ in range(2):
        _, rows = outcomes(url, capsys, most_calls=60)
        assert failed(rows) == set()


def test_the_questions_of_a_gate_are_asked_and_must_be_answered(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve()
    lines = (
        '{"question": "How long is the warranty?", "document": "manuals/x200.pdf", "page": 12}',
        '{"question": "How are returns accepted?", "words": "within 30 days"}',
        '{"question": "Who wrote it?", "words": "nobody says this"}',
    )
    asked = parse_questions("\n".join(lines).encode(), name="q")
    for least, outcome in ((0.6, "ok"), (0.7, "failed")):
        code, rows = outcomes(url, capsys, no_rate_limit=True, gate=Gate(asked=asked, least=least))
        assert (code, rows["questions"]["outcome"]) == (int(outcome == "failed"), outcome)
        assert re.fullmatch(r"2 of 3 found, nDCG@10 0\.\d+; missed: line 3", rows["questions"]["came"])
    _, rows = outcomes(url, capsys, key="not-the-key", no_rate_limit=True, gate=Gate(asked=asked, least=0.0))
    assert rows["questions"]["came"].startswith("line 1: 403 ")
    assert rows["questions"]["outcome"] == "failed"


OPERATION = {
    "operationId": "ask",
    "summary": "Ask.",
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["question", "kind"],
                    "properties": {"question": {"type": "string"}, "kind": {"type": "string", "enum": ["long"]}},
                }
            }
        }
    },
    "responses": {"200": {"description": "What was found."}},
}


def foreign(answer: Callable[[Request, bytes], Response]) -> ASGIApp:
    """Somebody else's action: another path, other fields, a key in a header of its own, a document of OpenAPI 3.0."""

    async def ask(request: Request) -> Response:
        return answer(request, await request.body())

    async def document(request: Request) -> Response:
        described = {
            "openapi": "3.0.3",
            "info": {"title": "Theirs", "version": "1"},
            "servers": [{"url": f"{request.base_url}v1/"}],
            "paths": {"/ask": {"post": OPERATION}},
            "components": {"securitySchemes": {"own": {"type": "apiKey", "in": "header", "name": "X-Their-Key"}}},
            "security": [{"own": []}],
        }
        return JSONResponse(described)

    async def privacy(_: Request) -> Response:
        return HTMLResponse("<!doctype html><p>" + "We keep nothing. " * 20)

    return Starlette(
        routes=[
            Route("/openapi.json", document),
            Route("/v1/ask", ask, methods=["POST", "OPTIONS"]),
            Route("/privacy", privacy),
        ]
    )


def theirs(request: Request, body: bytes) -> Response:
    """A good one."""
    allowed = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type, x-their-key"}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={**allowed, "Access-Control-Allow-Methods": "POST"})
    if request.headers.get("x-their-key") != API_KEY:
        return JSONResponse({"message": "Forbidden"}, 403)
    sent = json.loads(body or b"{}")
    if sent.get("kind") != "long" or not sent.get("question"):
        return JSONResponse({"message": "No question."}, 400)
    return JSONResponse({"found": [{"text": "It lasts 24 months."}]})


def test_somebody_elses_action_holds_all(capsys: pytest.CaptureFixture[str]) -> None:
    with running(foreign(theirs)) as url:
        for given in (url + "/", url + "/openapi.json"):
            code, rows = outcomes(given, capsys, no_rate_limit=True, privacy_url=url + "/privacy")
            assert (code, failed(rows)) == (0, set())
        _, rows = outcomes(url, capsys, no_rate_limit=True)
        assert failed(rows) == {"privacy page"}


def test_everything_that_goes_wrong_is_told_and_the_key_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(request: Request, body: bytes) -> Response:  # noqa: ARG001 - what is asked does not matter to it
        if request.method == "OPTIONS":
            return RedirectResponse("https://elsewhere.example")
        return JSONResponse({"error": f"\x1b[2J{request.headers.get('x-their-key')}", "long": "x" * 200_000}, 500)

    with running(foreign(broken)) as url:
        code, rows = outcomes(url, capsys, most_calls=20)
    assert code == 1
    assert failed(rows) == set(rows) - {"spec"}
    assert "20 of them broken" in rows["rate limit"]["came"]
    assert "redirect to https://elsewhere.example" in rows["CORS preflight"]["came"]
    assert "\x1b" not in rows["happy path"]["came"]


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [({"Retry-After": "7"}, "ok"), ({}, "failed"), ({"Apigw-Requestid": "KyPcKjZGDoEEMSg="}, "ok")],
)
def test_a_429_says_when_to_come_back_unless_the_gateway_itself_throttles(
    capsys: pytest.CaptureFixture[str], headers: dict[str, str], outcome: str
) -> None:
    seen = []

    def limited(request: Request, body: bytes) -> Response:
        seen.append(request)
        return theirs(request, body) if len(seen) < 20 else JSONResponse({"message": "Too Many"}, 429, headers)

    with running(foreign(limited)) as url:
        _, rows = outcomes(url, capsys, privacy_url=url + "/privacy")
    assert rows["rate limit"]["outcome"] == outcome
    assert failed(rows) - {"rate limit"} == set()


async def html(_: Request) -> Response:
    return HTMLResponse("<!doctype html><title>A shop</title>")


async def moved(_: Request) -> Response:
    return RedirectResponse("https://api.example.com/openapi.json")


async def talk(_: Request) -> Response:
    return JSONResponse({"openapi": "3.1.0", "paths": {"/weather": {"get": {"operationId": "weather"}}}})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (html, "HTML page"),
        (moved, "redirects to https://api.example.com"),
        (talk, "no operation that takes a question"),
    ],
)
def test_what_is_no_action_is_told_in_one_line(answer: Any, words: str) -> None:
    with running(Starlette(routes=[Route("/{path:path}", answer)])) as url:
        with pytest.raises(CannotCheck) as caught:
            check(url, key=API_KEY, wishes=CheckOptions(), as_json=False)
        assert words in str(caught.value)
        assert "\n" not in str(caught.value)
        secure = url.replace("http://", "https://")
        with pytest.raises(CannotCheck, match="does not speak TLS"):
            check(secure, key=API_KEY, wishes=CheckOptions(), as_json=False)


def test_a_silent_port_and_what_is_no_url_are_told() -> None:
    with pytest.raises(CannotCheck, match="nothing listens there"):
        check(f"http://127.0.0.1:{free_port()}", key=API_KEY, wishes=CheckOptions(), as_json=False)
    for url in ("api.example.com", "ftp://api.example.com", "http://", "https://user:pw@example.com", ""):
        with pytest.raises(SettingsError, match="is not a URL"):
            check(url, key=API_KEY, wishes=CheckOptions(), as_json=False)


def test_a_server_that_hangs_up_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(2)

        def hang_up() -> None:
            with contextlib.suppress(TimeoutError):
                while True:  # However often it is asked.
                    listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(CannotCheck, match="No answer from"):
            check(f"http://127.0.0.1:{listener.getsockname()[1]}", key="k", wishes=CheckOptions(), as_json=False)
        thread.join()


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "handler", "check", *arguments]
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "120", **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_takes_the_key_from_the_environment_and_is_plain_in_a_pipe(serve: Serve) -> None:
    url = serve(rate_limit="30/hour")
    answer = run(url, ACTION_KEY=API_KEY)
    assert (answer.returncode, answer.stderr) == (0, f"Checking {url}\n")
    lines = answer.stdout.splitlines()
    assert [line.split()[0] for line in lines[:11]] == ["ok"] * 11
    assert lines[-1] == "19 of 19 hold"
    assert answer.stdout.isascii()


def test_the_command_asks_for_a_key_that_it_needs(serve: Serve) -> None:
    without = run(serve())
    assert (without.returncode, without.stdout) == (2, "")
    assert "ACTION_KEY" in without.stderr


def test_a_proxy_is_asked_where_our_setting_names_it_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[str] = []
    proxied: list[str] = []
    with (
        listening(type("There", (Stranger,), {"asked": there})) as url,
        listening(type("Proxy", (Stranger,), {"asked": proxied})) as proxy,
    ):
        for name, value in fill(tmp_path, proxy).items():
            monkeypatch.setenv(name, value)
        for given in (None, proxy):
            with contextlib.closing(Caller(secret="", proxy=given)) as caller:
                assert caller.send("GET", f"{url}/a").status == 200
    assert (there, proxied) == (["GET /a"], [f"GET {url}/a"])
