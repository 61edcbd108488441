from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from pydantic import SecretStr

from corpus.errors import SettingsError
from corpus.loading import load
from handler.access.aws import DynamoCounter
from handler.access.keys import make_key
from handler.access.rate_limit import Limiter, MemoryCounter, Rate, parse_rate
from handler.contract.errors import ActionError
from handler.settings import HandlerSettings
from tests.aws import aws_server
from tests.free_port import free_port
from tests.handler.conftest import API_KEY, ENTRY, Connect

QUESTION = {"query": "warranty"}


@pytest.fixture(scope="module")
def aws() -> Iterator[Mapping[str, str]]:
    """An AWS of our own."""
    with aws_server() as environment:
        yield environment


@pytest.fixture
def table(aws: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty table of counts."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    client: Any = boto3.client("dynamodb")
    client.create_table(
        TableName="limits",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield "limits"
    client.delete_table(TableName="limits")


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def allowed(limiter: Limiter, caller: str) -> bool:
    try:
        limiter.check(caller)
    except ActionError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("60/minute", Rate(60, 60)),
        (" 5 / Second ", Rate(5, 1)),
        ("1000/hours", Rate(1000, 3600)),
        ("1/day", Rate(1, 86400)),
    ],
)
def test_a_rate_is_requests_a_period(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["60", "0/minute", "-1/minute", "60/fortnight", "many/minute", "1.5/second"])
def test_a_wrong_rate_stops_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="RATE_LIMIT"):
        load(HandlerSettings, rate_limit=text)


def test_each_caller_has_the_whole_rate_in_each_window() -> None:
    clock = Clock()
    limiter = Limiter(Rate(3, 60), MemoryCounter(), clock=clock)
    assert [allowed(limiter, "a") for _ in range(5)] == [True, True, True, False, False]
    assert allowed(limiter, "b")
    clock.now += 60
    assert allowed(limiter, "a")


def test_the_wait_ends_with_the_window() -> None:
    clock = Clock()
    limiter = Limiter(Rate(1, 60), MemoryCounter(), clock=clock)
    limiter.check("a")
    ends = (1_000_000 // 60 + 1) * 60
    while clock.now < ends:
        with pytest.raises(ActionError) as caught:
            limiter.check("a")
        wait = int(caught.value.headers["Retry-After"])
        assert 0 <= clock.now + wait - ends <= 1.5
        clock.now += 0.7
    limiter.check("a")


def test_the_count_is_exact_under_concurrent_requests() -> None:
    limiter = Limiter(Rate(100, 86400), MemoryCounter())
    assert concurrently(limiter, requests=250) == 100


def concurrently(limiter: Limiter, *, requests: int) -> int:
    passed: list[bool] = []

    def ask() -> None:
        passed.extend(allowed(limiter, "caller") for _ in range(requests // 10))

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == requests
    return sum(passed)


def test_several_processes_share_one_exact_count_in_a_table(table: str) -> None:
    limiters = [Limiter(Rate(20, 86400), DynamoCounter(table)) for _ in range(3)]
    # In turns: DynamoDB adds atomically, which this stand-in for it does not do between its threads.
    assert sum(allowed(limiters[number % 3], "caller") for number in range(50)) == 20
    client: Any = boto3.client("dynamodb")
    (item,) = client.scan(TableName=table)["Items"]
    assert item["requests"] == {"N": "50"}
    assert int(item["expires"]["N"]) % 86400 == 0
    assert API_KEY not in str(item)


def test_while_the_table_is_out_of_reach_requests_are_served_and_the_fault_is_logged(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    client = connect(rate_limit="1/day", rate_limit_table="limits")
    assert [client.post("/search", json=QUESTION).status_code for _ in range(2)] == [200, 200]
    assert [record.getMessage() for record in caplog.records].count("rate_limit_unavailable") == 2


def test_a_caller_that_asks_too_often_is_told_when_to_come_back(connect: Connect) -> None:
    new_key, new_entry = make_key("other")
    client = connect(rate_limit="3/day", api_keys=SecretStr(f"{ENTRY},{new_entry}"))
    answers = [client.post("/search", json=QUESTION) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refusal = answers[-1].json()
    assert refusal["error"] == "rate_limited"
    assert answers[-1].headers["retry-after"] in refusal["message"]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 86400
    # Other keys, and what is public, are not held up.
    other = {"Authorization": f"Bearer {new_key}"}
    assert client.post("/search", json=QUESTION, headers=other).status_code == 200
    assert client.get("/healthz").status_code == 200
    # Every route that needs a key counts.
    assert client.get("/documents").status_code == 429


def test_without_keys_the_address_is_what_counts(connect: Connect) -> None:
    client = connect(headers={}, auth="none", rate_limit="1/day")
    assert [client.post("/search", json=QUESTION).status_code for _ in range(2)] == [200, 429]


def test_a_wrong_key_does_not_use_up_anybodys_rate(connect: Connect) -> None:
    client = connect(rate_limit="1/day")
    wrong = {"Authorization": "Bearer wrong"}
    assert [client.post("/search", json=QUESTION, headers=wrong).status_code for _ in range(3)] == [403] * 3
    assert client.post("/search", json=QUESTION).status_code == 200
