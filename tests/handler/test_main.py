"""The Lambda entry point, imported and called as the Lambda runtime does."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
import yaml

from handler.observing.logs import JsonLines, PlainLines
from tests.handler.conftest import API_KEY, Configure
from tests.handler.corpora import WARRANTY
from tests.handler.events import Event, function_url, http_api, rest_api

KEY = f"Bearer {API_KEY}"
QUESTION = json.dumps({"query": "how many months does the warranty last? Straße"}, ensure_ascii=False)
GATEWAYS = [http_api, rest_api, function_url]
Gateway = Callable[..., Event]


@dataclass
class Context:
    """What the handler looks at of the context that Lambda passes."""

    function_name: str = "retrieval-action-dev-api"
    aws_request_id: str = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


@pytest.fixture
def main(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[ModuleType]:
    """A fresh import of the entry point, with the environment that a deployment has."""
    capsys.readouterr()  # It logs to the stderr that it finds, which this fixture sets.
    settings = configure()
    key = settings.openai_api_key
    monkeypatch.setenv("CHROMA_PATH", str(settings.chroma_path))
    monkeypatch.setenv("OPENAI_API_KEY", key.get_secret_value() if key else "")
    monkeypatch.setenv("OPENAI_BASE_URL", settings.openai_base_url or "")
    monkeypatch.setenv("API_KEYS", settings.api_keys.get_secret_value())
    root = logging.getLogger()
    before = root.handlers[:]
    monkeypatch.delitem(sys.modules, "handler.main", raising=False)
    module = importlib.import_module("handler.main")
    yield module
    asyncio.set_event_loop(None)
    module._loop.close()
    root.handlers[:] = before


def invoke(main: ModuleType, event: Event) -> dict[str, Any]:
    answer = main.handler(event, Context())
    assert json.loads(json.dumps(answer)) == answer
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize("encode", [False, True], ids=["plain", "base64"])
def test_a_search_is_answered_through_every_gateway(main: ModuleType, gateway: Gateway, encode: bool) -> None:  # noqa: FBT001 - pytest passes it.
    answer = invoke(main, gateway("POST", "/search", QUESTION, encode=encode, authorization=KEY))
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["headers"]["x-request-id"] == Context.aws_request_id
    assert json.loads(answer["body"])["results"][0]["document_id"] == WARRANTY.document_id


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_the_spec_is_text_and_names_the_deployments_own_url(main: ModuleType, gateway: Gateway) -> None:
    answers = [
        invoke(main, gateway("GET", path))
        for path in ("/.well-known/openapi.yaml", "/.well-known/openapi.json", "/openapi.json")
    ]
    assert all(answer["statusCode"] == 200 and answer["isBase64Encoded"] is False for answer in answers)
    documents = [yaml.safe_load(answers[0]["body"]), *(json.loads(answer["body"]) for answer in answers[1:])]
    assert documents[0] == documents[1] == documents[2]
    host = gateway("GET", "/")["requestContext"]["domainName"]
    stage = "/prod" if gateway is rest_api else ""
    assert documents[0]["servers"] == [{"url": f"https://{host}{stage}"}]


def test_a_named_stage_of_an_http_api_is_part_of_the_url_and_not_of_the_path(main: ModuleType) -> None:
    assert invoke(main, http_api("POST", "/search", QUESTION, stage="v1", authorization=KEY))["statusCode"] == 200
    document = json.loads(invoke(main, http_api("GET", "/openapi.json", stage="v1"))["body"])
    assert document["servers"][0]["url"].endswith("amazonaws.com/v1")


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_refusals_are_json_through_every_gateway(main: ModuleType, gateway: Gateway) -> None:
    def refusal(event: Event) -> tuple[int, str]:
        answer = invoke(main, event)
        return answer["statusCode"], json.loads(answer["body"])["error"]

    assert refusal(gateway("POST", "/search", QUESTION)) == (401, "missing_api_key")
    assert refusal(gateway("POST", "/search", QUESTION, authorization="Bearer x")) == (403, "wrong_api_key")
    assert refusal(gateway("POST", "/search", "{", authorization=KEY)) == (400, "malformed_request")
    assert refusal(gateway("POST", "/search", None, authorization=KEY)) == (400, "malformed_request")
    assert refusal(gateway("POST", "/search", "{}", authorization=KEY)) == (422, "invalid_request")
    assert refusal(gateway("GET", "/search", authorization=KEY)) == (405, "method_not_allowed")
    assert refusal(gateway("GET", "/nowhere", authorization=KEY)) == (404, "not_found")
    body = json.dumps({"query": "x" * 100_000})
    assert refusal(gateway("POST", "/search", body, authorization=KEY)) == (413, "body_too_large")


@pytest.mark.parametrize(
    "event",
    [
        {"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "resources": [], "detail": {}},
        {"source": "serverless-plugin-warmup"},
        {"key1": "value1"},
        {"Records": [{"eventSource": "aws:s3"}]},
        {"requestContext": None, "version": "2.0"},
        {},
        [],
        "ping",
        None,
    ],
)
def test_an_event_that_is_no_request_is_no_error(
    main: ModuleType, event: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(main, event) == {"ignored": "not an HTTP request"}
    assert [line["event"] for line in lines(capsys)] == ["no_request"]


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged: every line is one JSON object."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_each_request_is_one_line_with_its_figures(main: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    answer = invoke(main, http_api("POST", "/search", QUESTION, authorization=KEY))
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["method"], line["route"]) == ("request", "INFO", "POST", "/search")
    assert (line["status"], line["key"], line["request_id"]) == (200, "test", Context.aws_request_id)
    assert (line["queries"], line["results"]) == (1, 3)
    assert 0 < line["embedding_ms"] + line["search_ms"] <= line["ms"]
    timing = dict(part.split(";dur=") for part in answer["headers"]["server-timing"].split(", "))
    assert timing.keys() == {"embedding", "search", "total"}
    assert float(timing["embedding"]) == line["embedding_ms"]


@pytest.mark.parametrize(("path", "route"), [("/documents", "/documents"), ("/nowhere/at/all", "none")])
def test_cloudwatch_finds_its_metrics_in_the_line(
    main: ModuleType, capsys: pytest.CaptureFixture[str], path: str, route: str
) -> None:
    invoke(main, http_api("GET", path, authorization=KEY))
    (line,) = lines(capsys)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "RetrievalAction"
    assert directive["Dimensions"] == [["function"]]
    assert (line["function"], line["route"]) == (Context.function_name, route)
    assert isinstance(line["_aws"]["Timestamp"], int)
    names = [metric["Name"] for metric in directive["Metrics"]]
    assert {"ms", "faults", "throttled"} <= set(names)
    assert all(isinstance(line[name], (int, float)) for name in names)


def test_nothing_of_what_was_asked_answered_or_presented_is_logged(
    main: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "xylophone"
    for event in (
        http_api("POST", "/search", json.dumps({"query": f"warranty {secret}"}), authorization=KEY),
        http_api("POST", "/search", json.dumps({"query": "x", "queries": [secret, secret]}), authorization=KEY),
        http_api("POST", "/search", json.dumps({"query": "x", "source": secret, "title": secret}), authorization=KEY),
        http_api("POST", "/search", json.dumps({"query": "x", secret: 1}), authorization=KEY),
        http_api("POST", "/search", secret, authorization=KEY),
        http_api("POST", "/query", json.dumps({"queries": [{"query": secret}]}), authorization=KEY),
        http_api("GET", f"/documents/{secret}", authorization=KEY),
        http_api("GET", f"/{secret}", authorization=KEY),
        http_api("POST", "/search", QUESTION, authorization=f"Bearer {secret}"),
    ):
        invoke(main, event)
    logged = capsys.readouterr().err
    assert len(logged.splitlines()) == 9
    for word in (secret, "Straße", WARRANTY.text, WARRANTY.source, API_KEY, "sk-loopback"):
        assert word not in logged


def test_an_unforeseen_error_is_logged_and_says_nothing_to_the_caller(
    main: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    # Wired wrongly on purpose: nothing else fails in a way that nobody foresaw.
    main.app.state.action = None
    answer = invoke(main, http_api("POST", "/search", QUESTION, authorization=KEY))
    assert answer["statusCode"] == 500
    body = json.loads(answer["body"])
    assert (body["error"], body["request_id"]) == ("internal_error", Context.aws_request_id)
    assert "create_app" not in answer["body"]
    error, request = lines(capsys)
    assert (error["event"], error["request_id"]) == ("unforeseen_error", Context.aws_request_id)
    assert "Traceback" in error["exception"]
    assert (request["status"], request["faults"]) == (500, 1)


def test_an_answer_comes_before_lambda_ends_the_invocation(main: ModuleType) -> None:
    @dataclass
    class Hurried(Context):
        def get_remaining_time_in_millis(self) -> int:
            return 300

    answer = main.handler(http_api("POST", "/search", QUESTION, authorization=KEY), Hurried())
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (504, "deadline_exceeded")


def test_wrong_settings_stop_the_start_with_their_names() -> None:
    environment = {"PATH": "/usr/bin:/bin", "API_KEYS": "secret-key", "MAX_RESPONSE_CHARS": "many"}
    run = subprocess.run(
        [sys.executable, "-c", "import handler.main"], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    last = run.stderr.strip().splitlines()[-1]
    assert "SettingsError" in last
    assert "API_KEYS" in last
    assert "MAX_RESPONSE_CHARS" in last
    assert "secret-key" not in run.stderr


def test_the_entry_point_imports_neither_ingest_nor_the_command_lines_libraries() -> None:
    heavy = ["ingest", "typer", "uvicorn", "pypdf", "pypdfium2", "docx", "markdown_it", "selectolax"]
    code = f"import sys, handler.main; print([name for name in {heavy} if name in sys.modules])"
    environment = {"PATH": "/usr/bin:/bin", "AUTH": "none"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_exception_is_logged_by_where_it_was_raised_and_not_by_what_it_says() -> None:
    question = "xylo" + "phone"

    def raised() -> BaseException:
        try:
            try:
                dict[str, str]()[question]
            except KeyError as error:
                raise ValueError(question) from error
        except ValueError as error:
            return error
        raise AssertionError

    error = raised()
    told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("handler", logging.ERROR, __file__, 1, "unforeseen_error", (), told)
    for formatter in (JsonLines(), PlainLines()):
        line = formatter.format(record)
        assert "ValueError" in line
        assert "KeyError" in line
        assert "test_main.py" in line
        assert question not in line


def test_an_event_that_no_gateway_sends_is_refused_and_raises_nothing(main: ModuleType) -> None:
    """Each field in turn is of another kind, or gone."""
    odds: list[Any] = [None, 7, [], {}, "x", ["x"], {"x": []}]
    for good in (gateway("POST", "/search", QUESTION, authorization=KEY) for gateway in GATEWAYS):
        for name in good:
            for odd in odds:
                assert main.handler({**good, name: odd}, Context()).get("statusCode", 200) < 500, (name, odd)
        for name in good["requestContext"]:
            for odd in odds:
                event = {**good, "requestContext": {**good["requestContext"], name: odd}}
                assert main.handler(event, Context()).get("statusCode", 200) < 500, (name, odd)
        assert main.handler({**good, "headers": [7]}, Context())["statusCode"] == 400
